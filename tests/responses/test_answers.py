"""Cells into answers."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from look_alikes import ARABIC, INDIC, WIDE, labels, written_otherwise

from rm_research.responses.answers import Fate, read_answers, showable
from rm_research.study import Item
from rm_research.study.entries import comparable

LABELS = {"Disagree": 1.0, "Neither": 2.0, "Agree": 3.0}


def item(kind="number", low=1.0, high=5.0, missing=()):
    return Item("q", "", kind, False, low, high, "", missing, "", {}, 2)


def columns(table):
    return [table[name] for name in table]


def read(*cells, labels=None, missing=(), **of_item):
    """Answers of one column; or of several, where the cells are tuples."""
    table = pd.DataFrame([cell if isinstance(cell, tuple) else (cell,) for cell in cells], dtype="str")
    return read_answers(columns(table.rename(columns=str)), item(**of_item), labels or {}, missing)


def given_of(answers):
    return answers.usable.astype(object).where(answers.usable.notna(), None).tolist()


def faults(answers):
    found = answers.faulty(answers.usable.index)["fault"]
    return [found.get(row) for row in answers.usable.index]


def test_numbers_are_read_as_numbers():
    assert given_of(read("1", " 2 ", "3.5", "4e0")) == [1, 2, 3.5, 4]


def test_an_empty_cell_is_no_answer_and_no_fault():
    answers = read("", "  ")
    assert (given_of(answers), faults(answers), answers.answered.tolist()) == ([None] * 2, [None] * 2, [False] * 2)


@pytest.mark.parametrize("cell", ["Agree", " agree ", "AGREE", "agree\u00a0"])
def test_labels_match_in_any_case_and_with_stray_blanks(cell):
    assert given_of(read(cell, labels=LABELS)) == [3]


def test_a_label_that_is_not_declared_is_a_fault():
    assert faults(read("Agre", labels=LABELS)) == ["unknown_label"]


def test_a_number_where_labels_are_declared_is_a_fault():
    assert faults(read("3", labels=LABELS)) == ["unknown_label"]


def test_labels_that_are_numbers_match_as_numbers():
    assert given_of(read("1.0", labels={"1": 2.0})) == [2]


@pytest.mark.parametrize("cell", ["often", "1,2,3", "nan", "inf", "1e999", "4 or 5"])
def test_what_is_no_number_is_a_fault(cell):
    assert faults(read(cell, low=None, high=None)) == ["not_a_number"]


def test_what_is_outside_the_range_is_a_fault():
    assert faults(read("0", "1", "5", "6")) == ["out_of_range", None, None, "out_of_range"]


def test_faulty_answers_are_missing_but_were_answered():
    answers = read("6")
    assert (given_of(answers), answers.answered.tolist()) == ([None], [True])


def test_an_entry_declared_missing_is_no_answer():
    answers = read("99", "n/a", missing=("N/A",))
    assert answers.answered.tolist() == [True, False]


def test_an_item_may_have_missing_codes_of_its_own():
    table = pd.DataFrame({"q": ["99", "4"]}, dtype="str")
    answers = read_answers(columns(table), item(missing=("99.0",)), {}, ())
    assert given_of(answers) == [None, 4]


def test_the_first_answered_column_counts():
    answers = read(("1", "2"), ("", "2"), ("NA", "3"), missing=("NA",))
    assert given_of(answers) == [1, 2, 3]


def test_the_column_that_was_taken_is_named():
    assert read(("9", "2"), ("", "8")).faulty(pd.Index([0, 1])).to_numpy().tolist() == [
        ["out_of_range", "0", "9"],
        ["out_of_range", "1", "8"],
    ]


def test_choices_and_text_are_kept_as_they_stand():
    assert given_of(read(" =1+1 ", "<b>x</b>", "None", "", kind="text")) == ["=1+1", "<b>x</b>", "None", None]


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


def fates(answers):
    return [Fate(fate).name for fate in answers.fates]


@given(st.data(), st.lists(labels, min_size=1, max_size=5, unique_by=comparable))
def test_any_label_matches_however_it_is_written(data, printed):
    numbers = {label: float(place) for place, label in enumerate(printed)}
    cells = [data.draw(written_otherwise(label)) for label in printed]
    assert given_of(read(*cells, labels=numbers, low=None, high=None)) == list(numbers.values())


def test_labels_in_other_characters_are_told_from_those_in_other_case():
    answers = read("Don't agree", "DON'T  AGREE", "Don’t agree", labels={"Don't agree": 1.0})
    assert fates(answers) == ["GIVEN", "TIDIED", "ALIKE"]


@given(st.lists(st.integers(10, 50), min_size=1), st.sampled_from([ARABIC, INDIC, WIDE]))
def test_numbers_in_any_digits_are_read(tenths, digits):
    cells = [f"{tenth // 10}.{tenth % 10}".translate(str.maketrans("0123456789", digits)) for tenth in tenths]
    answers = read(*cells)
    assert given_of(answers) == [tenth / 10 for tenth in tenths]
    assert set(fates(answers)) == {"ALIKE"}


@given(st.lists(st.integers(10, 50), min_size=1), st.lists(st.sampled_from(["", "99", "99,0", "n/a"])))
def test_decimal_commas_are_read_where_all_answers_are_such_numbers(tenths, blanks):
    cells = [*(f"{tenth // 10},{tenth % 10}" for tenth in tenths), *blanks]
    answers = read(*cells, missing=("99", "N/A"))
    assert given_of(answers) == [tenth / 10 for tenth in tenths] + [None] * len(blanks)
    assert fates(answers)[: len(tenths)] == ["COMMA"] * len(tenths)


def test_a_number_outside_the_range_is_kept_apart_for_messages():
    answers = read("6,0", "4,5", "")
    assert (given_of(answers), answers.beyond.dropna().tolist()) == ([None, 4.5, None], [6])


@pytest.mark.parametrize(("cells", "found"), [
    (["4,5", "4.5"], ["NOT_A_NUMBER", "GIVEN"]),
    (["4,5", "often"], ["NOT_A_NUMBER", "NOT_A_NUMBER"]),
    (["1.234,5", "2"], ["UNCLEAR_NUMBER", "GIVEN"]),
    (["1,234", "2"], ["LIKELY_COMMA", "GIVEN"]),
    (["1,5", "2.125"], ["UNCLEAR_NUMBER", "UNCLEAR_NUMBER"]),
    (["1,5", "1,234"], ["COMMA", "COMMA"]),
])  # fmt: skip
def test_columns_with_several_signs(cells, found):
    assert fates(read(*cells)) == found


def test_labels_that_are_numbers_match_with_a_decimal_comma():
    assert given_of(read("1,0", "2,0", labels={"1": 1.0, "2": 2.0})) == [1, 2]


def test_of_several_columns_each_has_its_own_sign():
    answers = read(("4,5", "1.5"), ("", "2.5"), ("7,0", "1"))
    assert (given_of(answers), answers.beyond.tolist()[2]) == ([4.5, 2.5, None], 7)
