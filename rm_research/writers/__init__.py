"""
Formats of cleaned data: one module per format, which writes a described frame to a file.

To add one, write `writers/<format>.py` with `write(sheet, path)` and enter it in WRITERS.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rm_research.writers import delimited, parquet, spss, stata
from rm_research.writers.sheets import Sheet


@dataclass(frozen=True)
class Writer:
    """
    One format.

    Attributes
    ----------
    write : callable
        Writes a Sheet to a path; raises ReportError for what the format cannot hold.
    longest_name : int or None
        How many letters, digits and underscores the name of a variable may have; None if any name is allowed.
    """

    write: Callable[[Sheet, Path], None]
    longest_name: int | None = None


# by the extension of its files
WRITERS: dict[str, Writer] = {
    "parquet": Writer(parquet.write),
    "csv": Writer(delimited.write),
    "sav": Writer(spss.write, spss.LONGEST_NAME),
    "dta": Writer(stata.write, stata.LONGEST_NAME),
}

__all__ = ["WRITERS", "Sheet", "Writer"]
