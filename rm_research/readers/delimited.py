"""CSV and its kin: one header row, one record a line; encoding and delimiter are found where they are not declared."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from rm_research.errors import ReadError
from rm_research.readers.export import Export, Steps, as_export
from rm_research.study.settings import File

DELIMITERS = {",": ",", ";": ";", "\t": "\\t", "|": "|"}
UTF8 = ("utf-8", "utf-8-sig")
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
WESTERN = "cp1252"  # what spreadsheets write in Western Europe and America unless told otherwise
LETTER_IN_UTF8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|\xe2\x80[\x80-\xbf]")
LOOKED_AT = 50  # records by which a delimiter is told
AT_ONCE = 20_000  # records turned into columns at a time
LONGEST_CELL = csv.field_size_limit()
QUOTE = ord('"')
PIECE = 1 << 18


@dataclass(frozen=True, eq=False)
class Cells:
    """
    All cells of a table as text, header rows included.

    Attributes
    ----------
    frame : DataFrame
        The index counts rows as a spreadsheet does; columns are numbered from 0.
    short : tuple of int
        Rows with fewer cells than the header; what they lack reads as empty.
    steps : tuple of (str, int)
        What was found or changed without being told, and in how many cells.
    """

    frame: pd.DataFrame
    short: tuple[int, ...] = ()
    steps: Steps = ()

    def row(self, place: int) -> list[str]:
        """Cells of one row, counted from 0; none where the table is shorter."""
        return list(self.frame.iloc[place]) if place < len(self.frame) else []


def read(path: Path, file: File) -> Export:
    """Read a CSV file with one header row."""
    cells = read_cells(path, file)
    return as_export(file.file, cells.row(0), records(cells.frame, 1), short=cells.short, steps=cells.steps)


def read_cells(path: Path, file: File) -> Cells:
    """
    All cells of a delimited file as text, header rows included.

    Encoding and delimiter are those declared, else those found, which is among the steps.

    Raises
    ------
    ReadError
        When the file is empty, holds other bytes than its encoding, has a row longer than its header, ends inside a
        row or a quoted cell, or may have one delimiter as well as another.
    """
    content, found = _as_utf8(path.read_bytes(), file)
    delimiter, parted = _delimiter(content, file)
    frame = _quickly(content, delimiter)
    frame, short = (frame, ()) if frame is not None else _carefully(content, delimiter, file)
    return Cells(frame, short, (*found, *parted))


def records(frame: pd.DataFrame, header_rows: int) -> pd.DataFrame:
    """Rows below the header, without those in which every cell is empty."""
    rows = frame.iloc[header_rows:]
    filled = np.zeros(len(rows), dtype=bool)
    for place in range(rows.shape[1]):
        if filled.all():
            return rows
        filled |= (rows.iloc[:, place] != "").to_numpy(dtype=bool)
    return rows[filled]


def _as_utf8(content: bytes, file: File) -> tuple[bytes, Steps]:
    """Bytes of the file in UTF-8 without a mark; what is no text in its encoding is named with its place."""
    if content.startswith(b"PK\x03\x04"):
        raise ReadError(
            f'{file.file} is a workbook, not a text file. Set format = "excel" beside its file in study.toml.'
        )
    found: Steps = ()
    encoding, steps = _encoding(content, file)
    if encoding in UTF8:
        content = content.removeprefix(codecs.BOM_UTF8)
    else:
        content = _decoded(content, encoding, file).encode()
        found = steps
    if (place := content.find(b"\x00")) >= 0:
        line = content.count(b"\n", 0, place) + 1
        raise ReadError(f"{file.file} holds bytes that are no text in line {line}. Save it as 'CSV UTF-8'.")
    return content, found


def _encoding(content: bytes, file: File) -> tuple[str, Steps]:
    """Encoding declared, else found."""
    faulty = _no_utf8(content)
    if file.encoding is None:
        marked = next((name for mark, name in MARKS.items() if content.startswith(mark)), None)
        if marked or faulty is None:
            return marked or "utf-8", ((f"encoding {marked} found", 0),) if marked == "utf-16" else ()
        if LETTER_IN_UTF8.search(content):
            raise ReadError(
                f"{file.file} mixes encodings: line {_line(content, faulty)} is not utf-8, other lines are. Save it "
                "as 'CSV UTF-8', or set encoding = \"cp1252\" beside its file in study.toml and accept that some "
                "letters come out wrong."
            )
        return WESTERN, ((f"encoding {WESTERN} found (not utf-8)", _beyond_ascii(content)),)
    try:
        codec = codecs.lookup(file.encoding).name
    except LookupError as error:
        raise ReadError(f'{file.file}: {file.encoding!r} is no encoding. Try encoding = "cp1252".') from error
    if codec in UTF8 and faulty is not None:
        guess = MARKS.get(content[:2], WESTERN)
        raise ReadError(
            f"{file.file} is not {file.encoding}: line {_line(content, faulty)} holds other bytes. Save it as 'CSV "
            f'UTF-8\', or set encoding = "{guess}" beside its file in study.toml.'
        )
    if codec not in UTF8 and not content.isascii() and faulty is None:
        # cp1252 and its kin can read any bytes, and would turn ä into Ã¤
        raise ReadError(f"{file.file} is utf-8, not {file.encoding}. Remove encoding beside its file in study.toml.")
    return codec, ()


def _no_utf8(content: bytes) -> int | None:
    """Place of the first byte that is not UTF-8; None where all are."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _line(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _beyond_ascii(content: bytes) -> int:
    """Letters that depend on the encoding; the step's count of cells is at most that."""
    return int((np.frombuffer(content, dtype=np.uint8) > 127).sum())


