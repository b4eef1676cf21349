"""Charts in a real notebook: each cell shows its own."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from rm_research.reporting.kernels import ReportKernelManager

DEMO = Path(__file__).parents[2] / "data" / "demo"


@pytest.mark.slow
def test_every_cell_shows_its_chart():
    """Also the second one: what Matplotlib sets up for a notebook is not undone with the style of the first."""
    cells = [
        f"import rm_research as rm\nprepared = rm.prepare_study({str(DEMO)!r})",
        "rm.plot_sessions(prepared, cohort='2024 spring');",
        "rm.plot_flow(prepared, cohort='2024 spring')",
        "rm.plot_flow(prepared, cohort='2024 autumn')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    NotebookClient(notebook, kernel_manager_class=ReportKernelManager, kernel_name="python3").execute()
    pictures = [sum("image/png" in output.get("data", {}) for output in cell.outputs) for cell in notebook.cells]
    assert pictures == [0, 1, 1, 1]
