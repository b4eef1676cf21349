"""The variances at which the restricted likelihood is highest, and the coefficients they give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product as combinations

import numpy as np
from scipy.optimize import brentq

from rm_research.stats.mixed.likelihood import (
    Moments,
    Restricted,
    deviances,
    moments,
    restricted,
    with_residual_variance,
)
from rm_research.stats.mixed.system import System, prepare_system
from rm_research.stats.mixed.taylor import Array
from rm_research.stats.mixed.terms import Factor, Term
from rm_research.stats.result import NotEstimableError, Vector

CLOSE = 1e-9  # differences of −2 log likelihood below this are none
STARTS = (0.2, 1.5)  # standard deviations of effects, relative to the residual one, from which the search starts
FEW = 20  # groups of a term below which it starts twice
TRACE = 0.1  # relative standard deviation above which an effect is no mere trace
MOST_STEPS = 100
LARGEST = 1e3  # relative standard deviation beyond which nothing is left for the residual


@dataclass(frozen=True, eq=False)
class Fit:
    """
    A linear mixed model fitted by REML.

    Attributes
    ----------
    coefficients : array, shape (p,)
        Of the columns of X.
    variances : mapping of str to float
        var_<term>, cov_<term>_slope, var_<term>_slope and var_residual, in units of y and of the covariate.
    log_likelihood : float
        Restricted, at its maximum, in the unit of y; comparable for the same X only.
    singular : sequence of str
        Terms whose matrix of variances lies on the boundary: an intercept of variance 0, or a slope whose variance is
        0 or whose correlation with the intercept is ±1.
    psi : array, shape (r,)
        Variances relative to the residual one, for standardised covariates.
    system : System
    moments : Moments
        Where y is in units in which the residual variance is 1; by the variances, the residual one last.
    parts : Restricted
        Made of these moments.
    root : array, shape (p, p)
        Turns coefficients of Q in these units into those of X.
    """

    coefficients: Vector
    variances: Mapping[str, float]
    log_likelihood: float
    singular: Sequence[str]
    psi: Vector
    system: System
    moments: Moments
    parts: Restricted
    root: Array


def fit_reml(y: Vector, X: Array, terms: Sequence[Term]) -> Fit:
    """
    Fit y = Xβ + Σ Zu + e by restricted maximum likelihood (Patterson & Thompson 1971), effects normal, variances ≥ 0.

    Newton's method within a trust region (Nocedal & Wright 2006, ch. 4) on Cholesky factors of the relative variances,
    as lme4 has them (Bates et al. 2015, JSS 67:1), with exact derivatives. At a factor of 0 the second derivative is
    that by the variance, so a variance stays at 0 only where the likelihood falls as it grows; it is then reported as
    0. Where a term has fewer than 20 groups the search starts twice, from the best of a few points and from the corner
    opposite to what it found, and the better end counts: likelihoods of few groups can have two maxima.

    Parameters
    ----------
    y : array, shape (n,)
    X : array, shape (n, p)
        None missing.
    terms : sequence of Term
        Nested or crossed in any way, in any order; none gives least squares.

    Raises
    ------
    NotEstimableError
        As `prepare_system`; 'no_variation' when the terms leave nothing for the residual, 'no_optimum' when the search
        does not end.
    """
    system = prepare_system(y, X, terms)
    return fit_at(optimum(system), system, terms)


def fit_at(psi: Vector, system: System, terms: Sequence[Term]) -> Fit:
    """The fit when the relative variances are these."""
    sums = moments(system, psi)
    sigma2 = restricted(sums).rss / (system.n - system.p)
    scale = np.append(np.ones(system.p), 1 / np.sqrt(sigma2))
    both = scale[:, None] * scale
    sums = replace(sums, M=sums.M * both, M1=sums.M1 * both, M2=sums.M2 * both)
    sums = with_residual_variance(sums, psi, system.n)
    parts = restricted(sums)
    root = np.sqrt(sigma2) * system.root
    free = system.n - system.p
    deviance = free * (np.log(2 * np.pi * sigma2 * system.unit**2) + 1) + parts.log_det + 2 * system.log_root
    variances, singular = _in_units(system, psi, sigma2 * system.unit**2, terms)
    coefficients = system.start + root @ parts.coefficients
    return Fit(coefficients, variances, float(-deviance / 2), singular, psi, system, sums, parts, root)


def _in_units(system: System, psi: Vector, sigma2: float, terms: Sequence[Term]) -> tuple[dict[str, float], list[str]]:
    """Variances by name, and the terms on the boundary."""
    named = {}
    matrices = system.covariance.matrices(psi)
    for term, matrix, (mean, spread) in zip(terms, matrices, system.slopes, strict=True):
        back = np.array([[1.0, -mean / spread], [0.0, 1 / spread]])[: len(matrix), : len(matrix)]
        scaled = sigma2 * back @ matrix @ back.T
        named[f"var_{term.name}"] = float(scaled[0, 0])
        if len(matrix) > 1:
            named[f"cov_{term.name}_slope"], named[f"var_{term.name}_slope"] = (
                float(scaled[0, 1]),
                float(scaled[1, 1]),
            )
    on_boundary = zip(terms, system.covariance.singular(psi), strict=True)
    return named | {"var_residual": float(sigma2)}, [term.name for term, singular in on_boundary if singular]


@dataclass(frozen=True, eq=False)
class Curve:
    """−2 log likelihood, σ² profiled out, by the coordinates of a factor: value, gradient (r,) and Hessian (r, r)."""

    factor: Factor
    value: float
    gradient: Vector
    hessian: Array


def _curve(system: System, psi: Vector) -> Curve:
    factor, parts = system.covariance.factor(psi), restricted(moments(system, psi))
    free = system.n - system.p
    relative = parts.d_rss / parts.rss
    gradient = parts.d_log + free * relative
    hessian = parts.dd_log + free * (parts.dd_rss / parts.rss - np.outer(relative, relative))
    jacobian = 2 * factor.C @ factor.coordinates
    curved = jacobian.T @ hessian @ jacobian + 2 * np.tensordot(gradient, factor.C, 1)
    return Curve(factor, parts.log_det + free * float(np.log(parts.rss)), jacobian.T @ gradient, curved)


def _value(system: System, psi: Vector) -> float:
    return float(deviances(system, psi[None])[0])


def optimum(system: System) -> Vector:
    """Relative variances at the highest restricted likelihood."""
    if not len(system.covariance.term):
        return np.zeros(0)
    starts = _starts(system)
    psi = _descended(system, starts[np.argmin(deviances(system, starts))])
    if system.groups.min() < FEW:
        opposite = starts[np.argmax(np.abs(np.sqrt(starts) - np.sqrt(np.abs(psi))).sum(axis=1))]
        psi = min(psi, _descended(system, opposite), key=lambda end: _value(system, end))
    for _ in range(3):
        psi = _without_traces(system, psi)
        if _trust_step(_curve(system, psi), TRACE)[1] < 10 * CLOSE:
            return psi
        lower = _descended(system, psi)
        if _value(system, psi) - _value(system, lower) < 10 * CLOSE:
            return psi
        psi = lower
    raise NotEstimableError("no_optimum")


def _starts(system: System) -> Array:
    """All combinations of large and small effects of the terms; where the terms are many, all small or all large."""
    terms = system.covariance.term.max() + 1
    levels = combinations(STARTS, repeat=terms) if terms <= 4 else ((start,) * terms for start in STARTS)
    return np.array(list(levels))[:, system.covariance.term] ** 2 * system.covariance.are_variances


def _descended(system: System, psi: Vector) -> Vector:
    """The minimum of −2 log likelihood to which trust-region steps lead."""
    radius, here = 1.0, _curve(system, psi)
    for _ in range(MOST_STEPS):
        step, predicted = _trust_step(here, radius)
        trial = here.factor.psi(step)
        if predicted < CLOSE:
            return trial
        if trial.max() > LARGEST**2:
            raise NotEstimableError("no_variation")
        there = _curve(system, trial)
        share, length = (here.value - there.value) / predicted, float(np.linalg.norm(step))
        radius = length / 4 if share < 0.25 else max(radius, 2 * length) if share > 0.75 else radius
        if share > 1e-3:
            here = there
    raise NotEstimableError("no_optimum")


def _trust_step(here: Curve, radius: float) -> tuple[Vector, float]:
    """Best step of at most this length for the quadratic model (Moré & Sorensen 1983), and how much it promises."""
    values, vectors = np.linalg.eigh(here.hessian)
    slope = vectors.T @ here.gradient
    if values[0] < 0 and abs(slope[0]) < 1e-8:
        slope[0] = 1e-8  # on a ridge either way is down

    def length(shift: float) -> float:
        return float(np.linalg.norm(slope / (values + shift)))

    shift, floor = 0.0, max(0.0, -values[0]) + 1e-10 * np.abs(values).max() + 1e-300
    if values[0] <= 0 or length(0.0) > radius:
        upper = floor + float(np.linalg.norm(slope)) / radius + 1e-12
        shift = brentq(lambda m: length(m) - radius, floor, upper) if length(floor) > radius else floor
    step = -slope / (values + shift)
    return vectors @ step, float(-(slope @ step + values @ step**2 / 2))


def _without_traces(system: System, psi: Vector) -> Vector:
    """ψ in which variances that might as well be 0, and what else is hardly off the boundary, are put there."""
    for term in np.unique(system.covariance.term):
        own = np.flatnonzero(system.covariance.term == term)
        factor = system.covariance.factor(psi)
        simpler = [psi * (system.covariance.term != term)]
        if len(own) > 1:
            larger = int(np.argmax(psi[own[[0, 2]]]))
            alone = simpler[0] + psi * (np.arange(len(psi)) == own[2 * larger])
            simpler += [alone, factor.psi(-factor.coordinates * (np.arange(len(psi)) == own[2]))]
        if abs(factor.coordinates[own[[0, -1]]]).min() < TRACE:
            best = _value(system, psi)
            psi = next((trial for trial in simpler if _value(system, trial) <= best + CLOSE), psi)
    return psi
