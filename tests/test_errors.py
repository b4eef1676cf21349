"""How messages are put together."""

import pickle

from rm_research.catalogue.said import rows_text
from rm_research.errors import ReadError, StudyError, StudyFileError, listed


def test_listed_puts_one_problem_on_a_line_and_counts_them():
    assert listed(["one", "two"], "Not ready") == "Not ready (2 problems)\n  - one\n  - two"


def test_listed_counts_one_problem_in_the_singular():
    assert listed(["one"], "Not ready") == "Not ready (1 problem)\n  - one"


def test_rows_are_named_in_order_and_the_rest_counted():
    assert rows_text([9, 3, 5], most=2) == "rows 3, 5 and 1 more"


def test_one_row_is_called_a_row():
    assert rows_text([4]) == "row 4"


class TestProblemsOfAnError:
    def test_are_the_lines_of_its_message(self):
        error = ReadError("one", "two")
        assert (error.problems, str(error)) == (("one", "two"), "one\ntwo")

    def test_are_listed_under_a_heading(self):
        error = StudyFileError("one", "two", heading="Not ready")
        assert (error.problems, str(error)) == (("one", "two"), listed(["one", "two"], "Not ready"))

    def test_one_is_one_whatever_is_in_it(self):
        assert StudyError("a\n  - b").problems == ("a\n  - b",)

    def test_come_along_to_another_process(self):
        error = pickle.loads(pickle.dumps(ReadError("one", "two", heading="Not ready")))  # noqa: S301
        assert (error.problems, str(error)) == (("one", "two"), "Not ready (2 problems)\n  - one\n  - two")
