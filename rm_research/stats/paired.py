"""Change of people measured twice: paired t and Hodges–Lehmann; and two unlinked samples."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri, stdtr

from rm_research.stats.result import NotEstimableError, Result, Vector, critical_value, t_result

NOISE = 1e-12  # differences below this share of the largest score are rounding, not answers


def complete_pairs(pre: Vector, post: Vector) -> tuple[Vector, Vector]:
    """
    Those people of whom both scores are known.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when there are fewer than two.
    """
    known = ~(np.isnan(pre) | np.isnan(post))
    if known.sum() < 2:
        raise NotEstimableError("too_few_pairs")
    return pre[known], post[known]


def paired_t(pre: Vector, post: Vector, *, level: float) -> Result:
    """
    Mean change with Student's t on the differences (Student 1908).

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people; NaN = absent. People with one score are left out.
    level : float
        Of the interval.

    Returns
    -------
    Result
        `details`: mean_pre, mean_post, sd_pre, sd_post, sd_change and r of the complete pairs.

    Raises
    ------
    NotEstimableError
        'too_few_pairs', or 'no_variation' when everybody changed by the same amount.
    """
    pre, post = complete_pairs(pre, post)
    change = post - pre
    if _alike(change, pre, post):
        raise NotEstimableError("no_variation")
    spread = change.std(ddof=1)
    varied = not (_alike(pre, pre) or _alike(post, post))
    details = _moments(pre, post) | {
        "sd_change": float(spread),
        "r": float(np.corrcoef(pre, post)[0, 1]) if varied else float("nan"),
    }
    return t_result(change.mean(), spread / np.sqrt(len(change)), len(change) - 1, level, details)


def _alike(values: Vector, *scores: Vector) -> bool:
    """Whether values computed from these scores differ only by rounding."""
    return bool(np.ptp(values) <= NOISE * max(np.abs(score).max() for score in scores))


def _moments(pre: Vector, post: Vector) -> dict[str, float]:
    return {
        "mean_pre": float(pre.mean()),
        "mean_post": float(post.mean()),
        "sd_pre": float(pre.std(ddof=1)),
        "sd_post": float(post.std(ddof=1)),
    }


def ends_of_mean(name: str, mean: float, std_error: float, df: float, level: float) -> dict[str, float]:
    """
    Ends of the interval of a mean, as details: mean ± t · std_error (Student 1908).

    Parameters
    ----------
    name : str
        Of the mean; the ends are called `<name>_low` and `<name>_high`.
    mean, std_error, df, level : float

    Returns
    -------
    dict of str to float
        NaN where nobody differs: an interval without width would claim to be sure.
    """
    half = critical_value(df, level) * std_error if std_error > 0 else float("nan")
    return {f"{name}_low": float(mean - half), f"{name}_high": float(mean + half)}


class Spread(NamedTuple):
    """
    How much further apart people were after than before.

    Attributes
    ----------
    ratio : float
        Standard deviation after, as a multiple of that before.
    statistic, df, p_value : float
        Of the test that both are equal, two-sided.
    """

    ratio: float
    statistic: float
    df: float
    p_value: float


def spread_ratio(pre: Vector, post: Vector) -> Spread:
    """
    Compare the spread of the same people's scores at two waves (Pitman 1939, Morgan 1939, Biometrika 31:9 and 13).

    Sums and differences of two scores are uncorrelated where both have the same variance: t = r √((n − 2)/(1 − r²)),
    with r their correlation. Assumes normal scores.

    Parameters
    ----------
    pre, post : array, shape (people,)
        NaN = absent; people with only one score are left out.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' with fewer than three people, 'no_variation' where the scores of a wave, or all changes or sums,
        are equal.
    """
    both = ~np.isnan(pre + post)
    pre, post = pre[both], post[both]
    if len(pre) < 3:
        raise NotEstimableError("too_few_pairs")
    if any(_alike(values, pre, post) for values in (pre, post, pre + post, post - pre)):
        raise NotEstimableError("no_variation")
    r, df = float(np.corrcoef(pre + post, post - pre)[0, 1]), len(pre) - 2
    statistic = r * np.sqrt(df / max(1 - r**2, np.finfo(float).eps ** 2))
    ratio = float(post.std(ddof=1) / pre.std(ddof=1))
    return Spread(ratio, float(statistic), float(df), float(2 * stdtr(df, -abs(statistic))))


def hodges_lehmann(pre: Vector, post: Vector, *, level: float) -> Result:
    """
    Median of the pairwise averages of the changes, among people whose score changed.

    As R's wilcox.test(paired = TRUE, exact = FALSE): zero changes are dropped, the test has a continuity correction and
    a variance corrected for ties (Hollander & Wolfe 1999, §3.1), and the interval (their §3.3) are the Walsh averages
    between which that test does not reject. R finds them by root search, to 1e-4; here they are exact. Ties are those
    of the floating-point changes, as in R by default (digits.rank).

    Returns
    -------
    Result
        `std_error` and `df` are NaN; `statistic` is V, the sum of positive ranks. `details`: n_changed.

    Raises
    ------
    NotEstimableError
        'no_variation' when nobody changed, or all who did by the same amount; 'too_few_pairs' when too few changed for
        an interval of that level (six are needed at 95 %).
    """
    pre, post = complete_pairs(pre, post)
    change = (post - pre)[post != pre]
    if not len(change) or (len(change) > 1 and _alike(change, pre, post)):
        raise NotEstimableError("no_variation")
    walsh = _walsh_averages(change)
    # The test of a shift d ranks |change − d|; where d is no Walsh average, only equal changes tie.
    outside = _not_rejected(len(walsh), _sd_of_ranks(change), level)
    if outside < 1:
        raise NotEstimableError("too_few_pairs")
    v = float((walsh > 0).sum() + (walsh == 0).sum() / 2)  # Tukey (1949): as many as the sum of positive ranks
    centred = v - len(walsh) / 2
    z = (centred - np.sign(centred) * 0.5) / _sd_of_ranks(np.abs(change))
    return Result(
        estimate=float(np.median(walsh)),
        std_error=float("nan"),
        df=float("nan"),
        statistic=v,
        p_value=float(2 * ndtr(-abs(z))),
        ci_low=float(walsh[outside - 1]),
        ci_high=float(walsh[-outside]),
        details={"n_changed": float(len(change))},
    )


def _walsh_averages(change: Vector) -> Vector:
    """Averages of all pairs of changes, each also with itself, in order; n(n + 1)/2 of them."""
    first, second = np.triu_indices(len(change))
    return np.sort((change[first] + change[second]) / 2)


def _sd_of_ranks(values: Vector) -> float:
    """Return the standard deviation of V when equal values share their ranks (Hollander & Wolfe 1999, §3.1)."""
    n, ties = len(values), np.unique(values, return_counts=True)[1]
    return float(np.sqrt(n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48))


def _not_rejected(n_walsh: int, sd: float, level: float) -> int:
    """Place, from either end, of the outermost Walsh average in the interval; below 1 where it has no end."""
    return int(np.ceil(n_walsh / 2 - 0.5 - ndtri((1 + level) / 2) * sd))


def welch(pre: Vector, post: Vector, *, level: float) -> Result:
    """
    Difference of two waves whose people cannot be linked (Welch 1947).

    Treating linked people as unlinked widens the interval where scores correlate positively over time.

    Returns
    -------
    Result
        `details`: mean_pre, mean_post, sd_pre, sd_post, and the ends of both means' intervals by Student's t on that
        wave's own people (mean_pre_low, mean_pre_high, mean_post_low, mean_post_high), NaN where they are all equal.

    Raises
    ------
    NotEstimableError
        'too_few_people' when a wave has fewer than two, 'no_variation' when all scores are equal.
    """
    pre, post = pre[~np.isnan(pre)], post[~np.isnan(post)]
    if min(len(pre), len(post)) < 2:
        raise NotEstimableError("too_few_people")
    if _alike(pre, pre) and _alike(post, post):
        raise NotEstimableError("no_variation")
    a, b = pre.var(ddof=1) / len(pre), post.var(ddof=1) / len(post)
    df = (a + b) ** 2 / (a**2 / (len(pre) - 1) + b**2 / (len(post) - 1))
    details = _moments(pre, post)
    for name, wave in (("pre", pre), ("post", post)):
        error = 0.0 if _alike(wave, wave) else details[f"sd_{name}"] / np.sqrt(len(wave))
        details |= ends_of_mean(f"mean_{name}", details[f"mean_{name}"], error, len(wave) - 1, level)
    return t_result(post.mean() - pre.mean(), np.sqrt(a + b), df, level, details)
