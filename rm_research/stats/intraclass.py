"""Intraclass correlations of ratings or occasions within people."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc, fdtri

from rm_research.stats.paired import NOISE, complete_pairs
from rm_research.stats.result import NotEstimableError, Result, Vector

Matrix = NDArray[np.float64]


def intraclass_correlations(ratings: Matrix, *, level: float) -> dict[str, Result]:
    """
    Agreement of k ratings, or occasions, of each of n people: the six forms of Shrout & Fleiss (1979).

    'ICC1': one rating, raters differ from person to person. 'ICC2': one rating, absolute agreement of the same
    raters, ICC(A,1) in McGraw & Wong (1996, Psychological Methods 1:30). 'ICC3': one rating, raters' levels set
    aside, ICC(C,1). The names with k are those of the mean of k ratings. Intervals as there, Table 7. They assume
    normal ratings with the same variance for all raters. Each form may be negative; that of a mean is −∞ where people's
    means differ so little that no positive variance can be ascribed to them.

    Parameters
    ----------
    ratings : array, shape (people, k)
        NaN = not rated; such people are left out.
    level : float
        Of the intervals.

    Returns
    -------
    dict of str to Result
        `statistic` is F and `p_value` that of the hypothesis that people do not differ; `std_error` and `df` are NaN.
        `details`: df1 and df2 of F, n.

    Raises
    ------
    NotEstimableError
        'too_few_items' when k is below two, 'too_few_people' when fewer than two are rated by all, 'no_variation' when
        people, or the ratings of a person once raters' levels are set aside, do not differ.
    """
    ratings = ratings[~np.isnan(ratings).any(axis=1)]
    n, k = ratings.shape
    if k < 2:
        raise NotEstimableError("too_few_items")
    if n < 2:
        raise NotEstimableError("too_few_people")
    # not pingouin: it rounds the ends, knows 95 % alone, takes over a second to load, and pandas warns of its calls
    people, within, raters, error = _mean_squares(ratings)
    single = {
        "ICC1": _consistency(people / within, (n - 1, n * (k - 1)), n, k, level),
        "ICC2": _agreement(people, raters, error, n, k, level),
        "ICC3": _consistency(people / error, (n - 1, (n - 1) * (k - 1)), n, k, level),
    }
    return single | {f"{form}k": _of_mean(result, k) for form, result in single.items()}


def _mean_squares(ratings: Matrix) -> tuple[float, float, float, float]:
    """Mean squares of people, within people, of raters, and of what is left (Shrout & Fleiss 1979, Table 1)."""
    n, k = ratings.shape
    centred = ratings - ratings.mean()
    by_person, by_rater = centred.mean(axis=1), centred.mean(axis=0)
    people, raters = k * (by_person**2).sum() / (n - 1), n * (by_rater**2).sum() / (k - 1)
    within = ((centred - by_person[:, None]) ** 2).sum() / (n * (k - 1))
    error = ((centred - by_person[:, None] - by_rater) ** 2).sum() / ((n - 1) * (k - 1))
    if min(people, error) <= (NOISE * np.abs(ratings).max()) ** 2:
        raise NotEstimableError("no_variation")
    return float(people), float(within), float(raters), float(error)


def _consistency(ratio: float, df: tuple[int, int], n: int, k: int, level: float) -> Result:
    """ICC(1) or ICC(C,1) from the F ratio of people to what varies within them."""
    upper = (1 + level) / 2
    ratios = np.array([ratio, ratio / fdtri(*df, upper), ratio * fdtri(*df[::-1], upper)])
    return _icc((ratios - 1) / (ratios + k - 1), ratio, df, n)


def _agreement(people: float, raters: float, error: float, n: int, k: int, level: float) -> Result:
    """ICC(A,1), with Satterthwaite's df for its interval (McGraw & Wong 1996, Table 7)."""
    icc = (people - error) / (people + (k - 1) * error + k * (raters - error) / n)
    a = k * icc / (n * (1 - icc))
    b = 1 + k * icc * (n - 1) / (n * (1 - icc))
    v = (a * raters + b * error) ** 2 / ((a * raters) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
    f_low, f_high = fdtri(n - 1, v, (1 + level) / 2), fdtri(v, n - 1, (1 + level) / 2)
    rest = k * raters + (k * n - k - n) * error
    low = n * (people - f_low * error) / (f_low * rest + n * people)
    high = n * (f_high * people - error) / (rest + n * f_high * people)
    return _icc(np.array([icc, low, high]), people / error, (n - 1, (n - 1) * (k - 1)), n)


def _icc(values: Vector, ratio: float, df: tuple[int, int], n: int) -> Result:
    estimate, low, high = (float(value) for value in values)
    details = {"df1": float(df[0]), "df2": float(df[1]), "n": float(n)}
    nan = float("nan")
    return Result(estimate, nan, nan, ratio, float(fdtrc(*df, ratio)), low, high, details)


def _of_mean(single: Result, k: int) -> Result:
    """Step up from one rating to the mean of k (Spearman 1910; Brown 1910); −∞ from −1 / (k − 1) down."""

    def stepped(icc: float) -> float:
        return k * icc / (1 + (k - 1) * icc) if 1 + (k - 1) * icc > 0 else -np.inf

    estimate, low, high = (stepped(icc) for icc in (single.estimate, single.ci_low, single.ci_high))
    return replace(single, estimate=estimate, ci_low=low, ci_high=high)


def retest_correlation(pre: Vector, post: Vector, *, level: float) -> Result:
    """
    Absolute agreement of a score with itself at a second wave, ICC(A,1): 'ICC2' of `intraclass_correlations`.

    It shows how precisely the scale measures only where nobody is expected to change, as in a comparison group.

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people; NaN = absent. People with one score are left out.
    level : float
        Of the interval.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when there are fewer than two, 'no_variation' when people's scores do not differ, or all changed
        by the same amount.
    """
    return intraclass_correlations(np.column_stack(complete_pairs(pre, post)), level=level)["ICC2"]
