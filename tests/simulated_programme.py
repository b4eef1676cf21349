"""Simulated programmes of several cohorts: averages over people and over cohorts, and the range of a further one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial

import numpy as np
from simulated import CHANGE, LARGE, LEVEL, Case, Scores, Waves, draw, true_change

from rm_research.stats.baseline import change_of_everyone
from rm_research.stats.cohorts import TwoArms
from rm_research.stats.pooling import reml_hk, usable_errors
from rm_research.stats.regression import hc2, least_squares
from rm_research.stats.result import Result

UNEQUAL = ((12, 3, 0.1), (9, 5, 0.3), (6, 8, 0.7))  # people of both arms, and what the programme does to them
SPREAD = 0.25


def programmes() -> Iterator[Case]:
    situation = "difference over people, 3 cohorts with arms of 12:3, 9:5 and 6:8, effects .1, .3 and .7"
    yield Case("people, ANCOVA", situation, partial(_unequal, _within), _average_effect, 800, highest=0.985)
    yield Case("people, change score", situation, partial(_unequal, _changes), _average_effect, 800, highest=0.985)
    yield Case("one effect, an intercept a cohort", situation, partial(_unequal, _common), _average_effect, 800,
               valid=False)  # fmt: skip
    for leave in (0.0, 0.25):
        situation = f"change over people, 4 cohorts of 14 to 26 people at different levels, {leave:.0%} leave"
        yield Case("people", situation, partial(_levels, leave), _at_levels, 800, highest=0.985)
    situation = (
        "change over people, 6 cohorts of 10 people, 20 mentors met in 3 of them each, whose people change alike"
    )
    yield Case("people", situation, partial(_mentors, spanning=True), partial(_varied, 0.35), 800, highest=0.985)
    yield Case("people, mentors apart", situation, partial(_mentors, spanning=False), partial(_varied, 0.35), 800,
               valid=False)  # fmt: skip
    # τ² of a few cohorts is often too small, and so is its range: it holds about nine of ten further cohorts
    for k in (6, 12):
        situation = f"a further cohort beside {k} of 12 people, changes vary by {SPREAD:g}"
        yield Case("prediction interval", situation, partial(_further, k, 1), _nothing, 800, valid=False)
    situation = f"a further cohort beside 12 of 12 people taken together in 6 pairs, changes vary by {SPREAD:g}"
    yield Case("prediction interval", situation, partial(_further, 12, 2), _nothing, 800, valid=False)
    situation = "average of 8 cohorts of 6 to 10 people near the top of the scale, changes vary by 0.25"
    yield Case("reml_hk", situation, _near_top, _at_top, 800, highest=1.0)


def _nothing() -> float:
    return 0.0


def _average_effect() -> float:
    return sum(n * true_change(effect) for n, _, effect in UNEQUAL) / sum(n for n, *_ in UNEQUAL)


def _unequal(method: Callable[[TwoArms], Result], rng: np.random.Generator) -> Result:
    cohorts = np.repeat(np.arange(3), [n + m for n, m, _ in UNEQUAL])
    in_arm = np.concatenate([np.arange(n + m) < n for n, m, _ in UNEQUAL])
    effects = np.array([effect for *_, effect in UNEQUAL])[cohorts]
    waves = draw(rng, len(cohorts), change=effects * in_arm)
    return method(TwoArms(waves.pre, waves.post, in_arm, cohorts, np.arange(len(cohorts))))


def _within(arms: TwoArms) -> Result:
    return arms.adjusted(level=LEVEL)


def _changes(arms: TwoArms) -> Result:
    return arms.of_changes(level=LEVEL)


def _common(arms: TwoArms) -> Result:
    levels = (arms.cohorts[:, None] == np.arange(3)).astype(float)
    return hc2(least_squares(np.column_stack([arms.in_arm, levels, arms.pre]), arms.post), 0, level=LEVEL)


LEVELS = ((14, -0.4), (18, -0.1), (22, 0.2), (26, 0.4))


def _levels(leave: float, rng: np.random.Generator) -> Result:
    cohorts = np.repeat(np.arange(4), [n for n, _ in LEVELS])
    waves = draw(rng, len(cohorts), change=CHANGE, shared=np.array([level for _, level in LEVELS])[cohorts],
                 attrition=leave)  # fmt: skip
    return change_of_everyone(waves.pre, waves.answered, level=LEVEL, cohorts=cohorts)


@cache
def _at_levels() -> float:
    parts = [(n, draw(np.random.default_rng(3), LARGE // 4, change=CHANGE, shared=level)) for n, level in LEVELS]
    return sum(n * float((waves.post - waves.pre).mean()) for n, waves in parts) / sum(n for n, _ in LEVELS)


@cache
def _varied(spread: float) -> float:
    rng = np.random.default_rng(4)
    return _mean_change(draw(rng, LARGE, change=CHANGE + rng.normal(0, spread, LARGE)))


def _mean_change(waves: Waves) -> float:
    return float((waves.post - waves.pre).mean())


def _mentors(rng: np.random.Generator, *, spanning: bool) -> Result:
    cohorts = np.repeat(np.arange(6), 10)
    mentors = np.arange(60) % 10 + 10 * (cohorts % 2)  # ten in the odd cohorts, ten in the even ones
    waves = draw(rng, 60, change=CHANGE + rng.normal(0, 0.35, 20)[mentors])
    clusters = mentors if spanning else cohorts * 100 + mentors
    return change_of_everyone(waves.pre, waves.post, level=LEVEL, clusters=clusters, cohorts=cohorts)


def _further(k: int, together: int, rng: np.random.Generator) -> Result:
    """Range of a further cohort about that cohort's own true change; so it should hold 0."""
    cohorts, true = np.repeat(np.arange(k), 12), CHANGE + rng.normal(0, SPREAD, k)
    waves, rows = draw(rng, 12 * k, change=true[cohorts]), cohorts // together
    changes = [waves.post[rows == row] - waves.pre[rows == row] for row in np.unique(rows)]
    result = _averaged([change.mean() for change in changes], changes)
    another = true_change(round(CHANGE + rng.normal(0, SPREAD), 2))
    ends = {f"ci_{end}": result.details[f"prediction_{end}"] - another for end in ("low", "high")}
    return replace(result, estimate=result.estimate - another, **ends)


def _averaged(estimates: list[float], changes: list[Scores]) -> Result:
    n = np.array([len(change) for change in changes], float)
    errors = np.array([change.std(ddof=1) for change in changes]) / np.sqrt(n)
    return reml_hk(np.array(estimates), usable_errors(errors, n - 1, 1 / n), level=LEVEL)


def _near_top(rng: np.random.Generator) -> Result:
    sizes = np.array([6, 7, 8, 9, 10, 6, 8, 10])
    cohorts, true = np.repeat(np.arange(8), sizes), CHANGE + rng.normal(0, SPREAD, 8)
    waves = draw(rng, len(cohorts), change=true[cohorts], shared=1.2)
    changes = [waves.post[cohorts == c] - waves.pre[cohorts == c] for c in range(8)]
    return _averaged([change.mean() for change in changes], changes)


@cache
def _at_top() -> float:
    rng = np.random.default_rng(5)
    return _mean_change(draw(rng, LARGE, change=CHANGE + rng.normal(0, SPREAD, LARGE), shared=1.2))
