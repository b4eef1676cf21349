"""Codes that are equal but for the way they are written are named, and one key links them; so are names of cohorts."""

import re
from difflib import SequenceMatcher
from itertools import combinations
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.checks import check_study
from rm_research.errors import ReadError
from rm_research.linkage import link_waves
from rm_research.linkage.alike import _alike
from rm_research.panel import prepare_study
from rm_research.responses.intake import take_in
from rm_research.study import read_study
from rm_research.study.entries import slug, tidy_text
from rm_research.study.spelling import FORMS, written

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
[scales.mood]
"""
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\n"
PLAIN = [f"{number}" for number in range(1001, 1013)]


def export(codes, cohorts=None):
    cohorts = cohorts or ["A"] * len(codes)
    rows = [
        f'"{code}",{cohort},3,{1 + place % 5}' for place, (code, cohort) in enumerate(zip(codes, cohorts, strict=True))
    ]
    return "\n".join(["code,cohort,m1,m2", *rows]) + "\n"


@pytest.fixture
def study(write_study):
    def write(pre, post, *, more="", toml=TOML, **files):
        of_wave = {f"{name}.csv": part if isinstance(part, str) else export(part)
                   for name, part in ({"pre": pre, "post": post} | files).items()}  # fmt: skip
        return write_study(more, toml=toml, codebook=CODEBOOK, files=of_wave)

    return write


def linked(folder):
    study = read_study(folder)
    return link_waves(take_in(study), study)


def messages(folder, rule):
    problems = linked(folder).problems
    return problems.loc[problems["rule"] == rule, "message"].tolist()


def pairs(folder):
    return int((linked(folder).links["how"] == "exact").sum()) // 2


SPELLINGS = {
    "number": [f"00{code}" for code in PLAIN],
    "punctuation": [f"{code[:2]}-{code[2:]}" for code in PLAIN],
    "plus-tag": [f"p{code}@example.org" for code in PLAIN],
    "words": [f"My code is {code}" for code in PLAIN],
}


@pytest.mark.parametrize("form", SPELLINGS)
def test_codes_written_otherwise_are_a_warning_and_the_key_links_them(study, form):
    pre, post = [*PLAIN], [*SPELLINGS[form][:8], *PLAIN[8:]]
    if form == "plus-tag":
        pre, post = (
            SPELLINGS[form],
            [code.replace("@", "+survey@") if int(code[1:5]) <= 1008 else code for code in SPELLINGS[form]],
        )
    folder = study(pre, post)
    assert pairs(folder) == 4
    warning = next(text for text in messages(folder, "codes_alike") if f'"{form}"' in text)
    assert warning.startswith("8 codes of pre, post would be linked if codes were compared")
    declared = warning[warning.index("compare = ") : warning.index(" to [link]")]
    mended = study(pre, post, more=f"[link]\n{declared}\n")
    assert pairs(mended) == 12
    assert messages(mended, "codes_alike") == []


@pytest.mark.parametrize("post", [[f"{code}.00" for code in PLAIN], [f"{code[0]}.{code[1:]}E+3" for code in PLAIN]])
def test_spreadsheets_ways_with_numbers_are_known(study, post):
    assert len(messages(study(PLAIN, post), "codes_alike")) >= 1
    assert pairs(study(PLAIN, post, more='[link]\ncompare = "number"\n')) == 12


def test_cohorts_without_a_pair_are_told_what_would_help(study):
    [message] = messages(study(PLAIN, SPELLINGS["number"]), "no_pairs")
    assert 'compare = ["number"]' in message
    [message] = messages(study(PLAIN, [f"z{code}" for code in PLAIN]), "no_pairs")
    assert "Check columns.person" in message


def test_different_people_whom_a_form_makes_equal_are_an_error_that_names_it(study):
    folder = study(["01", "1", *PLAIN], [*PLAIN], more='[link]\ncompare = ["number"]\n')
    [message] = messages(folder, "duplicate_codes")
    assert "If they are different people, it is [link] compare that makes their codes equal" in message


def test_no_code_is_in_a_message(study):
    folder = study(PLAIN, SPELLINGS["plus-tag"])
    texts = " ".join(check_study(folder).to_frame()["message"])
    assert not any(code in texts for code in PLAIN)


def test_codes_of_different_cohorts_are_different_people(study):
    toml = TOML.replace('person = "code"', 'person = "code"\ncohort = "cohort"')
    pre, post = export(PLAIN, ["A"] * 12), export(SPELLINGS["number"], ["B"] * 12)
    assert messages(study(pre, post, toml=toml), "codes_alike") == []
    assert messages(study(pre, post, toml=toml, more='[link]\nwithin = "study"\n'), "codes_alike")


def test_a_roster_may_write_codes_otherwise(study):
    roster = "code,cohort\n" + "".join(f"00{code},A\n" for code in PLAIN)
    more = '[roster]\nfile = "roster.csv"\ncolumns = { person = "code" }\n'
    [message] = messages(study(PLAIN, export(["x"]), more=more, roster=roster), "codes_alike")
    assert message.startswith("12 codes of pre, roster would be linked")


@examples(60)
@given(st.text(min_size=1, max_size=12), st.sampled_from(list(FORMS)))
def test_a_form_is_settled(text, form):
    code = tidy_text(text)
    once = written(code, (form,))
    assert written(tidy_text(once), (form,)) == once
    if once != code:  # whatever changes has the sign, so that none is missed
        assert FORMS[form].sign.search(code)


WITH_COHORTS = TOML.replace('person = "code"', 'person = "code"\ncohort = "cohort"')


def of_cohorts(*names):
    cohorts = [names[place % len(names)] for place in range(len(PLAIN))]
    return export(PLAIN, cohorts)


@pytest.mark.parametrize("names", [("Spring 2025", "spring-2025"), ("Köln", "Koln"), ("A", "🙂"), ("A", "..")])
def test_names_that_cannot_name_pages_are_an_error_in_check_already(study, names):
    part = of_cohorts(*names)
    folder = study(part, part, toml=WITH_COHORTS)
    [message] = messages(folder, "cohort_name")
    assert "Rename cohorts under [values.cohort]" in message
    with pytest.raises(ReadError):
        prepare_study(folder)


@pytest.mark.parametrize("names", [("Spring 2025", "Spring 25"), ("Leeds", "Leed"), ("Marketing", "Marketting")])
def test_names_that_seem_to_mean_one_cohort_are_named_together(study, names):
    part = of_cohorts(*names)
    [message] = messages(study(part, part, toml=WITH_COHORTS), "cohorts_alike")
    assert all(repr(name) in message for name in names)
    more = f'[values.cohort]\n"{names[0]}" = ["{names[1]}"]\n'
    assert messages(study(part, part, toml=WITH_COHORTS, more=more), "cohorts_alike") == []
    more = f'[reporting]\ncohorts = ["{names[0]}", "{names[1]}"]\n'
    assert messages(study(part, part, toml=WITH_COHORTS, more=more), "cohorts_alike") == []


@pytest.mark.parametrize(
    "names",
    [
        ("Spring 2024", "Spring 2025"),
        ("Group 1", "Group 2"),
        ("A1", "A2"),
        ("2024 spring", "2024 autumn"),
        ("School A", "School B"),
    ],
)
def test_names_that_differ_are_let_be(study, names):
    part = of_cohorts(*names)
    assert messages(study(part, part, toml=WITH_COHORTS), "cohorts_alike") == []


def test_a_cohort_may_be_left_out(study):
    pre = export(PLAIN, ["A"] * 6 + ["B"] * 6)
    post = export([*PLAIN[:6], *[f"z{code}" for code in PLAIN[6:]]], ["A"] * 6 + ["B"] * 6)
    folder = study(pre, post, toml=WITH_COHORTS)
    assert "leave_out" in messages(folder, "no_pairs")[0]
    left = check_study(study(pre, post, toml=WITH_COHORTS, more='[reporting]\nleave_out = ["b"]\n'))
    assert not left.has_errors
    assert left.prepared.cohorts == ("A",)
    assert "'B': left out with 12 questionnaires" in " ".join(left.table["message"])
    assert "cohorts left out as declared" in set(left.prepared.ledger["rule"])
    wrong = check_study(study(pre, post, toml=WITH_COHORTS, more='[reporting]\nleave_out = ["Bb"]\n'))
    assert "there is no cohort 'Bb'; did you mean 'B'?" in " ".join(wrong.table["message"])


def test_a_study_of_which_nothing_is_left_is_an_error(study):
    part = export(PLAIN, ["A"] * 12)
    [message] = messages(study(part, part, toml=WITH_COHORTS, more='[reporting]\nleave_out = ["A"]\n'), "nobody_left")
    assert message == "reporting.leave_out names every cohort. Take one out of the list."


@pytest.mark.parametrize(
    ("method", "said"), [("exact", "Similar codes were not looked for"), ("code", "No problems were found")]
)
def test_a_table_that_nobody_searched_does_not_say_that_it_is_clean(study, method, said):
    page = check_study(study(PLAIN, PLAIN, more=f'[link]\nmethod = "{method}"\n'))._repr_html_()
    section = page[page.index("Similar codes that were not linked") :]
    assert section[section.index("<p>") :].startswith(f"<p>{said}")


NAME = st.lists(
    st.sampled_from(["Leeds", "Leed", "York", "Yorkk", "2024", "24", "7", "a", "!"]), min_size=1, max_size=3
)


def alike(one, other):
    """As the rule is worded, for one pair."""
    first, second = (re.sub(r"\b(?:19|20)(\d\d)\b", r"\1", slug(name).replace("-", " ")) for name in (one, other))
    letters = min(len(re.sub(r"[^a-z]", "", name)) for name in (first, second))
    near = letters > 3 and SequenceMatcher(None, first, second).ratio() >= 0.85
    same_numbers = re.findall(r"\d+|\b[a-z]\b", first) == re.findall(r"\d+|\b[a-z]\b", second)
    return slug(one) != slug(other) and (first == second or (same_numbers and near))


@given(st.lists(NAME.map(" ".join), max_size=6, unique=True))
@examples(30)
def test_pairs_of_cohorts_that_seem_to_be_one_are_all_found_in_order(names):
    assert list(_alike(names)) == [pair for pair in combinations(names, 2) if alike(*pair)]


def test_numbered_cohorts_are_not_all_compared():
    with mock.patch("rm_research.linkage.alike.SequenceMatcher", side_effect=AssertionError):
        assert list(_alike([f"cohort {number}" for number in range(500)])) == []


@pytest.mark.parametrize("wave", ["pre", "post"])
@pytest.mark.parametrize("name", ["Frühjahr", "Été 2024", "Zürich – Süd"])
def test_a_cohort_whose_name_is_garbled_in_one_wave_is_an_error_that_names_the_file(write_study, wave, name):
    def export(cohort):
        return "code,cohort,m1,m2\n" + "".join(
            f"P{k},{cohort if k % 2 else 'Herbst'},{1 + k % 5},{1 + (k * 3) % 5}\n" for k in range(24))  # fmt: skip

    garbled = name.encode().decode("cp1252")
    files = {f"{one}.csv": export(garbled if one == wave else name) for one in ("pre", "post")}
    toml = (
        'title = "t"\n[waves.pre]\nfile = "pre.csv"\n[waves.post]\nfile = "post.csv"\n'
        '[columns]\nperson = "code"\ncohort = "cohort"\n[scales.mood]\n'
    )
    folder = write_study(toml=toml, codebook="item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\n", files=files)
    found = check_study(folder).table
    found = found[found["rule"] == "garbled_text"]
    assert found[["severity", "file"]].to_numpy().tolist() == [["error", f"{wave}.csv"]]
    assert f"stands for {name!r}" in found["message"].iloc[0]
    mended = toml.replace(f'file = "{wave}.csv"', f'file = "{wave}.csv"\nencoding = "utf-8 read as cp1252"')
    (folder / "study.toml").write_text(mended, encoding="utf-8")
    assert "garbled_text" not in set(check_study(folder).table["rule"])
