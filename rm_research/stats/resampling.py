"""Tests where there are too few clusters for a t distribution: signs flipped, arms dealt anew."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations, product
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rm_research.stats.paired import NOISE
from rm_research.stats.regression import ClusterTerms, Fit, Matrix, cluster_terms, cr2
from rm_research.stats.result import NotEstimableError, Result, Vector

FEW_DF = 4.0  # Satterthwaite's t cannot be relied on below (Tipton 2015, Psychological Methods 20:375)
TIED = 1e-9  # statistics that differ by less, relatively, differ by rounding alone
FARTHEST = 100.0  # standard errors from the estimate beyond which an interval counts as endless


def wild_bootstrap(
    fit: Fit, clusters: ArrayLike, column: int, *, level: float, generator: np.random.Generator, draws: int = 9999
) -> Result:
    """
    Coefficient with a test and an interval by the wild cluster bootstrap.

    Cameron, Gelbach & Miller (2008, Rev. Econ. Stat. 90:414), with the null hypothesis imposed and statistics
    studentised by CR2: residuals of the model without the effect keep or change sign, a cluster at a time
    (Rademacher weights), and each time the effect is estimated anew. Assumes that clusters are independent and that
    their errors are as likely to point up as down. With few clusters all sign vectors are gone through. The interval
    contains the effects that the same test does not reject; it need not be symmetric around the estimate.

    It needs six clusters at 95 %. Webb's six-point weights would do with fewer, but in simulations of five or six
    clusters they rejected a true null hypothesis in 8 % of the cases (signs: 6 %, CR2 with Satterthwaite's t: 5 %).

    Parameters
    ----------
    fit : Fit
    clusters : array-like, shape (n,)
        Cluster of each row, none missing; each row its own where people are independent, as for `hc2`.
    column : int
        Which coefficient.
    level : float
        Of the interval.
    generator : numpy Generator
        Not used where all sign vectors are gone through.
    draws : int
        At most so many sign vectors; all of them if there are no more than that (13 clusters for 9,999).

    Returns
    -------
    Result
        Estimate, standard error and statistic are those of `cr2`; df is NaN. The p-value is the share of sign vectors
        with a statistic at least as far from 0; where they are drawn, of those and the data: (1 + count)/(1 + draws).
        `details`: n_clusters, draws, enumerated (1 or 0), smallest_p (the smallest p-value that could have come out
        with so many sign vectors).

    Raises
    ------
    NotEstimableError
        'too_few_clusters' or 'no_variation' as `cr2`, and 'too_few_clusters' when the interval has no end: hypotheses
        100 standard errors away are not rejected.
    """
    robust, terms = cr2(fit, clusters, column, level=level), cluster_terms(fit, clusters, column)
    n_clusters = len(terms.weight)
    enumerated = 2**n_clusters <= draws
    if enumerated:
        signs = np.array(list(product((-1.0, 1.0), repeat=n_clusters)))
    else:
        signs = generator.choice((-1.0, 1.0), size=(draws, n_clusters))
    p_value = partial(_p_value, _effects(signs, terms, fit.root[column]), robust.std_error, enumerated)
    low, high = (_end(p_value, side * robust.std_error, 1 - level) for side in (1, -1))
    smallest = 2 / 2**n_clusters if enumerated else 1 / (1 + draws)
    details = {"n_clusters": n_clusters, "draws": len(signs), "enumerated": enumerated, "smallest_p": smallest}
    return Result(
        estimate=robust.estimate,
        std_error=robust.std_error,
        df=float("nan"),
        statistic=robust.statistic,
        p_value=p_value(robust.estimate),
        ci_low=robust.estimate - low,
        ci_high=robust.estimate - high,
        details={name: float(value) for name, value in details.items()},
    )


@dataclass(frozen=True, eq=False)
class _Effects:
    """
    Effects and CR2 variances when signs are flipped, for any hypothesis; δ = estimate − the effect supposed.

    Attributes
    ----------
    constant, slope : array, shape (draws,)
        Effect − the effect supposed = constant + δ · slope.
    square : array, shape (3, draws)
        Variance = square[0] + δ · square[1] + δ² · square[2].
    """

    constant: Vector
    slope: Vector
    square: Matrix


def _effects(signs: Matrix, terms: ClusterTerms, c: Vector) -> _Effects:
    """
    Re-estimate with k × k matrices.

    Residuals under the hypothesis are e + δx̃, where x̃ = Uc / cᵀc is the residual of the column given the others.
    Cluster g has the score s_g = U_gᵀe_g + δ U_gᵀU_g c / cᵀc. With signs v the effect is cᵀS, S = Σ v_h s_h, and a
    cluster's part of the CR2 variance is the square of a_gᵀ(v_g s_g − U_gᵀU_g S), a_g being its weight.
    """

    def flipped(score: Matrix) -> tuple[Vector, Matrix]:
        total = signs @ score
        return total @ c, signs * (terms.weight * score).sum(axis=1) - total @ terms.spread.T

    (constant, first), (slope, second) = flipped(terms.score), flipped(terms.plain / (c @ c))
    square = np.stack([(first**2).sum(axis=1), 2 * (first * second).sum(axis=1), (second**2).sum(axis=1)])
    return _Effects(constant, slope, square)


def _p_value(effects: _Effects, std_error: float, enumerated: bool, delta: float) -> float:
    """Of the hypothesis that the effect lies δ below the estimate, whose statistic is δ / standard error."""
    sizes = np.abs(effects.constant + delta * effects.slope)
    variance = effects.square[0] + delta * effects.square[1] + delta**2 * effects.square[2]
    return _share_as_far(sizes, abs(delta) / std_error * np.sqrt(np.maximum(variance, 0.0)), enumerated)


def _share_as_far(sizes: Vector, needed: Vector, enumerated: bool) -> float:
    """Share of draws that reach the needed size; ties count, and so does 0 out of 0."""
    reached = int((sizes >= needed * (1 - TIED) - TIED * sizes.max()).sum())
    return reached / len(sizes) if enumerated else (1 + reached) / (1 + len(sizes))


def _end(p_value: Callable[[float], float], step: float, alpha: float) -> float:
    """
    Farthest δ, in the direction and size of the step, where p falls to alpha.

    p comes down in steps from 1 at δ = 0, not always evenly: the last crossing is looked for, on a grid, then bisected.
    """
    grid = step * np.concatenate([[0.0], np.geomspace(0.05, FARTHEST, 120)])
    inside = np.flatnonzero([p_value(delta) > alpha for delta in grid])[-1]
    if inside == len(grid) - 1:
        raise NotEstimableError("too_few_clusters")
    near, far = grid[inside], grid[inside + 1]
    for _ in range(50):
        middle = (near + far) / 2
        near, far = (middle, far) if p_value(middle) > alpha else (near, middle)
    return float(far)


def sign_flips(
    change: Vector, clusters: ArrayLike, *, generator: np.random.Generator, draws: int = 9999
) -> Result:  # fmt: skip
    """
    Mean change with a p-value from flipping the signs of the changes, a cluster at a time.

    Fisher (1935). It is exact for any number of clusters whose changes are as likely to point up as down if nothing
    changes on average; with G clusters no p-value can be below 2 / 2^G.

    Parameters
    ----------
    change : array, shape (n,)
    clusters : array-like, shape (n,)
        Cluster of each person, none missing.
    generator : numpy Generator
        Not used where all signs are gone through.
    draws : int
        At most so many sign vectors; all of them if there are no more than that.

    Returns
    -------
    Result
        Estimate and p-value; all else is NaN. `details`: n_clusters, draws, smallest_p.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' without anybody, 'no_variation' when nobody changed.

    Examples
    --------
    >>> result = sign_flips(np.array([1.0, 2, 3]), ["a", "b", "c"], generator=np.random.default_rng(1))
    >>> result.estimate, result.p_value
    (2.0, 0.25)
    """
    if not len(change):
        raise NotEstimableError("too_few_pairs")
    if not np.abs(change).max():
        raise NotEstimableError("no_variation")
    totals = np.bincount(np.unique(np.asarray(clusters), return_inverse=True)[1], change)
    enumerated = 2 ** len(totals) <= draws
    if enumerated:
        signs = np.array(list(product((-1.0, 1.0), repeat=len(totals))))
    else:
        signs = generator.choice((-1.0, 1.0), size=(draws, len(totals)))
    flipped = np.abs(signs @ totals)
    p_value = _share_as_far(flipped, np.full(len(signs), abs(totals.sum())), enumerated)
    smallest = 2 / 2 ** len(totals) if enumerated else 1 / (1 + draws)
    details = {"n_clusters": float(len(totals)), "draws": float(len(signs)), "smallest_p": smallest}
    nan = float("nan")
    return Result(float(change.mean()), nan, nan, nan, p_value, nan, nan, details)


@dataclass(frozen=True)
class Randomisation:
    """
    Test by dealing the arms anew. There is no interval: the test is of no effect on anybody.

    Attributes
    ----------
    statistic : float
        The coefficient.
    p_value : float
    draws : int
        Assignments looked at.
    enumerated : bool
        Whether these are all that were possible.
    smallest_p : float
        Smallest p-value that could have come out with as many assignments; twice as large where the arms are of one
        size, as then each assignment has a mirror image.
    """

    statistic: float
    p_value: float
    draws: int
    enumerated: bool
    smallest_p: float


def randomisation(
    fit: Fit, units: ArrayLike, column: int, *, generator: np.random.Generator, draws: int = 9999
) -> Randomisation:
    """
    Test that the programme made no difference to anybody, by dealing the arms to the units anew.

    Fisher (1935), and with covariates Gail et al. (1996, Stat. Med. 15:1069); the statistic is the adjusted difference.
    It is exact for any number of units and any distribution, provided that as many units as here were drawn at random,
    each set of them as likely as any other. Without randomisation it only describes.

    Parameters
    ----------
    fit : Fit
        With the arm in one of the columns, as two numbers.
    units : array-like, shape (n,)
        What was assigned: the unit of each row, none missing.
    column : int
        That of the arm.
    generator : numpy Generator
        Not used where all assignments are gone through.
    draws : int
        At most so many assignments; all if there are no more than that.

    Returns
    -------
    Randomisation
        The p-value is the share of assignments, the true one among them, with an adjusted difference at least as far
        from 0; where they are drawn: (1 + count)/(1 + draws).

    Raises
    ------
    NotEstimableError
        'arms_mixed' when a unit has rows in both arms, 'no_variation' when nothing is left to vary.
    ValueError
        When the column has more than two values, or the unit of a row is missing.
    """
    arm, labels = fit.X[:, column], np.asarray(units)
    if len(np.unique(arm)) > 2 or (labels != labels).any():
        raise ValueError("Each row has a unit, and one of two arms.")
    group = np.unique(labels, return_inverse=True)[1]
    members = (group[:, None] == np.arange(group.max() + 1)).astype(float)
    true = members.T @ (arm == arm.max()) / members.sum(axis=0)
    if not np.isin(true, (0, 1)).all():
        raise NotEstimableError("arms_mixed")
    q, Q = _without_others(fit, members, column)
    observed = abs(true @ q) / (true @ Q @ true)
    dealt, enumerated = _assignments(true, generator, draws)
    p_value = _share_as_far(np.abs(dealt @ q), observed * ((dealt @ Q) * dealt).sum(axis=1), enumerated)
    smallest = 1 / len(dealt) if enumerated else 1 / (1 + len(dealt))
    return Randomisation(float(fit.coefficients[column]), p_value, len(dealt), enumerated, smallest)


def _without_others(fit: Fit, members: Matrix, column: int) -> tuple[Vector, Matrix]:
    """Zᵀ M y and Zᵀ M Z, M taking out the other columns and Z being membership: an arm Za has aᵀZᵀMy / aᵀZᵀMZa."""
    c = fit.root[column]
    left = fit.residuals + fit.coefficients[column] * (fit.X @ fit.root @ c) / (c @ c)
    if np.abs(left).max() <= NOISE * max(1.0, np.abs(fit.X @ fit.coefficients).max()):
        raise NotEstimableError("no_variation")
    others = np.linalg.qr(np.delete(fit.X, column, axis=1))[0].T @ members
    return members.T @ left, np.diag(members.sum(axis=0)) - others.T @ others


def _assignments(true: Vector, generator: np.random.Generator, draws: int) -> tuple[Matrix, bool]:
    """All ways to give the programme to as many units, or so many draws of them; and whether it is all."""
    n_units, n_treated = len(true), int(true.sum())
    if comb(n_units, n_treated) > draws:
        return generator.permuted(np.tile(true, (draws, 1)), axis=1), False
    chosen: NDArray[np.intp] = np.array(list(combinations(range(n_units), n_treated)))
    dealt = np.zeros((len(chosen), n_units))
    np.put_along_axis(dealt, chosen, 1.0, axis=1)
    return dealt, True
