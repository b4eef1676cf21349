"""Mean change of everyone measured at baseline, with a jackknife over clusters."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rm_research.stats.paired import NOISE, ends_of_mean
from rm_research.stats.regression import Matrix, cluster_terms, least_squares
from rm_research.stats.result import NotEstimableError, Reason, Result, Vector, t_result

Mask = NDArray[np.bool_]


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
        Cohort of each person, none missing. By default there is one. A cohort that is a single cluster is joined to the
        next.

    Returns
    -------
    Result
        NaN std_error, df, p-value and interval where there is one cluster: nothing tells how far others would differ.
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
    if people.has_slope:
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


def difference_of_changes(
    pre: Vector, post: Vector, first: Mask, *, level: float, clusters: ArrayLike | None = None,
    of_everyone: bool = True,
) -> Result:  # fmt: skip
    """
    Difference of the mean changes of two groups of people, each as `change_of_everyone` or `change_of_both` has it.

    Each group has its own slope. What a cluster with people of both groups does in each is subtracted before it is
    squared. Degrees of freedom are Satterthwaite's for the same difference of all scores before, with CR2.

    Parameters
    ----------
    pre, post : array, shape (n,)
        As in `change_of_everyone`.
    first : array of bool, shape (n,)
        Who is in the first group, from whose change that of the others is subtracted.
    level : float
    clusters : array-like, shape (n,), optional
    of_everyone : bool
        Whether it is about everyone with a score before; otherwise about those with both scores.

    Returns
    -------
    Result
        NaN std_error, df, p-value and interval where a group is a single cluster. `details`: n_clusters, of_everyone (0
        also where a group has no slope: both changes are then of those with both scores).

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when a group has fewer than two people with both scores, 'no_variation' when nothing differs.

    Examples
    --------
    >>> pre, post = np.array([3.0, 2.5, 4.0, 3.5, 3.0, 2.0]), np.array([3.5, 3.0, 4.0, 4.0, 3.0, 2.5])
    >>> round(difference_of_changes(pre, post, np.arange(6) < 3, level=0.95).estimate, 6)
    0.0
    """
    labels = np.arange(len(pre)) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    counted = ~np.isnan(pre) if of_everyone else ~(np.isnan(pre) | np.isnan(post))
    sides = [counted & first, counted & ~first]
    groups = [_People.of(pre, post, labels, None, side) for side in sides]
    if of_everyone and not all(people.has_slope for people in groups):
        return difference_of_changes(pre, post, first, level=level, clusters=clusters, of_everyone=False)
    estimate = float(groups[0].whole[0] - groups[1].whole[0])
    n_clusters = len(np.unique(labels[counted]))
    details = {"n_clusters": float(n_clusters), "of_everyone": float(of_everyone)}
    try:
        X = np.column_stack([np.ones(counted.sum()), first[counted]])
        df = cluster_terms(least_squares(X, X[:, 0]), labels[counted], 1).df
    except NotEstimableError:
        nan = float("nan")
        return Result(estimate, nan, nan, nan, nan, nan, nan, details)
    moved = np.zeros(labels.max() + 1)
    for sign, people, side in zip((1, -1), groups, sides, strict=True):
        moved[np.unique(labels[side])] += sign * people.moved[:, 0]
    error = float(np.sqrt((moved**2).sum()))
    if error <= NOISE * max(people.largest for people in groups):
        raise NotEstimableError(Reason.NO_VARIATION)
    return t_result(estimate, error, df, level, details)


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
        cls, pre: Vector, post: Vector, clusters: ArrayLike | None, cohorts: ArrayLike | None, counted: Mask,
    ) -> "_People":  # fmt: skip
        pre, post = pre[counted], post[counted]
        cohort = np.zeros(len(pre), np.intp) if cohorts is None else _numbered(cohorts, counted)
        cluster = np.arange(len(pre)) if clusters is None else _numbered(clusters, counted)
        cohort = cohort if cohorts is None else _joined(cohort, cluster)
        paired = ~np.isnan(post)
        n_pairs = np.bincount(cohort, paired)
        if paired.sum() < 2 or not n_pairs.all():
            raise NotEstimableError(Reason.TOO_FEW_PAIRS)
        of_pairs = [np.bincount(cohort, np.where(paired, scores, 0.0)) / n_pairs for scores in (pre, post)]
        x, y = pre - of_pairs[0][cohort], np.where(paired, post - of_pairs[1][cohort], 0.0)
        values = np.array([np.ones(len(x)), x, paired, paired * x, y, paired * x**2, x * y])
        if clusters is None:
            return cls(cohort, cluster, np.array([cohort, cluster]).T, values.T, np.array(of_pairs).T)
        n_clusters = int(cluster.max()) + 1
        cells, at = np.unique(cohort * n_clusters + cluster, return_inverse=True)
        sums = np.array([np.bincount(at, value, minlength=len(cells)) for value in values]).T
        return cls(cohort, cluster, np.array(np.divmod(cells, n_clusters)).T, sums, np.array(of_pairs).T)

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
    def n_clusters(self) -> NDArray[np.intp]:
        """Clusters in the cohort of each cell."""
        return np.bincount(self.cells[:, 0])[self.cells[:, 0]]

    @cached_property
    def whole(self) -> Vector:
        """Mean change, mean before, mean after and slope."""
        return self._means(self.totals)

    @cached_property
    def without_each(self) -> Matrix:
        """The same with each cell left out in turn, shape (cells, 4); NaN where nothing is left of a cohort."""
        if len(self.centres) == 1:
            return self._means(self.totals - self.sums[:, None, :])
        rest = np.repeat(self.totals[None], len(self.cells), axis=0)
        rest[np.arange(len(self.cells)), self.cells[:, 0]] -= self.sums
        return self._means(rest)

    @property
    def has_slope(self) -> bool:
        """Whether there is a change of everyone, with all and with each cluster left out; the only one cannot be."""
        left_out = self.without_each[self.n_clusters > 1, 0]
        return bool(np.isfinite(self.whole[0]) and np.isfinite(left_out).all())

    @cached_property
    def _size(self) -> float:
        """Sum of squares of the scores before of all pairs, with the squares of their means."""
        return float((self.totals[:, 5] + self.centres[:, 0] ** 2).sum())

    def _means(self, totals: Matrix) -> Vector:
        """Mean change, mean before, mean after and slope from sums, shape (..., cohorts, 7)."""
        n, sum_all, pairs, sum_x, sum_y, sum_xx, sum_xy = (totals[..., at] for at in range(7))
        with np.errstate(divide="ignore", invalid="ignore"):
            x_all, x, y = sum_all / n, sum_x / pairs, sum_y / pairs
            # rounding leaves a little where all scores before are equal
            spread = (sum_xx - pairs * x**2).sum(axis=-1)
            slope = np.where(spread > NOISE * self._size, (sum_xy - pairs * x * y).sum(axis=-1) / spread, np.nan)
        of_left = np.where(n == pairs, 0.0, slope[..., None] * (x_all - x))
        before = (x_all + self.centres[:, 0]) @ self.shares
        after = (y + of_left + self.centres[:, 1]) @ self.shares
        return np.array([after - before, before, after, slope]).T

    @property
    def moved(self) -> Matrix:
        """What each cluster adds to the errors of mean change, mean before and mean after, shape (clusters, 3)."""
        of_cells = (self.without_each - self.whole)[:, :3] * np.sqrt(1 - 1 / self.n_clusters)[:, None]
        return np.array([np.bincount(self.cells[:, 1], of_cell) for of_cell in of_cells.T]).T

    def std_errors(self) -> Vector:
        """Jackknife standard errors of mean change, mean before and mean after."""
        return np.sqrt((self.moved**2).sum(axis=0))

    @property
    def largest(self) -> float:
        """Size of the scores, against which rounding is judged."""
        return float(np.abs(self.centres).max() + np.abs(self.sums[:, 5]).max() ** 0.5)

    @cached_property
    def df(self) -> float:
        """Satterthwaite's degrees of freedom of the mean of all scores before, with CR2; NaN where it has none."""
        if len(self.centres) == 1:
            return df_of_mean(self.sums[:, 0])
        others = (self.cohort[:, None] == np.arange(1, len(self.shares))) - self.shares[1:]
        X = np.column_stack([np.ones(len(self.cohort)), others])
        try:
            # the first coefficient is the average over cohorts; scores play no part
            return cluster_terms(least_squares(X, X[:, 0]), self.cluster, 0).df
        except NotEstimableError:
            return float("nan")


