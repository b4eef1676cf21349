"""What a file is, by its first bytes: a workbook, text, or something that no reader here can read."""

import re
import zipfile
from pathlib import Path
from typing import Literal

from rm_research.errors import ReadError
from rm_research.limits import check_unpacked
from rm_research.study.settings import File

Kind = Literal["xlsx", "xls", "xlsb", "ods", "text"]
ZIP, OLD = b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED, WORD = "EncryptedPackage".encode("utf-16-le"), "WordDocument".encode("utf-16-le")
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
START = 4096  # bytes looked at
SAVE = "Open it in a spreadsheet program and save it as 'Excel workbook (.xlsx)' or CSV."
EXPORT = "Export the answers as CSV or as an Excel workbook (.xlsx)."
OTHERS = (
    (b"%PDF", f"is a PDF document. {EXPORT}"),
    (b"{\\rtf", f"is a text document (RTF). {EXPORT}"),
    (b"SQLite format 3", f"is a database (SQLite). {EXPORT}"),
    (b"PAR1", f"is a Parquet file. {EXPORT}"),
    (b"\x1f\x8b", "is compressed. Unpack it and name the file in it."),
    (b"MIME-Version:", f"is a web archive, even if its name ends in .xls. {SAVE}"),
    (b"\x09\x08", f"has the Excel format from before 1997. {SAVE}"),
)
XML_SHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
PAGE = re.compile(r"\s*<(?:!doctype html|html|head|body|meta|style|table|div|title|!--)\b|\s*<!--", re.IGNORECASE)
JSON = re.compile(r"\s*(?:\[\s*[\[{]|\{\s*[\"}])")
XML = re.compile(r"\s*<\?xml\b")
# what archives hold: names of files in them that tell the program
ARCHIVES = (
    ("word/", f"is a Word document. {EXPORT}"),
    ("ppt/", f"is a presentation. {EXPORT}"),
    ("Index/", "is an Apple Numbers document. Open it in Numbers and export it as Excel or CSV."),
    ("Index.zip", "is an Apple Numbers document. Open it in Numbers and export it as Excel or CSV."),
)


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
    for signature, said in OTHERS:
        if start.startswith(signature):
            raise ReadError(f"{file.file} {said}")
    if XML_SHEET in start:
        raise ReadError(f"{file.file} is an XML spreadsheet, even if its name ends in .xls. {SAVE}")
    text = start.decode("utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="ignore")
    if PAGE.match(text):
        raise ReadError(f"{file.file} is a web page (HTML), even if its name ends in .xls. {SAVE}")
    if JSON.match(text):
        raise ReadError(f"{file.file} is JSON, which holds no table. {EXPORT}")
    if XML.match(text):
        raise ReadError(f"{file.file} is XML, which holds no table. {EXPORT}")
    return "text"


def _old(content: bytes, file: File) -> Kind:
    if ENCRYPTED in content:
        raise ReadError(f"{file.file} is protected with a password. Save it without one.")
    if WORD in content:
        raise ReadError(f"{file.file} is a Word document. {EXPORT}")
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
    for beginning, said in ARCHIVES:
        if any(name.startswith(beginning) for name in names):
            raise ReadError(f"{file.file} {said}")
    if names and not any(name.startswith(("[Content_Types]", "_rels/")) for name in names):
        raise ReadError(f"{file.file} is a ZIP archive. Unpack it and name the files in it.")
    return "xlsx"
