"""Whether intervals of the mixed models hold the truth as often as they say: Likert scores, people who leave."""

from collections.abc import Callable

import numpy as np
import pytest

from rm_research.stats.mixed import Term, constrained_likelihood, likelihood_change, mixed_contrast
from rm_research.stats.paired import paired_t
from rm_research.stats.result import NotEstimableError, Result

pytestmark = pytest.mark.slow

ITEMS, CHANGE, LEVEL = 6, 0.3, 0.95


def answered(trait: np.ndarray, draws: np.random.Generator) -> np.ndarray:
    """Mean of six items from 1 to 5."""
    return np.clip(np.round(trait[:, None] + draws.normal(0, 0.6, (len(trait), ITEMS))), 1, 5).mean(axis=1)


def waves(draws: np.random.Generator, n: int, leaving: float, arm: np.ndarray | float = 1.0, sd_post: float = 0.7):
    """Scores before, after where there is one, and after of everybody; people with low scores leave more often."""
    standing = draws.normal(size=n)
    pre = answered(3.2 + 0.7 * standing, draws)
    after = 0.7 * standing + np.sqrt(1 - 0.7**2) * draws.normal(size=n)
    post = answered(3.2 + sd_post * after + CHANGE * arm, draws)
    odds = leaving / (1 - leaving) * np.exp(-(pre - 3.2) / 0.75)
    return pre, np.where(draws.random(n) < odds / (1 + odds), np.nan, post), post


def coverage(estimate: Callable[[], Result], truth: float, runs: int) -> tuple[float, float]:
    """Share of intervals that hold the truth, and twice its Monte Carlo error if the level is kept."""
    held = []
    for _ in range(runs):
        try:
            result = estimate()
        except NotEstimableError:
            continue
        held.append(result.ci_low <= truth <= result.ci_high)
    assert len(held) > 0.9 * runs
    return float(np.mean(held)), 2 * np.sqrt(LEVEL * (1 - LEVEL) / len(held))


@pytest.mark.parametrize("n", [12, 24, 60])
@pytest.mark.parametrize("leaving", [0.13, 0.33])  # of those with an average score; 17 and 36 % of all
@pytest.mark.parametrize("equal_variances", [True, False])
def test_change_by_likelihood_covers_when_leaving_depends_on_the_score_before(n, leaving, equal_variances):
    draws = np.random.default_rng(n)
    pre, _, post = waves(np.random.default_rng(1), 400_000, leaving)

    def estimate() -> Result:
        before, after, _ = waves(draws, n, leaving)
        return likelihood_change(before, after, level=LEVEL, equal_variances=equal_variances)

    held, error = coverage(estimate, (post - pre).mean(), 2000)
    assert LEVEL - error <= held <= 0.98


def test_completers_alone_do_not_cover():
    """What is expected of the paired t: those who stay began higher, and fall back."""
    draws = np.random.default_rng(5)
    pre, _, post = waves(np.random.default_rng(1), 400_000, 0.33)
    truth = (post - pre).mean()
    held, _ = coverage(lambda: paired_t(*waves(draws, 160, 0.33)[:2], level=LEVEL), truth, 1000)
    assert held < 0.85
    held, error = coverage(lambda: likelihood_change(*waves(draws, 160, 0.33)[:2], level=LEVEL), truth, 1000)
    assert held >= LEVEL - error


def test_unequal_variances_cover_where_scores_spread_out():
    draws = np.random.default_rng(6)
    pre, _, post = waves(np.random.default_rng(1), 400_000, 0.33, sd_post=1.0)

    def estimate(*, equal: bool) -> Result:
        return likelihood_change(*waves(draws, 160, 0.33, sd_post=1.0)[:2], level=LEVEL, equal_variances=equal)

    truth = (post - pre).mean()
    held, error = coverage(lambda: estimate(equal=False), truth, 1000)
    assert held >= LEVEL - error
    assert coverage(lambda: estimate(equal=True), truth, 1000)[0] < held


@pytest.mark.parametrize(("n", "lowest"), [(12, 0.92), (24, None), (60, None)])
@pytest.mark.parametrize("leaving", [0.13, 0.33])
def test_constrained_likelihood_keeps_its_level_when_nothing_happens(n, lowest, leaving):
    """With two to six pairs an arm it falls a little short."""
    draws = np.random.default_rng(n)

    def estimate() -> Result:
        arm = draws.permutation(np.arange(n) % 2).astype(float)
        before, after, _ = waves(draws, n, leaving, arm=0.0)
        return constrained_likelihood(before, after, arm, level=LEVEL)

    held, error = coverage(estimate, 0.0, 2000)
    assert (lowest or LEVEL - error) <= held <= 0.98


@pytest.mark.parametrize("spread", [0.0, 0.15, 0.4])
def test_six_cohorts_assigned_as_a_whole_keep_the_level(spread):
    """Type I error of ANCOVA with random cohorts and dyads, by Satterthwaite and by Kenward and Roger."""
    draws = np.random.default_rng(7)
    cohort, dyad = np.arange(72) // 12, np.arange(72) // 2
    arm, rejected = (cohort % 2).astype(float), np.zeros(2)
    runs = 400
    for _ in range(runs):
        alike = spread * draws.normal(size=6)[cohort] + 0.3 * draws.normal(size=36)[dyad]
        standing = draws.normal(size=72)
        pre = answered(3.2 + 0.7 * standing, draws)
        post = answered(3.2 + 0.5 * standing + 0.4 * draws.normal(size=72) + alike, draws)
        kept = draws.random(72) > 0.2
        X, y = np.column_stack([np.ones(72), arm, pre])[kept], post[kept]
        terms = [Term("cohort", cohort[kept]), Term("dyad", dyad[kept])]
        result = mixed_contrast(y, X, [0, 1.0, 0], terms, level=LEVEL, keep=["cohort"])
        rejected += [result.p_value < 0.05, result.details["kr_p_value"] < 0.05]
    highest = 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)
    assert (rejected / runs <= highest).all()
    assert rejected[1] <= rejected[0]  # Kenward and Roger are the more careful where the variance may be 0
