"""Which other forms were asked for, settled before anything is made."""

from dataclasses import dataclass
from pathlib import Path

from rm_research.errors import ReportError
from rm_research.reporting.forms.printing import found_browser

PDF, DOCX, FIGURES = "index.pdf", "findings.docx", "figures"


@dataclass(frozen=True)
class Forms:
    """
    What is made of a page besides HTML.

    Attributes
    ----------
    browser : Path or None
        Prints the page as index.pdf; None where no PDF is wanted.
    docx, png : bool
        findings.docx to be edited; each picture in figures/ for slides.
    """

    browser: Path | None = None
    docx: bool = False
    png: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What stands beside each page."""
        wanted = ((PDF, self.browser is not None), (DOCX, self.docx), (FIGURES, self.png))
        return tuple(name for name, asked in wanted if asked)


NONE = Forms()


def asked_forms(*, pdf: bool, docx: bool, png: bool, own_notebook: bool = False) -> Forms:
    """
    Forms that were asked for.

    Raises
    ------
    ReportError
        When a PDF is wanted and no browser is there to print it, or a form of findings of a notebook of one's own.
    """
    if own_notebook and (docx or png):
        raise ReportError("--docx and --png are made of the findings. A notebook of your own can have --pdf alone.")
    return Forms(found_browser() if pdf else None, docx, png)
