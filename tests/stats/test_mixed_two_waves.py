"""Two waves in closed form: against the paired t, the general engine, n × n matrices and statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from mixed_samples import written_out
from properties import examples
from scipy import stats

from rm_research.stats.mixed import Term, constrained_likelihood, fit_reml, likelihood_change, satterthwaite
from rm_research.stats.paired import paired_t
from rm_research.stats.result import NotEstimableError

few = examples(20)
NAMES = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]


def waves(seed: int, *, n: int = 40, r: float = 0.6, left: float = 0.25, sd_post: float = 0.8):
    """Scores before and after and arm; who left had, on average, lower scores before."""
    draws = np.random.default_rng(seed)
    pre, noise = draws.normal(3, 0.8, n), draws.normal(0, 0.8, n)
    post = 3.3 + sd_post / 0.8 * (r * (pre - 3) + np.sqrt(1 - r**2) * noise)
    post[np.argsort(pre + draws.normal(0, 0.8, n))[: int(left * n)]] = np.nan
    return pre, post, (draws.permutation(n) % 2).astype(float)


def long(pre, post, arm=None):
    """One row for each score: y, columns of X (intercept, after, after in the arm) and person."""
    people, both = np.arange(len(pre)), ~np.isnan(post)
    y, person = np.concatenate([pre, post[both]]), np.concatenate([people, people[both]])
    after = np.repeat([0.0, 1.0], [len(pre), both.sum()])
    X = [np.ones(len(y)), after] + ([] if arm is None else [after * arm[person]])
    return y, np.column_stack(X), person


def by_engine(pre, post, arm=None):
    y, X, person = long(pre, post, arm)
    fit = fit_reml(y, X, [Term("person", person)])
    result = satterthwaite(fit, np.eye(X.shape[1])[-1], level=0.95, observed=True)
    total = fit.variances["var_person"] + fit.variances["var_residual"]
    return result, {"sd_pre": np.sqrt(total), "r": fit.variances["var_person"] / total, **means(fit, arm)}


def means(fit, arm):
    before, after, *more = fit.coefficients
    if arm is None:
        return {"mean_pre": before, "mean_post": before + after}
    return {"mean_pre": before, "mean_post_comparison": before + after, "mean_post_arm": before + after + more[0]}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("estimator", [likelihood_change, constrained_likelihood])
def test_closed_form_is_what_the_general_engine_finds(estimator, seed, compare):
    pre, post, arm = waves(seed)
    further = [arm] if estimator is constrained_likelihood else []
    ours, (theirs, details) = estimator(pre, post, *further, level=0.95), by_engine(pre, post, *further)
    compare({name: getattr(ours, name) for name in NAMES}, {name: getattr(theirs, name) for name in NAMES},
            of=[estimator], against="identity", rel=1e-5, because="`fit_reml` with one random intercept")  # fmt: skip
    compare({name: ours.details[name] for name in details}, details, of=[estimator], against="identity", rel=1e-5,
            because="`fit_reml` with one random intercept")  # fmt: skip
    counts = {name: ours.details[name] for name in ("n_pre", "n_pairs", "n_leavers")}
    assert counts == {"n_pre": 40, "n_pairs": 30, "n_leavers": 10}


def ends(result, which):
    return {end: result.details[f"mean_{which}_{end}"] for end in ("low", "high")}


@pytest.mark.parametrize("left", [0.0, 0.25])
@pytest.mark.parametrize(("which", "contrast"), [("pre", [1.0, 0.0]), ("post", [1.0, 1.0])])
@pytest.mark.parametrize("seed", range(3))
def test_intervals_of_the_means_are_what_the_general_engine_finds(seed, which, contrast, left, compare):
    pre, post, _ = waves(seed, left=left)
    y, X, person = long(pre, post)
    theirs = satterthwaite(fit_reml(y, X, [Term("person", person)]), contrast, level=0.9, observed=True)
    compare(ends(likelihood_change(pre, post, level=0.9), which), {"low": theirs.ci_low, "high": theirs.ci_high},
            of=[likelihood_change], against="identity", rel=1e-5,
            because="intervals of both means: `fit_reml` with one random intercept")  # fmt: skip


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize(("which", "contrast"), [("pre", [1.0, 0.0]), ("post", [1.0, 1.0])])
def test_intervals_of_the_means_are_those_of_n_by_n_matrices(which, contrast, equal, compare):
    """A negative correlation, beyond what a random intercept allows; and unequal variances."""
    pre, post, _ = waves(1, r=-0.5) if equal else waves(1, sd_post=1.4)
    ours = likelihood_change(pre, post, level=0.9, equal_variances=equal)
    y, X, person = long(pre, post)
    d, same = ours.details, person[:, None] == person
    first, second = np.eye(2)[X[:, 1].astype(int)].T
    if equal:
        G, theta = [same - np.eye(len(y)), np.eye(len(y))], d["sd_pre"] ** 2 * np.array([d["r"], 1])
    else:
        G = [np.diag(first), np.diag(second), same * (np.outer(first, second) + np.outer(second, first))]
        theta = np.array([d["sd_pre"] ** 2, d["sd_post"] ** 2, d["r"] * d["sd_pre"] * d["sd_post"]])
    found = written_out(y, X, theta, G, np.array(contrast))
    A, f = 2 * np.linalg.inv(found["hessian"]), found["std_error"] ** 2
    df = 2 * f**2 / (found["gradient"] @ A @ found["gradient"])
    low, high = stats.t.interval(0.9, df, found["estimate"], np.sqrt(f + 2 * found["moves"] @ A @ found["moves"]))
    compare(ends(ours, which), {"low": low, "high": high}, of=[likelihood_change], against="formula written out",
            because="intervals of both means: the same sums over n × n matrices")  # fmt: skip


@pytest.mark.parametrize("which", ["pre", "post"])
def test_if_nobody_left_means_with_unequal_variances_have_student_s_interval(which):
    pre, post, _ = waves(2, left=0, sd_post=1.4)
    scores = pre if which == "pre" else post
    found = ends(likelihood_change(pre, post, level=0.9, equal_variances=False), which)
    expected = stats.t.interval(0.9, len(scores) - 1, scores.mean(), stats.sem(scores))
    assert tuple(found.values()) == pytest.approx(expected)


@pytest.mark.slow
def test_intervals_of_the_means_hold_the_truth_as_often_as_they_say():
    """Those with low scores before leave more often; the mean after of everyone would have been 3.3."""
    held = np.zeros(2)
    for seed in range(2000):
        draws = np.random.default_rng(seed)
        pre = draws.normal(3, 0.8, 30)
        post = 3.3 + 0.6 * (pre - 3) + 0.8 * draws.normal(0, 0.8, 30)
        post[pre + draws.normal(0, 0.8, 30) < 2.4] = np.nan
        result = likelihood_change(pre, post, level=0.9)
        for place, (which, truth) in enumerate((("pre", 3.0), ("post", 3.3))):
            low, high = ends(result, which).values()
            held[place] += low <= truth <= high
    assert held / 2000 == pytest.approx([0.9, 0.9], abs=0.02)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("estimator", [likelihood_change, constrained_likelihood])
def test_a_negative_correlation_is_that_of_n_by_n_matrices(estimator, seed, compare):
    """V = v(I + ρ × same person), beyond what a random intercept allows."""
    pre, post, arm = waves(seed, r=-0.5)
    further = [arm] if estimator is constrained_likelihood else []
    ours = estimator(pre, post, *further, level=0.95)
    y, X, person = long(pre, post, *further)
    v, rho = ours.details["sd_pre"] ** 2, ours.details["r"]
    same = (person[:, None] == person) - np.eye(len(y))
    found = written_out(y, X, np.array([v * rho, v]), [same, np.eye(len(y))], np.eye(X.shape[1])[-1])
    A = 2 * np.linalg.inv(found["hessian"])
    f, moves, gradient = found["std_error"] ** 2, found["moves"], found["gradient"]
    expected = {"estimate": found["estimate"], "std_error": np.sqrt(f + 2 * moves @ A @ moves),
                "df": 2 * f**2 / (gradient @ A @ gradient)}  # fmt: skip
    assert rho < -0.1
    assert found["score"] / np.sqrt(np.diag(found["hessian"])) == pytest.approx([0, 0], abs=1e-8)
    compare({name: getattr(ours, name) for name in expected}, expected, of=[estimator], against="formula written out",
            rel=1e-8, because="the same sums over n × n matrices")  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_unequal_variances_are_those_of_n_by_n_matrices(seed, compare):
    pre, post, _ = waves(seed, sd_post=1.4)
    ours = likelihood_change(pre, post, level=0.95, equal_variances=False)
    y, X, person = long(pre, post)
    first, second = np.eye(2)[X[:, 1].astype(int)].T
    across = (person[:, None] == person) * (np.outer(first, second) + np.outer(second, first))
    G = [np.diag(first), np.diag(second), across]
    d = ours.details
    theta = np.array([d["sd_pre"] ** 2, d["sd_post"] ** 2, d["r"] * d["sd_pre"] * d["sd_post"]])
    found = written_out(y, X, theta, G, np.array([0.0, 1.0]))
    A = 2 * np.linalg.inv(found["hessian"])
    f, moves, gradient = found["std_error"] ** 2, found["moves"], found["gradient"]
    expected = {"estimate": found["estimate"], "std_error": np.sqrt(f + 2 * moves @ A @ moves),
                "df": 2 * f**2 / (gradient @ A @ gradient)}  # fmt: skip
    assert found["score"] / np.sqrt(np.diag(found["hessian"])) == pytest.approx([0, 0, 0], abs=1e-8)
    compare({name: getattr(ours, name) for name in expected}, expected, of=[likelihood_change],
            against="formula written out", because="unequal variances: the same sums over n × n matrices")  # fmt: skip
    assert d["mean_post"] - d["mean_pre"] == pytest.approx(ours.estimate)


@pytest.mark.parametrize("seed", range(3))
def test_unequal_variances_predict_those_who_left_by_least_squares(seed, compare):
    pre, post, _ = waves(seed)
    both = ~np.isnan(post)
    line = sm.OLS(post[both], sm.add_constant(pre[both])).fit()
    ours = likelihood_change(pre, post, level=0.95, equal_variances=False)
    compare({"estimate": ours.estimate}, {"estimate": line.predict(sm.add_constant(pre)).mean() - pre.mean()},
            of=[likelihood_change], against="statsmodels.OLS",
            because="unequal variances: mean of what the line of the pairs expects of everyone")  # fmt: skip


@pytest.mark.parametrize("equal_variances", [True, False])
@few
@given(st.lists(st.tuples(st.integers(4, 28), st.integers(4, 28)), min_size=2, max_size=15))
def test_if_nobody_left_it_is_the_paired_t(equal_variances, rows):
    pre, post = np.array(rows, float).T / 4
    assume(np.ptp(post - pre) > 0)
    ours = likelihood_change(pre, post, level=0.9, equal_variances=equal_variances)
    theirs = paired_t(pre, post, level=0.9)
    assert [getattr(ours, name) for name in NAMES] == [getattr(theirs, name) for name in NAMES]
    sd, r = (ours.details["sd_pre"], ours.details["sd_post"]), ours.details["r"]
    if sd[0] * sd[1] > 0:  # the standard error follows from what the model found
        variance = (sd[0] ** 2 + sd[1] ** 2 - 2 * r * sd[0] * sd[1]) / len(pre)
        assert ours.std_error**2 == pytest.approx(variance, rel=1e-9)


def test_the_paired_t_is_met_without_a_step(compare):
    """One person of many who leaves at the mean of all changes the answer hardly at all."""
    pre, post, _ = waves(4, n=400, left=0)
    pre[0], post[0] = pre[1:].mean(), np.nan
    theirs = paired_t(pre, post, level=0.95)
    for equal in (True, False):
        ours = likelihood_change(pre, post, level=0.95, equal_variances=equal)
        expected = {name: getattr(theirs, name) for name in ("estimate", "std_error", "df")}
        compare({name: getattr(ours, name) for name in expected}, expected, of=[likelihood_change], against="identity",
                rel=5e-3, because="one of 400 left, at the mean: close to the paired t")  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_arms_alike_before_differ_as_ancova_with_the_models_slope(seed):
    pre, post, arm = waves(seed, left=0)
    ours = constrained_likelihood(pre, post, arm, level=0.95)
    gaps = [values[arm == 1].mean() - values[arm == 0].mean() for values in (pre, post)]
    assert ours.estimate == pytest.approx(gaps[1] - ours.details["r"] * gaps[0])


@pytest.mark.parametrize("estimator", [likelihood_change, constrained_likelihood])
@few
@given(st.integers(0, 10_000), st.floats(-0.9, 0.9), st.sampled_from([1e-3, 1.0, 1e6]), st.booleans())
def test_order_unit_origin_and_direction_do_not_matter(estimator, seed, r, unit, equal):
    pre, post, arm = waves(seed, n=24, r=r)
    further = [] if estimator is likelihood_change else [arm]
    options = {"equal_variances": equal} if estimator is likelihood_change else {}
    order = np.random.default_rng(seed).permutation(24)
    one = estimator(pre, post, *further, level=0.9, **options)
    moved = (-unit * (values[order] - 40) for values in (pre, post))
    other = estimator(*moved, *(values[order] for values in further), level=0.9, **options)
    expected = [-unit * one.estimate, unit * one.std_error, one.df, one.p_value, -unit * one.ci_high]
    found = [other.estimate, other.std_error, other.df, other.p_value, other.ci_low]
    assert found == pytest.approx(expected, rel=1e-7)
    turned = {name: name.replace(end, other_end) for end, other_end in (("low", "high"), ("high", "low"))
              for name in one.details if name.endswith(end)}  # fmt: skip
    back = {turned.get(name, name): -unit * (value - 40) for name, value in one.details.items()
            if name.startswith("mean")}  # fmt: skip
    assert {name: other.details[name] for name in back} == pytest.approx(back)
    assert other.details["r"] == pytest.approx(one.details["r"], abs=1e-8)


@few
@given(st.integers(0, 10_000), st.integers(3, 30), st.floats(0, 0.8), st.booleans())
def test_likert_scores_of_few_people_give_a_number_or_a_reason(seed, n, left, equal):
    draws = np.random.default_rng(seed)
    pre, post = draws.integers(1, 6, (2, n)).astype(float)
    post[draws.random(n) < left], pre[draws.random(n) < 0.1] = np.nan, np.nan
    arm = (np.arange(n) % 2).astype(float)
    for estimator in (
        lambda: likelihood_change(pre, post, level=0.95, equal_variances=equal),
        lambda: constrained_likelihood(pre, post, arm, level=0.95),
    ):
        try:
            result = estimator()
        except NotEstimableError as error:
            reason = str(error)
        else:
            reason = ""
            assert np.isfinite([getattr(result, name) for name in NAMES]).all()
            assert result.std_error > 0
            assert 0 < result.df < 2 * n
            assert -1 < result.details["r"] < 1 or result.details["n_leavers"] == 0
        assert reason in {"", "too_few_pairs", "no_variation", "no_optimum"}


RISING, ARM = np.arange(1.0, 9.0), np.array([0.0, 1] * 4)
LEFT = np.where(np.arange(8) < 2, np.nan, 1.0)
ONE_PAIR = np.where(np.arange(8) < 1, 1.0, np.nan)


@pytest.mark.parametrize(
    ("pre", "post", "options", "reason"),
    [
        (RISING[:0], RISING[:0], {}, "too_few_pairs"),
        (RISING * np.nan, RISING, {}, "too_few_pairs"),
        (RISING, RISING * np.nan, {}, "too_few_pairs"),
        (RISING, RISING**2 * ONE_PAIR, {}, "too_few_pairs"),
        (RISING, RISING, {}, "no_variation"),
        (RISING / 3, (RISING / 3 + 0.1) * LEFT, {}, "no_variation"),
        (np.full(8, 0.1), np.full(8, 0.3) * LEFT, {}, "no_variation"),
        (RISING / 3, (7 - RISING / 3) * LEFT, {}, "no_variation"),
        (RISING, np.append([1.0, 5.0], np.full(6, np.nan)), {"equal_variances": False}, "too_few_pairs"),
        (np.append(np.full(6, 3.0), [4.0, 5.0]), np.append(RISING[:6], [np.nan] * 2), {"equal_variances": False},
         "no_variation"),
    ],
)  # fmt: skip
def test_what_cannot_be_estimated(pre, post, options, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        likelihood_change(pre, post, level=0.95, **options)
    if not options:
        with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
            constrained_likelihood(pre, post, ARM[: len(pre)], level=0.95)


def test_an_arm_without_pairs_is_refused():
    post = np.where(ARM == 1, np.nan, RISING**2)
    with pytest.raises(NotEstimableError, match=r"^too_few_pairs$"):
        constrained_likelihood(RISING, post, ARM, level=0.95)


@pytest.mark.parametrize("equal", [True, False])
def test_scores_alike_in_one_wave_still_give_a_change(equal):
    spread, after = np.array([4.0, 5, 1, 9, 3, 7, 2, 8]), RISING[::-1] * LEFT
    flat_after = likelihood_change(spread, np.full(8, 3.0) * LEFT, level=0.95, equal_variances=equal)
    assert flat_after.estimate == pytest.approx(3 - spread.mean())
    assert np.isfinite([flat_after.std_error, flat_after.df]).all()
    if equal:
        flat_before = likelihood_change(np.full(8, 3.0), after, level=0.95)
        assert flat_before.details["r"] == 0
        assert flat_before.estimate == pytest.approx(np.nanmean(after) - 3)


def test_two_pairs_among_many_say_little():
    post = np.append([1.0, 5.0], np.full(28, np.nan))
    result = likelihood_change(np.arange(30.0), post, level=0.95)
    assert result.df < 4
    assert result.ci_high - result.ci_low > 20


def test_a_correlation_that_may_as_well_be_negative_is_refused():
    """All the same after, and those who left far out before: ρ and −ρ do as well."""
    pre, post = np.append(RISING, [-30.0, 40.0]), np.append(np.full(8, 3.0), [np.nan] * 2)
    with pytest.raises(NotEstimableError, match=r"^no_optimum$"):
        likelihood_change(pre, post, level=0.95)
    assert np.isfinite(likelihood_change(pre, post, level=0.95, equal_variances=False).std_error)
