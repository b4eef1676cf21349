"""The other forms of one page, put beside it; one that cannot be made costs itself alone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from rm_research.errors import ReportError
from rm_research.reporting import files
from rm_research.reporting.forms.asked import DOCX, PDF, Forms
from rm_research.reporting.forms.printing import printed
from rm_research.reporting.forms.worker import Failure, made_apart


class Lost(NamedTuple):
    """A form that could not be made: its name, the kind of error, which holds no data, and what it said."""

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
        Of the page.
    parameters : mapping
        Those of its notebook.
    folder : Path
        Where its notebook works.

    Returns
    -------
    list of Path
        Files written.
    list of Lost
    """
    made: dict[str, dict[str, bytes]] = {}
    lost: dict[str, Failure] = {}
    if forms.browser is not None:
        try:
            made[PDF] = {PDF: printed(target / "index.html", title, forms.browser)}
        except (ReportError, OSError) as error:
            lost[PDF] = Failure(type(error).__name__, str(error))
    of_findings = tuple(name for name in forms.names if name != PDF)
    if of_findings:
        more, failed = made_apart(of_findings, parameters, folder)
        made, lost = made | more, lost | failed
    written: list[Path] = []
    for name, contents in made.items():
        try:
            written += _put(contents, target)
        except (ReportError, OSError) as error:
            lost[name] = Failure(type(error).__name__, str(error))
    return written, [Lost(name, *lost[name]) for name in forms.names if name in lost]


def _put(contents: Mapping[str, bytes], target: Path) -> list[Path]:
    if DOCX in contents and (target / DOCX).exists():  # those as they were made have been removed
        raise ReportError(f"{target / DOCX} was edited after it was made, so it stays. Move it, and run again.")
    return [files.write_bytes(target / name, content) for name, content in contents.items()]
