"""Pairs of codes worth comparing: all within blocks if they are few, else those that agree somewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from rm_research.linkage.codes.distinct import Codes
from rm_research.linkage.codes.frequencies import Values, Whole

ALL = 2_000_000  # up to this number of pairs, every pair is compared
MANY = 5_000_000  # up to this number of pairs, fewer elements need to agree


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs to compare: numbers of codes in the first and second wave; each pair once, sorted."""

    first: Whole
    second: Whole

    def __len__(self) -> int:
        return len(self.first)


def pairs_within_blocks(first: Codes, second: Codes) -> int:
    """Number of pairs of codes in the same block."""
    blocks = max(first.block.max(initial=-1), second.block.max(initial=-1)) + 1
    return int(np.bincount(first.block, minlength=blocks) @ np.bincount(second.block, minlength=blocks))


def meetings(first: Whole, second: Whole) -> int:
    """Number of pairs of positions with the same key; −1 is no key."""
    keys = max(first.max(initial=-1), second.max(initial=-1)) + 1
    return int(np.bincount(first[first >= 0], minlength=keys) @ np.bincount(second[second >= 0], minlength=keys))


def meet(first: Whole, second: Whole) -> Pairs:
    """All pairs of positions with the same key; −1 is no key."""
    left = pd.DataFrame({"key": first, "first": np.arange(len(first))})
    right = pd.DataFrame({"key": second, "second": np.arange(len(second))})
    met = left[left["key"] >= 0].merge(right, on="key")
    return Pairs(met["first"].to_numpy(), met["second"].to_numpy())


def united(parts: Iterable[Pairs], codes: int) -> Pairs:
    """Unite sets of pairs, keeping each pair once; `codes` is the number of codes in the second wave."""
    number = np.unique(np.concatenate([pairs.first * codes + pairs.second for pairs in parts]))
    return Pairs(*np.divmod(number, max(codes, 1)))


def element_pairs(first: Codes, second: Codes, values: Values, swaps: Sequence[tuple[int, int]]) -> Pairs:
    """
    Pairs within blocks that may be one person.

    If there are few pairs, all of them. Otherwise those that agree in all elements, in order or with two swapped, or in
    fewer elements, as long as the number of pairs stays manageable.
    """
    if pairs_within_blocks(first, second) <= ALL:
        return united([meet(first.block, second.block)], len(second))
    elements = list(range(values.first.shape[1]))
    orders = [elements, *(swapped(len(elements), i, j) for i, j in swaps)]
    candidates = [_agreeing(first, second, values, elements, order) for order in orders]
    for agreeing in range(len(elements) - 1, 0, -1):
        keys = [
            _joint_keys(first, second, values.first[:, some], values.second[:, some])
            for some in map(list, combinations(elements, agreeing))
        ]
        if sum(meetings(*key) for key in keys) > MANY:
            break
        candidates = [united([*candidates, *(meet(*key) for key in keys)], len(second))]
    return united(candidates, len(second))


def swapped(elements: int, i: int, j: int) -> list[int]:
    """Numbers of the elements, with two of them swapped."""
    return [{i: j, j: i}.get(k, k) for k in range(elements)]


def _agreeing(first: Codes, second: Codes, values: Values, elements: list[int], order: list[int]) -> Pairs:
    """Pairs that agree in all elements, with those of the second wave in another order."""
    return meet(*_joint_keys(first, second, values.first[:, elements], values.second[:, order]))


def _joint_keys(first: Codes, second: Codes, left: Whole, right: Whole) -> tuple[Whole, Whole]:
    """One number for block and values together; −1 if a value is unknown."""
    values = np.vstack([left, right])
    key = np.concatenate([first.block, second.block])
    for column in values.T:
        key, _ = pd.factorize(key * (values.max() + 2) + column)
    key = np.where((values < 0).any(axis=1), -1, key)
    return key[: len(left)], key[len(left) :]
