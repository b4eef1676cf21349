"""write_clean: writes cleaned, linked and scored data as files for other programs, with a page that explains them."""

from collections.abc import Callable
from functools import partial
from os import PathLike
from pathlib import Path

from nbformat import v4

from rm_research.catalogue import catalogue
from rm_research.errors import ReportError
from rm_research.panel import Prepared
from rm_research.panel.prepare import prepare_openly
from rm_research.reporting.render import Page, page_html
from rm_research.study import Study, read_study
from rm_research.writers import WRITERS, delimited
from rm_research.writers.codebook import build_codebook
from rm_research.writers.folder import LEDGER, PAGE, claim, write_all
from rm_research.writers.sheets import build_sheets, ledger_sheet
from rm_research.writers.usable import usable_part


def write_clean(
    study: Study | Prepared | str | PathLike[str], *, out: str | PathLike[str], format: str = "parquet"
) -> tuple[Path, ...]:
    """
    Write cleaned data and a codebook page.

    Parameters
    ----------
    study : Study, Prepared or path
        Waves that are not in yet and cohorts with an error are left out; the page names them.
    out : path
        A folder that is new, empty, or from an earlier call with the same format.
    format : {'parquet', 'csv', 'sav', 'dta'}

    Returns
    -------
    tuple of Path
        codebook.html; responses, scores, panel and links in the format; ledger.csv. Equal inputs give equal bytes.
        They hold no free text, and persons are hashes, but they hold each person's answers: keep them private.

    Raises
    ------
    ReadError
        When an error concerns the whole study, unless it is that an export of a wave is still missing or empty.
    ReportError
        When the format is unknown or cannot hold the data, the folder is not ours, or no questionnaires are left.

    Examples
    --------
    >>> paths = rm.write_clean("data/demo", out="clean", format="csv")
    >>> sorted(path.name for path in paths)
    ['codebook.html', 'ledger.csv', 'links.csv', 'panel.csv', 'responses.csv', 'scores.csv']
    """
    if format not in WRITERS:
        raise ReportError(f"There is no format {format!r}. Choose {', '.join(WRITERS)}.")
    prepared = _prepared(study)
    usable, folder = usable_part(prepared), Path(out)
    claim(folder, prepared.study, format, tuple(WRITERS))
    writer = WRITERS[format]
    # the page comes first, so that a folder left by a stopped run is recognised as ours
    files: dict[Path, Callable[[Path], object]] = {folder / PAGE: partial(_write_page, prepared, format)}
    for sheet in build_sheets(usable):
        files[folder / f"{sheet.name}.{format}"] = partial(writer.write, sheet.renamed(writer.longest_name))
    files[folder / LEDGER] = partial(delimited.write, ledger_sheet(usable))
    return write_all(files)


def _prepared(study: Study | Prepared | str | PathLike[str]) -> Prepared:
    if isinstance(study, Prepared):
        return study
    return prepare_openly(study if isinstance(study, Study) else read_study(Path(study)))


def _write_page(prepared: Prepared, format: str, path: Path) -> None:
    """Write the codebook with the template of all pages, as if a notebook with one cell had shown it."""
    shown = v4.new_output("display_data", data={"text/html": build_codebook(prepared, format=format).html})
    notebook = v4.new_notebook(cells=[v4.new_code_cell(outputs=[shown])])
    words = catalogue(prepared.study.reporting.language)
    page = Page(title=words.say("codebook.title", study=prepared.study.title), language=words.language, kind="private")
    path.write_text(page_html(notebook, page), encoding="utf-8", newline="\n")
