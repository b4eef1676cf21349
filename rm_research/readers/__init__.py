"""Export formats, one module each: from a file on disk to a frame of text, with the question texts."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.readers import (
    delimited,
    excel,
    google_forms,
    limesurvey,
    platforms,
    qualtrics,
    redcap,
    spss,
    stata,
    surveymonkey,
)
from rm_research.readers.controls import without_controls
from rm_research.readers.export import Export
from rm_research.readers.summaries import without_summaries
from rm_research.study.settings import SERIAL_DATES, File

READERS: dict[str, Callable[[Path, File], Export]] = {
    "csv": delimited.read,
    "excel": excel.read,
    "qualtrics": qualtrics.read,
    "surveymonkey": surveymonkey.read,
    "google-forms": google_forms.read,
    "redcap": redcap.read,
    "limesurvey": limesurvey.read,
    "spss": spss.read,
    "stata": stata.read,
    **dict.fromkeys(platforms.MARKS, platforms.read),
}


def read_export(folder: Path, file: File) -> Export:
    """
    Read an export, the roster or the sessions file as declared.

    Parameters
    ----------
    folder : Path
        The study folder; paths are relative to it.
    file : File
        Path, format, and what its reader needs to know: sheet, title and summary rows, dictionary, encoding, delimiter.

    Returns
    -------
    Export

    Raises
    ------
    ReadError
        When the file is missing, empty, damaged or cut off, or has another format, encoding or delimiter.
    """
    if not os.path.isfile(folder / file.file):  # False for what can be no file's name, where Path's own raises
        raise ReadError(Said("reading.no_file", file=file.file))
    try:
        export = replace(without_controls(READERS[file.format](folder, file)), file=file.title)
        day_zero = excel.day_zero(folder / file.file) if file.date_format == SERIAL_DATES else None
        export = replace(export, day_zero=day_zero) if day_zero else export
        return without_summaries(export, file.summary_rows)
    except OSError as error:
        raise ReadError(Said("reading.cannot_open", file=file.file, why=error.strerror)) from error


__all__ = ["READERS", "Export", "read_export"]
