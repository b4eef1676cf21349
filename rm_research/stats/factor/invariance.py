"""Whether a scale measures the same at two waves, or in several groups; and how far the latent means differ then."""

from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from rm_research.stats.factor.fit import Fit, direction, fit, is_improper, standardised_loadings, unrestricted
from rm_research.stats.factor.indices import FitIndices, fit_indices, rmsea
from rm_research.stats.factor.one_factor import FEWEST_ITEMS
from rm_research.stats.factor.pattern import Matrix, Pattern, diagonal, symmetric
from rm_research.stats.factor.sample import sample
from rm_research.stats.result import NotEstimableError, Result, t_result

EQUAL = {
    "configural": frozenset[str](),
    "metric": frozenset({"loading"}),
    "scalar": frozenset({"loading", "intercept"}),
    "strict": frozenset({"loading", "intercept", "uniqueness"}),
}
DESCRIPTIVE_BELOW = 100  # people: with fewer, the levels describe and no test of them should be relied on
SKIPPED_BELOW = 50  # people: with fewer, invariance should not be assessed at all


@dataclass(frozen=True)
class Step:
    """
    What changes from the level before to this one.

    Attributes
    ----------
    chi2, df, p_value : float
        Likelihood-ratio test of the added equalities.
    cfi, rmsea : float
        This level's index − that of the level before.
    rmsea_d : float
        RMSEA of the further equalities alone (Savalei, Brace & Fouladi 2024, Psychological Methods 29:480).
    """

    chi2: float
    df: int
    p_value: float
    cfi: float
    rmsea: float
    rmsea_d: float


@dataclass(frozen=True, eq=False)
class Level:
    """
    One level of invariance.

    Attributes
    ----------
    name : str
        'configural', 'metric', 'scalar' or 'strict'.
    indices : FitIndices
    step : Step or None
        None for 'configural', and where the level before could not be fitted.
    loadings : array, shape (places, items)
        Standardised, for each wave or group.
    improper : bool
        Whether a variance is negative or a correlation beyond 1; such a level should not be interpreted.
    """

    name: str
    indices: FitIndices
    step: Step | None
    loadings: Matrix
    improper: bool


@dataclass(frozen=True)
class Invariance:
    """
    Four nested models, from the same pattern to the same uniquenesses.

    Attributes
    ----------
    n : tuple of int
        People who answered any item, for each group (one group where waves are compared).
    n_complete : tuple of int
        Those of them who answered every item.
    levels : tuple of Level
        Configural, metric, scalar, strict; those whose likelihood has a maximum.
    mean_differences : tuple of Result
        Empty where the scalar level could not be fitted.
        For each factor (waves: one) and each further group, under scalar invariance: mean of the later wave or further
        group − that of the first, in standard deviations of the first; normal distribution. `details`: variance, of
        the later or further in terms of the first.
    """

    n: tuple[int, ...]
    n_complete: tuple[int, ...]
    levels: tuple[Level, ...]
    mean_differences: tuple[Result, ...]


def wave_invariance(pre: Matrix, post: Matrix, *, level: float) -> Invariance:
    """
    Compare two waves of the same people.

    One factor a wave; the uniquenesses of an item correlate over time (Widaman, Ferrer & Conger 2010, Child
    Development Perspectives 4:10). Metric: equal loadings; scalar: also equal intercepts; strict: also equal
    uniquenesses. The first wave's factor has mean 0 and variance 1; from 'metric' on the later variance and from
    'scalar' on the later mean are free. Maximum likelihood, also for people who left or skipped items; assumes normal
    answers that are missing at random. Answers in categories are not normal: from five categories on the estimates
    are little affected, but χ² may be too large (Rhemtulla, Brosseau-Liard & Savalei 2012, Psychological Methods
    17:354).

    Parameters
    ----------
    pre, post : array, shape (people, items)
        Keyed answers of the same people to the same items, in the same order; NaN = not answered.
    level : float
        Of the interval of the mean difference.

    Raises
    ------
    NotEstimableError
        'too_few_items' when fewer than three, 'too_few_people' when not more people than items (of both waves)
        answered each pair of items, 'no_variation' when all gave the same answer to an item, 'items_alike' when some
        items decide another, 'not_converged' when no level has a maximum of the likelihood.
    """
    k = pre.shape[1]
    if k < FEWEST_ITEMS:
        raise NotEstimableError("too_few_items")
    items = [np.hstack([pre, post])]
    fits = _fits({name: [_wave_pattern(k, equal)] for name, equal in EQUAL.items()}, items)
    return _invariance(items, fits, _mean_differences(fits.get("scalar"), [("mean", 0, 1)], level), (2, k))


def group_invariance(items: Sequence[Matrix], *, level: float, factors: NDArray[np.intp] | None = None) -> Invariance:
    """
    Compare groups of different people.

    Metric: equal loadings; scalar: also equal intercepts; strict: also equal uniquenesses (Meredith 1993, Psychometrika
    58:525). The first group's factors have mean 0 and variance 1. Maximum likelihood; assumes normal answers, missing
    at random, and independent people.

    Parameters
    ----------
    items : sequence of array, shape (people, items)
        Keyed answers of each group to the same items, in the same order; NaN = not answered. The first group is the
        one that the others are compared with.
    level : float
        Of the interval of the mean differences.
    factors : array of int, shape (items,), optional
        Factor of each item, counted from 0; by default all items have one factor.

    Raises
    ------
    NotEstimableError
        As `wave_invariance`, in any group; 'too_few_items' also when one of several factors has fewer than two items,
        'too_few_clusters' when there is one group.
    """
    if len(items) < 2:
        raise NotEstimableError("too_few_clusters")
    p = items[0].shape[1]
    of = np.zeros(p, int) if factors is None else factors
    q, places = int(of.max(initial=0)) + 1, range(len(items))
    if p < FEWEST_ITEMS or np.bincount(of).min() < (FEWEST_ITEMS if q == 1 else 2):
        raise NotEstimableError("too_few_items")
    fits = _fits({name: [_group_pattern(of, place, equal) for place in places] for name, equal in EQUAL.items()}, items)
    named = [(f"mean {factor} at {place}", place, factor) for place in places[1:] for factor in range(q)]
    return _invariance(items, fits, _mean_differences(fits.get("scalar"), named, level), (len(items), p))


