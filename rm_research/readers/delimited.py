"""CSV and its kin: one header row, one record a line."""

import codecs
import csv
import warnings
from pathlib import Path

import pandas as pd

from rm_research.errors import ReadError
from rm_research.readers.export import Export, as_export
from rm_research.study.settings import File

OTHER_DELIMITERS = {";": ";", "\t": "\\t", "|": "|"}


def read(path: Path, file: File) -> Export:
    """Read a CSV file with one header row."""
    cells = read_cells(path, file)
    return as_export(file.file, list(cells.iloc[0]), records(cells, 1))


def read_cells(path: Path, file: File) -> pd.DataFrame:
    """
    All cells of a delimited file as text, header rows included; the index counts rows as a spreadsheet does.

    Raises
    ------
    ReadError
        When the file is empty, holds other bytes than its encoding, has a row longer than its header, ends inside a
        quoted cell, or seems to use another delimiter.
    """
    _check_encoding(path, file)
    try:
        with warnings.catch_warnings():
            # pandas warns where it would cut a long row; here that is an error.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            cells = pd.read_csv(
                path, sep=file.delimiter or ",", header=None, dtype="str", keep_default_na=False, na_filter=False,
                encoding="utf-8-sig" if _is_utf8(file.encoding) else file.encoding, skip_blank_lines=False,
                index_col=False, low_memory=False,
            )  # fmt: skip
    except pd.errors.EmptyDataError as error:
        raise ReadError(f"{file.file} is empty. Export it again.") from error
    except (pd.errors.ParserError, pd.errors.ParserWarning, csv.Error) as error:
        raise ReadError(f"{file.file} cannot be read as a table: {_reason(str(error))}. Export it again.") from error
    cells = cells.fillna("").set_axis(range(1, len(cells) + 1), axis=0)
    _check_delimiter(cells, file)
    _check_last_row(path, file, cells.shape[1])
    return cells


def records(cells: pd.DataFrame, header_rows: int) -> pd.DataFrame:
    """Rows below the header, without those in which every cell is empty."""
    rows = cells.iloc[header_rows:]
    return rows[(rows != "").any(axis=1)]


def _is_utf8(encoding: str) -> bool:
    return encoding.casefold().replace("_", "-") in ("utf-8", "utf8")


def _check_encoding(path: Path, file: File) -> None:
    """Decode the file once in full, so that a wrong encoding is named with its place."""
    try:
        decoder = codecs.getincrementaldecoder(file.encoding)()
    except LookupError as error:
        raise ReadError(f'{file.file}: {file.encoding!r} is no encoding. Try encoding = "cp1252".') from error
    row = 1
    with path.open("rb") as handle:
        try:
            for line in handle:
                decoder.decode(line)
                row += 1
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            first = path.read_bytes()[:2]
            guess = "utf-16" if first in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "cp1252"
            raise ReadError(
                f"{file.file} is not {file.encoding}: line {row} holds other bytes. Save it as 'CSV UTF-8', or set "
                f'encoding = "{guess}" beside its file in study.toml.'
            ) from error


def _reason(message: str) -> str:
    """Pandas' own words without its prefix, as far as a reader can use them."""
    if "EOF inside string" in message:
        return "it ends inside a quoted cell, so it may have been cut off"
    if "Expected" in message and "saw" in message:
        return message.split("error:")[-1].strip().replace("fields", "cells")
    return "a row has more cells than the header"


def _check_delimiter(cells: pd.DataFrame, file: File) -> None:
    header = str(cells.iat[0, 0])
    if cells.shape[1] > 1 or file.delimiter:
        return
    for mark, name in OTHER_DELIMITERS.items():
        if mark in header:
            raise ReadError(
                f'{file.file} seems to part its columns by {name!r}. Set delimiter = "{name}" beside its file in '
                "study.toml."
            )


def _check_last_row(path: Path, file: File, width: int) -> None:
    """Refuse a file that stops in the middle of its last row, as a broken download does."""
    with path.open("rb") as handle:
        handle.seek(max(0, path.stat().st_size - 1_000_000))
        last = handle.read().splitlines(keepends=True)[-1:] or [b""]
    if last[0].endswith((b"\n", b"\r")) or b'"' in last[0] or b"\x00" in last[0]:
        return
    if last[0].count((file.delimiter or ",").encode(file.encoding)) + 1 < width:
        raise ReadError(
            f"{file.file} stops in the middle of its last row, so it may have been cut off. Export it again."
        )
