"""
Numbers as people and programs write them: which sign separates the decimals, decided for a column as a whole.

'4,5' is 4.5 where every answer of the column would be a number so. '1,234' may also be 1234, and '1.234,5' shows that
points may separate thousands: neither is read without saying so.
"""

import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from math import isfinite

import pandas as pd

from rm_research.study.entries import NUMBER, per_entry, tidy_text

POWER = r"(?:e[+-]?\d+)?"
WHOLE = re.compile(rf"[+-]?\d+{POWER}")
COMMA_DECIMALS = re.compile(rf"[+-]?\d*,\d+{POWER}")
COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+")
POINT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+")
Ends = tuple[float | None, float | None]


class Notation(StrEnum):
    """How the numbers of a column are written."""

    POINT = "point"
    COMMA = "comma"
    LIKELY_COMMA = "likely comma"  # as thousands, the numbers would be far outside the range
    UNCLEAR = "unclear"  # commas or points may separate thousands
    DECLARED_POINT = "declared point"
    DECLARED_COMMA = "declared comma"


COMMAS = (Notation.COMMA, Notation.LIKELY_COMMA)
# decimals follow digits with or without a sign between groups of three
DECLARED = {
    Notation.DECLARED_COMMA: re.compile(rf"([+-]?(?:[1-9]\d{{0,2}}(?:[.' ]\d{{3}})+|\d+|(?=,\d)))(,\d*)?({POWER})"),
    Notation.DECLARED_POINT: re.compile(rf"([+-]?(?:[1-9]\d{{0,2}}(?:[,' ]\d{{3}})+|\d+|(?=\.\d)))(\.\d*)?({POWER})"),
}


def notation_of(
    entries: Iterable[str], declared: str | None = None, ends: Ends = (None, None), *, beside_commas: bool = False
) -> Notation:  # fmt: skip
    """
    How the numbers of a column are written.

    Parameters
    ----------
    entries : iterable of str
        Its distinct entries, tidied; without those that mean no answer.
    declared : {'.', ','}, optional
        What separates decimals, as study.toml says.
    ends : (float or None, float or None)
        Ends of the range, if there is one.
    beside_commas : bool
        Whether other columns of the file have decimal commas, so that points may separate thousands here.
    """
    if declared is not None:
        return Notation.DECLARED_COMMA if declared == "," else Notation.DECLARED_POINT
    filled = set(entries)
    numbers = {entry for entry in filled if _may_be_number(entry)}
    commas = {entry for entry in numbers if "," in entry}
    if not commas:
        points = {entry.replace(".", ",") for entry in numbers if "." in entry}
        grouped = beside_commas and points and all(map(COMMA_GROUPS.fullmatch, points))
        return Notation.UNCLEAR if grouped and _of_groups(points, ends) is Notation.UNCLEAR else Notation.POINT
    if all(COMMA_DECIMALS.fullmatch(entry) or WHOLE.fullmatch(entry) for entry in filled):
        grouped = all(map(COMMA_GROUPS.fullmatch, commas))
        return Notation.COMMA if not grouped else _of_groups(commas, ends)
    odd = any(not (COMMA_DECIMALS.fullmatch(entry) or NUMBER.fullmatch(entry)) for entry in numbers)
    grouped = any(COMMA_GROUPS.fullmatch(entry) or POINT_GROUPS.fullmatch(entry) for entry in numbers)
    return Notation.UNCLEAR if odd or grouped else Notation.POINT


def _of_groups(commas: Collection[str], ends: Ends) -> Notation:
    """How numbers like '1,234' are written: they are decimals only if no thousand could have been answered."""
    low, high = ends
    if low is None or high is None:
        return Notation.UNCLEAR
    as_decimals = all(low <= float(entry.replace(",", ".")) <= high for entry in commas)
    as_thousands = any(low <= float(entry.replace(",", "")) <= high for entry in commas)
    return Notation.LIKELY_COMMA if as_decimals and not as_thousands else Notation.UNCLEAR


def number_text(entry: str, notation: Notation) -> str | None:
    """
    Return a tidied entry as a number with a decimal point, and without signs between thousands.

    None if it is no number, or if nobody can tell which.
    """
    if notation in DECLARED:
        written = DECLARED[notation].fullmatch(entry)
        return written and re.sub(r"[.,' ]", "", written[1]) + (written[2] or "").replace(",", ".") + written[3]
    if notation in COMMAS and COMMA_DECIMALS.fullmatch(entry):
        return entry.replace(",", ".")
    return entry if NUMBER.fullmatch(entry) and not is_unclear(entry, notation) else None


def is_unclear(entry: str, notation: Notation) -> bool:
    """Whether nobody can tell which number a tidied entry is."""
    return notation is Notation.UNCLEAR and _may_be_number(entry) and WHOLE.fullmatch(entry) is None


def _may_be_number(entry: str) -> bool:
    """Whether an entry is a number if commas, or if points, separate its decimals."""
    return any(written.fullmatch(entry) for written in DECLARED.values())


def number_in(entry: str, notation: Notation) -> float | None:
    """Return the number that a tidied entry is, if it is one and not too large to be one."""
    text = number_text(entry, notation)
    return value if text is not None and isfinite(value := float(text)) else None


def read_numbers(cells: pd.Series, declared: str | None = None) -> pd.Series:
    """Numbers in a column that has no range; NaN where a cell is no number, or where nobody can tell which."""
    tidied = per_entry(cells, tidy_text)
    notation = notation_of((entry for entry in tidied.dropna().unique() if entry), declared)
    return per_entry(tidied, lambda entry: number_in(entry, notation), dtype="float64")


def with_points(cells: pd.Series) -> pd.Series:
    """Entries of a column of numbers with decimal commas, written with points; any other column stays as it is."""
    if not cells.str.contains(",", regex=False, na=False).any():
        return cells
    numbers = read_numbers(cells)
    if not numbers.notna().equals(cells.notna()):
        return cells
    return per_entry(cells, {cell: f"{number:.15g}" for cell, number in zip(cells, numbers, strict=True)}.get)
