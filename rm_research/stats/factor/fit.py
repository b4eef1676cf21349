"""Patterns fitted to people: starting values, unrestricted moments, and what is read off a fit."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rm_research.stats.factor.likelihood import (
    Maximum,
    covariance_of_estimates,
    deviance_at,
    maximise,
    summed,
    weighted,
)
from rm_research.stats.factor.pattern import (
    FIXED,
    Matrix,
    Model,
    Owners,
    Pattern,
    Values,
    implied,
    implied_slopes,
    model,
    standing,
)
from rm_research.stats.factor.sample import Sample
from rm_research.stats.result import NotEstimableError, Vector

STEPS, CLOSE = 2000, 1e-14  # of the EM algorithm, and what a further step would gain, in units of χ²
# where the search starts: from which principal component (-1 is the first) of its items, and with what share of that
# component's variance, a factor is made; a likelihood can have several maxima where the model does not suit the answers
STARTS = ((-1, 0.7), (-1, 0.3), (-2, 0.7))
FURTHER_STEPS = 100  # of the search from a further start: where a maximum is found, it rarely takes more than 30
SAME = 1e-6  # maxima whose deviances differ by less are one
ALIKE = 1e-9  # a correlation matrix with a smaller eigenvalue is singular apart from rounding
IMPROPER = -1e-8  # an eigenvalue below this, with item variances 1, is negative


class Unrestricted(NamedTuple):
    """
    Moments of p items that no model restricts, most likely given all answers, and their deviance.

    Attributes
    ----------
    means : array, shape (p,)
    covariances : array, shape (p, p)
    deviance : float
    """

    means: Vector
    covariances: Matrix
    deviance: float


@dataclass(frozen=True)
class Fit:
    """
    A model with t parameters, fitted to one or several groups.

    Attributes
    ----------
    model : Model
    samples : tuple of Sample
        For each group.
    unrestricted : tuple of Unrestricted
        For each group.
    best : Maximum
    """

    model: Model
    samples: tuple[Sample, ...]
    unrestricted: tuple[Unrestricted, ...]
    best: Maximum

    def matrices(self) -> list[Values]:
        """Matrices of each group."""
        return self.model.matrices(self.best.parameters)

    def covariances(self) -> Matrix:
        """Covariances of the estimates, shape (t, t)."""
        return covariance_of_estimates(self.model, self.samples, self.best)


def fit(
    patterns: Sequence[Pattern], samples: Sequence[Sample], moments: Sequence[Unrestricted], *,
    restricted: Fit | None = None,
) -> Fit:  # fmt: skip
    """
    Fit one pattern a group: from several starts, of whose maxima the highest counts.

    Parameters
    ----------
    patterns : sequence of Pattern
    samples : sequence of Sample
    moments : sequence of Unrestricted
        Of these samples, from `unrestricted`.
    restricted : Fit, optional
        Of a model within this one to the same samples: a further start, so that this model never fits worse.

    Raises
    ------
    NotEstimableError
        'not_converged' when no maximum of the likelihood is found, or none as high as that of the model within.
    """
    built = model(patterns)
    starts = [_starting_values(built, moments, *start) for start in STARTS]
    if restricted is not None:
        starts.append(
            built.parameters([_within(*group) for group in zip(restricted.matrices(), built.owners, strict=True)])
        )
    found = list(_maxima(built, samples, starts))
    lowest = min((maximum.deviance for maximum in found), default=np.inf)
    if not found or (restricted is not None and lowest > restricted.best.deviance + SAME):
        raise NotEstimableError("not_converged")
    # maxima that are equal but for rounding: the first, so that a further start changes nothing
    best = next(maximum for maximum in found if maximum.deviance <= lowest + SAME)
    return Fit(built, tuple(samples), tuple(moments), best)


def _maxima(built: Model, samples: Sequence[Sample], starts: Sequence[Vector]) -> Iterator[Maximum]:
    """Maxima that a search from each start reaches; a start from which there is none is passed over."""
    for place, start in enumerate(starts):
        with suppress(NotEstimableError):
            yield maximise(built, samples, start, **({"steps": FURTHER_STEPS} if place else {}))


def _within(values: Values, owners: Owners) -> Values:
    """Matrices that imply the same moments, with mean 0 and variance 1 of each factor where the model fixes them."""
    variances = np.diag(values.factor_covariances)
    size = np.sqrt(np.where((np.diag(owners.factor_covariances) == FIXED) & (variances > 0), variances, 1.0))
    fixed = owners.factor_means == FIXED
    means = np.where(fixed, 0.0, values.factor_means)
    return Values(
        loadings=values.loadings * size,
        factor_covariances=values.factor_covariances / np.outer(size, size),
        uniquenesses=values.uniquenesses,
        intercepts=values.intercepts + values.loadings @ (values.factor_means - means),
        factor_means=means / size,
    )


def unrestricted(people: Sample) -> Unrestricted:
    """
    Estimate means and covariances without a model, by the EM algorithm (Little & Rubin 2002, ch. 8).

    Its step replaces covariances S by S − SMS/n, with M the slope of the deviance: no sweep for each block is needed.

    Raises
    ------
    NotEstimableError
        'items_alike' when the likelihood has no maximum, because some items decide another.
    """
    means, covariances = people.means, np.diag(people.variances)
    for _ in range(STEPS):
        lowest = deviance_at(people.blocks, means, covariances)
        if lowest == np.inf:
            break
        distance, misfit = summed(people.blocks, weighted(people.blocks, means, covariances))
        shift, turn = covariances @ distance / people.n, covariances @ misfit / people.n
        if distance @ shift + people.n * (turn * turn.T).sum() / 2 < CLOSE:
            spread = np.sqrt(np.diag(covariances))
            if np.linalg.eigvalsh(covariances / np.outer(spread, spread))[0] > ALIKE:
                return Unrestricted(means, covariances, lowest)
            break
        means, covariances = means + shift, covariances - turn @ covariances - np.outer(shift, shift)
        covariances = (covariances + covariances.T) / 2  # else rounding makes them less symmetric at every step
    raise NotEstimableError("items_alike")


def _starting_values(built: Model, moments: Sequence[Unrestricted], component: int, share: float) -> Vector:
    """Parameters to start from: each factor's loadings from a principal component of its items."""
    wanted = []
    for fixed, owners, (means, covariances, _) in zip(built.fixed, built.owners, moments, strict=True):
        spread = np.sqrt(np.diag(covariances))
        correlations = covariances / np.outer(spread, spread)
        loadings = np.zeros(fixed.loadings.shape)
        for factor, carried in enumerate(((owners.loadings != FIXED) | (fixed.loadings != 0)).T):
            values, vectors = np.linalg.eigh(correlations[np.ix_(carried, carried)])
            size, axis = values[component], vectors[:, component]
            loadings[carried, factor] = np.sign(axis.sum() or 1.0) * np.sqrt(share * size) * axis * spread[carried]
        composites = loadings.T @ covariances @ loadings
        size = np.sqrt(np.diag(composites))
        uniquenesses = np.maximum(spread**2 - (loadings**2).sum(axis=1), spread**2 / 10)
        start = loadings, composites / np.outer(size, size), np.diag(uniquenesses), means, np.zeros(len(size))
        wanted.append(Values(*start))
    return built.parameters(wanted)