def _decoded(content: bytes, encoding: str, file: File) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        told = "" if file.encoding else f", and its line {_line(content, error.start)} is not {encoding} either"
        wrong = f"is not {encoding}: line {_line(content, error.start)} holds other bytes" if file.encoding else (
            f"is not utf-8{told}"
        )  # fmt: skip
        raise ReadError(
            f"{file.file} {wrong}. Save it as 'CSV UTF-8', or set encoding beside its file in study.toml."
        ) from error


def _delimiter(content: bytes, file: File) -> tuple[str, Steps]:
    """Delimiter declared, else the comma, else the one that parts the first records alike."""
    if file.delimiter is not None:
        return file.delimiter, ()
    head = list(islice(_lines(content), 4 * LOOKED_AT))
    if not head:
        raise ReadError(f"{file.file} is empty. Export it again.")
    widths = {mark: _width(head, mark) for mark in DELIMITERS}
    fitting = [mark for mark, width in widths.items() if width > 1]
    if len(fitting) > 1:
        # of several that part every record alike, the one of the header's end parts cells, the others stand in them
        fitting = [mark for mark in fitting if widths[mark] == max(widths.values())]
    if len(fitting) > 1:
        shown = " or ".join(f'"{DELIMITERS[mark]}"' for mark in fitting)
        raise ReadError(f"{file.file} may be parted by {shown}. Set delimiter beside its file in study.toml.")
    if not fitting or fitting == [","]:
        return ",", ()
    return fitting[0], ((f'delimiter "{DELIMITERS[fitting[0]]}" found', 0),)


def _lines(content: bytes) -> Iterator[str]:
    yield from io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")


def _width(head: list[str], mark: str) -> int:
    """Cells of each of the first records if they all have that many; 0 where they differ."""
    try:
        rows = [row for row in islice(csv.reader(head, delimiter=mark), LOOKED_AT) if row]
    except csv.Error:
        return 0
    widths = {len(row) for row in rows[:-1] or rows}
    return widths.pop() if len(widths) == 1 else 0


