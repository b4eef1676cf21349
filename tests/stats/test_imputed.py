"""Everyone measured at the start: identities, tipping points, and coverage where leaving depends on scores."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.stats.imputed import (
    Completed,
    PerImputation,
    complete_posts,
    imputed_ancova,
    imputed_change,
    tipping_point,
)
from rm_research.stats.paired import paired_t
from rm_research.stats.regression import cr2, least_squares, robust
from rm_research.stats.result import NotEstimableError
from rm_research.stats.rubin import pool

few = examples(7)
M = 50
NUMBERS = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def scores(seed: int, n: int = 24, gain: float = 0.5, left: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Scores before and after; those lowest before have none after."""
    draws = rng(seed)
    pre = draws.normal(3, 0.8, n)
    post = 3 + gain + 0.6 * (pre - 3) + draws.normal(0, 0.6, n)
    post[np.argsort(pre)[:left]] = np.nan
    return pre, post


def arm(seed: int, **options) -> Completed:
    return complete_posts(*scores(seed, **options), rng(seed + 100), m=M)


def numbers(result) -> dict[str, float]:
    return {name.replace("p_value", "p"): getattr(result, name) for name in NUMBERS}


def design(one: Completed, other: Completed) -> np.ndarray:
    in_arm = np.repeat([1.0, 0.0], [len(one.pre), len(other.pre)])
    return np.column_stack([np.ones(len(in_arm)), in_arm, np.concatenate([one.pre, other.pre])])


def test_change_is_the_paired_t_of_each_data_set_pooled(compare):
    completed = arm(1)
    each = [paired_t(completed.pre, post, level=0.9) for post in completed.post]
    expected = pool(*(np.array([getattr(r, name) for r in each]) for name in ("estimate", "std_error")), 23, level=0.9)
    result = imputed_change(completed, level=0.9)
    compare(numbers(result), numbers(expected), of=[complete_posts, imputed_change], against="formula written out",
            because="paired t in each imputed data set, pooled one by one")  # fmt: skip
    assert result.details == {**expected.details, "n_imputed": 6}


@pytest.mark.parametrize("clustered", [False, True])
def test_ancova_is_that_of_each_data_set_pooled(clustered, compare):
    one, other = arm(1), arm(2, gain=0.0, n=20, left=4)
    clusters = rng().integers(0, 12, 44).astype(str) if clustered else None
    each = []
    for post in np.concatenate([one.post, other.post], axis=1):
        fit = least_squares(design(one, other), post)
        each.append(cr2(fit, clusters if clustered else np.arange(44), 1, level=0.9))
    expected = pool(
        *(np.array([getattr(r, name) for r in each]) for name in ("estimate", "std_error")), each[0].df, level=0.9
    )
    result = imputed_ancova(one, other, clusters=clusters, level=0.9)
    because = f"{'CR2' if clustered else 'HC2'} in each imputed data set, pooled one by one"
    compare(numbers(result), numbers(expected), of=[complete_posts, imputed_ancova], against="formula written out",
            because=because)  # fmt: skip
    assert result.details["n_imputed"] == 10


def test_who_was_not_measured_at_the_start_takes_no_part():
    pre, post = scores(1)
    more = complete_posts(np.append(pre, [np.nan, np.nan]), np.append(post, [4.0, np.nan]), rng(101), m=M)
    assert (more.post == arm(1).post).all()
    assert more.measured.tolist() == [True] * 24 + [False] * 2
    assert more.left.sum() == 6
    assert more.post.shape == (M, 24)


def test_where_nobody_left_it_is_the_estimate_of_complete_data(compare):
    one, other = arm(3, left=0), arm(4, left=0, gain=0.0)
    result = imputed_change(one, level=0.95, largest_shift=4.0)
    theirs = numbers(paired_t(one.pre, one.post[0], level=0.95))
    compare(numbers(result), theirs, of=[imputed_change], against="identity", because="nobody left: the paired t")
    fit = least_squares(design(one, other), np.concatenate([one.post[0], other.post[0]]))
    difference = imputed_ancova(one, other, level=0.95, largest_shift=4.0)
    complete = robust(fit, 1, clusters=None, level=0.95)
    compare(numbers(difference), numbers(complete), of=[imputed_ancova], against="identity",
            because="nobody left: the complete-case ANCOVA")  # fmt: skip
    for found in (result, difference):
        assert {"n_imputed", "tipping_shift", "largest_shift"} & set(found.details) == {"n_imputed"}
        assert found.details["fmi"] == 0


