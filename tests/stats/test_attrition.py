"""Who left, against R, statsmodels and pingouin, and where there is nothing to estimate."""

from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy import stats
from statsmodels.stats.meta_analysis import effectsize_smd

from rm_research.stats.attrition import (
    binomial,
    chance_of_steps,
    leaving_model,
    share_lost,
    standardised_difference,
    steps_lost,
)
from rm_research.stats.result import NotEstimableError

few = examples(6)
BTHEB = Path(__file__).parents[1] / "reference" / "attrition_btheb.csv"
TERMS = ["pre", "treat", "drug", "long"]


@pytest.mark.parametrize(("before", "both"), [(1, 1), (1, 0), (7, 3), (24, 24), (24, 0), (24, 18), (400, 31)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_share_lost_has_wilsons_interval(before, both, level, compare):
    result = share_lost(before, both, level=level)
    low, high = stats.binomtest(before - both, before).proportion_ci(level, method="wilson")
    ours = {"estimate": result.estimate, "low": result.ci_low, "high": result.ci_high}
    theirs = {"estimate": 1 - both / before, "low": low, "high": high}
    compare(ours, theirs, of=[share_lost], against="scipy.stats.binomtest", rel=0, absolute=1e-12)
    assert 0 <= result.ci_low <= result.estimate <= result.ci_high <= 1
    assert np.isnan([result.std_error, result.df, result.statistic, result.p_value]).all()


def test_share_lost_mirrors_the_share_kept():
    lost, kept = share_lost(30, 22, level=0.9), share_lost(30, 8, level=0.9)
    assert [lost.ci_low, lost.ci_high] == pytest.approx([1 - kept.ci_high, 1 - kept.ci_low])


def test_nobody_before_has_no_share():
    with pytest.raises(NotEstimableError, match=r"^too_few_people$"):
        share_lost(0, 0, level=0.95)


def fewer_steps(n_programme, lost_programme, n_comparison, lost_comparison):
    """The rule as METHODS words it, one table at a time."""
    overall = round((lost_programme + lost_comparison) / (n_programme + n_comparison), 9)
    apart = round(abs(lost_programme / n_programme - lost_comparison / n_comparison), 9)
    table = [[lost_programme, n_programme - lost_programme], [lost_comparison, n_comparison - lost_comparison]]
    clear = stats.fisher_exact(table).pvalue < 0.10
    if overall > 0.50 or (apart >= 0.25 and clear):
        return 2
    return int(overall > 0.35 or (apart >= 0.10 and clear))


@pytest.mark.parametrize(("a", "b"), [(1, 1), (3, 9), (12, 12), (20, 8), (25, 40)])
def test_steps_lost_are_those_of_the_rule_with_scipys_fisher_test(a, b, compare):
    every = [(a, x, b, y) for x in range(a + 1) for y in range(b + 1)]
    ours, theirs = ({str(case): float(rule(*case)) for case in every} for rule in (steps_lost, fewer_steps))
    compare(ours, theirs, of=[steps_lost], against="scipy.stats.fisher_exact")


@pytest.mark.parametrize(("lost", "steps"), [((100, 68, 100, 38), 2), ((100, 35, 100, 35), 0), ((100, 36, 100, 36), 1),
                                             ((20, 4, 20, 6), 0), ((0, 0, 10, 6), 2), ((0, 0, 0, 0), 0)])  # fmt: skip
def test_steps_lost_by_example(lost, steps):
    assert steps_lost(*lost) == steps


@pytest.mark.parametrize(("n", "alike", "uneven"), [(12, 0.07, 0.38), (40, 0.06, 0.59)])
def test_chances_of_losing_steps_are_as_published(n, alike, uneven):
    assert 1 - chance_of_steps(n, n, 0.2, 0.2)[0] == pytest.approx(alike, abs=0.005)
    assert 1 - chance_of_steps(n, n, 0.2, 0.4)[0] == pytest.approx(uneven, abs=0.005)


@pytest.mark.parametrize(("n", "m", "p", "q"), [(3, 4, 0.3, 0.1), (9, 5, 0.0, 0.5), (6, 6, 1.0, 0.4), (0, 5, 0.1, 0.6)])
def test_chances_of_steps_sum_over_all_pairs_of_binomial_numbers(n, m, p, q, compare):
    by_hand = np.zeros(3)
    for x in range(n + 1):
        for y in range(m + 1):
            by_hand[steps_lost(n, x, m, y)] += stats.binom.pmf(x, n, p) * stats.binom.pmf(y, m, q)
    named = [
        {str(i): float(chance) for i, chance in enumerate(values)} for values in (chance_of_steps(n, m, p, q), by_hand)
    ]
    compare(*named, of=[chance_of_steps], against="scipy.stats.binom", absolute=1e-12)
    ours = {str(k): float(chance) for k, chance in enumerate(binomial(n, p))}
    theirs = {str(k): float(stats.binom.pmf(k, n, p)) for k in range(n + 1)}
    compare(ours, theirs, of=[binomial], against="scipy.stats.binom", absolute=1e-12)


def two_groups(seed: int) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    return draws.normal(2.6, 0.8, draws.integers(2, 12)), draws.normal(3, 0.7, draws.integers(2, 30))


@pytest.mark.parametrize("seed", range(6))
def test_standardised_difference_equals_pingouin_and_its_formula(seed, compare):
    leavers, stayers = two_groups(seed)
    result = standardised_difference(leavers, stayers, level=0.9)
    n1, n2, d, j = len(leavers), len(stayers), result.details["d"], result.details["J"]
    theirs = {"d": pingouin.compute_effsize(leavers, stayers, eftype="cohen")}
    compare({"d": d}, theirs, of=[standardised_difference], against="pingouin.compute_effsize")
    theirs = {"g": pingouin.compute_effsize(leavers, stayers, eftype="hedges")}
    because = "J is the exact gamma form; pingouin has Hedges' approximation 1 − 3/(4n − 9)"
    compare({"g": result.estimate}, theirs, of=[standardised_difference], against="pingouin.compute_effsize", rel=1e-2,
            because=because)  # fmt: skip
    se = np.sqrt(1 / n1 + 1 / n2 + (j * d) ** 2 / (2 * (n1 + n2)))
    half = stats.norm.ppf(0.95) * se
    ours = {"se": result.std_error, "low": result.ci_low, "high": result.ci_high, "p": result.p_value}
    theirs = {"se": se, "low": j * d - half, "high": j * d + half, "p": 2 * stats.norm.sf(abs(j * d / se))}
    compare(ours, theirs, of=[standardised_difference], against="formula written out",
            because="Hedges & Olkin 1985: normal interval around g, as metafor's SMD")  # fmt: skip
    assert result.details["n_left"] == n1
    assert result.details["n_stayed"] == n2
    assert np.isnan(result.df)


def test_standardised_difference_is_close_to_statsmodels(compare):
    draws = np.random.default_rng(2)
    leavers, stayers = draws.normal(0.4, 1, 60), draws.normal(0, 1, 90)
    result = standardised_difference(leavers, stayers, level=0.95)
    g, variance = effectsize_smd(leavers.mean(), leavers.std(ddof=1), 60, stayers.mean(), stayers.std(ddof=1), 90)
    ours, theirs = {"g": result.estimate, "se": result.std_error}, {"g": g, "se": np.sqrt(variance)}
    because = "statsmodels takes Hedges' approximation of J and n − 3.94 in the variance"
    compare(ours, theirs, of=[standardised_difference],
            against="statsmodels.stats.meta_analysis.effectsize_smd", rel=1e-3, because=because)  # fmt: skip


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1.0, 1e6]))
def test_swapping_groups_flips_the_sign_and_units_do_not_matter(seed, unit):
    leavers, stayers = two_groups(seed)
    one = standardised_difference(leavers, stayers, level=0.9)
    back = standardised_difference(unit * stayers + 5 * unit, unit * leavers + 5 * unit, level=0.9)
    assert [back.estimate, back.std_error, back.ci_low] == pytest.approx([-one.estimate, one.std_error, -one.ci_high])


