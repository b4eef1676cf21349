"""Power and smallest detectable effect: against R, statsmodels and scipy, by integration and by simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy import integrate, special, stats
from statsmodels.stats.power import TTestIndPower, TTestPower

from rm_research.stats.power import (
    ancova_precision,
    change_precision,
    detectable,
    power_of,
    smallest_n,
    two_sample_precision,
)
from rm_research.stats.result import NotEstimableError, critical_value, t_result

few = examples(20)
NAN = float("nan")

DFS = [1, 1.01, 1.7, 2, 2.5, 4.4, 7.73, 19.1, 94, 366, 1000.5, 1e4, 1e6]


def power(noncentrality: float, df: float, critical: float) -> float:
    """P(T > t) = ∫ Φ(δ − t·s) dF(s), s² a chi-square by its df; integrated over ln s."""
    constant = np.log(2) + df / 2 * np.log(df / 2) - special.gammaln(df / 2)

    def integrand(u: float) -> float:
        return np.exp(constant + df * u - df / 2 * np.exp(2 * u)) * special.ndtr(noncentrality - critical * np.exp(u))

    spread = 12 / np.sqrt(2 * df)
    lower, upper = (-min(3 * spread, 60 / df + 3), min(spread, 4)) if df < 50 else (-spread, spread)
    return integrate.quad(integrand, lower, upper, epsabs=1e-14, epsrel=1e-13, limit=2000, points=[0])[0]


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("df", DFS)
def test_detectable_has_power_eighty(df, level):
    effect = detectable(0.25, df, level=level)
    assert power(effect / 0.25, df, critical_value(df, level)) == pytest.approx(0.8, abs=1e-9)


def of_changes(n: float):
    """Precision of a mean change in units of the change's standard deviation."""
    return change_precision(n, sd=1, r=0.5)


def test_detectable_equals_r(golden, compare):
    r, table = golden("power_t")
    paired = [detectable(*of_changes(n), level=0.95) for n in table["n"]]
    two_samples = [detectable(*two_sample_precision(n, n, sd=1), level=0.95) for n in table["n"]]
    ours = {"mde_dz": paired, "mde_two_sample": two_samples}
    because = "power.t.test searches to 1.2e-4 (.Machine$double.eps^.25)"
    compare(ours, {name: table[name] for name in ours}, of=[change_precision, two_sample_precision, detectable],
            against="power_t", rel=1e-4, because=because)  # fmt: skip
    ours = {"mde_n12": detectable(*of_changes(12), level=0.95)}
    compare(ours, {"mde_n12": r["mde_n12"]}, of=[detectable], against="power_t", rel=1e-4, because=because)


def test_power_equals_r(golden, compare):
    r, _ = golden("power_t")
    ours = {"power_n20_dz.5": power_of(0.5, *of_changes(20), level=0.95),
            "power_two_n30_d.5": power_of(0.5, *two_sample_precision(30, 30, sd=1), level=0.95)}  # fmt: skip
    compare(ours, {name: r[name] for name in ours}, of=[change_precision, two_sample_precision, power_of],
            against="power_t")  # fmt: skip


def test_fewest_people_equal_r(golden, compare):
    r, _ = golden("power_t")
    compare({"n": smallest_n(of_changes, 0.4, level=0.95)}, {"n": math.ceil(r["n_for_dz.4"])},
            of=[change_precision, smallest_n], against="power_t", rel=0, because="R's n rounded up")  # fmt: skip


def test_ancova_equals_r(golden, compare):
    r, _ = golden("power_t")
    std_error, df = ancova_precision(30, 30, sd=1, r=0.6)
    because = "R's reference has 2n − 2 degrees of freedom, ours 2n − 3; with R's both agree to its search's 1.2e-4"
    compare({"mde": detectable(std_error, df + 1, level=0.95)}, {"mde": r["mde_ancova_r.6_n30"]},
            of=[ancova_precision, detectable], against="power_t", rel=1e-4, because=because)  # fmt: skip
    assert df == 57


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
@pytest.mark.parametrize("effect", [0.05, 0.3, 0.8, 2])
@pytest.mark.parametrize("n", [3, 7, 20, 150])
def test_power_equals_scipy(n, effect, level, compare):
    """Noncentral t above the critical value: what lies below its negative, the wrong direction, does not count."""
    because = "statsmodels makes ours; the wrong direction does not count"

    def found(df: float, noncentrality: float) -> float:
        return stats.nct(df, noncentrality).sf(stats.t(df).isf((1 - level) / 2))

    ours = {"paired": power_of(-effect, *of_changes(n), level=level),
            "two samples": power_of(2 * effect, *two_sample_precision(n, 2 * n, sd=2), level=level)}  # fmt: skip
    theirs = {"paired": found(n - 1, effect * np.sqrt(n)), "two samples": found(3 * n - 2, effect * np.sqrt(2 * n / 3))}
    compare(ours, theirs, of=[change_precision, two_sample_precision, power_of], against="scipy.stats.nct",
            because=because)  # fmt: skip
    ours = power_of(effect, two_sample_precision(n, n, sd=1).std_error, NAN, level=level)
    theirs = stats.norm.sf(stats.norm.isf((1 - level) / 2) - effect * np.sqrt(n / 2))
    compare({"power": ours}, {"power": theirs}, of=[power_of], against="scipy.stats.norm", because=because)


