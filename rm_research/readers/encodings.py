"""The encoding of a text file: as declared, else detected."""

import codecs
import re
from pathlib import Path

import numpy as np

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.readers.cells import Detection, Steps
from rm_research.study.garbling import GARBLINGS, READ_AS, Garbling
from rm_research.study.settings import File

UTF8 = ("utf-8", "utf-8-sig")
WORKBOOK = b"PK\x03\x04"
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
WESTERN = "cp1252"  # the default of spreadsheets in Western Europe and America
LETTER_IN_UTF8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|\xe2\x80[\x80-\xbf]")


def as_utf8(content: bytes, file: File) -> tuple[bytes, Steps]:
    """
    Convert the bytes of a file to UTF-8 without a byte order mark, and list the steps taken.

    Raises
    ------
    ReadError
        When some bytes are not text in the declared or detected encoding; it names their line.
    """
    steps: Steps = ()
    if READ_AS in (file.encoding or ""):
        return _ungarbled(content, file), steps
    encoding, detection = _encoding(content, file)
    if encoding in UTF8:
        content = content.removeprefix(codecs.BOM_UTF8)
    else:
        content = _decoded(content, encoding, file)
        steps = detection
    if (place := content.find(b"\x00")) >= 0:
        line = _line(content, place)
        raise ReadError(Said("reading.not_text", file=file.file, line=line))
    return content, steps


def is_text(path: Path, file: File) -> bool:
    """Whether a file is text whose encoding study.toml may declare."""
    if file.format in ("spss", "stata"):
        return False
    with path.open("rb") as stream:
        return stream.read(len(WORKBOOK)) != WORKBOOK


def encoding_for(how: Garbling, file: File, steps: Steps) -> str | None:
    """
    Encoding to declare for a text file that was read by these steps, and whose text came out garbled so.

    None if it cannot have: text of another encoding was read as the file was now, and text of a file in UTF-8 was
    garbled before.
    """
    found = (step.value for step, _ in steps if isinstance(step, Detection) and step.key == "encoding")
    read = file.encoding or next(found, UTF8[0])
    if read in UTF8:
        return str(how) if how.really == "utf-8" else None
    return how.really if how.read_as == read else None


def _ungarbled(content: bytes, file: File) -> bytes:
    """Undo that a file was read in a wrong encoding before it was saved as UTF-8."""
    how = Garbling(*str(file.encoding).split(READ_AS, 1))
    if how not in GARBLINGS:
        raise ReadError(Said("reading.no_undoing", file=file.file, encoding=file.encoding, reads=READ_AS))
    text = how.undo(content.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace"))
    if text is None:
        raise ReadError(Said("reading.not_garbled", file=file.file, encoding=file.encoding))
    return text.encode()


def _encoding(content: bytes, file: File) -> tuple[str, Steps]:
    """Encoding as declared, else as detected; and the step of detecting it."""
    faulty = _no_utf8(content)
    if file.encoding is not None:
        return _declared(content, faulty, file.encoding, file), ()
    marked = next((name for mark, name in MARKS.items() if content.startswith(mark)), None)
    if marked == "utf-16":
        return marked, ((_detected(marked), 0),)
    if faulty is None:
        return marked or "utf-8", ()
    if marked or LETTER_IN_UTF8.search(content):
        raise ReadError(Said("reading.mixed", file=file.file, line=_line(content, faulty)))
    return WESTERN, ((_detected(WESTERN, "ledger.of.western"), _beyond_ascii(content)),)


def _detected(encoding: str, step: str = "ledger.of.encoding") -> Detection:
    return Detection.of("encoding", encoding, step, name=encoding)


def _declared(content: bytes, faulty: int | None, encoding: str, file: File) -> str:
    """Name of the declared encoding, unless the bytes contradict it."""
    try:
        codec = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise ReadError(Said("reading.no_encoding", file=file.file, encoding=encoding)) from error
    if codec in UTF8 and faulty is not None:
        guess = MARKS.get(content[:2], WESTERN)
        raise ReadError(
            Said("reading.not_utf8", file=file.file, encoding=encoding, line=_line(content, faulty), guess=guess)
        )
    if codec not in UTF8 and not content.isascii() and faulty is None:
        # cp1252 and similar encodings can read any bytes, and would turn ä into Ã¤
        raise ReadError(Said("reading.is_utf8", file=file.file, encoding=encoding))
    return codec


def _no_utf8(content: bytes) -> int | None:
    """Place of the first byte that is not UTF-8; None if all are."""
    if content.isascii():  # decoding would make a copy of all
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _line(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _beyond_ascii(content: bytes) -> int:
    """Number of letters that depend on the encoding: an upper limit for the step's count of cells."""
    return int((np.frombuffer(content, dtype=np.uint8) > 127).sum())


def _decoded(content: bytes, encoding: str, file: File) -> bytes:
    """Convert bytes from another encoding to UTF-8."""
    try:
        return content.decode(encoding).encode()
    except (UnicodeError, LookupError) as error:
        line = _line(content, getattr(error, "start", 0))
        if file.encoding:
            raise ReadError(
                Said("reading.not_as_declared", file=file.file, encoding=file.encoding, line=line)
            ) from error
        raise ReadError(Said("reading.unknown_encoding", file=file.file, encoding=encoding, line=line)) from error
