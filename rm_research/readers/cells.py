"""All cells of a table as text, before anything is made of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

Steps = tuple[tuple[str, int], ...]  # what reading did without being told, and in how many cells


@dataclass(frozen=True, eq=False)
class Cells:
    """
    All cells of a table as text, header rows included, title rows not.

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


def clock_text(seconds: float) -> str:
    """Write a time of day or a duration as hours, minutes and seconds."""
    minutes, rest = divmod(round(abs(seconds)), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60:02}:{minutes % 60:02}:{rest:02}"


def records(frame: pd.DataFrame, header_rows: int) -> pd.DataFrame:
    """Rows below the header, without those in which every cell is empty."""
    rows = frame.iloc[header_rows:]
    filled = np.zeros(len(rows), dtype=bool)
    for place in range(rows.shape[1]):
        if filled.all():
            return rows
        filled |= (rows.iloc[:, place] != "").to_numpy(dtype=bool)
    return rows[filled]


def text_table(rows: list[list[str]], width: int) -> pa.Table:
    """Rows of equal width as columns of text, named by their number."""
    columns = zip(*rows, strict=True) if rows else [()] * width
    return pa.table([pa.array(column, pa.large_string()) for column in columns], names=list(map(str, range(width))))


def text_frame(table: pa.Table, first_row: int) -> pd.DataFrame:
    """Columns of text as the frame of `Cells`, whose first row a spreadsheet calls `first_row`."""
    frame = table.to_pandas()
    frame.columns = pd.RangeIndex(frame.shape[1])
    frame.index = pd.RangeIndex(first_row, first_row + len(frame))
    return frame.astype("str")
