"""Declared elements of a code, and codes taken apart into them."""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

import numpy as np
import pandas as pd

from rm_research.errors import LinkError

USUAL = 0.8  # share of characters of one kind that makes it the kind of an element


@dataclass(frozen=True)
class Element:
    """
    One part of a code that people make up by a rule.

    Attributes
    ----------
    name : str
        What it stands for: 'surname'.
    width : int
        Characters that the rule asks for.
    """

    name: str
    width: int


def parse_element(text: str) -> Element:
    """
    Element of a text like 'surname:2'.

    Raises
    ------
    LinkError
        When it is not a name, a colon and a whole number of characters, 1 at least.
    """
    name, _, width = (part.strip() for part in text.partition(":"))
    if not name or not width.isascii() or not width.isdigit() or int(width) < 1:
        raise LinkError(
            f'link.elements in study.toml has {text!r}. Write what the part stands for and its characters: "surname:2".'
        )
    return Element(name, int(width))


def split_codes(codes: pd.Series, elements: tuple[Element, ...]) -> pd.DataFrame:
    """
    Codes taken apart into elements.

    Parameters
    ----------
    codes : Series of str
        Blank or missing codes are unknown. Taken as they are: fold case and spaces before.
    elements : tuple of Element
        In the order of the code.

    Returns
    -------
    DataFrame
        Index of `codes`; one text column per element, '' where it is unknown. Codes of another length than declared
        are taken apart where digits and letters best fit what stands in each element of the others; what is missing
        or too much is then as late in the code as it can be.

    Raises
    ------
    LinkError
        When there are no elements, or two have one name.
    """
    names = [element.name for element in elements]
    if not names or len(set(names)) < len(names):
        raise LinkError("link.elements in study.toml needs one element at least, each with a name of its own.")
    texts = codes.fillna("").astype("str")
    widths = tuple(element.width for element in elements)
    different = pd.Index(texts.unique())
    kinds = _usual_kinds([code for code in different if len(code) == sum(widths)], widths)
    parts = {code: _split(code, widths, kinds) for code in different}
    return pd.DataFrame([parts[code] for code in texts], index=codes.index, columns=names, dtype="str")


def _usual_kinds(codes: list[str], widths: tuple[int, ...]) -> tuple[str | None, ...]:
    """Kind of character in each element of codes as declared; None where they are mixed."""
    usual = []
    for start, end in pairwise(np.cumsum((0, *widths))):
        found: Counter[str] = Counter()
        for character, times in Counter("".join(code[start:end] for code in codes)).items():
            found[kind(character)] += times
        most = max(found, key=lambda name: found[name], default=None)
        usual.append(most if most and found[most] > USUAL * found.total() else None)
    return tuple(usual)


def kind(character: str) -> str:
    """Kind of a character: digit, letter or other."""
    return "digit" if character.isdigit() else "letter" if character.isalpha() else "other"


def _split(code: str, widths: tuple[int, ...], kinds: tuple[str | None, ...]) -> list[str]:
    """Parts of a code; the cheapest of all divisions: one for a character too many or few, one for a wrong kind."""

    @cache
    def best(element: int, start: int) -> tuple[int, tuple[int, ...]]:
        """Cost and ends of the parts from this element on; among equals early parts keep their width."""
        last = element == len(widths) - 1
        choices = []
        for end in [len(code)] if last else range(start, min(start + 2 * widths[element], len(code)) + 1):
            wrong = sum(kind(c) != kinds[element] for c in code[start:end]) if kinds[element] else 0
            unusual = abs(end - start - widths[element])
            cost, ends = (0, ()) if last else best(element + 1, end)
            choices.append((cost + wrong + unusual, unusual, (end, *ends)))
        cost, _, ends = min(choices)
        return cost, ends

    ends = tuple(accumulate(widths)) if len(code) == sum(widths) else best(0, 0)[1]
    return [code[start:end] for start, end in zip((0, *ends), ends, strict=False)]
