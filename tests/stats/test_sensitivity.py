"""E-values, regression to the mean and the then-test: against R, quadrature, simulated truth and identities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy import stats
from scipy.integrate import quad

from rm_research.stats.baseline import change_of_both
from rm_research.stats.paired import paired_t
from rm_research.stats.result import NotEstimableError
from rm_research.stats.sensitivity import (
    e_value_of_difference,
    e_value_of_ratio,
    regression_to_the_mean,
    then_test,
)

few = examples(20)


def test_e_value_of_a_ratio_equals_r(golden, compare):
    r, _ = golden("tost_multiplicity_evalue")
    value = e_value_of_ratio(3.9, 1.8, 8.7)
    ours = {"estimate": value.estimate, "interval": value.interval}
    theirs = {"estimate": r["evalue_rr3.9"], "interval": r["evalue_lo1.8"]}
    compare(ours, theirs, of=[e_value_of_ratio], against="tost_multiplicity_evalue")


def test_e_value_of_a_difference_equals_r(golden, compare):
    r, _ = golden("tost_multiplicity_evalue")
    half = 1.78 / 0.91 * 0.2
    value = e_value_of_difference(0.5, 0.5 - half, 0.5 + half)
    ours = {"estimate": value.estimate, "interval": value.interval}
    theirs = {"estimate": r["evalue_d0.5"], "interval": r["evalue_d0.5_ci_lo"]}
    because = "R's ends are exp(0.91 d ± 1.78 se), 1.78 being 0.91 × 1.96 rounded; ours are those of the interval given"
    compare(ours, theirs, of=[e_value_of_difference], against="tost_multiplicity_evalue", because=because)


@few
@given(st.floats(1.001, 20), st.floats(1, 3))
def test_a_cause_as_strong_as_the_e_value_just_explains_the_ratio(ratio, width):
    """Bias of a cause with risk ratios a, b is a b / (a + b − 1) at most (Ding & VanderWeele 2016)."""
    value = e_value_of_ratio(ratio, ratio / width, ratio * width)
    for end, e in ((ratio, value.estimate), (max(ratio / width, 1), value.interval)):
        assert e * e / (2 * e - 1) == pytest.approx(end)
    back = e_value_of_ratio(1 / ratio, 1 / ratio / width, width / ratio)
    assert (back.estimate, back.interval) == pytest.approx((value.estimate, value.interval))
    logs = np.log([ratio, ratio / width, ratio * width]) / 0.91
    d = e_value_of_difference(*logs)
    assert (d.estimate, d.interval) == pytest.approx((value.estimate, value.interval))


def test_no_effect_needs_no_other_cause():
    value = e_value_of_difference(0, -0.1, 0.2)
    assert (value.estimate, value.interval) == (1, 1)
    for wrong in ((0, 0, 1), (2, 3, 4), (2, 1, 1.5), (np.nan, 1, 2)):
        with pytest.raises(ValueError, match="within its interval"):
            e_value_of_ratio(*wrong)


CASES = [(3.0, 3.2, 0.8, 0.6), (2.0, 3.2, 0.8, 0.9), (4.5, 3.2, 0.8, 0.0), (3.2, 3.2, 50.0, -0.3), (1.0, 3.2, 0.4, 0.7)]


@pytest.mark.parametrize("below", [True, False])
@pytest.mark.parametrize(("cutoff", "mean", "sd", "retest"), CASES)
def test_regression_to_the_mean_equals_its_integral(cutoff, mean, sd, retest, below, compare):
    """The mean of (1 − r)(mean − x), which is what somebody at x is expected to change by, over those picked."""
    ends = sorted([cutoff, mean + (-12 if below else 12) * sd])
    density = stats.norm(mean, sd).pdf
    total, picked = (
        quad(lambda x, f=f: f(x) * density(x), *ends, epsabs=1e-13)[0]
        for f in (lambda x: (1 - retest) * (mean - x), lambda x: 1)
    )
    ours = {"change": regression_to_the_mean(cutoff, mean=mean, sd=sd, retest=retest, below=below)}
    because = "the integral over the normal density, by quadrature"
    against = "formula written out"
    theirs = {"change": total / picked}
    compare(ours, theirs, of=[regression_to_the_mean], against=against, absolute=1e-12, because=because)


@pytest.mark.parametrize("below", [True, False])
def test_regression_to_the_mean_is_what_happens_to_those_picked(below, compare):
    draws, n, retest = np.random.default_rng(3), 400_000, 0.6
    pre, other = draws.normal(size=(2, n))
    post = retest * pre + np.sqrt(1 - retest**2) * other
    pre, post = 3.2 + 0.8 * pre, 3.2 + 0.8 * post
    picked = pre < 2.9 if below else pre > 2.9
    ours = {"change": regression_to_the_mean(2.9, mean=3.2, sd=0.8, retest=retest, below=below)}
    theirs, because = {"change": (post - pre)[picked].mean()}, "400,000 simulated people, of whom some are picked"
    of, five_errors = [regression_to_the_mean], 0.01
    compare(ours, theirs, of=of, against="simulated truth", rel=0, absolute=five_errors, because=because)


@few
@given(st.floats(-30, 30), st.floats(-1, 1), st.sampled_from([1e-3, 1.0, 1e6]))
def test_those_below_rise_and_those_above_fall(z, retest, unit):
    told = {"mean": 3 * unit, "sd": unit, "retest": retest}
    below = regression_to_the_mean((3 + z) * unit, **told)
    above = regression_to_the_mean((3 - z) * unit, **told, below=False)
    assert above == pytest.approx(-below)
    assert below >= 0
    assert regression_to_the_mean(np.inf, **told) == 0
    if z < -1:
        assert below / unit == pytest.approx((1 - retest) * -z, rel=1 / z**2 + 1e-9, abs=1e-12)


def test_regression_to_the_mean_of_a_far_cutoff():
    assert regression_to_the_mean(-1e9, mean=0, sd=1, retest=0.5) == pytest.approx(5e8)


@pytest.mark.parametrize(
    ("cutoff", "sd", "retest", "reason"),
    [
        (1, 0, 0.5, "no_variation"),
        (1, np.nan, 0.5, "no_variation"),
        (1, 1, np.nan, "no_retest"),
        (1, 1, 1.01, "no_retest"),
        (-np.inf, 1, 0.5, "too_few_people"),
    ],
)
def test_what_cannot_be_expected(cutoff, sd, retest, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        regression_to_the_mean(cutoff, mean=0, sd=sd, retest=retest)


def three_waves(seed: int, n: int = 12) -> np.ndarray:
    return np.random.default_rng(seed).normal(3, 1, size=(3, n)).round(2)


def test_then_test_is_three_paired_tests_of_the_people_who_answered_all(compare):
    pre, then, post = three_waves(1)
    gaps = np.array([[np.nan, 3, 2], [1, np.nan, 2], [4, 2, np.nan]])
    result = then_test(*(np.append(wave, gap) for wave, gap in zip((pre, then, post), gaps, strict=True)), level=0.9)
    pairs = {"change": (pre, post), "retrospective": (then, post), "response_shift": (pre, then)}
    for name, pair in pairs.items():
        found, theirs = getattr(result, name), stats.ttest_rel(*pair[::-1])
        ours = {"t": found.statistic, "p": found.p_value, "df": found.df, "ci": [found.ci_low, found.ci_high]}
        expected = {
            "t": theirs.statistic,
            "p": theirs.pvalue,
            "df": theirs.df,
            "ci": [*theirs.confidence_interval(0.9)],
        }
        compare(ours, expected, of=[then_test], against="scipy.stats.ttest_rel")
        alone = paired_t(*pair, level=0.9)
        assert (found.estimate, found.std_error, found.df) == pytest.approx((alone.estimate, alone.std_error, alone.df))


def test_a_then_test_counts_people_of_one_cluster_as_every_change_does():
    pre, then, post = three_waves(1)
    clusters = np.resize(["a", "b", "c", "d"], len(pre))
    result = then_test(pre, then, post, level=0.9, clusters=clusters)
    assert result.retrospective == change_of_both(then, post, level=0.9, clusters=clusters)
    assert result.change.df == pytest.approx(3)


@few
@given(st.integers(0, 9999))
def test_change_is_retrospective_change_and_response_shift(seed):
    result = then_test(*three_waves(seed), level=0.9)
    parts = result.retrospective.estimate + result.response_shift.estimate
    assert result.change.estimate == pytest.approx(parts, abs=1e-12)


def test_a_then_test_needs_people_with_all_three_scores():
    pre, then, post = three_waves(2)
    with pytest.raises(NotEstimableError, match=r"^too_few_pairs$"):
        then_test(pre, np.where(np.arange(12) < 11, np.nan, then), post, level=0.95)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        then_test(pre, pre, post, level=0.95)