def df_of_mean(sizes: Vector) -> float:
    """
    Satterthwaite's degrees of freedom of a mean of people in clusters, with CR2 and an independent working model.

    What `cluster_terms` has for an intercept alone, in closed form: with shares s of the clusters and a = s² / (1 − s)
    it is 1 / (Σs² + (Σa)² − Σa²). It is n − 1 where nobody shares a cluster, and k − 1 for k clusters of one size.

    Parameters
    ----------
    sizes : array, shape (clusters,)
        People in each cluster.

    Returns
    -------
    float
        NaN for a single cluster.

    Examples
    --------
    >>> round(df_of_mean(np.array([1.0, 1, 1, 1])), 6), round(df_of_mean(np.array([5.0, 5, 5])), 6)
    (3.0, 2.0)
    """
    if len(sizes) < 2:
        return float("nan")
    share = sizes / sizes.sum()
    a = share**2 / (1 - share)
    return float(1 / ((share**2).sum() + a.sum() ** 2 - (a**2).sum()))


def _joined(cohort: NDArray[np.intp], cluster: NDArray[np.intp]) -> NDArray[np.intp]:
    """Cohorts, of which those with a single cluster are joined to the next one, the last to the one before."""
    while (n_cohorts := int(cohort.max()) + 1) > 1:
        cells = np.unique(np.column_stack([cohort, cluster]), axis=0)
        alone = np.flatnonzero(np.bincount(cells[:, 0]) < 2)
        if not len(alone):
            break
        first = min(int(alone[0]), n_cohorts - 2)
        cohort = np.where(cohort > first, cohort - 1, cohort)
    return cohort


def _numbered(labels: ArrayLike, counted: Mask) -> NDArray[np.intp]:
    """Labels of those counted, as numbers from 0."""
    return np.unique(np.asarray(labels)[counted], return_inverse=True)[1]


def _result(people: _People, level: float, *, of_everyone: bool) -> Result:
    (change, before, after, slope), df = people.whole, people.df
    n_clusters = float(people.cluster.max() + 1)
    details = {"mean_pre": before, "mean_post": after, "n_clusters": n_clusters, "slope": slope,
               "of_everyone": float(of_everyone)}  # fmt: skip
    if np.isnan(df):
        nan = float("nan")
        ends = dict.fromkeys((f"mean_{wave}_{end}" for wave in ("pre", "post") for end in ("low", "high")), nan)
        return Result(float(change), nan, nan, nan, nan, nan, nan, _plain(details | ends))
    errors = people.std_errors()
    size = people.largest
    if errors[0] <= NOISE * size:
        raise NotEstimableError(Reason.NO_VARIATION)
    for name, mean, error in (("mean_pre", before, errors[1]), ("mean_post", after, errors[2])):
        details |= ends_of_mean(name, mean, error if error > NOISE * size else 0.0, df, level)
    return t_result(float(change), float(errors[0]), df, level, _plain(details))


def _plain(details: dict[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in details.items()}
