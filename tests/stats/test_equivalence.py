"""Two one-sided tests, against R and by what they mean."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from statsmodels.stats.weightstats import ttost_ind

from rm_research.stats.equivalence import tost
from rm_research.stats.paired import hodges_lehmann, paired_t, welch
from rm_research.stats.result import NotEstimableError, t_result

REFERENCE = Path(__file__).parents[1] / "reference"
few = examples(20)


def results() -> dict[str, object]:
    """Change under the second drug, and the arms of a trial after two months."""
    sleep, btheb = (pd.read_csv(REFERENCE / f"tost_{name}.csv") for name in ("sleep", "btheb"))
    arms = [btheb.loc[btheb["treat"] == arm, "bdi2m"].to_numpy(float) for arm in (0, 1)]
    return {
        "sleep": paired_t(sleep["pre"].to_numpy(float), sleep["post"].to_numpy(float), level=0.9),
        "btheb": welch(*arms, level=0.9),
    }


@pytest.mark.parametrize(("name", "estimator"), [("sleep", paired_t), ("btheb", welch)])
def test_equals_r(name, estimator, golden, compare):
    r, _ = golden("tost_multiplicity_evalue")
    r, result = r[name], results()[name]
    test = tost(result, bound=r["bound"], level=0.95)
    ours = {
        "t_lower": test.t_lower, "p_lower": test.p_lower, "t_upper": test.t_upper, "p_upper": test.p_upper,
        "p_tost": test.p_value, "ci90": [test.ci_low, test.ci_high], "df": result.df, "p_nhst": result.p_value,
    }  # fmt: skip
    theirs = {
        "t_lower": r["lower"]["t"], "p_lower": r["lower"]["p"], "t_upper": r["upper"]["t"], "p_upper": r["upper"]["p"],
        "p_tost": r["p_tost"], "ci90": r["ci90"], "df": r["upper"]["df"], "p_nhst": r["nhst_p"],
    }  # fmt: skip
    compare(ours, theirs, of=[estimator, tost], against="tost_multiplicity_evalue")
    assert [test.ci_low, test.ci_high] == pytest.approx([result.ci_low, result.ci_high])  # asked for at 90 %
    assert r["lower"]["df"] == r["upper"]["df"]


@pytest.mark.parametrize("bound", [0.05, 0.4, 2.0])
@pytest.mark.parametrize("seed", range(3))
def test_equals_statsmodels(seed, bound, compare):
    draws = np.random.default_rng(seed)
    one, other = draws.normal(size=8), draws.normal(0.3, 2, size=11)
    test = tost(welch(one, other, level=0.95), bound=bound, level=0.95)
    p, (t_lower, p_lower, _), (t_upper, p_upper, _) = ttost_ind(other, one, -bound, bound, usevar="unequal")
    ours = {"t": [test.t_lower, test.t_upper], "p": [test.p_value, test.p_lower, test.p_upper]}
    theirs = {"t": [t_lower, t_upper], "p": [p, p_lower, p_upper]}
    compare(ours, theirs, of=[welch, tost], against="statsmodels.stats.weightstats.ttost_ind")


@few
@given(st.floats(-2, 2), st.floats(0.01, 1), st.sampled_from([np.nan, 1.0, 7.5]), st.sampled_from([0.9, 0.95]))
def test_it_is_small_enough_exactly_where_the_interval_lies_within_the_bound(estimate, std_error, df, level):
    result = t_result(estimate, std_error, df, 0.95)
    test, flipped = (tost(r, bound=1, level=level) for r in (result, t_result(-estimate, std_error, df, 0.95)))
    assert (test.p_value < 1 - level) == (test.ci_low > -1 and test.ci_high < 1)
    assert (test.p_lower, test.t_lower) == pytest.approx((flipped.p_upper, -flipped.t_upper))
    assert test.p_value >= max(0.5 * (abs(estimate) >= 1), min(test.p_lower, test.p_upper))


def test_what_cannot_be_tested():
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        tost(hodges_lehmann(np.zeros(9), np.arange(9.0), level=0.95), bound=1, level=0.95)
    for bound in (0, -1, np.nan):
        with pytest.raises(ValueError, match="above 0"):
            tost(t_result(0.1, 1, 5, 0.95), bound=bound, level=0.95)