def test_absent_scores_are_left_out():
    leavers, stayers = two_groups(1)
    with_gaps = standardised_difference(np.append(leavers, np.nan), np.append(np.nan, stayers), level=0.95)
    assert with_gaps.estimate == standardised_difference(leavers, stayers, level=0.95).estimate


RISING, ALIKE = np.arange(5.0), np.full(5, 0.1)


@pytest.mark.parametrize(
    ("leavers", "stayers", "reason"),
    [
        (RISING[:0], RISING, "too_few_people"),
        (RISING[:1], RISING, "too_few_people"),
        (RISING, RISING[:1], "too_few_people"),
        (RISING, np.full(5, np.nan), "too_few_people"),
        (ALIKE, ALIKE, "no_variation"),
        (ALIKE, ALIKE + 0.2, "no_variation"),
    ],
)
def test_groups_that_cannot_be_compared(leavers, stayers, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        standardised_difference(leavers, stayers, level=0.95)


def test_leaving_model_equals_r(golden, compare):
    r, data = golden("attrition_fiml_btheb")[0], pd.read_csv(BTHEB)
    X = np.column_stack([np.ones(len(data)), data[TERMS]])
    results = leaving_model(X, data["drop8"].to_numpy(bool), level=0.95)
    assert data["drop8"].sum() == r["n_drop"]
    for result, row in zip(results, r["drop_glm"], strict=True):
        compare({"estimate": result.estimate}, {"estimate": row["Estimate"]}, of=[leaving_model],
                against="attrition_fiml_btheb")  # fmt: skip
        ours = {"se": result.std_error, "z": result.statistic, "p": result.p_value}
        theirs = {"se": row["Std. Error"], "z": row["z value"], "p": row["Pr(>|z|)"]}
        because = "R takes standard errors from the step before the last of its search"
        compare(ours, theirs, of=[leaving_model], against="attrition_fiml_btheb", rel=1e-6, because=because)
        odds = [result.details[name] for name in ("odds_ratio", "odds_low", "odds_high")]
        assert odds == pytest.approx(np.exp([result.estimate, result.ci_low, result.ci_high]))
        assert np.isnan(result.df)


def leaving(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), draws.normal(size=n), draws.integers(0, 2, n)])
    left = draws.random(n) < 1 / (1 + np.exp(-X @ [-0.5, 0.6, 0.4]))
    return X, left


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1e6]))
def test_units_order_and_direction_do_not_matter(seed, unit):
    X, left = leaving(seed)
    order = np.random.default_rng(seed).permutation(len(X))
    one = leaving_model(X, left, level=0.9)
    other = leaving_model(X[order] * [1, unit, 1], left[order], level=0.9)
    kept = leaving_model(X, ~left, level=0.9)
    assert [r.estimate for r in other] == pytest.approx([one[0].estimate, one[1].estimate / unit, one[2].estimate])
    assert [r.statistic for r in other] == pytest.approx([r.statistic for r in one], rel=1e-6)
    assert [r.ci_low for r in kept] == pytest.approx([-r.ci_high for r in one])


