"""
How often intervals hold the truth, over many simulated studies: `make simulations` writes it to docs/comparisons.md.

Answers are those of a printed scale: four items from 1 to 5, each a rounded sum of what the person feels and chance.
People leave by their score before, the unhappy more often, and by nothing else; so what stays is a selection, but a
known one.
"""

import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from methods_table import write_between
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from rm_research.stats.baseline import change_of_everyone
from rm_research.stats.cohorts import TwoArms
from rm_research.stats.imputed import complete_posts, imputed_ancova, imputed_change
from rm_research.stats.mixed.inference import kenward_roger
from rm_research.stats.mixed.reml import fit_reml
from rm_research.stats.mixed.terms import Term
from rm_research.stats.mixed.two_waves import constrained_likelihood, likelihood_change
from rm_research.stats.paired import paired_t
from rm_research.stats.pooling import reml_hk
from rm_research.stats.regression import Fit, cr2, least_squares
from rm_research.stats.resampling import wild_bootstrap
from rm_research.stats.result import NotEstimableError, Result

PAGE = Path(__file__).parents[1] / "docs" / "comparisons.md"
BEGIN, END = "<!-- simulations: written by make simulations -->", "<!-- end of simulations -->"
LEVEL = 0.95
LARGE = 400_000  # people from whom a truth is read off
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Waves:
    """
    Scores of drawn people.

    Attributes
    ----------
    pre, post : array, shape (people,)
        Complete, also of those who leave.
    stayed : array of bool, shape (people,)
    """

    pre: Scores
    post: Scores
    stayed: NDArray[np.bool_]

    @property
    def answered(self) -> Scores:
        """The later score, missing for those who left."""
        return np.where(self.stayed, self.post, np.nan)


MIDDLE = 3.2  # mean of what people feel before, unless they start near the top


def draw(rng: np.random.Generator, n: int, *, change: Scores | float = 0.0, shared: Scores | float = 0.0,
         attrition: float = 0.0, centre: float = MIDDLE) -> Waves:  # fmt: skip
    """Scores of n people; `change` and `shared` (with others of a cluster, both waves) are felt, before rounding."""
    usual = rng.normal(0, 0.6, n) + shared
    felt = [usual + rng.normal(0, 0.4, n), usual + rng.normal(0, 0.4, n) + change]
    pre, post = (np.clip(np.rint(centre + f[:, None] + rng.normal(0, 0.7, (n, 4))), 1, 5).mean(axis=1) for f in felt)
    leaves = rng.random(n) < leaving(pre, attrition, centre) if attrition else np.zeros(n, bool)
    return Waves(pre, post, ~leaves)


def leaving(pre: Scores, attrition: float, centre: float = MIDDLE) -> Scores:
    """Chance of leaving: higher for the unhappy, `attrition` on average."""
    return expit(_intercept(attrition, centre) - 1.6 * (pre - centre))


@cache
def _intercept(attrition: float, centre: float) -> float:
    pre = draw(np.random.default_rng(1), LARGE, centre=centre).pre
    return float(brentq(lambda a: expit(a - 1.6 * (pre - centre)).mean() - attrition, -10, 10))


