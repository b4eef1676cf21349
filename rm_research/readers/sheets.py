"""What all workbooks have in common: one sheet is chosen, and its cells become text as a CSV file would have them."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.limits import check_cells
from rm_research.readers.cells import Cells, Steps, clock_text, text_table
from rm_research.study.settings import File

Rows = list[list[str]]


def chosen(names: Sequence[str], file: File, is_filled: Callable[[str], bool]) -> str:
    """
    Name the declared sheet, else the only one with cells.

    Raises
    ------
    ReadError
        When there is no such sheet, or several have cells.
    """
    listed = ", ".join(map(repr, names))
    if isinstance(file.sheet, str):
        if file.sheet not in names:
            raise ReadError(Said("reading.no_sheet", file=file.file, sheet=file.sheet, names=listed))
        return file.sheet
    if file.sheet is not None:
        if not 1 <= file.sheet <= len(names):
            raise ReadError(Said("reading.no_sheet_number", file=file.file, sheet=file.sheet, names=listed))
        return names[file.sheet - 1]
    filled = [name for name in names if is_filled(name)]
    if not filled:
        raise ReadError(Said("reading.empty", file=file.file))
    if len(filled) > 1:
        raise ReadError(
            Said("reading.several_sheets", file=file.file, n=len(filled), names=", ".join(map(repr, filled)))
        )
    return filled[0]


def filled_rows(texts: Iterable[list[str]], file: File, most: int | None = None) -> Rows:
    """
    Rows without empty cells at their ends, up to the last filled row; with `most`, up to that many filled rows.

    Raises
    ------
    ReadError
        When they would be too many cells.
    """
    rows: Rows = []
    filled, length, width = 0, 0, 0
    for row in texts:
        while row and not row[-1]:
            row.pop()
        rows.append(row)
        if row:
            filled, length, width = filled + 1, len(rows), max(width, len(row))
            check_cells(file.file, length, width)
        if filled == most:
            break
    return rows[:length]


def as_cells(rows: list[list[str]], title: str, file: File, *, steps: Steps = ()) -> Cells:
    """
    Make Cells of a sheet's rows.

    Raises
    ------
    ReadError
        When the row below the title rows is empty.
    """
    rows = rows[file.title_rows :]
    if not rows or not any(rows[0]):
        raise ReadError(Said("reading.no_header_of_sheet", file=file.file, row=file.title_rows + 1, sheet=title))
    width = max(map(len, rows))
    table = text_table([row + [""] * (width - len(row)) for row in rows], width)
    return Cells(table, file.title_rows + 1, steps=steps)


def cell_text(value: Any, decimal: str | None = None) -> str:
    """Write a cell's value as a CSV file with this sign before decimals would."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        # spreadsheets keep 15 digits; further ones are errors of binary fractions
        return f"{value + 0.0:.15g}".replace(".", decimal or ".")  # of minus zero, zero
    if isinstance(value, dt.datetime):
        day = value.time() == dt.time()
        return value.date().isoformat() if day else value.isoformat(timespec="seconds")
    if isinstance(value, dt.time):
        return value.isoformat(timespec="seconds")
    return clock_text(value.total_seconds()) if isinstance(value, dt.timedelta) else str(value)
