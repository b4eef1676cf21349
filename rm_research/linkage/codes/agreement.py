"""Evidence from declared elements: each is equal, near, different or unknown, or two are swapped."""

from collections.abc import Sequence
from math import comb

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist, cpdist

from rm_research.linkage.codes.candidates import Pairs, swapped
from rm_research.linkage.codes.evidence import UNKNOWN, Evidence
from rm_research.linkage.codes.frequencies import Numbers, Values, Whole

LEVELS = ("exact", "near", "other")
EXACT, NEAR, OTHER = range(3)
PRIOR = 40 * np.array([0.88, 0.05, 0.07])  # as if 40 people had been observed
ALIKE = 0.1  # cosine of the shares of their values above which people may mix up two elements
COMMON = 500  # number of values compared for the chance of a near agreement
LEFT_OUT = 3  # a third of the edits omit or insert a character, anywhere
RAREST = 0.01  # least chance of `other`, even if nearly everyone gives the same value


def possible_swaps(values: Values) -> list[tuple[int, int]]:
    """Pairs of elements with equal width and similar values, which people may swap."""
    length = np.maximum(np.sqrt((values.counts**2).sum(axis=1)), 1)
    alike = values.counts @ values.counts.T / np.outer(length, length) > ALIKE
    same = values.width[:, None] == values.width
    return list(zip(*map(np.ndarray.tolist, np.nonzero(np.triu(alike & same, k=1))), strict=True))


def compare_elements(values: Values, pairs: Pairs, swaps: Sequence[tuple[int, int]], max_edits: int) -> Evidence:
    """
    Compare pairs element by element.

    Elements are near if they differ by up to `max_edits` edits but have a character in common; those of a single
    character are never near. Two elements are also compared swapped if that makes one of them agree.
    """
    left, right = values.first[pairs.first], values.second[pairs.second]
    chance = level_chances(values, max_edits)
    comparisons = [
        (np.arange(len(pairs)), np.zeros(len(pairs), dtype=int), *_levels(values, left, right, chance, max_edits))
    ]
    for number, (i, j) in enumerate(swaps, start=1):
        crossed = (left[:, i] == right[:, j]) & (left[:, i] >= 0) | (left[:, j] == right[:, i]) & (left[:, j] >= 0)
        some = np.flatnonzero(crossed & (left[:, i] != left[:, j]))
        order = swapped(left.shape[1], i, j)
        levels = _levels(values, left[some][:, order], right[some], chance, max_edits)
        comparisons.append((some, np.full(len(some), number), *levels))
    pair, arrangement, level, surprise = map(np.concatenate, zip(*comparisons, strict=True))
    prior = np.tile(PRIOR, (left.shape[1], 1))
    return Evidence(len(pairs), pair, arrangement, level, surprise, prior, 1 + len(swaps))


def _levels(values: Values, left: Whole, right: Whole, chance: Numbers, max_edits: int) -> tuple[Whole, Numbers]:
    """Level of each element of each pair, and the sum of log(1 / chance)."""
    level, surprise = np.full(left.shape, UNKNOWN), np.zeros(len(left))
    lengths = np.array([len(text) for text in values.texts], dtype=int)
    for k in range(left.shape[1]):
        known = (left[:, k] >= 0) & (right[:, k] >= 0)
        a, b = left[known, k], right[known, k]
        near = _near(values, a, b, _edits(values, k, max_edits))
        same = 1 / values.share(k, b, without=0)
        # either value may be the mistake; one of the possible edits turned the other into it
        mistaken = (1 / values.share(k, a, without=1) + 1 / values.share(k, b, without=1)) / 2
        mistaken /= np.where(lengths[a] == lengths[b], _neighbours(values, k, max_edits), LEFT_OUT * values.width[k])
        level[known, k] = np.select([a == b, near], [EXACT, NEAR], OTHER)
        surprise[known] += np.log(np.select([a == b, near], [same, mistaken], 1 / chance[k, OTHER]))
    return level, surprise


def _near(values: Values, a: Whole, b: Whole, edits: int) -> NDArray[np.bool_]:
    """Whether values differ by only a few edits; each pair of values is compared once."""
    if edits < 1 or not len(a):
        return np.zeros(len(a), dtype=bool)
    two, where = np.unique(a * len(values.texts) + b, return_inverse=True)
    first, second = np.divmod(two, len(values.texts))
    distance = cpdist(values.texts[first], values.texts[second], scorer=OSA.distance, score_cutoff=edits)
    return ((distance <= edits) & (first != second))[where]


def _edits(values: Values, element: int, max_edits: int) -> int:
    """Number of edits that still leave a part of the element."""
    return min(max_edits, int(values.width[element]) - 1)


def _neighbours(values: Values, element: int, max_edits: int) -> float:
    """Number of values reached by changing up to `max_edits` characters or swapping two neighbours."""
    width, others = int(values.width[element]), values.alphabet[element] - 1
    return sum(comb(width, n) * others**n for n in range(1, max(_edits(values, element, max_edits), 1) + 1)) + width - 1


def level_chances(values: Values, max_edits: int) -> Numbers:
    """Share of pairs of different people at each level, shape (elements, 3); near uses the most common values."""
    chances = []
    for k, counts in enumerate(values.counts):
        share = counts / max(counts.sum(), 1)
        exact, near = float(share @ share), 0.0
        common = np.argsort(-share, kind="stable")[: min(COMMON, np.count_nonzero(counts))]
        if (edits := _edits(values, k, max_edits)) > 0 and len(common):
            distance = cdist(values.texts[common], values.texts[common], scorer=OSA.distance, score_cutoff=edits)
            near = float(share[common] @ ((distance <= edits) & (distance > 0)) @ share[common])
        chances.append([exact, near, max(1 - exact - near, RAREST)])
    return np.array(chances)


def swap_chances(values: Values, swaps: Sequence[tuple[int, int]]) -> Numbers:
    """Share of pairs of different people whose two elements agree crosswise."""
    shares = values.counts / np.maximum(values.counts.sum(axis=1, keepdims=True), 1)
    return np.array([(shares[i] @ shares[j]) ** 2 for i, j in swaps])
