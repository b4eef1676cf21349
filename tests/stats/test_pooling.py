"""Pooling against metafor, and by identities."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy import stats

from rm_research.stats.pooling import meta_regression, reml_hk
from rm_research.stats.result import NotEstimableError, critical_value, t_result

few = examples(20)


def study(seed: int) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    k = draws.integers(2, 15)
    std_errors = draws.uniform(0.05, 0.5, k)
    return draws.normal(0.3, draws.choice([0, 0.1, 1]), k) + std_errors * draws.normal(size=k), std_errors


REFERENCES = [
    ("meta_bcg", "meta_bcg", None), ("meta_normand1999", "meta_normand1999", "all"),
    ("meta_normand1999", "meta_normand1999", "first3"), ("morris2008_table", None, "meta_dppc2_metafor_var"),
]  # fmt: skip


def reference(name, data_name, part, golden):
    """Results of metafor, and the estimates and variances that they are about."""
    results, _ = golden(name)
    if data_name is None:
        rows = results["table"]
        y, v = (np.array([row[column] for row in rows]) for column in ("dppc2", "var_metafor_site"))
    else:
        y, v = golden(data_name)[1][["yi", "vi"]].to_numpy().T
    results = results[part] if part else results
    k = results["REML_HKSJ"]["k"]
    return results, y[:k], np.sqrt(v[:k])


@pytest.mark.parametrize("source", REFERENCES, ids=lambda source: "-".join(filter(None, source)))
class TestAgainstMetafor:
    def test_reml_hk(self, source, golden, compare):
        results, y, se = reference(*source, golden)
        r = results["REML_HKSJ_adhoc"]
        result = reml_hk(y, se, level=0.95)
        d = result.details
        ours = {
            "mu": result.estimate, "se": result.std_error, "ci95": [result.ci_low, result.ci_high],
            "stat": result.statistic, "p": result.p_value, "tau2": d["tau2"], "I2": 100 * d["i2"],
            "H2": 1 / (1 - d["i2"]), "Q": d["q"], "p_q": d["q_p"],
            "pi95_HTS_t_km2": [d["prediction_low"], d["prediction_high"]],
        }  # fmt: skip
        theirs = {name: r[name] for name in ours if name != "p_q"} | {"p_q": r["Qp"]}
        because = "metafor's own prediction interval has t with k − 1; ours, as Higgins and others give it, k − 2"
        compare(ours, theirs, of=[reml_hk], against=source[0], rel=1e-6, because=because)
        assert result.df == r["k"] - 1

    @pytest.mark.parametrize("kind", ["REML_z", "REML_HKSJ"])
    def test_without_the_factor_and_with_it_below_one(self, source, kind, golden, compare):
        """Both follow from the details: 1/√Σw, and the same times √q."""
        results, y, se = reference(*source, golden)
        r, result = results[kind], reml_hk(y, se, level=0.95)
        d, df = result.details, float("nan") if kind == "REML_z" else len(y) - 1
        std_error = d["std_error_normal"] * (1 if kind == "REML_z" else np.sqrt(d["q_hk"]))
        made = t_result(result.estimate, std_error, df, 0.95)
        spread = np.sqrt(d["tau2"] + std_error**2)
        metafor, higgins = (critical_value(value, 0.95) * spread for value in (df, len(y) - 2))
        ours = {
            "mu": made.estimate, "se": made.std_error, "ci95": [made.ci_low, made.ci_high], "stat": made.statistic,
            "p": made.p_value, "tau2": d["tau2"], "I2": 100 * d["i2"], "H2": 1 / (1 - d["i2"]), "Q": d["q"],
            "pi95_metafor": [made.estimate - metafor, made.estimate + metafor],
            "pi95_HTS_t_km2": [made.estimate - higgins, made.estimate + higgins],
        }  # fmt: skip
        because = "standard errors with the factor √q, or none, from its details: ours is max(1, q)"
        compare(ours, {name: r[name] for name in ours}, of=[reml_hk], against=source[0], rel=1e-6, because=because)

    def test_the_average_as_if_nothing_varied(self, source, golden, compare):
        results, y, se = reference(*source, golden)
        d = reml_hk(y, se, level=0.95).details
        made = t_result(d["fixed"], d["fixed_std_error"], float("nan"), 0.95)
        ours = {"mu": made.estimate, "se": made.std_error, "ci95": [made.ci_low, made.ci_high],
                "stat": made.statistic, "p": made.p_value, "Q": d["q"], "p_q": d["q_p"]}  # fmt: skip
        theirs = {name: results["FE"][name] for name in ours if name != "p_q"} | {"p_q": results["FE"]["Qp"]}
        compare(ours, theirs, of=[reml_hk], against=source[0], rel=1e-8)

    def test_q_profile(self, source, golden, compare):
        results, y, se = reference(*source, golden)
        d = reml_hk(y, se, level=0.95).details
        typical = d["tau2"] * (1 - d["i2"]) / d["i2"] if d["tau2"] > 0 else typical_variance(se)
        tau2 = np.array([d["tau2_low"], d["tau2_high"]])
        ours = {"tau2": tau2, "I2": 100 * tau2 / (tau2 + typical)}
        theirs = {name: np.array(ends) for name, ends in results["tau2_Qprofile_ci"].items()}
        if theirs["tau2"][1] == pytest.approx(10 * d["tau2"], rel=1e-6):  # metafor searches no further: not an end
            assert tau2[1] > theirs["tau2"][1]
            ours, theirs = ({name: ends[:1] for name, ends in both.items()} for both in (ours, theirs))
        because = "metafor searches τ² to 1.2e-4 (.Machine$double.eps^.25), and no further than ten times its estimate"
        compare(ours, theirs, of=[reml_hk], against=source[0], rel=1e-4, absolute=1.3e-4, because=because)


def typical_variance(se):
    w = 1 / se**2
    return (len(w) - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum())


@few
@given(st.integers(0, 10_000))
def test_tau2_is_where_the_restricted_likelihood_is_highest(seed):
    y, se = study(seed)
    tau2 = reml_hk(y, se, level=0.95).details["tau2"]

    def likelihood(value: float) -> float:
        """Density of the k − 1 contrasts y_i − y_1, which is what 'restricted' means."""
        contrasts = np.column_stack([-np.ones(len(y) - 1), np.eye(len(y) - 1)])
        covariance = contrasts @ np.diag(se**2 + value) @ contrasts.T
        return stats.multivariate_normal(cov=covariance).logpdf(contrasts @ y)

    assert tau2 >= 0
    others = [tau2 + step for step in (1e-4, 1e-3, 0.01, 0.1, 1, 10)] + [tau2 * share for share in (0, 0.5, 0.9, 0.99)]
    assert likelihood(tau2) >= max(map(likelihood, others)) - 1e-9


@few
@given(st.integers(0, 10_000))
def test_order_shift_and_unit_do_not_matter(seed):
    y, se = study(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    before, after = reml_hk(y, se, level=0.9), reml_hk((4 * y + 3)[order], 4 * se[order], level=0.9)
    same = [4 * before.estimate + 3, 4 * before.std_error, 4 * before.ci_low + 3, 16 * before.details["tau2"]]
    found = [after.estimate, after.std_error, after.ci_low, after.details["tau2"]]
    assert found == pytest.approx(same, rel=1e-7, abs=1e-9)
    kept = ["i2", "q", "q_p", "q_hk"]
    assert [after.details[n] for n in kept] == pytest.approx([before.details[n] for n in kept], rel=1e-7, abs=1e-9)


@few
@given(st.integers(0, 10_000))
def test_q_profile_ends_are_where_q_reaches_its_quantiles(seed):
    y, se = study(seed)
    for level in (0.5, 0.95):
        d = reml_hk(y, se, level=level).details
        for end, quantile in (("tau2_low", (1 + level) / 2), ("tau2_high", (1 - level) / 2)):
            w = 1 / (se**2 + d[end])
            q, target = (w * (y - w @ y / w.sum()) ** 2).sum(), stats.chi2.ppf(quantile, len(y) - 1)
            assert q == pytest.approx(target, rel=1e-7) if d[end] > 0 else q <= target * (1 + 1e-9)


@few
@given(st.integers(0, 10_000))
def test_the_interval_lies_within_the_prediction_interval(seed):
    y, se = study(seed)
    result = reml_hk(y, se, level=0.95)
    low, high = result.details["prediction_low"], result.details["prediction_high"]
    if len(y) == 2:
        assert np.isnan([low, high]).all()
    else:
        assert low <= result.ci_low <= result.estimate <= result.ci_high <= high
    assert result.std_error >= np.sqrt(1 / (1 / (se**2 + result.details["tau2"])).sum()) * (1 - 1e-12)


@pytest.mark.parametrize("k", [2, 3, 9])
def test_equal_estimates_have_no_variance_between(k):
    se = np.linspace(0.1, 0.4, k)
    result = reml_hk(np.full(k, 0.25), se, level=0.95)
    assert result.estimate == pytest.approx(0.25)
    assert result.std_error == pytest.approx(1 / np.sqrt((1 / se**2).sum()))  # max(1, q): not 0
    assert [result.details[name] for name in ("tau2", "i2", "q", "q_hk")] == pytest.approx([0, 0, 0, 0], abs=1e-20)
    assert result.details["q_p"] == pytest.approx(1)


def test_two_cohorts_in_closed_form():
    """With k = 2 REML gives τ² = ((y₁ − y₂)² − v₁ − v₂) / 2, not below 0."""
    y, se = np.array([0.1, 1.3]), np.array([0.2, 0.5])
    tau2 = reml_hk(y, se, level=0.95).details["tau2"]
    assert tau2 == pytest.approx((1.2**2 - 0.2**2 - 0.5**2) / 2, rel=1e-10)


def test_equal_precision_gives_the_plain_mean():
    """With equal variances and τ² > 0 the interval is that of a t test on the estimates."""
    y = np.array([0.1, 0.9, -0.4, 1.2, 0.3])
    result = reml_hk(y, np.full(5, 0.1), level=0.95)
    theirs = stats.ttest_1samp(y, 0)
    assert [result.statistic, result.p_value] == pytest.approx([theirs.statistic, theirs.pvalue], rel=1e-9)
    assert result.details["tau2"] == pytest.approx(y.var(ddof=1) - 0.01, rel=1e-9)


@pytest.mark.parametrize("k", [0, 1])
def test_one_cohort_cannot_be_averaged(k):
    with pytest.raises(NotEstimableError, match=r"^too_few_cohorts$"):
        reml_hk(np.ones(k), np.ones(k), level=0.95)


def regressed(seed: int, k: int = 24, m: int = 2):
    draws = np.random.default_rng(seed)
    se = draws.uniform(0.05, 0.5, k)
    X = np.column_stack([draws.integers(2018, 2027, k), draws.normal(size=(k, m - 1))]).astype(float)
    y = 0.1 * (X[:, 0] - 2022) + draws.choice([0, 0.4]) * draws.normal(size=k) + se * draws.normal(size=k)
    return y, se, X


@few
@given(st.integers(0, 10_000))
def test_tau2_of_a_regression_is_where_the_restricted_likelihood_is_highest(seed):
    """The k − p contrasts orthogonal to X are what 'restricted' means."""
    y, se, moderators = regressed(seed)
    X = np.column_stack([np.ones(len(y)), moderators - moderators.mean(axis=0)])
    contrasts = np.linalg.svd(X.T)[2][X.shape[1] :]
    tau2 = meta_regression(y, se, moderators, level=0.95).tau2

    def likelihood(value: float) -> float:
        covariance = contrasts @ np.diag(se**2 + value) @ contrasts.T
        return stats.multivariate_normal(cov=covariance).logpdf(contrasts @ y)

    others = [tau2 + step for step in (1e-4, 1e-3, 0.01, 0.1, 1, 10)] + [tau2 * share for share in (0, 0.5, 0.9, 0.99)]
    assert likelihood(tau2) >= max(map(likelihood, others)) - 1e-9


@pytest.mark.parametrize("seed", range(12))
def test_meta_regression_equals_weighted_least_squares_at_its_tau2(seed, compare):
    """Statsmodels' WLS scales by q where we scale by max(1, q)."""
    y, se, moderators = regressed(seed)
    found = meta_regression(y, se, moderators, level=0.9)
    theirs = sm.WLS(y, sm.add_constant(moderators), 1 / (se**2 + found.tau2)).fit()
    factor = 1 / min(1.0, np.sqrt(theirs.scale))
    low, high = (theirs.params + side * factor * theirs.bse * stats.t.ppf(0.95, 21) for side in (-1, 1))
    results = found.coefficients
    ours = {
        "estimates": [r.estimate for r in results], "std_errors": [r.std_error for r in results],
        "df": [r.df for r in results], "p": [r.p_value for r in results], "low": [r.ci_low for r in results],
        "high": [r.ci_high for r in results], "q_m": found.q_m, "p_m": found.q_m_p,
        "dfs": [found.q_m_df1, found.q_m_df2],
    }  # fmt: skip
    f = theirs.fvalue / factor**2
    statistics = theirs.params / (factor * theirs.bse)
    expected = {
        "estimates": theirs.params, "std_errors": factor * theirs.bse, "df": [21, 21, 21],
        "p": 2 * stats.t.sf(np.abs(statistics), 21), "low": low, "high": high, "q_m": f,
        "p_m": stats.f.sf(f, 2, 21), "dfs": [2, 21],
    }  # fmt: skip
    because = "at our τ², its standard errors scaled by max(1, q) instead of q"
    compare(ours, expected, of=[meta_regression], against="statsmodels.WLS", rel=1e-8, because=because)
    fixed = sm.WLS(y, sm.add_constant(moderators), 1 / se**2).fit()
    heterogeneity = {"q_e": (fixed.wresid**2).sum(), "p": stats.chi2.sf((fixed.wresid**2).sum(), 21), "df": 21}
    ours = {"q_e": found.q_e, "p": found.q_e_p, "df": found.q_e_df}
    compare(ours, heterogeneity, of=[meta_regression], against="statsmodels.WLS", rel=1e-8)


