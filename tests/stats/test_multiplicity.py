"""Adjusted p-values: against R, statsmodels and scipy, by hand, and by what must hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy import stats
from statsmodels.stats.multitest import multipletests

from rm_research.stats.multiplicity import benjamini_hochberg, holm

few = examples(6)
families = st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=9).map(lambda p: np.array(p, float))


@pytest.mark.parametrize(("adjust", "name"), [(holm, "holm"), (benjamini_hochberg, "BH")])
def test_equals_r(adjust, name, golden, compare):
    r, _ = golden("tost_multiplicity_evalue")
    ours = {"adjusted": adjust(np.array(r["p_raw"]))}
    compare(ours, {"adjusted": r[name]}, of=[adjust], against="tost_multiplicity_evalue", rel=1e-12)


def test_by_hand():
    raw = np.array([0.04, np.nan, 0.01, 0.03])
    assert holm(raw) == pytest.approx([0.06, np.nan, 0.03, 0.06], nan_ok=True)  # 3 × .01, 2 × .03, then not below .06
    assert benjamini_hochberg(raw) == pytest.approx([0.04, np.nan, 0.03, 0.04], nan_ok=True)


def holm_of_statsmodels(p_values):
    return multipletests(p_values, method="holm")[1]


FAMILIES = [[0.3], [0.04, 0.01, 0.03], [0.02, 0.02, 0.9, 0.02, 0.5], [0.001, 0.2, 0.04, 0.04, 0.011, 1.0, 0.0]]


@pytest.mark.parametrize(
    ("adjust", "other", "against"),
    [(holm, holm_of_statsmodels, "statsmodels.multipletests"),
     (benjamini_hochberg, stats.false_discovery_control, "scipy.stats.false_discovery_control")],
)  # fmt: skip
@pytest.mark.parametrize("family", FAMILIES)
def test_equals_another_program(adjust, other, against, family, compare):
    raw = np.array(family)
    compare({"adjusted": adjust(raw)}, {"adjusted": other(raw)}, of=[adjust], against=against, rel=1e-12)


@few
@given(families)
@pytest.mark.parametrize(
    ("adjust", "other"), [(holm, holm_of_statsmodels), (benjamini_hochberg, stats.false_discovery_control)]
)
def test_what_is_not_tested_takes_no_part_and_order_is_kept(adjust, other, p_values):
    adjusted, tested = adjust(p_values), ~np.isnan(p_values)
    assert (np.isnan(adjusted) == ~tested).all()
    raw, found = p_values[tested], adjusted[tested]
    assert ((found >= raw) & (found <= 1)).all()
    assert (np.diff(found[np.argsort(raw, kind="stable")]) >= 0).all()
    if len(raw):
        assert found == pytest.approx(other(raw), rel=1e-12, abs=0)
    if len(raw) == 1:
        assert found == raw


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_what_is_given_stays_as_it_is(adjust):
    p_values = np.array([0.5, 0.01])
    adjust(p_values)
    assert p_values.tolist() == [0.5, 0.01]
    assert len(adjust(np.array([]))) == 0
