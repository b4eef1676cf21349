"""Columns found by name."""

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
    with pytest.raises(ReadError, match=r"x.csv has 2 columns that start as 'Q1\*' does. Give more of the name"):
        export("Q1", "Q10").find("Q1*")


def test_a_star_in_a_name_is_part_of_it():
    assert export("Q1*", "Q10").find("Q1*") == "Q1*"


def test_twin_columns_are_refused_by_their_name():
    with pytest.raises(ReadError, match=r"x.csv has several columns called 'q1'. Call them 'q1 \(1\)', 'q1 \(2\)'"):
        export("q1", "q1").find("q1")


def test_twin_columns_are_found_by_their_number():
    assert export("q1", "q1").find("q1 (2)") == "q1 (2)"


def test_a_twins_number_is_never_another_columns_name():
    assert len(set(export("q1", "q1", "q1 (1)", "q1 (2)").rows)) == 4


def test_a_near_name_is_suggested():
    assert export("code", "Q7_1").nearest("Q71") == "did you mean 'Q7_1'?"


def test_without_a_near_name_the_columns_are_counted():
    assert export("code", "q1").nearest("department") == "it has 2 columns."


def test_a_repr_shows_no_answers():
    assert "1" not in repr(export("code", "q"))
