"""What letters the bytes of a text file stand for: declared, else found."""

import codecs
import re

import numpy as np

from rm_research.errors import ReadError
from rm_research.readers.cells import Steps
from rm_research.study.settings import File

UTF8 = ("utf-8", "utf-8-sig")
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
WESTERN = "cp1252"  # what spreadsheets write in Western Europe and America unless told otherwise
LETTER_IN_UTF8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|\xe2\x80[\x80-\xbf]")


def as_utf8(content: bytes, file: File) -> tuple[bytes, Steps]:
    """
    Bytes of the file in UTF-8 without a mark.

    Raises
    ------
    ReadError
        When there is what is no text in the encoding declared or found, with its line.
    """
    found: Steps = ()
    encoding, steps = _encoding(content, file)
    if encoding in UTF8:
        content = content.removeprefix(codecs.BOM_UTF8)
    else:
        content = _decoded(content, encoding, file)
        found = steps
    if (place := content.find(b"\x00")) >= 0:
        line = _line(content, place)
        raise ReadError(f"{file.file} holds bytes that are no text in line {line}. Save it as 'CSV UTF-8'.")
    return content, found


def _encoding(content: bytes, file: File) -> tuple[str, Steps]:
    """Encoding declared, else found."""
    faulty = _no_utf8(content)
    if file.encoding is not None:
        return _declared(content, faulty, file.encoding, file), ()
    marked = next((name for mark, name in MARKS.items() if content.startswith(mark)), None)
    if marked == "utf-16":
        return marked, ((f"encoding {marked} found", 0),)
    if faulty is None:
        return marked or "utf-8", ()
    if marked or LETTER_IN_UTF8.search(content):
        raise ReadError(
            f"{file.file} mixes encodings: line {_line(content, faulty)} is not utf-8, other lines are. Save it "
            "as 'CSV UTF-8', or set encoding = \"cp1252\" beside its file in study.toml and accept that some "
            "letters come out wrong."
        )
    return WESTERN, ((f"encoding {WESTERN} found (not utf-8)", _beyond_ascii(content)),)


def _declared(content: bytes, faulty: int | None, encoding: str, file: File) -> str:
    """Name of the encoding declared, where the bytes do not speak against it."""
    try:
        codec = codecs.lookup(encoding).name
    except (LookupError, ValueError) as error:
        raise ReadError(f'{file.file}: {encoding!r} is no encoding. Try encoding = "cp1252".') from error
    if codec in UTF8 and faulty is not None:
        guess = MARKS.get(content[:2], WESTERN)
        raise ReadError(
            f"{file.file} is not {encoding}: line {_line(content, faulty)} holds other bytes. Save it as 'CSV "
            f'UTF-8\', or set encoding = "{guess}" beside its file in study.toml.'
        )
    if codec not in UTF8 and not content.isascii() and faulty is None:
        # cp1252 and its kin can read any bytes, and would turn ä into Ã¤
        raise ReadError(f"{file.file} is utf-8, not {encoding}. Remove encoding beside its file in study.toml.")
    return codec


def _no_utf8(content: bytes) -> int | None:
    """Place of the first byte that is not UTF-8; None where all are."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return None


def _line(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1


def _beyond_ascii(content: bytes) -> int:
    """Letters that depend on the encoding; the step's count of cells is at most that."""
    return int((np.frombuffer(content, dtype=np.uint8) > 127).sum())


def _decoded(content: bytes, encoding: str, file: File) -> bytes:
    """Bytes in UTF-8 of those in another encoding."""
    try:
        return content.decode(encoding).encode()
    except (UnicodeError, LookupError) as error:
        line = _line(content, getattr(error, "start", 0))
        wrong = (
            f"is not {file.encoding}: line {line} holds other bytes"
            if file.encoding
            else f"is not utf-8, and its line {line} is not {encoding} either"
        )
        raise ReadError(
            f"{file.file} {wrong}. Save it as 'CSV UTF-8', or set encoding beside its file in study.toml."
        ) from error
