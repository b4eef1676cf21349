"""
In which order groups are taken out of V = I + ΣZΣZᵀ, so that work grows with the rows and not with their square.

A group touches another when they share a row, or when a group taken out earlier touched both. Groups of one term that
do not touch are taken out together; nested terms need one step each, the finest first. What is left when groups of
coarse crossed terms all touch each other is solved as one matrix for each connected part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from rm_research.stats.mixed.taylor import Integers

DENSE = 400  # more groups than this that touch each other are thinned out further before they are solved as one matrix


@dataclass(frozen=True, eq=False)
class Step:
    """
    Groups taken out together: m sets of k groups each; k = 1 unless they are solved as one matrix.

    Attributes
    ----------
    groups : array, shape (m, k)
    terms : array, shape (k,)
        Term of each of the k groups.
    own : array, shape (m, k, k)
        Edge between each two of the k groups, upper triangle; the one after the last where they do not touch.
    edges, place : array, shape (e,)
        Edges to groups that remain, and which of the m sets each starts from.
    neighbours : array, shape (t,)
        Groups at which these edges end.
    to_neighbours : sparse matrix, shape (t, e)
        Sums over edges for each of them.
    first, second : array, shape (f,)
        Pairs of positions in `edges` that start from one set.
    targets : array, shape (u,)
        Edges between the groups at which such pairs end.
    to_targets : sparse matrix, shape (u, f)
    """

    groups: Integers
    terms: Integers
    own: Integers
    edges: Integers
    place: Integers
    neighbours: Integers
    to_neighbours: sparse.csr_array
    first: Integers
    second: Integers
    targets: Integers
    to_targets: sparse.csr_array


@dataclass(frozen=True, eq=False)
class Plan:
    """
    Order of elimination and the edges it needs.

    Attributes
    ----------
    term_of : array, shape (groups,)
        Term of each group.
    rank : array, shape (groups,)
        Number of each group in the order of elimination; all that follows counts groups so.
    edges : array, shape (edges, 2)
        Groups that touch, each also itself; the first is taken out first.
    steps : sequence of Step
    """

    term_of: Integers
    rank: Integers
    edges: Integers
    steps: Sequence[Step]

    def edge_of(self, first: Integers, second: Integers) -> Integers:
        """Number of the edge between two groups in either order; one after the last where they do not touch."""
        keys = self.edges[:, 0] * len(self.rank) + self.edges[:, 1]
        wanted = np.minimum(first, second) * len(self.rank) + np.maximum(first, second)
        position = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[position] == wanted, position, len(keys))


def plan_elimination(term_of: Integers, pairs: Integers) -> Plan:
    """
    Order the groups, few neighbours first.

    Parameters
    ----------
    term_of : array, shape (groups,)
        Term of each group.
    pairs : array, shape (pairs, 2)
        Groups that share a row, the smaller number first; no pair twice, none of a group with itself.
    """
    rounds, every = _rounds(term_of, pairs)
    rank = np.empty(len(term_of), dtype=np.intp)
    rank[np.concatenate([rank[:0], *(chosen.ravel() for chosen in rounds)])] = np.arange(len(term_of))
    itself = np.repeat(np.arange(len(term_of)), 2).reshape(-1, 2)
    edges = np.sort(rank[np.concatenate([itself, every])], axis=1)
    edges = edges[np.lexsort((edges[:, 1], edges[:, 0]))]
    plan = Plan(term_of, rank, edges, [])
    starts = np.searchsorted(edges[:, 0], np.arange(len(term_of) + 1))
    steps = [_step(plan, rank[chosen], term_of[chosen[0]], starts) for chosen in rounds]
    return replace(plan, steps=steps)


def _rounds(term_of: Integers, pairs: Integers) -> tuple[list[Integers], Integers]:
    """Groups taken out together, each shape (m, k), and all edges, those that elimination adds included."""
    rounds, every = [], [pairs]
    remains = np.ones(len(term_of), dtype=bool)
    for term in np.argsort(-np.bincount(term_of), kind="stable"):
        while (chosen := _apart(remains & (term_of == term), pairs)).size:
            remains[chosen] = False
            rounds.append(chosen[:, None])
            pairs, added = _without(chosen, pairs, len(term_of))
            every.append(added)
    left = np.flatnonzero(remains)
    if left.size:
        graph = sparse.coo_array((np.ones(len(pairs)), pairs.T), shape=(len(term_of),) * 2)
        part = connected_components(graph, directed=False)[1][left]
        rounds += [left[part == name][None, :] for name in np.unique(part)]
    return rounds, np.concatenate(every)


def _apart(candidates: NDArray[np.bool_], pairs: Integers) -> Integers:
    """Candidates that do not touch each other, those with few neighbours first; none when most of them touch."""
    between = pairs[candidates[pairs].all(axis=1)]
    degree = np.bincount(pairs.ravel(), minlength=len(candidates))
    order = np.lexsort((np.arange(len(candidates)), degree))
    priority = np.empty_like(order)
    priority[order] = np.arange(len(order))
    chosen = candidates.copy()
    behind = np.where(priority[between[:, 0]] < priority[between[:, 1]], between[:, 1], between[:, 0])
    chosen[behind] = False
    groups, size = np.flatnonzero(chosen), candidates.sum()
    return groups if len(groups) == size or 4 * len(groups) >= size or size > DENSE else groups[:0]


def _without(chosen: Integers, pairs: Integers, size: int) -> tuple[Integers, Integers]:
    """Edges that remain when the chosen groups are taken out, and those among them that are new."""
    out = np.zeros(size, dtype=bool)
    out[chosen] = True
    leaves = out[pairs].any(axis=1)
    ends = pairs[leaves]
    swapped = out[ends[:, 1]]
    start, end = np.where(swapped, ends[:, 1], ends[:, 0]), np.where(swapped, ends[:, 0], ends[:, 1])
    order = np.lexsort((end, start))
    first, second = _pairs_within(start[order])
    apart = first != second
    filled = end[order][np.stack([first[apart], second[apart]], axis=1)]
    remaining = pairs[~leaves]
    old = remaining[:, 0] * size + remaining[:, 1]
    new = np.setdiff1d(filled[:, 0] * size + filled[:, 1], old)
    added = np.stack([new // size, new % size], axis=1)
    return np.concatenate([remaining, added]), added


def _pairs_within(start: Integers) -> tuple[Integers, Integers]:
    """All pairs of positions i ≤ j with the same start; equal starts are adjacent."""
    ends = np.searchsorted(start, start, side="right")
    counts = ends - np.arange(len(start))
    first = np.repeat(np.arange(len(start)), counts)
    return first, first + np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)


def _step(plan: Plan, groups: Integers, terms: Integers, starts: Integers) -> Step:
    own = plan.edge_of(groups[:, :, None], groups[:, None, :])
    none = np.empty(0, dtype=np.intp)
    edges, place = none, none
    if groups.shape[1] == 1:  # the edge of a group with itself comes first; where k > 1 no others remain
        begin, end = starts[groups[:, 0]] + 1, starts[groups[:, 0] + 1]
        place = np.repeat(np.arange(len(groups)), end - begin)
        edges = np.arange(len(place)) + np.repeat(begin - np.cumsum(end - begin) + (end - begin), end - begin)
    first, second = _pairs_within(place)
    ends = plan.edges[edges, 1]
    neighbours, to_neighbours = _sums(ends)
    targets, to_targets = _sums(plan.edge_of(ends[first], ends[second]))
    return Step(groups, terms, own, edges, place, neighbours, to_neighbours, first, second, targets, to_targets)


def _sums(labels: Integers) -> tuple[Integers, sparse.csr_array]:
    """Return the different labels and the matrix that sums over rows of the same label."""
    names, number = np.unique(labels, return_inverse=True)
    ones = (np.ones(len(labels)), (number, np.arange(len(labels))))
    return names, sparse.csr_array(ones, shape=(len(names), len(labels)))
