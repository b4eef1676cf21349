"""Shares of people who improved, and who did so reliably: against R, statsmodels and scipy, and by what must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from rm_research.stats.individual import (
    measurement_error,
    reliable_change,
    reliable_change_index,
    share_improved,
    wilson,
)
from rm_research.stats.result import NotEstimableError

few = examples(15)
tenths = st.lists(st.tuples(st.integers(10, 50), st.integers(10, 50)), min_size=2, max_size=15)
waves = tenths.map(lambda rows: tuple(np.array(rows, float).T / 10))


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize(("count", "n"), [(0, 1), (1, 1), (0, 9), (9, 9), (1, 29), (81, 263), (15, 148), (999, 1000)])
def test_wilson_equals_scipy(count, n, level, compare):
    result = wilson(count, n, level=level)
    ours = {"share": result.estimate, "low": result.ci_low, "high": result.ci_high}
    low, high = stats.binomtest(count, n).proportion_ci(level, method="wilson")
    theirs = {"share": count / n, "low": low, "high": high}
    because = "statsmodels makes ours; an end that is 0 or 1 is exactly that"
    compare(ours, theirs, of=[wilson], against="scipy.stats.binomtest", absolute=1e-15, because=because)
    assert (result.ci_low == 0, result.ci_high == 1) == (count == 0, count == n)
    assert 0 <= result.ci_low <= result.estimate <= result.ci_high <= 1
    assert np.isnan([result.std_error, result.df, result.statistic, result.p_value]).all()


def test_share_improved_equals_the_published_example(compare):
    """81 of 263 (Newcombe 1998, table I): .2553 to .3662."""
    pre, post = np.zeros(263), np.repeat([1.0, 0.0, -1.0], [81, 150, 32])
    result = share_improved(pre, post, level=0.95)
    ours = {"low": result.ci_low, "high": result.ci_high, "counts": list(result.details.values())}
    theirs = {"low": 0.2553, "high": 0.3662, "counts": [81, 150, 32]}
    because = "81 of 263 in Newcombe (1998, table I), printed with four decimals"
    compare(ours, theirs, of=[share_improved], against="formula written out", rel=0, absolute=5e-5, because=because)


def test_a_change_that_only_rounding_makes_larger_than_the_threshold_is_none():
    pre, post = np.array([3.3, 3.3, 3.3, 3.3]), np.array([3.6, 3.61, 3.0, 2.99])  # 3.6 − 3.3 = 0.30000000000000027
    for unit in (1e-3, 1.0, 1e6):
        result = share_improved(unit * pre, unit * post, level=0.95, threshold=unit * 0.3)
        assert result.details == {"n_improved": 1, "n_unchanged": 2, "n_worse": 1}
    exact = share_improved(pre, np.array([3.3, 1.1 + 2.2, 4, 1]), level=0.95)  # 1.1 + 2.2 = 3.3000000000000003
    assert exact.details == {"n_improved": 1, "n_unchanged": 2, "n_worse": 1}


@few
@given(waves, st.sampled_from([0.0, 0.5, 1.0]))
def test_improved_unchanged_and_worse_are_everybody_and_change_sides_with_the_orientation(scores, threshold):
    pre, post = scores
    extra = np.array([np.nan, 2.0])
    up = share_improved(np.append(pre, extra), np.append(post, extra[::-1]), level=0.9, threshold=threshold)
    down = share_improved(pre, post, level=0.9, threshold=threshold, sign=-1)
    back = share_improved(post, pre, level=0.9, threshold=threshold)
    assert sum(up.details.values()) == len(pre)
    np.testing.assert_equal(vars(down), vars(back))  # field by field: NaN is not NaN to ==
    assert list(down.details.values()) == list(up.details.values())[::-1]
    assert up.estimate == up.details["n_improved"] / len(pre)
    tenths = np.round(10 * (post - pre)).astype(int)
    assert up.details["n_improved"] == (tenths > 10 * threshold).sum()


def test_reliable_change_equals_r(golden, compare):
    r, data = golden("rci_sai_shed")
    sai, pre, post = r["sai"], data["pre"].to_numpy(float), data["post"].to_numpy(float)
    assert sai["rxx"] == 0.85
    result = reliable_change(pre, post, retest=0.85, level=0.95)
    counts = ("n_improved", "n_deteriorated", "n_unchanged")
    ours = {
        "n": sum(result.improved.details.values()), "rci": result.index[~np.isnan(result.index)],
        "threshold_raw": result.threshold, **dict(zip(counts, _in_order(result.improved.details), strict=True)),
    }  # fmt: skip
    compare(ours, {name: sai[name] for name in ours}, of=[reliable_change], against="rci_sai_shed", absolute=1e-12)
    assert result.improved.estimate == sai["n_improved"] / sai["n"]
    assert result.deteriorated.estimate == sai["n_deteriorated"] / sai["n"]
    low, high = proportion_confint(sai["n_deteriorated"], sai["n"], method="wilson")
    assert [result.deteriorated.ci_low, result.deteriorated.ci_high] == pytest.approx([low, high])
    sem = measurement_error(pre[~np.isnan(post)].std(ddof=1), 0.85)
    ours, theirs = {"SEM": sem, "Sdiff": np.sqrt(2) * sem}, {name: sai[name] for name in ("SEM", "Sdiff")}
    compare(ours, theirs, of=[measurement_error], against="rci_sai_shed")


def _in_order(details) -> list[float]:
    return [details["n_improved"], details["n_worse"], details["n_unchanged"]]


def test_reliable_change_of_the_worked_example(golden, compare):
    """Jacobson & Truax (1991): from 47.5 to 32.5, SD 7.5, retest .80."""
    r, _ = golden("rci_sai_shed")
    expected, sem = r["jt1991"], measurement_error(7.5, 0.80)
    ours = {"SEM": sem, "Sdiff": np.sqrt(2) * sem}
    compare(ours, {name: expected[name] for name in ours}, of=[measurement_error], against="rci_sai_shed")
    index = reliable_change_index(np.array([47.5]), np.array([32.5]), sd=7.5, retest=0.80)
    compare({"rci": index}, {"rci": [expected["rci"]]}, of=[reliable_change_index], against="rci_sai_shed")


@few
@given(waves, st.sampled_from([0.0, 0.6, 0.95]), st.sampled_from([1e-3, 1.0, 1e6]))
def test_reliable_change_keeps_people_in_place_and_does_not_mind_the_unit(scores, retest, unit):
    pre, post = np.append(scores[0], [np.nan, 2.0]), np.append(scores[1], [1.0, np.nan])
    try:
        result = reliable_change(unit * pre, unit * post, retest=retest, level=0.9)
    except NotEstimableError:
        assert np.ptp(scores[0]) == 0
        return
    assert result.index.shape == pre.shape
    assert np.isnan(result.index).tolist() == [False] * (len(pre) - 2) + [True, True]
    one = reliable_change(pre, post, retest=retest, level=0.9, sign=-1)
    assert one.index == pytest.approx(result.index, nan_ok=True, abs=1e-9)
    assert (one.improved.estimate, one.deteriorated.estimate) == (
        result.deteriorated.estimate,
        result.improved.estimate,
    )
    assert one.improved.details == one.deteriorated.details
    assert (result.index > 1.96).sum() == result.improved.details["n_improved"]
    assert result.threshold == pytest.approx(
        1.96 * np.sqrt(2) * measurement_error(unit * scores[0].std(ddof=1), retest)
    )


def test_a_given_standard_deviation_counts():
    pre, post = np.array([3.0, 3.0, 3.0]), np.array([3.0, 4.0, 9.0])
    result = reliable_change(pre, post, retest=0.5, level=0.95, sd=1.0)
    assert result.index == pytest.approx([0, 1, 6])
    assert result.improved.details == {"n_improved": 1, "n_unchanged": 2, "n_worse": 0}


@pytest.mark.parametrize(
    ("pre", "post", "retest", "reason"),
    [
        ([], [], 0.8, "too_few_pairs"),
        ([1.0], [2.0], 0.8, "too_few_pairs"),
        ([1.0, np.nan, 3.0], [np.nan, 2.0, 3.0], 0.8, "too_few_pairs"),
        ([0.1] * 8, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], 0.8, "no_variation"),
        ([1.0, 2.0], [2.0, 3.0], np.nan, "no_retest"),
        ([1.0, 2.0], [2.0, 3.0], 1.0, "no_retest"),
        ([1.0, 2.0], [2.0, 3.0], -0.1, "no_retest"),
    ],
)
def test_what_cannot_be_estimated(pre, post, retest, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        reliable_change(np.array(pre), np.array(post), retest=retest, level=0.95)
    if reason == "too_few_pairs":
        with pytest.raises(NotEstimableError, match=r"^too_few_pairs$"):
            share_improved(np.array(pre), np.array(post), level=0.95)


def test_nobody_has_no_share_and_no_spread_no_index():
    with pytest.raises(NotEstimableError, match=r"^too_few_people$"):
        wilson(0, 0, level=0.95)
    for sd in (0.0, np.nan):
        with pytest.raises(NotEstimableError, match=r"^no_variation$"):
            reliable_change_index(np.ones(3), np.ones(3), sd=sd, retest=0.8)


@pytest.mark.slow
def test_without_change_one_in_forty_seems_to_improve_reliably():
    """Within two Monte Carlo errors, when `retest` is the correlation of the same true scores measured twice."""
    draws, n, retest = np.random.default_rng(1), 400_000, 0.7
    true, *errors = draws.normal(size=(3, n))
    pre, post = (np.sqrt(retest) * true + np.sqrt(1 - retest) * error for error in errors)
    result = reliable_change(pre, post, retest=retest, level=0.95)
    expected = stats.norm.sf(1.96)
    for share in (result.improved, result.deteriorated):
        assert share.estimate == pytest.approx(expected, abs=2.5 * np.sqrt(expected / n))
