"""Who left: how many, how they differed at the start, and what went with leaving."""

import warnings
from dataclasses import replace

import numpy as np
from scipy.optimize import linprog

from rm_research.stats.imputation import Mask
from rm_research.stats.individual import wilson
from rm_research.stats.paired import NOISE
from rm_research.stats.regression import Matrix
from rm_research.stats.result import NotEstimableError, Result, Vector, t_result
from rm_research.stats.standardised import small_sample_factor

NAN = float("nan")


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