def test_leaving_by_the_score_before_does_not_move_the_estimate():
    """The paired mean of those who stayed is off by the selection; the imputed mean is not."""
    draws = rng(5)
    pre = draws.normal(3, 0.8, 4000)
    post = 3.5 + 0.6 * (pre - 3) + draws.normal(0, 0.6, 4000)
    truth = (post - pre).mean()
    stayed = np.where(pre < 2.7, np.nan, post)
    assert imputed_change(complete_posts(pre, stayed, rng(), m=M), level=0.95).estimate == pytest.approx(
        truth, abs=0.05
    )
    assert paired_t(pre, stayed, level=0.95).estimate < truth - 0.1


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1e6]))
def test_shift_and_unit_do_not_matter(seed, unit):
    pre, post = scores(seed)
    one = imputed_change(complete_posts(pre, post, rng(2), m=5), level=0.9)
    other = imputed_change(complete_posts(unit * pre, unit * post + 3 * unit, rng(2), m=5), level=0.9)
    assert other.estimate == pytest.approx(unit * (one.estimate + 3), rel=1e-8)
    assert [other.std_error, other.df] == pytest.approx([unit * one.std_error, one.df], rel=1e-6)


def moved(completed: Completed, shift: float) -> Completed:
    return Completed(completed.measured, completed.pre, completed.post + shift * completed.left, completed.left)


@few
@given(st.integers(0, 10_000), st.sampled_from([-0.9, 0.9]))
def test_at_the_tipping_point_the_interval_ends_at_nil(seed, gain):
    completed = arm(seed, n=40, gain=gain, left=14)
    result = imputed_change(completed, level=0.95, largest_shift=8.0)
    at = result.details["tipping_shift"]
    assert at * gain < 0
    there = imputed_change(moved(completed, at), level=0.95)
    assert (there.ci_low if gain > 0 else there.ci_high) == pytest.approx(0, abs=1e-10)
    before = imputed_change(moved(completed, 0.99 * at), level=0.95)
    assert before.ci_low > 0 or before.ci_high < 0


@pytest.mark.parametrize("clustered", [False, True])
def test_tipping_points_of_differences_move_those_who_left_the_arm(clustered, compare):
    one, other = arm(7, n=40, gain=0.9, left=12), arm(8, n=40, gain=0.0, left=5)
    clusters = np.arange(80) // 2 if clustered else None
    result = imputed_ancova(one, other, clusters=clusters, level=0.95, largest_shift=5.0)
    there = imputed_ancova(moved(one, result.details["tipping_shift"]), other, clusters=clusters, level=0.95)
    compare({"end": there.ci_low}, {"end": 0.0}, of=[imputed_ancova, tipping_point], against="identity", rel=0,
            absolute=1e-10, because="refitted at the tipping point, the interval ends at 0")  # fmt: skip
    assert result.details["largest_shift"] == 5.0


def means(completed: Completed, shift: float) -> PerImputation:
    change = completed.shifted(shift) - completed.pre
    n = change.shape[1]
    return PerImputation(change.mean(axis=1), change.std(axis=1, ddof=1) / np.sqrt(n), n - 1)


def test_tipping_point_is_that_of_a_search_step_by_step(compare):
    shifted = partial(means, arm(9, n=40, gain=0.8, left=15))
    steps = -np.arange(0, 4, 1e-3)
    first = next(step for step in steps if shifted(step).pooled(level=0.95).ci_low <= 0)
    found = {"shift": tipping_point(shifted, level=0.95, largest=4.0)}
    compare(found, {"shift": first}, of=[tipping_point], against="formula written out", rel=0, absolute=1e-3,
            because="the first of steps of 1e-3 at which the interval includes 0")  # fmt: skip


def test_no_tipping_point():
    clear = arm(10, n=40, gain=2.0, left=3)
    with pytest.raises(NotEstimableError, match=r"^never_tips$"):
        tipping_point(partial(means, clear), level=0.95, largest=0.5)
    found = imputed_change(clear, level=0.95, largest_shift=0.5).details
    assert found["largest_shift"] == 0.5
    assert "tipping_shift" not in found
    with pytest.raises(NotEstimableError, match=r"^never_tips$"):
        tipping_point(partial(means, arm(10, gain=2.0, left=0)), level=0.95, largest=4.0)
    unclear = arm(11, gain=0.0)
    with pytest.raises(NotEstimableError, match=r"^already_unclear$"):
        tipping_point(partial(means, unclear), level=0.95, largest=4.0)
    assert "largest_shift" not in imputed_change(unclear, level=0.95, largest_shift=4.0).details


