"""What a file is, by its first bytes: a workbook, text, or something that no reader here can read."""

import re
import zipfile
from pathlib import Path
from typing import Literal

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.limits import check_unpacked
from rm_research.study.settings import File

Kind = Literal["xlsx", "xls", "xlsb", "ods", "text"]
ZIP, OLD = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED, WORD = "EncryptedPackage".encode("utf-16-le"), "WordDocument".encode("utf-16-le")
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
START = 4096  # bytes looked at
SAVE, EXPORT, UNPACK, NUMBERS = (f"reading.part.{what}" for what in ("save", "export", "unpack", "numbers"))
OTHERS = (
    (b"%PDF", "pdf", EXPORT), (b"{\\rtf", "rtf", EXPORT), (b"SQLite format 3", "sqlite", EXPORT),
    (b"PAR1", "parquet", EXPORT), (b"\x1f\x8b", "compressed", UNPACK), (b"MIME-Version:", "web_archive", SAVE),
    (b"\x09\x08", "before_1997", SAVE),
)  # fmt: skip
XML_SHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
PAGE = re.compile(r"\s*<(?:!doctype html|html|head|body|meta|style|table|div|title|!--)\b|\s*<!--", re.IGNORECASE)
JSON = re.compile(r"\s*(?:\[\s*[\[{]|\{\s*[\"}])")
XML = re.compile(r"\s*<\?xml\b")
# what archives hold: names of files in them that tell the program
ARCHIVES = (
    ("word/", "word", EXPORT), ("ppt/", "presentation", EXPORT), ("Index/", "numbers", NUMBERS),
    ("Index.zip", "numbers", NUMBERS),
)  # fmt: skip


def kind_of(path: Path, file: File) -> Kind:
    """
    Tell a workbook's kind, or that a file is text.

    Raises
    ------
    ReadError
        When it is something else, saying what, and how to get a file that can be read.
    """
    with path.open("rb") as stream:
        start = stream.read(START)
        if start.startswith(OLD):
            return _old(start + stream.read(), file)
    if start.startswith(ZIP):
        return _archive(path, start, file)
    for signature, what, remedy in OTHERS:
        if start.startswith(signature):
            raise _other(file, what, remedy)
    if XML_SHEET in start:
        raise _other(file, "xml_sheet", SAVE)
    text = start.decode("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="ignore")
    if PAGE.match(text):
        raise _other(file, "web_page", SAVE)
    if JSON.match(text):
        raise _other(file, "json", EXPORT)
    if XML.match(text):
        raise _other(file, "xml", EXPORT)
    return "text"


def _other(file: File, what: str, remedy: str) -> ReadError:
    return ReadError(Said(f"reading.kind.{what}", file=file.file, remedy=Said(remedy)))


def _old(content: bytes, file: File) -> Kind:
    if ENCRYPTED in content:
        raise ReadError(Said("reading.protected", file=file.file))
    if WORD in content:
        raise _other(file, "word", EXPORT)
    return "xls"


def _archive(path: Path, start: bytes, file: File) -> Kind:
    """Kind of a zip archive, as all newer workbooks are; one that cannot be opened counts as a damaged .xlsx."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            check_unpacked(file.file, archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if ODS in start or {"content.xml", "META-INF/manifest.xml"} <= {*names}:
        return "ods"
    for beginning, what, remedy in ARCHIVES:
        if any(name.startswith(beginning) for name in names):
            raise _other(file, what, remedy)
    if names and not any(name.startswith(("[Content_Types]", "_rels/")) for name in names):
        raise ReadError(Said("reading.archive", file=file.file))
    return "xlsx"
