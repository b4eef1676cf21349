"""Maximum likelihood from incomplete rows, against R's lavaan and the closed forms of complete rows."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.stats.normal_ml import fiml_regression, normal_ml
from rm_research.stats.regression import least_squares
from rm_research.stats.result import NotEstimableError

few = examples(6)
BTHEB = Path(__file__).parents[1] / "reference" / "attrition_btheb.csv"
PREDICTORS = ["pre", "treat", "drug", "long"]
AUXILIARY = ["m2", "m3", "m5"]


def holes(seed: int, n: int = 60, k: int = 3, share: float = 0.25) -> np.ndarray:
    """Correlated values with holes anywhere; the first rows are whole."""
    draws = np.random.default_rng(seed)
    values = draws.normal(size=(n, k)) @ (np.eye(k) + draws.uniform(-0.4, 0.4, (k, k))) + draws.normal(size=k)
    gone = draws.random((n, k)) < share
    gone[: k + 2] = False
    return np.where(gone, np.nan, values)


@pytest.mark.parametrize(("name", "auxiliary"), [("fiml", []), ("fiml_auxiliary", AUXILIARY)])
def test_fiml_regression_equals_lavaan(name, auxiliary, golden, compare):
    r, data = golden("attrition_fiml_btheb")[0], pd.read_csv(BTHEB)
    values = data[["m8", *PREDICTORS, *auxiliary]].to_numpy(float)
    results = fiml_regression(values, 0, [1, 2, 3, 4], level=0.95)
    for result, theirs in zip(results[1:], r[name], strict=True):
        ours = {"est": result.estimate, "se": result.std_error, "z": result.statistic, "p": result.p_value}
        expected = {"est": theirs["est"], "se": theirs["se"], "z": theirs["z"], "p": theirs["pvalue"]}
        because = "lavaan stops its search earlier and takes the information by finite differences"
        compare(
            ours, expected, of=[normal_ml, fiml_regression], against="attrition_fiml_btheb", rel=1e-3, because=because
        )
        assert np.isnan(result.df)


def test_complete_rows_give_least_squares(golden, compare):
    """R's regression of those who stayed; without auxiliaries likelihood finds the same slopes."""
    r, data = golden("attrition_fiml_btheb")[0], pd.read_csv(BTHEB)
    known = data.dropna(subset=["m8"])
    X = np.column_stack([np.ones(len(known)), known[PREDICTORS]])
    fit = least_squares(X, known["m8"].to_numpy())
    std_errors = np.sqrt((fit.residuals**2).sum() / (len(known) - 5) * np.diag(fit.root @ fit.root.T))
    ours = {"estimate": fit.coefficients, "std_error": std_errors}
    theirs = {"estimate": [row["Estimate"] for row in r["cc"]], "std_error": [row["Std. Error"] for row in r["cc"]]}
    compare(ours, theirs, of=[least_squares], against="attrition_fiml_btheb")
    likelihood = fiml_regression(data[["m8", *PREDICTORS]].to_numpy(float), 0, [1, 2, 3, 4], level=0.95)
    assert [result.estimate for result in likelihood] == pytest.approx(fit.coefficients, rel=1e-7)


def test_complete_rows_have_closed_forms(compare):
    values = holes(1, share=0.0)
    n, k = values.shape
    fit = normal_ml(values)
    S = np.cov(values.T, bias=True)
    first, second = np.triu_indices(k)
    of_covariances = (
        S[np.ix_(first, first)] * S[np.ix_(second, second)] + S[np.ix_(first, second)] * S[np.ix_(second, first)]
    )
    ours = {"mean": fit.mean, "covariance": fit.covariance, "of_means": fit.uncertainty[:k, :k]}
    ours |= {"of_covariances": fit.uncertainty[k:, k:]}
    theirs = {"mean": values.mean(axis=0), "covariance": S, "of_means": S / n, "of_covariances": of_covariances / n}
    because = "complete rows: mean, covariance and their information in closed form"
    compare(ours, theirs, of=[normal_ml], against="formula written out", rel=1e-8, because=because)
    assert fit.uncertainty[:k, k:] == pytest.approx(0, abs=1e-12)


@few
@given(st.integers(0, 10_000))
def test_the_likelihood_is_highest_there(seed):
    values = holes(seed)
    fit = normal_ml(values)
    best = log_likelihood(values, fit.mean, fit.covariance)
    draws = np.random.default_rng(seed + 1)
    for _ in range(5):
        step = 1e-3 * draws.normal(size=fit.covariance.shape)
        moved = fit.mean + 1e-3 * draws.normal(size=len(fit.mean))
        assert log_likelihood(values, moved, fit.covariance) < best
        assert log_likelihood(values, fit.mean, fit.covariance + (step + step.T)) < best


def log_likelihood(values, mean, covariance) -> float:
    total = 0.0
    for row in values:
        known = ~np.isnan(row)
        off, part = row[known] - mean[known], covariance[np.ix_(known, known)]
        total -= (np.linalg.slogdet(part)[1] + off @ np.linalg.solve(part, off)) / 2
    return total


@few
@given(st.integers(0, 10_000))
def test_information_is_the_curvature_of_the_likelihood(seed):
    values = holes(seed, k=2)
    fit = normal_ml(values)
    step, mean = 1e-4, fit.mean
    at = [log_likelihood(values, mean + shift * np.array([step, 0]), fit.covariance) for shift in (-1, 0, 1)]
    curvature = -(at[0] - 2 * at[1] + at[2]) / step**2
    assert np.linalg.inv(fit.uncertainty)[0, 0] == pytest.approx(curvature, rel=1e-4)


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1e6]))
def test_order_shift_and_unit_do_not_matter(seed, unit):
    values = holes(seed)
    order = np.random.default_rng(seed).permutation(len(values))
    factors = np.array([unit, 1.0, 2.0])
    before = fiml_regression(values, 0, [1, 2], level=0.9)
    after = fiml_regression(values[order] * factors + 10 * factors, 0, [1, 2], level=0.9)
    scale = unit / np.array([1.0, 2.0])
    assert [b.estimate for b in after[1:]] == pytest.approx([b.estimate for b in before[1:]] * scale, rel=1e-5)
    assert [b.std_error for b in after[1:]] == pytest.approx([b.std_error for b in before[1:]] * scale, rel=1e-5)


def test_rows_without_a_value_take_no_part():
    values = holes(3)
    more = np.vstack([values, np.full((4, 3), np.nan)])
    assert normal_ml(more).covariance == pytest.approx(normal_ml(values).covariance, rel=1e-12)


WHOLE = holes(4, n=12, share=0.0)
NEVER_TOGETHER = np.where([[False, True, False]] * 6 + [[False, False, True]] * 6, np.nan, WHOLE)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (WHOLE[:0], "too_few_people"),
        (WHOLE[:3], "too_few_people"),
        (np.column_stack([WHOLE[:, :2], np.full(12, np.nan)]), "too_few_people"),
        (np.column_stack([WHOLE[:, :2], np.full(12, 0.1)]), "no_variation"),
        (np.column_stack([WHOLE[:, :2], WHOLE[:, 0] * 3 - 1]), "collinear"),
        (NEVER_TOGETHER, "collinear"),
    ],
)
def test_what_cannot_be_fitted(values, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        normal_ml(values)
