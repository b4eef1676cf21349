"""All cells of a table as text, before they are interpreted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

Steps = tuple[tuple[str, int], ...]  # what reading decided or changed by itself, and in how many cells


class Detection(str):
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

    def __new__(cls, step: str, *, key: str, value: str) -> "Detection":
        """Words of the step, with what they are about."""
        made = super().__new__(cls, step)
        made.key, made.value = key, value
        return made


@dataclass(frozen=True, eq=False)
class Cells:
    """
    All cells of a table as text, including header rows but not title rows.

    Attributes
    ----------
    frame : DataFrame
        The index has row numbers as in a spreadsheet; columns are numbered from 0.
    short : tuple of int
        Rows with fewer cells than the header; the missing cells read as empty.
    steps : tuple of (str, int)
        What reading decided or changed by itself, and in how many cells.
    """

    frame: pd.DataFrame
    short: tuple[int, ...] = ()
    steps: Steps = ()

    def row(self, place: int) -> list[str]:
        """Cells of one row, counted from 0; none if the table has fewer rows."""
        return list(self.frame.iloc[place]) if place < len(self.frame) else []


def clock_text(seconds: float) -> str:
    """Write a time of day or a duration as hours, minutes and seconds."""
    minutes, rest = divmod(round(abs(seconds)), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


def records(frame: pd.DataFrame, header_rows: int) -> pd.DataFrame:
    """Rows below the header, except those in which every cell is empty."""
    rows = frame.iloc[header_rows:]
    filled = np.zeros(len(rows), dtype=bool)
    for place in range(rows.shape[1]):
        if filled.all():
            return rows
        filled |= (rows.iloc[:, place] != "").to_numpy(dtype=bool)
    return rows[filled]


def text_table(rows: list[list[str]], width: int) -> pa.Table:
    """Turn rows of equal width into columns of text, named by their number."""
    columns = zip(*rows, strict=True) if rows else [()] * width
    return pa.table([pa.array(column, pa.large_string()) for column in columns], names=list(map(str, range(width))))


def text_frame(table: pa.Table, first_row: int) -> pd.DataFrame:
    """Turn columns of text into the frame of `Cells`; `first_row` is its first row's number in a spreadsheet."""
    frame = table.to_pandas()
    frame.columns = pd.RangeIndex(frame.shape[1])
    frame.index = pd.RangeIndex(first_row, first_row + len(frame))
    return frame.astype("str")
