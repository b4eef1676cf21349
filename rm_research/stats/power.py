"""What could have been found, and how many people are needed to find it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import nctdtr, ndtri

from rm_research.stats.result import NotEstimableError, critical_value

POWER = 0.80
MOST = 10**6  # units; nobody plans more


class Precision(NamedTuple):
    """Standard error that an estimate will have, in its unit, and its degrees of freedom."""

    std_error: float
    df: float


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
    # not statsmodels' solve_power: it takes a hundred times as long, and nearly every row of a report asks for one
    critical = critical_value(df, level)
    if np.isnan(df):
        return float((critical + ndtri(power)) * std_error)

    def shortfall(noncentrality: float) -> float:
        return float(1 - power - nctdtr(df, noncentrality, critical))

    upper = critical + ndtri(power) + 1
    while shortfall(upper) < 0:
        upper *= 2
    return float(brentq(shortfall, 0, upper, xtol=1e-12) * std_error)


def power_of(effect: float, std_error: float, df: float, *, level: float) -> float:
    """
    Chance that a two-sided t test at 1 − level finds a true effect, in its own direction.

    Parameters
    ----------
    effect : float
        True effect, in the unit of the standard error; its sign does not matter.
    std_error, df, level : float
        As in `detectable`, whose inverse this is.

    Returns
    -------
    float
        P(T > t) for T noncentral t(df, |effect| / se) (Cohen 1988, ch. 2), from (1 − level) / 2 to 1.

    Raises
    ------
    NotEstimableError
        'no_variation' when the standard error is 0.
    """
    if std_error <= 0:
        raise NotEstimableError("no_variation")
    # loads scipy.stats, for which `rm-research check` should not wait
    from statsmodels.stats.power import normal_power, ttest_power

    size = abs(effect) / std_error
    # one-sided at half the level: the wrong direction does not count
    test = {"nobs": 1, "alpha": (1 - level) / 2, "alternative": "larger"}
    return float(normal_power(size, **test) if np.isnan(df) else ttest_power(size, df=df, **test))


def change_precision(
    n: float, *, sd: float, r: float, cluster_size: float = 1, icc: float = 0, attrition: float = 0
) -> Precision:
    """
    Precision that a mean change will have.

    Variance 2(1 − r)sd² · d / people, people = n · cluster_size · (1 − attrition), with design effect
    d = 1 + (cluster_size − 1)(1 − attrition)icc (Kish 1965, § 5.4, for clusters that lose people at random); t with one
    degree of freedom less than there are clusters with somebody left, n(1 − attrition ^ cluster_size). A person alone
    is a cluster of one. Assumes equal variance before and after, and that people leave at random.

    Parameters
    ----------
    n : float
        Clusters that start: people, dyads or cohorts.
    sd : float
        Standard deviation of the score, in its unit.
    r : float
        Correlation of the scores before and after, from −1 to below 1.
    cluster_size : float
        People in a cluster, 1 or more.
    icc : float
        Intraclass correlation of the change within clusters.
    attrition : float
        Share of people who leave, from 0 to below 1.

    Returns
    -------
    Precision

    Raises
    ------
    NotEstimableError
        'too_few_people', or 'too_few_clusters' where people are in clusters, when no degree of freedom is left.
    """
    variance = 2 * (1 - r) * sd**2
    return _precision(variance, [n], 1, cluster_size, icc, attrition)


def ancova_precision(
    n: float, n_comparison: float, *, sd: float, r: float, cluster_size: float = 1, icc: float = 0, attrition: float = 0
) -> Precision:
    """
    Precision that a difference between two arms at equal score before will have.

    Variance (1 − r²)sd² · d · (1 / people + 1 / people compared) (Borm, Fransen & Lemmens 2007), design effect d and
    assumptions as in `change_precision`; t with three degrees of freedom less than there are clusters in both arms.

    Parameters
    ----------
    n, n_comparison : float
        Clusters that start in the programme and in the comparison.
    sd, r, cluster_size, icc, attrition : float
        As in `change_precision`; the intraclass correlation is of what the score before leaves of the score after.

    Returns
    -------
    Precision

    Raises
    ------
    NotEstimableError
        As `change_precision`.
    """
    return _precision((1 - r**2) * sd**2, [n, n_comparison], 3, cluster_size, icc, attrition)


def two_sample_precision(
    n: float, n_comparison: float, *, sd: float, cluster_size: float = 1, icc: float = 0, attrition: float = 0
) -> Precision:
    """
    Precision that a difference of two means will have, without scores before.

    Variance sd² · d · (1 / people + 1 / people compared), design effect d and assumptions as in `change_precision`; t
    with two degrees of freedom less than there are clusters in both arms. With the standard deviation of the change,
    √(2(1 − r)) sd, it is the precision of a difference of mean changes.

    Parameters
    ----------
    n, n_comparison, sd, cluster_size, icc, attrition : float
        As in `ancova_precision`; the intraclass correlation is of the score.

    Returns
    -------
    Precision

    Raises
    ------
    NotEstimableError
        As `change_precision`.
    """
    return _precision(sd**2, [n, n_comparison], 2, cluster_size, icc, attrition)


def _precision(
    variance: float, clusters: list[float], lost: int, cluster_size: float, icc: float, attrition: float
) -> Precision:
    """Precision of a mean, or a difference of two, of values with this variance; `lost` degrees of freedom."""
    df = sum(clusters) * (1 - attrition**cluster_size) - lost
    if min(clusters) <= 0 or df <= 0:
        raise NotEstimableError("too_few_people" if cluster_size == 1 else "too_few_clusters")
    design_effect = 1 + (cluster_size - 1) * (1 - attrition) * icc
    per_person = sum(1 / (n * cluster_size * (1 - attrition)) for n in clusters)
    return Precision(float(np.sqrt(variance * design_effect * per_person)), float(df))


def smallest_n(
    precision: Callable[[int], Precision], effect: float, *, level: float, power: float = POWER
) -> int | None:
    """
    Fewest units with which an effect is found with the given power.

    Parameters
    ----------
    precision : callable
        Precision with so many units, as `lambda n: change_precision(n, sd=1, r=0.6)`; must not fall with n.
    effect : float
        True effect, in its unit.
    level, power : float
        As in `detectable`.

    Returns
    -------
    int or None
        None where even a million units are too few, as for an effect of 0.
    """

    def enough(n: int) -> bool:
        try:
            return power_of(effect, *precision(n), level=level) >= power
        except NotEstimableError:
            return False

    high = 1
    while not enough(high):
        if high >= MOST:
            return None
        high = min(2 * high, MOST)
    low = high // 2  # not enough, or 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
