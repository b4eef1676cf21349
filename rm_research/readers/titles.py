"""Rows above the header: a title, the date of the export, the names of sections."""

from collections.abc import Sequence
from statistics import median_high

from rm_research.study.entries import NUMBER, tidy_text

LONGEST_BANNER = 5  # rows with several cells that may stand above the header
MOSTLY = 0.8  # share of the cells below a name that are numbers, if it is the name of numbers
Rows = Sequence[Sequence[str]]


def title_rows(rows: Rows) -> int:
    """
    Count the rows above the header, from the first rows of a table.

    Parameters
    ----------
    rows : sequence of sequence of str
        Cells; rows may be of different length.

    Returns
    -------
    int
        Rows with at most one filled cell, if the rows below are wider. Then rows with several cells, if they have half
        as many as the others, or if they have fewer and a row of names above numbers follows.
    """
    if max(map(len, rows), default=0) < 2:
        return 0
    first = next((place for place, row in enumerate(rows) if not _is_title(row, rows)), 0)
    below = rows[first:]
    for place, row in enumerate(below[: LONGEST_BANNER + 1]):
        if not _is_banner(row, below, place):
            # a record is never taken for the header
            return first + place if place == 0 or not any(map(_is_number, row)) else first
    return first


def has_title(rows: Rows) -> bool:
    """Whether the first row has at most one filled cell, and others have more."""
    return max(map(len, rows), default=0) > 1 and _is_title(rows[0], rows)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _is_title(row: Sequence[str], rows: Rows) -> bool:
    """Whether a row has one cell or none; in a header of two columns, the first may have no name."""
    width = max(map(len, rows))
    return _filled(row) == 0 or (_filled(row) == 1 and not len(row) == width == 2)


def _is_banner(row: Sequence[str], rows: Rows, place: int) -> bool:
    others, filled = [other for other in rows if _filled(other)], _filled(row)
    if not others:
        return False
    usual, usual_length = median_high(map(_filled, others)), median_high(map(len, others))
    if 2 * filled <= usual:
        return True
    # a single column may have no name
    below = rows[place + 1 :] if filled < usual - 1 or len(row) < usual_length else []
    return any(_names_numbers(below[start], below[start + 1 :]) for start in range(min(LONGEST_BANNER, len(below))))


def _names_numbers(header: Sequence[str], records: Rows) -> bool:
    """Whether no cell of a row is a number, but those below one of its cells are."""
    if any(map(_is_number, header)):
        return False
    for place, name in enumerate(header):
        cells = [row[place] for row in records if place < len(row) and row[place].strip()]
        if name.strip() and cells and sum(map(_is_number, cells)) >= MOSTLY * len(cells):
            return True
    return False


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(tidy_text(cell)) is not None
