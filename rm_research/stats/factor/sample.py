"""Answers as the likelihood needs them: people with the same items answered, as counts, means and covariances."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rm_research.stats.factor.pattern import Matrix
from rm_research.stats.result import NotEstimableError, Vector

NOISE = 1e-12  # answers that differ by less than this share of the largest are all equal


@dataclass(frozen=True, eq=False)
class Blocks:
    """
    People in b blocks, each of those who answered the same of p items; 0 for items that they did not answer.

    Attributes
    ----------
    sizes : array, shape (b,)
    together : array of bool, shape (b, p, p)
        Whether both items were answered.
    means : array, shape (b, p)
    covariances : array, shape (b, p, p)
        With divisor n.
    """

    sizes: Vector
    together: NDArray[np.bool_]
    means: Matrix
    covariances: Matrix


@dataclass(frozen=True, eq=False)
class Sample:
    """
    People of one group.

    Attributes
    ----------
    n : int
        People who answered at least one item.
    complete : bool
        Whether all of them answered the same items, which are then all items.
    blocks : Blocks
    counts, means, variances : array, shape (p,)
        Of the answers to each item; divisor of the variance is the count.
    """

    n: int
    complete: bool
    blocks: Blocks
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
        gave the same answer to an item.
    """
    known = ~np.isnan(items)
    items, known = items[known.any(axis=1)], known[known.any(axis=1)]
    together = known.T.astype(float) @ known
    if not len(items) or together.min() <= items.shape[1]:
        raise NotEstimableError("too_few_people")
    low, high = np.nanmin(items, axis=0), np.nanmax(items, axis=0)
    if (high - low <= NOISE * np.maximum(abs(low), abs(high))).any():
        raise NotEstimableError("no_variation")
    counts = known.sum(axis=0).astype(float)
    means, variances = np.nanmean(items, axis=0), np.nanvar(items, axis=0)
    return Sample(len(items), bool(known.all()), _blocks(items, known), counts, means, variances)


def _blocks(items: Matrix, known: NDArray[np.bool_]) -> Blocks:
    patterns, of_person = np.unique(known, axis=0, return_inverse=True)
    rows = [np.where(pattern, items[of_person == block], 0.0) for block, pattern in enumerate(patterns)]
    return Blocks(
        sizes=np.array([len(answers) for answers in rows], float),
        together=patterns[:, :, None] & patterns[:, None, :],
        means=np.array([answers.mean(axis=0) for answers in rows]),
        covariances=np.array([_covariances(answers - answers.mean(axis=0)) for answers in rows]),
    )


def _covariances(centred: Matrix) -> Matrix:
    return centred.T @ centred / len(centred)
