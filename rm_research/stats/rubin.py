"""The estimates of several imputations as one."""

import numpy as np

from rm_research.stats.result import NotEstimableError, Result, Vector, t_result


def pool(estimates: Vector, std_errors: Vector, df_complete: float, *, level: float) -> Result:
    """
    Pool the estimates of m imputed data sets by Rubin's rules.

    Total variance T = W + (1 + 1/m) B, with W the mean of the squared standard errors and B the variance of the
    estimates (Rubin 1987, sect. 3.1); t with the degrees of freedom of Barnard & Rubin (1999), which stay below those
    of complete data. Where the imputations give one and the same estimate, nothing that matters was missing, and the
    degrees of freedom are those of complete data. Assumes that the imputations are proper draws under the assumption
    about who is missing, and that the estimate of complete data is roughly normal.

    Parameters
    ----------
    estimates, std_errors : array, shape (m,)
        Of each imputed data set, m at least 2.
    df_complete : float
        Degrees of freedom that the estimate has in complete data; NaN = normal distribution, which leaves the degrees
        of freedom of Rubin (1987, eq. 3.1.6).
    level : float
        Of the interval.

    Returns
    -------
    Result
        `details`: within (W), between (B), riv (relative increase in variance by missing data), lambda (share of T that
        is due to missing data), fmi (fraction of missing information: lambda corrected for finite m, Rubin 1987, eq.
        3.1.10), m.

    Raises
    ------
    NotEstimableError
        'no_variation' when every standard error is 0.
    ValueError
        When there are fewer than two imputations.
    """
    m = len(estimates)
    if m < 2:
        raise ValueError("pooling needs at least two imputations")
    within, between = float((std_errors**2).mean()), float(estimates.var(ddof=1)) if np.ptp(estimates) else 0.0
    if within <= 0:
        raise NotEstimableError("no_variation")
    missing = (1 + 1 / m) * between
    total = within + missing
    df = _degrees(missing / total, m, df_complete)
    riv = missing / within
    fmi = (riv + 2 / (df + 3)) / (riv + 1) if missing else 0.0
    details = {"within": within, "between": between, "riv": riv, "lambda": missing / total, "fmi": fmi, "m": float(m)}
    return t_result(float(estimates.mean()), np.sqrt(total), df, level, details)


def _degrees(share: float, m: int, df_complete: float) -> float:
    """Degrees of freedom where `share` of the variance is due to missing data (Barnard & Rubin 1999)."""
    if not share:
        return df_complete
    of_imputing = share**2 / (m - 1)
    if np.isnan(df_complete):
        return 1 / of_imputing
    observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - share)
    return 1 / (of_imputing + 1 / observed)
