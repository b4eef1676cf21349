"""Text that was saved in one encoding and read in another: 'Ã¼' for 'ü'."""

from collections.abc import Iterable, Iterator
from itertools import permutations
from typing import NamedTuple

from rm_research.study.entries import comparable

# of files that people have; latin-1 is read as cp1252, as spreadsheets and browsers do
ENCODINGS = ("utf-8", "cp1252", "mac_roman", "cp850", "cp1250")
READ_AS = " read as "  # between the two encodings, in study.toml


class Garbling(NamedTuple):
    """
    How a text came to look wrong.

    Attributes
    ----------
    really : str
        Encoding in which it was written.
    read_as : str
        Encoding in which it was read.
    """

    really: str
    read_as: str

    def __str__(self) -> str:
        return f"{self.really}{READ_AS}{self.read_as}"

    def apply(self, text: str) -> str | None:
        """Return a text as it looks after being read so; None if it cannot be."""
        return _decoded(_encoded(text, self.really), self.read_as)

    def undo(self, text: str) -> str | None:
        """Return what a text was before it was read so; None if it was not."""
        return _decoded(_encoded(text, self.read_as), self.really)


# what is read as utf-8 but is not cannot be read at all; utf-8 itself, which is what happens most, comes first
GARBLINGS = tuple(Garbling(really, read_as) for really, read_as in permutations(ENCODINGS, 2) if read_as != "utf-8")
LIKELY = tuple(how for how in GARBLINGS if how.really == "utf-8")


class Garbled(NamedTuple):
    """
    A known text that stands garbled among entries, or the other way round.

    Attributes
    ----------
    known : str
        As study.toml or codebook.csv has it.
    other : str
        As the file has it.
    how : Garbling
    in_study : bool
        Whether it is the known text that is garbled.
    """

    known: str
    other: str
    how: Garbling
    in_study: bool


def find_garbled(entries: Iterable[str], known: Iterable[str]) -> Iterator[Garbled]:
    """Find entries that are known texts read in a wrong encoding, or that known texts would be if read in the right."""
    texts = {comparable(text): text for text in known}
    strange = [entry for entry in entries if not entry.isascii() and comparable(entry) not in texts]
    if not strange:
        return
    ways = [(group, *_forms(texts.values(), group)) for group in (LIKELY, GARBLINGS)]
    for entry in strange:
        found = (_garbled(entry, texts, *way) for way in ways)
        yield from list(filter(None, found))[:1]


def garbled_pairs(texts: Iterable[str]) -> Iterator[tuple[str, str, Garbling]]:
    """Find texts that are others of the same texts read in a wrong encoding: each with what it should be, and how."""
    by_form = {comparable(text): text for text in texts}
    for text in by_form.values():
        found = None if text.isascii() else _undone(text, by_form, (*LIKELY, *GARBLINGS))
        if found is not None and found[0] != text:
            yield (text, *found)


Forms = dict[str, tuple[str, Garbling]]  # by comparable form, the known text and how it came to be


def _garbled(
    entry: str, texts: dict[str, str], group: Iterable[Garbling], garbled: Forms, right: Forms
) -> Garbled | None:  # fmt: skip
    form = comparable(entry)
    if found := garbled.get(form) or _undone(entry, texts, group):
        return Garbled(found[0], entry, found[1], in_study=False)
    return Garbled(right[form][0], entry, right[form][1], in_study=True) if form in right else None


def _forms(known: Iterable[str], group: Iterable[Garbling]) -> tuple[Forms, Forms]:
    """What known texts look like if they are garbled, and if they are garbled themselves and it is undone."""
    garbled: Forms = {}
    right: Forms = {}
    for text in [text for text in known if not text.isascii()]:
        for how in group:
            # a text in ASCII may be somebody's own spelling
            if (wrong := how.apply(text)) and not wrong.isascii():
                garbled.setdefault(comparable(wrong), (text, how))
            if before := how.undo(text):
                right.setdefault(comparable(before), (text, how))
    return garbled, right


def _undone(entry: str, texts: dict[str, str], group: Iterable[Garbling]) -> tuple[str, Garbling] | None:
    """Known text that an entry is once it is read right, in which quotes and dashes may be its own."""
    for how in group:
        before = how.undo(entry)
        if before is not None and comparable(before) in texts:
            return texts[comparable(before)], how
    return None


def _encoded(text: str, encoding: str) -> bytes | None:
    try:
        if encoding == "cp1252":
            return b"".join(_byte(letter) for letter in text)
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def _byte(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        # the five bytes that cp1252 leaves open are read as they are
        return letter.encode("latin-1")


def _decoded(content: bytes | None, encoding: str) -> str | None:
    if content is None:
        return None
    try:
        if encoding == "cp1252":
            return "".join(_letter(byte) for byte in content)
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _letter(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)
