"""
Limits of what is read: a file that exceeds one is refused with a sentence, in seconds and with bounded memory.

They are far above what surveys need. A file that was made to exceed them, or a damaged one, would otherwise take all
memory or never end.
"""

import re
import zipfile
from collections.abc import Sequence

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError

MOST_BYTES = 2_000_000  # of study.toml or codebook.csv
MOST_ITEMS = 25_000  # rows of codebook.csv
MOST_NUMBER = 10**15  # largest whole number in study.toml
MOST_PARTS = 64  # of a key with dots in study.toml
MOST_COLUMNS = 50_000  # of an export
MOST_CELLS = 20_000_000  # of a workbook's sheet, empty ones within it too; text files have no such limit
MOST_UNPACKED = 2_000_000_000  # bytes of a workbook's parts, which are packed
FREELY, MOST_RATIO = 10_000_000, 100  # bytes from which on a part may be packed to at most that many times fewer
MOST_MEMORY = 4_000_000_000  # bytes of a process that reads an .ods, .xls, .xlsb, SPSS or Stata file, except on Windows
LEAST_SECONDS, SECONDS_PER_BYTE = 60, 1e-6  # of that process; a file that takes longer counts as damaged

LONG_KEY = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]++[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}")


def check_columns(file: str, count: int) -> None:
    """Refuse a file with too many columns."""
    if count > MOST_COLUMNS:
        raise ReadError(Said("reading.too_many_columns", file=file, n=count, most=MOST_COLUMNS))


def check_cells(file: str, rows: int, width: int) -> None:
    """Refuse a sheet with too many cells."""
    if rows * width > MOST_CELLS:
        raise ReadError(Said("reading.too_many_cells", file=file, rows=rows, columns=width, most=MOST_CELLS))


def check_unpacked(file: str, parts: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a packed file whose parts would be too large, by the sizes that it declares and cannot exceed."""
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or any(part.file_size > max(FREELY, MOST_RATIO * part.compress_size) for part in parts):
        raise ReadError(Said("reading.unpacks", file=file, size=unpacked // 10**6))
