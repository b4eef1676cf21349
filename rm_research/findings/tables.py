"""Tables as a page shows them and as their CSV holds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

import pandas as pd

from rm_research.disclosure.printed import printed
from rm_research.study.entries import neutral


@dataclass(frozen=True, eq=False)
class Table:
    """
    A table ready to print.

    Attributes
    ----------
    caption : str
    columns : tuple of str
        Headings.
    rows : tuple of tuple of str
        Cells as text; the first of each row is its heading.
    frame : DataFrame
        The same table as numbers, for the CSV.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    frame: pd.DataFrame

    @property
    def href(self) -> str:
        """The CSV as a data: link, so that a page sent by mail still has it."""
        return "data:text/csv;charset=utf-8," + quote(csv_text(self.frame), safe=",:;()/+")


def csv_text(frame: pd.DataFrame) -> str:
    """CSV with the decimals that pages print, and text that no spreadsheet takes for a formula."""
    frame = printed(frame)
    safe = frame.assign(**{name: neutral(frame[name]) for name in frame.columns if _is_text(frame[name])})
    return str(safe.to_csv(index=False, float_format="%.12g", lineterminator="\n"))


def _is_text(values: pd.Series) -> bool:
    return pd.api.types.is_string_dtype(values) or values.dtype == object


def table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]], frame: pd.DataFrame) -> Table:
    """Make a table without the columns that are empty in every row."""
    filled = [place for place in range(len(headings)) if any(row[place] for row in rows)]
    return Table(
        caption,
        tuple(headings[place] for place in filled),
        tuple(tuple(row[place] for place in filled) for row in rows),
        frame,
    )
