"""What could have been found."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import nctdtr, ndtri

from rm_research.stats.result import critical_value

POWER = 0.80


def detectable(std_error: float, df: float, *, level: float, power: float = POWER) -> float:
    """
    Smallest true effect that a two-sided t test at 1 − level finds with the given power.

    Parameters
    ----------
    std_error : float
        Of the estimate, in its unit.
    df : float
        Degrees of freedom; NaN = normal distribution.
    level : float
        Of the interval that the test belongs to; 0.95 for a test at 5 %.
    power : float
        Chance of finding the effect, above (1 − level) / 2.

    Returns
    -------
    float
        In the estimate's unit: δ with P(T > t) = power for T noncentral t(df, δ/se) (Cohen 1988, ch. 2). Rejection in
        the wrong direction does not count, as in R's power.t.test.
    """
    critical = critical_value(df, level)
    if np.isnan(df):
        return float((critical + ndtri(power)) * std_error)

    def shortfall(noncentrality: float) -> float:
        return float(1 - power - nctdtr(df, noncentrality, critical))

    upper = critical + ndtri(power) + 1
    while shortfall(upper) < 0:
        upper *= 2
    return float(brentq(shortfall, 0, upper, xtol=1e-12) * std_error)