def test_meta_regression_on_nothing_but_an_intercept_is_the_average():
    """A moderator orthogonal to everything leaves the intercept, and explains nothing."""
    y, se = np.tile([0.1, 0.9, -0.4, 1.2, 0.3], 4), np.full(20, 0.1)
    found = meta_regression(y, se, np.repeat([-1.0, 1.0], 10)[:, None], level=0.95)
    assert found.coefficients[0].estimate == pytest.approx(reml_hk(y, se, level=0.95).estimate, rel=1e-12)
    assert found.coefficients[1].estimate == pytest.approx(0, abs=1e-12)
    assert (found.r2, found.q_m) == (0.0, pytest.approx(0, abs=1e-20))


def test_moderators_that_explain_everything():
    draws = np.random.default_rng(5)
    x, se = draws.normal(size=12), np.full(12, 0.1)
    found = meta_regression(3 * x + 1, se, x[:, None], level=0.95)
    assert [r.estimate for r in found.coefficients] == pytest.approx([1, 3])
    assert (found.tau2, found.tau2_low, found.tau2_high, found.r2) == (0, 0, 0, 1)
    assert found.q_e == pytest.approx(0, abs=1e-20)
    alike = meta_regression(np.ones(12), se, x[:, None], level=0.95)
    assert np.isnan(alike.r2)  # there was nothing to explain


