"""Which other forms are wanted, decided before anything is made."""

from dataclasses import dataclass
from pathlib import Path

from rm_research.errors import ReportError
from rm_research.reporting.forms.printing import found_browser

PDF, DOCX, FIGURES, SUMMARY = "index.pdf", "findings.docx", "figures", "summary.pdf"


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
    summariser : Path or None
        Browser that prints summary.pdf, one sheet; None if none is wanted.
    """

    browser: Path | None = None
    docx: bool = False
    png: bool = False
    summariser: Path | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the files and folders beside each page."""
        wanted = ((PDF, self.browser is not None), (DOCX, self.docx), (FIGURES, self.png),
                  (SUMMARY, self.summariser is not None))  # fmt: skip
        return tuple(name for name, asked in wanted if asked)


NONE = Forms()


def asked_forms(
    *, pdf: bool = False, docx: bool = False, png: bool = False, summary: bool = False, own_notebook: bool = False
) -> Forms:  # fmt: skip
    """
    Forms that are wanted.

    Raises
    ------
    ReportError
        When a PDF or a summary is wanted without a browser to print it, or any form but a PDF with a notebook of your
        own.
    """
    if own_notebook and (docx or png or summary):
        raise ReportError(
            "--docx, --png and --summary are made from the findings. With a notebook of your own, only --pdf works."
        )
    printer = found_browser() if pdf else None
    return Forms(printer, docx, png, found_browser("--summary") if summary else None)
