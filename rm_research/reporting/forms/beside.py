"""The other forms of one page, written beside it; if one cannot be made, the others still are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rm_research.errors import ReportError
from rm_research.findings.context import place_of_page
from rm_research.reporting import files
from rm_research.reporting.forms.asked import DOCX, PDF, SUMMARY, Forms
from rm_research.reporting.forms.printing import PrintError, n_sheets, printed_html
from rm_research.reporting.forms.summary import summary_html
from rm_research.reporting.forms.worker import Failure, made_apart


class Lost(NamedTuple):
    """A form that could not be made: its name, the kind of error (which holds no data), and the message."""

    name: str
    kind: str
    message: str


def make_forms(
    forms: Forms, target: Path, title: str, parameters: Mapping[str, Any], folder: Path
) -> tuple[list[Path], list[Lost]]:
    """
    Make other forms of a page.

    Parameters
    ----------
    forms : Forms
    target : Path
        Folder of the page.
    title : str
        Title of the page.
    parameters : mapping
        Parameters of its notebook.
    folder : Path
        Working folder of its notebook.

    Returns
    -------
    list of Path
        Files written.
    list of Lost
    """
    contents: dict[str, dict[str, bytes]] = {}
    lost: dict[str, Failure] = {}
    for name, browser in ((PDF, forms.browser), (SUMMARY, forms.summariser)):
        if browser is not None:
            try:
                contents[name] = {name: _printed(name, target, title, browser, str(parameters.get("cohort") or ""))}
            except (ReportError, OSError) as error:
                lost[name] = Failure(type(error).__name__, str(error))
    of_findings = tuple(name for name in forms.names if name not in (PDF, SUMMARY))
    if of_findings:
        more, failed = made_apart(of_findings, parameters, folder)
        contents, lost = contents | more, lost | failed
    written: list[Path] = []
    for name, files_of_form in contents.items():
        try:
            written += _put(files_of_form, target)
        except (ReportError, OSError) as error:
            lost[name] = Failure(type(error).__name__, str(error))
    return written, [Lost(name, *lost[name]) for name in forms.names if name in lost]


def _printed(name: str, target: Path, title: str, browser: Path, cohort: str) -> bytes:
    """PDF of a page, or of its summary, which is one sheet or none."""
    html = (target / "index.html").read_text(encoding="utf-8")
    if name == PDF:
        return printed_html(html, title, browser)
    place = f"{place_of_page(cohort)}/index.html" if cohort else "index.html"
    content = printed_html(summary_html(html, place), title, browser)
    if n_sheets(content) != 1:
        raise PrintError(f"{browser} printed {n_sheets(content)} sheets instead of one.")
    return content


def _put(contents: Mapping[str, bytes], target: Path) -> list[Path]:
    if DOCX in contents and (target / DOCX).exists():  # unedited ones have been removed already
        raise ReportError(f"{target / DOCX} was edited after it was made, so it is kept. Move it and run again.")
    return [files.write_bytes(target / name, content) for name, content in contents.items()]
