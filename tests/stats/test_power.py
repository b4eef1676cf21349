"""Smallest detectable effect: against R, and its power by numerical integration."""

import numpy as np
import pytest
from scipy import integrate, special, stats

from rm_research.stats.power import detectable
from rm_research.stats.result import critical_value, t_result

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


def test_detectable_equals_r(golden, compare):
    r, table = golden("power_t")
    paired = [detectable(1 / np.sqrt(n), n - 1, level=0.95) for n in table["n"]]
    two_samples = [detectable(np.sqrt(2 / n), 2 * n - 2, level=0.95) for n in table["n"]]
    ours = {"paired": paired, "two_samples": two_samples, "n12": detectable(1 / np.sqrt(12), 11, level=0.95)}
    theirs = {"paired": table["mde_dz"], "two_samples": table["mde_two_sample"], "n12": r["mde_n12"]}
    because = "power.t.test searches to 1.2e-4 (.Machine$double.eps^.25)"
    compare(ours, theirs, of=[detectable], against="power_t", rel=1e-4, because=because)


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
