"""Least squares with HC2 and CR2, against R and statsmodels, and CR2 against its formula written out."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.stats.regression import cluster_terms, cr2, hc2, least_squares, residual_weights, robust
from rm_research.stats.result import NotEstimableError, t_result

REFERENCE = Path(__file__).parents[1] / "reference"
few = examples(20)
TERMS = ["(Intercept)", "treat", "pre"]


def design(data, *, change: bool):
    """X with columns as TERMS (without pre for the change score), and y."""
    ones, treat, pre, post = np.ones(len(data)), *(data[name].to_numpy(float) for name in ("treat", "pre", "post"))
    if change:
        return np.column_stack([ones, treat]), post - pre
    return np.column_stack([ones, treat, pre]), post


def as_tidied(result) -> dict[str, float]:
    """Name the columns as R's tidy() does."""
    return {
        "estimate": result.estimate, "std.error": result.std_error, "statistic": result.statistic,
        "p.value": result.p_value, "conf.low": result.ci_low, "conf.high": result.ci_high, "df": result.df,
    }  # fmt: skip


def rows_by_term(rows) -> dict[str, dict[str, float]]:
    return {row["term"]: {name: value for name, value in row.items() if name != "term"} for row in rows}


def test_least_squares_of_those_who_stayed_equals_lm(golden, compare):
    r, data = golden("attrition_fiml_btheb")[0], pd.read_csv(REFERENCE / "attrition_btheb.csv").dropna(subset=["m8"])
    X = np.column_stack([np.ones(len(data)), data[["pre", "treat", "drug", "long"]]])
    fit = least_squares(X, data["m8"].to_numpy())
    std_errors = np.sqrt((fit.residuals**2).sum() / (len(data) - 5) * np.diag(fit.root @ fit.root.T))
    ours = {"estimate": fit.coefficients, "std_error": std_errors}
    theirs = {"estimate": [row["Estimate"] for row in r["cc"]], "std_error": [row["Std. Error"] for row in r["cc"]]}
    compare(ours, theirs, of=[least_squares], against="attrition_fiml_btheb")


@pytest.mark.parametrize("name", ["ancova_btheb", "ancova_cr2_bdf24"])
@pytest.mark.parametrize(("method", "change"), [("ols", False), ("change_ols", True)])
def test_least_squares_equals_lm(name, method, change, golden, compare):
    """Classical standard errors, σ and R² follow from the fit; reports use HC2 and CR2."""
    r, data = golden(name)
    data = data.dropna()
    X, y = design(data, change=change)
    fit, rows = least_squares(X, y), rows_by_term(r[method])
    sigma = np.sqrt((fit.residuals**2).sum() / (len(y) - X.shape[1]))
    classical = [t_result(coefficient, sigma * np.sqrt(row @ row), len(y) - X.shape[1], 0.95)
                 for coefficient, row in zip(fit.coefficients, fit.root, strict=True)]  # fmt: skip
    for result, term in zip(classical, TERMS, strict=False):
        names = ("Estimate", "Std. Error", "t value", "Pr(>|t|)")
        theirs = dict(zip(("estimate", "se", "t", "p"), (rows[term][name] for name in names), strict=True))
        ours = {"estimate": result.estimate, "se": result.std_error, "t": result.statistic, "p": result.p_value}
        compare(ours, theirs, of=[least_squares], against=name)
    if method == "ols":
        theirs = {quantity: r[quantity] for quantity in ("sigma", "r2", "n", "n_treat")}
        r2 = 1 - (fit.residuals**2).sum() / ((y - y.mean()) ** 2).sum()
        ours = dict(zip(theirs, (sigma, r2, len(y), X[:, 1].sum()), strict=True))
        ends = rows_by_term(r["ols_confint"])
        theirs["ends"] = [list(ends[term].values()) for term in TERMS]
        ours["ends"] = [[result.ci_low, result.ci_high] for result in classical]
        compare(ours, theirs, of=[least_squares], against=name)


@pytest.mark.parametrize("name", ["ancova_btheb", "ancova_cr2_bdf24"])
def test_hc2_of_a_slope_for_each_arm_equals_estimatr(name, golden, compare):
    """The design of Lin (2013): the score before is centred and has a slope of its own in the programme."""
    r, data = golden(name)
    X, y = design(data.dropna(), change=False)
    centred = X[:, 2] - X[:, 2].mean()
    fit = least_squares(np.column_stack([X[:, :2], centred, X[:, 1] * centred]), y)
    for column, row in enumerate(r["lin_interacted_HC2"]):
        theirs = {quantity: value for quantity, value in row.items() if quantity != "term"}
        ours = as_tidied(hc2(fit, column, level=0.95))
        compare({quantity: ours[quantity] for quantity in theirs}, theirs, of=[least_squares, hc2], against=name)


