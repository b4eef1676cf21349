"""What happened to single people: who improved, and who by more than scores waver."""

from dataclasses import dataclass, replace

import numpy as np

from rm_research.stats.paired import NOISE, complete_pairs
from rm_research.stats.result import NotEstimableError, Result, Vector

NAN = float("nan")
RELIABLE = 1.96  # change in standard errors of a difference (Jacobson & Truax 1991)


def wilson(count: int, n: int, *, level: float) -> Result:
    """
    Share with Wilson's score interval.

    The shares that the score test does not reject (Wilson 1927; Newcombe 1998, Stat. Med. 17:857, method 3), without
    continuity correction. It lies within 0 to 1 and has a width also where nobody or everybody counts. Assumes
    independent people.

    Parameters
    ----------
    count, n : int
        Those who count, among how many.
    level : float
        Of the interval.

    Returns
    -------
    Result
        A share, 0 to 1; std_error, df, statistic and p-value are NaN.

    Raises
    ------
    NotEstimableError
        'too_few_people' when n is 0.
    """
    if n < 1:
        raise NotEstimableError("too_few_people")
    # loads scipy.stats, for which `rm-research check` should not wait
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, n, alpha=1 - level, method="wilson")
    ends = (low if count > 0 else 0.0, high if count < n else 1.0)  # exactly so apart from rounding
    return Result(count / n, NAN, NAN, NAN, NAN, *ends, {})


def share_improved(pre: Vector, post: Vector, *, level: float, threshold: float = 0.0, sign: int = 1) -> Result:
    """
    Share of the people with both scores who improved, with Wilson's interval.

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people; NaN = absent. People with one score are left out.
    level : float
        Of the interval.
    threshold : float
        Change that must be exceeded, in the scores' unit, at least 0. Changes within ± threshold count as none.
    sign : int
        1 where higher scores are better, −1 where lower ones are.

    Returns
    -------
    Result
        As `wilson`. `details`: n_improved, n_unchanged, n_worse. The people without change count in the denominator.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when fewer than two people have both scores.
    """
    pre, post = complete_pairs(pre, post)
    return _share(sign * (post - pre), threshold, NOISE * _size(pre, post), level)


def measurement_error(sd: float, retest: float) -> float:
    """
    Standard error of measurement: sd √(1 − retest) (Jacobson & Truax 1991).

    Parameters
    ----------
    sd : float
        Of the scores, in their unit.
    retest : float
        Correlation of the scores of people to whom nothing happened in between, 0 to 1: of a comparison group, or
        published for as long an interval. Never the internal consistency of one wave (alpha): that leaves out how
        people waver between two days, and changes would look reliable too often.

    Raises
    ------
    NotEstimableError
        'no_retest' when `retest` is NaN, negative or not below 1.
    """
    if not 0 <= retest < 1:
        raise NotEstimableError("no_retest")
    return float(sd * np.sqrt(1 - retest))


def reliable_change_index(pre: Vector, post: Vector, *, sd: float, retest: float) -> Vector:
    """
    Change of each person in standard errors of a difference: the reliable change index.

    (post − pre) / (√2 · standard error of measurement) (Jacobson & Truax 1991, J. Consult. Clin. Psychol. 59:12).
    Assumes that errors are normal, of the same size for everybody and independent between the waves.

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people.
    sd, retest : float
        As `measurement_error`.

    Returns
    -------
    array, shape (n,)
        NaN where a score is absent.

    Raises
    ------
    NotEstimableError
        'no_retest', or 'no_variation' when `sd` is 0.
    """
    error = measurement_error(sd, retest)
    if not error > 0:
        raise NotEstimableError("no_variation")
    return (post - pre) / (np.sqrt(2) * error)


@dataclass(frozen=True, eq=False)
class ReliableChange:
    """
    Who changed by more than scores waver on their own.

    Attributes
    ----------
    index : array, shape (n,)
        Change of each person in standard errors of a difference, post − pre; NaN where a score is absent.
    threshold : float
        Change that is taken for reliable when exceeded, in the scores' unit: 1.96 standard errors of a difference. Of
        people to whom nothing happens about one in forty exceeds it in either direction.
    improved, deteriorated : Result
        Shares of the people with both scores, with Wilson's interval. `details`: n_improved, n_unchanged, n_worse.
    """

    index: Vector
    threshold: float
    improved: Result
    deteriorated: Result


def reliable_change(
    pre: Vector, post: Vector, *, retest: float, level: float, sd: float | None = None, sign: int = 1
) -> ReliableChange:
    """
    Shares of people who improved or deteriorated reliably (Jacobson & Truax 1991).

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people; NaN = absent.
    retest : float
        As `measurement_error`: a retest correlation, never alpha.
    level : float
        Of the intervals. The threshold is 1.96 standard errors of a difference at any level.
    sd : float, optional
        Of the scores before; by default that of the people with both scores.
    sign : int
        1 where higher scores are better, −1 where lower ones are.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when fewer than two people have both scores, 'no_retest', or 'no_variation' when the scores
        before are all alike.
    """
    before, after = complete_pairs(pre, post)
    spread = float(before.std(ddof=1)) if sd is None else sd
    if not spread > NOISE * _size(before, after):
        raise NotEstimableError("no_variation")
    index = reliable_change_index(pre, post, sd=spread, retest=retest)
    gains = sign * index[~np.isnan(index)]
    improved, deteriorated = (_share(side * gains, RELIABLE, 0.0, level) for side in (1, -1))
    threshold = RELIABLE * np.sqrt(2) * measurement_error(spread, retest)
    counts = improved.details
    return ReliableChange(index, float(threshold), improved, replace(deteriorated, details=counts))


def _share(gains: Vector, threshold: float, noise: float, level: float) -> Result:
    """Share of gains above the threshold; what exceeds it by less than `noise` is rounding."""
    improved, worse = (int((side * gains - threshold > noise).sum()) for side in (1, -1))
    counts = {"n_improved": improved, "n_unchanged": len(gains) - improved - worse, "n_worse": worse}
    details = {name: float(value) for name, value in counts.items()}
    return replace(wilson(improved, len(gains), level=level), details=details)


def _size(*scores: Vector) -> float:
    return max(float(np.abs(score).max()) for score in scores)
