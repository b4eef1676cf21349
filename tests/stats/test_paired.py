"""Change of people measured twice, against R and scipy, and by identities."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from properties import examples
from scipy import stats

from rm_research.stats.paired import (
    complete_pairs,
    ends_of_mean,
    hodges_lehmann,
    paired_t,
    spread_ratio,
    welch,
)
from rm_research.stats.result import NotEstimableError

NAMES = ["paired_sleep", "paired_univbct60"]
few = examples(20)
ESTIMATORS = [paired_t, hodges_lehmann, welch]


def scores(least: int = 3, most: int = 14) -> st.SearchStrategy[tuple[np.ndarray, np.ndarray]]:
    """Scores before and after in quarters, so that sums, ties and shifts are exact."""
    pairs = st.lists(st.tuples(st.integers(4, 28), st.integers(4, 28)), min_size=least, max_size=most)
    return pairs.map(lambda rows: tuple(np.array(rows, float).T / 4))


def numbers(result) -> list[float]:
    names = ("estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high")
    return [getattr(result, name) for name in names]


@pytest.fixture(params=NAMES)
def case(request, golden):
    r, data = golden(request.param)
    return request.param, r, data["pre"].to_numpy(float), data["post"].to_numpy(float)


def test_complete_pairs_are_those_of_r(case, compare):
    name, r, pre, post = case
    compare({"n": len(complete_pairs(pre, post)[0])}, {"n": r["n"]}, of=[complete_pairs], against=name)


def test_paired_t_equals_r(case, compare):
    name, r, pre, post = case
    result, wider = paired_t(pre, post, level=0.95), paired_t(pre, post, level=0.90)
    ours = {
        "mean_change": result.estimate, "t": result.statistic, "df": result.df, "p": result.p_value,
        "std_error": result.std_error, "low": result.ci_low, "high": result.ci_high, "low90": wider.ci_low,
        "high90": wider.ci_high, **result.details,
    }  # fmt: skip
    theirs = {name: r[name] for name in ("mean_change", "t", "df", *result.details)} | {
        "p": r["p"], "std_error": r["mean_change"] / r["t"], "low": r["ci95"][0], "high": r["ci95"][1],
        "low90": r["ci90"][0], "high90": r["ci90"][1],
    }  # fmt: skip
    compare(ours, theirs, of=[paired_t], against=name)


def test_hodges_lehmann_equals_r(case, compare):
    name, r, pre, post = case
    result, w = hodges_lehmann(pre, post, level=0.95), r["wilcoxon"]
    ours = {"V": result.statistic, "p": result.p_value, **result.details}
    theirs = {"V": w["V"], "p": w["p_corrected"], "n_changed": w["n_nonzero"]}
    compare(ours, theirs, of=[hodges_lehmann], against=name)
    ours = {"estimate": result.estimate, "low": result.ci_low, "high": result.ci_high}
    theirs = {"estimate": w["pseudomedian"], "low": w["ci95"][0], "high": w["ci95"][1]}
    because = "R finds the estimate and its interval by root search, to 1e-4; ours are exact"
    compare(ours, theirs, of=[hodges_lehmann], against=name, rel=0, absolute=1e-4, because=because)
    assert np.isnan([result.std_error, result.df]).all()


@pytest.mark.parametrize("name", ["ancova_btheb", "ancova_cr2_bdf24"])
def test_welch_equals_r(name, golden, compare):
    r, data = golden(name)
    change = (data["post"] - data["pre"]).to_numpy()
    result = welch(change[data["treat"] == 0], change[data["treat"] == 1], level=0.95)
    w = r["welch"]
    ours = {"t": result.statistic, "df": result.df, "p": result.p_value, "low": result.ci_low, "high": result.ci_high}
    theirs = {"t": w["t"], "df": w["df"], "p": w["p"], "low": w["ci95"][0], "high": w["ci95"][1]}
    ours, theirs = ours | {"estimate": result.estimate}, theirs | {"estimate": r["change_HC2"][1]["estimate"]}
    compare(ours, theirs, of=[welch], against=name)


@few
@given(scores(8))
def test_equals_scipy(waves):
    pre, post = waves
    assume(np.ptp(post - pre) > 0)
    equals(paired_t(pre, post, level=0.9), stats.ttest_rel(post, pre))
    assume(min(np.ptp(pre), np.ptp(post)) > 0)  # scipy warns where one wave has no spread
    equals(welch(pre, post, level=0.9), stats.ttest_ind(post, pre, equal_var=False))


def equals(ours, theirs):
    expected = [theirs.df, theirs.statistic, theirs.pvalue, *theirs.confidence_interval(0.9)]
    assert numbers(ours)[2:] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@few
@given(scores(8))
def test_hodges_lehmann_p_value_equals_scipy_where_scipy_is_right(waves):
    """Scipy drops zeros and corrects for ties and continuity when told to; its statistic is min(W+, W−)."""
    change = waves[1] - waves[0]
    try:
        ours = hodges_lehmann(*waves, level=0.8)
    except NotEstimableError:
        return
    told = {"zero_method": "wilcox", "correction": True, "method": "asymptotic"}
    theirs = stats.wilcoxon(change[change != 0], **told)
    n = int(ours.details["n_changed"])
    assert min(ours.statistic, n * (n + 1) / 2 - ours.statistic) == theirs.statistic
    assert ours.p_value == pytest.approx(theirs.pvalue, rel=1e-9)


def not_rejected(change: np.ndarray, level: float) -> list[float]:
    """Invert the corrected signed-rank test by brute force: between it rejects from below and from above."""
    walsh = np.unique((change[:, None] + change) / 2)
    ends = np.concatenate([[-np.inf], walsh, [np.inf]])
    probes = np.concatenate([[walsh[0] - 1], (walsh[1:] + walsh[:-1]) / 2, [walsh[-1] + 1]])
    z, critical = np.array([signed_rank_z(change - shift) for shift in probes]), stats.norm.ppf((1 + level) / 2)
    return [ends[np.flatnonzero(z <= critical)[0]], ends[np.flatnonzero(z >= -critical)[-1] + 1]]


def signed_rank_z(x: np.ndarray) -> float:
    n, ranks = len(x), stats.rankdata(np.abs(x))
    v = ranks[x > 0].sum() - n * (n + 1) / 4
    ties = np.unique(ranks, return_counts=True)[1]
    sd = np.sqrt(n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48)
    return (v - np.sign(v) * 0.5) / sd


@few
@given(scores(5), st.sampled_from([0.5, 0.8, 0.95]))
@example(
    (np.full(6, 3.0), np.array([2.25, 2.25, 3.75, 3.75, 3.75, 4.0])), 0.95
)  # ties of |change| are not those of change
def test_hodges_lehmann_interval_is_the_test_inverted(waves, level):
    change = (waves[1] - waves[0])[waves[1] != waves[0]]
    assume(len(change) > 0)
    assume(len(change) == 1 or np.ptp(change) > 0)
    expected = not_rejected(change, level)
    if np.isinf(expected).all():
        with pytest.raises(NotEstimableError, match=r"^too_few_pairs$"):
            hodges_lehmann(*waves, level=level)
    else:
        result = hodges_lehmann(*waves, level=level)
        assert [result.ci_low, result.ci_high] == expected
        assert result.ci_low <= result.estimate <= result.ci_high


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_swapping_the_waves_flips_the_sign(estimator):
    pre, post = np.random.default_rng(1).normal(3, 1, (2, 20)).round(2)
    there, back = estimator(pre, post, level=0.9), estimator(post, pre, level=0.9)
    assert back.estimate == pytest.approx(-there.estimate)
    assert [back.ci_low, back.ci_high] == pytest.approx([-there.ci_high, -there.ci_low])
    assert [back.p_value, back.std_error] == pytest.approx([there.p_value, there.std_error], nan_ok=True)


@pytest.mark.parametrize("estimator", ESTIMATORS)
@few
@given(scores(8), st.integers(0, 99), st.integers(-8, 8), st.sampled_from([0.125, 0.5, 2.0, 64.0]))
def test_order_shift_and_unit_do_not_matter(estimator, waves, seed, shift, unit):
    pre, post = waves
    try:
        before = estimator(pre, post, level=0.9)
    except NotEstimableError:
        return
    order = np.random.default_rng(seed).permutation(len(pre))
    after = estimator(unit * pre[order] + shift, unit * post[order] + shift, level=0.9)
    scaled = np.array([unit, unit, 1, 1, 1, unit, unit])
    assert numbers(after) == pytest.approx(list(scaled * numbers(before)), rel=1e-9, abs=1e-12, nan_ok=True)


@few
@given(scores(6))
def test_missing_scores_are_left_out(waves):
    pre, post = waves
    extra = np.array([np.nan, 2.0, np.nan])
    for estimator in (paired_t, hodges_lehmann):
        try:
            expected = estimator(pre, post, level=0.8)
        except NotEstimableError:
            continue
        found = estimator(np.append(pre, extra), np.append(post, extra[[1, 0, 0]]), level=0.8)
        assert numbers(found) == pytest.approx(numbers(expected), nan_ok=True, rel=1e-14, abs=0)
        assert found.details == pytest.approx(expected.details, nan_ok=True)


def test_standard_deviations_and_correlation_make_the_standard_error():
    pre, post = np.random.default_rng(2).normal(3, 1, (2, 15))
    result = paired_t(pre, post, level=0.95)
    d = result.details
    variance = d["sd_pre"] ** 2 + d["sd_post"] ** 2 - 2 * d["r"] * d["sd_pre"] * d["sd_post"]
    assert d["sd_change"] ** 2 == pytest.approx(variance)
    assert result.std_error == pytest.approx(d["sd_change"] / np.sqrt(15))


@few
@given(scores(4))
def test_means_of_unlinked_waves_have_student_s_interval(waves):
    assume(all(np.ptp(wave) > 0 for wave in waves))
    pre, post = np.append(waves[0], np.nan), np.append(waves[1], [np.nan, 3.25])
    found = welch(pre, post, level=0.9).details
    for name, wave in (("pre", waves[0]), ("post", np.append(waves[1], 3.25))):
        ends = [found[f"mean_{name}_low"], found[f"mean_{name}_high"]]
        assert ends == pytest.approx(stats.t.interval(0.9, len(wave) - 1, wave.mean(), stats.sem(wave)))


def test_ends_of_a_mean_are_scipy_s(compare):
    found = ends_of_mean("mean", 3.2, 0.15, 11.0, 0.9)
    low, high = stats.t.interval(0.9, 11, 3.2, 0.15)
    compare(found, {"mean_low": low, "mean_high": high}, of=[ends_of_mean], against="scipy.stats.t")


def test_a_mean_of_scores_all_alike_has_no_interval():
    found = welch(LEVEL, RISING, level=0.95).details
    assert np.isnan([found["mean_pre_low"], found["mean_pre_high"]]).all()
    assert found["mean_post_low"] < RISING.mean() < found["mean_post_high"]


NOTHING, ONE = np.array([]), np.array([3.0])
ARM = np.repeat([0.0, 1.0], 4)
RISING, LEVEL = np.arange(1.0, 9.0), np.full(8, 0.1)  # eight times 0.1 has a standard deviation of 1e-17, not 0


@pytest.mark.parametrize(
    ("estimator", "pre", "post", "reason"),
    [
        (paired_t, NOTHING, NOTHING, "too_few_pairs"),
        (paired_t, ONE, ONE, "too_few_pairs"),
        (paired_t, np.full(5, np.nan), np.ones(5), "too_few_pairs"),
        (paired_t, RISING, RISING, "no_variation"),
        (paired_t, RISING / 3, RISING / 3 + 0.1, "no_variation"),
        (paired_t, LEVEL, LEVEL + 0.2, "no_variation"),
        (hodges_lehmann, ONE, ONE, "too_few_pairs"),
        (hodges_lehmann, RISING, RISING, "no_variation"),
        (hodges_lehmann, RISING, RISING + 1, "no_variation"),
        (hodges_lehmann, RISING, RISING + ARM, "no_variation"),
        (hodges_lehmann, RISING, np.append(RISING[:-1], 9.0), "too_few_pairs"),
        (hodges_lehmann, RISING[:5], RISING[:5] ** 2 + 1, "too_few_pairs"),
        (welch, ONE, RISING, "too_few_people"),
        (welch, RISING, np.full(8, np.nan), "too_few_people"),
        (welch, LEVEL, LEVEL + 0.2, "no_variation"),
    ],
)
def test_what_cannot_be_estimated(estimator, pre, post, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        estimator(pre, post, level=0.95)


def test_one_wave_without_spread_has_no_correlation():
    result = paired_t(LEVEL, RISING, level=0.95)
    assert np.isnan(result.details["r"])
    assert result.std_error == pytest.approx(RISING.std(ddof=1) / np.sqrt(8))


def test_six_changed_people_are_enough_for_a_median():
    result = hodges_lehmann(np.zeros(7), np.array([0, 1, 2, 4, 8, 16, 32.0]), level=0.95)
    assert (result.ci_low, result.ci_high) == (1, 32)
    assert result.details == {"n_changed": 6}


def test_spread_ratio_is_that_of_base_r(golden, compare):
    (_, data), (theirs, _) = golden("paired_sleep"), golden("pitman_morgan_sleep")
    ours = spread_ratio(data["pre"].to_numpy(float), data["post"].to_numpy(float))._asdict()
    compare(ours, theirs, of=[spread_ratio], against="pitman_morgan_sleep", rel=1e-9, because="the same arithmetic")


def test_spread_ratio_of_scores_in_one_line_is_certain():
    """Everyone's score after follows from the score before."""
    pre = np.array([3.0, 4.0] * 15)
    found = spread_ratio(pre, 2 * pre - 3)
    assert (found.ratio, found.p_value) == (pytest.approx(2), pytest.approx(0, abs=1e-12))


@few
@given(scores(least=4))
def test_spread_ratio_equals_scipy_and_turns_with_the_waves(waves):
    pre, post = waves
    assume(min(np.ptp(values) for values in (pre, post, pre + post, post - pre)) > 0)
    ours, turned = spread_ratio(pre, post), spread_ratio(post, pre)
    expected = stats.pearsonr(pre + post, post - pre)
    assume(abs(expected.statistic) < 1 - 1e-9)
    assert ours.p_value == pytest.approx(expected.pvalue, abs=1e-9)
    assert ours.ratio == pytest.approx(np.std(post) / np.std(pre))
    assert (turned.ratio, turned.statistic) == pytest.approx((1 / ours.ratio, -ours.statistic))


@pytest.mark.parametrize(
    ("pre", "post", "reason"),
    [
        ([1, 2], [2, 4], "too_few_pairs"), ([1, 2, 3, np.nan], [2, 4, np.nan, 5], "too_few_pairs"),
        ([2, 2, 2], [1, 2, 3], "no_variation"), ([1, 2, 3], [2, 3, 4], "no_variation"),
    ],
)  # fmt: skip
def test_spread_ratio_needs_people_who_differ(pre, post, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        spread_ratio(np.array(pre, float), np.array(post, float))