@few
@given(st.integers(0, 10_000))
def test_the_score_is_nil_and_the_information_as_said(seed):
    X, left = leaving(seed)
    results = leaving_model(X, left, level=0.95)
    p = 1 / (1 + np.exp(-X @ [result.estimate for result in results]))
    assert X.T @ (left - p) == pytest.approx(0, abs=1e-6)
    information = (X * (p * (1 - p))[:, None]).T @ X
    assert [result.std_error**2 for result in results] == pytest.approx(np.diag(np.linalg.inv(information)), rel=1e-6)


def test_two_groups_alone_have_the_odds_ratio_of_the_table():
    arm, left = np.repeat([1.0, 0.0], [20, 30]), np.concatenate([np.arange(20) < 8, np.arange(30) < 5])
    result = leaving_model(np.column_stack([np.ones(50), arm]), left, level=0.95)[1]
    assert result.details["odds_ratio"] == pytest.approx((8 / 12) / (5 / 25))
    assert result.std_error == pytest.approx(np.sqrt(1 / 8 + 1 / 12 + 1 / 5 + 1 / 25))


ONES, UP = np.ones(12), np.arange(12.0)
HALF = UP >= 6
TIED = np.clip(np.floor((UP - 3) / 2), 0, 2)  # 0 below 5, 1 for 5 and 6, 2 above


@pytest.mark.parametrize(
    ("X", "left", "reason"),
    [
        (np.column_stack([ONES, UP])[:2], HALF[5:7], "too_few_people"),
        (np.column_stack([ONES, UP]), ONES > 0, "no_variation"),
        (np.column_stack([ONES, UP]), ONES < 0, "no_variation"),
        (np.column_stack([ONES, UP, 3 - UP]), UP % 2 == 0, "collinear"),
        (np.column_stack([ONES, ONES * 0.3]), UP % 2 == 0, "collinear"),
        (np.column_stack([ONES, UP * 0]), UP % 2 == 0, "collinear"),
        (np.column_stack([ONES, UP]), HALF, "separated"),
        (np.column_stack([ONES, 1e6 * UP]), HALF, "separated"),
        (np.column_stack([ONES, 1e-6 * UP]), HALF, "separated"),
        (np.column_stack([ONES, HALF]), HALF & (UP % 2 == 0), "separated"),  # nobody of one group left
        (np.column_stack([ONES, np.maximum(UP, 6)]), UP > 6, "separated"),
        (np.column_stack([ONES, TIED]), (UP == 5) | (UP > 6), "separated"),  # but for one value, which both have
    ],
)  # fmt: skip
def test_what_cannot_be_modelled(X, left, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        leaving_model(X, left, level=0.95)


def test_one_overlap_is_enough():
    """Nearly separated: one pair stands the other way round, so there is a maximum, far out."""
    left = HALF.copy()
    left[[5, 6]] = left[[6, 5]]
    result = leaving_model(np.column_stack([ONES, UP]), left, level=0.95)[1]
    assert 0 < result.estimate < 5
    assert result.p_value > 0.05
