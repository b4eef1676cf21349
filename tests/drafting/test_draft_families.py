"""Known printed answers get their numbers in order, in English and German, whatever their case and blanks."""

from itertools import pairwise

import pytest
from drafted_questions import worded

from rm_research.drafting.families import VOCABULARIES, grade_of, own_number, said


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda one: one.name)
def test_no_wording_has_two_grades(vocabulary):
    wordings = {(said(way), grade) for grade, ways in vocabulary.words.items() for way in ways}
    assert len({wording for wording, _ in wordings}) == len(wordings)


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda one: one.name)
def test_sets_go_upwards_through_known_grades(vocabulary):
    for one in vocabulary.sets:
        assert set(one) <= set(vocabulary.words)
        assert all(before < after for before, after in pairwise(one))


LISTS = {
    "agree5": ["Strongly disagree", "Disagree", "Neither agree or disagree", "Agree", "Strongly Agree"],
    "agree7": ["Strongly disagree", "Disagree", "Somewhat disagree", "Neither agree nor disagree", "Somewhat agree",
               "Agree", "Strongly agree"],
    "agree4": ["strongly disagree", " disagree ", "AGREE", "strongly  agree"],
    "agree_de": ["Stimme überhaupt nicht zu", "Stimme eher nicht zu", "Teils/teils", "Stimme eher zu",
                 "Stimme voll und ganz zu"],
    "trifft_zu": ["Trifft nicht zu", "Trifft eher nicht zu", "Teils, teils", "Trifft eher zu", "Trifft zu"],
    "often5": ["Never", "Rarely", "Sometimes", "Often", "Always"],
    "often5_other": ["Never ", "Sometimes", "Often", "Very Often", "Always"],
    "often_de": ["Nie", "Selten", "Manchmal", "Häufig", "Immer"],
    "satisfied5": ["Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"],
    "satisfied_de": ["Sehr unzufrieden", "Eher unzufrieden", "Teils/teils", "Eher zufrieden", "Sehr zufrieden"],
    "likely5": ["Very unlikely", "Unlikely", "Neither likely nor unlikely", "Likely", "Very likely"],
    "confident5": ["Not at all confident", "Slightly confident", "Somewhat confident", "Fairly confident",
                   "Very confident"],
    "extent_de": ["Überhaupt nicht", "Wenig", "Etwas", "Ziemlich", "Sehr"],
    "quality5": ["Very poor", "Poor", "Fair", "Good", "Excellent"],
    "yes_no": ["No", "Yes"],
    "ja_nein": ["Nein", "Ja"],
}  # fmt: skip


@pytest.mark.parametrize("labels", LISTS.values(), ids=LISTS)
def test_printed_answers_get_their_numbers_in_order(labels):
    found = worded(labels)
    # four of five: a middle that nobody chose may be missing
    assert (found.doubt == "") is (len(labels) != 4)
    first = 0 if len(labels) == 2 else 1
    expected = {said(label): number for number, label in enumerate(labels, start=first)}
    assert {said(label): number for label, number in found.labels.items()} == expected
    assert found.ends == (first, first + len(labels) - 1)


def test_an_answer_nobody_gave_has_its_place_and_is_checked():
    found = worded(["Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"])
    assert list(found.labels.values()) == [1, 2, 3, 4, 5]
    assert found.labels["Strongly disagree"] == 1
    assert "nobody answered 'Strongly disagree'" in found.doubt


def test_an_unseen_answer_ends_as_the_others_do():
    found = worded(["Not at all confident", "Slightly confident", "Very confident", "Extremely confident"])
    assert found.labels["Moderately confident"] == 3


def test_words_of_two_things_are_no_set():
    found = worded(["Very happy", "Very sad", "Somewhat happy", "Somewhat sad"])
    assert (found.unordered, set(found.labels.values())) == (True, {None})
    assert "nothing shows the order" in found.doubt


@pytest.mark.parametrize(
    ("entry", "number"),
    [("5 - Strongly agree", 5), ("Strongly agree (5)", 5), ("1=never", 1), ("(2) rarely", 2), ("-1: worse", -1),
     ("Agree", None), ("5", None), ("12 monkeys", None)],
)  # fmt: skip
def test_numbers_that_answers_carry(entry, number):
    assert own_number(entry) == number


def test_case_blanks_and_marks_do_not_count():
    agreement = VOCABULARIES[0]
    assert grade_of("  NEITHER  agree, nor disagree. ", agreement) == grade_of("Neither", agreement)
    assert grade_of("Agreeable", agreement) is None
