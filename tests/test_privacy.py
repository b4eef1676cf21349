"""Personal data found and kept out, and codes hashed."""

from itertools import product
from time import perf_counter
from unittest import mock

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rm_research.privacy import ASKED, CONTACTS, asks_who, hash_codes, personal_columns, without_contacts
from rm_research.study.entries import tidy

KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def text(*values):
    return pd.Series(values, dtype="str")


@pytest.mark.parametrize(
    "name",
    ["RecipientEmail", "Recipient Last Name", "IPAddress", "IP Address", "LocationLatitude", "E-Mail", "name",
     "First name", "Telephone number", "Date of birth", "Postcode", "Your email address", "E-Mail-Adresse", "Vorname",
     "Please enter your e-mail address:", "What is your name?", "Your phone number (optional)", "Ihre Telefonnummer",
     "GPS coordinates", "Contact details", "Mobile no.", "Mentor name", "mentorName", "Student name", "Employee name",
     "Participant's name", "First and last name", "first_and_last_name", "Name (first and last)", "Vor- und Nachname",
     "Name, Vorname", "What is your name and email?", "Team leader's name", "Name of your mentor", "Name der Mentorin",
     "Name Ihres Mentors", "Bitte geben Sie Ihren Namen ein", "Coach e-mail"],
)  # fmt: skip
def test_columns_are_personal_by_their_name(name):
    assert personal_columns(pd.DataFrame({name: text("x")})) == [name]


@pytest.mark.parametrize(
    "name",
    [
        "cohort",
        "Q1_name_recall",
        "nameplate",
        "grade",
        "shipping",
        "code",
        "Name one thing you learned",
        "What is the name of your programme?",
        "recipient",
        "programme name",
        "name of your programme",
        "Team name",
        "Name of the team",
        "Name the leader you admire",
        "mentor",
        "My mentor",
        "username",
        "contact",
    ],
)
def test_other_names_are_not_personal(name):
    assert personal_columns(pd.DataFrame({name: text("x")})) == []


OWN = ("", "the", "your", "ihre", "ihrem", "ihres", "deines", "meinem")
PERSONS = ("student", "mentor", "leader", "employee", "manager", "trainer", "teilnehmer", "vorgesetzte", "vorgesetzten")
ENDINGS = ("", "s", "'s", "s'", "’", "s’")
PARTICULARS = ("name", "names", "e-mail", "email", "telephone", "telefonnummer", "nachname", "nickname", "surname")


@pytest.mark.parametrize("between", ["", "_", " "])
def test_words_may_run_together_and_take_any_ending(between):
    texts = (between.join(filter(None, (own, person + ending, particular)))
             for own, person, ending, particular in product(OWN, PERSONS, ENDINGS, PARTICULARS))  # fmt: skip
    assert [text for text in texts if not asks_who(text)] == []


@pytest.mark.parametrize(
    "text",
    ["ihrememail", "ihremployeeemail", "IhresTelefonnummer", "whatis your name", "What are your mentors' names?",
     "Name of your mentors'"],
)  # fmt: skip
def test_the_longest_word_is_not_always_the_right_one(text):
    assert asks_who(text)


@pytest.mark.parametrize(
    "words", ["name and ", "first and name, ", "the mentor's ", "ihres ", "name, ", "name . . ", "name (first, "]
)
def test_no_question_is_searched_for_long(words):
    start = perf_counter()
    assert personal_columns(pd.DataFrame({words * 200 + "!": text("x")})) == []
    # milliseconds; were each reading of it tried, longer than anybody waits
    assert perf_counter() - start < 5


def test_columns_are_personal_by_their_question():
    rows = pd.DataFrame({"Q3": text("x"), "Q4": text("x")})
    assert personal_columns(rows, {"Q3": "Please give us your e-mail address.", "Q4": "How are you?"}) == ["Q3"]


@pytest.mark.parametrize(
    "cells",
    [("mary@example.org", ""), ("192.0.2.1", "192.0.2.7"), (" a.b@c.de ", "x"), ("+44 7700 900123", "07700 900 456"),
     ("52.5200, 13.4050", "48.137,11.575"), ("(030) 901820", ""), ("555-123-4567", "")],
)  # fmt: skip
def test_columns_are_personal_when_most_of_their_cells_are_contacts(cells):
    assert personal_columns(pd.DataFrame({"Q1": text(*cells)})) == ["Q1"]


ENTRIES = st.sampled_from(
    ["", "mary@example.org", "192.0.2.1", " a.b@c.de ", "x", "5", "write to mary@example.org", None]
)


