"""Cells into answers."""

import pandas as pd
import pytest

from rm_research.responses.answers import read_answers, showable
from rm_research.study import Item

LABELS = {"Disagree": 1.0, "Neither": 2.0, "Agree": 3.0}


def item(kind="number", low=1.0, high=5.0, missing=()):
    return Item("q", "", kind, False, low, high, "", missing, "", {}, 2)


def columns(table):
    return [table[name] for name in table]


def read(*cells, labels=None, missing=(), **of_item):
    """Answers of one column; or of several, where the cells are tuples."""
    table = pd.DataFrame([cell if isinstance(cell, tuple) else (cell,) for cell in cells], dtype="str")
    return read_answers(columns(table.rename(columns=str)), item(**of_item), labels or {}, missing)


def given(answers):
    return answers.usable.astype(object).where(answers.usable.notna(), None).tolist()


def faults(answers):
    found = answers.faulty(answers.usable.index)["fault"]
    return [found.get(row) for row in answers.usable.index]


def test_numbers_are_read_as_numbers():
    assert given(read("1", " 2 ", "3.5", "4e0")) == [1, 2, 3.5, 4]


def test_an_empty_cell_is_no_answer_and_no_fault():
    answers = read("", "  ")
    assert (given(answers), faults(answers), answers.answered.tolist()) == ([None] * 2, [None] * 2, [False] * 2)


@pytest.mark.parametrize("cell", ["Agree", " agree ", "AGREE", "agree\u00a0"])
def test_labels_match_in_any_case_and_with_stray_blanks(cell):
    assert given(read(cell, labels=LABELS)) == [3]


def test_a_label_that_is_not_declared_is_a_fault():
    assert faults(read("Agre", labels=LABELS)) == ["unknown_label"]


def test_a_number_where_labels_are_declared_is_a_fault():
    assert faults(read("3", labels=LABELS)) == ["unknown_label"]


def test_labels_that_are_numbers_match_as_numbers():
    assert given(read("1.0", labels={"1": 2.0})) == [2]


@pytest.mark.parametrize("cell", ["often", "1,5", "nan", "inf", "1e999", "4 or 5"])
def test_what_is_no_number_is_a_fault(cell):
    assert faults(read(cell, low=None, high=None)) == ["not_a_number"]


def test_what_is_outside_the_range_is_a_fault():
    assert faults(read("0", "1", "5", "6")) == ["out_of_range", None, None, "out_of_range"]


def test_faulty_answers_are_missing_but_were_answered():
    answers = read("6")
    assert (given(answers), answers.answered.tolist()) == ([None], [True])


def test_an_entry_declared_missing_is_no_answer():
    answers = read("99", "n/a", missing=("N/A",))
    assert answers.answered.tolist() == [True, False]


def test_an_item_may_have_missing_codes_of_its_own():
    table = pd.DataFrame({"q": ["99", "4"]}, dtype="str")
    answers = read_answers(columns(table), item(missing=("99.0",)), {}, ())
    assert given(answers) == [None, 4]


def test_the_first_answered_column_counts():
    answers = read(("1", "2"), ("", "2"), ("NA", "3"), missing=("NA",))
    assert given(answers) == [1, 2, 3]


def test_the_column_that_was_taken_is_named():
    assert read(("9", "2"), ("", "8")).faulty(pd.Index([0, 1])).to_numpy().tolist() == [
        ["out_of_range", "0", "9"],
        ["out_of_range", "1", "8"],
    ]


def test_choices_and_text_are_kept_as_they_stand():
    assert given(read(" =1+1 ", "<b>x</b>", "None", "", kind="text")) == ["=1+1", "<b>x</b>", "None", None]


def shown(*cells, labels=LABELS, smallest_group=5):
    return showable(pd.Series(cells, dtype="str"), labels, smallest_group=smallest_group).dropna().tolist()


def test_short_numbers_and_near_labels_may_be_shown():
    assert shown("9", "-99", "Agre", "agree ") == ["9", "-99", "Agre", "agree"]


@pytest.mark.parametrize("cell", ["1987", "07700900123", "Mary", "mary@example.org", "I would rather not say, Heather"])
def test_what_may_be_a_persons_words_or_code_is_not_shown(cell):
    assert shown(cell) == []


def test_what_many_wrote_is_a_label():
    assert shown(*["No opinion"] * 5, smallest_group=5) == ["No opinion"] * 5


def test_what_few_wrote_is_not_shown():
    assert shown(*["No opinion"] * 4, smallest_group=5) == []
