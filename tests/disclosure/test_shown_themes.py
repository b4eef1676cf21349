"""Themes are counted of all who wrote something in a role; few who mention one, and few who do not, are only that."""

from functools import cache

import pandas as pd
import pytest
from open_studies import TOML, as_csv, coded, open_study, texts_in
from undrawn_findings import undrawn_findings

from rm_research.disclosure import rules
from rm_research.disclosure.editions import OPEN_ANSWERS, read_editions
from rm_research.disclosure.numbers import decide, release
from rm_research.disclosure.sets import Behind, Circulated
from rm_research.disclosure.themes import shown_themes
from rm_research.disclosure.threshold import Threshold
from rm_research.errors import StudyError
from rm_research.panel import prepare_study
from rm_research.reporting.files import write_tables

TIME = '[themes.time]\nkeywords = ["time"]\n'
QUOTED = TIME + '[reflections]\nquotes = "quotes.csv"\n'
COHORTS = TOML.replace('role = "role"', 'role = "role"\ncohort = "group"')
ARMS = TOML.replace('role = "role"', 'role = "role"\narm = "group"') + '[design]\ncomparison = "waitlist"\n'


def shown(prepared) -> dict[str, pd.DataFrame]:
    study = prepared.study
    behind = Behind(prepared.sound_panel, study)
    return shown_themes(prepared, behind, Circulated(behind.person_of, Threshold.of(study)))[0]


def told(folder, answers, **more) -> dict[str, pd.DataFrame]:
    return shown(prepare_study(open_study(folder, answers, more=TIME, **more)))


