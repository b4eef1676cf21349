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
    for some in _batches(swaps, AT_ONCE // max(len(left), 1) + 1):
        texts, owners = zip(*(swap_pieces(letters, *swap) for _, swap in some), strict=True)
        number = np.repeat([number for number, _ in some], [len(owner) for owner in owners])
        met = _within(np.concatenate(texts), np.concatenate(owners), first, second, rest)
        tables.append(met.assign(swap=number[met.pop("row")]))
    met = pd.concat(tables, ignore_index=True)
    return met.sort_values(["first", "second", "swap"], kind="stable", ignore_index=True)


def _batches(swaps: list[tuple[int, Swap]], size: int) -> Iterator[list[tuple[int, Swap]]]:
    for start in range(0, len(swaps), size):
        yield swaps[start : start + size]


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