def test_a_shift_of_the_comparison_would_tip_the_other_way():
    """An estimate that falls as those who left rise is followed upwards."""
    found = tipping_point(lambda shift: means(arm(9, n=40, gain=0.8, left=15), -shift), level=0.95, largest=4.0)
    assert found == pytest.approx(
        -tipping_point(partial(means, arm(9, n=40, gain=0.8, left=15)), level=0.95, largest=4.0)
    )


GONE = np.full(12, np.nan)
UP = np.arange(12.0)


@pytest.mark.parametrize(
    ("pre", "post"), [(UP[:0], UP[:0]), (GONE, UP), (UP, GONE), (UP, np.where(UP < 6, np.nan, UP)), (UP[:1], GONE[:1])]
)
def test_too_few_to_learn_from(pre, post):
    with pytest.raises(NotEstimableError, match=r"^too_few_pairs$"):
        complete_posts(pre, post, rng(), m=M)


def test_one_person():
    one = complete_posts(UP[:1], UP[:1], rng(), m=M)
    with pytest.raises(NotEstimableError, match=r"^too_few_pairs$"):
        imputed_change(one, level=0.95)
    with pytest.raises(NotEstimableError, match=r"^one_of_a_kind$"):
        imputed_ancova(one, arm(1), level=0.95)


def test_everyone_changed_alike():
    post = np.where(UP > 8, np.nan, UP + 0.1)
    same = complete_posts(UP, post, rng(), m=M)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        imputed_change(same, level=0.95)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        imputed_ancova(same, complete_posts(UP + 0.5, post, rng(), m=M), level=0.95)


def test_equal_scores_before_cannot_be_compared():
    one = complete_posts(np.full(12, 0.1), UP, rng(), m=M)
    with pytest.raises(NotEstimableError, match=r"^collinear$"):
        imputed_ancova(one, one, level=0.95)


def test_an_arm_in_one_cluster():
    clusters = np.repeat(["a", "b", "c"], [24, 12, 12])
    with pytest.raises(NotEstimableError, match=r"^too_few_clusters$"):
        imputed_ancova(arm(1), arm(2), clusters=clusters, level=0.95)


def answers(draws, n: int, gain: float, *, likert: bool) -> tuple[np.ndarray, np.ndarray]:
    """Scores of an arm, of whom a quarter to a third leave, the lower before the likelier."""
    pre = draws.normal(3, 0.8, n)
    post = 3 + gain + 0.6 * (pre - 3) + draws.normal(0, 0.64, n)
    if likert:  # means of four items, on a scale of five
        pre, post = (np.clip(np.round(4 * wave) / 4, 1, 5) for wave in (pre, post))
    return pre, np.where(draws.random(n) < 1 / (1 + np.exp(1.2 + 1.5 * (pre - 3))), np.nan, post)


@pytest.mark.slow
@pytest.mark.parametrize("likert", [False, True])
@pytest.mark.parametrize("n", [24, 60])
def test_intervals_cover_where_leaving_depends_on_the_score_before(n, likert, compare):
    """At least nominal less two Monte Carlo errors, at most .98; the paired t of those who stayed falls short."""
    draws, runs, gain = rng(n), 1500, 0.3
    hits, total = np.zeros(3), np.zeros(3)
    for _ in range(runs):
        one, other = answers(draws, n, gain, likert=likert), answers(draws, n, 0.0, likert=likert)
        completed = complete_posts(*one, draws, m=M)
        results = [imputed_change(completed, level=0.95), paired_t(*one, level=0.95),
                   imputed_ancova(completed, complete_posts(*other, draws, m=M), level=0.95)]  # fmt: skip
        hits += [result.ci_low <= gain <= result.ci_high for result in results]
        total += [result.estimate for result in results]
    coverage, bias = hits / runs, total / runs - gain
    error = np.sqrt(0.95 * 0.05 / runs)
    assert coverage[[0, 2]].min() > 0.95 - 2 * error
    assert coverage[[0, 2]].max() < 0.98
    assert coverage[1] < 0.95 - 3 * error
    compare({"change": bias[0], "difference": bias[2]}, {"change": 0.0, "difference": 0.0},
            of=[imputed_change, imputed_ancova], against="simulated truth", rel=0, absolute=0.02,
            because=f"bias over {runs} studies of {n} people an arm, over a quarter of whom leave")  # fmt: skip
    assert bias[1] < -0.05
