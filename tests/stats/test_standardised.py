"""Standardised change, against R and quadrature, and by identities; simulations of what the intervals cover."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from properties import examples
from scipy import stats
from scipy.integrate import quad

from rm_research.stats.paired import paired_t
from rm_research.stats.result import NotEstimableError
from rm_research.stats.standardised import (
    ArmSummary,
    d_ppc2,
    d_ppc2_of_summaries,
    d_rm,
    d_z,
    small_sample_factor,
    standardised_change,
    summarise,
)

REFERENCE = Path(__file__).parents[1] / "reference"
ESTIMATORS = [standardised_change, d_z, d_rm]
few = examples(12)


def scores(least: int = 4, most: int = 14) -> st.SearchStrategy[tuple[np.ndarray, np.ndarray]]:
    """Scores before and after in quarters, so that shifts are exact."""
    pairs = st.lists(st.tuples(st.integers(4, 28), st.integers(4, 28)), min_size=least, max_size=most)
    return pairs.map(lambda rows: tuple(np.array(rows, float).T / 4))


def numbers(result) -> list[float]:
    names = ("estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high")
    return [getattr(result, name) for name in names]


@pytest.fixture(params=["paired_sleep", "paired_univbct60"])
def case(request, golden):
    r, data = golden(request.param)
    return request.param, r, data["pre"].to_numpy(float), data["post"].to_numpy(float)


def test_small_sample_factor_is_that_of_effectsize(case, compare):
    name, r, _, _ = case
    theirs = {"J": r["g_z"]["est"] / r["d_z"]["est"]}
    compare({"J": small_sample_factor(r["df"])}, theirs, of=[small_sample_factor], against=name)


def test_standardised_change_equals_r(case, compare):
    name, r, pre, post = case
    result = standardised_change(pre, post, level=0.95)
    j = result.details["J"]
    ours = {
        "g_av": result.estimate, "J": j, "d_av": result.details["d_av"], "se_bonett": result.std_error / j,
        "low": result.ci_low, "high": result.ci_high,
    }  # fmt: skip
    theirs = {
        "g_av": r["g_av"]["est"], "J": r["g_av"]["J"], "d_av": r["d_av"]["est"], "se_bonett": r["d_av"]["se_bonett"],
        "low": r["d_av"]["ci95"][0], "high": r["d_av"]["ci95"][1],
    }  # fmt: skip
    ours["p"], theirs["p"] = result.p_value, 2 * stats.norm.sf(abs(r["d_av"]["est"] / r["d_av"]["se_bonett"]))
    because = "the interval is Bonett's for d_av, as in R; J, for estimate and standard error, is the exact gamma form"
    compare(ours, theirs, of=[standardised_change], against=name, because=because)
    assert np.isnan(result.df)


def test_d_z_equals_r(case, compare):
    name, r, pre, post = case
    result = d_z(pre, post, level=0.95)
    g = result.details["g_z"]
    ours = {"d_z": result.estimate, "g_z": g, "SMCC": g, "t": result.statistic, "df": result.df, "p": result.p_value}
    theirs = {"d_z": r["d_z"]["est"], "g_z": r["g_z"]["est"], "SMCC": r["metafor_SMCC"]["yi"], "t": r["t"],
              "df": r["df"], "p": r["p"]}  # fmt: skip
    compare(ours, theirs, of=[d_z], against=name)
    ours = {"d_z": [result.ci_low, result.ci_high], "g_z": [result.details["g_low"], result.details["g_high"]]}
    theirs = {"d_z": r["d_z"]["ci95_noncentral_t"], "g_z": r["g_z"]["ci95"]}
    because = "the ends: effectsize finds them by a minimiser, to about 2e-7; ours are roots"
    compare(ours, theirs, of=[d_z], against=name, rel=1e-6, because=because)


def noncentral_t(t: float, df: float, noncentrality: float) -> float:
    """P(T ≤ t) as the normal distribution averaged over that of the standard deviation."""

    def integrand(s: float) -> float:
        return stats.norm.cdf(t * s - noncentrality) * stats.chi.pdf(s * np.sqrt(df), df) * np.sqrt(df)

    spread = 1 / np.sqrt(2 * df)
    points = np.clip(1 + spread * np.arange(-10, 11, 2), 1e-9, None)
    return sum(quad(integrand, *ends, epsabs=1e-14)[0] for ends in pairwise(points))


@pytest.mark.parametrize(("n", "shift", "level"), [(3, 4.0, 0.95), (12, 0.4, 0.9), (60, -2.0, 0.95), (500, 0.0, 0.99)])
def test_the_interval_of_d_z_holds_the_effects_that_make_the_observed_t_usual(n, shift, level, compare):
    pre, change = np.random.default_rng(n).normal(size=(2, n))
    result = d_z(pre, pre + change + shift, level=level)
    ends = np.array([result.ci_low, result.ci_high]) * np.sqrt(n)
    ours = {"shares": [noncentral_t(result.statistic, n - 1, end) for end in ends]}
    because = "what the noncentral t distributions at the ends leave below t, by quadrature"
    expected = {"shares": [(1 + level) / 2, (1 - level) / 2]}
    compare(ours, expected, of=[d_z], against="formula written out", because=because)
    assert (result.ci_low > 0 or result.ci_high < 0) == (result.p_value < 1 - level)


def test_d_rm_equals_r(case, compare):
    name, r, pre, post = case
    result = d_rm(pre, post, level=0.95)
    ours = {"d_rm": result.estimate, "g_rm": result.details["g_rm"], "r": result.details["r"], "se": result.std_error}
    theirs = {"d_rm": r["d_rm"]["est"], "g_rm": r["d_rm"]["g"], "r": r["r"], "se": r["d_av"]["se_bonett"]}
    because = "R gives no standard error; ours is Bonett's of d_av"
    compare(ours, theirs, of=[d_rm], against=name, because=because)


@pytest.mark.parametrize("name", ["ancova_btheb", "ancova_cr2_bdf24"])
def test_d_ppc2_equals_r(name, golden, compare):
    r, data = golden(name)
    m, pre, post = r["morris_dppc2"], data["pre"].to_numpy(float), data["post"].to_numpy(float)
    treat = data["treat"].to_numpy(float)
    result = d_ppc2(pre, post, treat, level=0.95)
    ours = {
        "est": result.estimate, "se": result.std_error, "low": result.ci_low, "high": result.ci_high, **result.details,
        "p": result.p_value,
    }  # fmt: skip
    theirs = {
        "est": m["est"], "se": m["se"], "low": m["ci95"][0], "high": m["ci95"][1], "c_P": m["cP"],
        "sd_pre": m["sd_pre_pooled"], "r": m["rho"], "p": 2 * stats.norm.sf(abs(m["est"] / m["se"])),
    }  # fmt: skip
    compare(ours, theirs, of=[d_ppc2], against=name)
    arms = {label: summarise(pre[treat == arm], post[treat == arm]) for arm, label in ((1, "treat"), (0, "control"))}
    ours = {"n": [arm.n for arm in arms.values()], "r": [arm.r for arm in arms.values()]}
    theirs = {part: [r[f"{part}_{label}"] if part == "n" else m[f"r_{label}"] for label in arms] for part in ("n", "r")}
    compare(ours, theirs, of=[summarise], against=name)


def test_d_ppc2_equals_the_worked_example_of_morris(golden, compare):
    r, _ = golden("morris2008_table")
    arms = [pd.read_csv(REFERENCE / f"morris2008_{arm}.csv").itertuples() for arm in ("treated", "control")]
    for programme, comparison, row in zip(*arms, r["table"], strict=True):
        both = [ArmSummary(arm.ni, arm.m_post - arm.m_pre, arm.sd_pre, arm.ri) for arm in (programme, comparison)]
        result = d_ppc2_of_summaries(*both, level=0.95)
        ours = {"dppc2": result.estimate, "cP": result.details["c_P"], "var_eq25": result.std_error**2}
        theirs = {name: row[name] for name in ours}
        compare(ours, theirs, of=[d_ppc2_of_summaries], against="morris2008_table")


@few
@given(scores())
def test_identities_of_the_standardised_change(waves):
    pre, post = waves
    assume(min(np.ptp(pre), np.ptp(post), np.ptp(post - pre)) > 0)
    result = standardised_change(pre, post, level=0.95)
    j, d = result.details["J"], result.details["d_av"]
    average = np.sqrt((pre.var(ddof=1) + post.var(ddof=1)) / 2)
    assert result.estimate == pytest.approx(d * j)
    assert d * average == pytest.approx((post - pre).mean(), abs=1e-12)
    assert 0 < j < 1
    assert j == pytest.approx(1 - 3 / (4 * (len(pre) - 1) - 1), abs=0.03)  # Hedges' approximation


@few
@given(scores())
def test_d_z_is_d_of_the_changes_and_follows_from_t(waves):
    pre, post = waves
    assume(np.ptp(post - pre) > 0)
    result, changes = d_z(pre, post, level=0.9), d_z(0 * pre, post - pre, level=0.9)
    assert numbers(changes) == pytest.approx(numbers(result), nan_ok=True, abs=1e-12)
    assert result.estimate == pytest.approx(paired_t(pre, post, level=0.9).statistic / np.sqrt(len(pre)))
    assert result.ci_low < result.estimate < result.ci_high


@few
@given(st.integers(0, 10_000))
def test_d_rm_is_d_av_where_both_waves_spread_alike(seed):
    pre, post = stats.zscore(np.random.default_rng(seed).normal(size=(2, 12)), axis=1)
    rm, av = d_rm(pre, post + 0.3, level=0.95), standardised_change(pre, post + 0.3, level=0.95)
    assert rm.estimate == pytest.approx(av.details["d_av"])
    assert rm.details["g_rm"] == pytest.approx(av.estimate)


@few
@given(scores(6), scores(6))
def test_d_ppc2_flips_with_the_arms_and_is_the_change_where_the_comparison_has_none(one, other):
    pre, post = (np.concatenate(waves) for waves in zip(one, other, strict=True))
    in_arm = np.repeat([1.0, 0.0], [len(one[0]), len(other[0])])
    try:
        there, back = d_ppc2(pre, post, in_arm, level=0.9), d_ppc2(pre, post, 1 - in_arm, level=0.9)
    except NotEstimableError:
        return
    assert [back.estimate, back.ci_low] == pytest.approx([-there.estimate, -there.ci_high], abs=1e-12)
    same = d_ppc2(np.tile(one[0], 2), np.tile(one[1], 2), np.repeat([1.0, 0.0], len(one[0])), level=0.9)
    assert same.estimate == pytest.approx(0, abs=1e-12)
    shifted = d_ppc2(pre, post + in_arm, in_arm, level=0.9)
    gain = shifted.estimate - there.estimate
    assert gain == pytest.approx(there.details["c_P"] / there.details["sd_pre"])


@pytest.mark.parametrize("estimator", ESTIMATORS)
@few
@given(scores(), st.integers(0, 99), st.integers(-8, 8), st.sampled_from([0.125, 64.0]))
def test_order_shift_unit_and_people_with_one_score_do_not_matter(estimator, waves, seed, shift, unit):
    pre, post = waves
    try:
        before = estimator(pre, post, level=0.9)
    except NotEstimableError:
        return
    order = np.random.default_rng(seed).permutation(len(pre) + 3)
    extra = np.array([np.nan, 2.0, np.nan])
    pre, post = np.append(pre, extra)[order], np.append(post, extra[[1, 0, 0]])[order]
    after = estimator(unit * pre + shift, unit * post + shift, level=0.9)
    assert numbers(after) == pytest.approx(numbers(before), rel=1e-9, abs=1e-11, nan_ok=True)
    assert after.details == pytest.approx(before.details, rel=1e-9, abs=1e-11)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_swapping_the_waves_flips_the_sign(estimator):
    pre, post = np.random.default_rng(1).normal(3, 1, (2, 20)).round(2)
    there, back = estimator(pre, post, level=0.9), estimator(post, pre, level=0.9)
    assert back.estimate == pytest.approx(-there.estimate)
    assert [back.ci_low, back.ci_high] == pytest.approx([-there.ci_high, -there.ci_low])


RISING, LEVEL = np.arange(1.0, 9.0), np.full(8, 0.1)
MIXED = np.array([3.0, 1, 4, 1, 5, 9, 2, 6])


@pytest.mark.parametrize(
    ("pre", "post", "reason"),
    [
        (np.array([]), np.array([]), "too_few_pairs"),
        (RISING[:1], RISING[:1], "too_few_pairs"),
        (RISING[:2], RISING[:2] ** 2, "too_few_pairs"),
        (np.where(RISING > 2, np.nan, RISING), MIXED, "too_few_pairs"),
        (RISING, RISING, "no_variation"),
        (RISING / 3, RISING / 3 + 0.1, "no_variation"),
        (LEVEL, RISING, "no_variation"),
        (RISING, LEVEL, "no_variation"),
    ],
)
def test_what_cannot_be_estimated(pre, post, reason):
    arms = np.tile([1.0, 0.0], [len(pre), 1]).T.ravel()
    both = np.concatenate([pre, MIXED]), np.concatenate([post, RISING])
    calls = [lambda: standardised_change(pre, post, level=0.95), lambda: d_rm(pre, post, level=0.95),
             lambda: summarise(pre, post)]  # fmt: skip
    calls += [lambda arm=arm: d_ppc2(*both, arm, level=0.95) for arm in _arms(len(pre))]
    if not (np.array_equal(pre, LEVEL) or np.array_equal(post, LEVEL)):
        calls.append(lambda: d_z(pre, post, level=0.95))
    assert len(arms) == 2 * len(pre)
    for call in calls:
        with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
            call()


def _arms(first: int) -> list[np.ndarray]:
    arm = np.repeat([1.0, 0.0], [first, len(MIXED)])
    return [arm, 1 - arm]


def test_an_absent_arm_cannot_be_compared():
    with pytest.raises(NotEstimableError, match=r"^too_few_pairs$"):
        d_ppc2(MIXED, RISING, np.ones(8), level=0.95)


def test_one_wave_that_follows_from_the_other_has_no_d_rm():
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        d_rm(RISING, 3 * RISING, level=0.95)
    assert d_z(LEVEL, RISING, level=0.95).estimate == pytest.approx((RISING - 0.1).mean() / RISING.std(ddof=1))


@pytest.mark.parametrize("n", [3, 60])
def test_the_interval_of_a_huge_change_goes_on_smoothly(n):
    """Where the noncentral t distribution is replaced by its limit, ends grow in proportion to t as before."""
    pre, noise = np.random.default_rng(n).normal(size=(2, n))
    noise -= noise.mean()
    t = np.sqrt(n) / noise.std(ddof=1)
    below, above, far = (d_z(pre, pre + noise + target / t, level=0.95) for target in (9_990.0, 10_010.0, 1e7))
    for end in ("estimate", "ci_low", "ci_high"):
        assert getattr(above, end) / getattr(below, end) == pytest.approx(1.001 / 0.999, rel=1e-6)
        assert getattr(far, end) / getattr(above, end) == pytest.approx(1e7 / 10_010, rel=1e-6)


def covered(estimator, truth: float, r: float, spread: float, n: int, runs: int = 2000) -> float:
    """How often the interval holds what the estimator would find among infinitely many people; sd before = 1."""
    draws, hits = np.random.default_rng(n), 0
    of_change = np.sqrt(1 + spread**2 - 2 * r * spread)
    units = {d_z: of_change, d_rm: of_change / np.sqrt(2 * (1 - r)), standardised_change: np.sqrt((1 + spread**2) / 2)}
    for _ in range(runs):
        pre, other = draws.normal(size=(2, n))
        post = spread * (r * pre + np.sqrt(1 - r**2) * other) + truth
        result = estimator(pre, post, level=0.95)
        hits += result.ci_low <= truth / units[estimator] <= result.ci_high
    return hits / runs


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("r", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("n", [12, 24, 60])
def test_intervals_cover_as_often_as_they_should(estimator, n, r):
    three_errors = 3 * np.sqrt(0.95 * 0.05 / 2000)  # with 54 shares, two errors are exceeded by chance
    for spread in (1.0, 1.4):
        share = covered(estimator, 0.8, r, spread, n)
        assert 0.95 - three_errors <= share <= (0.975 if estimator is d_rm else 0.95 + three_errors)


@pytest.mark.slow
@pytest.mark.parametrize("n", [12, 24, 60])
def test_d_ppc2_covers_as_often_as_it_should(n):
    draws, in_arm, hits, truth = np.random.default_rng(n), np.repeat([1.0, 0.0], n), 0, 0.6
    for _ in range(2000):
        pre, other = draws.normal(size=(2, 2 * n))
        result = d_ppc2(pre, 0.6 * pre + 0.8 * other + truth * in_arm, in_arm, level=0.95)
        hits += result.ci_low <= truth <= result.ci_high
    assert hits / 2000 == pytest.approx(0.95, abs=2 * np.sqrt(0.95 * 0.05 / 2000))
