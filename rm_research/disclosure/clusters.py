"""People who share a cluster with somebody: a spread that knows of it and one that does not tell how they differ."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rm_research.disclosure.threshold import Threshold


def few_share_one(
    clusters: pd.Series | NDArray[np.float64], people: pd.Series | NDArray[np.float64], threshold: Threshold
) -> bool:
    """
    Whether a few of some people share a cluster: somebody does, and fewer than the smallest group.

    The square of an error by clusters less that of one by people is the sum of the products of what people of one
    cluster differ from the mean by.

    Parameters
    ----------
    clusters, people : Series or array
        Cluster and person of each of them, in one order; nobody shares a missing cluster.
    threshold : Threshold
    """
    cluster, person = (pd.factorize(np.asarray(codes))[0] for codes in (clusters, people))
    known = cluster >= 0
    pairs = np.unique(np.column_stack([cluster[known], person[known]]), axis=0)
    shared = np.bincount(pairs[:, 0])[pairs[:, 0]] > 1
    return bool(threshold.few(len(np.unique(pairs[shared, 1]))))


def who_share_across(sides: Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> int:
    """
    How many people share a cluster with somebody else of another group.

    The square of the error of a difference, less those of both groups, is the sum of the products of what these differ
    from the means of their groups by.

    Parameters
    ----------
    sides : sequence of (array, array)
        Clusters and people of each group.
    """
    of = [np.column_stack([cluster, person, np.full(len(cluster), at)]) for at, (cluster, person) in enumerate(sides)]
    rows = np.concatenate([np.empty((0, 3)), *of])
    rows = rows[np.isfinite(rows[:, 0])]
    shared = set.intersection(*(
        {cluster for cluster, n in zip(*np.unique(np.unique(rows[:, [0, about]], axis=0)[:, 0], return_counts=True),
                                       strict=True) if n > 1}
        for about in (1, 2)
    ))  # fmt: skip
    return len(np.unique(rows[np.isin(rows[:, 0], list(shared)), 1]))
