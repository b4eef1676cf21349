"""CSV and similar files: a header row, then one record per line; undeclared encoding and delimiter are detected."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from enum import Enum, auto
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.limits import MOST_COLUMNS, check_columns
from rm_research.readers.cells import Cells, Detection, Steps, text_table
from rm_research.readers.encodings import as_utf8
from rm_research.readers.export import Export, as_export
from rm_research.readers.kinds import kind_of
from rm_research.readers.titles import title_rows
from rm_research.study.settings import File

DELIMITERS = {",": ",", ";": ";", "\t": "\\t", "|": "|"}
LOOKED_AT = 50  # records from which the delimiter is detected
AT_ONCE = 20_000  # records turned into columns at a time
LONGEST_CELL = csv.field_size_limit()
QUOTE, LF, CR = b'"\n\r'
PIECE, BLOCK = 1 << 18, 1 << 22  # bytes that are looked at, and read, at a time
BLANK_LINES = (b"\n\n", b"\n\r\n", b"\r\r")


class Quotes(Enum):
    """Whether the quotes of a text are clear: none, or all of them are at the edges of cells and in pairs."""

    ODD = auto()  # one is inside a cell, before text, or unpaired
    CLEAR = auto()
    AROUND_LINES = auto()  # clear, and some cell has several lines


def read(folder: Path, file: File) -> Export:
    """Read a CSV file with one header row."""
    cells = read_cells(folder / file.file, file)
    return as_export(file.file, cells.row(0), cells.records(1), short=cells.short, steps=cells.steps)


def read_cells(path: Path, file: File) -> Cells:
    """
    Read all cells of a delimited file as text, including header rows but not title rows.

    Encoding and delimiter are as declared; if undeclared, they are detected, and the steps say so.

    Raises
    ------
    ReadError
        When the file is empty, has bytes that its encoding does not allow, has a row longer than its header, ends
        inside a row or a quoted cell, or has more than one possible delimiter.
    """
    content, encoding_steps = _text(path, file)
    delimiter, delimiter_steps = _delimiter(content, file)
    table = _quickly(content, delimiter)
    table, short = (table, ()) if table is not None else _carefully(content, delimiter, file)
    return Cells(table, file.title_rows + 1, short, (*encoding_steps, *delimiter_steps))


def first_rows(path: Path, file: File, count: int) -> list[list[str]]:
    """Cells of the first rows, split by the delimiter that fits best; faults are ignored."""
    content, _ = _text(path, file)
    head = list(islice(_lines(content), 4 * count))
    tables = [_split(head, mark, count) for mark in DELIMITERS]
    # most rows of one width, then the widest
    return max(tables, key=lambda rows: max(_agreeing(rows), default=(0, 0)))


def _agreeing(rows: list[list[str]]) -> Iterator[tuple[int, int]]:
    """Number of rows with each width, and the width, for widths above one."""
    widths = Counter(len(row) for row in rows)
    yield from ((number, width) for width, number in widths.items() if width > 1)


def _text(path: Path, file: File) -> tuple[bytes, Steps]:
    """Text of the file below its title rows in UTF-8, and the steps of decoding."""
    content = path.read_bytes()
    if kind_of(path, file) != "text":
        raise ReadError(Said("reading.is_workbook", file=file.file))
    content, steps = as_utf8(content, file)
    return (_below_title(content, file) if file.title_rows else content), steps


def _below_title(content: bytes, file: File) -> bytes:
    """Text without its title rows, which may have any number of lines."""
    reader = csv.reader(_lines(content), delimiter=file.delimiter or ",")
    try:
        skipped = len(list(islice(reader, file.title_rows)))
    except csv.Error as error:
        raise ReadError(_fault(str(error), Said("reading.part.title_row", file=file.file))) from error
    below = content[sum(len(line.encode()) for line in islice(_lines(content), reader.line_num)) :]
    if skipped < file.title_rows or not below:
        raise ReadError(Said("reading.no_header_below", file=file.file, n=file.title_rows))
    return below


def _delimiter(content: bytes, file: File) -> tuple[str, Steps]:
    """Delimiter as declared, else the one that splits the first rows like the header, else the comma; and steps."""
    if file.delimiter is not None:
        return file.delimiter, ()
    head = list(islice(_lines(content), 4 * LOOKED_AT))
    if not head:
        raise ReadError(Said("reading.empty", file=file.file))
    tables = {mark: _split(head, mark, LOOKED_AT) for mark in DELIMITERS}
    widths = {mark: _width(rows) for mark, rows in tables.items()}
    fitting = [mark for mark, width in widths.items() if width > 1]
    if len(fitting) > 1:
        # a mark that occurs only inside cells splits rows into fewer cells, or splits quoted cells
        intact = [mark for mark in fitting if not any(map(_torn, tables[mark]))] or fitting
        fitting = [mark for mark in intact if widths[mark] == max(widths[mark] for mark in intact)]
    if len(fitting) > 1:
        marks = ", ".join(f'"{DELIMITERS[mark]}"' for mark in fitting)
        raise ReadError(Said("reading.several_delimiters", file=file.file, marks=marks))
    if not fitting or fitting == [","]:
        return ",", ()
    step = Detection.of("delimiter", fitting[0], "ledger.of.delimiter", mark=DELIMITERS[fitting[0]])
    return fitting[0], ((step, 0),)


def _lines(content: bytes) -> Iterator[str]:
    yield from io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")


def _split(head: list[str], mark: str, count: int) -> list[list[str]]:
    """Split the first rows of a text by one delimiter, up to one that is too wide; none if that is impossible."""
    rows: list[list[str]] = []
    try:
        for row in islice(csv.reader(head, delimiter=mark), count):
            rows.append(row)
            if len(row) > MOST_COLUMNS:
                break
    except csv.Error:
        return []
    return rows


def _width(rows: list[list[str]]) -> int:
    """Number of cells in the header, if most rows have as many and none has more; 0 otherwise."""
    filled = [len(row) for row in rows if row]
    # the last may be cut off
    widths = filled[:-1] or filled
    return widths[0] if widths and 2 * widths.count(widths[0]) > len(widths) and max(widths) == widths[0] else 0


def _torn(row: list[str]) -> bool:
    """Whether a cell has an unpaired quote, as a fragment of a quoted cell does."""
    return any(cell.count('"') % 2 for cell in row)


def _quickly(content: bytes, delimiter: str) -> pa.Table | None:
    """Read cells with pyarrow; None if anything is odd, so that the careful way must say what."""
    if len(delimiter.encode()) > 1 or (quotes := _quotes(content, delimiter)) is Quotes.ODD:
        return None
    try:
        header = next(csv.reader(_lines(content), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    if not 2 <= len(header) <= MOST_COLUMNS or not any(header):
        return None
    names = [str(place) for place in range(len(header))]
    try:
        return pa.csv.read_csv(
            pa.BufferReader(content.rstrip(b"\r\n") if content.endswith(BLANK_LINES) else content),
            # several threads would take twice the processor's time, and wait for the one that finds the rows
            read_options=pa.csv.ReadOptions(column_names=names, block_size=BLOCK, use_threads=False),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=quotes is Quotes.AROUND_LINES,
                ignore_empty_lines=False,
                double_quote=True,
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None


def _quotes(content: bytes, delimiter: str) -> Quotes:
    """
    Look at all quotes of a text.

    Quotes open and close in turn; a doubled one closes and opens again. So each odd quote comes right after the edge of
    a cell or another quote, and each even one right before; if that holds, every quote is clear. A line ends inside a
    cell if the number of quotes before its end is odd.
    """
    if QUOTE not in content:
        return Quotes.CLEAR
    neighbours = np.zeros(256, dtype=bool)
    neighbours[[QUOTE, LF, CR, ord(delimiter)]] = True
    ends = [end for end in (LF, CR) if end in content]
    quotes, around_lines = 0, False
    # in pieces, each with one letter before and one after, so that the comparisons stay in the processor's cache
    for start in range(0, len(content), PIECE):
        before = content[start - 1 : start] if start else b"\n"
        piece = before + content[start : start + PIECE] + (content[start + PIECE : start + PIECE + 1] or b"\n")
        letters = np.frombuffer(piece, dtype=np.uint8)
        places = np.flatnonzero(letters[1:-1] == QUOTE) + 1
        opening, closing = places[quotes % 2 :: 2], places[1 - quotes % 2 :: 2]
        if not (neighbours[letters[opening - 1]].all() and neighbours[letters[closing + 1]].all()):
            return Quotes.ODD
        for end in ends if not around_lines else ():
            lines = np.flatnonzero(letters[1:-1] == end) + 1
            around_lines |= bool(((np.searchsorted(places, lines) + quotes) % 2).any())
        quotes += len(places)
    return Quotes.ODD if quotes % 2 else Quotes.AROUND_LINES if around_lines else Quotes.CLEAR


def _carefully(content: bytes, delimiter: str, file: File) -> tuple[pa.Table, tuple[int, ...]]:
    """Read cells with the csv module, which locates faulty quotes and rows of the wrong length."""
    tables: list[pa.Table] = []
    rows: list[list[str]] = []
    short: list[int] = []
    first = file.title_rows + 1
    number, width = file.title_rows, 0
    reader = csv.reader(_lines(content), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start=first):
            if number == first:
                _check_header(row, delimiter, file)
                width = len(row)
            if len(row) > width:
                raise ReadError(_too_long(content, delimiter, file, number, len(row), width))
            if 0 < len(row) < width:  # an empty line holds no answers and is not a short row
                short.append(number)
            rows.append(row + [""] * (width - len(row)))
            if len(rows) == AT_ONCE:
                tables.append(text_table(rows, width))
                rows = []
    except csv.Error as error:
        raise ReadError(_fault(str(error), Said("reading.part.row", file=file.file, row=number + 1))) from error
    if number < first:
        raise ReadError(Said("reading.empty", file=file.file))
    if short[-1:] == [number] and not content.endswith((b"\n", b"\r")):
        raise ReadError(Said("reading.stops", file=file.file, row=number))
    return pa.concat_tables([*tables, text_table(rows, width)]), tuple(short)


def _too_long(content: bytes, delimiter: str, file: File, row: int, cells: int, width: int) -> Said:
    """Say that a row is longer than the header, and where the header seems to be if other rows are above it."""
    head = list(islice(_lines(content), 4 * LOOKED_AT))
    found = {"file": file.file, "row": row, "n": cells, "width": width}
    if above := title_rows(_split(head, delimiter, LOOKED_AT)):
        above += file.title_rows
        return Said("reading.longer_than_title", **found, first=file.title_rows + 1, header=above + 1, above=above)
    return Said("reading.longer_than_header", **found)


def _fault(message: str, where: str) -> Said:
    """Put an error of the csv module in words that help the reader."""
    if "unexpected end of data" in message:
        return Said("reading.unclosed", where=where)
    if "expected after" in message:
        return Said("reading.after_quotes", where=where)
    if "field limit" in message:
        return Said("reading.long_cell", where=where, most=LONGEST_CELL)
    return Said("reading.no_table", where=where)


def _check_header(header: list[str], delimiter: str, file: File) -> None:
    check_columns(file.file, len(header))
    if not any(header):
        raise ReadError(Said("reading.no_header", file=file.file, row=file.title_rows + 1))
    for mark, name in DELIMITERS.items() if len(header) == 1 else ():
        if mark in header[0] and mark != delimiter:
            raise ReadError(Said("reading.one_column", file=file.file, row=file.title_rows + 1, mark=name))
