"""All cells of a table as text, before they are interpreted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rm_research.catalogue.said import Said
from rm_research.frames import text_dtype

Steps = tuple[tuple[str, int], ...]  # what reading decided or changed by itself, and in how many cells


class Detection(Said):
    """
    Step that detected what study.toml could have declared.

    Attributes
    ----------
    key : str
        Key of study.toml.
    value : str
        Its value, which `init` writes into a draft.
    """

    __slots__ = ("key", "value")

    key: str
    value: str

    @classmethod
    def of(cls, key: str, value: str, step: str, **blanks: str) -> "Detection":
        """Words of a step of the ledger, with what they are about."""
        made = cls(step, **blanks)
        made.key, made.value = key, value
        return made


@dataclass(frozen=True, eq=False)
class Cells:
    """
    All cells of a table as text, including header rows but not title rows.

    Attributes
    ----------
    table : Table
        Text of Arrow, columns named by their number from 0: cheap to look at, however many columns it has.
    first_row : int
        Number of its first row in a spreadsheet.
    short : tuple of int
        Rows with fewer cells than the header; the missing cells read as empty.
    steps : tuple of (str, int)
        What reading decided or changed by itself, and in how many cells.
    """

    table: pa.Table
    first_row: int = 1
    short: tuple[int, ...] = ()
    steps: Steps = ()

    def row(self, place: int) -> list[str]:
        """Cells of one row, counted from 0; none if the table has fewer rows."""
        return [column[place].as_py() for column in self.table.itercolumns()] if place < self.table.num_rows else []

    def records(self, header_rows: int) -> pd.DataFrame:
        """
        Rows below the header, except those in which every cell is empty.

        The index has row numbers as in a spreadsheet; columns are numbered from 0.
        """
        rows = self.table.slice(header_rows)
        frame = _text_frame(rows, self.first_row + header_rows)
        filled = np.zeros(rows.num_rows, dtype=bool)
        for column in rows.itercolumns():
            if filled.all():
                return frame
            filled |= np.asarray(pc.not_equal(column, ""))
        return frame[filled]


def clock_text(seconds: float) -> str:
    """Write a time of day or a duration as hours, minutes and seconds."""
    minutes, rest = divmod(round(abs(seconds)), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


def text_table(rows: list[list[str]], width: int) -> pa.Table:
    """Turn rows of equal width into columns of text, named by their number."""
    columns = zip(*rows, strict=True) if rows else [()] * width
    return pa.table([pa.array(column, pa.large_string()) for column in columns], names=list(map(str, range(width))))


def _text_frame(table: pa.Table, first_row: int) -> pd.DataFrame:
    """Turn columns of text into a frame whose rows are counted from `first_row`, without copying them."""
    index, dtype = pd.RangeIndex(first_row, first_row + table.num_rows), text_dtype()
    columns = {
        place: dtype.__from_arrow__(column)  # type: ignore[attr-defined]  # stubs lack it
        for place, column in enumerate(table.itercolumns())
    }
    return pd.DataFrame(columns, index=index, columns=pd.RangeIndex(table.num_columns), copy=False)