@given(
    table=st.integers(0, 5).flatmap(lambda n: st.lists(st.lists(ENTRIES, min_size=n, max_size=n), max_size=6)),
    at_once=st.integers(1, 12),
    exempt=st.sets(st.sampled_from(["c0", "c3"])),
)
def test_columns_looked_at_together_are_judged_one_by_one(table, at_once, exempt):
    rows = pd.DataFrame({f"c{k}": text(*cells) for k, cells in enumerate(table)})
    with mock.patch("rm_research.study.entries.AT_ONCE", at_once):
        found = personal_columns(rows, exempt=exempt)
    contacts = {"mary@example.org", "192.0.2.1", " a.b@c.de "}
    shares = {f"c{k}": [cell in contacts for cell in cells if cell != ""] for k, cells in enumerate(table)}
    mostly = [name for name, of in shares.items() if of and 2 * sum(of) >= len(of)]
    assert found == [name for name in mostly if name not in exempt]


def test_columns_in_pieces_are_judged_as_a_whole():
    pieces = pd.concat([text("mary@example.org", "x"), text("a@b.org", "b@c.org", "y")], ignore_index=True)
    assert personal_columns(pd.DataFrame({"Q1": pieces, "Q2": text(*"abcde")})) == ["Q1"]


def test_one_address_in_a_comment_does_not_cost_all_comments():
    assert personal_columns(pd.DataFrame({"Q1": text("write to mary@example.org", "good", "fine")})) == []


def test_addresses_are_taken_out_of_what_people_wrote():
    cleaned = without_contacts(text("ask mary.b@example.org (or 192.0.2.1), please", "version 1.2"))
    assert cleaned.tolist() == ["ask […] (or […]), please", "version 1.2"]


@pytest.mark.parametrize(
    "cell", ["2025-03-01 14:30:00", "3.5", "1 2 3 4 5 6 7 8", "2024-2025", "12345678", "01.02.2025", "10:30 to 12:45",
             "1/2/3", "version 1.2.3", "0,5", "2025/04/04 1:08:48 pm"]
)  # fmt: skip
def test_dates_and_numbers_are_no_contacts(cell):
    assert without_contacts(text(cell)).tolist() == [cell]


@pytest.mark.parametrize("contact", ["a@b.cd", "1.1.1.1", "01234567", "+1234567", "555-123-4567", "1.123,2.456"])
def test_the_shortest_contact_of_each_kind_is_taken_out(contact):
    assert without_contacts(text(contact)).tolist() == ["[…]"]


@given(st.one_of([st.from_regex(contact.expression, fullmatch=True) for contact in CONTACTS.values()]))
def test_whatever_a_pattern_matches_is_taken_out(contact):
    assert "[…]" in without_contacts(text(contact)).iloc[0]


def test_a_number_to_call_is_taken_out_of_what_people_wrote():
    assert without_contacts(text("ring +49 (0)30 901820-0 after 5, or 0171 1234567")).tolist() == [
        "ring […] after 5, or […]"
    ]


def test_a_long_text_without_blanks_is_searched_quickly():
    assert len(without_contacts(text("a" * 100_000)).iloc[0]) == 100_000


def test_text_is_compared_without_case_blanks_and_unicode_forms():
    assert len(set(tidy(text(" Ab  c ", "AB\u00a0C")))) == 1


def test_codes_that_differ_in_case_and_blanks_hash_alike():
    assert len(set(hash_codes(text("AB 12", " ab  12"), KEY))) == 1


def test_a_hash_is_16_digits_and_shows_no_code():
    assert hash_codes(text("abc"), KEY).str.fullmatch("[0-9a-f]{16}").all()


def test_hashes_differ_between_keys():
    assert hash_codes(text("abc"), KEY).iloc[0] != hash_codes(text("abc"), OTHER_KEY).iloc[0]


def test_a_pair_and_a_person_of_one_name_differ():
    assert hash_codes(text("1"), KEY).iloc[0] != hash_codes(text("1"), KEY, kind="dyad").iloc[0]


def test_blank_codes_have_no_hash():
    assert hash_codes(text("", "  "), KEY).isna().all()


def test_the_hash_is_keyed_blake2b_of_kind_and_code():
    # printf 'person:abc' | openssl mac -macopt hexkey:6b6b…6b (32 bytes) -macopt size:8 BLAKE2BMAC
    assert hash_codes(text("abc"), KEY).iloc[0] == "0a450c9427244295"


@pytest.mark.parametrize("pattern", [*ASKED.values(), *CONTACTS.values()], ids=[*ASKED, *CONTACTS])
def test_each_pattern_recognises_its_example_and_no_other_does(pattern):
    rivals = ASKED if pattern in ASKED.values() else CONTACTS
    assert [each for each in rivals.values() if each.expression.fullmatch(pattern.example)] == [pattern]


@pytest.mark.parametrize(
    "name", ["studentsurname", "Ihr Nachname", "IhreMail", "ihrename", "Name/E-mail", "memberstreetaddress"]
)
def test_words_that_run_into_each_other_are_told_apart(name):
    assert asks_who(name)


@pytest.mark.parametrize(
    "name", ["", "please enter", "order name", "location name", "member", "membership", "island", "names!"]
)
def test_words_of_other_things_are_no_particulars(name):
    assert not asks_who(name)
