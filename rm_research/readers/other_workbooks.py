"""
Workbooks other than .xlsx: .xls, .xlsb and .ods, read with python-calamine if that is installed.

It gives the values of formulas, dates of either calendar and durations. It does not give the format of a number, so
leading zeros that only the format shows are not read.
"""

import datetime as dt
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.limits import MOST_CELLS, check_cells
from rm_research.readers.cells import Cells
from rm_research.readers.crashing import read_apart
from rm_research.readers.kinds import SAVE, Kind
from rm_research.readers.sheets import Rows, as_cells, cell_text, chosen, filled_rows
from rm_research.readers.workbook_file import LACKING, PROTECTED, TOO_LARGE
from rm_research.study.settings import File

PROGRAM = Path(__file__).with_name("workbook_file.py")
TYPES: dict[str, Callable[[Any], Any]] = {
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda seconds: dt.timedelta(seconds=seconds),
}


def read_cells(path: Path, file: File, kind: Kind) -> Cells:
    """
    Read all cells of a sheet as text, including header rows but not title rows.

    Raises
    ------
    ReadError
        When the library is not installed, when the file cannot be opened, or when none of several sheets is declared.
    """
    sheets = _sheets(path, file, kind)
    name = chosen([*sheets], file, lambda name: bool(_texts(sheets[name], file, 1)))
    return as_cells(_texts(sheets[name], file), name, file)


def sheet_names(path: Path, file: File, kind: Kind) -> list[str]:
    """Names of all sheets, in their order."""
    return [*_sheets(path, file, kind)]


def sheet_heads(path: Path, file: File, kind: Kind, count: int) -> dict[str, Rows]:
    """Cells of the first rows of each sheet with cells, by its name."""
    heads = {name: _texts(rows, file, count) for name, rows in _sheets(path, file, kind).items()}
    return {name: rows for name, rows in heads.items() if rows}


def _sheets(path: Path, file: File, kind: Kind) -> dict[str, list[list[Any]]]:
    """Rows of each sheet, read in a separate process, which a damaged file may crash."""
    try:
        finished = read_apart(PROGRAM, path, str(path), str(MOST_CELLS))
    except subprocess.TimeoutExpired as error:
        raise _damaged(file, kind) from error
    if finished.returncode == LACKING:
        raise ReadError(Said("reading.lacks_library", file=file.file, kind=Said(f"reading.part.{kind}")))
    if finished.returncode == PROTECTED:
        raise ReadError(Said("reading.protected", file=file.file))
    if finished.returncode == TOO_LARGE:
        rows, width = finished.stderr.split()[-2:]
        check_cells(file.file, int(rows), int(width))
    if finished.returncode:
        raise _damaged(file, kind)
    sheets: dict[str, list[list[Any]]] = json.loads(finished.stdout)
    return sheets


def _damaged(file: File, kind: Kind) -> ReadError:
    return ReadError(
        Said("reading.damaged_sheet", file=file.file, kind=Said(f"reading.part.{kind}"), remedy=Said(SAVE))
    )


def _texts(sheet: list[list[Any]], file: File, most: int | None = None) -> Rows:
    """Rows of a sheet as text, up to the last filled one; with `most`, up to that many filled rows."""
    values = ([TYPES[cell[0]](cell[1]) if isinstance(cell, list) else cell for cell in row] for row in sheet)
    return filled_rows(([cell_text(value, file.decimal) for value in row] for row in values), file, most)
