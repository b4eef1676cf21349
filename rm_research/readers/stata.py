"""Stata files (.dta)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.readers.export import Export
from rm_research.readers.labelled import read_labelled
from rm_research.study.settings import File

SIGNATURE, END = b"<stata_dta>", b"</stata_dta>"
OLDER = re.compile(rb"[\x68-\x73][\x01\x02]\x01", re.DOTALL)  # versions 104 to 115, byte order, file type
BEGIN = datetime(1960, 1, 1)


def read(folder: Path, file: File) -> Export:
    """
    Read a Stata file: codes as text, labels separately, extended missing values (.a to .z) emptied and counted.

    Raises
    ------
    ReadError
        When it is not a Stata file, or is damaged or cut off.
    """
    path = folder / file.file
    content = path.read_bytes()
    if not is_stata(content):
        raise ReadError(Said("reading.no_stata", file=file.file))
    # labels come last in the file, and if they were cut off nobody would notice
    if content.startswith(SIGNATURE) and not content.rstrip(b"\x00\r\n").endswith(END):
        raise ReadError(Said("reading.damaged", file=file.file))
    return read_labelled(path, file, date_text)


def is_stata(start: bytes) -> bool:
    """Whether a file with these first bytes is a Stata file."""
    return start.startswith(SIGNATURE) or OLDER.match(start) is not None


def date_text(shown: str, number: float) -> str | None:
    """Write a number of days, milliseconds, weeks … as ISO 8601; None if it is an ordinary number."""
    kind = re.match(r"%-?(tc|tC|td|d|tw|tm|tq|th)", shown)
    if not kind:
        return None
    try:
        return _KINDS[kind[1]](number)
    except (OverflowError, ValueError):
        return None


def _moment(milliseconds: float) -> str:
    return (BEGIN + timedelta(seconds=round(milliseconds / 1000))).isoformat()


def _day(days: float) -> str:
    return (BEGIN + timedelta(days=days)).date().isoformat()


def _week(weeks: float) -> str:
    # Stata's years have 52 weeks; the last one has eight or nine days
    year, week = divmod(int(weeks), 52)
    return (datetime(1960 + year, 1, 1) + timedelta(days=7 * week)).date().isoformat()


def _months(length: int) -> Callable[[float], str]:
    """Make a function that writes the first day of a period of `length` months."""

    def first_day(periods: float) -> str:
        year, month = divmod(int(periods) * length, 12)
        return datetime(1960 + year, month + 1, 1).date().isoformat()

    return first_day


_KINDS = {
    "tc": _moment, "tC": _moment, "td": _day, "d": _day, "tw": _week, "tm": _months(1), "tq": _months(3),
    "th": _months(6),
}  # fmt: skip
