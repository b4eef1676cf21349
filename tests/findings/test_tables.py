"""Tables as CSV: the decimals of pages, and nothing that a spreadsheet would run."""

import pandas as pd
import pytest

from rm_research.findings.tables import csv_text, table


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_that_is_a_formula_is_neutralised(start):
    assert (
        csv_text(pd.DataFrame({"cohort": [f"{start}cmd()"]})).split("\n", 1)[1].strip().strip('"') == f"'{start}cmd()"
    )


def test_other_text_is_left_alone():
    assert csv_text(pd.DataFrame({"cohort": ["2025 spring", "a=b", "x-1"]})) == "cohort\n2025 spring\na=b\nx-1\n"


def test_numbers_have_the_decimals_of_pages_and_keep_their_minus():
    assert csv_text(pd.DataFrame({"estimate": [-0.12345, 1.0]})) == "estimate\n-0.12\n1\n"


def test_counts_have_no_decimals():
    assert csv_text(pd.DataFrame({"n": pd.array([12, None], dtype="Int64")})) == 'n\n12\n""\n'


def test_missing_text_stays_empty():
    text = csv_text(pd.DataFrame({"n": [1, 2], "reason": pd.array(["hidden", None], dtype="str")}))
    assert text == "n,reason\n1,hidden\n2,\n"


def test_commas_and_quotes_are_kept():
    assert csv_text(pd.DataFrame({"cohort": ['a, "b"']})) == 'cohort\n"a, ""b"""\n'


def test_columns_that_are_empty_throughout_are_left_out():
    shown = table("T", ["a", "b", "c"], [["1", "", "x"], ["2", "", ""]], pd.DataFrame({"a": [1, 2]}))
    assert shown.columns == ("a", "c")
    assert shown.rows == (("1", "x"), ("2", ""))


def test_link_holds_the_table_itself():
    shown = table("T", ["a"], [["1"]], pd.DataFrame({"a": ["x y"]}))
    assert shown.href == "data:text/csv;charset=utf-8,a%0Ax%20y%0A"
