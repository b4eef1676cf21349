"""Which questions belong together: their names begin alike, or they stand under a common question."""

import re
import unicodedata

from rm_research.drafting.columns import grid
from rm_research.drafting.pairing import Question

# 'affSat1', 'Q5_1', 'prqc.1_3', 'item-12' end in a number, 'rse16a' in a letter after a number
NUMBERED = re.compile(r"(?P<stem>.*?[^\W\d_].*?|[^\W\d_])[_.\-#]*\d+(?:\[\w+\])?")
LETTERED = re.compile(r"(?P<stem>.*\d)[_.\-]?[a-z]")
BRACKETED = re.compile(r"(?P<stem>.+)\[\w+\]")
PARTS = re.compile(r"\W+", re.ASCII)
LONGEST = 30


def stem(question: Question) -> str:
    """What a question has in common with its neighbours; empty if there is nothing."""
    code = question.first.code
    for pattern in (BRACKETED, NUMBERED, LETTERED):
        if code and (match := pattern.fullmatch(code)):
            return match["stem"].rstrip("_.-#")
    return grid(question.first.text)[0]


def slug(text: str, *, words: int = 6) -> str:
    """Text as a short name of letters, digits and underscores; 'x' if it has none."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    parts = [part for part in PARTS.split(plain.replace("_", " ")) if part] if not _is_name(text) else [text]
    short = ""
    for part in parts[:words]:
        if short and len(short) + len(part) >= LONGEST:
            break
        short = f"{short}_{part}" if short else part[:LONGEST]
    return short if _is_name(text) else short.casefold() or "x"


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z]\w{0,29}", text, re.ASCII) is not None


def unique(name: str, taken: set[str]) -> str:
    """Name, with a number if the name is already taken; the result is added to the taken names."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    taken.add(free)
    return free
