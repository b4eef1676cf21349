"""
Qualtrics CSV: names, question texts and, since 2016, a row of import ids above the answers.

The older export has no third row, and its system columns are named V1, V2 …; the second row says what they are, and
provides their names here.
"""

import re
from pathlib import Path

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.readers.export import Export, as_export
from rm_research.readers.tables import read_cells
from rm_research.study.entries import NUMBER, comparable, tidy_text
from rm_research.study.settings import File

IMPORT_ID = re.compile(r"^\s*\{\s*['\"]ImportId['\"]")
SYSTEM_COLUMN = re.compile(r"^V\d+$")
# Status is a sum of these, or their names: a spam preview is 9, or 'Survey Preview Spam'
PREVIEW, TEST, IMPORTED, SPAM, OFFLINE, EMPLOYEES = 1, 2, 4, 8, 16, 32
NO_ANSWERS = re.compile(r"\b(?:preview|test|spam)\b")
ANSWERS = re.compile(r"ip address|(?:ex|imported|offline|[ /])+")
DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b")


def read(folder: Path, file: File) -> Export:
    """Read a Qualtrics export with three or two header rows."""
    cells = read_cells(folder / file.file, file)
    names, texts, ids = (cells.row(place) for place in range(3))
    has_ids = are_import_ids(ids)
    if are_import_ids(texts):
        raise ReadError(Said("reading.ids_in_row_2", file=file.file))
    if not has_ids and not is_legacy(names, texts):
        raise ReadError(Said("reading.no_import_ids", file=file.file))
    if has_ids:
        return as_export(file.file, names, cells.records(3), texts, short=cells.short, steps=cells.steps)
    renamed = [text if SYSTEM_COLUMN.match(name) and text else name for name, text in zip(names, texts, strict=True)]
    return as_export(file.file, renamed, cells.records(2), texts, short=cells.short, steps=cells.steps)


def is_preview(status: str) -> bool:
    """Whether an entry of Status says that a row is a preview, a test or spam."""
    flags = _flags(status)
    return bool(flags & (PREVIEW | TEST | SPAM)) if flags is not None else bool(NO_ANSWERS.search(tidy_text(status)))


def is_answered(status: str) -> bool:
    """Whether an entry of Status says that a row holds somebody's answers."""
    flags = _flags(status)
    return not flags & ~(IMPORTED | OFFLINE | EMPLOYEES) if flags is not None else bool(
        ANSWERS.fullmatch(tidy_text(status)))  # fmt: skip


def _flags(status: str) -> int | None:
    form = comparable(status)
    return int(float(form)) if NUMBER.fullmatch(form) and float(form) == int(float(form)) >= 0 else None


def are_import_ids(row: list[str]) -> bool:
    """Whether a row has Qualtrics' import ids, with the quotes of current or older exports."""
    return any(map(IMPORT_ID.match, row))


def is_legacy(names: list[str], texts: list[str]) -> bool:
    """Whether row 2 has question texts: there are legacy names above it, and none of its cells is a date."""
    return any(map(SYSTEM_COLUMN.match, names)) and len(texts) > 0 and not any(map(DATE.match, texts))
