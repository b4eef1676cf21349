"""Declared elements of a code, and how codes are split into them."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

import numpy as np
import pandas as pd

from rm_research.errors import LinkError

USUAL = 0.8  # share of characters of one kind above which an element has that kind


@dataclass(frozen=True)
class Element:
    """
    One part of a code that people make up by a rule.

    Attributes
    ----------
    name : str
        What it represents: 'surname'.
    width : int
        Characters that the rule asks for.
    """

    name: str
    width: int


def parse_element(text: str) -> Element:
    """
    Parse an element such as 'surname:2'.

    Raises
    ------
    LinkError
        When it is not a name, a colon and a number of characters of at least 1.
    """
    name, _, width = (piece.strip() for piece in text.partition(":"))
    if not name or not width.isascii() or not width.isdigit() or int(width) < 1:
        raise LinkError(
            f"link.elements in study.toml has {text!r}. Write the part's name and its number of characters, such as "
            '"surname:2".'
        )
    return Element(name, int(width))


def split_codes(codes: pd.Series, elements: tuple[Element, ...]) -> pd.DataFrame:
    """
    Split codes into elements.

    Parameters
    ----------
    codes : Series of str
        Blank or missing codes are unknown. They are used unchanged: fold case and spaces first.
    elements : tuple of Element
        In the order of the code.

    Returns
    -------
    DataFrame
        Index of `codes`; one text column per element, '' where it is unknown. Codes of the declared length show which
        elements have digits and which letters; codes of another length are split to fit that best, with missing or
        surplus characters as late in the code as possible.

    Raises
    ------
    LinkError
        When there are no elements, or two have the same name.
    """
    names = [element.name for element in elements]
    if not names or len(set(names)) < len(names):
        raise LinkError("link.elements in study.toml needs at least one element, and each needs its own name.")
    places, distinct = pd.factorize(codes.fillna("").astype("str"))
    widths = tuple(element.width for element in elements)
    kinds = _usual_kinds([code for code in distinct if len(code) == sum(widths)], widths)
    parts = (
        zip(*(_split(code, widths, kinds) for code in distinct), strict=True) if len(distinct) else ((),) * len(names)
    )
    split = pd.DataFrame(dict(zip(names, map(list, parts), strict=True)), dtype="str")
    return split.take(places).set_axis(codes.index, axis=0)


def _usual_kinds(codes: list[str], widths: tuple[int, ...]) -> tuple[str | None, ...]:
    """Kind of character in each element, from codes of the declared length; None if kinds are mixed."""
    usual = []
    for start, end in pairwise(np.cumsum((0, *widths))):
        counts: Counter[str] = Counter()
        for character, times in Counter("".join(code[start:end] for code in codes)).items():
            counts[kind(character)] += times
        most = max(counts, key=lambda name: counts[name], default=None)
        usual.append(most if most and counts[most] > USUAL * counts.total() else None)
    return tuple(usual)


def kind(character: str) -> str:
    """Kind of a character: digit, letter or other."""
    return "digit" if character.isdigit() else "letter" if character.isalpha() else "other"


def _split(code: str, widths: tuple[int, ...], kinds: tuple[str | None, ...]) -> list[str]:
    """Split a code of the declared length as declared, another one to fit best."""
    ends = tuple(accumulate(widths)) if len(code) == sum(widths) else _best_ends(code, widths, kinds)
    return [code[start:end] for start, end in zip((0, *ends), ends, strict=False)]


def _best_ends(code: str, widths: tuple[int, ...], kinds: tuple[str | None, ...]) -> tuple[int, ...]:
    """Ends of the parts at the lowest cost: 1 for each missing or surplus character, 1 for each of the wrong kind."""

    @cache
    def best(element: int, start: int) -> tuple[int, tuple[int, ...]]:
        """Cost and ends of the parts from this element on; at equal cost, early parts keep their width."""
        last = element == len(widths) - 1
        choices = []
        for end in [len(code)] if last else range(start, min(start + 2 * widths[element], len(code)) + 1):
            wrong = sum(kind(c) != kinds[element] for c in code[start:end]) if kinds[element] else 0
            unusual = abs(end - start - widths[element])
            cost, ends = (0, ()) if last else best(element + 1, end)
            choices.append((cost + wrong + unusual, unusual, (end, *ends)))
        cost, _, ends = min(choices)
        return cost, ends

    return best(0, 0)[1]
