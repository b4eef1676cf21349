"""How often each value is given: agreement on a rare value says more than agreement on a common one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rm_research.linkage.codes.distinct import Codes

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
Texts = NDArray[np.object_]

DIGITS, LETTERS = 10, 26
# only the first characters count for the chance of a spelling: the fourth character of a name is hardly a surprise
SURPRISING = 3
# weight of unobserved values, as a number of people: in a small group, many values are new
NEW = 40
EVEN = 10  # weight of evenly distributed characters, as a number of people


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
        Chance that a new value is spelled like this one.
    alphabet, width : array, shape (elements,)
        Number of characters that may occur, and the usual number in a value.
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
        Share of people who give the value, `without` the rows that say nothing about other people.

        Counts are halved, because most people are in both waves. Values not yet observed get the share that Witten &
        Bell (1991, IEEE Trans. Inf. Theory 37, method C) leave to new ones, spread by spelling.
        """
        counts = self.counts[element]
        new = np.count_nonzero(counts) + NEW
        people = np.maximum(counts[value] - without, 0) / 2
        return (people + new * self.spelling[element][value]) / (counts.sum() / 2 + new)


def element_values(first: Codes, second: Codes) -> Values:
    """Collect the values of both waves, and count the people who gave each."""
    texts = np.concatenate([first.texts, second.texts])
    place, distinct = pd.factorize(texts.ravel())
    values: Texts = np.asarray(distinct, dtype=object)
    number = np.where(np.append(values == "", True)[place], -1, place).reshape(texts.shape)
    people = np.concatenate([first.people, second.people]).astype(float)
    counts = np.array([
        np.bincount(column[column >= 0], people[column >= 0], len(values)) for column in number.T
    ])  # fmt: skip
    by_element = [values[row > 0] for row in counts]
    alphabet = np.array([alphabet_size("".join(column)) for column in by_element], dtype=float)
    width = [_usual_width(column, row[row > 0]) for column, row in zip(by_element, counts, strict=True)]
    # for values of a single character, a chance by spelling would count the same people twice
    spelling = [
        spelling_chance(values, row, size) if many > 1 else np.full(len(values), 1 / size)
        for row, size, many in zip(counts, alphabet, width, strict=True)
    ]
    return Values(
        values, number[: len(first)], number[len(first) :], counts, np.array(spelling), alphabet, np.array(width)
    )


def alphabet_size(characters: str) -> int:
    """Number of characters that may occur along with these: all digits if there is one, all letters likewise."""
    seen = set(characters)
    digits = {character for character in seen if character.isdigit()}
    letters = {character for character in seen if character.isalpha()}
    others = len(seen - digits - letters)
    return max(DIGITS * bool(digits) + max(LETTERS, len(letters)) * bool(letters) + others, 2)


def spelling_chance(values: Texts, people: Numbers, alphabet: float) -> Numbers:
    """Chance of each value from its characters, as if each place were drawn independently."""
    chance = np.ones(len(values))
    for place in range(SURPRISING):
        characters, names = pd.factorize(np.array([value[place : place + 1] for value in values], dtype=object))
        counts = np.bincount(characters, people, len(names))
        share = (counts + EVEN / alphabet) / (counts.sum() + EVEN)
        chance *= np.where(names == "", 1, share)[characters]
    return chance


def _usual_width(values: Texts, people: Numbers) -> int:
    """The most common width among people."""
    if not len(values):
        return 1
    return int(np.bincount([len(value) for value in values], people).argmax())
