"""Known texts are recognised after they were read in a wrong encoding."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rm_research.study.entries import comparable
from rm_research.study.garbling import GARBLINGS, LIKELY, Garbling, find_garbled

UTF8 = Garbling("utf-8", "cp1252")
words = st.text("abcÄäöüßéàçñÁÍ –’“”", min_size=1, max_size=10)


@given(words, st.sampled_from(GARBLINGS))
def test_what_was_garbled_is_found_and_can_be_undone(label, how):
    wrong = how.apply(label)
    assume(wrong and not wrong.isascii() and comparable(wrong) != comparable(label))
    found = list(find_garbled([wrong], [label, "other"]))
    assert [one.known for one in found] == [label]
    assert [one.in_study for one in found] == [False] or how not in LIKELY
    assert how.undo(wrong) == label


@given(words)
def test_a_garbled_study_is_told_from_a_garbled_file(label):
    wrong = UTF8.apply(label)
    assume(comparable(wrong) != comparable(label) and not label.isascii())
    assert [one.in_study for one in find_garbled([label], [wrong])] == [True]
    assert list(find_garbled([label, wrong], [label, wrong])) == []


@pytest.mark.parametrize(("entry", "known"), [
    ("Stimme Ã¼berhaupt nicht zu", "Stimme überhaupt nicht zu"),
    ("STIMME Ã¼BERHAUPT nicht zu", "Stimme überhaupt nicht zu"),
    ("Donâ€™t agree", "Don't agree"), ("1 â€“ Agree", "1 - Agree"), ("Ãœber", "Über"),
    ("Stimme Ÿberhaupt", "Stimme überhaupt"),
    ("Stimme �berhaupt", None), ("Stimme überhaupt", "Stimme ueberhaupt"), ("Änderung", "Aenderung"),
])  # fmt: skip
def test_what_spreadsheets_make_of_labels(entry, known):
    expected = [] if known in (None, "Stimme ueberhaupt", "Aenderung") else [known]
    assert [one.known for one in find_garbled([entry], [known or "Stimme überhaupt"])] == expected


def test_a_spelling_of_ones_own_is_not_garbled():
    # what cp1252 has as an apostrophe is a control character elsewhere, and is taken out
    assert list(find_garbled(["Dont", "Don\u2019t", "Köln"], ["Don't", "Koln"])) == []
