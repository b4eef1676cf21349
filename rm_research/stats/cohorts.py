"""Differences between two arms in several cohorts, averaged over the people of the programme."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rm_research.stats.regression import Matrix, cr2, least_squares
from rm_research.stats.result import NotEstimableError, Result, Vector

Labels = NDArray[np.intp]
FEWEST = 2  # people, or clusters, that a cohort needs in each arm to have a result of its own


@dataclass(frozen=True, eq=False)
class TwoArms:
    """
    People of two arms with both scores, in several cohorts.

    Attributes
    ----------
    pre, post : array, shape (n,)
        None missing.
    in_arm : array of bool, shape (n,)
        Who is in the programme.
    cohorts : array, shape (n,)
        Cohort of each; each has people in both arms.
    clusters : array, shape (n,)
        Cluster of each; may be met in several cohorts.
    levels : array, shape (n,), optional
        Parts of cohorts with a level of their own in `adjusted`; by default the cohorts.
    """

    pre: Vector
    post: Vector
    in_arm: NDArray[np.bool_]
    cohorts: NDArray[np.generic]
    clusters: NDArray[np.generic]
    levels: NDArray[np.generic] | None = None

    def adjusted(self, *, level: float) -> Result:
        """
        Average difference after at equal score before, over the people of the programme.

        Least squares of post on cohort, arm within cohort, and pre with one slope; each cohort's difference counts by
        its people in the programme. CR2 with Satterthwaite's degrees of freedom of that average (Bell & McCaffrey
        2002), which is HC2 where everyone is a cluster.

        Raises
        ------
        NotEstimableError
            As `stats.regression.cr2`.
        """
        levels = self.cohorts if self.levels is None else self.levels
        X = [self._effects(), _dummies(levels), self.pre - self.pre.mean()]
        return self._first(np.column_stack(X), self.post, level)

    def of_changes(self, *, level: float) -> Result:
        """Average difference of the mean changes, over the people of the programme; as `adjusted` otherwise."""
        return self._first(np.column_stack([self._effects(), _dummies(self.cohorts)]), self.post - self.pre, level)

    def both_arms(self, *, level: float) -> dict[str, float]:
        """
        What both arms did, and how far apart they were before, each as the same average over cohorts.

        Returns
        -------
        dict of str to float
            change_arm and change_comparison, whose difference is that of `of_changes`; gap, programme − comparison in
            scores before. Each with _low and _high, which are absent where there is no interval.
        """
        change, found = self.post - self.pre, dict[str, float]()
        some = {
            "change_arm": (self.in_arm, change, self._means),
            "change_comparison": (~self.in_arm, change, self._means),
            "gap": (np.ones(len(change), bool), self.pre, self._gaps),
        }
        for name, (of, y, design) in some.items():
            X = design()[of]
            found[name] = float(np.linalg.lstsq(X, y[of])[0][0])
            try:
                result = cr2(least_squares(X, y[of]), self.clusters[of], 0, level=level)
            except NotEstimableError:
                continue
            found |= {f"{name}_low": result.ci_low, f"{name}_high": result.ci_high}
        return found

    def _first(self, X: Matrix, y: Vector, level: float) -> Result:
        return cr2(least_squares(X, y), self.clusters, 0, level=level)

    def _means(self) -> Matrix:
        """Columns of which the first is the average over cohorts."""
        members = _dummies(self.cohorts)
        shares = members[self.in_arm].mean(axis=0)
        return np.column_stack([np.ones(len(members)), members[:, 1:] - shares[1:]])

    def _effects(self) -> Matrix:
        """Columns of the arm within cohorts, of which the first is the average difference."""
        return self._means() * self.in_arm[:, None]

    def _gaps(self) -> Matrix:
        return np.column_stack([self._effects(), _dummies(self.cohorts)])


def _dummies(labels: NDArray[np.generic]) -> Matrix:
    return (labels[:, None] == np.unique(labels)).astype(float)


def joined_to_neighbours(cohorts: ArrayLike, enough: Callable[[NDArray[np.bool_]], bool]) -> Labels:
    """
    Cohorts numbered in their order; one that is not enough by itself has the number of a neighbour.

    Parameters
    ----------
    cohorts : array-like, shape (n,)
        Cohort of each person.
    enough : callable
        Whether some people, given as an array of bool, are enough.

    Returns
    -------
    array of int, shape (n,)

    Examples
    --------
    >>> joined_to_neighbours(["a", "b", "b", "c", "d", "d"], lambda some: some.sum() >= 2).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    numbers = np.unique(np.asarray(cohorts), return_inverse=True)[1]
    joined, group = np.zeros_like(numbers), 0
    waiting = np.zeros(len(numbers), bool)
    for number in range(numbers.max(initial=-1) + 1):
        waiting |= numbers == number
        if enough(waiting):
            joined[waiting], group = group, group + 1
            waiting = np.zeros(len(numbers), bool)
    joined[waiting] = max(group - 1, 0)
    return joined
