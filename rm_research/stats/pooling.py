"""Random-effects pooling of a few estimates."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc

from rm_research.stats.result import NotEstimableError, Result, Vector, critical_value, t_result


def reml_hk(estimates: Vector, std_errors: Vector, *, level: float) -> Result:
    """
    Average effect by REML with the Hartung–Knapp interval, never narrower than the normal-theory standard error.

    REML: Viechtbauer (2005). Standard error √(max(1, q) / Σw), q = Σw(y − μ)²/(k − 1), t with k − 1
    (Hartung & Knapp 2001; max(1, q): Röver, Knapp & Friede 2015). Prediction interval: t with k − 2 (Higgins, Thompson
    & Spiegelhalter 2009). I² from the typical variance (Higgins & Thompson 2002, eq. 9).

    Parameters
    ----------
    estimates, std_errors : array, shape (k,)
        Independent estimates and their standard errors, none missing, no standard error 0.
    level : float
        Of both intervals.

    Returns
    -------
    Result
        `details`: tau2, i2 (share, 0 to 1), q (Cochran's Q), q_p, prediction_low and prediction_high (NaN when k < 3),
        q_hk.

    Raises
    ------
    NotEstimableError
        'too_few_cohorts' when k < 2.
    """
    k = len(estimates)
    if k < 2:
        raise NotEstimableError("too_few_cohorts")
    v = std_errors**2
    tau2 = _reml(estimates, v)
    w, residuals = _residuals(estimates, v, tau2)
    mean = float((w * estimates).sum() / w.sum())
    q_hk = (w * residuals**2).sum() / (k - 1)
    std_error = np.sqrt(max(1.0, q_hk) / w.sum())
    fixed, fixed_residuals = _residuals(estimates, v, 0.0)
    cochran = (fixed * fixed_residuals**2).sum()
    typical = (k - 1) * fixed.sum() / (fixed.sum() ** 2 - (fixed**2).sum())
    half = critical_value(k - 2, level) * np.sqrt(tau2 + std_error**2) if k > 2 else np.nan
    details = {
        "tau2": tau2, "i2": tau2 / (tau2 + typical), "q": cochran, "q_p": chdtrc(k - 1, cochran),
        "prediction_low": mean - half, "prediction_high": mean + half, "q_hk": q_hk,
    }  # fmt: skip
    return t_result(mean, std_error, k - 1, level, {name: float(value) for name, value in details.items()})


def _residuals(y: Vector, v: Vector, tau2: float | Vector) -> tuple[Vector, Vector]:
    """Weights 1 / (v + τ²) and distances from the mean they give; a column of τ² gives a row each."""
    w = 1 / (v + tau2)
    return w, y - (w * y).sum(axis=-1, keepdims=True) / w.sum(axis=-1, keepdims=True)


def _reml(y: Vector, v: Vector) -> float:
    """τ² where the restricted likelihood is highest, not below 0: the best of a grid, then the root of the slope."""

    def deviance(tau2: Vector) -> Vector:
        w, residuals = _residuals(y, v, tau2)
        return (w * residuals**2 - np.log(w)).sum(axis=-1) + np.log(w.sum(axis=-1))

    def slope(tau2: float) -> float:
        w, residuals = _residuals(y, v, tau2)
        return float(w.sum() - (w**2).sum() / w.sum() - (w**2 * residuals**2).sum())

    top = float(max(y.var(ddof=1), v.max()) * 10)
    grid = np.concatenate([[0.0], np.geomspace(top * 1e-8, top, 200)])
    best = int(np.argmin(deviance(grid[:, None])))
    if best == 0 and slope(0.0) >= 0:
        return 0.0
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if slope(low) * slope(high) >= 0:
        return float(grid[best])
    return float(brentq(slope, low, high, xtol=1e-14 * top, rtol=1e-14))