def is_improper(fitted: Fit) -> bool:
    """Whether a variance is negative (a Heywood case) or a correlation of factors or uniquenesses is beyond 1."""
    for values, moments in zip(fitted.matrices(), fitted.unrestricted, strict=True):
        spread = np.sqrt(np.diag(moments.covariances))
        uniquenesses = values.uniquenesses / np.outer(spread, spread)
        if min(np.linalg.eigvalsh(uniquenesses)[0], np.linalg.eigvalsh(values.factor_covariances)[0]) < IMPROPER:
            return True
    return False


def direction(fitted: Fit) -> Vector:
    """Sign of each factor, −1 where it came out so that high answers mean little of it; shape (q,)."""
    return np.where(sum(values.loadings.sum(axis=0) for values in fitted.matrices()) < 0, -1.0, 1.0)


def standardised_loadings(fitted: Fit) -> list[Matrix]:
    """
    Loadings when items and factors have variance 1, shape (p, q) for each group.

    λ √(φ / σ), with φ the variance of the factor and σ that of the item, as the model implies it (Bollen 1989, p. 349);
    NaN where φ is negative. Factors point to where high answers are.
    """
    towards = direction(fitted)
    return [
        np.where(values.loadings == 0, 0.0, values.loadings * _units(values) * towards) for values in fitted.matrices()
    ]


def _units(values: Values) -> Matrix:
    """Standard deviation of each factor in units of each item's, shape (p, q)."""
    factors = np.diag(values.factor_covariances)
    return np.sqrt(np.where(factors > 0, factors, np.nan) / np.diag(implied(values)[1])[:, None])


def loading_errors(fitted: Fit) -> list[Matrix]:
    """Standard errors of the standardised loadings by the delta method, shape (p, q) for each group."""
    covariances, errors, t = fitted.covariances(), [], len(fitted.model.names)
    for values, owners in zip(fitted.matrices(), fitted.model.owners, strict=True):
        slopes = implied_slopes(values, owners, t)
        terms = slopes.columns[:, slopes.left] * slopes.columns[:, slopes.right]
        by_items = standing(slopes.owners, t) @ terms.T / np.diag(implied(values)[1])
        factors = standing(owners.factor_covariances, t)
        by_factors = np.diagonal(factors, axis1=1, axis2=2) / np.diag(values.factor_covariances)
        relative = (by_factors[:, None, :] - by_items[:, :, None]) / 2
        turn = (standing(owners.loadings, t) + values.loadings * relative) * _units(values)
        errors.append(np.sqrt(np.einsum("tpq,tu,upq->pq", turn, covariances, turn, optimize=True)))
    return errors
