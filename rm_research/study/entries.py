"""Entries of exports and study files, as they are compared with each other."""

import re
import unicodedata

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?")


def tidy_text(text: str) -> str:
    """Text trimmed, Unicode forms and case folded, inner white space one blank."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def comparable(text: str) -> str:
    """Text as two entries are compared: tidied, and numbers as numbers ('1.0' is '1')."""
    tidied = tidy_text(text)
    return repr(float(tidied)) if NUMBER.fullmatch(tidied) else tidied
