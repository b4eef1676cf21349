"""Mean change of everyone measured at baseline, with a jackknife over clusters."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rm_research.stats.paired import NOISE, ends_of_mean
from rm_research.stats.regression import Matrix, cluster_terms, least_squares
from rm_research.stats.result import NotEstimableError, Reason, Result, Vector, t_result


def change_of_everyone(
    pre: Vector, post: Vector, *, level: float, clusters: ArrayLike | None = None, cohorts: ArrayLike | None = None,
) -> Result:  # fmt: skip
    """
    Mean change of everyone with a score before, including people who left.

    In each cohort it is ȳ + b(x̄_all − x̄_both) − x̄_all, where b is the slope of after on before within cohorts among
    those with both scores: the likelihood estimate of two waves with unequal variances (Anderson 1957, J. Am. Stat.
    Assoc. 52:200). Cohorts count by their people with a score before. It is valid if leaving depends on the score
    before and on nothing else related to the change.

    The standard error is a delete-one jackknife over clusters within cohorts (Efron & Stein 1981, Ann. Stat. 9:586):
    Var = (G − 1)/G Σ(θ₋g − θ)² in a cohort of G clusters. What a cluster met in several cohorts does in each is added
    before it is squared. Degrees of freedom are Satterthwaite's for the same average of all scores before with CR2
    (Bell & McCaffrey 2002), so they follow from the design alone: n − 1 without clusters, in one cohort. If nobody left
    and nobody shares a cluster, all equals the paired t.

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people; NaN = absent. People without a score before are left out.
    level : float
        Of the interval.
    clusters : array-like, shape (n,), optional
        Cluster of each person, none missing. By default everyone is a cluster.
    cohorts : array-like, shape (n,), optional
        Cohort of each person, none missing. By default there is one.

    Returns
    -------
    Result
        NaN std_error, df, p-value and interval where there is one cluster, or where one alone stands for a cohort.
        `details`: mean_pre (of all with a score before), mean_post (expected of all of them), the ends of both means'
        intervals (mean_pre_low and so on, NaN where nobody differs), n_clusters, slope (b) and of_everyone: 1; where
        the pairs give no slope, or none once a cluster is left out, slope is NaN, of_everyone is 0 and everything is
        of those with both scores.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when fewer than two people, or nobody of some cohort, have both scores; 'no_variation' when
        nothing changes whichever cluster is left out.

    Examples
    --------
    >>> import numpy as np
    >>> pre = np.array([3.0, 2.5, 4.0, 3.5, 3.0, 2.0])
    >>> post = np.array([3.5, 3.0, 4.0, 4.0, np.nan, np.nan])
    >>> result = change_of_everyone(pre, post, level=0.95)
    >>> round(result.estimate, 3), result.df
    (0.45, 5.0)
    """
    people = _People.of(pre, post, clusters, cohorts, ~np.isnan(pre))
    if np.isfinite(people.without_each[:, 0]).all():
        return _result(people, level, of_everyone=True)
    return change_of_both(pre, post, level=level, clusters=clusters, cohorts=cohorts)


def change_of_both(
    pre: Vector, post: Vector, *, level: float, clusters: ArrayLike | None = None, cohorts: ArrayLike | None = None,
) -> Result:  # fmt: skip
    """
    Mean change of those with both scores; the paired t where nobody shares a cluster and there is one cohort.

    Parameters, Returns and Raises as in `change_of_everyone`, of which it is the case that nobody left.

    Examples
    --------
    >>> import numpy as np
    >>> pre = np.array([3.0, 2.5, 4.0, 3.5])
    >>> post = np.array([3.5, 3.0, 4.0, 4.0])
    >>> change_of_both(pre, post, level=0.95, clusters=["a", "a", "b", "c"]).estimate
    0.375
    """
    people = _People.of(pre, post, clusters, cohorts, ~(np.isnan(pre) | np.isnan(post)))
    return _result(people, level, of_everyone=False)


@dataclass(frozen=True, eq=False)
class _People:
    """
    People who are counted, by cell: what a cluster has in a cohort.

    Attributes
    ----------
    cohort, cluster : array of int, shape (n,)
        Of each person, numbered from 0.
    cells : array of int, shape (cells, 2)
        Cohort and cluster of each cell.
    sums : array, shape (cells, 7)
        People, and the sum of their scores before; people with both scores, sums of these scores before and after, of
        the squares before and of the products. Scores are about `centres`.
    centres : array, shape (cohorts, 2)
        Means of the pairs of each cohort, before and after.
    """

    cohort: NDArray[np.intp]
    cluster: NDArray[np.intp]
    cells: NDArray[np.intp]
    sums: Matrix
    centres: Matrix

    @classmethod
    def of(
        cls, pre: Vector, post: Vector, clusters: ArrayLike | None, cohorts: ArrayLike | None, counted: NDArray[np.bool_]
    ) -> "_People":  # fmt: skip
        pre, post = pre[counted], post[counted]
        cohort = _numbered(np.zeros(len(counted)) if cohorts is None else cohorts, counted)
        cluster = _numbered(np.arange(len(counted)) if clusters is None else clusters, counted)
        paired = ~np.isnan(post)
        n_pairs = np.bincount(cohort, paired)
        if paired.sum() < 2 or not n_pairs.all():
            raise NotEstimableError(Reason.TOO_FEW_PAIRS)
        of_pairs = [np.bincount(cohort, np.where(paired, scores, 0.0)) / n_pairs for scores in (pre, post)]
        x, y = pre - of_pairs[0][cohort], np.where(paired, post - of_pairs[1][cohort], 0.0)
        cells, at = np.unique(np.column_stack([cohort, cluster]), axis=0, return_inverse=True)
        values = [np.ones(len(x)), x, paired, paired * x, y, paired * x**2, x * y]
        sums = np.column_stack([np.bincount(at, value, minlength=len(cells)) for value in values])
        return cls(cohort, cluster, cells, sums, np.column_stack(of_pairs))

    @cached_property
    def totals(self) -> Matrix:
        """The sums of each cohort, shape (cohorts, 7)."""
        totals = np.zeros((len(self.centres), self.sums.shape[1]))
        np.add.at(totals, self.cells[:, 0], self.sums)
        return totals

    @cached_property
    def shares(self) -> Vector:
        """What each cohort counts."""
        return self.totals[:, 0] / self.totals[:, 0].sum()

    @cached_property
    def whole(self) -> Vector:
        """Mean change, mean before, mean after and slope."""
        return self._means(self.totals)

    @cached_property
    def without_each(self) -> Matrix:
        """The same with each cell left out in turn, shape (cells, 4); NaN where nothing is left of a cohort."""
        rest = np.repeat(self.totals[None], len(self.cells), axis=0)
        rest[np.arange(len(self.cells)), self.cells[:, 0]] -= self.sums
        return self._means(rest)

    def _means(self, totals: Matrix) -> Vector:
        """Mean change, mean before, mean after and slope from sums, shape (..., cohorts, 7)."""
        n, sum_all, pairs, sum_x, sum_y, sum_xx, sum_xy = np.moveaxis(totals, -1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            x_all, x, y = sum_all / n, sum_x / pairs, sum_y / pairs
            # rounding leaves a little where all scores before are equal
            spread, size = (sum_xx - pairs * x**2).sum(axis=-1), (self.totals[:, 5] + self.centres[:, 0] ** 2).sum()
            slope = np.where(spread > NOISE * size, (sum_xy - pairs * x * y).sum(axis=-1) / spread, np.nan)
        of_left = np.where(n == pairs, 0.0, slope[..., None] * (x_all - x))
        before = ((x_all + self.centres[:, 0]) * self.shares).sum(axis=-1)
        after = ((y + of_left + self.centres[:, 1]) * self.shares).sum(axis=-1)
        return np.stack([after - before, before, after, slope], axis=-1)

    def std_errors(self) -> Vector:
        """Jackknife standard errors of mean change, mean before and mean after."""
        n_clusters = np.bincount(self.cells[:, 0])[self.cells[:, 0]]
        moved = (self.without_each - self.whole)[:, :3] * np.sqrt((n_clusters - 1) / n_clusters)[:, None]
        of_cluster = np.zeros((self.cluster.max() + 1, 3))
        np.add.at(of_cluster, self.cells[:, 1], moved)
        return np.sqrt((of_cluster**2).sum(axis=0))

    @cached_property
    def df(self) -> float:
        """Satterthwaite's degrees of freedom of the mean of all scores before, with CR2; NaN where it has none."""
        others = (self.cohort[:, None] == np.arange(1, len(self.shares))) - self.shares[1:]
        X = np.column_stack([np.ones(len(self.cohort)), others])
        try:
            # the first coefficient is the average over cohorts; scores play no part
            return cluster_terms(least_squares(X, X[:, 0]), self.cluster, 0).df
        except NotEstimableError:
            return float("nan")


