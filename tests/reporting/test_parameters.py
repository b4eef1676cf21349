"""Parameters that a notebook does not have, or of another type, are refused before it runs."""

import nbformat
import pytest

from rm_research.errors import ReportError
from rm_research.reporting.parameters import check_parameters
from rm_research.reporting.render import NOTEBOOKS, shipped_notebook

DEFAULTS = 'study = "demo"\nyears = 2\nshare = 0.5\nparts = []\nfound = None\nready = True\nmade = str(1)'


@pytest.mark.parametrize(
    ("name", "value"),
    [("study", "other"), ("years", 3), ("share", 0.1), ("share", 1), ("parts", ["a"]), ("found", "x"), ("ready", False),
     ("made", "2")],
)  # fmt: skip
def test_what_fits_is_let_be(write_notebook, name, value):
    check_parameters(write_notebook(parameters=DEFAULTS), {name: value})


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [("study", 1, "int"), ("years", "3", "str"), ("years", 2.0, "float"), ("years", True, "bool"),
     ("share", True, "bool"), ("parts", "a", "str")],
)  # fmt: skip
def test_another_type_is_refused(write_notebook, name, value, kind):
    with pytest.raises(ReportError, match=f"own.ipynb: {name} is {kind}, its default is"):
        check_parameters(write_notebook(parameters=DEFAULTS), {name: value})


def test_an_unknown_parameter_is_refused_with_the_nearest(write_notebook):
    with pytest.raises(ReportError, match=r"has no parameter 'cohorts'; did you mean 'cohort'\?"):
        check_parameters(write_notebook(), {"cohorts": "a"})


def test_an_unknown_parameter_is_refused_with_all_there_are(write_notebook):
    with pytest.raises(ReportError, match="has no parameter 'xyz'; it has study, cohort"):
        check_parameters(write_notebook(), {"xyz": "a"})


def test_every_fault_is_named_at_once(write_notebook):
    with pytest.raises(ReportError, match=r"2 problems.*\n.*'xyz'.*\n.*study is int"):
        check_parameters(write_notebook(), {"xyz": "a", "study": 1})


def test_a_notebook_without_a_cell_of_parameters_has_none(tmp_path):
    path = tmp_path / "bare.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("study = 1")]), path)
    with pytest.raises(ReportError, match="has no parameter 'study'; it has none"):
        check_parameters(path, {"study": "a"})


def test_a_missing_notebook_is_named(tmp_path):
    with pytest.raises(ReportError, match=r"There is no notebook .*absent\.ipynb"):
        check_parameters(tmp_path / "absent.ipynb", {})


@pytest.mark.parametrize("content", ["", "print(1)", "[]", "{}", '{"cells": 3}', "\x00"])
def test_what_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "own.ipynb"
    path.write_text(content)
    with pytest.raises(ReportError, match=r"own\.ipynb is not a notebook"):
        check_parameters(path, {})


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_come_with_the_package(name):
    assert shipped_notebook(name).is_file()


def test_a_notebook_that_did_not_come_says_what_to_do():
    with pytest.raises(ReportError, match=r"'absent' did not come with this installation.*Install it again"):
        shipped_notebook("absent")