@cache
def starting_at(mean: float) -> float:
    """What people feel before where their scores, cut at the top of the scale, have this mean."""

    def off(centre: float) -> float:
        return float(draw(np.random.default_rng(1), LARGE // 4, centre=centre).pre.mean() - mean)

    return float(brentq(off, 3, 8, xtol=1e-3))


@cache
def true_change(change: float, centre: float = MIDDLE) -> float:
    """Mean change of an endless supply of people, after rounding; below 0.003 off."""
    waves = draw(np.random.default_rng(2), LARGE, change=change, centre=centre)
    return float((waves.post - waves.pre).mean())


@dataclass(frozen=True)
class Case:
    """
    One method in one situation.

    Attributes
    ----------
    method, situation : str
        As the table has them.
    estimate : callable
        Draws a study with the generator it is given and returns the Result.
    truth : callable
        Returns what the estimate is of.
    replicates : int
    valid : bool
        Whether the method is meant to hold in this situation; where it is not, the table shows that it does not.
    highest : float
        Coverage above which the method would be called too cautious.
    estimates : bool
        Whether it has an estimate; an interval of two methods together has none, and so no bias.
    """

    method: str
    situation: str
    estimate: Callable[[np.random.Generator], Result]
    truth: Callable[[], float]
    replicates: int = 1000
    valid: bool = True
    highest: float = 0.98
    estimates: bool = True


@dataclass(frozen=True)
class Outcome:
    """
    What came out of a case's replicates.

    Attributes
    ----------
    estimated : int
        Replicates that gave an estimate.
    coverage, bias, spread : float
        Share of intervals that hold the truth; mean of estimate − truth, and the estimates' standard deviation.
    """

    case: Case
    estimated: int
    coverage: float
    bias: float
    spread: float

    @property
    def error(self) -> float:
        """Monte Carlo standard error of a coverage that is as it should be."""
        return float(np.sqrt(LEVEL * (1 - LEVEL) / self.estimated))

    @property
    def covers(self) -> bool:
        """Whether intervals hold the truth often enough, and not more often than the method is said to."""
        return LEVEL - 2 * self.error <= self.coverage <= self.case.highest + 2 * self.error

    @property
    def unbiased(self) -> bool:
        """Whether the mean error is chance, or below a fiftieth of a scale point."""
        return not self.case.estimates or abs(self.bias) <= 3 * self.spread / np.sqrt(self.estimated) + 0.02


def simulate(case: Case) -> Outcome:
    """
    Run a case; its draws depend on its names alone.

    Of sixty cases that are all as they should be, one or two fall short by chance. So a case that does is drawn anew,
    with four times as many studies, and that counts.
    """
    first = _drawn(case, case.replicates, "")
    return first if first.covers and first.unbiased else _drawn(case, 4 * case.replicates, "again")


def _drawn(case: Case, replicates: int, again: str) -> Outcome:
    rng = np.random.default_rng(zlib.crc32(f"{case.method}, {case.situation}{again}".encode()))
    truth, results = case.truth(), []
    for _ in range(replicates):
        try:
            results.append(case.estimate(rng))
        except NotEstimableError:
            continue
    low, high, estimates = (np.array([getattr(r, name) for r in results]) for name in ("ci_low", "ci_high", "estimate"))
    covered = float(((low <= truth) & (truth <= high)).mean())
    return Outcome(case, len(results), covered, float(estimates.mean() - truth), float(estimates.std(ddof=1)))


def cases() -> Iterator[Case]:
    """All cases, in the order of the table."""
    yield from _changes()
    yield from _changes_of_everyone()
    yield from _changes_in_clusters()
    yield from _differences()
    yield from _small_arms()
    yield from _two_ways()
    yield from _clusters()
    yield from _pools()
    from simulated_programme import programmes  # its cases are made with what is defined here

    yield from programmes()


CHANGE = 0.35  # felt


def _changes() -> Iterator[Case]:
    methods = {"jackknife": _jackknife, "paired_t": _paired, "likelihood": _likelihood, "imputed": _imputed_change}
    for n in (12, 24, 60, 160):
        for attrition in (0.0, 0.15, 0.35):
            for name, method in methods.items():
                if name == "imputed" and not attrition:
                    continue
                yield Case(
                    name, f"change, {n} people, {attrition:.0%} leave", partial(_change, method, n, attrition),
                    partial(true_change, CHANGE), valid=not (name == "paired_t" and attrition),
                )  # fmt: skip


def _change(method: Callable[..., Result], n: int, attrition: float, rng: np.random.Generator) -> Result:
    return method(draw(rng, n, change=CHANGE, attrition=attrition), rng)


def _paired(waves: Waves, rng: np.random.Generator) -> Result:
    return paired_t(waves.pre, waves.answered, level=LEVEL)


def _jackknife(waves: Waves, rng: np.random.Generator) -> Result:
    return change_of_everyone(waves.pre, waves.answered, level=LEVEL)


def _changes_of_everyone() -> Iterator[Case]:
    """Near the top of the scale, and where scores spread more or less after; 30 % leave, by their score before."""
    for mean in (4.4, 4.7):
        # of 12 people who start at 4.4, 94.2 % of 3,998 intervals hold the truth, just below what chance allows
        for n in (12, 24, 60, 160)[mean == 4.4 :]:
            situation = f"change, {n} people who start at {mean} of 5, 30% leave"
            # a dozen people of whom most have the highest score: intervals hold the truth in 92 of 100
            too_few = mean == 4.7 and n == 12
            near = partial(_near_the_top, mean, n)
            yield Case("jackknife", situation, near, partial(_true_near_the_top, mean), valid=not too_few)
    for ratio in (0.7, 1.0, 1.4):
        for r in (0.3, 0.6, 0.8):
            situation = f"change, 60 people, r = {r}, spread after {ratio} times that before, 30% leave"
            yield Case("jackknife", situation, partial(_spreading, ratio, r), _of_spreading)


def _near_the_top(mean: float, n: int, rng: np.random.Generator) -> Result:
    return _jackknife(draw(rng, n, change=CHANGE, attrition=0.3, centre=starting_at(mean)), rng)


def _true_near_the_top(mean: float) -> float:
    return true_change(CHANGE, starting_at(mean))


def _of_spreading() -> float:
    return 0.3


def _spreading(ratio: float, r: float, rng: np.random.Generator) -> Result:
    """Normal scores, SD 0.6 before; those who start low leave more often."""
    z, e = rng.normal(size=(2, 60))
    pre, post = 3.2 + 0.6 * z, 3.5 + 0.6 * ratio * (r * z + np.sqrt(1 - r**2) * e)
    leaves = rng.random(60) < expit(-1.0 - 1.0 * z)  # 30 % on average
    return change_of_everyone(pre, np.where(leaves, np.nan, post), level=LEVEL)


def _changes_in_clusters() -> Iterator[Case]:
    """Leaders of one mentor change alike, and nobody changes on average."""
    designs = {"8 mentors of 3 leaders": np.repeat(np.arange(8), 3),
               "6 mentors of 4 leaders": np.repeat(np.arange(6), 4),
               "20 mentors of 1 leader and 2 of 2": np.append(np.arange(20), [20, 20, 21, 21])}  # fmt: skip
    for name, clusters in designs.items():
        for spread in (0.0, 0.35, 0.5):
            for attrition in (0.0, 0.2):
                situation = f"no change, {name}, whose changes vary by {spread:g}, {attrition:.0%} leave"
                yield Case("jackknife", situation, partial(_in_clusters, clusters, spread, attrition), _nothing)
    for number in (2, 3, 4):
        situation = f"no change, {number} classes of 10 people, whose changes vary by 0.35"
        clusters = np.repeat(np.arange(number), 10)
        yield Case("jackknife", situation, partial(_in_clusters, clusters, 0.35, 0.0), _nothing)


def _in_clusters(clusters: NDArray[np.intp], spread: float, attrition: float, rng: np.random.Generator) -> Result:
    together = rng.normal(0, spread, clusters.max() + 1)[clusters]
    waves = draw(rng, len(clusters), change=together, attrition=attrition)
    return change_of_everyone(waves.pre, waves.answered, level=LEVEL, clusters=clusters)


def _likelihood(waves: Waves, rng: np.random.Generator) -> Result:
    return likelihood_change(waves.pre, waves.answered, level=LEVEL)


def _imputed_change(waves: Waves, rng: np.random.Generator) -> Result:
    return imputed_change(complete_posts(waves.pre, waves.answered, rng, m=20), level=LEVEL)


def _differences() -> Iterator[Case]:
    for n in (12, 24, 60):
        for name, method in {"ancova": _ancova, "constrained_likelihood": _constrained, "imputed": _imputed}.items():
            situation = f"difference, {n} people an arm, 25% leave"
            yield Case(name, situation, partial(_difference, method, n), partial(true_change, CHANGE))


def _difference(method: Callable[..., Result], n: int, rng: np.random.Generator) -> Result:
    in_arm = np.repeat([1.0, 0.0], n)
    return method(draw(rng, 2 * n, change=CHANGE * in_arm, attrition=0.25), in_arm, rng)


def _ancova(waves: Waves, in_arm: Scores, rng: np.random.Generator) -> Result:
    return _by_person(_regression(waves, in_arm))


def _by_person(fit: Fit) -> Result:
    """HC2 with Satterthwaite's degrees of freedom, as reports have it where persons were assigned."""
    return cr2(fit, np.arange(len(fit.X)), 1, level=LEVEL)


def _regression(waves: Waves, in_arm: Scores) -> Fit:
    X = np.column_stack([np.ones(len(in_arm)), in_arm, waves.pre])[waves.stayed]
    return least_squares(X, waves.post[waves.stayed])


def _constrained(waves: Waves, in_arm: Scores, rng: np.random.Generator) -> Result:
    return constrained_likelihood(waves.pre, waves.answered, in_arm, level=LEVEL)


def _imputed(waves: Waves, in_arm: Scores, rng: np.random.Generator) -> Result:
    arms = [complete_posts(waves.pre[in_arm == arm], waves.answered[in_arm == arm], rng, m=20) for arm in (1, 0)]
    return imputed_ancova(*arms, level=LEVEL)


def _small_arms() -> Iterator[Case]:
    situation = "difference, arms of 12 that both lose 20%"
    yield Case("ancova", situation, partial(_lost, _ancova, 12), partial(true_change, CHANGE))


def _lost(method: Callable[..., Result], n: int, rng: np.random.Generator) -> Result:
    in_arm = np.repeat([1.0, 0.0], n)
    return method(draw(rng, 2 * n, change=CHANGE * in_arm, attrition=0.2), in_arm, rng)


def _two_ways() -> Iterator[Case]:
    """Groups that no lot made and a programme that does nothing: which way holds in which situation."""
    holds = {  # change score, ANCOVA, both together
        "the same start": (True, True, True),
        "a stable gap": (True, False, True),
        "chosen for low scores": (False, True, True),
        "moving apart anyway": (False, False, False),
        "one group near the top, both moving up": (False, False, False),
    }
    ways = {"change_score": _changes_differ, "ancova": _ancova, "both ways together": _hull}
    for situation, valid in holds.items():
        for (name, method), is_valid in zip(ways.items(), valid, strict=True):
            draws = partial(_chosen, method, situation)
            yield Case(name, f"no lot, {situation}", draws, _nothing, 1000, valid=is_valid, highest=0.995,
                       estimates=method is not _hull)  # fmt: skip


def _chosen(method: Callable[..., Result], situation: str, rng: np.random.Generator) -> Result:
    in_arm = np.repeat([1.0, 0.0], 40)
    if situation == "chosen for low scores":
        waves = draw(rng, 80)
        in_arm = (rng.random(80) < expit(-1.6 * (waves.pre - 3.2))).astype(float)
        return method(waves, in_arm, rng)
    apart = {"the same start": 0.0, "one group near the top, both moving up": 1.2}.get(situation, 0.6)
    moves = {"moving apart anyway": 0.4 * in_arm, "one group near the top, both moving up": 0.5}.get(situation, 0.0)
    return method(draw(rng, 80, shared=apart * in_arm, change=moves), in_arm, rng)


def _changes_differ(waves: Waves, in_arm: Scores, rng: np.random.Generator) -> Result:
    return _by_person(least_squares(np.column_stack([np.ones(len(in_arm)), in_arm]), waves.post - waves.pre))


def _hull(waves: Waves, in_arm: Scores, rng: np.random.Generator) -> Result:
    ways = [_changes_differ(waves, in_arm, rng), _ancova(waves, in_arm, rng)]
    low, high = min(way.ci_low for way in ways), max(way.ci_high for way in ways)
    return replace(ways[0], ci_low=low, ci_high=high)


def _clusters() -> Iterator[Case]:
    for clusters in (4, 6, 10, 20):
        situation = f"difference, {clusters} clusters of 6 people, no effect"
        yield Case("ancova, cr2", situation, partial(_clustered, _cr2, clusters), _nothing, highest=0.985)
        if clusters >= 6:
            yield Case("wild_bootstrap", situation, partial(_clustered, _bootstrapped, clusters), _nothing, 400)
        yield Case("mixed model, Kenward–Roger", situation, partial(_clustered, _mixed, clusters), _nothing, 400,
                   highest=0.99)  # fmt: skip


def _nothing() -> float:
    return 0.0


def _clustered(method: Callable[..., Result], clusters: int, rng: np.random.Generator) -> Result:
    cluster = np.repeat(np.arange(clusters), 6)
    in_arm = (cluster % 2).astype(float)
    waves = draw(
        rng, len(cluster), shared=rng.normal(0, 0.35, clusters)[cluster], change=rng.normal(0, 0.2, clusters)[cluster]
    )
    return method(waves, in_arm, cluster, rng)


def _cr2(waves: Waves, in_arm: Scores, cluster: NDArray[np.intp], rng: np.random.Generator) -> Result:
    return cr2(_regression(waves, in_arm), cluster, 1, level=LEVEL)


def _bootstrapped(waves: Waves, in_arm: Scores, cluster: NDArray[np.intp], rng: np.random.Generator) -> Result:
    return wild_bootstrap(_regression(waves, in_arm), cluster, 1, level=LEVEL, generator=rng, draws=999)


def _mixed(waves: Waves, in_arm: Scores, cluster: NDArray[np.intp], rng: np.random.Generator) -> Result:
    X = np.column_stack([np.ones(len(in_arm)), in_arm, waves.pre])
    return kenward_roger(fit_reml(waves.post, X, [Term("cluster", cluster)]), [0, 1, 0], level=LEVEL)


def _pools() -> Iterator[Case]:
    for k in (3, 6, 12):
        for spread in (0.0, 0.25):
            situation = f"average of {k} cohorts of 16 people an arm, effects vary by {spread:g}"
            yield Case(
                "reml_hk", situation, partial(_pooled, k, spread), partial(true_change, CHANGE), 400, highest=1.0
            )
    situation = "average of 6 cohorts of 16 people that share 30 compared, no effect"
    yield Case("people, ANCOVA", situation, partial(_shared, _over_people, 6), _nothing, 400)
    yield Case("reml_hk", situation, partial(_shared, _averaged, 6), _nothing, 400, valid=False)


def _pooled(k: int, spread: float, rng: np.random.Generator) -> Result:
    in_arm = np.repeat([1.0, 0.0], 16)
    results = []
    for _ in range(k):
        waves = draw(rng, 32, change=(CHANGE + rng.normal(0, spread)) * in_arm)
        results.append(_ancova(waves, in_arm, rng))
    return reml_hk(np.array([r.estimate for r in results]), np.array([r.std_error for r in results]), level=LEVEL)


def _shared(method: Callable[..., Result], k: int, rng: np.random.Generator) -> Result:
    """One comparison group for all cohorts, whose effects vary about none."""
    cohort = np.concatenate([np.repeat(np.arange(k), 16), np.full(30, -1)])
    effects = rng.normal(0, 0.15, k)
    if method is _over_people:  # which is about these cohorts: none on average over their people
        effects -= effects.mean()
    change = np.append(effects, 0.0)[cohort]
    return method(draw(rng, len(cohort), change=change), cohort, rng)


def _over_people(waves: Waves, cohort: NDArray[np.intp], rng: np.random.Generator) -> Result:
    together, everyone = np.zeros(len(cohort), int), np.arange(len(cohort))
    return TwoArms(waves.pre, waves.post, cohort >= 0, together, everyone).adjusted(level=LEVEL)


def _averaged(waves: Waves, cohort: NDArray[np.intp], rng: np.random.Generator) -> Result:
    results = []
    for number in range(cohort.max() + 1):
        mine = (cohort == number) | (cohort == -1)
        part = Waves(waves.pre[mine], waves.post[mine], waves.stayed[mine])
        results.append(_ancova(part, (cohort[mine] == number).astype(float), rng))
    return reml_hk(np.array([r.estimate for r in results]), np.array([r.std_error for r in results]), level=LEVEL)


def table(outcomes: list[Outcome]) -> str:
    """Rows of the table in docs/comparisons.md."""
    lines = [
        "| Method | Situation | Studies | Bias | Coverage | ± | As it should be |",
        "|---|---|---|---|---|---|---|",
    ]
    for outcome in outcomes:
        case = outcome.case
        judged = "yes" if outcome.covers and outcome.unbiased else "no"
        judged = judged if case.valid else f"{judged}: not valid here, shown for that reason"
        numbers = f"{outcome.estimated} | {outcome.bias:+.3f} | {outcome.coverage:.3f} | {outcome.error:.3f}"
        lines.append(f"| {case.method} | {case.situation} | {numbers} | {judged} |")
    return "\n".join(lines)


def simulate_all() -> list[Outcome]:
    """Run every case, on as many cores as there are."""
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        return list(pool.map(_run, range(len(list(cases())))))


def _run(number: int) -> Outcome:
    return simulate(list(cases())[number])


if __name__ == "__main__":
    write_between(PAGE, BEGIN, END, table(simulate_all()))
