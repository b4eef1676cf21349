"""Survey tools write the same table as text or as a workbook; this reads either."""

from pathlib import Path

from rm_research.readers import delimited, excel
from rm_research.readers.cells import Cells
from rm_research.readers.kinds import kind_of
from rm_research.study.settings import File


def read_cells(path: Path, file: File) -> Cells:
    """
    Read all cells of a text file or of a workbook's sheet, including header rows but not title rows.

    Raises
    ------
    ReadError
        For the same reasons as the readers of these formats.
    """
    return (delimited if kind_of(path, file) == "text" else excel).read_cells(path, file)
