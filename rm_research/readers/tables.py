"""Survey tools write the same table as text or as a workbook; either is read."""

from pathlib import Path

from rm_research.readers import delimited, excel
from rm_research.readers.cells import Cells
from rm_research.study.settings import File


def read_cells(path: Path, file: File) -> Cells:
    """
    All cells of a text file or of a sheet of a workbook, header rows included, title rows not.

    Raises
    ------
    ReadError
        As the readers of these formats do.
    """
    with path.open("rb") as stream:
        workbook = stream.read(len(excel.ZIP)) == excel.ZIP
    return (excel if workbook else delimited).read_cells(path, file)
