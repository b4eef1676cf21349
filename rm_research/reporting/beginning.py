"""A notebook to begin with, for those who want pages of their own for each cohort."""

import os
from pathlib import Path

import nbformat

from rm_research.errors import ReportError
from rm_research.panel import prepare_study
from rm_research.reporting.render import shipped_notebook

TEMPLATE = "own_notebook"


def write_notebook(path: Path, *, study: Path | None = None) -> None:
    """
    Write a notebook that `run_reports(notebook=…)` can run for each cohort.

    Parameters
    ----------
    path : Path
        A new file that ends in .ipynb.
    study : Path, optional
        Folder of the study that it reads when it is opened in JupyterLab: its parameters name this study and its
        first cohort. Without one they name `my-study` and no cohort, for you to fill in.

    Raises
    ------
    ReportError
        When the path exists, does not end in .ipynb, or its folder does not exist.
    StudyError
        When the study cannot be read.
    """
    if path.suffix != ".ipynb":
        raise ReportError(f"{path} does not end in .ipynb, as notebooks do. Name it {path.with_suffix('.ipynb').name}.")
    if path.exists() or path.is_symlink():
        raise ReportError(f"{path} exists already and is kept. Name another file.")
    if not path.parent.is_dir():
        raise ReportError(f"There is no folder {path.parent}. Make it first, or name another file.")
    notebook = nbformat.read(shipped_notebook(TEMPLATE), as_version=4)
    parameters = next(cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source = _parameters(path, study)
    nbformat.write(notebook, path)


def _parameters(path: Path, study: Path | None) -> str:
    """Source of the cell of parameters: the study as seen from the notebook, and its first cohort."""
    if study is None:
        return 'study = "my-study"\ncohort = ""'
    cohorts = prepare_study(study).cohorts
    place = Path(os.path.relpath(study, path.parent)).as_posix()
    return f"study = {place!r}\ncohort = {next(iter(cohorts), '')!r}"
