"""The ladder, and several waves in one model."""

import numpy as np
import pytest
from mixed_samples import nested

from rm_research.stats.mixed import (
    Term,
    constrained_likelihood,
    contrast_of,
    fit_by_ladder,
    fit_reml,
    fit_waves,
    kenward_roger,
    likelihood_change,
    mixed_contrast,
    satterthwaite,
)
from rm_research.stats.paired import paired_t
from rm_research.stats.regression import hc2, least_squares
from rm_research.stats.result import NotEstimableError

NAMES = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]


def numbers(result):
    return {name: getattr(result, name) for name in NAMES}


def names(ladder):
    return [(term.name, term.slope is not None) for term in ladder.terms]


def test_a_model_that_the_data_carry_is_kept(compare):
    y, X, terms = nested(1, cohorts=8)
    ladder, c = fit_by_ladder(y, X, terms), [0, 1.0, 0]
    fit = fit_reml(y, X, terms)
    assert (ladder.step, names(ladder)) == (0, [("person", False), ("dyad", False), ("cohort", False)])
    result, adjusted = mixed_contrast(y, X, c, terms, level=0.9), kenward_roger(fit, c, level=0.9)
    compare(numbers(result), numbers(satterthwaite(fit, c, level=0.9)), of=[fit_by_ladder, contrast_of, mixed_contrast],
            against="identity", because="`satterthwaite` of `fit_reml`")  # fmt: skip
    expected = {"kr_std_error": adjusted.std_error, "kr_df": adjusted.df, "kr_p_value": adjusted.p_value,
                "kr_ci_low": adjusted.ci_low, "kr_ci_high": adjusted.ci_high, "ladder_step": 0.0,
                "log_likelihood": fit.log_likelihood, **fit.variances}  # fmt: skip
    compare(result.details, expected, of=[fit_by_ladder, contrast_of, mixed_contrast], against="identity",
            because="`kenward_roger` of `fit_reml`")  # fmt: skip


def test_observed_information_is_passed_on():
    y, X, terms = nested(1)
    results = [mixed_contrast(y, X, [0, 1.0, 0], terms, level=0.9, observed=observed) for observed in (False, True)]
    assert results[1].std_error > results[0].std_error
    assert results[1].df == results[0].df
    assert results[1].details == results[0].details


def slopes(seed: int, spread: float, size: float = 0.7):
    draws = np.random.default_rng(seed)
    person, wave = np.repeat(np.arange(40), 4), np.tile(np.arange(4.0), 40)
    y = size * draws.normal(size=40)[person] + spread * draws.normal(size=40)[person] * wave + draws.normal(0, 0.5, 160)
    return y, np.column_stack([np.ones(160), wave]), person, wave


