"""Finds undivided codes a few edits apart, by comparing what deletions leave; two swapped pieces are one edit."""

from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cpdist

from rm_research.linkage.codes.candidates import ALL, meet, pairs_within_blocks
from rm_research.linkage.codes.distinct import Codes
from rm_research.linkage.codes.frequencies import Texts, Whole

Swap = tuple[int, int, int]

FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd, so that multiplying loses nothing
MANY = 20_000_000  # largest number of remainders of a wave; above it, fewer deletions are tried
AT_ONCE = 500_000  # number of swapped texts held at a time
SUM_BITS = 24  # of a table that tells which sums are known: one code in a hundred seems known by chance
LONGEST = 24  # number of places in which swapped pieces are searched for


def close_codes(first: Codes, second: Codes, max_edits: int) -> pd.DataFrame:
    """
    Pairs of undivided codes within blocks, at most `max_edits` edits apart.

    An edit inserts, omits or changes a character, or swaps two pieces of equal length (single characters only if they
    are adjacent). Pieces may be swapped once, with at most one further edit, or none in large blocks.

    Returns
    -------
    DataFrame
        One row per pair and swap: first, second (numbers of the codes), swap (number in `possible_swaps`; 0 = none),
        text (the first code, swapped), distance (edits in addition to the swap).
    """
    left = first.texts[:, 0]
    tables = [_within(left, np.arange(len(left)), first, second, max_edits).assign(swap=0).drop(columns="row")]
    swaps, letters = list(enumerate(possible_swaps(left), start=1)) if max_edits else [], as_numbers(left)
    rest = min(max_edits - 1, int(pairs_within_blocks(first, second) <= ALL))
    sums = None if rest or not swaps else _Sums(letters, first.block, second)
    for texts, owners, number in _batches(_swapped(letters, swaps, sums)):
        met = _within(texts, owners, first, second, rest)
        tables.append(met.assign(swap=number[met.pop("row")]))
    met = pd.concat(tables, ignore_index=True)
    return met.sort_values(["first", "second", "swap"], kind="stable", ignore_index=True)