@pytest.mark.parametrize("name", ["ancova_btheb", "ancova_cr2_bdf24"])
@pytest.mark.parametrize(("method", "change"), [("HC2", False), ("change_HC2", True)])
def test_hc2_equals_estimatr(name, method, change, golden, compare):
    r, data = golden(name)
    data = data.dropna()
    expected = rows_by_term(r[method])
    fit = least_squares(*design(data, change=change))
    assert (len(data), len(expected)) == (r["n"], 2 if change else 3)
    for column, term in enumerate(TERMS[: len(expected)]):
        ours = as_tidied(hc2(fit, column, level=0.95))
        compare(ours, expected[term], of=[least_squares, hc2], against=name)


@pytest.mark.parametrize(("method", "change"), [("CR2_estimatr", False), ("change_CR2", True)])
def test_cr2_equals_estimatr(method, change, golden, compare):
    r, data = golden("ancova_cr2_bdf24")
    expected = rows_by_term(r[method])
    fit = least_squares(*design(data, change=change))
    for column, term in enumerate(TERMS[: len(expected)]):
        result = cr2(fit, data["cluster"], column, level=0.95)
        compare(as_tidied(result), expected[term], of=[least_squares, cr2], against="ancova_cr2_bdf24")
        assert result.details == {"n_clusters": r["n_clusters"]}


def test_cr2_equals_clubsandwich(golden, compare):
    r, data = golden("ancova_cr2_bdf24")
    expected = rows_by_term(r["CR2_clubSandwich"])
    fit = least_squares(*design(data, change=False))
    for column, term in enumerate(TERMS):
        result = cr2(fit, data["cluster"], column, level=0.95)
        ours = {"beta": result.estimate, "SE": result.std_error, "tstat": result.statistic, "df_Satt": result.df}
        ours["p_Satt"] = result.p_value
        compare(ours, expected[term], of=[least_squares, cr2], against="ancova_cr2_bdf24")


@few
@given(st.integers(0, 10_000), st.integers(8, 40), st.integers(1, 3))
def test_hc2_equals_statsmodels(seed, n, further):
    draws = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), draws.normal(size=(n, further))])
    y = draws.normal(size=n)
    theirs = sm.OLS(y, X).fit(cov_type="HC2", use_t=True)
    low, high = theirs.conf_int(0.1).T
    for column in range(further + 1):
        ours = hc2(least_squares(X, y), column, level=0.9)
        expected = [theirs.params[column], theirs.bse[column], theirs.df_resid, theirs.pvalues[column]]
        assert [ours.estimate, ours.std_error, ours.df, ours.p_value] == pytest.approx(expected, rel=1e-9)
        assert [ours.ci_low, ours.ci_high] == pytest.approx([low[column], high[column]], rel=1e-9, abs=1e-12)


def clustered(seed: int, *, decided: bool = False):
    """Draw an unbalanced design: intercept, arm by cluster, covariate; `decided` adds a column for cluster 0."""
    draws = np.random.default_rng(seed)
    sizes = draws.integers(2, 7, size=draws.integers(5, 9))
    clusters = draws.permutation(np.repeat(np.arange(len(sizes)), sizes))
    arm = (clusters % 2).astype(float)
    X = np.column_stack([np.ones(len(arm)), arm, draws.normal(size=len(arm))])
    if decided:
        X = np.column_stack([X, clusters == 0])
    y = X @ draws.normal(size=X.shape[1]) + draws.normal(size=len(arm)) + draws.normal(size=99)[clusters]
    return X, y, clusters


def adjusted(X, y, clusters, column):
    """With n × n matrices (Bell & McCaffrey 2002): a row of weights for each cluster, residuals, I − H."""
    bread = np.linalg.inv(X.T @ X)
    M = np.eye(len(y)) - X @ bread @ X.T
    residuals, weights = M @ y, []
    for name in np.unique(clusters):
        own = np.diag((clusters == name).astype(float))
        values, vectors = np.linalg.eigh((own @ M @ own)[np.ix_(clusters == name, clusters == name)])
        root = np.where(values > 1e-9, 1 / np.sqrt(np.where(values > 1e-9, values, 1)), 0)
        A = np.zeros_like(M)
        A[np.ix_(clusters == name, clusters == name)] = vectors @ np.diag(root) @ vectors.T
        weights.append(A @ X @ bread[:, column])
    return np.array(weights), residuals, M


