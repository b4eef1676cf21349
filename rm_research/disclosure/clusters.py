"""People who share a cluster with somebody: a spread that knows of it and one that does not tell how they differ."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rm_research.disclosure.threshold import Threshold

Codes = pd.Series | NDArray[np.float64]
MOST_SOLVED = 4  # clusters whose sums follow from an estimate, its error and that all answers are whole numbers


def few_share_one(clusters: Codes, people: Codes, threshold: Threshold) -> bool:
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
    return bool(threshold.few(_people_in(_holding_several(cluster, person), cluster, person)))


def told_apart(clusters: Codes, people: Codes) -> list[NDArray[np.bool_]]:
    """
    Members of each cluster of some people, where these are so few that an error tells the sum of every one.

    Empty for many clusters, for a single one, and where nobody shares one.

    Parameters
    ----------
    clusters, people : Series or array
        Cluster and person of each of them, in one order; who is in no cluster is one alone.
    """
    cluster, person = _alone_without(clusters, people)
    names = np.unique(cluster)
    if not 1 < len(names) <= MOST_SOLVED or not _holding_several(cluster, person).any():
        return []
    return [cluster == name for name in names]


def tells_few(clusters: Codes, people: Codes, threshold: Threshold) -> bool:
    """Whether an error by clusters tells the sum of few of some people."""
    person = np.asarray(people)
    return any(threshold.few(len(set(person[members]))) for members in told_apart(clusters, people))


def few_of_a_size(clusters: Codes, people: Codes, threshold: Threshold) -> bool:
    """
    Whether clusters of some size hold few of some people, and those of another size others.

    Parameters
    ----------
    clusters, people : Series or array
        Cluster and person of each of them, in one order; who is in no cluster is one alone.
    threshold : Threshold
    """
    cluster, person = _alone_without(clusters, people)
    _, at, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
    of_size = [len(np.unique(person[sizes[at] == size])) for size in np.unique(sizes)]
    return len(of_size) > 1 and any(map(threshold.few, of_size))


def who_share_across(sides: Sequence[tuple[Codes, Codes]]) -> int:
    """
    How many people share a cluster with somebody else of another group.

    The square of the error of a difference, less those of both groups, is the sum of the products of what these differ
    from the means of their groups by.

    Parameters
    ----------
    sides : sequence of (Series or array, Series or array)
        Clusters and people of each group; nobody shares a missing cluster.
    """
    if not sides:
        return 0
    cluster, person = (pd.factorize(np.concatenate([np.asarray(codes) for codes in of]))[0]
                       for of in zip(*sides, strict=True))  # fmt: skip
    side = np.repeat(np.arange(len(sides)), [len(people) for _, people in sides])
    return _people_in(_holding_several(cluster, person) & _holding_several(cluster, side), cluster, person)


def _alone_without(clusters: Codes, people: Codes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Numbers of clusters and people, in which who is in no cluster is one alone."""
    cluster, person = (pd.factorize(np.asarray(codes))[0] for codes in (clusters, people))
    return np.where(cluster < 0, cluster.max(initial=-1) + 1 + person, cluster), person


def _holding_several(cluster: NDArray[np.intp], of: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each cluster holds several different ones of something; the last place is for those without a cluster."""
    known = cluster >= 0
    pairs = np.unique(np.column_stack([cluster[known], of[known]]), axis=0)
    return np.append(np.bincount(pairs[:, 0], minlength=cluster.max(initial=-1) + 1) > 1, False)


def _people_in(which: NDArray[np.bool_], cluster: NDArray[np.intp], person: NDArray[np.intp]) -> int:
    """How many people are in some of the clusters."""
    return len(np.unique(person[which[cluster]]))
