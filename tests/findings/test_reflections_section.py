"""What the programme's page says of open answers, in either language."""

import pytest
from open_studies import THEMES, TOML, coded, open_study, texts_in
from undrawn_findings import undrawn_findings

from rm_research.panel import prepare_study
from rm_research.reflections import read_reflections

KEYWORDS = '[themes.phones]\nlabel = "Phones"\nkeywords = ["phone*"]\n'
GERMAN = '[reporting]\nlanguage = "de"\n'
LEADERS, MENTORS = texts_in(3, "phones", 26), texts_in(14, "phones", 24)
MARKS = {str(n): ["learning"] for n in range(1, 13)} | {str(n): ["time"] for n in range(27, 44)}


def page(folder, answers, *, more=THEMES, marks=None, toml=TOML):
    study = open_study(folder, answers, more=more, toml=toml)
    prepared = coded(study, marks) if marks else prepare_study(study)
    return undrawn_findings(prepared)


def test_answers_that_nobody_coded_are_counted(tmp_path):
    found = page(tmp_path, {"leader": LEADERS, "mentor": ["fine"] * 4})
    assert found.reflections.text.splitlines() == [
        "In their own words",
        "Asked after, 26 leaders wrote something in their own words. These answers await coding, so their themes are "
        "not counted yet.",
    ]
    assert (
        "Mentors, asked after: how many wrote something in their own words "
        "is hidden, because few did or individuals could be identified." in found.limits.text
    )


@pytest.mark.slow
def test_a_study_without_themes_awaits_coding_too(tmp_path):
    assert "await coding" in page(tmp_path, {"leader": LEADERS}, more="").reflections.text


@pytest.mark.slow
def test_few_answers_have_no_number(tmp_path):
    found = page(tmp_path, {"leader": ["fine"] * 9 + [""] * 9})
    assert found.reflections.text.splitlines()[1:] == [
        "People were asked to answer in their own words. Few of each group did."
    ]


@pytest.mark.slow
def test_nothing_is_said_where_nobody_wrote_anything(tmp_path):
    assert page(tmp_path, {"leader": [""] * 12}).reflections.html == ""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return page(tmp_path_factory.mktemp("whole"), {"leader": LEADERS, "mentor": MENTORS}, more=THEMES + KEYWORDS,
                marks={"a": MARKS, "b": MARKS})  # fmt: skip


@pytest.mark.slow
def test_themes_stand_beside_the_change_of_the_whole_group(whole):
    lines = whole.reflections.text.splitlines()
    assert lines[1] == (
        "Asked after, 26 leaders and 24 mentors wrote something in their own words. Some of the themes were marked by "
        "reading the answers; declared words found the others."
    )
    assert lines[2:7] == [
        "How many people mention each theme, of those who wrote something",
        "Theme Leaders, after (26) Mentors, after (24)",
        "Learning from each other 12 fewer than 10",
        "Time fewer than 10 more than 14",
        "Phones fewer than 10 14",
    ]
    for place, role in ((0, "leader"), (1, "mentor")):
        (row,) = [row for row in whole.disclosed.headline_rows if row.role == role and row.contrast == "change"]
        shown = lines[7].removeprefix("Change of the whole group: Mood (scale points) ").split(") ")[place]
        assert shown.startswith(f"+{row.estimate:.2f} (")
        assert shown.removesuffix(")").endswith(f"; {row.n_about} {role}s")


@pytest.mark.slow
def test_all_coded_by_reading_and_all_by_words_are_said(tmp_path):
    read = page(tmp_path / "read", {"leader": LEADERS}, marks={"a": MARKS}).reflections.text
    assert "The themes were marked by reading the answers." in read
    words = page(tmp_path / "words", {"leader": LEADERS}, more=KEYWORDS).reflections.text
    assert "The themes were found by words declared for them; nobody read the answers for this." in words
    some = page(tmp_path / "some", {"leader": LEADERS}, more=THEMES + KEYWORDS).reflections.text
    assert "Some answers await coding; their themes are not counted here yet." in some
    assert "Phones fewer than 10" in some
    assert "Learning" not in some


@pytest.mark.slow
def test_a_group_too_small_for_themes_is_named(tmp_path):
    found = page(tmp_path, {"leader": LEADERS, "mentor": ["phones"] * 12}, more=KEYWORDS)
    assert "Asked after, 26 leaders and 12 mentors wrote" in found.reflections.text
    assert "Mentors, after" not in found.reflections.text
    assert "Mentors, asked after: themes are hidden, because too few wrote something" in found.limits.text


@pytest.mark.slow
def test_quotes_are_escaped_and_name_the_role(tmp_path):
    said = ["It was <b>fun</b>, {really}!", *LEADERS]
    more = KEYWORDS + '[reflections]\nquotes = "quotes.csv"\n'
    folder = open_study(tmp_path, {"leader": said}, more=more, files={"quotes.csv": "unit\n"})
    unit = read_reflections(prepare_study(folder)).set_index("text")["unit"][said[0]]
    (folder / "quotes.csv").write_text(f"unit,text\n{unit},\n")
    section = undrawn_findings(prepare_study(folder)).reflections
    assert '<li>“It was &lt;b&gt;fun&lt;/b&gt;, {really}!” <span class="aside">Leaders</span></li>' in section.html
    assert "Quotes (1)" in section.text


@pytest.mark.slow
def test_the_page_speaks_german(tmp_path):
    found = page(tmp_path, {"leader": LEADERS, "mentor": MENTORS, "helper": ["gut"] * 3},
                 more=THEMES + KEYWORDS + GERMAN, marks={"a": MARKS})  # fmt: skip
    lines = found.reflections.text.splitlines()
    assert lines[0] == "In eigenen Worten"
    assert lines[1].startswith(
        "26 Führungskräfte und 24 Mentorinnen und Mentoren schrieben nachher etwas in eigenen Worten."
    )
    assert "Learning from each other 12 weniger als 10" in lines
    assert lines[7].startswith("Veränderung der ganzen Gruppe: Mood (Skalenpunkte) +0,")
    assert "schrieben, wird nicht gezeigt, weil es wenige waren oder einzelne erkennbar wären." in found.limits.text


@pytest.mark.slow
def test_other_occasions_are_told_in_order(tmp_path):
    codebook = "item,scale,kind,low,high,label\nm1,mood,,1,5,\nm2,mood,,1,5,\nwords,,text,,,What do you expect?\n"
    folder = open_study(tmp_path, {"leader": LEADERS}, more=KEYWORDS, codebook=codebook)
    before = (folder / "pre.csv").read_text().splitlines()
    (folder / "pre.csv").write_text("\n".join([before[0], *(f"{line}hope" for line in before[1:])]) + "\n")
    lines = undrawn_findings(prepare_study(folder)).reflections.text.splitlines()
    assert lines[1].startswith(
        "Asked before, 26 leaders wrote something in their own words. Asked after, 26 leaders wrote something in "
        "their own words."
    )
    assert lines[3] == "Theme Leaders, before (26) Leaders, after (26)"
    assert lines[5].startswith("Change of the whole group: Mood (scale points) +0.")
    assert lines[5].count("(") == 2