def written_out(X, y, clusters, column):
    """CR2 of these weights: coefficient, standard error, df; E(V) when variances are 1."""
    W, residuals, M = adjusted(X, y, clusters, column)
    G = W @ M @ W.T  # covariance of the clusters' contributions when all variances are 1
    variance = ((W @ residuals) ** 2).sum()
    return np.linalg.lstsq(X, y)[0][column], np.sqrt(variance), np.trace(G) ** 2 / (G**2).sum(), np.trace(G)


@few
@given(st.integers(0, 10_000), st.booleans())
def test_cr2_equals_its_formula_written_out(seed, decided):
    """With `decided` cluster 0 has a column of its own, so I − H is singular there, but not for these coefficients."""
    X, y, clusters = clustered(seed, decided=decided)
    fit = least_squares(X, y)
    for column in (1, 2):
        ours = cr2(fit, clusters, column, level=0.95)
        estimate, std_error, df, expected_variance = written_out(X, y, clusters, column)
        assert [ours.estimate, ours.std_error, ours.df] == pytest.approx([estimate, std_error, df], rel=1e-8)
        assert expected_variance == pytest.approx(np.linalg.inv(X.T @ X)[column, column])  # hence unbiased


@pytest.mark.parametrize("seed", range(3))
def test_cluster_terms_equal_their_formula_written_out(seed, compare):
    X, y, clusters = clustered(seed, decided=True)
    terms = cluster_terms(least_squares(X, y), clusters, 1)
    W, residuals, M = adjusted(X, y, clusters, 1)
    ours = {"parts": (terms.weight * terms.score).sum(axis=1), "expected": terms.expected}
    theirs = {"parts": W @ residuals, "expected": np.diag(W @ M @ W.T)}
    because = "with n × n matrices"
    compare(ours, theirs, of=[cluster_terms], against="formula written out", absolute=1e-12, because=because)
    assert terms.score.sum(axis=0) == pytest.approx(0, abs=1e-9)
    assert terms.plain.sum(axis=0) == pytest.approx(least_squares(X, y).root[1])


@pytest.mark.parametrize("missing", [np.nan, None])
def test_a_missing_cluster_is_no_further_cluster(missing):
    X, y, clusters = clustered(1)
    labels = clusters.astype(object)
    labels[0] = missing
    with pytest.raises((ValueError, TypeError)):
        cr2(least_squares(X, y), labels, 1, level=0.95)


@few
@given(st.integers(0, 10_000))
def test_cr2_refuses_a_coefficient_that_one_cluster_decides(seed):
    """The formula would give a number, but one that misses part of the variance, or all of it."""
    X, y, clusters = clustered(seed, decided=True)
    with pytest.raises(NotEstimableError, match=r"^too_few_clusters$"):
        cr2(least_squares(X, y), clusters, 3, level=0.95)
    assert written_out(X, y, clusters, 3)[3] < 0.999 * np.linalg.inv(X.T @ X)[3, 3]


def test_cr2_refuses_an_arm_of_one_cluster():
    draws = np.random.default_rng(3)
    clusters, arm = np.repeat(np.arange(8), 5), np.repeat([1.0, 0.0], [5, 35])
    for further in ([], [draws.normal(size=40)]):
        fit = least_squares(np.column_stack([np.ones(40), arm, *further]), draws.normal(size=40))
        with pytest.raises(NotEstimableError, match=r"^too_few_clusters$"):
            cr2(fit, clusters, 1, level=0.95)


@few
@given(st.integers(0, 10_000))
def test_cr2_of_singletons_has_the_standard_error_of_hc2(seed):
    X, y, _ = clustered(seed)
    fit = least_squares(X, y)
    single, robust = cr2(fit, np.arange(len(y)), 1, level=0.95), hc2(fit, 1, level=0.95)
    assert [single.estimate, single.std_error] == pytest.approx([robust.estimate, robust.std_error], rel=1e-9)
    assert 1 <= single.df <= len(y)


