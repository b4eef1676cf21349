"""
Qualtrics CSV: names, question texts and, since 2016, a row of import ids above the answers.

The older export has no third row and calls its system columns V1, V2 …; their meaning stands in the second row, which
then serves as name.
"""

import re
from pathlib import Path

from rm_research.errors import ReadError
from rm_research.readers.delimited import read_cells, records
from rm_research.readers.export import Export, as_export
from rm_research.study.settings import File

IMPORT_ID = re.compile(r"^\s*\{\s*['\"]ImportId['\"]")
SYSTEM_COLUMN = re.compile(r"^V\d+$")


def read(path: Path, file: File) -> Export:
    """Read a Qualtrics export with three or two header rows."""
    cells = read_cells(path, file)
    if len(cells) < 2:
        raise ReadError(
            f"{file.file} has one row only; a Qualtrics export has names and question texts. Export it again."
        )
    names, texts = list(cells.iloc[0]), list(cells.iloc[1])
    has_ids = len(cells) > 2 and any(IMPORT_ID.match(cell) for cell in cells.iloc[2])
    if any(IMPORT_ID.match(cell) for cell in texts):
        raise ReadError(
            f"{file.file} has its import ids in row 2: the row of question texts was removed. Export it again, or "
            'delete that row and set format = "csv".'
        )
    called = [text if SYSTEM_COLUMN.match(name) and text else name for name, text in zip(names, texts, strict=True)]
    return as_export(file.file, called, records(cells, 3 if has_ids else 2), texts)
