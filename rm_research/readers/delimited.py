"""CSV and its kin: one header row, one record a line."""

import codecs
import csv
import io
from pathlib import Path

import pandas as pd

from rm_research.errors import ReadError
from rm_research.readers.export import Export, as_export
from rm_research.study.settings import File

DELIMITERS = {",": ",", ";": ";", "\t": "\\t", "|": "|"}
UTF8 = ("utf-8", "utf-8-sig")
MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read(path: Path, file: File) -> Export:
    """Read a CSV file with one header row."""
    cells, short = read_cells(path, file)
    return as_export(file.file, list(cells.iloc[0]), records(cells, 1), short=short)


def read_cells(path: Path, file: File) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """
    All cells of a delimited file as text, header rows included.

    Returns
    -------
    cells : DataFrame
        The index counts rows as a spreadsheet does.
    short : tuple of int
        Rows with fewer cells than the header; what they lack reads as empty.

    Raises
    ------
    ReadError
        When the file is empty, holds other bytes than its encoding, has a row longer than its header, ends inside a
        row or a quoted cell, or seems to use another delimiter.
    """
    text = _decoded(path, file)
    rows = _parsed(text, file)
    width = len(rows[0])
    # a line with nothing on it holds no answers and is no short row
    short = [number for number, row in enumerate(rows, start=1) if 0 < len(row) < width]
    if short[-1:] == [len(rows)] and not text.endswith(("\n", "\r")):
        raise ReadError(f"{file.file} stops in the middle of row {len(rows)}: it may be cut off. Export it again.")
    padded = [row + [""] * (width - len(row)) for row in rows]
    cells = pd.DataFrame(padded, index=range(1, len(rows) + 1), columns=range(width), dtype="str")
    return cells, tuple(short)


def records(cells: pd.DataFrame, header_rows: int) -> pd.DataFrame:
    """Rows below the header, without those in which every cell is empty."""
    rows = cells.iloc[header_rows:]
    return rows[(rows != "").any(axis=1)]


def _decoded(path: Path, file: File) -> str:
    """Text of the file; what is no text in its encoding is named with its place."""
    content = path.read_bytes()
    if content.startswith(b"PK\x03\x04"):
        raise ReadError(f"{file.file} is a workbook, not a CSV file. Save it as 'CSV UTF-8'.")
    try:
        codec = codecs.lookup(file.encoding).name
        text = content.decode("utf-8-sig" if codec in UTF8 else codec)
    except LookupError as error:
        raise ReadError(f'{file.file}: {file.encoding!r} is no encoding. Try encoding = "cp1252".') from error
    except UnicodeDecodeError as error:
        guess = MARKS.get(content[:2], "utf-8" if _is_utf8(content) else "cp1252")
        line = content[: error.start].count(b"\n") + 1
        raise ReadError(
            f"{file.file} is not {file.encoding}: line {line} holds other bytes. Save it as 'CSV UTF-8', or set "
            f'encoding = "{guess}" beside its file in study.toml.'
        ) from error
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise ReadError(f"{file.file} holds bytes that are no text in line {line}. Save it as 'CSV UTF-8'.")
    if codec not in UTF8 and not content.isascii() and _is_utf8(content):
        # cp1252 and its kin can read any bytes, and would turn ä into Ã¤
        raise ReadError(f"{file.file} is utf-8, not {file.encoding}. Remove encoding beside its file in study.toml.")
    return text


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parsed(text: str, file: File) -> list[list[str]]:
    """Rows of cells; a quote, a delimiter or a length that does not fit is an error."""
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=file.delimiter or ",", strict=True):
            rows.append(row)
            if len(rows) == 1:
                _check_header(row, file)
            if len(row) > len(rows[0]):
                raise ReadError(
                    f"{file.file} row {len(rows)} has {len(row)} cells but the header has {len(rows[0])}. Export it "
                    "again; a cell that holds the delimiter must be in quotes."
                )
    except csv.Error as error:
        raise ReadError(f"{file.file} row {len(rows) + 1} {_fault(str(error))}. Export it again.") from error
    if not rows:
        raise ReadError(f"{file.file} is empty. Export it again.")
    return rows


def _fault(message: str) -> str:
    """Say what the csv module found, as far as a reader can use it."""
    if "unexpected end of data" in message:
        return "begins a quoted cell that never ends: it may be cut off"
    if "expected after" in message:
        return "has text after a quoted cell: a quote in a cell must be doubled"
    return f"cannot be read as a table: {message}"


def _check_header(header: list[str], file: File) -> None:
    if not any(header):
        raise ReadError(f"{file.file} has no header in row 1. Export it again.")
    for mark, name in DELIMITERS.items() if len(header) == 1 else ():
        if mark in header[0] and mark != (file.delimiter or ","):
            raise ReadError(
                f'{file.file} row 1 has one column only; it seems to use another delimiter. Set delimiter = "{name}" '
                "beside its file in study.toml."
            )
