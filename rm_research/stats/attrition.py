"""Who left: how many, how they differed at the start, and what went with leaving."""

import warnings
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.special import gammaln, xlog1py, xlogy

from rm_research.stats.imputation import Mask
from rm_research.stats.individual import wilson
from rm_research.stats.paired import NOISE
from rm_research.stats.regression import Matrix
from rm_research.stats.result import NotEstimableError, Result, Vector, t_result
from rm_research.stats.standardised import small_sample_factor

NAN = float("nan")
Counts = NDArray[np.int_]

# overall loss, and difference of the arms' losses, above or from which a design loses one step, two steps
MOST_LOST = (0.35, 0.50)
MOST_UNEVEN = (0.10, 0.25)
BY_CHANCE = 0.10  # p from which on a difference of the arms' losses is put down to chance


def share_lost(n_before: int, n_both: int, *, level: float) -> Result:
    """
    Share of those measured at the start who were not measured again, with the score interval of Wilson (1927).

    Parameters
    ----------
    n_before, n_both : int
        People with a score before, and those of them with one after.
    level : float
        Of the interval.

    Returns
    -------
    Result
        Between 0 and 1. No standard error, degrees of freedom or test.

    Raises
    ------
    NotEstimableError
        'too_few_people' when nobody was measured at the start.
    """
    return wilson(n_before - n_both, n_before, level=level)


def steps_lost(n_programme: int, lost_programme: int, n_comparison: int, lost_comparison: int) -> int:
    """
    Steps by which loss of people lowers the level of a comparison.

    One for an overall loss above 35 %, or a difference between the arms of 10 points or more with Fisher's exact
    p < .10; two for more than 50 %, or 25 points or more with p < .10. The steps do not add.

    Parameters
    ----------
    n_programme, n_comparison : int
        People at the start.
    lost_programme, lost_comparison : int
        Those of them without a usable score after, for whatever reason.

    Returns
    -------
    int
        0, 1 or 2; 0 where nobody was there at the start.

    Examples
    --------
    >>> steps_lost(12, 2, 12, 4), steps_lost(100, 10, 100, 30), steps_lost(100, 60, 100, 60)
    (0, 1, 2)
    """
    total = lost_programme + lost_comparison
    return int(_steps(n_programme, n_comparison, total)[lost_programme - max(0, total - n_comparison)])


def chance_of_steps(n_programme: int, n_comparison: int, loss_programme: float, loss_comparison: float) -> Vector:
    """
    Chance that loss of people lowers the level by no, one and two steps, each person leaving on their own.

    Exact: all pairs of binomial numbers are counted, with `steps_lost`.

    Parameters
    ----------
    n_programme, n_comparison : int
        People at the start, one or more in all.
    loss_programme, loss_comparison : float
        Each person's chance to be without a usable score after, 0 to 1.

    Returns
    -------
    array, shape (3,)

    Examples
    --------
    >>> chance_of_steps(12, 12, 0.2, 0.4).round(2).tolist()
    [0.62, 0.19, 0.19]
    """
    of_programme, of_comparison = binomial(n_programme, loss_programme), binomial(n_comparison, loss_comparison)
    chances = np.zeros(3)
    centre = n_programme * loss_programme + n_comparison * loss_comparison
    far = 9 * np.sqrt(n_programme * loss_programme * (1 - loss_programme)
                      + n_comparison * loss_comparison * (1 - loss_comparison)) + 9  # fmt: skip
    # further numbers have a chance below 1e-16
    for total in range(max(0, int(centre - far)), min(n_programme + n_comparison, int(centre + far)) + 1):
        lost = np.arange(max(0, total - n_comparison), min(n_programme, total) + 1)
        here = of_programme[lost] * of_comparison[total - lost]
        if here.sum() > 0:
            chances += np.bincount(_steps(n_programme, n_comparison, total), here, minlength=3)
    return chances


def binomial(n: int, chance: float) -> Vector:
    """Chances of 0 to n successes."""
    k = np.arange(n + 1)
    return np.exp(_log_ways(n, k) + xlogy(k, chance) + xlog1py(n - k, -chance))


def _steps(n_programme: int, n_comparison: int, total: int) -> Counts:
    """Steps for each possible number of people lost in the programme, from the lowest, when `total` are lost in all."""
    n = n_programme + n_comparison
    lost = np.arange(max(0, total - n_comparison), min(n_programme, total) + 1)
    uneven: Vector = np.zeros(len(lost))
    if n_programme and n_comparison:
        # rounded, so that 3 of 10 and 2 of 10 are 10 points apart
        uneven = np.abs(lost / n_programme - (total - lost) / n_comparison).round(9)
    clear = _fisher_p(n_programme, n_comparison, lost, total) < BY_CHANCE
    steps = np.zeros(len(lost), int)
    for most_lost, most_uneven in zip(MOST_LOST, MOST_UNEVEN, strict=True):
        steps += (total > round(most_lost * n, 9)) | (clear & (uneven >= most_uneven))
    return steps


