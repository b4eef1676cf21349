"""Pooling against metafor, and by identities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rm_research.stats.pooling import reml_hk
from rm_research.stats.result import NotEstimableError

few = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def study(seed: int) -> tuple[np.ndarray, np.ndarray]:
    draws = np.random.default_rng(seed)
    k = draws.integers(2, 15)
    std_errors = draws.uniform(0.05, 0.5, k)
    return draws.normal(0.3, draws.choice([0, 0.1, 1]), k) + std_errors * draws.normal(size=k), std_errors


@pytest.mark.parametrize(
    ("name", "part"), [("meta_bcg", None), ("meta_normand1999", "all"), ("meta_normand1999", "first3")]
)
def test_reml_hk_equals_metafor(name, part, golden, compare):
    results, data = golden(name)
    r = (results[part] if part else results)["REML_HKSJ_adhoc"]
    data = data.iloc[: r["k"]]
    result = reml_hk(data["yi"].to_numpy(), np.sqrt(data["vi"].to_numpy()), level=0.95)
    d = result.details
    ours = {
        "mu": result.estimate, "se": result.std_error, "low": result.ci_low, "high": result.ci_high,
        "stat": result.statistic, "p": result.p_value, "tau2": d["tau2"], "I2": 100 * d["i2"], "Q": d["q"],
        "prediction_low": d["prediction_low"], "prediction_high": d["prediction_high"], "p_q": d["q_p"],
    }  # fmt: skip
    theirs = {name: r[name] for name in ("mu", "se", "stat", "p", "tau2", "I2", "Q")} | {
        "low": r["ci95"][0], "high": r["ci95"][1], "p_q": r["Qp"],
        "prediction_low": r["pi95_HTS_t_km2"][0], "prediction_high": r["pi95_HTS_t_km2"][1],
    }  # fmt: skip
    because = "metafor's own prediction interval has t with k − 1; ours, as Higgins and others give it, k − 2"
    compare(ours, theirs, of=[reml_hk], against=name, rel=1e-6, because=because)
    assert result.df == r["k"] - 1
    unadjusted = (results[part] if part else results)["REML_z"]["se"]
    assert result.std_error == pytest.approx(unadjusted * np.sqrt(max(1, d["q_hk"])), rel=1e-6)


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
