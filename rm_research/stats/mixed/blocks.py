"""Rows that no group joins to the others have their part of V in one small matrix: the quick way where data are few."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from rm_research.stats.mixed.taylor import Array, Integers
from rm_research.stats.mixed.terms import Covariance

MOST = 2e6  # blocks × (rows of the largest)³ up to which this is quicker than to take out one group after the other


@dataclass(frozen=True, eq=False)
class Blocks:
    """
    V is block-diagonal: one block for each set of rows that groups join, smaller ones filled up with rows of zeros.

    Attributes
    ----------
    W : array, shape (m, s, p + 1)
        (Q, y) of m blocks of s rows.
    G : array, shape (r, m, s, s)
        Derivative of V by each parameter.
    """

    W: Array
    G: Array


def small_blocks(
    W: Array, groups: Sequence[Integers], columns: Sequence[Array], structure: Covariance
) -> Blocks | None:  # fmt: skip
    """
    Arrange rows in blocks, unless these are too large for it to be worth the while.

    Parameters
    ----------
    W : array, shape (n, p + 1)
    groups : sequence of array, shape (n,)
        Group of each row in each term, numbered through all terms; −1 for none.
    columns : sequence of array, shape (n, b)
        Random columns of each term.
    structure : Covariance
    """
    label = _joined(groups, len(W))
    sizes = np.bincount(label)
    if len(sizes) * float(sizes.max()) ** 3 > MOST:
        return None
    order = np.argsort(label, kind="stable")
    rows = np.full((len(sizes), sizes.max()), -1)
    rows[np.arange(sizes.max()) < sizes[:, None]] = order
    filled = rows >= 0
    G = np.empty((len(structure.term), *rows.shape, rows.shape[1]))
    for k, (term, basis) in enumerate(zip(structure.term, structure.basis, strict=True)):
        group, z = np.where(filled, groups[term][rows], -1), columns[term][rows]
        same = (group[:, :, None] == group[:, None, :]) & (group >= 0)[:, :, None]
        G[k] = same * (z @ basis @ np.swapaxes(z, 1, 2))
    return Blocks(W[rows] * filled[:, :, None], G)


def _joined(groups: Sequence[Integers], n: int) -> Integers:
    """Number of the block of each row."""
    if not groups:
        return np.arange(n)
    ends = np.stack(groups, axis=1)
    inside = ends >= 0
    edges, size = n + ends[inside], n + 1 + int(ends.max())
    starts = np.append(0, np.cumsum(inside.sum(axis=1)))  # rows come first, then groups, from which no edge starts
    starts = np.pad(starts, (0, size - n), mode="edge")
    graph = sparse.csr_array((np.ones(len(edges)), edges, starts), shape=(size, size))
    return np.unique(connected_components(graph, directed=False)[1][:n], return_inverse=True)[1]
