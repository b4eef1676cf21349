"""Text as TOML 1.0: strings, keys, lists and comments, whatever they contain."""

import re
from collections.abc import Iterable, Mapping
from textwrap import wrap

from rm_research.study.marks import INDENT

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


def listed(entries: Iterable[str]) -> str:
    """Texts as an array."""
    return f"[{', '.join(map(quoted, entries))}]"


def inline(table: Mapping[str, str | list[str]]) -> str:
    """Texts or lists of texts by key, as a table on one line."""
    pairs = (f"{key(name)} = {value_text(value)}" for name, value in table.items())
    return f"{{ {', '.join(pairs)} }}"


def value_text(value: str | int | float | list[str] | Mapping[str, str | list[str]]) -> str:
    """Text, number, list of texts or table as TOML."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list):
        return listed(value)
    return inline(value) if isinstance(value, Mapping) else f"{value:g}"


def comment(text: str) -> str:
    """Text as a one-line comment."""
    return f"# {BREAKS.sub(' ', text).strip()}"


def wrapped(text: str) -> list[str]:
    """Text as a comment of several lines, indented from the second line on."""
    said = BREAKS.sub(" ", text).strip()
    return wrap(
        said, WIDTH, initial_indent="# ", subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
    )
