"""How messages are put together."""

from rm_research.errors import listed, rows_text


def test_listed_puts_one_problem_on_a_line_and_counts_them():
    assert listed(["one", "two"], "Not ready") == "Not ready (2 problems)\n  - one\n  - two"


def test_listed_counts_one_problem_in_the_singular():
    assert listed(["one"], "Not ready") == "Not ready (1 problem)\n  - one"


def test_rows_are_named_in_order_and_the_rest_counted():
    assert rows_text([9, 3, 5], most=2) == "rows 3, 5 and 1 more"


def test_one_row_is_called_a_row():
    assert rows_text([4]) == "row 4"
