"""Rubin's rules against R's mice, and by identities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.stats.regression import least_squares
from rm_research.stats.result import NotEstimableError
from rm_research.stats.rubin import pool

few = examples(20)
TERMS = ["(Intercept)", "age", "hyp", "chl"]
COLUMNS = [
    "estimate",
    "ubar",
    "b",
    "t",
    "se",
    "df_barnard_rubin",
    "riv",
    "lambda",
    "fmi",
    "statistic",
    "p",
    "low",
    "high",
]
RULES = np.array([1.0, 1.4, 0.7, 1.1]), np.array([0.5, 0.4, 0.6, 0.5])


def of_term(rows, term):
    """R's rows of one coefficient, as arrays by column."""
    chosen = [row for row in rows if row["term"] == term]
    return {name: np.array([row[name] for row in chosen]) for name in ("estimate", "se", "df_residual")}


def as_mice(result):
    """Name what we have as mice does."""
    d = result.details
    return {
        "estimate": result.estimate, "ubar": d["within"], "b": d["between"], "t": result.std_error**2,
        "se": result.std_error, "df_barnard_rubin": result.df, "riv": d["riv"], "lambda": d["lambda"], "fmi": d["fmi"],
        "statistic": result.statistic, "p": result.p_value, "low": result.ci_low, "high": result.ci_high,
    }  # fmt: skip


@pytest.mark.parametrize("term", TERMS)
def test_pool_equals_mice(term, golden, compare):
    r, _ = golden("mi_nhanes")
    each = of_term(r["per_imputation"], term)
    result = pool(each["estimate"], each["se"], r["dfcom"], level=0.95)
    (expected,) = ({name: row[name] for name in COLUMNS} for row in r["pooled"] if row["term"] == term)
    compare(as_mice(result), expected, of=[pool], against="mi_nhanes")
    assert result.details["m"] == r["m"]


@pytest.mark.parametrize("term", TERMS)
def test_normal_estimates_have_rubins_degrees_of_freedom(term, golden, compare):
    r, _ = golden("mi_nhanes")
    each = of_term(r["per_imputation"], term)
    expected = {"df": r["df_rubin1987_dfcom_inf"][TERMS.index(term)]}
    result = pool(each["estimate"], each["se"], float("nan"), level=0.95)
    compare({"df": result.df}, expected, of=[pool], against="mi_nhanes")


def test_each_imputed_data_set_gives_what_r_gives(golden, compare):
    """The same regression on each of mice's 20 data sets; standard errors of ordinary least squares."""
    r, data = golden("mi_nhanes")
    for imputation, rows in data[data[".imp"] > 0].groupby(".imp"):
        fit = least_squares(np.column_stack([np.ones(len(rows)), rows[TERMS[1:]]]), rows["bmi"].to_numpy())
        df = len(rows) - 4
        std_errors = np.sqrt((fit.residuals**2).sum() / df * np.diag(fit.root @ fit.root.T))
        theirs = [row for row in r["per_imputation"] if row["imp"] == imputation]
        ours = {"estimate": fit.coefficients, "se": std_errors, "df": np.full(4, df)}
        expected = {"estimate": [row["estimate"] for row in theirs], "se": [row["se"] for row in theirs]}
        expected["df"] = [row["df_residual"] for row in theirs]
        compare(ours, expected, of=[least_squares], against="mi_nhanes")


@few
@given(st.integers(0, 10_000), st.integers(2, 30), st.floats(3, 200))
def test_parts_make_the_whole(seed, m, df):
    draws = np.random.default_rng(seed)
    estimates, std_errors = draws.normal(size=m), draws.uniform(0.2, 2, m)
    result = pool(estimates, std_errors, df, level=0.9)
    d = result.details
    total = d["within"] + (1 + 1 / m) * d["between"]
    assert result.std_error == pytest.approx(np.sqrt(total))
    assert result.estimate == pytest.approx(estimates.mean())
    assert d["lambda"] == pytest.approx(d["riv"] / (1 + d["riv"]))
    assert 0 < d["lambda"] < d["fmi"] < 1  # fmi reckons with few imputations
    assert 0 < result.df < df
    assert result.df < (m - 1) / d["lambda"] ** 2  # never more than either source of uncertainty has alone


@few
@given(st.integers(0, 10_000))
def test_order_shift_and_unit_do_not_matter(seed):
    draws = np.random.default_rng(seed)
    estimates, std_errors = draws.normal(size=6), draws.uniform(0.2, 2, 6)
    order = draws.permutation(6)
    one = pool(estimates, std_errors, 30, level=0.9)
    other = pool(5 + 1000 * estimates[order], 1000 * std_errors[order], 30, level=0.9)
    same = [5 + 1000 * one.estimate, 1000 * one.std_error, one.df, 5 + 1000 * one.ci_low]
    assert [other.estimate, other.std_error, other.df, other.ci_low] == pytest.approx(same)


def test_many_imputations_lose_the_correction_for_few():
    estimates, std_errors = (np.tile(column, 500) for column in RULES)
    result = pool(estimates, std_errors, 40, level=0.95)
    assert result.std_error**2 == pytest.approx(estimates.var() + (std_errors**2).mean(), rel=1e-3)


def test_where_nothing_was_missing_the_inference_is_that_of_complete_data():
    result = pool(np.full(7, 0.1), np.full(7, 0.3), 11, level=0.95)
    assert [result.estimate, result.std_error, result.df] == pytest.approx([0.1, 0.3, 11])
    assert {name: result.details[name] for name in ("between", "riv", "lambda", "fmi")} == dict.fromkeys(
        ["between", "riv", "lambda", "fmi"], 0.0
    )
    assert np.isnan(pool(np.full(7, 0.1), np.full(7, 0.3), float("nan"), level=0.95).df)


def test_hardly_anything_missing_is_no_division_by_zero():
    result = pool(np.array([1.0, 1.0, 1.0 + 1e-15]), np.full(3, 0.3), 11, level=0.95)
    assert result.df == pytest.approx(12 / 14 * 11)
    assert pool(np.array([1.0, 1.0 + 1e-15]), np.full(2, 0.3), float("nan"), level=0.95).df > 1e20


def test_no_spread_in_any_data_set():
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        pool(np.array([1.0, 2.0]), np.zeros(2), 5, level=0.95)


def test_one_imputation_cannot_be_pooled():
    with pytest.raises(ValueError, match="at least two imputations"):
        pool(np.array([1.0]), np.array([0.5]), 5, level=0.95)