def _fisher_p(n_programme: int, n_comparison: int, lost: Counts, total: int) -> Vector:
    """Fisher's exact p, two-sided: chance of all divisions of those lost that are at most as likely as each."""
    # not scipy.stats.fisher_exact, which takes one table at a time: a plan asks for all of them
    ways = _log_ways(n_programme, lost) + _log_ways(n_comparison, total - lost)
    chances = np.exp(ways - _log_ways(n_programme + n_comparison, total))
    ordered = np.sort(chances)
    summed = np.cumsum(ordered)
    return summed[np.searchsorted(ordered, chances * (1 + 1e-7), side="right") - 1]


def _log_ways(n: int, k: int | Counts) -> Vector:
    """Logarithm of the number of ways to choose k of n."""
    return np.asarray(gammaln(n + 1.0) - gammaln(np.add(k, 1.0)) - gammaln(n - np.asarray(k) + 1.0), float)


def standardised_difference(leavers: Vector, stayers: Vector, *, level: float) -> Result:
    """
    Hedges' g of two groups at the start, the difference of their means in pooled standard deviations.

    d = (mean of leavers − mean of stayers) / pooled standard deviation; g = J(n₁ + n₂ − 2) d (Hedges 1981, exact J).
    Standard error √(1/n₁ + 1/n₂ + g²/(2(n₁ + n₂))), normal interval (Hedges & Olkin 1985, ch. 5). Assumes equal
    spread and normal scores; with a handful of leavers the interval is rough.

    Parameters
    ----------
    leavers, stayers : array, shape (n₁,), (n₂,)
        Scores before; NaN = absent and left out.
    level : float
        Of the interval.

    Returns
    -------
    Result
        `details`: d, J, n_left, n_stayed.

    Raises
    ------
    NotEstimableError
        'too_few_people' when a group has fewer than two, 'no_variation' when neither varies.
    """
    leavers, stayers = leavers[~np.isnan(leavers)], stayers[~np.isnan(stayers)]
    n1, n2 = len(leavers), len(stayers)
    if min(n1, n2) < 2:
        raise NotEstimableError("too_few_people")
    pooled = np.sqrt(((n1 - 1) * leavers.var(ddof=1) + (n2 - 1) * stayers.var(ddof=1)) / (n1 + n2 - 2))
    if pooled <= NOISE * max(np.abs(leavers).max(), np.abs(stayers).max()):
        raise NotEstimableError("no_variation")
    d, j = float((leavers.mean() - stayers.mean()) / pooled), small_sample_factor(n1 + n2 - 2)
    variance = 1 / n1 + 1 / n2 + (j * d) ** 2 / (2 * (n1 + n2))
    details = {"d": d, "J": j, "n_left": float(n1), "n_stayed": float(n2)}
    return t_result(j * d, np.sqrt(variance), NAN, level, details)


def leaving_model(X: Matrix, left: Mask, *, level: float) -> tuple[Result, ...]:
    """
    Logistic regression of leaving, with Wald tests and intervals.

    Maximum likelihood by statsmodels. A linear program first checks that the likelihood has a maximum (Konis 2007): it
    has none where a combination of the columns separates people who left from people who stayed, even with ties (Albert
    & Anderson 1984). Wald intervals are rough with few leavers.

    Parameters
    ----------
    X : array, shape (n, k)
        With a column of ones; none missing.
    left : array of bool, shape (n,)
    level : float
        Of the intervals.

    Returns
    -------
    tuple of Result
        Log odds, one per column. `details`: odds_ratio, odds_low, odds_high.

    Raises
    ------
    NotEstimableError
        'too_few_people' when there are no more people than columns, 'no_variation' when everyone or nobody left,
        'collinear' when the columns do not determine the coefficients, 'separated' when they sort leavers from stayers.
    """
    n, k = X.shape
    if n <= k:
        raise NotEstimableError("too_few_people")
    if left.all() or not left.any():
        raise NotEstimableError("no_variation")
    size = np.maximum(np.abs(X).max(axis=0), 1e-300)
    scaled = X / size
    if np.linalg.matrix_rank(scaled) < k:
        raise NotEstimableError("collinear")
    if _separated(scaled, left):
        raise NotEstimableError("separated")
    estimates, std_errors = _fitted(scaled, left)
    return tuple(_odds(b, se, level) for b, se in zip(estimates / size, std_errors / size, strict=True))


def _separated(X: Matrix, left: Mask) -> bool:
    """Whether a combination of the columns is ≥ 0 for all leavers, ≤ 0 for everyone else, and not always 0."""
    signed = np.where(left[:, None], X, -X)
    solution = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(X)), bounds=(-1, 1), method="highs")
    return bool(-solution.fun > 1e-6)


def _fitted(X: Matrix, left: Mask) -> tuple[Vector, Vector]:
    # the import takes half a second, which reports without attrition do not need
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the check below reports that it did not converge
        fitted = GLM(left.astype(float), X, family=Binomial()).fit(maxiter=200, tol=1e-12)
    if not fitted.converged:
        raise NotEstimableError("separated")
    return np.asarray(fitted.params), np.asarray(fitted.bse)


def _odds(estimate: float, std_error: float, level: float) -> Result:
    result = t_result(estimate, std_error, NAN, level)
    ends = {"odds_ratio": result.estimate, "odds_low": result.ci_low, "odds_high": result.ci_high}
    with np.errstate(over="ignore"):  # odds a tiny unit apart may be beyond any number
        return replace(result, details={name: float(np.exp(value)) for name, value in ends.items()})