def test_a_slope_that_does_not_vary_is_given_up_before_an_intercept():
    y, X, person, wave = slopes(3, 0.0)
    terms = [Term("person", person, wave), Term("dyad", person // 2)]
    assert set(fit_reml(y, X, terms).singular) == {"person", "dyad"}
    ladder = fit_by_ladder(y, X, terms)
    assert (ladder.step, names(ladder)) == (2, [("person", False)])
    alone = fit_reml(y, X, [Term("person", person)])
    assert ladder.fit.coefficients == pytest.approx(alone.coefficients, rel=1e-6)
    assert ladder.fit.variances == pytest.approx(alone.variances, rel=1e-5)


def test_a_slope_that_varies_is_kept():
    y, X, person, wave = slopes(3, 0.5)
    ladder = fit_by_ladder(y, X, [Term("person", person, wave)])
    assert (ladder.step, names(ladder)) == (0, [("person", True)])


def test_slopes_that_leave_nothing_for_the_residual_are_given_up():
    """Everybody changes along a line of their own, without error."""
    draws = np.random.default_rng(1)
    person, wave = np.repeat(np.arange(9), 3), np.tile(np.arange(3.0), 9)
    y, X = draws.normal(size=9)[person] + draws.normal(size=9)[person] * wave, np.column_stack([np.ones(27), wave])
    with pytest.raises(NotEstimableError, match=r"^no_"):
        fit_reml(y, X, [Term("person", person, wave)])
    ladder = fit_by_ladder(y, X, [Term("person", person, wave)])
    assert (ladder.step, names(ladder)) == (1, [("person", False)])


def test_giving_up_what_is_zero_changes_kenward_and_roger_alone():
    y, X, terms = nested(2)
    cohorts = terms[2]
    y = y - np.array([y[np.asarray(cohorts.groups) == k].mean() for k in range(4)])[cohorts.groups]
    full, kept = fit_by_ladder(y, X, terms, keep=["cohort"]), fit_by_ladder(y, X, terms)
    assert full.fit.variances["var_cohort"] == 0
    assert (names(full)[-1][0], names(kept)[-1][0]) == ("cohort", "dyad")
    assert kept.step == full.step + 1
    one, other = (contrast_of(ladder, [0, 0, 1.0], level=0.95) for ladder in (full, kept))
    assert list(numbers(one).values()) == pytest.approx(list(numbers(other).values()), rel=1e-6, abs=1e-12)
    assert one.details["kr_df"] < other.details["kr_df"]


@pytest.mark.parametrize(
    ("terms", "kept", "step"),
    [
        (lambda row, pair, wave: [Term("row", row)], [], 1),
        (lambda row, pair, wave: [Term("pair", pair, wave)], [("pair", False)], 1),
        (lambda row, pair, wave: [Term("pair", pair), Term("again", pair)], [("pair", False)], 1),
        (lambda row, pair, wave: [Term("all", row * 0), Term("pair", pair)], [("pair", False)], 1),
        (lambda row, pair, wave: [Term("none", row * 0 - 1, wave), Term("pair", pair)], [("pair", False)], 2),
        (lambda row, pair, wave: [], [], 0),
    ],
)
def test_what_the_design_cannot_tell_apart_is_left_out(terms, kept, step):
    pair, wave, row = np.repeat(np.arange(20), 2), np.tile([0.0, 1.0], 20), np.arange(40)
    draws = np.random.default_rng(3)
    y = draws.normal(size=20)[pair] + draws.normal(0, 0.5, 40)
    ladder = fit_by_ladder(y, np.column_stack([np.ones(40), wave]), terms(row, pair, wave))
    assert (names(ladder), ladder.step) == (kept, step)


def test_roles_in_one_dyad_are_compared_within_it(compare):
    """Both roles in each dyad: the difference in change is the paired t over dyads."""
    draws = np.random.default_rng(5)
    dyad, role = np.repeat(np.arange(25), 2), np.tile([0.0, 1.0], 25)
    change = 0.3 * role + draws.normal(size=25)[dyad] + draws.normal(0, 0.8, 50)
    X = np.column_stack([np.ones(50), role])
    result = mixed_contrast(change, X, [0, 1.0], [Term("dyad", dyad)], level=0.95)
    compare(numbers(result), numbers(paired_t(change[::2], change[1::2], level=0.95)), of=[mixed_contrast],
            against="identity", rel=1e-6, because="`paired_t` of the two roles of each dyad")  # fmt: skip


def people(seed: int, *, waves: int = 2, n: int = 40, kept: float = 0.8):
    """Long rows, NaN where a score is missing: y, wave, arm and person."""
    draws = np.random.default_rng(seed)
    person, wave = np.repeat(np.arange(n), waves), np.tile(np.arange(waves), n)
    arm = person % 2
    y = 3 + draws.normal(size=n)[person] + 0.3 * wave * arm + draws.normal(0, 0.6, n * waves)
    y[(wave > 0) & (draws.random(n * waves) > kept)] = np.nan
    return y, wave, arm, person


def test_two_waves_are_the_closed_forms(compare):
    y, wave, arm, person = people(3)
    pre, post = y[::2], y[1::2]
    model = fit_waves(y, wave, arm, person, constrained=True)
    theirs = constrained_likelihood(pre, post, arm[::2], level=0.9)
    compare(numbers(model.difference(1, level=0.9)), numbers(theirs), of=[fit_waves], against="identity", rel=1e-5,
            because="two waves, one mean before: `constrained_likelihood`")  # fmt: skip
    alone = fit_waves(y, wave, arm * 0 + 1, person, constrained=False)
    theirs = likelihood_change(pre, post, level=0.9)
    compare(numbers(alone.change(1, 1, level=0.9)), numbers(theirs), of=[fit_waves], against="identity", rel=1e-5,
            because="two waves, one arm: `likelihood_change`")  # fmt: skip


def test_complete_waves_give_differences_of_mean_changes(compare):
    y, wave, arm, person = people(3, kept=1.0)
    model, change, first = fit_waves(y, wave, arm, person, constrained=False), y[1::2] - y[::2], arm[::2]
    theirs = least_squares(np.column_stack([np.ones(40), first]), change)
    spread = [change[first == k].var(ddof=1) for k in (0, 1)]
    error = np.sqrt(np.mean(spread) * 2 / 20)
    result = model.difference(1, level=0.95)
    ours = {"estimate": result.estimate, "std_error": result.std_error, "df": result.df}
    expected = {"estimate": hc2(theirs, 1, level=0.95).estimate, "std_error": error, "df": 38.0}
    compare(ours, expected, of=[fit_waves], against="formula written out", rel=1e-6,
            because="nobody missing: two-sample t of the changes, equal variances")  # fmt: skip
    for k in (0, 1):
        assert model.change(1, k, level=0.95).estimate == pytest.approx(change[first == k].mean())
    gap = model.change(1, 1, level=0.95).estimate - model.change(1, 0, level=0.95).estimate
    assert gap == pytest.approx(result.estimate)


@pytest.mark.parametrize("constrained", [True, False])
def test_three_waves_have_slopes_and_every_contrast(constrained, compare):
    y, wave, arm, person = people(7, waves=3)
    draws = np.random.default_rng(1)
    y = y + 0.5 * draws.normal(size=40)[person] * wave
    model = fit_waves(y, wave, arm, person, constrained=constrained)
    assert names(model.ladder) == [("person", True)]
    known = ~np.isnan(y)
    X = np.column_stack([np.ones(len(y)), wave == 1, wave == 2, (wave == 1) * arm, (wave == 2) * arm])
    X = X.astype(float) if constrained else np.column_stack([X, arm]).astype(float)
    fit = fit_reml(y[known], X[known], [Term("person", person[known], wave[known])])
    for w in (1, 2):
        expected = numbers(satterthwaite(fit, np.eye(X.shape[1])[2 + w], level=0.9, observed=True))
        compare(numbers(model.difference(w, level=0.9)), expected, of=[fit_waves], against="identity", rel=1e-4,
                because="the same model with columns coded in another way")  # fmt: skip
        expected = numbers(satterthwaite(fit, np.eye(X.shape[1])[w], level=0.9, observed=True))
        compare(numbers(model.change(w, 0, level=0.9)), expected, of=[fit_waves], against="identity", rel=1e-4,
                because="the same model with columns coded in another way")  # fmt: skip


def test_dyads_and_cohorts_enter_and_nobody_needs_to_be_in_one():
    y, wave, arm, person = people(9, waves=3, n=60)
    draws = np.random.default_rng(2)
    dyad, cohort = np.where(arm == 1, person // 4, -1), person // 15
    y = y + draws.normal(size=60)[dyad] * (dyad >= 0) + draws.normal(size=4)[cohort]
    model = fit_waves(y, wave, arm, person, dyad=dyad, cohort=cohort, constrained=False)
    assert [name for name, _ in names(model.ladder)] == ["person", "dyad", "cohort"]
    assert set(model.change(2, 1, level=0.95).details) >= {"var_person", "var_dyad", "var_cohort", "ladder_step"}


@pytest.mark.parametrize("constrained", [True, False])
def test_an_arm_or_wave_without_scores_is_refused(constrained):
    y, wave, arm, person = people(4)
    y[(wave == 1) & (arm == 0)] = np.nan
    model = fit_waves(y, wave, arm, person, constrained=constrained)
    assert np.isfinite(model.change(1, 1, level=0.95).std_error)
    for refused in (lambda: model.change(1, 0, level=0.95), lambda: model.difference(1, level=0.95),
                    lambda: model.change(5, 1, level=0.95)):  # fmt: skip
        with pytest.raises(NotEstimableError, match=r"^too_few_people$"):
            refused()


def test_nothing_to_fit():
    y, wave, arm, person = people(4)
    for few in (y * np.nan, np.where(np.arange(len(y)) < 2, y, np.nan)):
        with pytest.raises(NotEstimableError, match=r"^too_few_people$"):
            fit_waves(few, wave, arm, person, constrained=True)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        fit_waves(np.where(wave == 1, 4.0, 3.0), wave, arm, person, constrained=True)
