"""What could have been found."""

import numpy as np
from scipy import optimize, stats

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

    Returns
    -------
    float
        In the estimate's unit: δ with P(|T| > t) = power for T noncentral t(df, δ/se) (Cohen 1988, ch. 2).
    """
    if np.isnan(df):
        return float((stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(power)) * std_error)
    critical = stats.t.ppf((1 + level) / 2, df)

    def shortfall(ncp: float) -> float:
        return float(stats.nct.sf(critical, df, ncp) + stats.nct.cdf(-critical, df, ncp)) - power

    upper = critical + stats.norm.ppf(power) + 1
    while shortfall(upper) < 0:
        upper *= 2
    return float(optimize.brentq(shortfall, 0, upper, xtol=1e-10) * std_error)
