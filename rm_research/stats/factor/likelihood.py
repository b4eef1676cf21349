"""Maximum likelihood for factor models, whether all items are answered or not."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rm_research.stats.factor.pattern import Matrix, Model, implied, implied_slopes
from rm_research.stats.factor.sample import Block, Sample
from rm_research.stats.result import NotEstimableError, Vector

STEPS = 400
CLOSE = 1e-10  # in units of χ²: what a further step would gain
ROUNDING = 1e-13  # share of the deviance that is no difference
SINGULAR = 1e-12  # eigenvalue below which scaled information says nothing of a combination of parameters
DECIDED = 1e-10  # share of an item's variance below which the other items decide it
DAMPED, STUCK = 1e-4, 1e8  # damping where a step first fails, and where no step is left to try


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


def deviance(fitted: Model, samples: Sequence[Sample], parameters: Vector) -> float:
    """
    −2 log-likelihood of normal answers, without its constant; infinite where covariances are singular, or none at all.

    People contribute what they answered (full information maximum likelihood: Arbuckle 1996; Enders & Bandalos 2001),
    which assumes that answers are missing at random.
    """
    total = 0.0
    for people, values in zip(samples, fitted.matrices(parameters), strict=True):
        means, covariances = implied(values)
        for block in people.blocks:
            own = covariances[np.ix_(block.items, block.items)]
            try:
                root = np.linalg.cholesky(own)
            except np.linalg.LinAlgError:
                return np.inf
            if (np.diag(root) ** 2 < DECIDED * np.diag(own)).any():
                return np.inf
            white = np.linalg.inv(root)
            distance = white @ (block.means - means[block.items])
            spread = ((white @ block.covariances) * white).sum()
            total += block.n * (2 * np.log(np.diag(root)).sum() + spread + distance @ distance)
    return float(total)


def gradient(fitted: Model, samples: Sequence[Sample], parameters: Vector) -> tuple[Vector, Matrix]:
    """Slope of the deviance, shape (t,), and the Fisher information on the parameters, shape (t, t)."""
    t = len(parameters)
    slope, information = np.zeros(t), np.zeros((t, t))
    for people, values, slopes in zip(samples, fitted.matrices(parameters), fitted.slopes, strict=True):
        by_means, by_covariances = implied_slopes(values, slopes)
        by_covariances = by_covariances.reshape(t, -1)
        misfit, distance, weight, pairs = _summed(people.blocks, *implied(values))
        slope += by_covariances @ misfit.ravel() - 2 * by_means @ distance
        information += by_covariances @ pairs @ by_covariances.T / 2 + by_means @ weight @ by_means.T
    return slope, information


def _summed(blocks: Sequence[Block], means: Vector, covariances: Matrix) -> tuple[Matrix, Vector, Matrix, Matrix]:
    """
    Derivatives of the deviance by means and covariances of all p items (Magnus & Neudecker 2019, ch. 15).

    With V the inverse of the covariances of the items answered, 0 elsewhere, T the second moments about the means and
    d the distance of the means: sums over people of V − VTV, of Vd, of V, and of V ⊗ V, shape (p², p²).
    """
    p = len(means)
    misfit, distance, weight, pairs = np.zeros((p, p)), np.zeros(p), np.zeros((p, p)), np.zeros((p, p, p, p))
    for block in blocks:
        inverse, own = np.zeros((p, p)), np.ix_(block.items, block.items)
        inverse[own] = np.linalg.inv(covariances[own])
        off = inverse[:, block.items] @ (block.means - means[block.items])
        seen = inverse[:, block.items] @ block.covariances @ inverse[block.items]
        misfit += block.n * (inverse - seen - np.outer(off, off))
        distance += block.n * off
        weight += block.n * inverse
        pairs += block.n * inverse[:, None, :, None] * inverse[None, :, None, :]
    return misfit, distance, weight, pairs.reshape(p * p, p * p)


def maximise(fitted: Model, samples: Sequence[Sample], start: Vector) -> Maximum:
    """
    Fit by Fisher scoring, damped as by Levenberg & Marquardt where a full step would not raise the likelihood.

    Neither steps nor their end depend on the units of the items. Variances may become negative, as in most programs
    for factor models, so that a model which does not suit the data shows it.

    Raises
    ------
    NotEstimableError
        'not_converged' when no maximum is found.
    """
    parameters, damping = start, 0.0
    lowest = deviance(fitted, samples, parameters)
    for _ in range(STEPS):
        slope, information = gradient(fitted, samples, parameters)
        scale = np.sqrt(np.diag(information))
        if not scale.min() > 0:
            break
        values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
        uphill = vectors.T @ (slope / scale / 2)
        if values[0] > SINGULAR and (uphill**2 / values).sum() < CLOSE:
            return Maximum(parameters, lowest, information)
        while damping < STUCK:
            step = vectors @ (uphill / (np.maximum(values, SINGULAR) + damping)) / scale
            now = deviance(fitted, samples, parameters - step)
            if now <= lowest + ROUNDING * abs(lowest):
                break
            damping = max(10 * damping, DAMPED)
        else:
            break
        parameters, lowest, damping = parameters - step, now, damping / 10 if damping > DAMPED else 0.0
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
    expected = np.asarray(np.linalg.inv(best.information), float)
    if all(len(people.blocks) == 1 for people in samples):
        return expected
    steps = 1e-4 * np.sqrt(np.diag(expected))
    rows = [
        gradient(fitted, samples, best.parameters + step)[0] - gradient(fitted, samples, best.parameters - step)[0]
        for step in np.diag(steps)
    ]
    curvature = np.array(rows) * steps / 4  # of half the deviance, in units of the steps
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2)
    if values[0] <= 0:
        raise NotEstimableError("not_converged")
    half = steps[:, None] * vectors / np.sqrt(values)
    return half @ half.T
