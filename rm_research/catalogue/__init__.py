"""Every word a reader sees, by language; numbers and dates as that language writes them."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from rm_research.errors import StudyError

MOST_DECIMALS = 5
NOISE = 9  # decimals beyond which a number depends on the order of its sum
MINUS, DASH = "−", "–"


@dataclass(frozen=True)
class Catalogue:
    """Texts of one language, found by dotted keys."""

    language: str
    texts: Mapping[str, Any]

    def say(self, key: str, /, **values: object) -> str:
        """
        Return the text of a key with its blanks filled; where `n` is 1 and there is a text of KEY_one, that text.

        Raises
        ------
        StudyError
            When the catalogue has no such text.
        """
        one = self._find(f"{key}_one") if values.get("n") == 1 else None
        text = one if isinstance(one, str) else self._find(key)
        if not isinstance(text, str):
            raise StudyError(f"The catalogue '{self.language}' has no text {key!r}.")
        return text.format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a text of that key."""
        return isinstance(self._find(key), str)

    def _find(self, key: str) -> object:
        found: Any = self.texts
        for part in key.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def number(self, value: float, *, signed: bool = False, decimals: int = 2) -> str:
        """Write a number with its sign; a value that rounds to zero has none."""
        if math.isinf(value):
            return self.say("format.endless" if value > 0 else "format.endless_below")
        value = rounded(value, decimals)
        sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
        return sign + f"{abs(value):.{decimals}f}".replace(".", self.say("format.decimal"))

    def ends(self, low: float, high: float) -> tuple[str, str]:
        """
        Write the ends of an interval; one that would be printed as 0, without being 0, shows on which side it lies.

        It has more decimals where the interval excludes 0 or both ends are that close to it, and is otherwise called
        just below or just above 0.
        """
        first, last = (
            self._end(value, decimals) for value, decimals in zip((low, high), decimals_of_ends(low, high), strict=True)
        )
        return first, last

    def _end(self, value: float, decimals: int) -> str:
        if value and not rounded(value, decimals):  # missing and endless values round to themselves
            return self.say("format.just_below" if value < 0 else "format.just_above")
        return self.number(value, decimals=decimals)

    def range(self, low: float, high: float) -> str:
        """Write an interval as 'low to high'."""
        first, last = self.ends(low, high)
        return self.say("format.range", low=first, high=last)

    def plain(self, value: float) -> str:
        """Write a number that somebody set, such as the end of a scale, with the decimals it was given."""
        return f"{value:g}".replace("-", MINUS).replace(".", self.say("format.decimal"))

    def share(self, value: float) -> str:
        """Write a share as whole per cent."""
        return self.say("format.percent", value=round(100 * rounded(value, 2)))

    def bounded(self, text: str, side: float) -> str:
        """A number in words; where it is a bound, 'or more' (`side` is positive) or 'or less' (negative)."""
        if side > 0:
            return self.say("format.or_more", value=text)
        return self.say("format.or_less", value=text) if side < 0 else text

    def month(self, when: pd.Timestamp) -> str:
        """Write a month and its year."""
        return self.say("format.month", month=self.say(f"months.{when.month}"), year=when.year)

    def day(self, when: date) -> str:
        """Write a day with its month and year."""
        return self.say("format.day", day=when.day, month=self.say(f"months.{when.month}"), year=when.year)

    def listed(self, parts: list[str]) -> str:
        """Parts as prose: 'a, b and c'."""
        if len(parts) < 2:
            return "".join(parts)
        return self.say("format.listed", first=", ".join(parts[:-1]), last=parts[-1])


def rounded(value: float, decimals: int) -> float:
    """
    A number with fewer decimals, never −0; half a unit goes away from 0.

    Half a unit is told first, at nine decimals: the order in which numbers were added decides the last ones.
    """
    value = round(float(value), NOISE)
    if not math.isfinite(value):
        return value
    units = math.floor(abs(value) * 10**decimals + 0.5 + 10.0 ** (decimals - NOISE) / 4)
    return math.copysign(units / 10**decimals, value) + 0.0


def decimals_of_ends(low: float, high: float) -> tuple[int, int]:
    """How many decimals the ends of an interval have, so that it shows whether it excludes 0."""
    finer = low > 0 or high < 0 or not (rounded(low, 2) or rounded(high, 2))
    first, last = (_decimals(value) if finer and value else 2 for value in (low, high))
    return first, last


def _decimals(value: float) -> int:
    """How many decimals it takes to see that a value is not 0, two at least."""
    return next((decimals for decimals in range(2, MOST_DECIMALS) if rounded(value, decimals)), MOST_DECIMALS)


def capital(text: str) -> str:
    """Return a text with its first letter in upper case and the rest as it is."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """Return a text as it stands within a sentence: its first letter in lower case, unless it opens an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def in_sentence(title: str) -> str:
    """Return a title as it stands within a sentence; as it was written where another of its words has a capital."""
    others = title.split()[1:]
    named = any(word[:1].isupper() and not word[1:2].isupper() for word in others)
    return title if named else lowered(title)


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that there is a catalogue of, by the names of its files."""
    names = (source.name for source in files("rm_research.catalogue").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def catalogue(language: str) -> Catalogue:
    """
    Return the catalogue of a language.

    Raises
    ------
    StudyError
        When there is none yet.
    """
    source = files("rm_research.catalogue") / f"{language}.toml"
    if language not in languages():
        raise StudyError(f'There is no catalogue for language {language!r} yet. Set language = "en" in study.toml.')
    return Catalogue(language, tomllib.loads(source.read_text(encoding="utf-8")))
