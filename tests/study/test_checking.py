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
        ('[design]\nbaseline = "per"', "design.baseline: 'per' is not an occasion; did you mean 'pre'?"),
        ('[design]\nunit = "team"',
         "design.unit: 'team' is neither person, dyad, cohort nor an attribute; known: person"),
        ('[design]\nunit = "dyad"', "design.unit: no column says which dyad people are in; add dyad under [columns]"),
        ('[design]\ncomparison = "waitlist"',
         "design.comparison: no column says which arm people are in; add arm under"),
        ('[link]\nelements = ["a:2"]',
         'link.elements: applies only to method = "code"; remove it or change the method'),
        ('[attributes]\nrole = "r"',
         "attributes.role: is a standard fact, not an attribute; name its column under [columns]"),
        ('[attributes]\ncluster = "r"',
         "attributes.cluster: every study has a column with this name; rename the attribute"),
        ('[values.rolle]\nleader = "L"', "values.rolle: is neither a fact nor an attribute; did you mean 'role'?"),
        ('[values.role]\nleader = "L"\nmentor = ["l "]',
         "values.role: 'l' is listed under two words; keep it under one"),
        ('[answers.agree]\nYes = 1\n"yes " = 2', "answers.agree: 'yes' is listed twice (case and spaces are ignored);"),
        ('[attributes]\nunit = { per = "u" }', "attributes.unit: 'per' is not a wave; did you mean 'pre'?"),
        ('[roster]\nfile = "r.csv"\ncolumns = { rolle = "R" }', "roster.columns.rolle: is not a fact; did you mean"),
        ('[sessions]\nfile = "s.csv"\ncolumns = { minute = "M" }', "sessions.columns.minute: is not a fact; did you"),
        ('[scales.joy]\n', ""),
    ],
)  # fmt: skip
def test_study_toml_contradicting_itself(write_study, more, sentence):
    expected = (
        f"study.toml: {sentence}" if sentence else "codebook.csv: scale 'joy' in study.toml has no items; add them"
    )
    assert [text[: len(expected)] for text in faults(write_study(toml=BASE + more))] == [expected]


def test_the_comparison_cannot_be_the_programme(write_study):
    more = '[design]\ncomparison = "programme"\n[roster]\nfile = "r.csv"'
    sentence = (
        "study.toml: design.comparison: 'programme' is the programme's own arm; name the arm without the programme"
    )
    assert faults(write_study(toml=BASE + more)) == [sentence]


def test_an_unknown_outcome_gets_a_suggestion(write_study):
    assert faults(write_study(toml='outcomes = ["moood"]' + BASE)) == [
        "study.toml: outcomes: 'moood' is not a scale; did you mean 'mood'?"
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
        ('"a.b"', "waves.a.b: the name contains a dot, which codebook.csv uses in 'wave.source'; rename the wave"),
        ("low", "waves.low: codebook.csv already has a column with that name; rename the wave"),
    ],
)
def test_a_wave_has_a_name_the_codebook_can_use(write_study, name, sentence):
    assert f"study.toml: {sentence}" in faults(write_study(toml=BASE.replace("waves.post", f"waves.{name}")))


def test_one_wave_must_be_an_occasion(write_study):
    toml = BASE.replace('file = "pre.csv"', 'kind = "retrospective"\nfile = "pre.csv"')
    toml = toml.replace('file = "post.csv"', 'kind = "retrospective"\nfile = "post.csv"')
    assert faults(write_study(toml=toml)) == [
        "study.toml: waves: all are retrospective; at least one must be an occasion: remove kind from it"
    ]


def test_sources_need_names(write_study):
    sources = '[[waves.post.sources]]\nfile = "a.csv"\n[[waves.post.sources]]\nfile = "b.csv"\n'
    toml = BASE.replace('[waves.post]\nfile = "post.csv"\n', sources)
    assert faults(write_study(toml=toml)) == [
        "study.toml: waves.post.sources: each source needs its own name; add name to each"
    ]


HEADER = "item,scale,kind,reverse,low,high,answers,pre,post\n"
GOOD = "m1,mood,,,1,5,,,\n"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("m2,moood,,,1,5,,,", " row 3: item 'm2' has scale 'moood', which study.toml lacks; did you mean 'mood'?"),
        ("m2,mood,text,,1,5,,,", " row 3: item 'm2' has kind 'text' but also a scale; make it a number, or leave"),
        ("m2,,choice,,,,agree,,", " row 3: item 'm2' has kind 'choice' but also numbered answers; make it a number"),
        ("m2,mood,,,1,5,agre,,", " row 3: item 'm2' has answers 'agre', but study.toml has no [answers.agre]; add it"),
        ("m2,mood,,,5,1,,,", " row 3: item 'm2' must have low below high, or neither"),
        ("m2,,,,1,,,,", " row 3: item 'm2' must have low below high, or neither"),
        ("m2,,,yes,,,,,", " row 3: item 'm2' is reversed, so it needs low and high, the ends of its answer scale"),
        ("m2,mood,,,1,5,agree,,", " row 3: item 'm2' has low 1 and high 5, but [answers.agree] has 7; correct one"),
        (
            "m2,mood,,,1,5,,-,-",
            " row 3: item 'm2' is not asked in any wave: every wave has '-'. Name its column or remove",
        ),
        (
            "m2,mood,,,1,7,,,",
            ": items of scale 'mood' have different ranges (1–5, 1–7); all items of a scale need the same range",
        ),
        ("m2,mood,,,1,5,,m1,", ": two items of scale 'mood' read column 'm1' in pre; correct one of them"),
    ],
)
def test_codebook_contradicting_study_toml_or_itself(write_study, row, sentence):
    folder = write_study("[answers.agree]\nNo = 1\nYes = 7\n", toml=BASE, codebook=HEADER + GOOD + row + "\n")
    expected = f"codebook.csv{sentence}"
    assert expected in [text[: len(expected)] for text in faults(folder)]


def test_a_scale_of_several_items_has_a_range(write_study):
    assert faults(write_study(toml=BASE, codebook="item,scale\nm1,mood\nm2,mood\n")) == [
        "codebook.csv: items of scale 'mood' have no low and high; only a scale with a single item can be unbounded"
    ]


def test_a_scale_of_one_item_may_be_unbounded(write_study):
    assert read_study(write_study(toml=BASE, codebook="item,scale\nm1,mood\n")).scale_range("mood") is None


def test_waves_without_a_common_item_cannot_be_compared(write_study):
    codebook = HEADER + "m1,mood,,,1,5,,,-\nm2,mood,,,1,5,,-,\n"
    said = faults(write_study(toml=BASE, codebook=codebook))
    assert said[0].startswith("codebook.csv: scale 'mood' has no item that all its waves ask, so its waves cannot be")


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
    with pytest.raises(StudyFileError, match=r"waves\.pre\.date_format: is not a date format"):
        read_study(write_study(toml=toml))
