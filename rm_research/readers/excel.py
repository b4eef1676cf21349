"""Workbooks: the cells of one sheet as text, with numbers and dates as in a CSV file; .xlsx and .xlsm are read here."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.readers import other_workbooks
from rm_research.readers.cells import Cells
from rm_research.readers.export import Export, as_export
from rm_research.readers.kinds import Kind, kind_of
from rm_research.readers.sheets import as_cells, cell_text, chosen, filled_rows
from rm_research.study.settings import File

ZEROS = re.compile("00+")
COUNTS_FROM_1904 = re.compile(rb"\bdate1904\s*=\s*[\"'](?:1|true)[\"']")
DAY_ZERO_1904 = "1904-01-01"
FileT = TypeVar("FileT", bound=File)
FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")


def read(folder: Path, file: File) -> Export:
    """Read a sheet with one header row."""
    cells = read_cells(folder / file.file, file)
    return as_export(file.file, cells.row(0), cells.records(1), steps=cells.steps)


def read_cells(path: Path, file: File) -> Cells:
    """
    Read all cells of a sheet as text, including header rows but not title rows.

    Raises
    ------
    ReadError
        When the file is not a workbook that can be opened, when none of several sheets is declared, or when formulas
        were saved without their values.
    """
    if (kind := _kind(path, file)) != "xlsx":
        return other_workbooks.read_cells(path, file, kind)
    with _opened(path, file) as book:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        sheet = sheets[chosen([*sheets], file, lambda name: bool(_texts(sheets[name], file, 1)[0]))]
        rows, errors = _texts(sheet, file)
        formulas = FORMULA.search(book._archive.read(sheet._worksheet_path))
    if formulas:
        _check_formulas(path, file, sheet.title)
    return as_cells(rows, sheet.title, file, steps=(("cells with a spreadsheet error emptied", errors),) * bool(errors))


def named_sheet(path: Path, file: FileT) -> FileT:
    """Name a sheet that is declared by its number: it may also be declared by name, and is the same one."""
    if not isinstance(file.sheet, int) or (kind := kind_of(path, file)) == "text":
        return file
    if kind == "xlsx":
        with _opened(path, file) as book:
            names = [sheet.title for sheet in book.worksheets]
    else:
        names = other_workbooks.sheet_names(path, file, kind)
    return file.model_copy(update={"sheet": chosen(names, file, bool)})


def sheet_heads(path: Path, file: File, count: int) -> dict[str, list[list[str]]]:
    """Cells of the first rows of each sheet with cells, by its name."""
    if (kind := _kind(path, file)) != "xlsx":
        return other_workbooks.sheet_heads(path, file, kind, count)
    with _opened(path, file) as book:
        heads = {sheet.title: _texts(sheet, file, count)[0] for sheet in book.worksheets}
    return {name: rows for name, rows in heads.items() if rows}


def day_zero(path: Path) -> str | None:
    """Day from which a workbook counts its dates; None if the file is not a workbook or does not say."""
    try:
        with zipfile.ZipFile(path) as parts:
            return DAY_ZERO_1904 if COUNTS_FROM_1904.search(parts.read("xl/workbook.xml")) else None
    except (zipfile.BadZipFile, KeyError):
        return None


def _kind(path: Path, file: File) -> Kind:
    """Kind of workbook; anything else is refused."""
    kind = kind_of(path, file)
    if kind == "text":
        raise ReadError(Said("reading.no_workbook", file=file.file))
    return kind


@contextmanager
def _opened(path: Path, file: File, *, values: bool = True) -> Iterator[Any]:
    """Open a workbook whose cells are read one by one; any error while reading means that the file is damaged."""
    import openpyxl  # here, as most studies have no workbook

    try:
        # warnings concern styles, printing and validation, which are not read; names need not end in .xlsx
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")
            with closing(openpyxl.load_workbook(stream, read_only=True, data_only=values)) as book:
                yield book
    except ReadError:
        raise
    except Exception as error:  # parsing damaged XML may fail in any way
        raise ReadError(Said("reading.damaged_workbook", file=file.file)) from error


def _texts(sheet: Any, file: File, most: int | None = None) -> tuple[list[list[str]], int]:
    """
    Rows of a sheet as text, up to the last filled one, and the number of cells with an error.

    With `most`, reading stops after that many filled rows.
    """
    sheet.reset_dimensions()  # programs often write wrong dimensions
    errors = 0

    def texts() -> Iterator[list[str]]:
        nonlocal errors
        for cells in sheet.iter_rows():
            errors += sum(cell.data_type == "e" for cell in cells)
            yield ["" if cell.data_type == "e" else _padded(cell, file.decimal) for cell in cells]

    return filled_rows(texts(), file, most), errors


def _padded(cell: Any, decimal: str | None) -> str:
    """Write a cell as text; a whole number keeps the leading zeros of its format: '0007' is a code, not a quantity."""
    text = cell_text(cell.value, decimal)
    is_whole_number = cell.data_type == "n" and text.lstrip("-").isdecimal()
    if not (is_whole_number and cell.has_style and ZEROS.fullmatch(cell.number_format)):
        return text
    return text.zfill(len(cell.number_format) + text.startswith("-"))


def _check_formulas(path: Path, file: File, title: str) -> None:
    """Refuse formulas without a value, which would look like empty cells."""
    with _opened(path, file) as known, _opened(path, file, values=False) as written:
        for book in (known, written):
            book[title].reset_dimensions()
        for cells, formulas in zip(known[title].iter_rows(), written[title].iter_rows(), strict=True):
            for cell, formula in zip(cells, formulas, strict=True):
                # a formula whose value is an empty text has the type str
                if formula.data_type == "f" and cell.value is None and cell.data_type != "str":
                    raise ReadError(Said("reading.formula", file=file.file, cell=formula.coordinate, sheet=title))
