"""Excel workbooks (.xlsx, .xlsm): the cells of one sheet as text, with numbers and dates as in a CSV file."""

import datetime as dt
import re
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from rm_research.errors import ReadError
from rm_research.readers.cells import Cells, clock_text, text_table
from rm_research.readers.export import Export, as_export
from rm_research.study.settings import File

ZIP, OLD = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ZEROS = re.compile("00+")
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
    _check_kind(path, file)
    with _opened(path, file) as book:
        sheet = _chosen(book, file)
        rows, errors = _texts(sheet)
        formulas = FORMULA.search(book._archive.read(sheet._worksheet_path))
    if formulas:
        _check_formulas(path, file, sheet.title)
    rows = rows[file.title_rows :]
    if not rows or not any(rows[0]):
        raise ReadError(
            f"{file.file} has no header in row {file.title_rows + 1} of sheet {sheet.title!r}. Export it again, or set "
            "title_rows to the number of rows above the header."
        )
    width = max(map(len, rows))
    table = text_table([row + [""] * (width - len(row)) for row in rows], width)
    steps = (("cells with a spreadsheet error emptied", errors),) if errors else ()
    return Cells(table, file.title_rows + 1, steps=steps)


def sheet_heads(path: Path, file: File, count: int) -> dict[str, list[list[str]]]:
    """Cells of the first rows of each sheet with cells, by its name."""
    _check_kind(path, file)
    with _opened(path, file) as book:
        heads = {sheet.title: _texts(sheet, count)[0] for sheet in book.worksheets}
    return {name: rows for name, rows in heads.items() if rows}


def _check_kind(path: Path, file: File) -> None:
    """Refuse files that openpyxl cannot read, recognised by their first bytes."""
    with path.open("rb") as stream:
        start = stream.read(8)
        if start.startswith(ZIP):
            return
        if start != OLD:
            raise ReadError(
                f"{file.file} is not an Excel workbook. Save it as 'Excel workbook (.xlsx)', or correct its format in "
                "study.toml."
            )
        if ENCRYPTED in stream.read():
            raise ReadError(f"{file.file} is protected with a password. Save it without one.")
    raise ReadError(f"{file.file} has the Excel format from before 2007. Save it as 'Excel workbook (.xlsx)'.")


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
        raise ReadError(
            f"{file.file} is damaged or not an .xlsx workbook. Open it in a spreadsheet program and save it as 'Excel "
            "workbook (.xlsx)'."
        ) from error


def _chosen(book: Any, file: File) -> Any:
    """Return the declared sheet, else the only one with cells."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    names = ", ".join(repr(name) for name in sheets)
    if isinstance(file.sheet, str):
        if file.sheet not in sheets:
            raise ReadError(f"{file.file} has no sheet {file.sheet!r}. It has {names}. Correct sheet in study.toml.")
        return sheets[file.sheet]
    if file.sheet is not None:
        if not 1 <= file.sheet <= len(sheets):
            raise ReadError(
                f"{file.file} has no sheet number {file.sheet}. It has {names}. Correct sheet in study.toml."
            )
        return list(sheets.values())[file.sheet - 1]
    filled = [sheet for sheet in sheets.values() if _texts(sheet, 1)[0]]
    if not filled:
        raise ReadError(f"{file.file} is empty. Export it again.")
    if len(filled) > 1:
        names = ", ".join(repr(sheet.title) for sheet in filled)
        raise ReadError(
            f"{file.file} has {len(filled)} sheets with cells ({names}). Set sheet to one of them next to its file in "
            "study.toml."
        )
    return filled[0]


def _texts(sheet: Any, most: int | None = None) -> tuple[list[list[str]], int]:
    """
    Rows of a sheet as text, up to the last filled one, and the number of cells with an error.

    With `most`, reading stops after that many filled rows.
    """
    sheet.reset_dimensions()  # programs often write wrong dimensions
    rows: list[list[str]] = []
    filled, length, errors = 0, 0, 0
    for cells in sheet.iter_rows():
        errors += sum(cell.data_type == "e" for cell in cells)
        row = ["" if cell.data_type == "e" else _padded(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        rows.append(row)
        if row:
            filled, length = filled + 1, len(rows)
        if filled == most:
            break
    return rows[:length], errors


def _padded(cell: Any) -> str:
    """Write a cell as text; a whole number keeps the leading zeros of its format: '0007' is a code, not a quantity."""
    text = _text(cell.value)
    is_whole_number = cell.data_type == "n" and text.lstrip("-").isdecimal()
    if not (is_whole_number and cell.has_style and ZEROS.fullmatch(cell.number_format)):
        return text
    return text.zfill(len(cell.number_format) + text.startswith("-"))


def _text(value: Any) -> str:
    """Write a cell's value as a CSV file would."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        # Excel keeps 15 digits; further ones are errors of binary fractions
        return f"{value:.15g}"
    if isinstance(value, dt.datetime):
        day = value.time() == dt.time()
        return value.date().isoformat() if day else value.isoformat(timespec="seconds")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    return clock_text(value.total_seconds()) if isinstance(value, dt.timedelta) else str(value)


def _check_formulas(path: Path, file: File, title: str) -> None:
    """Refuse formulas without a value, which would look like empty cells."""
    with _opened(path, file) as known, _opened(path, file, values=False) as written:
        for book in (known, written):
            book[title].reset_dimensions()
        for cells, formulas in zip(known[title].iter_rows(), written[title].iter_rows(), strict=True):
            for cell, formula in zip(cells, formulas, strict=True):
                # a formula whose value is an empty text has the type str
                if formula.data_type == "f" and cell.value is None and cell.data_type != "str":
                    raise ReadError(
                        f"{file.file} has a formula without its value in cell {formula.coordinate} of sheet {title!r}. "
                        "Open it in a spreadsheet program and save it."
                    )
