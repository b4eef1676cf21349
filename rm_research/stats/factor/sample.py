"""Answers as the likelihood needs them: people with the same items answered, as counts, means and covariances."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rm_research.stats.factor.pattern import Matrix
from rm_research.stats.result import NotEstimableError, Vector

NOISE = 1e-12  # answers that differ by less than this share of the largest are all alike
ALIKE = 1e-9  # a correlation matrix with a smaller eigenvalue is singular but for rounding


@dataclass(frozen=True)
class Block:
    """
    People who answered the same items.

    Attributes
    ----------
    n : int
    items : array of int, shape (r,)
        Which items these are.
    means : array, shape (r,)
    covariances : array, shape (r, r)
        With divisor n.
    """

    n: int
    items: NDArray[np.intp]
    means: Vector
    covariances: Matrix


@dataclass(frozen=True)
class Sample:
    """
    People of one group.

    Attributes
    ----------
    n : int
        People who answered at least one item.
    blocks : tuple of Block
        One where nothing is missing.
    counts, means, variances : array, shape (p,)
        Of the answers to each item; divisor of the variance is the count.
    """

    n: int
    blocks: tuple[Block, ...]
    counts: Vector
    means: Vector
    variances: Vector


def sample(items: Matrix) -> Sample:
    """
    Sort people by which items they answered.

    Parameters
    ----------
    items : array, shape (people, p)
        NaN = not answered; people without any answer are left out.

    Raises
    ------
    NotEstimableError
        'too_few_people' when not more people than there are items answered each pair of items, 'no_variation' when all
        gave the same answer to an item, 'items_alike' when some items decide another.
    """
    known = ~np.isnan(items)
    items, known = items[known.any(axis=1)], known[known.any(axis=1)]
    together = known.T.astype(float) @ known
    if not len(items) or together.min() <= items.shape[1]:
        raise NotEstimableError("too_few_people")
    low, high = np.nanmin(items, axis=0), np.nanmax(items, axis=0)
    if (high - low <= NOISE * np.maximum(abs(low), abs(high))).any():
        raise NotEstimableError("no_variation")
    patterns, of_person = np.unique(known, axis=0, return_inverse=True)
    blocks = tuple(_block(items[of_person == place], pattern) for place, pattern in enumerate(patterns))
    if len(blocks) == 1 and np.linalg.eigvalsh(np.corrcoef(items.T))[0] < ALIKE:
        raise NotEstimableError("items_alike")
    counts = known.sum(axis=0).astype(float)
    return Sample(len(items), blocks, counts, np.nanmean(items, axis=0), np.nanvar(items, axis=0))


def _block(rows: Matrix, answered: NDArray[np.bool_]) -> Block:
    rows = rows[:, answered]
    return Block(len(rows), np.flatnonzero(answered), rows.mean(axis=0), np.atleast_2d(np.cov(rows.T, bias=True)))
