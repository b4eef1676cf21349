"""Contradictions between study.toml and codebook.csv, each a sentence with its remedy."""

import pytest

from rm_research.errors import StudyFileError
from rm_research.study import read_study

BASE = """
title = "T"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
[scales.mood]
"""


def faults(folder):
    with pytest.raises(StudyFileError) as caught:
        read_study(folder)
    return [line.removeprefix("  - ") for line in str(caught.value).splitlines()[1:]]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ('[design]\nbaseline = "per"', "design.baseline: 'per' is no occasion; did you mean 'pre'?"),
        ('[design]\nunit = "team"', "design.unit: 'team' is neither person, dyad, cohort nor an attribute; known are"),
        ('[design]\nunit = "dyad"', "design.unit: no column says who is in which dyad; add dyad under [columns]"),
        ('[design]\ncomparison = "waitlist"', "design.comparison: no column says who is in which arm; add arm under"),
        ('[link]\nelements = ["a:2"]', 'link.elements: goes with method = "code" only; remove it or change the method'),
        ('[attributes]\nrole = "r"', "attributes.role: is a fact of every study; name its column under [columns]"),
        ('[attributes]\ncluster = "r"', "attributes.cluster: is a column of every study; call the attribute otherwise"),
        ('[values.rolle]\nleader = "L"', "values.rolle: is neither a fact nor an attribute; did you mean 'role'?"),
        ('[values.role]\nleader = "L"\nmentor = ["l "]', "values.role: 'l' stands for two words; keep one of them"),
        ('[answers.agree]\nYes = 1\n"yes " = 2', "answers.agree: 'yes' stands there twice, case and blanks aside;"),
        ('[attributes]\nunit = { per = "u" }', "attributes.unit: 'per' is no wave; did you mean 'pre'?"),
        ('[roster]\nfile = "r.csv"\ncolumns = { rolle = "R" }', "roster.columns.rolle: is no fact; did you mean"),
        ('[sessions]\nfile = "s.csv"\ncolumns = { minute = "M" }', "sessions.columns.minute: is no fact; did you"),
        ('[scales.joy]\n', ""),
    ],
)  # fmt: skip
def test_study_toml_contradicting_itself(write_study, more, sentence):
    expected = f"study.toml: {sentence}" if sentence else "codebook.csv: scale 'joy' of study.toml has no item; add its"
    assert [text[: len(expected)] for text in faults(write_study(toml=BASE + more))] == [expected]


def test_the_comparison_cannot_be_the_programme(write_study):
    more = '[design]\ncomparison = "programme"\n[roster]\nfile = "r.csv"'
    sentence = "study.toml: design.comparison: the comparison cannot be the arm called 'programme'; name the other arm"
    assert faults(write_study(toml=BASE + more)) == [sentence]


def test_an_unknown_outcome_gets_a_suggestion(write_study):
    assert faults(write_study(toml='outcomes = ["moood"]' + BASE)) == [
        "study.toml: outcomes: 'moood' is no scale; did you mean 'mood'?"
    ]


def test_an_outcome_is_named_once(write_study):
    assert faults(write_study(toml='outcomes = ["mood", "mood"]' + BASE)) == [
        "study.toml: outcomes: names a scale twice; name each once"
    ]


def test_linking_needs_a_code(write_study):
    said = faults(write_study(toml=BASE.replace('person = "code"', "")))
    assert said == [
        'study.toml: columns.person: is missing; name the column with each person\'s code, or set link.method = "none"'
    ]


def test_no_linking_needs_no_code(write_study):
    assert read_study(write_study(toml=BASE.replace('person = "code"', "") + '[link]\nmethod = "none"'))


def test_every_wave_needs_a_code(write_study):
    said = faults(write_study(toml=BASE.replace('"code"', '{ pre = "code" }')))
    assert said[0].startswith("study.toml: columns.person: is missing for wave post; name the column")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ('"a.b"', "waves.a.b: a wave's name may not hold a dot; codebook.csv uses it for 'wave.source'"),
        ("low", "waves.low: codebook.csv has a column of that name already; call the wave otherwise"),
    ],
)
def test_a_wave_has_a_name_the_codebook_can_use(write_study, name, sentence):
    assert f"study.toml: {sentence}" in faults(write_study(toml=BASE.replace("waves.post", f"waves.{name}")))


