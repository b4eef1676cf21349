"""The file of a Word document: equal bytes for equal content, without traces of a template, person or machine."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

MADE = datetime(1980, 1, 1, tzinfo=UTC)  # time of every document: the earliest that a zip file can hold
CORE, APP = "docProps/core.xml", "docProps/app.xml"


def repacked(docx: bytes) -> bytes:
    """Document without the times of its files and the name of the program that made its template."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == APP:
                content = content.replace(b"Microsoft Macintosh Word", b"rm_research")
            new.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def is_untouched(path: Path) -> bool:
    """Whether a document has not been edited; programs set its time when they save it."""
    try:
        with zipfile.ZipFile(path) as docx:
            return f">{MADE:%Y-%m-%dT%H:%M:%SZ}</dcterms:modified>".encode() in docx.read(CORE)
    except (zipfile.BadZipFile, KeyError, OSError):
        return False
