"""Change in standard deviations: of the change, of the scores, and compared with another group."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, gammaln, nctdtr

from rm_research.stats.paired import NOISE, complete_pairs, paired_t
from rm_research.stats.result import NotEstimableError, Result, Vector, t_result

NAN = float("nan")
LARGE = 1e4  # t beyond which its spread is that of the standard deviation alone, to (1 / t)²


def small_sample_factor(df: float) -> float:
    """J, by which d overestimates in small samples (Hedges 1981, eq. 6e: the exact gamma form)."""
    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2) - np.log(np.sqrt(df / 2))))


def standardised_change(pre: Vector, post: Vector, *, level: float) -> Result:
    """
    Mean change in units of the average standard deviation, corrected for small samples: g_av.

    d_av = mean change / √((s₁² + s₂²)/2), with variance and normal interval by Bonett (2008, Psychological Methods
    13:99, with n − 1). The estimate and its standard error are then multiplied by Hedges' J(n − 1); the interval stays
    that of d_av, as Bonett has it: multiplied by J it would cover too seldom (.93 for .95 among 12 people). Assumes
    normal scores.

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people; NaN = absent. People with one score are left out.
    level : float
        Of the interval.

    Returns
    -------
    Result
        In standard deviations, without unit. `details`: d_av and J.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when fewer than three, or 'no_variation' when a wave's scores are all alike or everybody changed
        by the same amount.
    """
    change = _change(pre, post, level)
    d, std_error = _bonett(change)
    j = small_sample_factor(change.df)
    result = t_result(d, std_error, NAN, level, {"d_av": d, "J": j})
    return replace(result, estimate=j * d, std_error=j * std_error)


def d_z(pre: Vector, post: Vector, *, level: float) -> Result:
    """
    Mean change in standard deviations of the change, for planning.

    Interval: the noncentralities at which the observed t is the upper and the lower end of its distribution, divided by
    √n (Steiger & Fouladi 1997; Cumming & Finch 2001, Educ. Psychol. Meas. 61:532): exact where changes are normal. It
    grows with the correlation of the waves, so it does not compare with d of other standardisers.

    Returns
    -------
    Result
        `std_error` is NaN; statistic, df and p-value are those of the paired t test, which is significant exactly where
        the interval leaves out 0. `details`: J(n − 1) and g_z, g_low, g_high, which are estimate and ends times J.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when fewer than three, or 'no_variation' when everybody changed by the same amount.
    """
    change = _change(pre, post, level)
    root_n, j = np.sqrt(change.df + 1), small_sample_factor(change.df)
    low, high = (float(end / root_n) for end in _noncentralities(change.statistic, change.df, level))
    d = change.estimate / change.details["sd_change"]
    details = {"J": j, "g_z": j * d, "g_low": j * low, "g_high": j * high}
    return Result(d, NAN, change.df, change.statistic, change.p_value, low, high, details)


def d_rm(pre: Vector, post: Vector, *, level: float) -> Result:
    """
    Mean change in standard deviations of the scores, by way of the correlation: d_rm.

    d_rm = d_z √(2(1 − r)) (Morris & DeShon 2002, Psychological Methods 7:105, eq. 8), which is d_av where both waves
    spread alike. No interval of its own is established: it is given the normal one with d_av's standard error (Bonett
    2008), which covered .94 to .97 for .95 in simulations of 8 to 60 people, also where the waves spread differently.
    Assumes normal scores.

    Returns
    -------
    Result
        `details`: r, J(n − 1), and g_rm, which is the estimate times J.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when fewer than three, or 'no_variation' when a wave's scores are all alike or one wave's follow
        from the other's without error.
    """
    change = _change(pre, post, level)
    r, std_error, j = _correlation(change), _bonett(change)[1], small_sample_factor(change.df)
    if 1 - r <= NOISE:
        raise NotEstimableError("no_variation")
    d = float(change.estimate / change.details["sd_change"] * np.sqrt(2 * (1 - r)))
    return t_result(d, std_error, NAN, level, {"r": r, "J": j, "g_rm": j * d})


def _change(pre: Vector, post: Vector, level: float) -> Result:
    """Paired t of at least three pairs, which J needs."""
    pre, post = complete_pairs(pre, post)
    if len(pre) < 3:
        raise NotEstimableError("too_few_pairs")
    return paired_t(pre, post, level=level)


def _correlation(change: Result) -> float:
    r = change.details["r"]
    if np.isnan(r):
        raise NotEstimableError("no_variation")
    return r


def _bonett(change: Result) -> tuple[float, float]:
    """d_av and its standard error (Bonett 2008)."""
    v1, v2 = change.details["sd_pre"] ** 2, change.details["sd_post"] ** 2
    r, df, average = _correlation(change), change.df, (v1 + v2) / 2
    d = change.estimate / np.sqrt(average)
    variance = d**2 * (v1**2 + v2**2 + 2 * r**2 * v1 * v2) / (8 * df * average**2)
    variance += (v1 + v2 - 2 * r * np.sqrt(v1 * v2)) / (df * average)
    return float(d), float(np.sqrt(variance))


def _noncentralities(t: float, df: float, level: float) -> tuple[float, float]:
    """The δ at which P(T ≤ t), T noncentral t(df, δ), is (1 + level)/2, and that at which it is (1 − level)/2."""
    if t < 0:
        low, high = _noncentralities(-t, df, level)
        return -high, -low
    if t > LARGE:  # the normal part is negligible next to the chi part, and scipy has no value for far larger ones
        low, high = (t * np.sqrt(chdtri(df, (1 + side * level) / 2) / df) for side in (1, -1))
        return float(low), float(high)

    def excess(noncentrality: float, share: float) -> float:
        return float(nctdtr(df, noncentrality, t) - share)

    # Roughly normal around t with this standard deviation (Johnson & Welch 1940); the root is looked for well beyond.
    reach = 2.0 * np.sqrt(1 + t**2 / (2 * df))
    low, high = t - reach, t + reach
    while excess(low, (1 + level) / 2) < 0:
        low -= reach
    while excess(high, (1 - level) / 2) > 0:
        high += reach
    first, last = (brentq(excess, low, high, args=((1 + side * level) / 2,), xtol=1e-12) for side in (1, -1))
    return float(first), float(last)


@dataclass(frozen=True)
class ArmSummary:
    """
    One arm before and after, as publications report it.

    Attributes
    ----------
    n : int
        People with both scores.
    mean_change : float
        After − before.
    sd_pre : float
        Of the scores before, with n − 1.
    r : float
        Correlation of both scores.
    """

    n: int
    mean_change: float
    sd_pre: float
    r: float


def summarise(pre: Vector, post: Vector) -> ArmSummary:
    """
    Size, mean change, standard deviation before and correlation of the complete pairs of one arm.

    Raises
    ------
    NotEstimableError
        As `standardised_change`. With two pairs the correlation is always 1 or −1, so three are needed.
    """
    change = _change(pre, post, 0.95)
    return ArmSummary(int(change.df) + 1, change.estimate, change.details["sd_pre"], _correlation(change))


def d_ppc2(pre: Vector, post: Vector, in_arm: Vector, *, level: float) -> Result:
    """
    Difference of the mean changes in standard deviations before: Morris' d_ppc2.

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people; NaN = absent. People with one score are left out.
    in_arm : array, shape (n,)
        1 in the programme, 0 in the comparison.
    level : float
        Of the interval.

    Returns
    -------
    Result
        As `d_ppc2_of_summaries`.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when an arm has fewer than three, or 'no_variation' when an arm's scores of a wave are all
        alike or everybody in it changed by the same amount.
    """
    programme, comparison = (summarise(pre[in_arm == arm], post[in_arm == arm]) for arm in (1, 0))
    return d_ppc2_of_summaries(programme, comparison, level=level)


def d_ppc2_of_summaries(programme: ArmSummary, comparison: ArmSummary, *, level: float) -> Result:
    """
    Morris' d_ppc2 from what publications report.

    Morris (2008, Organizational Research Methods 11:364): eq. 8 with his approximate small-sample factor c_P (eq. 10)
    and the pooled standard deviation before (eq. 9); variance by eq. 25 with the correlation pooled by degrees of
    freedom; normal interval. Assumes normal scores, and the same variance before and the same correlation in both arms.

    Parameters
    ----------
    programme, comparison : ArmSummary
        Each of at least three people, with `sd_pre` above 0.
    level : float
        Of the interval.

    Returns
    -------
    Result
        `details`: c_P, sd_pre (pooled) and r (pooled).
    """
    arms, df = (programme, comparison), programme.n + comparison.n - 2
    sd = np.sqrt(sum((arm.n - 1) * arm.sd_pre**2 for arm in arms) / df)
    r = sum((arm.n - 1) * arm.r for arm in arms) / df
    c_p = 1 - 3 / (4 * df - 1)
    d = c_p * (programme.mean_change - comparison.mean_change) / sd
    unit = 2 * (1 - r) * (1 / programme.n + 1 / comparison.n)  # of the uncorrected d, were the standard deviation known
    variance = c_p**2 * df / (df - 2) * (unit + d**2) - d**2
    return t_result(d, np.sqrt(variance), NAN, level, {"c_P": c_p, "sd_pre": float(sd), "r": r})
