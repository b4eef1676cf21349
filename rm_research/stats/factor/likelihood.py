"""Maximum likelihood for factor models, whether all items are answered or not."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rm_research.stats.factor.pattern import (
    Matrix,
    Model,
    Owners,
    Slopes,
    Values,
    implied,
    implied_slopes,
    standing,
)
from rm_research.stats.factor.sample import Blocks, Sample
from rm_research.stats.result import NotEstimableError, Vector

STEPS = 400
NEAR, CLOSE = 1.0, 1e-10  # in units of χ²: what a further step would gain
ROUNDING = 1e-13  # share of the deviance that is no difference
SINGULAR = 1e-12  # eigenvalue below which scaled information says nothing of a combination of parameters
DECIDED = 1e-10  # share of an item's variance below which the other items decide it
DAMPED, STUCK = 1e-4, 1e8  # damping where a step first fails, and where no step is left to try
AT_ONCE = 64  # blocks whose terms are held in memory together


class Maximum(NamedTuple):
    """
    Where the likelihood of a model with t parameters is highest.

    Attributes
    ----------
    parameters : array, shape (t,)
    deviance : float
    information : array, shape (t, t)
        Expected (Fisher) information on the parameters.
    """

    parameters: Vector
    deviance: float
    information: Matrix


class Weighted(NamedTuple):
    """
    Answers in the metric of the covariances of p items, a row for each block; 0 for items that it did not answer.

    Attributes
    ----------
    inverse : array, shape (b, p, p)
        V, the inverse of the covariances of the items answered.
    distance : array, shape (b, p)
        Vd, with d the distance of the block's means from the means.
    seen : array, shape (b, p, p)
        VTV, with T the block's second moments about the means.
    """

    inverse: Matrix
    distance: Matrix
    seen: Matrix


def deviance(fitted: Model, samples: Sequence[Sample], parameters: Vector) -> float:
    """
    −2 log-likelihood of normal answers, without its constant; infinite where covariances are singular, or none at all.

    People contribute what they answered (full information maximum likelihood: Arbuckle 1996; Enders & Bandalos 2001),
    which assumes that answers are missing at random.
    """
    groups = zip(samples, fitted.matrices(parameters), strict=True)
    return sum(deviance_at(people.blocks, *implied(values)) for people, values in groups)


def deviance_at(blocks: Blocks, means: Vector, covariances: Matrix) -> float:
    """Return the deviance of answers at these means and covariances."""
    own = _own(blocks, covariances)
    try:
        roots = np.linalg.cholesky(own)
    except np.linalg.LinAlgError:
        return np.inf
    shares = np.diagonal(roots, axis1=1, axis2=2) ** 2
    if (shares < DECIDED * np.diagonal(own, axis1=1, axis2=2)).any():
        return np.inf
    white = np.linalg.inv(roots)
    spread = ((white @ blocks.covariances) * white).sum(axis=(1, 2))
    distance = (white @ _off(blocks, means)[:, :, None])[:, :, 0]
    return float(blocks.sizes @ (np.log(shares).sum(axis=1) + spread + (distance**2).sum(axis=1)))


def _own(blocks: Blocks, covariances: Matrix) -> Matrix:
    """Covariances of the items each block answered; those it did not are as if of variance 1 and unrelated."""
    return np.where(blocks.together, covariances, np.eye(len(covariances)))


def _off(blocks: Blocks, means: Vector) -> Matrix:
    """Distances of the means of the items that each block answered, 0 for the others."""
    return np.where(np.diagonal(blocks.together, axis1=1, axis2=2), blocks.means - means, 0.0)


def weighted(blocks: Blocks, means: Vector, covariances: Matrix) -> Weighted:
    """Weigh answers by these covariances about these means."""
    inverse = np.where(blocks.together, np.linalg.inv(_own(blocks, covariances)), 0.0)
    distance = (inverse @ _off(blocks, means)[:, :, None])[:, :, 0]
    seen = inverse @ blocks.covariances @ inverse + distance[:, :, None] * distance[:, None, :]
    return Weighted(inverse, distance, seen)


def summed(blocks: Blocks, answers: Weighted) -> tuple[Vector, Matrix]:
    """
    Sum Vd and V − VTV over people, shapes (p,) and (p, p).

    They are −1/2 times the slope of the deviance by the means, and its slope by the covariances (Magnus & Neudecker
    2019, ch. 15).
    """
    return blocks.sizes @ answers.distance, np.tensordot(blocks.sizes, answers.inverse - answers.seen, 1)


def gradient(fitted: Model, samples: Sequence[Sample], parameters: Vector) -> tuple[Vector, Matrix]:
    """Slope of the deviance, shape (t,), and the Fisher information on the parameters, shape (t, t)."""
    t = len(parameters)
    slope, information = np.zeros(t), np.zeros((t, t))
    for people, values, owners in zip(samples, fitted.matrices(parameters), fitted.owners, strict=True):
        slopes, answers = implied_slopes(values, owners, t), weighted(people.blocks, *implied(values))
        distance, misfit = summed(people.blocks, answers)
        terms = (slopes.columns.T @ misfit @ slopes.columns)[slopes.left, slopes.right]
        slope += np.bincount(slopes.owners, terms, t) - 2 * slopes.means @ distance
        information += _products(people.blocks, answers.inverse, answers.inverse / 2, slopes)
    return slope, information


def _products(blocks: Blocks, inverse: Matrix, inner: Matrix, slopes: Slopes) -> Matrix:
    """Sum tr(V A X B) + aᵀVb over people, for A, B and a, b the slopes of two parameters and X the inner matrix."""
    total, t = np.zeros((len(slopes.owners),) * 2), len(slopes.means)
    outside, inside = (slopes.columns.T @ matrix @ slopes.columns for matrix in (inverse, inner))
    for first in range(0, len(blocks.sizes), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        lefts = outside[some, slopes.left[:, None], slopes.left]
        total += np.einsum(
            "b,bef,bef->ef", blocks.sizes[some], lefts, inside[some, slopes.right[:, None], slopes.right]
        )
    pairs = np.bincount((slopes.owners[:, None] * t + slopes.owners).ravel(), total.ravel(), t * t).reshape(t, t)
    return pairs + slopes.means @ np.tensordot(blocks.sizes, inverse, 1) @ slopes.means.T


def maximise(fitted: Model, samples: Sequence[Sample], start: Vector, *, steps: int = STEPS) -> Maximum:
    """
    Fit by Fisher scoring, damped as by Levenberg & Marquardt where a full step would not raise the likelihood.

    Near the maximum the observed information takes the place of the expected one (Newton's steps). Neither steps nor
    their end depend on the units of the items. Variances may become negative, as in most programs for factor models,
    so that a model which does not suit the data shows it.

    Raises
    ------
    NotEstimableError
        'not_converged' when no maximum is found in so many steps.
    """
    parameters, damping = start, SINGULAR
    lowest = deviance(fitted, samples, parameters)
    for _ in range(steps):
        slope, information = gradient(fitted, samples, parameters)
        scale = np.sqrt(np.diag(information))
        if not scale.min() > 0:
            break
        units, uphill, same = np.outer(scale, scale), slope / scale / 2, np.eye(len(scale))
        scaled = information / units
        gain = uphill @ np.linalg.solve(scaled + SINGULAR * same, uphill)
        if gain < CLOSE and np.linalg.eigvalsh(scaled)[0] > SINGULAR:
            return Maximum(parameters, lowest, information)
        if gain < NEAR:
            observed = _curvature(fitted, samples, parameters) / units
            scaled = observed if _is_definite(observed) else scaled
        while damping < STUCK:
            step = np.linalg.solve(scaled + damping * same, uphill) / scale
            now = deviance(fitted, samples, parameters - step)
            if now <= lowest + ROUNDING * abs(lowest):
                break
            damping = max(10 * damping, DAMPED)
        else:
            break
        parameters, lowest, damping = parameters - step, now, damping / 10 if damping > DAMPED else SINGULAR
    raise NotEstimableError("not_converged")


def covariance_of_estimates(fitted: Model, samples: Sequence[Sample], best: Maximum) -> Matrix:
    """
    Covariances of the estimates, shape (t, t).

    From the expected information where all items are answered; else from the observed information, because the
    expected one holds only where answers are missing completely at random (Kenward & Molenberghs 1998, Statistical
    Science 13:236).

    Raises
    ------
    NotEstimableError
        'not_converged' when the likelihood has no clear peak.
    """
    if all(people.complete for people in samples):
        return np.asarray(np.linalg.inv(best.information), float)
    scale = np.sqrt(np.diag(best.information))
    units = np.outer(scale, scale)
    observed = _curvature(fitted, samples, best.parameters) / units
    if not _is_definite(observed):
        raise NotEstimableError("not_converged")
    return np.asarray(np.linalg.inv(observed) / units, float)


def _is_definite(information: Matrix) -> bool:
    """Whether the likelihood falls in every direction."""
    try:
        np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return False
    return True


def _curvature(fitted: Model, samples: Sequence[Sample], parameters: Vector) -> Matrix:
    """
    Observed information on the parameters, shape (t, t): second derivatives of half the deviance.

    For slopes A, a and B, b of covariances and means by two parameters, the sum over people of
    tr(V A (VTV − V/2) B) + aᵀVb + (Vd)ᵀ(A V b + B V a) (Magnus & Neudecker 2019, ch. 15), and `_bends`.
    """
    t = len(parameters)
    total = np.zeros((t, t))
    for people, values, owners in zip(samples, fitted.matrices(parameters), fitted.owners, strict=True):
        slopes, answers = implied_slopes(values, owners, t), weighted(people.blocks, *implied(values))
        mixed = _bends(values, owners, *summed(people.blocks, answers), t)
        by_term = (answers.distance @ slopes.columns)[:, slopes.left]
        across = slopes.columns.T @ answers.inverse @ slopes.means.T
        np.add.at(
            mixed, slopes.owners, np.einsum("b,be,bet->et", people.blocks.sizes, by_term, across[:, slopes.right])
        )
        total += _products(people.blocks, answers.inverse, answers.seen - answers.inverse / 2, slopes)
        total += mixed + mixed.T
    return total


def _bends(values: Values, owners: Owners, distance: Vector, misfit: Matrix, t: int) -> Matrix:
    """What the second derivatives of the implied moments add, half of it: it is to be added to its transpose."""
    loadings, factors = standing(owners.loadings, t), standing(owners.factor_covariances, t)
    pull = misfit @ (loadings @ values.factor_covariances / 2 + values.loadings @ factors)
    pull -= distance[:, None] * standing(owners.factor_means, t)[:, None, :]
    return np.asarray(np.tensordot(pull, loadings, ([1, 2], [1, 2])), float)
