"""One notebook, run by papermill and made into one page that needs no other files."""

import logging
import re
import tempfile
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import markdown2html
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from rm_research.catalogue import catalogue
from rm_research.errors import ReportError
from rm_research.findings.page import stylesheet
from rm_research.reporting.kernels import ReportKernelManager
from rm_research.reporting.parameters import check_parameters
from rm_research.study.folding import printable
from rm_research.temporary import run_folder

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
START = 300  # seconds that a kernel may take to start, among many on a slow machine
OWN_LINK = re.compile(r'<a class="anchor-link" href="[^"]*">[^<]*</a>')  # from a heading to itself
NOTEBOOKS = ("cohort_findings", "programme_findings", "data_quality", "monitor")


@dataclass(frozen=True)
class Page:
    """
    Everything on a page around the outputs of its notebook.

    Attributes
    ----------
    title, language : str
    kind : {'public', 'private'}
    links : tuple of (str, str)
        Text and relative address of each link above the page.
    """

    title: str
    language: str = "en"
    kind: str = "public"
    links: tuple[tuple[str, str], ...] = ()


class NotebookFailedError(ReportError):
    """A cell raised an error; `name` is the kind of error and holds no data."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def shipped_notebook(name: str) -> Path:
    """Path of a notebook that comes with the package: in the wheel, or in the repository it is developed in."""
    package = Path(str(files("rm_research")))
    for folder in (package / "notebooks", package.parent / "notebooks"):
        if (folder / f"{name}.ipynb").is_file():
            return folder / f"{name}.ipynb"
    raise ReportError(f"The notebook {name!r} did not come with this installation of rm_research. Install it again.")


def run_notebook(
    notebook: Path, parameters: dict[str, Any], *, folder: Path, minutes: float | None = None
) -> NotebookNode:
    """
    Run a notebook in its own kernel.

    Parameters
    ----------
    notebook : Path
    parameters : dict
        They are checked against the notebook's own parameters before it runs.
    folder : Path
        Working folder of the kernel, so that parameters hold no path of this machine.
    minutes : float, optional
        How long each cell may run; no limit unless given.

    Returns
    -------
    NotebookNode
        With its outputs; without times, paths, tracebacks, or ids that differ from run to run.

    Raises
    ------
    ReportError
        When the parameters do not fit.
    NotebookFailedError
        When a cell raised an error, or ran for longer than it may.
    """
    check_parameters(notebook, parameters)
    logging.getLogger("papermill").setLevel(logging.CRITICAL)  # errors are raised anyway
    with tempfile.TemporaryDirectory(dir=run_folder()) as place:
        try:
            executed = papermill.execute_notebook(
                str(notebook), str(Path(place) / "executed.ipynb"), parameters=parameters,
                kernel_name=KERNEL["name"], language=KERNEL["language"], kernel_manager_class=ReportKernelManager,
                shutdown_kernel="immediate", resources={"metadata": {"path": str(folder)}}, progress_bar=False,
                log_output=False, start_timeout=START,
                execution_timeout=None if minutes is None else max(1, round(minutes * 60)),
            )  # fmt: skip
        except PapermillExecutionError as error:
            raise NotebookFailedError(error.ename, f"{notebook.name}: {error.ename}: {error.evalue}") from None
        except CellTimeoutError:
            raise NotebookFailedError(
                "TimeLimit",
                f"{notebook.name}: a cell ran for more than {minutes:g} minutes and was stopped. If it needs longer, "
                "allow more with --time-limit.",
            ) from None
    return cleaned(executed)


def cleaned(executed: NotebookNode) -> NotebookNode:
    """Return the notebook without anything that differs between equal runs or identifies the machine."""
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    cells = []
    for number, cell in enumerate(executed.cells, start=1):
        copy = nbformat.from_dict({**cell, "id": f"cell-{number}", "metadata": {"tags": cell.metadata.get("tags", [])}})
        if copy.cell_type == "code":
            copy.execution_count = None
            # warnings name files of this machine
            copy.outputs = [output for output in copy.outputs if output.get("name") != "stderr"]
            for output in copy.outputs:
                if "execution_count" in output:
                    output["execution_count"] = None
        cells.append(copy)
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def page_html(executed: NotebookNode, page: Page) -> str:
    """HTML of an executed notebook: its outputs and markdown in our template, without code or outside resources."""
    words = catalogue(page.language)
    with as_file(files("rm_research.reporting") / "template") as templates:
        style = stylesheet() + (templates / "findings" / "style.css").read_text(encoding="utf-8")
        exporter = TemplateExporter(
            template_name="findings", extra_template_basedirs=[str(templates)], template_file="index.html.j2"
        )
        exporter.register_filter("markdown2html", _written)
        exporter.file_extension = ".html"
        resources = {
            "page": {
                "title": page.title, "language": page.language, "kind": page.kind, "style": style,
                "skip": words.say("page.skip"), "nav": words.say("page.nav"),
                "picture": words.say("page.picture"),
                "links": [{"text": text, "href": href} for text, href in page.links],
            }
        }  # fmt: skip
        html, _ = exporter.from_notebook_node(executed, resources=resources)
    return printable(str(html))


def _written(source: str) -> str:
    """Markdown as HTML: headings keep the names that links of the notebook lead to, without a mark beside them."""
    return OWN_LINK.sub("", markdown2html(source))
