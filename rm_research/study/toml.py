"""Text as TOML 1.0: strings, keys, lists and comments, whatever they contain."""

import re
from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Any

from rm_research.study.marks import INDENT

Plain = str | int | float | bool

WIDTH = 110
BARE = re.compile(r"[A-Za-z0-9_-]+")
SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
UNSAFE = re.compile(r'[\\"\x00-\x1f\x7f]')
# characters that end a line in some editor, or are not allowed in a comment
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\s]+")


def quoted(text: str) -> str:
    r"""Text as a basic string: quotes and backslashes escaped, control characters as \uXXXX."""
    escaped = UNSAFE.sub(lambda match: SHORT.get(match[0], f"\\u{ord(match[0]):04x}"), text)
    return f'"{escaped}"'


def key(name: str) -> str:
    """Name as a key, without quotes if possible."""
    return name if BARE.fullmatch(name) else quoted(name)


def listed(entries: Iterable[Plain]) -> str:
    """Texts or numbers as an array."""
    return f"[{', '.join(map(value_text, entries))}]"


def inline(table: Mapping[str, Any]) -> str:
    """Values by key, as a table on one line."""
    pairs = (f"{key(name)} = {value_text(value)}" for name, value in table.items())
    return f"{{ {', '.join(pairs)} }}"


def value_text(value: Any) -> str:
    """Text, number, yes or no, list or table as TOML; a number is read back as it was."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        return listed(value)
    if isinstance(value, Mapping):
        return inline(value)
    if isinstance(value, bool):
        return str(value).lower()
    short = f"{value:g}"
    return short if not isinstance(value, int) and float(short) == value else repr(value)


def comment(text: str) -> str:
    """Text as a one-line comment."""
    return f"# {BREAKS.sub(' ', text).strip()}"


def wrapped(text: str) -> list[str]:
    """Text as a comment of several lines, indented from the second line on."""
    said = BREAKS.sub(" ", text).strip()
    return wrap(
        said, WIDTH, initial_indent="# ", subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
    )
