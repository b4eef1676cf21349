"""An exact audit: on how few people a combination of sums can rest."""

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