@few
@given(st.integers(0, 10_000))
def test_unit_and_origin_of_moderators_do_not_matter(seed):
    y, se, X = regressed(seed)
    before = meta_regression(y, se, X, level=0.95)
    after = meta_regression(1e-3 * y, 1e-3 * se, (X - 5) * [1e4, 1e-4], level=0.95)
    same = [before.r2, before.q_e, before.q_e_p, before.q_m, before.q_m_p, 1e-6 * before.tau2, 1e-6 * before.tau2_high]
    found = [after.r2, after.q_e, after.q_e_p, after.q_m, after.q_m_p, after.tau2, after.tau2_high]
    assert found == pytest.approx(same, rel=1e-6, abs=1e-12, nan_ok=True)
    slopes = [r.estimate for r in before.coefficients[1:]], [r.estimate for r in after.coefficients[1:]]
    assert slopes[1] == pytest.approx(np.array(slopes[0]) * 1e-3 / [1e4, 1e-4], rel=1e-6)


@pytest.mark.parametrize(("k", "m"), [(0, 1), (9, 1), (19, 2)])
def test_fewer_than_ten_cohorts_a_moderator_explain_nothing(k, m):
    y, se, X = regressed(1)
    with pytest.raises(NotEstimableError, match=r"^too_few_cohorts$"):
        meta_regression(y[:k], se[:k], X[:k, :m], level=0.95)


@pytest.mark.parametrize("moderators", [np.full((20, 1), 2022.0), np.column_stack([np.arange(20), 3 * np.arange(20)])])
def test_moderators_that_do_not_vary_or_only_together(moderators):
    y, se, _ = regressed(1)
    with pytest.raises(NotEstimableError, match=r"^collinear$"):
        meta_regression(y[:20], se[:20], moderators.astype(float), level=0.95)
