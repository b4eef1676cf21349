"""The engine of the mixed models: against n × n matrices, statsmodels, least squares and the analysis of variance."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from mixed_samples import derivatives_of_v, designs, nested, written_out
from properties import examples

from rm_research.stats.mixed import Term, blocks, fit_reml, kenward_roger, satterthwaite
from rm_research.stats.mixed.elimination import plan_elimination
from rm_research.stats.mixed.inference import curvature, determined
from rm_research.stats.mixed.likelihood import deviances, moments, restricted, with_residual_variance
from rm_research.stats.mixed.reml import fit_at, optimum
from rm_research.stats.mixed.system import prepare_system
from rm_research.stats.mixed.taylor import (
    add,
    inverse,
    log_determinant,
    product,
    small_product,
    transposed,
)
from rm_research.stats.mixed.terms import covariance
from rm_research.stats.result import NotEstimableError

few = examples(6)
STRUCTURES = list(designs(0))


@pytest.mark.parametrize("size", [1, 2, 4])
def test_series_are_values_and_derivatives(size, compare):
    """Of X = A + θ₁B + θ₂C + θ₁θ₂D at θ = (0.3, −0.2), by central differences."""
    A, B, C, D = np.random.default_rng(size).normal(0.2, 0.3, (4, 2, size, size))
    A = A + 4 * np.eye(size)

    def at(a, b):
        return A + a * B + b * C + a * b * D

    a, b, h = 0.3, -0.2, 1e-4
    x = {(): at(a, b), (0,): B + b * D, (1,): C + a * D}
    add(x, (0, 1), D)
    ours = {"inverse": inverse(x), "logarithm": log_determinant(x, inverse(x)), "square": product(x, transposed(x))}
    functions = {
        "inverse": np.linalg.inv,
        "logarithm": lambda m: np.linalg.slogdet(m)[1],
        "square": lambda m: small_product(m, np.swapaxes(m, 1, 2)),
    }
    for name, function in functions.items():
        value = {(i, j): function(at(a + i * h, b + j * h)) for i in (-1, 0, 1) for j in (-1, 0, 1)}
        first, second = (value[1, 0] - value[-1, 0]) / (2 * h), (value[0, 1] - value[0, -1]) / (2 * h)
        curved = (value[1, 0] - 2 * value[0, 0] + value[-1, 0]) / h**2
        across = (value[1, 1] - value[1, -1] - value[-1, 1] + value[-1, -1]) / (4 * h**2)
        expected = {"value": value[0, 0], "first": first, "second": second, "curved": curved, "across": across}
        keys = [(), (0,), (1,), (0, 0), (0, 1)]
        found = dict(zip(expected, (ours[name].get(key, np.zeros_like(value[0, 0])) for key in keys), strict=True))
        compare(found, expected, of=[small_product, product, add, transposed, inverse, log_determinant], rel=1e-5,
                against="formula written out", absolute=1e-5, because="central differences")  # fmt: skip


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("most", [blocks.MOST, 0])
def test_moments_are_those_of_n_by_n_matrices(structure, most, compare, monkeypatch):
    """Of small blocks, and when groups are taken out one after the other."""
    monkeypatch.setattr(blocks, "MOST", most)
    y, X, terms = designs(3)[structure]
    system = prepare_system(y, X, terms)
    full = [1.0, 0.2, 0.5]
    psi = np.concatenate([[0.7] if term.slope is None else full for term in terms])
    ours = with_residual_variance(moments(system, psi), psi, len(y))
    W = np.linalg.qr(X)[0]
    W = np.column_stack([W, (y - W @ (W.T @ y)) / system.unit])
    G = derivatives_of_v(terms, system.slopes)
    Vi = np.linalg.inv(sum(p * g for p, g in zip([*psi, 1], G, strict=True)))
    theirs = {
        "L": -np.linalg.slogdet(Vi)[1], "L1": [np.trace(Vi @ g) for g in G], "M": W.T @ Vi @ W,
        "L2": [[-np.sum((Vi @ a) * (Vi @ b).T) for b in G] for a in G], "M1": [-W.T @ Vi @ g @ Vi @ W for g in G],
        "M2": [[W.T @ Vi @ (a @ Vi @ b + b @ Vi @ a) @ Vi @ W for b in G] for a in G],
    }  # fmt: skip
    functions = [covariance, plan_elimination, blocks.small_blocks, prepare_system, moments, with_residual_variance]
    compare({name: getattr(ours, name) for name in theirs}, theirs, of=functions, against="formula written out",
            rel=1e-9, absolute=1e-9, because="the same sums over n × n matrices")  # fmt: skip
    parts = restricted(moments(system, psi))
    deviance = parts.log_det + (len(y) - 3) * np.log(parts.rss)
    compare({"first": deviances(system, np.array([psi, 2 * psi]))[0]}, {"first": deviance}, of=[deviances],
            against="identity", because="the residual sum of squares is a ratio of determinants")  # fmt: skip


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("seed", [1, 2])
def test_estimates_and_inference_are_those_of_n_by_n_matrices(seed, structure, compare):
    y, X, terms = designs(seed)[structure]
    fit = fit_reml(y, X, terms)
    c = np.array([0.2, 1.0, -0.5])
    theta = fit.variances["var_residual"] * np.append(fit.psi, 1.0)
    G = derivatives_of_v(terms, fit.system.slopes)
    expected = written_out(y, X, theta, G, c)
    adjusted, naive = kenward_roger(fit, c, level=0.9), satterthwaite(fit, c, level=0.9)
    ours = {"estimate": naive.estimate, "std_error": naive.std_error, "kr_std_error": adjusted.std_error,
            "kr_df": adjusted.df, "log_likelihood": fit.log_likelihood}  # fmt: skip
    functions = [fit_at, fit_reml, satterthwaite, kenward_roger]
    compare(ours, {name: expected[name] for name in ours}, of=functions, against="formula written out", rel=1e-6,
            because="the same sums over n × n matrices")  # fmt: skip
    V = sum(t * g for t, g in zip(theta, G, strict=True))
    in_units = sum(t * g for t, g in zip(fit.variances.values(), derivatives_of_v(terms), strict=True))
    assert in_units == pytest.approx(V, rel=1e-6, abs=1e-6)
    if fit.singular:
        return
    scale = np.sqrt(np.diag(expected["hessian"]))
    zero = {"score": expected["score"] / scale}
    compare(zero, {"score": np.zeros(len(theta))}, of=[optimum], against="identity", rel=0, absolute=1e-5,
            because="the slope of the likelihood vanishes at its maximum")  # fmt: skip
    A = 2 * np.linalg.inv(expected["hessian"])
    gradient, moves, f = expected["gradient"], expected["moves"], expected["std_error"] ** 2
    observed = satterthwaite(fit, c, level=0.9, observed=True)
    ours = {"df": naive.df, "observed_std_error": observed.std_error, "observed_df": observed.df}
    df = 2 * f**2 / (gradient @ A @ gradient)
    theirs = {"df": df, "observed_std_error": np.sqrt(f + 2 * moves @ A @ moves), "observed_df": df}
    ours["hessian"], theirs["hessian"] = curvature(fit)[1] / fit.variances["var_residual"] ** 2, expected["hessian"]
    compare(ours, theirs, of=[restricted, curvature, fit_reml, satterthwaite], against="formula written out", rel=1e-5,
            because="the same sums over n × n matrices")  # fmt: skip


@few
@given(st.integers(0, 10_000), st.sampled_from(STRUCTURES))
def test_no_variance_at_the_boundary_wants_to_grow_and_no_other_point_is_better(seed, structure):
    y, X, terms = designs(seed)[structure]
    fit = fit_reml(y, X, terms)
    theta = fit.variances["var_residual"] * np.append(fit.psi, 1.0)
    G = derivatives_of_v(terms, fit.system.slopes)
    score = written_out(y, X, theta, G, np.ones(3))["score"]
    place = 0
    for term in terms:
        size = 1 if term.slope is None else 3
        pull = score[place : place + size]
        if term.name in fit.singular and size == 1:
            assert theta[place] == 0
            assert pull[0] >= -1e-4
        if size == 3:  # the gradient by a covariance matrix that is as it should be: no direction gains
            matrix = np.array([[pull[0], pull[1] / 2], [pull[1] / 2, pull[2]]])
            own = np.array([[theta[place], theta[place + 1]], [theta[place + 1], theta[place + 2]]])
            size_of = np.sqrt(np.outer(np.diag(own), np.diag(own))).max() + 1e-12
            assert np.linalg.eigvalsh(matrix * size_of)[0] >= -1e-3
            assert np.linalg.eigvalsh(own)[0] >= -1e-9 * own.max()
        place += size
    draws = np.random.default_rng(seed)
    for _ in range(5):
        psi = fit.system.covariance.factor(fit.psi).psi(draws.normal(0, 0.3, len(fit.psi)))
        assert fit_at(psi, fit.system, terms).log_likelihood <= fit.log_likelihood + 1e-8


@pytest.mark.parametrize("seed", range(4))
def test_random_intercepts_are_those_of_statsmodels(seed, compare):
    y, X, (person, dyad, _) = nested(seed, cohorts=6, dyads=8, waves=3)
    fit = fit_reml(y, X, [person, dyad])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of what it does while it searches
        model = sm.MixedLM(
            y, X, dyad.groups, exog_re=np.ones(len(y)), exog_vc={"person": _indicators(dyad.groups, person.groups)}
        )
        theirs = model.fit(reml=True, method=["bfgs", "lbfgs"], gtol=1e-9)
    known, moved = (
        np.array([satterthwaite(fit, row, level=0.95, observed=observed).std_error for row in np.eye(3)])
        for observed in (False, True)
    )
    errors = np.sqrt((known**2 + moved**2) / 2)
    ours = {"coefficients": fit.coefficients, "residual": fit.variances["var_residual"], "std_errors": errors}
    expected = {"coefficients": theirs.fe_params, "residual": theirs.scale, "std_errors": theirs.bse_fe}
    because = "it adds once what we add twice for the variances being estimated; it has no degrees of freedom"
    compare(ours, expected, of=[fit_reml, satterthwaite], against="statsmodels.MixedLM", rel=1e-5, because=because)
    assert fit.log_likelihood == pytest.approx(theirs.llf, abs=1e-6)


def _indicators(dyads, persons):
    """One 0/1 column for each person of a dyad, as MixedLM wants them."""
    return {
        dyad: (persons[dyads == dyad][:, None] == np.unique(persons[dyads == dyad])).astype(float)
        for dyad in np.unique(dyads)
    }


def test_without_terms_it_is_least_squares(compare):
    y, X, _ = nested(5)
    fit, theirs = fit_reml(y, X, []), sm.OLS(y, X).fit()
    for method in (satterthwaite, kenward_roger):
        results = [method(fit, row, level=0.9) for row in np.eye(3)]
        ours = {"estimates": [r.estimate for r in results], "errors": [r.std_error for r in results],
                "p": [r.p_value for r in results], "low": [r.ci_low for r in results],
                "high": [r.ci_high for r in results], "df": results[0].df,
                "scale": fit.variances["var_residual"]}  # fmt: skip
        low, high = theirs.conf_int(0.1).T
        expected = {"estimates": theirs.params, "errors": theirs.bse, "p": theirs.pvalues, "low": low, "high": high,
                    "df": theirs.df_resid, "scale": theirs.scale}  # fmt: skip
        compare(ours, expected, of=[fit_reml, method], against="statsmodels.OLS")


@pytest.mark.parametrize("groups_differ", [True, False])
def test_balanced_groups_are_those_of_the_analysis_of_variance(groups_differ, compare):
    """σ² = MSE and τ² = (MSB − MSE)/n or 0; the mean has MSB/N as its variance and k − 1 degrees of freedom."""
    draws = np.random.default_rng(8)
    k, n = 6, 5
    y = draws.normal(0, 1, (k, n)) + groups_differ * draws.normal(0, 1, (k, 1))
    if not groups_differ:
        y -= 0.9 * y.mean(axis=1, keepdims=True)
    between, within = n * y.mean(axis=1).var(ddof=1), y.var(axis=1, ddof=1).mean()
    fit = fit_reml(y.ravel(), np.ones((k * n, 1)), [Term("group", np.repeat(np.arange(k), n))])
    one, other = satterthwaite(fit, [1.0], level=0.95), kenward_roger(fit, [1.0], level=0.95)
    if groups_differ:
        variances, f, df = [(between - within) / n, within], between / (k * n), (k - 1.0, k - 1.0)
    else:
        variances, f, df = [0.0, y.var(ddof=1)], y.var(ddof=1) / (k * n), (k * n - 1.0, k - 1.0)
    ours = {"variances": list(fit.variances.values()), "mean": one.estimate, "df": (one.df, other.df),
            "std_errors": (one.std_error, other.std_error)}  # fmt: skip
    expected = {"variances": variances, "mean": y.mean(), "df": df, "std_errors": (np.sqrt(f), np.sqrt(f))}
    compare(ours, expected, of=[fit_reml, satterthwaite, kenward_roger], against="formula written out", rel=1e-6,
            because="at variance 0 Satterthwaite takes it for known, Kenward and Roger do not")  # fmt: skip


@few
@given(st.integers(0, 10_000), st.sampled_from(STRUCTURES), st.sampled_from([1e-3, 1.0, 1e6]))
def test_order_unit_origin_and_names_of_groups_do_not_matter(seed, structure, unit):
    y, X, terms = designs(seed)[structure]
    order = np.random.default_rng(seed).permutation(len(y))
    moved = [
        Term(t.name, np.where(np.asarray(t.groups) < 0, -7, 1000 - np.asarray(t.groups))[order],
             None if t.slope is None else 3 * np.asarray(t.slope)[order] + 50)
        for t in terms[::-1]
    ]  # fmt: skip
    before, after = fit_reml(y, X, terms), fit_reml(unit * (y + 9)[order], X[order] * [1, 1, 100], moved)
    assert sorted(before.singular) == sorted(after.singular)
    one, other = (kenward_roger(fit, [0, 1.0, 0], level=0.9) for fit in (before, after))
    expected = [unit * one.estimate, unit * one.std_error, one.df, one.p_value, unit * one.ci_low]
    found = [other.estimate, other.std_error, other.df, other.p_value, other.ci_low]
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-6 * unit)
    assert after.variances["var_residual"] == pytest.approx(unit**2 * before.variances["var_residual"], rel=1e-4)


@pytest.mark.parametrize("seed", [287, 400, 617, 1032, 1157])
def test_of_two_maxima_the_higher_is_found(seed):
    """Groups of very different size and spread: the likelihood has a maximum at 0 and another further out."""
    draws = np.random.default_rng(seed)
    few_rows = draws.integers(3, 7)
    sizes = np.concatenate([draws.integers(1, 3, few_rows), draws.integers(5, 30, draws.integers(1, 3))])
    group = np.repeat(np.arange(len(sizes)), sizes)
    y = draws.normal(size=len(group)) * draws.choice([0.3, 1, 2], len(sizes))[group]
    y = y + draws.normal(size=len(sizes))[group] * draws.choice([0.3, 1.0, 3])
    terms = [Term("group", group)]
    fit = fit_reml(y, np.ones((len(y), 1)), terms)
    grid = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 60)])
    likelihoods = np.array([fit_at(np.array([psi]), fit.system, terms).log_likelihood for psi in grid])
    inner = likelihoods[1:-1]
    peaks = (likelihoods[0] > likelihoods[1]) + ((inner > likelihoods[:-2]) & (inner > likelihoods[2:])).sum()
    assert peaks == 2
    assert fit.log_likelihood >= likelihoods.max() - 1e-9


def test_groups_that_all_touch_are_solved_together():
    """400 people, each in two of 40 crossed cohorts: people are taken out, the cohorts that remain are one matrix."""
    draws = np.random.default_rng(1)
    person, cohort = np.tile(np.arange(400), 2), draws.integers(0, 40, 800)
    y = draws.normal(size=400)[person] + draws.normal(size=40)[cohort] + draws.normal(size=800)
    fit = fit_reml(y, np.ones((800, 1)), [Term("cohort", cohort), Term("person", person)])
    assert fit.system.design.plan.steps[0].groups.shape == (400, 1)
    assert fit.system.design.plan.steps[-1].groups.shape[1] > 20
    G = derivatives_of_v([Term("cohort", cohort), Term("person", person)])
    theta = np.array(list(fit.variances.values()))
    expected = written_out(y, np.ones((800, 1)), theta, G, np.ones(1))
    assert fit.log_likelihood == pytest.approx(expected["log_likelihood"], rel=1e-10)
    assert expected["score"] / np.sqrt(np.diag(expected["hessian"])) == pytest.approx(np.zeros(3), abs=1e-5)


def test_information_that_determines(compare):
    cases = {"one": np.eye(1), "scaled": np.diag([1e-12, 1e12]), "flat": np.ones((2, 2)), "negative": -np.eye(2)}
    sizes = {name: np.diag(case) for name, case in cases.items()}
    because = "positive definite whatever the units"
    compare({name: float(determined(case, sizes[name])) for name, case in cases.items()},
            {"one": 1.0, "scaled": 1.0, "flat": 0.0, "negative": 0.0}, of=[determined], against="identity",
            because=because)  # fmt: skip


ONES, PAIRS, RISING = np.ones((8, 1)), np.arange(8) // 2, np.arange(8.0)


@pytest.mark.parametrize(
    ("y", "X", "terms", "reason"),
    [
        (RISING[:1], ONES[:1], [], "too_few_people"),
        (RISING[:0], ONES[:0], [], "too_few_people"),
        (RISING, np.column_stack([ONES, 3 * ONES]), [], "collinear"),
        (RISING, np.column_stack([ONES, 0 * ONES]), [], "collinear"),
        (np.full(8, 0.1), ONES, [Term("pair", PAIRS)], "no_variation"),
        (np.zeros(8), ONES, [], "no_variation"),
        (RISING / 3, np.column_stack([ONES, RISING]), [Term("pair", PAIRS)], "no_variation"),
        (np.repeat([1.0, 4, 2, 7], 2), ONES, [Term("pair", PAIRS)], "no_variation"),
    ],
)
def test_what_cannot_be_fitted(y, X, terms, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        fit_reml(y, X, terms)


@pytest.mark.parametrize(
    "terms",
    [
        [Term("row", np.arange(8))],
        [Term("pair", PAIRS), Term("again", PAIRS)],
        [Term("all", np.zeros(8, dtype=int))],
        [Term("none", np.full(8, -1))],
        [Term("pair", PAIRS, np.ones(8))],
    ],
)
@pytest.mark.parametrize("method", [satterthwaite, kenward_roger])
def test_variances_that_the_design_does_not_tell_apart_are_refused(terms, method):
    fit = fit_reml(RISING + np.sin(RISING**2), ONES, terms)
    with pytest.raises(NotEstimableError, match=r"^no_optimum$"):
        method(fit, [1.0], level=0.95)
