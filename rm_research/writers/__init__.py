"""
Formats of cleaned data: one module per format, which writes a described frame to a file.

To add one, write `writers/<format>.py` with `write(sheet, path)` and enter it in WRITERS.
"""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rm_research.writers.sheets import Sheet


@dataclass(frozen=True)
class Writer:
    """
    One format.

    Attributes
    ----------
    module : str
        The file in this folder that writes it, loaded when it is used.
    longest_name : int or None
        How many letters, digits and underscores the name of a variable may have; None if any name is allowed.
    """

    module: str
    longest_name: int | None = None

    def write(self, sheet: "Sheet", path: Path) -> None:
        """
        Write a sheet to a path.

        Raises
        ------
        ReportError
            For what the format cannot hold.
        """
        import_module(f"{__name__}.{self.module}").write(sheet, path)


# by the extension of its files
WRITERS: dict[str, Writer] = {
    "parquet": Writer("parquet"),
    "csv": Writer("delimited"),
    "sav": Writer("spss", longest_name=64),
    "dta": Writer("stata", longest_name=32),
}

__all__ = ["WRITERS", "Writer"]
