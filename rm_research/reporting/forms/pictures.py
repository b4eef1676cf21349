"""A page's pictures as files for slides, each with its title and what it shows in words."""

import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who only asks whose a file is need not load what draws
    from rm_research.findings.pictures import Picture

HEAD = 33  # bytes of a PNG's signature and its first chunk


def picture_file(picture: "Picture") -> bytes:
    """PNG of a picture; its title and description travel within."""
    png = picture.png()
    return png[:HEAD] + MARK + _text("Title", picture.title) + _text("Description", picture.alt) + png[HEAD:]


def is_ours(path: Path) -> bool:
    """Whether a file is a picture that was made here."""
    with path.open("rb") as file:
        return file.read(HEAD + len(MARK)).endswith(MARK)


def _text(keyword: str, text: str) -> bytes:
    """Chunk of a PNG with international text, not compressed (PNG specification, 11.3.3.4)."""
    content = keyword.encode("latin-1") + b"\0\0\0\0\0" + text.replace("\0", "").encode()
    kind = b"iTXt"
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


MARK = _text("Software", "rm_research")