class _Sums:
    """
    Sums by which few codes of the first wave remain that, swapped, may be equal to one of the second.

    A sum adds up the characters, each times a factor of its place, and the block. So a swap changes it by the two
    pieces alone, and no text need be written to know it.
    """

    def __init__(self, letters: NDArray[np.uint32], block: Whole, second: Codes) -> None:
        others = as_numbers(second.texts[:, 0])
        width = max(letters.shape[1], others.shape[1])
        self.factors = _mixed(np.arange(1, width + 1, dtype=np.uint64))
        self.columns = [column.astype(np.uint64) for column in letters.T]
        self.whole = self._sum(self.columns, block)
        self.known = np.zeros(1 << SUM_BITS, dtype=bool)
        self.known[self._short(self._sum([column.astype(np.uint64) for column in others.T], second.block))] = True

    def may_be_known(self, i: int, j: int, size: int) -> Whole:
        """Rows whose code, with the pieces of `size` characters at i and j swapped, may be one of the second wave."""
        value = self.whole.copy()
        further = self.factors[j : j + size] - self.factors[i : i + size]
        for place, factor in enumerate(further):
            value += (self.columns[i + place] - self.columns[j + place]) * factor
        return np.flatnonzero(self.known[self._short(value)])

    def _sum(self, columns: list[NDArray[np.uint64]], block: Whole) -> NDArray[np.uint64]:
        value = _mixed(block.astype(np.uint64))
        for column, factor in zip(columns, self.factors, strict=False):
            value += column * factor
        return value

    @staticmethod
    def _short(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return (value * FACTOR) >> np.uint64(64 - SUM_BITS)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Different numbers for different ones, spread over all that there are."""
    value = (numbers + np.uint64(1)) * FACTOR
    value ^= value >> np.uint64(29)
    return value * FACTOR


def _swapped(
    letters: NDArray[np.uint32], swaps: list[tuple[int, Swap]], sums: _Sums | None
) -> Iterator[tuple[Texts, Whole, Whole]]:
    """Texts that each swap makes of codes, the rows of these, and the swap's number."""
    for number, swap in swaps:
        likely = np.arange(len(letters)) if sums is None else sums.may_be_known(*swap)
        texts, rows = swap_pieces(letters[likely], *swap)
        yield texts, likely[rows], np.full(len(rows), number)


def _batches(parts: Iterator[tuple[Texts, Whole, Whole]]) -> Iterator[tuple[Texts, Whole, Whole]]:
    """Join parts until they hold enough texts to be compared at once."""
    some: list[tuple[Texts, Whole, Whole]] = []
    for part in parts:
        some.append(part)
        if sum(len(rows) for _, rows, _ in some) >= AT_ONCE:
            yield _joined(some)
            some = []
    if some:
        yield _joined(some)


def _joined(parts: list[tuple[Texts, Whole, Whole]]) -> tuple[Texts, Whole, Whole]:
    texts, rows, numbers = zip(*parts, strict=True)
    return np.concatenate(texts), np.concatenate(rows), np.concatenate(numbers)


def possible_swaps(texts: Texts) -> list[Swap]:
    """Pieces that may be swapped, as (start, start, length); swap n of other functions is number n − 1 here."""
    longest = min(max(map(len, texts), default=0), LONGEST)
    return [
        (i, j, size)
        for size in range(1, longest // 2 + 1)
        for i in range(longest - 2 * size + 1)
        for j in range(i + size, longest - size + 1)
        if size > 1 or j == i + 1
    ]


def swap_pieces(letters: NDArray[np.uint32], i: int, j: int, size: int) -> tuple[Texts, Whole]:
    """Swap the pieces of `size` characters at i and j; return the texts that this changes, and their rows."""
    order = np.arange(letters.shape[1])
    order[i : i + size], order[j : j + size] = np.arange(j, j + size), np.arange(i, i + size)
    changed = letters[:, order]
    rows = np.flatnonzero((letters[:, j + size - 1] > 0) & (changed != letters).any(axis=1))
    written = np.ascontiguousarray(changed[rows]).view(f"U{letters.shape[1]}").ravel()
    return written.astype(object), rows


def as_numbers(texts: Texts) -> NDArray[np.uint32]:
    """Write characters as numbers, one row per text and one column per place; 0 after the end."""
    longest = max(map(len, texts), default=0) or 1
    return np.array(texts, dtype=f"U{longest}").view(np.uint32).reshape(len(texts), longest)


def _within(texts: Texts, owner: Whole, first: Codes, second: Codes, edits: int) -> pd.DataFrame:
    """Pair texts (of codes `owner` in the first wave) with codes at most `edits` apart; with the text's row."""
    right = second.texts[:, 0]
    while edits and max(_remainders_count(texts, edits), _remainders_count(right, edits)) > MANY:
        edits -= 1
    # codes n edits apart have a remainder in common after n deletions (Mor & Fraenkel 1982, Comm. ACM 25)
    (left_hash, left_row), (right_hash, right_row) = (
        _remainders(texts, first.block[owner], edits), _remainders(right, second.block, edits)
    )  # fmt: skip
    met = meet(left_hash, right_hash)
    row, code = np.divmod(np.unique(left_row[met.first] * len(right) + right_row[met.second]), max(len(right), 1))
    distance = np.zeros(len(row), dtype=int)
    if len(row):
        distance = cpdist(texts[row], right[code], scorer=Levenshtein.distance, score_cutoff=edits)
    pairs = pd.DataFrame({"first": owner[row], "second": code, "text": texts[row], "distance": distance, "row": row})
    return pairs[(distance <= edits) & (first.block[owner[row]] == second.block[code])]


def _remainders_count(texts: Texts, edits: int) -> int:
    lengths = np.bincount([len(text) for text in texts])
    return sum(int(count) * sum(comb(size, n) for n in range(edits + 1)) for size, count in enumerate(lengths))


def _remainders(texts: Texts, block: Whole, edits: int) -> tuple[Whole, Whole]:
    """Hash of the block and each remainder of a text after up to `edits` deletions, with the row of the text."""
    lengths = np.array([len(text) for text in texts], dtype=int)
    hashes, rows = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for length in np.unique(lengths):
        some = np.flatnonzero(lengths == length)
        letters = as_numbers(texts[some])
        for length_left in range(max(length - edits, 0), length + 1):
            for places in combinations(range(length), length_left):
                hashes.append(_hash(letters[:, places], block[some]))
                rows.append(some)
    return np.concatenate(hashes), np.concatenate(rows)


def _hash(letters: NDArray[np.uint32], block: Whole) -> Whole:
    """Non-negative hash of block and letters."""
    value = block.astype(np.uint64) + np.uint64(1)
    for column in letters.T:
        value = (value ^ column.astype(np.uint64)) * FACTOR
        value ^= value >> np.uint64(29)
    return (value >> np.uint64(1)).astype(np.int64)
