"""Which other forms are wanted, decided before anything is made."""

from dataclasses import dataclass
from pathlib import Path

from rm_research.errors import ReportError
from rm_research.reporting.forms.printing import found_browser

PDF, DOCX, FIGURES = "index.pdf", "findings.docx", "figures"


@dataclass(frozen=True)
class Forms:
    """
    Forms of a page besides HTML.

    Attributes
    ----------
    browser : Path or None
        Prints the page as index.pdf; None if no PDF is wanted.
    docx, png : bool
        Whether to make findings.docx for editing, and each picture in figures/ for slides.
    """

    browser: Path | None = None
    docx: bool = False
    png: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files and folders beside each page."""
        wanted = ((PDF, self.browser is not None), (DOCX, self.docx), (FIGURES, self.png))
        return tuple(name for name, asked in wanted if asked)


NONE = Forms()


def asked_forms(*, pdf: bool, docx: bool, png: bool, own_notebook: bool = False) -> Forms:
    """
    Forms that are wanted.

    Raises
    ------
    ReportError
        When a PDF is wanted without a browser to print it, or --docx or --png with a notebook of your own.
    """
    if own_notebook and (docx or png):
        raise ReportError("--docx and --png are made from the findings. With a notebook of your own, only --pdf works.")
    return Forms(found_browser() if pdf else None, docx, png)
