"""Change, and difference from a comparison, of everyone measured at the start; people who left are imputed."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from rm_research.stats.imputation import LEAST_DF, Mask, impute
from rm_research.stats.paired import NOISE
from rm_research.stats.regression import Matrix, least_squares, residual_weights, robust
from rm_research.stats.result import NotEstimableError, Result, Vector
from rm_research.stats.rubin import pool

IN_ARM = 1  # column of the design


@dataclass(frozen=True, eq=False)
class Completed:
    """
    Everyone of an arm who was measured at the start, n people, with m sets of scores after.

    Attributes
    ----------
    measured : array of bool, shape (people,)
        Who of those handed in is here: those with a score before.
    pre : array, shape (n,)
    post : array, shape (m, n)
    left : array of bool, shape (n,)
        Whose score after is drawn.
    """

    measured: Mask
    pre: Vector
    post: Matrix
    left: Mask

    def shifted(self, shift: float) -> Matrix:
        """Scores after, those drawn moved by `shift`; shape (m, n)."""
        return self.post + shift * self.left


@dataclass(frozen=True, eq=False)
class PerImputation:
    """
    What each of m imputed data sets gives.

    Attributes
    ----------
    estimates, std_errors : array, shape (m,)
    df : float
        Degrees of freedom in complete data.
    """

    estimates: Vector
    std_errors: Vector
    df: float

    def pooled(self, *, level: float) -> Result:
        """As one, by `pool`."""
        return pool(self.estimates, self.std_errors, self.df, level=level)


def complete_posts(
    pre: Vector, post: Vector, draws: np.random.Generator, *, m: int, auxiliary: Matrix | None = None,
    limits: tuple[float, float] | None = None, step: float | None = None,
) -> Completed:  # fmt: skip
    """
    Draw the scores after of those who have one before but none after.

    By `impute`, within one arm: each arm has a regression of its own. Assumes that, among people of the arm with equal
    scores before (and auxiliary values), people who left would have scored like people who stayed.

    Parameters
    ----------
    pre, post : array, shape (people,)
        Scores of one arm; NaN = absent. People without a score before take no part.
    draws : Generator
    m : int
        Number of imputations: about as many as per cent of people are missing (White, Royston & Wood 2011, sect. 7).
    auxiliary : array, shape (people, a), optional
        Further columns that help to predict, the most helpful first; NaN = missing.
    limits, step : optional
        As `impute`.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when somebody left and fewer than seven stayed, or nobody was measured at the start.
    """
    measured = ~np.isnan(pre)
    pre, post = pre[measured], post[measured]
    left = np.isnan(post)
    if not len(pre) or (left.any() and (~left).sum() < LEAST_DF + 2):
        raise NotEstimableError("too_few_pairs")
    further = None if auxiliary is None else auxiliary[measured]
    values = np.column_stack([pre, post])
    filled = impute(values, draws, m=m, auxiliary=further, limits=limits, step=step)
    return Completed(measured, pre, filled[:, :, 1], left)


def imputed_change(arm: Completed, *, level: float, largest_shift: float | None = None) -> Result:
    """
    Mean change of everyone measured at the start, with imputation for people who left.

    In each imputed data set the mean of after − before with Student's standard error; pooled by `pool`.

    Parameters
    ----------
    arm : Completed
    level : float
        Of the interval.
    largest_shift : float, optional
        How far people who left may be shifted to find the tipping point; None = it is not searched.

    Returns
    -------
    Result
        `details`: as `pool`; n_imputed; where the interval leaves out 0 and somebody left, largest_shift, and
        tipping_shift (`tipping_point`) unless no shift up to the largest tips it.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when fewer than two people were measured at the start; 'no_variation' when everybody changed by
        the same amount.
    """
    if len(arm.pre) < 2:
        raise NotEstimableError("too_few_pairs")
    return _with_tipping_point(partial(_changes, arm), int(arm.left.sum()), level, largest_shift)


def _changes(arm: Completed, shift: float) -> PerImputation:
    post = arm.shifted(shift)
    change = post - arm.pre
    n = change.shape[1]
    spread = change.std(axis=1, ddof=1)
    if spread.min() <= NOISE * max(np.abs(arm.pre).max(), np.abs(post).max()):
        raise NotEstimableError("no_variation")
    return PerImputation(change.mean(axis=1), spread / np.sqrt(n), n - 1)


def imputed_ancova(
    arm: Completed, comparison: Completed, *, level: float, clusters: ArrayLike | None = None,
    largest_shift: float | None = None,
) -> Result:  # fmt: skip
    """
    Difference between the arms in the score after, at equal score before, of everyone measured at the start.

    In each imputed data set least squares of after on 1, arm, before, with HC2, or with CR2 and its Satterthwaite
    degrees of freedom where there are clusters; pooled by `pool`. The imputation itself knows no clusters, which makes
    the interval slightly too narrow where people in a cluster are similar and many left (Andridge 2011).

    Parameters
    ----------
    arm, comparison : Completed
        Imputed each for itself.
    level : float
        Of the interval.
    clusters : array-like, optional
        Cluster of everyone measured at the start, those of the arm first, none missing.
    largest_shift : float, optional
        As `imputed_change`. People who left the arm are shifted, people who left the comparison are not.

    Returns
    -------
    Result
        `details`: as `imputed_change`; n_imputed counts both arms.

    Raises
    ------
    NotEstimableError
        As `least_squares` and `robust`.
    """
    n_imputed = int(arm.left.sum() + comparison.left.sum())
    return _with_tipping_point(partial(_ancovas, arm, comparison, clusters), n_imputed, level, largest_shift)


def _ancovas(arm: Completed, comparison: Completed, clusters: ArrayLike | None, shift: float) -> PerImputation:
    pre = np.concatenate([arm.pre, comparison.pre])
    X = np.column_stack([np.ones(len(pre)), np.arange(len(pre)) < len(arm.pre), pre])
    posts = np.concatenate([arm.shifted(shift), comparison.post], axis=1)
    # the imputations differ only in their scores after, so everything that depends on the design is computed once
    first = least_squares(X, posts[0])
    one = robust(first, IN_ARM, clusters=clusters, level=0.95)
    coefficients = posts @ X @ first.root @ first.root.T
    residuals = posts - coefficients @ X.T
    if np.abs(residuals).max(axis=1).min() <= NOISE * np.abs(posts).max():
        raise NotEstimableError("no_variation")
    pull = residual_weights(first, IN_ARM, clusters=clusters)
    return PerImputation(coefficients[:, IN_ARM], np.sqrt(((residuals @ pull) ** 2).sum(axis=1)), one.df)


def _with_tipping_point(
    shifted: Callable[[float], PerImputation], n_imputed: int, level: float, largest: float | None
) -> Result:
    result = shifted(0.0).pooled(level=level)
    further = {"n_imputed": float(n_imputed)}
    if largest is not None and n_imputed and not result.ci_low <= 0 <= result.ci_high:
        further["largest_shift"] = largest
        # without this detail no shift changes the finding; the estimate remains valid
        with suppress(NotEstimableError):
            further["tipping_shift"] = tipping_point(shifted, level=level, largest=largest)
    return result.detailed(**further)


def tipping_point(shifted: Callable[[float], PerImputation], *, level: float, largest: float) -> float:
    """
    Smallest shift of people who left, away from the finding, at which the interval includes 0.

    Delta adjustment (Rubin 1987, ch. 6; van Buuren 2018, sect. 9.2): the draws stay as they are and all
    move by one number. The estimates are then linear in it and the squared standard errors quadratic, so that three
    shifts tell all, and the end of the interval next to 0 passes 0 once on the way; the root is found to rounding.

    Parameters
    ----------
    shifted : callable
        Return what each imputed data set gives when what was drawn is moved by that much: least squares, or a mean.
    level : float
        Of the interval.
    largest : float
        Largest shift, in either direction, that is looked at; above 0.

    Returns
    -------
    float
        In the unit of the scores. Below 0 where those who left must have scored lower than drawn for the finding to
        vanish.

    Raises
    ------
    NotEstimableError
        'already_unclear' when the interval includes 0 without a shift; 'never_tips' when no shift up to `largest` makes
        it include 0, as where nobody left.
    """
    three = [shifted(shift) for shift in (-largest, 0.0, largest)]
    df, start = three[1].df, three[1].pooled(level=level)
    if start.ci_low <= 0 <= start.ci_high:
        raise NotEstimableError("already_unclear")
    side = 1.0 if start.estimate > 0 else -1.0
    estimates = np.array([each.estimates for each in three])
    variances = np.array([each.std_errors**2 for each in three])

    def margin(share: float) -> float:
        """How far the interval stays off 0 at that share of the largest shift, by interpolation."""
        weights = np.array([share * (share - 1) / 2, 1 - share**2, share * (share + 1) / 2])
        result = pool(weights @ estimates, np.sqrt(weights @ variances), df, level=level)
        return result.ci_low if side > 0 else -result.ci_high

    far = -side * np.sign((estimates[2] - estimates[0]).mean())
    if margin(far) > 0:
        raise NotEstimableError("never_tips")
    return float(brentq(margin, 0.0, far, xtol=1e-14, rtol=1e-14) * largest)