def _quickly(content: bytes, delimiter: str) -> pd.DataFrame | None:
    """Read cells by pyarrow, where nothing is odd; None where something is, and the careful way must say what."""
    if _odd_quotes(content, delimiter) or len(delimiter.encode()) > 1:
        return None
    try:
        header = next(csv.reader(_lines(content), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    if len(header) < 2 or not any(header):
        return None
    names = [str(place) for place in range(len(header))]
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(content.rstrip(b"\r\n")),
            read_options=pa.csv.ReadOptions(column_names=names, block_size=1 << 24),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, double_quote=True
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    return _frame(table)


def _odd_quotes(content: bytes, delimiter: str) -> bool:
    """Whether a quote stands where only care can tell what it means: inside a cell, or without its twin."""
    bytes_ = np.frombuffer(content, dtype=np.uint8)
    # piece by piece, so that the comparison stays in the processor's cache
    pieces = [start + np.flatnonzero(bytes_[start : start + PIECE] == QUOTE) for start in range(0, len(bytes_), PIECE)]
    quotes = np.concatenate([*pieces, np.empty(0, dtype=np.intp)])
    if not len(quotes):
        return False
    edge = np.zeros(256, dtype=bool)
    edge[[*b"\r\n", *delimiter.encode()]] = True
    padded = np.frombuffer(b"\n" + content + b"\n", dtype=np.uint8)
    before, after = padded[quotes], padded[quotes + 2]
    inside = ~(edge[before] | edge[after] | (before == QUOTE) | (after == QUOTE))
    # an empty quoted cell with text behind it
    emptied = (before == QUOTE) & ~edge[after] & (after != QUOTE)
    emptied[1:] &= edge[before[:-1]]
    return len(quotes) % 2 == 1 or bool(inside.any()) or bool(emptied.any())


def _carefully(content: bytes, delimiter: str, file: File) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """Cells by the csv module, which tells where a quote or a length does not fit."""
    parts: list[pa.Table] = []
    rows: list[list[str]] = []
    short: list[int] = []
    number, width = 0, 0
    reader = csv.reader(_lines(content), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start=1):
            if number == 1:
                _check_header(row, delimiter, file)
                width = len(row)
            if len(row) > width:
                raise ReadError(
                    f"{file.file} row {number} has {len(row)} cells but the header has {width}. Export it again; a "
                    "cell that holds the delimiter must be in quotes."
                )
            if 0 < len(row) < width:  # a line with nothing on it holds no answers and is no short row
                short.append(number)
            rows.append(row + [""] * (width - len(row)))
            if len(rows) == AT_ONCE:
                parts.append(_table(rows, width))
                rows = []
    except csv.Error as error:
        raise ReadError(f"{file.file} row {number + 1} {_fault(str(error))}. Export it again.") from error
    if not number:
        raise ReadError(f"{file.file} is empty. Export it again.")
    if short[-1:] == [number] and not content.endswith((b"\n", b"\r")):
        raise ReadError(f"{file.file} stops in the middle of row {number}: it may be cut off. Export it again.")
    return _frame(pa.concat_tables([*parts, _table(rows, width)])), tuple(short)


def _table(rows: list[list[str]], width: int) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * width
    return pa.table([pa.array(column, pa.large_string()) for column in columns], names=list(map(str, range(width))))


def _frame(table: pa.Table) -> pd.DataFrame:
    frame = table.to_pandas()
    frame.columns = pd.RangeIndex(frame.shape[1])
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return frame.astype("str")


def _fault(message: str) -> str:
    """Say what the csv module found, as far as a reader can use it."""
    if "unexpected end of data" in message:
        return "begins a quoted cell that never ends: it may be cut off"
    if "expected after" in message:
        return "has text after a quoted cell: a quote in a cell must be doubled"
    if "field limit" in message:
        return f"has a cell of more than {LONGEST_CELL:,} characters, as a quote that is never closed makes it"
    return f"cannot be read as a table: {message}"


def _check_header(header: list[str], delimiter: str, file: File) -> None:
    if not any(header):
        raise ReadError(f"{file.file} has no header in row 1. Export it again.")
    for mark, name in DELIMITERS.items() if len(header) == 1 else ():
        if mark in header[0] and mark != delimiter:
            raise ReadError(
                f'{file.file} row 1 has one column only; it seems to use another delimiter. Set delimiter = "{name}" '
                "beside its file in study.toml."
            )
