"""Messages that are made in English, deep in the package, and that a page says in its own language later."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rm_research.catalogue import Catalogue, catalogue


class Said(str):
    """
    A message in English that remembers its key in the catalogue and what fills its blanks.

    It is text wherever it is printed or raised. Blanks may be messages themselves.

    Attributes
    ----------
    name : str
        Its dotted key.
    blanks : dict
        What fills its blanks.
    """

    __slots__ = ("blanks", "name")

    name: str
    blanks: dict[str, object]

    def __new__(cls, key: str, /, **blanks: object) -> "Said":
        """Say the text of a key in English."""
        made = super().__new__(cls, catalogue("en").say(key, **blanks))
        made.name, made.blanks = key, blanks
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Make it again from its key, as errors travel between processes."""
        return _again, (self.name, self.blanks)

    @property
    def stored(self) -> str:
        """Key and blanks as JSON, which `spoken` reads."""
        return json.dumps(_parts(self), ensure_ascii=False)


def rows_text(rows: Iterable[int], *, most: int = 8) -> Said:
    """Write row numbers as text, at most `most` of them: 'rows 14, 15, 41 and 3 more'."""
    numbers = sorted(rows)
    shown = ", ".join(str(number) for number in numbers[:most])
    if len(numbers) > most:
        return Said("problems.part.rows_more", shown=shown, n=len(numbers) - most)
    return Said("problems.part.row" if len(numbers) == 1 else "problems.part.rows", shown=shown)


def joined(parts: Sequence[str], *, key: str = "problems.part.joined") -> str:
    """One or more messages in one, with what a text has between its first and its rest: semicolons."""
    first, *others = parts
    return Said(key, first=first, rest=joined(others, key=key)) if others else first


def _again(key: str, blanks: dict[str, object]) -> Said:
    return Said(key, **blanks)


def _parts(value: object) -> object:
    """A message as a list of its key and its blanks; numbers and texts as they are."""
    if isinstance(value, Said):
        return [value.name, {name: _parts(blank) for name, blank in value.blanks.items()}]
    return value if isinstance(value, int | float) else str(value)


def stored(message: str) -> str | None:
    """What a frame keeps beside a message; None where there is nothing but its English text."""
    return message.stored if isinstance(message, Said) else None


def spoken(message: str, kept: object, words: Catalogue) -> str:
    """Say a message in the language of a page; where only its English text is known, that."""
    return _said(json.loads(kept), words) if isinstance(kept, str) and kept else message


def said_again(message: str, kept: object) -> str:
    """A message as it was before a frame kept it; where only its English text is known, that."""
    again: str = _rebuilt(json.loads(kept)) if isinstance(kept, str) and kept else message
    return again


def _rebuilt(parts: Any) -> Any:
    if not isinstance(parts, list):
        return parts
    key, blanks = parts
    return Said(key, **{name: _rebuilt(blank) for name, blank in blanks.items()})


def _said(parts: object, words: Catalogue) -> str:
    if not isinstance(parts, list):
        return str(parts)
    key, blanks = parts
    return words.say(key, **{name: _said(blank, words) if isinstance(blank, list) else blank
                             for name, blank in blanks.items()})  # fmt: skip
