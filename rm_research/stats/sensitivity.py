"""What else could lie behind a result: another cause, selection for low scores, another yardstick."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import erfcx

from rm_research.stats.baseline import change_of_both
from rm_research.stats.result import NotEstimableError, Result, Vector


@dataclass(frozen=True)
class EValue:
    """
    How strong another cause would have to be (VanderWeele & Ding 2017, Ann. Intern. Med. 167:268).

    Attributes
    ----------
    estimate : float
        Risk ratio, at least 1, that something unmeasured must have both with taking part and with the outcome to
        explain the estimate away, beyond what was adjusted for.
    interval : float
        The same for moving the interval to no effect; 1 where it already includes no effect.
    """

    estimate: float
    interval: float


def e_value_of_ratio(ratio: float, ci_low: float, ci_high: float) -> EValue:
    """
    E-value of a risk ratio.

    RR + √(RR (RR − 1)), with 1/RR for RR where that is below 1 (VanderWeele & Ding 2017, Ann. Intern. Med. 167:268).

    Parameters
    ----------
    ratio, ci_low, ci_high : float
        Risk ratio and its interval, all above 0.

    Raises
    ------
    ValueError
        When they are not above 0 and in order.
    """
    if not 0 < ci_low <= ratio <= ci_high:
        raise ValueError("A risk ratio lies above 0 and within its interval.")
    nearest = ci_low if ratio > 1 else ci_high
    explained = ci_low <= 1 <= ci_high
    return EValue(_e_value(ratio), 1.0 if explained else _e_value(nearest))


def e_value_of_difference(d: float, ci_low: float, ci_high: float) -> EValue:
    """
    E-value of a standardised difference, taken for the risk ratio exp(0.91 d).

    As VanderWeele & Ding (2017, table 2), after Chinn (2000, Stat. Med. 19:3127). It presumes a normal outcome that is
    cut near its middle, so the E-value is rough.

    Parameters
    ----------
    d, ci_low, ci_high : float
        Difference in standard deviations, and its interval.

    Raises
    ------
    ValueError
        When the difference does not lie within its interval.
    """
    return e_value_of_ratio(*(float(np.exp(0.91 * value)) for value in (d, ci_low, ci_high)))


def _e_value(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return float(above + np.sqrt(above * (above - 1)))


def regression_to_the_mean(cutoff: float, *, mean: float, sd: float, retest: float, below: bool = True) -> float:
    """
    Change to expect, without any programme, of people who were picked for a low (or high) score at baseline.

    (1 − r) sd φ(z) / Φ(z) with z = (cutoff − mean) / sd, and its mirror image above (Davis 1976, Am. J. Epidemiol.
    104:493; Barnett, van der Pols & Dobson 2005, Int. J. Epidemiol. 34:215). Assumes normal scores whose mean and
    standard deviation stay the same when nothing happens.

    Parameters
    ----------
    cutoff : float
        Those below it (above it) were picked; in the scores' unit.
    mean, sd : float
        Of the baseline scores of everybody who could have been picked.
    retest : float
        Correlation of scores before and after when nothing happens, −1 to 1.
    below : bool
        Whether those below the cutoff were picked.

    Returns
    -------
    float
        In the scores' unit; at least 0 for those below, at most 0 for those above.

    Raises
    ------
    NotEstimableError
        'no_variation' when `sd` is not above 0, 'no_retest' when `retest` is NaN or no correlation, 'too_few_people'
        when a cutoff of ±∞ leaves nobody.
    """
    if not sd > 0:
        raise NotEstimableError("no_variation")
    if not -1 <= retest <= 1:
        raise NotEstimableError("no_retest")
    side = 1 if below else -1
    z = side * (cutoff - mean) / sd
    if z == -np.inf:
        raise NotEstimableError("too_few_people")
    ratio = np.sqrt(2 / np.pi) / erfcx(-z / np.sqrt(2))  # φ(z) / Φ(z), also far out in the tail
    return float(side * (1 - retest) * sd * ratio)


@dataclass(frozen=True)
class ThenTest:
    """
    Change measured with two yardsticks, among people who answered all three times.

    Attributes
    ----------
    change : Result
        After − before, as answered each time.
    retrospective : Result
        After − then: against how people see their start when they look back.
    response_shift : Result
        Then − before: how much people moved their yardstick, or misremember. change = retrospective + response shift.
    """

    change: Result
    retrospective: Result
    response_shift: Result


def then_test(
    pre: Vector, then: Vector, post: Vector, *, level: float, clusters: ArrayLike | None = None
) -> ThenTest:  # fmt: skip
    """
    Compare change with change as people see it looking back.

    Howard et al. (1979, Appl. Psychol. Meas. 3:1); each difference as
    `change_of_both`: by paired t, or by clusters. The comparison cannot tell a moved
    yardstick from poor memory or from the wish to see progress (Schwartz & Sprangers 1999, Soc. Sci. Med. 48:1531).

    Parameters
    ----------
    pre, then, post : array, shape (n,)
        Scores of the same people: before, of the start but asked afterwards, and after. NaN = absent.
    level : float
        Of the intervals.
    clusters : array-like, shape (n,), optional
        Cluster of each person, none missing. By default everyone is a cluster.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when fewer than two people have all three scores, 'no_variation' when everybody has the same
        difference of some two.
    """
    known = ~np.isnan([pre, then, post]).any(axis=0)
    pre, then, post = pre[known], then[known], post[known]
    units = None if clusters is None else np.asarray(clusters)[known]
    return ThenTest(
        change=change_of_both(pre, post, level=level, clusters=units),
        retrospective=change_of_both(then, post, level=level, clusters=units),
        response_shift=change_of_both(pre, then, level=level, clusters=units),
    )
