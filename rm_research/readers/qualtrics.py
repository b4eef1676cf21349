"""
Qualtrics CSV: names, question texts and, since 2016, a row of import ids above the answers.

The older export has no third row, and its system columns are named V1, V2 …; the second row says what they are, and
provides their names here.
"""

import re
from pathlib import Path

from rm_research.errors import ReadError
from rm_research.readers.export import Export, as_export
from rm_research.readers.tables import read_cells
from rm_research.study.settings import File

IMPORT_ID = re.compile(r"^\s*\{\s*['\"]ImportId['\"]")
SYSTEM_COLUMN = re.compile(r"^V\d+$")
DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b")


def read(folder: Path, file: File) -> Export:
    """Read a Qualtrics export with three or two header rows."""
    cells = read_cells(folder / file.file, file)
    names, texts, ids = (cells.row(place) for place in range(3))
    has_ids = are_import_ids(ids)
    if are_import_ids(texts):
        raise ReadError(
            f"{file.file} has its import ids in row 2: the row of question texts was removed. Export it again, or "
            'delete that row and set format = "csv".'
        )
    if not has_ids and not is_legacy(names, texts):
        raise ReadError(
            f"{file.file} has no import ids in row 3 and is not a legacy export either, so it is unclear where its "
            'answers begin. Export it again, or keep a single header row and set format = "csv".'
        )
    if has_ids:
        return as_export(file.file, names, cells.records(3), texts, short=cells.short, steps=cells.steps)
    renamed = [text if SYSTEM_COLUMN.match(name) and text else name for name, text in zip(names, texts, strict=True)]
    return as_export(file.file, renamed, cells.records(2), texts, short=cells.short, steps=cells.steps)


def are_import_ids(row: list[str]) -> bool:
    """Whether a row has Qualtrics' import ids, with the quotes of current or older exports."""
    return any(map(IMPORT_ID.match, row))


def is_legacy(names: list[str], texts: list[str]) -> bool:
    """Whether row 2 has question texts: there are legacy names above it, and none of its cells is a date."""
    return any(map(SYSTEM_COLUMN.match, names)) and len(texts) > 0 and not any(map(DATE.match, texts))