def _numbered(labels: ArrayLike, counted: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Labels of those counted, as numbers from 0."""
    return np.unique(np.asarray(labels)[counted], return_inverse=True)[1]


def _result(people: _People, level: float, *, of_everyone: bool) -> Result:
    (change, before, after, slope), df = people.whole, people.df
    n_clusters = float(people.cluster.max() + 1)
    details = {"mean_pre": before, "mean_post": after, "n_clusters": n_clusters, "slope": slope,
               "of_everyone": float(of_everyone)}  # fmt: skip
    if np.isnan(df):
        nan = float("nan")
        ends = dict.fromkeys(f"mean_{wave}_{end}" for wave in ("pre", "post") for end in ("low", "high"))
        return Result(float(change), nan, nan, nan, nan, nan, nan, details | dict.fromkeys(ends, nan))
    errors = people.std_errors()
    size = float(np.abs(people.centres).max() + np.abs(people.sums[:, 5]).max() ** 0.5)
    if errors[0] <= NOISE * size:
        raise NotEstimableError(Reason.NO_VARIATION)
    for name, mean, error in (("mean_pre", before, errors[1]), ("mean_post", after, errors[2])):
        details |= ends_of_mean(name, mean, error if error > NOISE * size else 0.0, df, level)
    return t_result(float(change), float(errors[0]), df, level, {name: float(v) for name, v in details.items()})
