"""Platforms whose exports have one header row of questions, and the columns that each of them adds."""

from collections.abc import Sequence
from pathlib import Path

from rm_research.readers.export import Export, as_export
from rm_research.readers.tables import read_cells
from rm_research.study.entries import tidy_text
from rm_research.study.settings import File

# of the columns that a platform adds, in one of its languages: those that must all be there
MARKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "microsoft-forms": (("id", "start time", "completion time"), ("id", "startzeit", "fertigstellungszeit")),
    "kobotoolbox": (("_id", "_uuid", "_submission_time"),),
    "moodle": (("response", "submitted on:"), ("antwort", "abgeschickt am:")),
    "typeform": (("#", "submit date (utc)"), ("start date (utc)", "submit date (utc)")),
    "jotform": (("submission date", "submission id"),),
}
NAMES = {
    "microsoft-forms": "Microsoft Forms", "kobotoolbox": "KoboToolbox", "moodle": "Moodle", "typeform": "Typeform",
    "jotform": "JotForm",
}  # fmt: skip


def read(folder: Path, file: File) -> Export:
    """Read an export with one header row, as text or as a workbook; the question is the column's name."""
    cells = read_cells(folder / file.file, file)
    return as_export(file.file, cells.row(0), cells.records(1), short=cells.short, steps=cells.steps)


def platform_of(header: Sequence[str]) -> str | None:
    """Format of the platform that adds the columns of this header; None if none does."""
    names = {tidy_text(name) for name in header}
    return next((format for format, marks in MARKS.items() if any({*mark} <= names for mark in marks)), None)