def test_one_wave_must_be_an_occasion(write_study):
    toml = BASE.replace('file = "pre.csv"', 'kind = "retrospective"\nfile = "pre.csv"')
    toml = toml.replace('file = "post.csv"', 'kind = "retrospective"\nfile = "post.csv"')
    assert faults(write_study(toml=toml)) == [
        "study.toml: waves: all are retrospective; at least one must be an occasion"
    ]


def test_sources_need_names(write_study):
    sources = '[[waves.post.sources]]\nfile = "a.csv"\n[[waves.post.sources]]\nfile = "b.csv"\n'
    toml = BASE.replace('[waves.post]\nfile = "post.csv"\n', sources)
    assert faults(write_study(toml=toml)) == [
        "study.toml: waves.post.sources: each needs a name of its own; give each a name"
    ]


HEADER = "item,scale,kind,reverse,low,high,answers,pre,post\n"
GOOD = "m1,mood,,,1,5,,,\n"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("m2,moood,,,1,5,,,", " row 3: item 'm2' is of scale 'moood', which study.toml lacks; did you mean 'mood'?"),
        ("m2,mood,text,,1,5,,,", " row 3: item 'm2' is of kind 'text' but has a scale; make it a number or leave"),
        ("m2,,choice,,,,agree,,", " row 3: item 'm2' is of kind 'choice' but has numbered answers; make it a number"),
        ("m2,mood,,,1,5,agre,,", " row 3: item 'm2' has answers 'agre', but study.toml has no [answers.agre]; add it"),
        ("m2,mood,,,5,1,,,", " row 3: item 'm2' needs low below high, or neither"),
        ("m2,,,,1,,,,", " row 3: item 'm2' needs low below high, or neither"),
        ("m2,,,yes,,,,,", " row 3: item 'm2' is reversed and so needs low and high, the ends of its answer scale"),
        ("m2,mood,,,1,5,agree,,", " row 3: item 'm2' has low 1 and high 5, but [answers.agree] has 7; correct one"),
        ("m2,mood,,,1,5,,-,-", " row 3: item 'm2' is asked in no wave: every wave says '-'. Name its column or remove"),
        ("m2,mood,,,1,7,,,", ": items of scale 'mood' have different ranges (1–5, 1–7); one scale needs one range"),
        ("m2,mood,,,1,5,,m1,", ": two items of scale 'mood' read column 'm1' in pre; correct one of them"),
    ],
)
def test_codebook_contradicting_study_toml_or_itself(write_study, row, sentence):
    folder = write_study("[answers.agree]\nNo = 1\nYes = 7\n", toml=BASE, codebook=HEADER + GOOD + row + "\n")
    expected = f"codebook.csv{sentence}"
    assert expected in [text[: len(expected)] for text in faults(folder)]


def test_a_scale_of_several_items_has_a_range(write_study):
    assert faults(write_study(toml=BASE, codebook="item,scale\nm1,mood\nm2,mood\n")) == [
        "codebook.csv: items of scale 'mood' have no low and high; only a scale of one item may be unbounded"
    ]


def test_a_scale_of_one_item_may_be_unbounded(write_study):
    assert read_study(write_study(toml=BASE, codebook="item,scale\nm1,mood\n")).scale_range("mood") is None


def test_waves_without_a_common_item_cannot_be_compared(write_study):
    codebook = HEADER + "m1,mood,,,1,5,,,-\nm2,mood,,,1,5,,-,\n"
    said = faults(write_study(toml=BASE, codebook=codebook))
    assert said[0].startswith("codebook.csv: scale 'mood' has no item that all its waves ask, so no two waves can be")


def test_the_column_of_a_code_is_kept_nowhere_as_text(write_study):
    codebook = "item,scale,kind,low,high,pre,post\nm1,mood,,1,5,,\nm2,mood,,1,5,,\nwho,,text,,,code,-\n"
    with pytest.raises(StudyFileError) as caught:
        read_study(write_study('[attributes]\nmail = "code"\n', codebook=codebook))
    said = str(caught.value)
    assert "attributes.mail: reads the column of a code in pre.csv" in said
    assert "item 'who' reads the column of a code in pre.csv" in said


@pytest.mark.parametrize("given", ["%d/%m/%Q", "%d/%m/%", "%d/%d/%Y"])
def test_a_format_that_no_date_can_have_is_refused(write_study, given):
    wave = f'[waves.pre]\nfile = "pre.csv"\ndate_format = "{given}"\n'
    toml = f'title = "T"\n{wave}[columns]\nperson = "code"\n[scales.mood]\n'
    with pytest.raises(StudyFileError, match=r"waves\.pre\.date_format: is no format of dates"):
        read_study(write_study(toml=toml))
