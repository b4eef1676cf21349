"""How often each value is given: agreement on a rare value says more than on a common one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rm_research.linkage.codes.distinct import Codes

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Texts = NDArray[np.object_]

DIGITS, LETTERS = 10, 26
# values are spelled by their first characters: a fourth one of a name is hardly a surprise
SURPRISING = 3
# in a small group many values are new: so many people's worth of values nobody has given yet, besides those observed
NEW = 40
EVEN = 10  # people's worth of evenly used characters


@dataclass(frozen=True, eq=False)
class Values:
    """
    Values of the elements of both waves as numbers; the same text has the same number in every element.

    Attributes
    ----------
    texts : array of str, shape (values,)
    first, second : array, shape (codes, elements)
        Number of the value; −1 is unknown.
    counts : array, shape (elements, values)
        People of both waves who gave the value.
    spelling : array, shape (elements, values)
        Chance that a new value is spelled so.
    alphabet, width : array, shape (elements,)
        Characters that may occur, and how many most people gave.
    """

    texts: Texts
    first: Whole
    second: Whole
    counts: Numbers
    spelling: Numbers
    alphabet: Numbers
    width: Whole

    def share(self, element: int, value: Whole, *, without: int) -> Numbers:
        """
        Share of people who give the value, `without` so many rows: those that prove nothing about other people.

        Counts are halved, because most people are in both waves. Values not given yet have the share that Witten &
        Bell (1991, IEEE Trans. Inf. Theory 37, method C) leave to new ones, spread by spelling.
        """
        counts = self.counts[element]
        new = np.count_nonzero(counts) + NEW
        people = np.maximum(counts[value] - without, 0) / 2
        return (people + new * self.spelling[element][value]) / (counts.sum() / 2 + new)


def element_values(first: Codes, second: Codes) -> Values:
    """Values of both waves and how many people gave each."""
    texts = np.concatenate([first.texts, second.texts])
    place, found = pd.factorize(texts.ravel())
    values: Texts = np.asarray(found, dtype=object)
    number = np.where(np.append(values == "", True)[place], -1, place).reshape(texts.shape)
    people = np.concatenate([first.people, second.people]).astype(float)
    counts = np.array([
        np.bincount(column[column >= 0], people[column >= 0], len(values)) for column in number.T
    ])  # fmt: skip
    given = [values[row > 0] for row in counts]
    alphabet = np.array([alphabet_size("".join(column)) for column in given], dtype=float)
    width = [_usual_width(column, row[row > 0]) for column, row in zip(given, counts, strict=True)]
    # spelled by the same characters, values of one character would only count their people twice
    spelling = [
        spelling_chance(values, row, size) if many > 1 else np.full(len(values), 1 / size)
        for row, size, many in zip(counts, alphabet, width, strict=True)
    ]
    return Values(
        values, number[: len(first)], number[len(first) :], counts, np.array(spelling), alphabet, np.array(width)
    )


def alphabet_size(characters: str) -> int:
    """Characters that may occur where these do: all digits if there is one, all letters if there is one."""
    seen = set(characters)
    digits = {character for character in seen if character.isdigit()}
    letters = {character for character in seen if character.isalpha()}
    other = len(seen - digits - letters)
    return max(DIGITS * bool(digits) + max(LETTERS, len(letters)) * bool(letters) + other, 2)


def spelling_chance(values: Texts, people: Numbers, alphabet: float) -> Numbers:
    """Chance of each value by the characters at each place, as if they were drawn one by one."""
    chance = np.ones(len(values))
    for place in range(SURPRISING):
        characters, names = pd.factorize(np.array([value[place : place + 1] for value in values], dtype=object))
        given = np.bincount(characters, people, len(names))
        share = (given + EVEN / alphabet) / (given.sum() + EVEN)
        chance *= np.where(names == "", 1, share)[characters]
    return chance


def _usual_width(values: Texts, people: Numbers) -> int:
    """Width that most people gave."""
    if not len(values):
        return 1
    return int(np.bincount([len(value) for value in values], people).argmax())