@pytest.mark.parametrize("power", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("n", [3, 7, 20, 150])
def test_detectable_equals_statsmodels(n, power, compare):
    """One-sided at half the level: so that, as here, the wrong direction does not count."""
    half = {"alpha": 0.025, "power": power, "alternative": "larger"}
    because = "statsmodels searches less closely; one-sided at half the level, as the wrong direction does not count"
    ours = {"effect": detectable(*of_changes(n), level=0.95, power=power)}
    compare(ours, {"effect": TTestPower().solve_power(nobs=n, **half)}, of=[change_precision, detectable],
            against="statsmodels.TTestPower", rel=1e-5, because=because)  # fmt: skip
    ours = {"effect": detectable(*two_sample_precision(n, 2 * n, sd=1), level=0.95, power=power)}
    compare(ours, {"effect": TTestIndPower().solve_power(nobs1=n, ratio=2, **half)},
            of=[two_sample_precision, detectable], against="statsmodels.TTestIndPower", rel=1e-5,
            because=because)  # fmt: skip


@pytest.mark.parametrize("level", [0.5, 0.95])
@pytest.mark.parametrize("df", DFS)
def test_power_equals_its_integral(df, level):
    for noncentrality in (0, 0.5, 2, 5, 12):
        expected = power(noncentrality, df, critical_value(df, level))
        assert power_of(noncentrality / 4, 0.25, df, level=level) == pytest.approx(expected, abs=1e-9)


@few
@given(st.floats(0.01, 5), st.sampled_from([*DFS, NAN]), st.floats(0.5, 0.999), st.floats(0.3, 0.99))
def test_power_of_the_detectable_effect_is_the_power_asked_for(std_error, df, level, share):
    effect = detectable(std_error, df, level=level, power=share)
    assert power_of(effect, std_error, df, level=level) == pytest.approx(share, abs=1e-8)
    assert power_of(0, std_error, df, level=level) == pytest.approx((1 - level) / 2)
    assert power_of(1e9 * std_error, std_error, df, level=level) == pytest.approx(1)


@few
@given(st.floats(0.05, 2), st.floats(-0.5, 0.95), st.integers(1, 30), st.floats(0, 0.5), st.floats(0, 0.6))
def test_smallest_n_is_enough_and_one_less_is_not(effect, r, size, icc, attrition):
    def precision(n: int):
        return ancova_precision(n, n, sd=1, r=r, cluster_size=size, icc=icc, attrition=attrition)

    n = smallest_n(precision, effect, level=0.95, power=0.9)
    assert power_of(effect, *precision(n), level=0.95) >= 0.9
    try:
        assert power_of(effect, *precision(n - 1), level=0.95) < 0.9
    except NotEstimableError:
        assert (n - 1) * 2 * (1 - attrition**size) <= 3


def test_nothing_is_found_with_any_number_of_people():
    assert smallest_n(of_changes, 0.0, level=0.95) is None


def test_precision_equals_its_formula_written_out(compare):
    """The variance of a mean is the mean of the covariance matrix of all people: here 4 and 2 cohorts of 9."""
    sd, r, icc = 1.3, 0.6, 0.2

    def of_mean(variance: float, cohorts: int) -> float:
        together = np.kron(np.eye(cohorts), np.ones((9, 9)))
        return (variance * (icc * together + (1 - icc) * np.eye(9 * cohorts))).mean()

    clustered = {"sd": sd, "cluster_size": 9, "icc": icc}
    ours = {"change": change_precision(4, r=r, **clustered), "ancova": ancova_precision(4, 2, r=r, **clustered),
            "two_samples": two_sample_precision(4, 2, **clustered)}  # fmt: skip
    change, rest = 2 * (1 - r) * sd**2, (1 - r**2) * sd**2
    theirs = {"change": (np.sqrt(of_mean(change, 4)), 3),
              "ancova": (np.sqrt(of_mean(rest, 4) + of_mean(rest, 2)), 3),
              "two_samples": (np.sqrt(of_mean(sd**2, 4) + of_mean(sd**2, 2)), 4)}  # fmt: skip
    because = "variance of a mean from the covariance matrix of all people"
    compare(ours, theirs, of=[change_precision, ancova_precision, two_sample_precision], against="formula written out",
            because=because)  # fmt: skip


def test_precision_equals_the_spread_of_simulated_means(compare):
    """Mean change over 10 cohorts of 8, of whom a quarter leaves at random, so that cohorts differ in size."""
    n, size, icc, r, attrition, draws = 10, 8, 0.3, 0.6, 0.25, 20_000
    rng = np.random.default_rng(1)
    shape = (draws, n, size)
    shared, own = rng.normal(size=(draws, n, 1)), rng.normal(size=shape)
    change = np.sqrt(2 * (1 - r)) * (np.sqrt(icc) * shared + np.sqrt(1 - icc) * own)
    kept = rng.uniform(size=shape) > attrition
    means = (change * kept).sum(axis=(1, 2)) / kept.sum(axis=(1, 2))
    expected = change_precision(n, sd=1, r=r, cluster_size=size, icc=icc, attrition=attrition)
    compare({"std_error": expected.std_error}, {"std_error": means.std()}, of=[change_precision],
            against="simulated truth", rel=3 / np.sqrt(2 * draws) + 0.01,
            because="spread of 20,000 means; people leave at random, which the formula takes as its mean")  # fmt: skip


def test_people_alone_are_clusters_of_one():
    options = {"sd": 2.0, "r": 0.4, "attrition": 0.2}
    assert change_precision(30, **options) == change_precision(30, **options, icc=0.9)
    assert change_precision(30, **options) == pytest.approx((2 * np.sqrt(1.2 / 24), 23))
    assert ancova_precision(30, 20, **options).df == pytest.approx(37)


def test_dyads_half_of_whom_leave_seldom_leave_altogether():
    assert change_precision(40, sd=1, r=0.5, cluster_size=2, attrition=0.5).df == 29


@pytest.mark.parametrize(
    ("compute", "reason"),
    [
        (lambda: change_precision(1, sd=1, r=0.5), "too_few_people"),
        (lambda: change_precision(0, sd=1, r=0.5), "too_few_people"),
        (lambda: change_precision(2, sd=1, r=0.5, attrition=0.5), "too_few_people"),
        (lambda: change_precision(1, sd=1, r=0.5, cluster_size=20), "too_few_clusters"),
        (lambda: ancova_precision(2, 1, sd=1, r=0.5), "too_few_people"),
        (lambda: ancova_precision(9, 0, sd=1, r=0.5), "too_few_people"),
        (lambda: two_sample_precision(1, 1, sd=1, cluster_size=30), "too_few_clusters"),
        (lambda: power_of(1, *change_precision(9, sd=1, r=1), level=0.95), "no_variation"),
        (lambda: power_of(1, *change_precision(9, sd=0, r=0.5), level=0.95), "no_variation"),
    ],
)
def test_what_cannot_be_planned(compute, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        compute()


def test_normal_distribution_is_the_limit():
    assert detectable(2.0, float("nan"), level=0.95) == pytest.approx(2 * (1.959963984540054 + 0.8416212335729143))
    assert detectable(2.0, 1e9, level=0.95) == pytest.approx(detectable(2.0, float("nan"), level=0.95), rel=1e-7)


def test_more_power_needs_more_effect():
    found = [detectable(1, 9, level=0.95, power=share) for share in (0.1, 0.5, 0.8, 0.9, 0.99)]
    assert found == sorted(found)


@pytest.mark.parametrize("df", [1, 1.3, 2.7, 9, 53, 366.4, 1e6, np.nan])
@pytest.mark.parametrize("statistic", [0, 0.05, -1, 2, -5, 40])
def test_t_result_equals_scipy(df, statistic, compare):
    theirs = stats.norm if np.isnan(df) else stats.t(df)
    result = t_result(statistic * 0.5, 0.5, df, 0.9)
    half = theirs.ppf(0.95) * 0.5
    ours = {"p": result.p_value, "low": result.ci_low, "high": result.ci_high}
    expected = {"p": 2 * theirs.sf(abs(statistic)), "low": statistic * 0.5 - half, "high": statistic * 0.5 + half}
    compare(ours, expected, of=[t_result, critical_value], against="scipy.stats.t", rel=1e-12)
    assert (result.estimate, result.statistic) == (statistic * 0.5, statistic)
