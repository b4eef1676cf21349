"""Audits: on how few people a combination of sums can rest."""

from collections import defaultdict
from itertools import combinations

import numpy as np


def fewest_behind(groups, persons) -> float:
    """
    Fewest people that any combination of sums over groups rests on, by trying every set of cells.

    Sums that cancel each other outside some cells exist where the groups have a lower rank without these cells.
    """
    marks = np.array([np.isin(np.arange(len(persons)), group) for group in groups], dtype=float)
    cells, cell_of = np.unique(marks, axis=1, return_inverse=True)
    people = [set(np.asarray(persons)[cell_of == cell]) for cell in range(cells.shape[1])]
    rank, named = np.linalg.matrix_rank(cells), [cell for cell in range(cells.shape[1]) if cells[:, cell].any()]
    least = np.inf
    for some in (some for size in range(1, len(named) + 1) for some in combinations(named, size)):
        n = len(set().union(*(people[cell] for cell in some)))
        rest = np.delete(cells, some, axis=1)
        if n < least and (np.linalg.matrix_rank(rest) if rest.size else 0) < rank:
            least = n
    return least


def smallest_cut(groups, people) -> float:
    """
    Fewest people that any combination of the numbers of a pile rests on, however many there are.

    Sums are constant on cells, and on parts across these; what rests on some people only is a cut of the table of
    cells by parts, within what hangs together (Stoer and Wagner 1997).
    """
    table = defaultdict(set)
    for name in {name for group in groups for name in group.questionnaires}:
        marks = [
            tuple(name in group.questionnaires for group in groups if group.across is across)
            for across in (False, True)
        ]
        cell, part = (("cell", marks[0]) if any(marks[0]) else "none", ("part", marks[1]) if any(marks[1]) else "none")
        table[frozenset((cell, part))].add(people[name])
    weights = defaultdict(dict)
    for one, other in (tuple(ends) for ends in table):
        weights[one][other] = weights[other][one] = len(table[frozenset((one, other))])
    least = np.inf
    while weights:
        piece = _piece(weights, next(iter(weights)))
        least = min(least, _least_cut({node: dict(weights.pop(node)) for node in piece}))
    return least


def _mark(groups, name, kind):
    marks = tuple(name in group.questionnaires for group in groups)
    return (kind, marks) if any(marks) else "none"


def _piece(weights, start) -> set:
    known, waiting = set(), [start]
    while waiting:
        if (node := waiting.pop()) not in known:
            known.add(node)
            waiting += weights[node]
    return known


def _least_cut(weights) -> float:
    least = np.inf
    while len(weights) > 1:
        order, pull = [], dict.fromkeys(weights, 0)
        while pull:
            node = max(pull, key=pull.get)
            cut = pull.pop(node)
            order.append(node)
            for other, weight in weights[node].items():
                if other in pull:
                    pull[other] += weight
        least = min(least, cut)
        last, before = order[-1], order[-2]
        for other, weight in weights.pop(last).items():
            weights[other].pop(last)
            if other != before:
                weights[before][other] = weights[other][before] = weights[before].get(other, 0) + weight
    return least