def _names(kind: str, count: int, place: int, equal: Set[str]) -> list[str]:
    """Names of the parameters of all items, the same at all places if they are to be equal."""
    return [f"{kind} {item}" if kind in equal else f"{kind} {item} at {place}" for item in range(count)]


def _wave_pattern(k: int, equal: Set[str]) -> Pattern:
    loadings, factor_covariances = np.zeros((2 * k, 2), object), np.array([[1.0, 0], ["correlation", 1.0]], object)
    loadings[:k, 0], loadings[k:, 1] = (_names("loading", k, place, equal) for place in (0, 1))
    if "loading" in equal:
        factor_covariances[1, 1] = "variance"
    uniquenesses = diagonal([name for place in (0, 1) for name in _names("uniqueness", k, place, equal)])
    for item in range(k):
        uniquenesses[k + item, item] = f"covariance {item}"
    intercepts = [name for place in (0, 1) for name in _names("intercept", k, place, equal)]
    means = [0.0, "mean" if "intercept" in equal else 0.0]
    return Pattern(
        loadings, symmetric(factor_covariances), symmetric(uniquenesses), np.array(intercepts, object),
        np.array(means, object),
    )  # fmt: skip


def _group_pattern(of: NDArray[np.intp], place: int, equal: Set[str]) -> Pattern:
    p, q = len(of), int(of.max()) + 1
    loadings, factor_covariances = np.zeros((p, q), object), diagonal([1.0] * q)
    loadings[np.arange(p), of] = _names("loading", p, place, equal)
    for factor in range(q):
        factor_covariances[factor, :factor] = [f"covariance {factor} {other} at {place}" for other in range(factor)]
        if place and "loading" in equal:
            factor_covariances[factor, factor] = f"variance {factor} at {place}"
    means = [f"mean {factor} at {place}" if place and "intercept" in equal else 0.0 for factor in range(q)]
    return Pattern(
        loadings, symmetric(factor_covariances), diagonal(_names("uniqueness", p, place, equal)),
        np.array(_names("intercept", p, place, equal), object), np.array(means, object),
    )  # fmt: skip


def _fits(patterns: Mapping[str, Sequence[Pattern]], items: Sequence[Matrix]) -> dict[str, Fit]:
    """
    Fits of the levels that have a maximum, the least restricted first.

    They are made the other way round: what fits under more equalities fits under fewer, and is one of their starts.
    """
    samples = [sample(answers) for answers in items]
    moments = [unrestricted(people) for people in samples]
    fits: dict[str, Fit] = {}
    restricted: Fit | None = None
    for name in reversed(list(patterns)):
        with suppress(NotEstimableError):
            restricted = fits[name] = fit(patterns[name], samples, moments, restricted=restricted)
    if not fits:
        raise NotEstimableError("not_converged")
    return {name: fits[name] for name in patterns if name in fits}


def _mean_differences(
    scalar: Fit | None, named: Sequence[tuple[str, int, int]], level: float
) -> tuple[Result, ...]:  # fmt: skip
    """Results of the means with these names, groups and factors; none where they cannot be fitted."""
    if scalar is None:
        return ()
    try:
        errors = np.sqrt(np.diag(scalar.covariances()))
    except NotEstimableError:
        return ()
    towards, matrices = direction(scalar), scalar.matrices()
    results = []
    for name, group, factor in named:
        place = scalar.model.names.index(name)
        mean = towards[factor] * scalar.best.parameters[place]
        details = {"variance": float(matrices[group].factor_covariances[factor, factor])}
        results.append(t_result(mean, errors[place], float("nan"), level, details))
    return tuple(results)


def _invariance(
    items: Sequence[Matrix], fits: Mapping[str, Fit], differences: tuple[Result, ...], shape: tuple[int, int]
) -> Invariance:
    """Collect; `shape` is that of the loadings, places by items, each item having one factor."""
    levels: list[Level] = []
    before = dict(pairwise(EQUAL))
    for name, fitted in fits.items():
        indices = fit_indices(fitted)
        loadings = np.concatenate(standardised_loadings(fitted)).sum(axis=1).reshape(shape)
        follows = bool(levels) and before[levels[-1].name] == name
        step = _step(levels[-1].indices, indices, fitted) if follows else None
        levels.append(Level(name, indices, step, loadings, is_improper(fitted)))
    complete = tuple(int((~np.isnan(answers)).all(axis=1).sum()) for answers in items)
    people = tuple(group.n for group in next(iter(fits.values())).samples)
    return Invariance(people, complete, tuple(levels), differences)


def _step(before: FitIndices, after: FitIndices, fitted: Fit) -> Step:
    chi2, df = after.chi2 - before.chi2, after.df - before.df
    people = sum(group.n for group in fitted.samples) / len(fitted.samples)
    return Step(
        chi2=chi2, df=df, p_value=float(chdtrc(df, max(chi2, 0.0))), cfi=after.cfi - before.cfi,
        rmsea=after.rmsea - before.rmsea, rmsea_d=rmsea(chi2, df, people),
    )  # fmt: skip
