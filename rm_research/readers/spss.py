"""SPSS files (.sav, .zsav)."""

import re
from datetime import datetime, timedelta
from pathlib import Path

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.readers.cells import clock_text
from rm_research.readers.export import Export
from rm_research.readers.labelled import read_labelled
from rm_research.study.settings import File

SIGNATURES = (b"$FL2", b"$FL3")
ENCRYPTED = b"ENCRYPTEDSAV"
BEGIN = datetime(1582, 10, 14)  # start of the Gregorian calendar, from which SPSS counts seconds
DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
TIMES = ("DATETIME", "YMDHMS")
CLOCK = ("TIME", "DTIME", "MTIME")


def read(folder: Path, file: File) -> Export:
    """
    Read an SPSS file: codes as text, labels separately, user-missing values emptied and counted.

    Raises
    ------
    ReadError
        When it is not an SPSS file, or is encrypted, damaged or cut off.
    """
    path = folder / file.file
    with path.open("rb") as stream:
        start = stream.read(64)
    if ENCRYPTED in start:
        raise ReadError(Said("reading.protected", file=file.file))
    if not start.startswith(SIGNATURES):
        raise ReadError(Said("reading.no_spss", file=file.file))
    return read_labelled(path, file, date_text)


def date_text(shown: str, seconds: float) -> str | None:
    """Write seconds as ISO 8601, or as hours, minutes and seconds; None if they are an ordinary number."""
    kind = re.sub(r"[^A-Z].*", "", shown.upper())
    if kind in CLOCK:
        return clock_text(seconds)
    if kind not in DATES + TIMES:
        return None
    try:
        time = BEGIN + timedelta(seconds=round(seconds))
    except OverflowError:
        return None
    return time.isoformat() if kind in TIMES else time.date().isoformat()
