"""Open answers are freed of contacts, and of the names, codes and cohorts that a study's own files hold."""

import time

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from open_studies import THEMES, TOML, as_csv, open_study
from properties import examples

from rm_research.privacy import TAKEN_OUT
from rm_research.responses import read_responses
from rm_research.responses.screening import OF_TEXT, SHARED, Names

KEY = b"k" * 32
MARK = TAKEN_OUT


def names(*people: str, codes: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> Names:
    made = Names(KEY)
    made.of_people(people)
    made.of_persons(codes)
    made.of_codes(groups)
    return made


@pytest.mark.parametrize(("text", "screened"), [
    ("Mary helped.", f"{MARK} helped."),
    ("mary's phone, MARY, Jones", f"{MARK}'s phone, {MARK}, {MARK}"),
    ("Maryland and jonesy stay", "Maryland and jonesy stay"),
    ("Anne-Marie and José, jose, JOSE\u0301", f"{MARK}-{MARK} and {MARK}, {MARK}, {MARK}"),
    ("Ｍａｒｙ and Ma\u200bry and ma\u00adry", f"{MARK} and {MARK} and {MARK}"),
    ("my code is qx-17b", f"my code is {MARK}"),
    ("of the Northern Lights cohort", f"of the {MARK} cohort"),
    ("Northern weather", "Northern weather"),
    ("see https://example.org/mary?x=1 or www.corp.example", f"see {MARK} or {MARK}"),
    ("on corp-intra.com/team, by @mary_j", f"on {MARK} by {MARK}"),
    ("mail mary@example.org or +44 7700 900123", f"mail {MARK} or {MARK}"),
    ("12 weeks, 5 people, e.g. this.", "12 weeks, 5 people, e.g. this."),
    ("🙂👍🏽 שלום", "🙂👍🏽 שלום"),
    ("", ""),
])  # fmt: skip
def test_what_tells_of_somebody_is_replaced(text, screened):
    known = names("Dr Mary Jones", "Anne-Marie", "José", codes=("QX-17B", "12", "P5"), groups=("Northern Lights", "A"))
    assert known.screened(text) == screened


@pytest.mark.parametrize(("text", "screened"), [
    ("Annas Idee, Peters Vorschlag, mit Petern", f"{MARK} Idee, {MARK} Vorschlag, mit {MARK}"),
    ("Müllers, Mueller, Muller", f"{MARK}, {MARK}, {MARK}"), ("Groesser und Größer", "Groesser und Größer"),
    ("Schroeder and Schröder's", f"{MARK} and {MARK}'s"), ("Annals, Petersburg", "Annals, Petersburg"),
    ("Lukasz, Łukasz, Jorgensen", f"{MARK}, {MARK}, {MARK}"),
    ("AnnaPeter, annamüllers", f"{MARK}, {MARK}"), ("annapetersburg", "annapetersburg"),
])  # fmt: skip
def test_names_in_other_forms_are_found(text, screened):
    assert names("Anna", "Peter", "Müller", "Schroeder", "Łukasz", "Jørgensen").screened(text) == screened


@pytest.mark.parametrize("code", ["mary.poppins@example.org", "Mary Poppins"])
def test_a_code_that_is_a_name_or_an_address_is_a_name(code):
    assert names(codes=(code,)).screened("Mary, and Poppins") == f"{MARK}, and {MARK}"


@pytest.mark.parametrize(("text", "screened"), [
    ("My Do said: my, do", f"{MARK} {MARK} said: my, do"), ("the end of it, and her", "the end of it, and her"),
    ("the 12 leeds", MARK), ("The-12, Leeds", MARK), ("THE12", "THE12"), ("north", "north"), ("North Team", MARK),
])  # fmt: skip
def test_short_names_and_parts_of_codes_are_no_words(text, screened):
    known = names("My Do", codes=("the 12 leeds", "her", "end"), groups=("North team",))
    assert known.screened(text) == screened


@pytest.mark.parametrize("word", sorted(SHARED))
def test_titles_and_particles_are_no_names(word):
    assert names(f"{word} Mary").screened(f"{word}, {word.title()} Mary") == f"{word}, {word.title()} {MARK}"


@pytest.mark.parametrize("kind", OF_TEXT)
def test_the_example_of_each_pattern_is_taken_out(kind):
    assert Names(KEY).screened(f"by {OF_TEXT[kind].example} then") == f"by {MARK} then"


def test_names_are_kept_as_digests_of_the_key_only():
    known = names("Mary")
    assert "mary" not in f"{known!r}{known.digests}".casefold()
    assert known.digests.isdisjoint(Names(b"x" * 32).digests | {Names(b"x" * 32)._digest("mary")})


WORDS = st.sampled_from(
    ["Mary", "jones", "O'Neil", "x", "time", "🙂", ".", "-", "\n", "Straße", "qx", "17b", "@", "ab"]
)


@given(st.lists(WORDS, max_size=12).map(" ".join))
@examples(150)
def test_no_name_is_left_and_what_was_screened_stays(text):
    known = names("Mary Jones", "O'Neil", codes=("QX 17b",))
    screened = known.screened(text)
    assert known.screened(screened) == screened
    left = screened.casefold().replace("'", " ").split()
    assert not {"mary", "jones", "neil"} & set(left)
    assert "qx 17b" not in screened.casefold()


def test_long_answers_take_no_time():
    known, begun = names("Mary", codes=("QX-1",)), time.perf_counter()
    for text in ("a" * 20_000, "a " * 10_000, "." * 20_000, "@" * 20_000, "www." * 5_000, "1" * 20_000, "a." * 10_000):
        known.screened(text)
    assert time.perf_counter() - begun < 5


def texts_of(folder) -> list[str]:
    return read_responses(folder).responses["words"].dropna().tolist()


def test_names_come_from_every_column_of_names_of_roster_and_exports(tmp_path):
    roster = as_csv([["code", "role", "Last name", "E-mail"], ["QX-0001", "leader", "Poppins", "bert.x@example.org"]])
    said = "Poppins, Bert, Ludmilla and Northgate agree"
    folder = open_study(
        tmp_path, {"leader": [said], "mentor": ["fine"]}, facts={"First name": "Ludmilla", "group": "Northgate"},
        more=THEMES + '[roster]\nfile = "roster.csv"\n', files={"roster.csv": roster},
        toml=TOML.replace('role = "role"', 'role = "role"\ncohort = "group"'),
    )  # fmt: skip
    assert texts_of(folder) == [f"{MARK}, {MARK}, {MARK} and {MARK} agree", "fine"]


def test_a_code_of_several_columns_is_looked_for_as_a_whole(tmp_path):
    folder = open_study(
        tmp_path, {"leader": ["the town of Leeds, QX-0001 the Leeds"]}, facts={"mother": "The", "town": "Leeds"},
        more="", toml=TOML.replace('person = "code"', 'person = ["code", "mother", "town"]'),
    )  # fmt: skip
    assert texts_of(folder) == [f"the town of Leeds, {MARK}"]


def test_the_ledger_counts_the_answers_that_changed(tmp_path):
    folder = open_study(tmp_path, {"leader": ["I met QX-0002", "fine", "qx 0001!"]})
    intake = read_responses(folder)
    step = intake.ledger.set_index("rule").loc["names, codes and addresses removed from words"]
    assert step[["rows_before", "rows_after", "cells"]].tolist() == [6, 6, 2]
    assert not intake.ledger["rule"].str.contains("QX").any()


def test_numbers_and_attributes_are_left_as_they_are(tmp_path):
    folder = open_study(
        tmp_path, {"leader": ["fine"]}, facts={"unit": "QX-0001 house"}, toml=TOML + '[attributes]\nunit = "unit"\n',
        more="",
    )  # fmt: skip
    intake = read_responses(folder)
    assert set(intake.facts["unit"]) == {"QX-0001 house"}
    assert isinstance(intake.responses, pd.DataFrame)
