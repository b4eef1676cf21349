"""Studies that are simulated and analysed like in a report: how often each method finds the effect."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rm_research.planning.assumptions import Assumptions
from rm_research.stats.baseline import change_of_both, change_of_everyone
from rm_research.stats.paired import welch
from rm_research.stats.pooling import reml_hk
from rm_research.stats.regression import least_squares, robust
from rm_research.stats.result import NotEstimableError, Result, Vector

ARM = 1  # column of the arm in ANCOVA


@dataclass(frozen=True, eq=False)
class Trial:
    """
    One simulated study.

    Attributes
    ----------
    pre, post : array, shape (people,)
        Scores in the unit of `sd`; `post` is NaN for people who left.
    in_arm : array, shape (people,)
        1 in the programme, 0 in the comparison.
    unit : array of int, shape (people,)
        Unit of each person.
    """

    pre: Vector
    post: Vector
    in_arm: Vector
    unit: np.ndarray


@dataclass(frozen=True)
class Found:
    """
    How a method performed in the simulated studies.

    Attributes
    ----------
    method : str
    power : float
        Share of studies in which the effect was found, in the right direction.
    mc_error : float
        Standard error of that share (Agresti & Coull 1998, so that it is not 0 at 0 or 1).
    half_width : float
        Mean half width of the interval, in the unit of `sd`; NaN where no study had one.
    """

    method: str
    power: float
    mc_error: float
    half_width: float


def found_by_methods(assumptions: Assumptions, n: int, simulations: int, seed: int) -> list[Found]:
    """
    Simulate studies with n units in the programme, and count how often each method finds the effect.

    Scores are normal; people in a unit are correlated by `icc`; people leave at random. Equal seeds give equal studies,
    separately for each n. A method that cannot estimate the effect has not found it.
    """
    draws = np.random.default_rng([seed, n])
    methods = _methods(assumptions)
    hits: dict[str, list[bool]] = {name: [] for name in methods}
    widths: dict[str, list[float]] = {name: [] for name in methods}
    for trial in _trials(assumptions, n, simulations, draws):
        for name, method in methods.items():
            try:
                result = method(trial)
            except NotEstimableError:
                hits[name].append(False)
                continue
            hits[name].append(result.p_value < 1 - assumptions.level and result.estimate > 0)
            if not np.isnan(result.ci_high):  # one unit alone gives an estimate without an interval
                widths[name].append((result.ci_high - result.ci_low) / 2)
    return [_summary(name, hits[name], widths[name]) for name in methods]


def _summary(method: str, hits: list[bool], widths: list[float]) -> Found:
    share = (sum(hits) + 2) / (len(hits) + 4)
    error = float(np.sqrt(share * (1 - share) / (len(hits) + 4)))
    return Found(method, float(np.mean(hits)), error, float(np.mean(widths)) if widths else float("nan"))


def _trials(assumptions: Assumptions, n: int, simulations: int, draws: np.random.Generator) -> Iterator[Trial]:
    compared = max(1, round(n * assumptions.ratio)) if assumptions.compared else 0
    whole, part = divmod(assumptions.cluster_size, 1)
    r, icc, sd = assumptions.correlation, assumptions.icc, assumptions.sd
    for _ in range(simulations):
        sizes = int(whole) + (draws.uniform(size=n + compared) < part)
        unit = np.repeat(np.arange(n + compared), sizes)
        in_arm = (unit < n).astype(float)
        shared, individual = draws.normal(size=(2, n + compared)), draws.normal(size=(2, len(unit)))
        start, rest = np.sqrt(icc) * shared[:, unit] + np.sqrt(1 - icc) * individual
        post = sd * (r * start + np.sqrt(1 - r**2) * rest) + assumptions.effect * in_arm
        post[draws.uniform(size=len(post)) < assumptions.attrition] = np.nan
        yield Trial(sd * start, post, in_arm, unit)


def _methods(assumptions: Assumptions) -> dict[str, Callable[[Trial], Result]]:
    """Methods that a report would use, by name, with the headline first."""
    level = assumptions.level
    if assumptions.compared:
        return {"ancova": lambda trial: _ancova(trial, assumptions)}
    if not assumptions.linked:
        return {"welch": lambda trial: welch(trial.pre, trial.post, level=level)}
    if assumptions.unit == "cohort":
        return {"reml_hk": lambda trial: _average(trial, level)}
    return {
        "jackknife": lambda trial: change_of_everyone(trial.pre, trial.post, level=level, clusters=trial.unit),
        "paired_t": lambda trial: change_of_both(trial.pre, trial.post, level=level, clusters=trial.unit),
    }


def _ancova(trial: Trial, assumptions: Assumptions) -> Result:
    both = ~np.isnan(trial.post)
    X = np.column_stack([np.ones(both.sum()), trial.in_arm[both], trial.pre[both]])
    fit = least_squares(X, trial.post[both])
    clusters = None if assumptions.unit == "person" else trial.unit[both]
    return robust(fit, ARM, clusters=clusters, level=assumptions.level)


def _average(trial: Trial, level: float) -> Result:
    """Random-effects average of the cohorts' changes; cohorts in which nothing can be estimated are left out."""
    changes = []
    for cohort in np.unique(trial.unit):
        members = trial.unit == cohort
        try:
            changes.append(change_of_everyone(trial.pre[members], trial.post[members], level=level))
        except NotEstimableError:
            continue
    estimates, errors = (np.array([getattr(result, name) for result in changes]) for name in ("estimate", "std_error"))
    return reml_hk(estimates, errors, level=level)