@few
@given(st.integers(0, 10_000))
def test_order_shift_unit_and_coding_do_not_matter(seed):
    X, y, clusters = clustered(seed)
    order = np.random.default_rng(seed + 1).permutation(len(y))
    moved = np.column_stack([X[:, 0], X[:, 1], 4 * X[:, 2] + 7])
    names = np.array([f"dyad {name}" for name in clusters])
    before, after = least_squares(X, y), least_squares(moved[order], (4 * y + 7)[order])
    flipped = least_squares(np.column_stack([X[:, 0], 1 - X[:, 1], X[:, 2]]), y)
    labelled = ((before, clusters), (after, names[order]), (flipped, clusters))
    triples = [
        [hc2(fit, 1, level=0.9) for fit, _ in labelled],
        [cr2(fit, labels, 1, level=0.9) for fit, labels in labelled],
    ]
    for one, other, back in triples:
        same = [4 * one.estimate, 4 * one.std_error, one.df, 4 * one.ci_low]
        assert [other.estimate, other.std_error, other.df, other.ci_low] == pytest.approx(same, rel=1e-8, abs=1e-10)
        assert [back.estimate, back.ci_low, back.df] == pytest.approx([-one.estimate, -one.ci_high, one.df], abs=1e-10)


ONES, ARM = np.ones(8), np.repeat([0.0, 1.0], 4)
RISING = np.arange(8.0)


@pytest.mark.parametrize(
    ("X", "reason"),
    [
        (np.column_stack([ONES, ARM, np.full(8, 0.3)]), "collinear"),
        (np.column_stack([ONES, ARM, 3 + ARM]), "collinear"),
        (np.column_stack([ONES, ARM * 0]), "collinear"),
        (np.column_stack([ONES, ARM, RISING])[:3], "too_few_people"),
    ],
)
def test_what_cannot_be_fitted(X, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        least_squares(X, RISING[: len(X)] ** 2)


def test_nothing_left_to_vary():
    fit = least_squares(np.column_stack([ONES, ARM]), 0.1 + ARM / 3)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        hc2(fit, 1, level=0.95)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        cr2(fit, np.arange(8) // 2, 1, level=0.95)


def test_one_person_alone_in_an_arm():
    fit = least_squares(np.column_stack([ONES, RISING == 7]), RISING**2)
    with pytest.raises(NotEstimableError, match=r"^one_of_a_kind$"):
        hc2(fit, 1, level=0.95)
    with pytest.raises(NotEstimableError, match=r"^too_few_clusters$"):
        cr2(fit, np.arange(8), 1, level=0.95)


def test_all_in_one_cluster():
    fit = least_squares(np.column_stack([ONES, ARM]), RISING**2)
    with pytest.raises(NotEstimableError, match=r"^too_few_clusters$"):
        cr2(fit, np.zeros(8), 1, level=0.95)


@pytest.mark.parametrize("clustered", [True, False])
def test_residual_weights_give_the_standard_error_of_every_outcome(clustered, compare):
    draws = np.random.default_rng(3)
    X = np.column_stack([np.ones(40), np.arange(40) % 2, draws.normal(size=40)])
    clusters = draws.integers(0, 12, 40) if clustered else None
    weights = residual_weights(least_squares(X, draws.normal(size=40)), 1, clusters=clusters)
    for _ in range(3):
        fit = least_squares(X, draws.normal(size=40))
        ours = {"std_error": np.sqrt(((fit.residuals @ weights) ** 2).sum())}
        other = cr2(fit, clusters, 1, level=0.95) if clustered else hc2(fit, 1, level=0.95)
        compare(ours, {"std_error": other.std_error}, of=[residual_weights], against="identity",
                because="`hc2` and `cr2` of each outcome")  # fmt: skip


@pytest.mark.parametrize("clustered", [True, False])
def test_robust_is_the_standard_error_that_fits(clustered, golden, compare):
    _, data = golden("ancova_cr2_bdf24")
    fit = least_squares(*design(data, change=False))
    clusters = data["cluster"] if clustered else None
    ours, error = as_tidied(robust(fit, 1, clusters=clusters, level=0.9)), hc2(fit, 1, level=0.9).std_error
    theirs = as_tidied(cr2(fit, np.arange(len(fit.X)) if clusters is None else clusters, 1, level=0.9))
    compare(ours, theirs if clustered else {**theirs, "std.error": error}, of=[robust], against="identity",
            because="`cr2` of the clusters; of rows, with the error of `hc2`")  # fmt: skip


def test_a_row_that_decides_a_coefficient_is_one_of_a_kind():
    fit = least_squares(np.column_stack([np.ones(6), np.arange(6) == 0]), np.array([1.0, 2, 4, 3, 2, 5]))
    with pytest.raises(NotEstimableError, match="one_of_a_kind"):
        robust(fit, 1, clusters=None, level=0.9)
    with pytest.raises(NotEstimableError, match="too_few_clusters"):
        robust(fit, 1, clusters=np.arange(6), level=0.9)
