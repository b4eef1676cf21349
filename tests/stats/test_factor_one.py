"""One factor and its omega, against lavaan and semTools, and where they are known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from factor_samples import LOADINGS, UNIQUENESSES, one_group, with_moments

from rm_research.stats.factor.fit import loading_errors, standardised_loadings
from rm_research.stats.factor.indices import fit_indices
from rm_research.stats.factor.one_factor import one_factor
from rm_research.stats.result import NotEstimableError

BFI = "reliability_bfi400"
INDICES = {
    "chisq": "chi2",
    "df": "df",
    "pvalue": "p_value",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "srmr": "srmr",
}


def keyed(scale, keys):
    data = pd.read_csv(Path(__file__).parents[1] / "reference" / f"{BFI}.csv")
    answers = data[[f"{scale}{item}" for item in range(1, 6)]].to_numpy(float)
    return np.where(np.array(keys) < 0, 7 - answers, answers)


@pytest.fixture(params="ACENO")
def case(request, golden):
    r, _ = golden(BFI)
    return r[request.param], keyed(request.param, r[request.param]["keys"])


def test_complete_rows_equal_lavaan(case, compare):
    r, items = case
    result = one_factor(items[~np.isnan(items).any(axis=1)])
    ours = {
        "n": result.n, "omega": result.omega, "omega_observed": result.omega_observed, "loadings": result.loadings,
        "loading_errors": result.loading_errors,
    }  # fmt: skip
    theirs = {
        "n": r["n_complete"], "omega": r["omega_cfa_listwise_modelvar"],
        "omega_observed": r["omega_cfa_listwise_obsvar"],
        "loadings": [row["est.std"] for row in r["cfa_std_loadings_listwise"]],
        "loading_errors": [row["se"] for row in r["cfa_std_loadings_listwise"]],
    }  # fmt: skip
    of = [standardised_loadings, loading_errors, one_factor]
    because = "lavaan stops its search a little earlier; semTools' default omega is our `omega_observed`"
    compare(ours, theirs, of=of, against=BFI, rel=1e-4, because=because)
    theirs = {INDICES[name]: value for name, value in r["cfa_fit_listwise"].items()}
    ours = {name: getattr(result.indices, name) for name in theirs}
    of, because = (
        [fit_indices, one_factor],
        "lavaan stops its search a little earlier, and prints p-values below 1e-16 as 0",
    )
    compare(ours, theirs, of=of, against=BFI, rel=1e-4, absolute=1e-12, because=because)
    assert not result.improper


def test_all_rows_equal_lavaan(case, compare):
    r, items = case
    result = one_factor(items)
    theirs = {"n": r["n_rows"], "omega": r["omega_cfa_fiml_modelvar"]}
    because = "lavaan stops its search a little earlier"
    compare({"n": result.n, "omega": result.omega}, theirs, of=[one_factor], against=BFI, rel=1e-3, because=because)


def test_omega_is_known_where_one_factor_fits_exactly(compare):
    result = one_factor(one_group())
    explained = LOADINGS.sum() ** 2
    expected = explained / (explained + UNIQUENESSES.sum())
    because = "the sample's moments fit known parameters exactly; both omegas are then equal"
    ours = {"omega": result.omega, "omega_observed": result.omega_observed}
    theirs = {"omega": expected, "omega_observed": expected}
    compare(ours, theirs, of=[one_factor], against="formula written out", because=because, rel=1e-6)


def test_items_that_hardly_correlate_have_no_tli():
    loadings = np.array([0.2, 0.15, 0.2, 0.15])
    fit = one_factor(with_moments(np.zeros(4), np.outer(loadings, loadings) + np.diag(1 - loadings**2))).indices
    assert np.isnan(fit.tli)
    assert fit.cfi == 1


def test_a_negative_uniqueness_is_said():
    loadings = np.array([1.1, 0.6, 0.6])
    assert one_factor(with_moments(np.zeros(3), np.outer(loadings, loadings) + np.diag(1 - loadings**2))).improper


def test_two_items_do_not_determine_a_factor():
    with pytest.raises(NotEstimableError, match=r"^too_few_items$"):
        one_factor(one_group()[:, :2])
