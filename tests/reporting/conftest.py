"""Small studies, and notebooks of one's own."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from rendered_demo import demo, demo_out
from small_studies import Group, small_study

__all__ = ["demo", "demo_out"]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Two cohorts, of which one is too small to be shown."""
    return small_study(tmp_path / "home" / "small", Group("Spring", 11), Group("Autumn", 4))


@pytest.fixture
def write_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook with the parameters `study` and `cohort`, and cells of one's own."""

    def write(*cells: str, parameters: str = 'study = "s"\ncohort = "c"', name: str = "own.ipynb") -> Path:
        tagged = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
        notebook = nbformat.v4.new_notebook(cells=[tagged, *map(nbformat.v4.new_code_cell, cells)])
        nbformat.write(notebook, tmp_path / name)
        return tmp_path / name

    return write
