"""A notebook to begin with: written, and run as it is."""

import ast
import os

import nbformat
import pytest

from rm_research.errors import ReportError
from rm_research.reporting.batch import run_reports
from rm_research.reporting.beginning import write_notebook


def parameters(path):
    cells = nbformat.read(path, as_version=4).cells
    (tagged,) = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
    lines = (line.partition(" = ") for line in tagged.source.splitlines())
    return {name: ast.literal_eval(value) for name, _, value in lines}


@pytest.mark.slow
def test_it_opens_the_study_it_was_written_for(study, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    write_notebook(folder / "own.ipynb", study=study)
    found = parameters(folder / "own.ipynb")
    assert (folder / found["study"]).resolve() == study.resolve()
    assert not os.path.isabs(found["study"])
    assert found["cohort"] == "Autumn"


def test_without_a_study_it_names_none_of_ours(tmp_path):
    write_notebook(tmp_path / "own.ipynb")
    assert parameters(tmp_path / "own.ipynb")["study"] == "my-study"


@pytest.mark.slow
def test_it_runs_for_a_cohort_and_shows_a_chart(study, tmp_path):
    write_notebook(tmp_path / "own.ipynb", study=study)
    run_reports(study, out=tmp_path / "out", notebook=tmp_path / "own.ipynb", cohorts=["Spring"])
    page = tmp_path / "out-private" / "cohorts" / "spring" / "index.html"
    assert "<img" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("own.txt", "does not end in .ipynb"),
        ("there.ipynb", "exists already and is kept"),
        ("no/own.ipynb", "no folder"),
    ],
)
def test_a_path_that_will_not_do_is_refused(tmp_path, name, words):
    (tmp_path / "there.ipynb").write_text("mine")
    with pytest.raises(ReportError, match=words):
        write_notebook(tmp_path / name)
    assert (tmp_path / "there.ipynb").read_text() == "mine"
