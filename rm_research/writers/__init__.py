"""
Formats of cleaned data: one file each, from a described frame to a file on disk.

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
        Characters that a variable's name may have, letters, digits and underscores only; None where any name will do.
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
