"""Whether an effect is small enough not to matter."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, stdtr

from rm_research.stats.result import NotEstimableError, Result, critical_value


@dataclass(frozen=True)
class Equivalence:
    """
    Two one-sided tests.

    Attributes
    ----------
    t_lower, p_lower : float
        Of the test against an effect of −bound or less.
    t_upper, p_upper : float
        Of the test against an effect of bound or more.
    p_value : float
        The larger of both: a small one speaks against any effect as large as the bound, in either direction.
    ci_low, ci_high : float
        Interval that lies within ± bound exactly where `p_value` is below 1 − level.
    """

    t_lower: float
    p_lower: float
    t_upper: float
    p_upper: float
    p_value: float
    ci_low: float
    ci_high: float


def tost(result: Result, *, bound: float, level: float) -> Equivalence:
    """
    Test that an effect is too small to matter, by two one-sided tests.

    Schuirmann (1987, J. Pharmacokinet. Biopharm. 15:657): (estimate ± bound) / standard error by Student's t with the
    result's degrees of freedom.

    Parameters
    ----------
    result : Result
        Of `paired_t`, `welch`, `hc2`, `cr2` or another estimator with a standard error; NaN df means the normal
        distribution. What it assumes is assumed here.
    bound : float
        Smallest effect that matters, above 0, in the estimate's unit.
    level : float
        1 − the level of the tests: .95 for tests at 5 %, to which an interval at 90 % belongs.

    Raises
    ------
    NotEstimableError
        'no_variation' when the result has no standard error.
    ValueError
        When the bound is not above 0.
    """
    if not bound > 0:
        raise ValueError("The bound of an equivalence test is above 0.")
    if not result.std_error > 0:
        raise NotEstimableError("no_variation")
    # not statsmodels' ttost_*: they start from raw scores, this from any estimate with its degrees of freedom
    t_lower, t_upper = ((result.estimate + side * bound) / result.std_error for side in (1, -1))
    p_lower, p_upper = _below(-t_lower, result.df), _below(t_upper, result.df)
    half = critical_value(result.df, 2 * level - 1) * result.std_error
    ends = result.estimate - half, result.estimate + half
    return Equivalence(t_lower, p_lower, t_upper, p_upper, max(p_lower, p_upper), *ends)


def _below(t: float, df: float) -> float:
    return float(ndtr(t) if np.isnan(df) else stdtr(df, t))
