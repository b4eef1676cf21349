"""Columns found by name."""

from time import perf_counter

import pandas as pd
import pytest

from rm_research.errors import ReadError
from rm_research.readers.export import as_export


def export(*names):
    return as_export("x.csv", names, pd.DataFrame([["1"] * len(names)], index=[2]))


def test_a_name_finds_its_column():
    assert export("code", "q1").find("q1") == "q1"


def test_a_name_that_no_column_has_finds_none():
    assert export("code", "q1").find("q2") is None


def test_a_star_finds_the_one_column_that_starts_so():
    assert export("code", "Q1: How are you?").find("Q1:*") == "Q1: How are you?"


def test_a_star_that_fits_several_columns_is_refused():
    with pytest.raises(ReadError, match=r"x.csv has 2 columns that match 'Q1\*'. Give more of the name"):
        export("Q1", "Q10").find("Q1*")


def test_a_star_in_a_name_is_part_of_it():
    assert export("Q1*", "Q10").find("Q1*") == "Q1*"


def asking(**texts):
    return as_export("x.csv", list(texts), pd.DataFrame([["1"] * len(texts)], index=[2]), list(texts.values()))


def test_a_question_finds_its_column_however_written():
    assert asking(code="Your code", Q1="How ARE\n you? ").find("how are you?") == "Q1"


def test_a_columns_name_comes_before_a_question():
    assert asking(mood="How?", Q1="mood").find("mood") == "mood"


def test_a_question_may_end_in_a_star():
    assert asking(code="Your code", Q1="How are you?*").find("How are you?*") == "Q1"


def test_a_question_of_several_columns_is_refused():
    with pytest.raises(
        ReadError,
        match=r"x.csv has 2 columns with the question 'how\?', including 'Q1', 'Q2'. Give the column's name",
    ):
        asking(Q1="How?", Q2="how? ").find("how?")


def test_columns_without_a_question_are_found_by_name_alone():
    read = asking(code="", Q1="")
    assert (read.find(""), read.texts) == (None, {})


def test_many_columns_are_told_apart_at_once():
    names = ["Response"] * 5_000 + [f"Q{number}" for number in range(10_000, 15_000)]
    rows = pd.DataFrame([["1"] * len(names)], index=[2])
    start = perf_counter()
    read = as_export("x.csv", names, rows)
    found = [read.find(f"Q{number}*") for number in range(10_000, 15_000)]
    assert found == names[5_000:]
    assert len(set(read.rows)) == 10_000
    # a second at most; were each column compared with each, several times as long
    assert perf_counter() - start < 8


def test_twin_columns_are_refused_by_their_name():
    with pytest.raises(
        ReadError,
        match=r"x.csv has several columns named 'q1'. In study.toml or codebook.csv, write 'q1 \(1\)', 'q1 \(2\)'",
    ):
        export("q1", "q1").find("q1")


def test_twin_columns_are_found_by_their_number():
    assert export("q1", "q1").find("q1 (2)") == "q1 (2)"


def test_a_twins_number_is_never_another_columns_name():
    assert len(set(export("q1", "q1", "q1 (1)", "q1 (2)").rows)) == 4


def test_a_near_name_is_suggested():
    assert export("code", "Q7_1").nearest("Q71") == "did you mean 'Q7_1'?"


def test_without_a_near_name_the_columns_are_counted():
    assert export("code", "q1").nearest("department") == "it has 2 columns."


@pytest.mark.parametrize("header", ["code@example.org", "Q" * 61])
def test_a_header_that_may_be_somebodys_words_is_no_hint(header):
    assert export(header, "x").nearest(header[:-1]) == "it has 2 columns."


def test_a_question_of_several_columns_quotes_no_address():
    with pytest.raises(
        ReadError, match=r"x.csv has 2 columns with the question 'how\?'. Give the column's name instead"
    ):
        asking(**{"a@b.de": "How?", "c@d.de": "how? "}).find("how?")


def test_brackets_are_part_of_a_name_where_cells_hold_one_choice():
    assert export("Pick", "code").find("Pick [A]") is None


def test_a_repr_shows_no_answers():
    assert "1" not in repr(export("code", "q"))


def test_a_name_finds_the_column_that_looks_like_it():
    found = export("I’m ok – really", "q1")
    assert found.find("I'm ok - really") == "I’m ok – really"
    assert found.find("I'm ok*") == "I’m ok – really"
    assert (found.is_alike("I'm ok - really"), found.is_alike("q1"), found.is_alike("q2")) == (True, False, False)


def test_a_column_of_exactly_that_name_comes_before_those_that_look_like_it():
    found = export("q\u20111", "q-1")
    assert found.find("q-1") == "q-1"


def test_several_columns_that_look_like_a_name_are_refused():
    with pytest.raises(ReadError, match="2 columns whose names look like 'q-1'"):
        export("q\u20111", "q–1").find("q-1")


def test_a_star_after_a_blank_goes_on_with_another_word():
    assert export("Q–1 a", "Q–10").find("Q-1 *") == "Q–1 a"
