"""The notebooks that make pages: thin, committed without outputs, and runnable as they are."""

import ast
from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient import NotebookClient

from rm_research.reporting.kernels import ReportKernelManager

FOLDER = Path(__file__).parents[1] / "notebooks"
NAMES = ["codebook", "cohort_findings", "data_quality", "monitor", "plan_a_study", "programme_findings"]
NOTEBOOKS = [FOLDER / f"{name}.ipynb" for name in NAMES]
NOT_IN_A_THIN_NOTEBOOK = (
    ast.FunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.If,
    ast.ListComp,
    ast.DictComp,
)


# the fast tests run these three in the demo study's report and in the test of its codebook's page
RUN_ELSEWHERE = ("codebook", "cohort_findings", "programme_findings")
TO_RUN = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in RUN_ELSEWHERE else [])
    for path in NOTEBOOKS
]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
class TestEach:
    def test_is_committed_without_outputs(self, path):
        cells = nbformat.read(path, as_version=4).cells
        assert [c for c in cells if c.cell_type == "code" and (c.outputs or c.execution_count)] == []

    def test_only_calls(self, path):
        code = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
        assert [node for node in ast.walk(ast.parse(code)) if isinstance(node, NOT_IN_A_THIN_NOTEBOOK)] == []

    def test_has_no_prose_a_reader_of_the_page_would_see(self, path):
        assert {c.cell_type for c in nbformat.read(path, as_version=4).cells} == {"code"}

    def test_parameters_are_literals_and_study_is_one(self, path):
        cells = nbformat.read(path, as_version=4).cells
        tagged = [c for c in cells if "parameters" in c.metadata.get("tags", [])]
        assert len(tagged) == 1
        assert all(isinstance(ast.literal_eval(node.value), str | list) for node in ast.parse(tagged[0].source).body)
        study = papermill.inspect_notebook(str(path))["study"]["default"]
        assert (FOLDER / ast.literal_eval(study) / "study.toml").is_file()


@pytest.mark.quick(1)
@pytest.mark.parametrize("path", TO_RUN)
def test_runs_as_it_is(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, kernel_manager_class=ReportKernelManager, kernel_name="python3",
                            resources={"metadata": {"path": str(FOLDER)}})  # fmt: skip
    client.execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
    assert shown
    assert all("text/html" in output.data for output in shown)