@pytest.mark.parametrize(("n", "counted", "themes"), [(9, False, 0), (10, True, 0), (19, True, 0), (20, True, 1)])
def test_groups_are_counted_from_the_smallest_on_and_themes_from_twice_that(tmp_path, n, counted, themes):
    found = told(tmp_path, {"leader": texts_in(n // 2, "time", n), "mentor": ["-"] * 12})
    assert found["open_answers"]["n_people"].notna().tolist() == [counted]
    assert len(found["themes"]) == themes


@pytest.mark.parametrize(("mention", "number", "bound"), [
    (0, 10, -1), (2, 10, -1), (9, 10, -1), (10, 10, 0), (14, 14, 0), (15, 14, 1), (24, 14, 1),
])  # fmt: skip
def test_few_who_mention_a_theme_or_do_not_are_only_told_to_be_few(tmp_path, mention, number, bound):
    (row,) = told(tmp_path, {"leader": texts_in(mention, "time", 24)})["themes"].to_dict("records")
    assert (row["n_people"], row["n_mentioned"], row["bound"]) == (24, number, bound)


def left_by(prepared, out) -> tuple[str, ...]:
    """Everything a run leaves of a study but the charts."""
    out.mkdir()
    return (undrawn_findings(prepared).sections._repr_html_(), *(p.read_text() for p in write_tables(prepared, out)))


@pytest.mark.slow
def test_a_theme_of_two_people_looks_like_one_of_nobody(tmp_path):
    pages = [
        left_by(prepare_study(open_study(tmp_path / f"{n}", {"leader": texts_in(n, "time", 24)}, more=TIME)),
                tmp_path / f"out{n}")
        for n in (0, 2)
    ]  # fmt: skip
    assert pages[0] == pages[1]
    assert "fewer than 10" in pages[0][0]


@pytest.mark.slow
def test_who_of_a_group_mentions_a_theme_changes_nothing(tmp_path):
    texts = texts_in(11, "time", 24)
    one, other = ({"leader": said, "mentor": ["time"] * 3} for said in (texts, texts[::-1]))
    pages = [left_by(prepare_study(open_study(tmp_path / name, answers, more=TIME)), tmp_path / f"out{name}")
             for name, answers in (("a", one), ("b", other))]  # fmt: skip
    assert pages[0] == pages[1]


@pytest.mark.slow
def test_what_hidden_people_wrote_changes_nothing(tmp_path):
    texts = texts_in(11, "time", 24)
    pages = [left_by(prepare_study(open_study(tmp_path / said, {"leader": texts, "mentor": [said] * 6}, more=TIME)),
                     tmp_path / f"out{said}") for said in ("time", "else")]  # fmt: skip
    assert pages[0] == pages[1]


def test_a_theme_waits_until_each_answer_of_the_group_is_coded(tmp_path):
    folder = open_study(tmp_path, {"leader": texts_in(12, "time", 24)})
    marks = {str(n): ["time"] for n in range(1, 13)}
    found = shown(coded(folder, {"a": marks | {"24": None}}))
    assert found["themes"].empty
    assert found["open_answers"]["awaits"].tolist() == [1]
    found = shown(coded(folder, {"a": marks}))
    assert found["themes"].set_index("theme")["n_mentioned"].to_dict() == {"learning": 10, "time": 12}
    assert found["open_answers"]["awaits"].tolist() == [0]


@pytest.mark.parametrize(
    ("rule", "n", "table"), [("few wrote", 9, "open_answers"), ("too few for two groups", 19, "themes")]
)
def test_each_rule_hides_by_itself(tmp_path, monkeypatch, rule, n, table):
    monkeypatch.setattr(Circulated, "takes", lambda self, named, across=False: True)
    prepared = prepare_study(open_study(tmp_path, {"leader": texts_in(9, "time", n)}, more=TIME))
    assert shown(prepared)[table].dropna().empty
    monkeypatch.setattr(rules, "RULES", tuple(one for one in rules.RULES if one.name != rule))
    assert len(shown(prepared)[table].dropna()) == 1


def in_cohorts(folder, sizes: dict[str, int]):
    """A study whose leaders are in cohorts of these sizes; the first half of each mentions time."""
    texts = [text for n in sizes.values() for text in texts_in(n // 2, "time", n)]
    open_study(folder, {"leader": texts}, more=TIME, toml=COHORTS, facts={"group": "a"})
    names = [name for name, n in sizes.items() for _ in range(n)]
    for wave in ("pre", "post"):
        rows = pd.read_csv(folder / f"{wave}.csv", dtype=str)
        rows.assign(group=names).to_csv(folder / f"{wave}.csv", index=False)
    return prepare_study(folder)


@pytest.mark.slow
def test_cohorts_are_counted_together_and_no_part_is_told_of(tmp_path):
    prepared = in_cohorts(tmp_path, {"first one": 24, "second one": 30, "third one": 4})
    found = shown(prepared)
    assert found["themes"][["cohort", "n_people", "n_mentioned"]].to_numpy().tolist() == [["all cohorts", 58, 29]]
    assert len(found["open_answers"]) == 1
    assert "reflections" not in [section.name for section in undrawn_findings(prepared, cohort="first one").sections]


def in_arms(folder, waiting: int, more: str = TIME):
    texts = texts_in(12, "time", 24) + texts_in(10, "time", waiting)
    open_study(folder, {"leader": texts}, more=more, toml=ARMS, facts={"group": "programme"},
               files={"quotes.csv": "unit\n"})  # fmt: skip
    for wave in ("pre", "post"):
        rows = pd.read_csv(folder / f"{wave}.csv", dtype=str)
        arms = ["programme"] * 24 + ["waitlist"] * waiting
        rows.assign(group=arms).to_csv(folder / f"{wave}.csv", index=False)
    return prepare_study(folder)


@pytest.mark.slow
def test_the_comparison_is_counted_apart_and_not_on_the_page(tmp_path):
    prepared = in_arms(tmp_path, 20)
    assert shown(prepared)["themes"].set_index("arm")["n_people"].to_dict() == {"programme": 24, "waitlist": 20}
    text = undrawn_findings(prepared).reflections.text
    assert "Asked after, 24 leaders wrote something in their own words." in text
    assert "(24)" in text
    assert "20" not in text


def quote(prepared, person: int):
    (prepared.study.path / "quotes.csv").write_text(f"unit\n{prepared.open_answers['unit'][person - 1]}\n")
    return prepare_study(prepared.study.path)


@pytest.mark.slow
def test_a_quote_is_refused_where_no_group_is_shown(tmp_path):
    folder = open_study(tmp_path, {"leader": ["fine"] * 9}, more=QUOTED, files={"quotes.csv": "unit\n"})
    with pytest.raises(StudyError, match="in a group that is not shown"):
        shown(quote(prepare_study(folder), 1))


def test_a_quote_of_the_comparison_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"quotes\.csv, row 2: of somebody in a group that is not shown"):
        shown(quote(in_arms(tmp_path, 20, QUOTED), 25))


@pytest.mark.slow
def test_quotes_come_from_groups_of_the_programme_that_are_shown(tmp_path):
    prepared = in_arms(tmp_path / "arms", 20, QUOTED)
    assert shown(quote(prepared, 1))["quotes"].to_numpy().tolist() == [
        ["all people", "leader", "It was about time for me."]
    ]
    with pytest.raises(StudyError, match=r"quotes\.csv, row 2: of somebody in a group that is not shown"):
        shown(quote(prepared, 25))
    folder = open_study(tmp_path / "few", {"leader": texts_in(1, "time", 24), "mentor": ["fine"] * 9}, more=QUOTED,
                        files={"quotes.csv": "unit\n"})  # fmt: skip
    with pytest.raises(StudyError, match="Remove them"):
        decide(quote(prepare_study(folder), 25))


@cache
def released(folder):
    """A study of which an edition was released, when 24 of 40 leaders had written something."""
    study = open_study(folder, {"leader": texts_in(12, "time", 24) + [""] * 16}, more=TIME)
    release(prepare_study(study), "board")
    return study


def answered(folder, texts):
    """The same study, later: what the leaders wrote by then."""
    rows = pd.read_csv(folder / "post.csv", dtype=str, keep_default_na=False)
    rows.assign(words=texts).to_csv(folder / "post.csv", index=False)
    return prepare_study(folder)


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return released(tmp_path_factory.mktemp("editions"))


def test_a_release_remembers_who_wrote_something(edition):
    (one,) = read_editions(prepare_study(edition).study)
    (group,) = [group for group in one.groups if group.pile.family == OPEN_ANSWERS]
    assert (group.pile.wave, len(group.questionnaires)) == ("post", 24)


@pytest.mark.slow
@pytest.mark.parametrize(("texts", "n_people"), [
    (texts_in(12, "time", 26) + [""] * 14, 24),
    (texts_in(12, "time", 34) + [""] * 6, 34),
    ([""] * 3 + texts_in(12, "time", 21) + [""] * 16, None),
    ([""] * 3 + texts_in(12, "time", 24) + [""] * 13, None),
], ids=["two late wait", "ten late count", "three gone hide the others", "as many came as went"])  # fmt: skip
def test_who_comes_or_goes_after_a_release_cannot_be_told(edition, texts, n_people):
    numbers = decide(answered(edition, texts)).tables
    (row,) = numbers["open_answers"].to_dict("records")
    assert (None if pd.isna(row["n_people"]) else row["n_people"]) == n_people
    assert numbers["themes"]["n_people"].tolist() == ([n_people] if n_people else [])


@pytest.mark.slow
def test_files_beside_the_page_have_no_quote_and_no_word(tmp_path):
    prepared = quote(prepare_study(open_study(
        tmp_path / "study", {"leader": texts_in(12, "time", 24)}, more=QUOTED, files={"quotes.csv": as_csv([["unit"]])},
    )), 1)  # fmt: skip
    page, *files = left_by(prepared, tmp_path / "out")
    assert "It was about time" in page
    assert not any("It was about time" in text for text in files)
