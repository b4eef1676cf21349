"""The machinery of factor models: patterns, likelihood, its slope, its maximum, and what is read off it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from factor_samples import INTERCEPTS, LOADINGS, UNIQUENESSES, drawn, one_group, with_moments
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy.stats import multivariate_normal

from rm_research.stats.factor.fit import (
    direction,
    fit,
    is_improper,
    loading_errors,
    standardised_loadings,
    unrestricted,
)
from rm_research.stats.factor.indices import fit_indices
from rm_research.stats.factor.likelihood import (
    covariance_of_estimates,
    deviance,
    deviance_at,
    gradient,
    maximise,
    summed,
    weighted,
)
from rm_research.stats.factor.pattern import (
    Matrices,
    Pattern,
    diagonal,
    implied,
    implied_slopes,
    model,
    standing,
    symmetric,
)
from rm_research.stats.factor.sample import sample
from rm_research.stats.result import NotEstimableError

REFERENCE = Path(__file__).parents[1] / "reference"
INDICES = {"npar": "n_parameters", "chisq": "chi2", "pvalue": "p_value", "logl": "log_likelihood",
           "rmsea.ci.lower": "rmsea_low", "rmsea.ci.upper": "rmsea_high"}  # fmt: skip
few = examples(6)


def names(kind, count=4):
    return np.array([f"{kind} {item}" for item in range(count)], object)


def one_factor_pattern(count=4):
    return Pattern(
        names("loading", count)[:, None], np.ones((1, 1), object), diagonal(names("uniqueness", count)),
        names("intercept", count), np.zeros(1, object),
    )  # fmt: skip


def general_pattern():
    """Two factors, everything free that can be, some of it equal."""
    loadings = np.array([["a", 0], ["b", "c"], [0, "a"], [0.5, "d"]], object)
    factors = symmetric(np.array([[1, 0], ["phi", "v"]], object))
    uniquenesses = diagonal(["u", "u", "w", "x"])
    uniquenesses[3, 0] = "s"
    return Pattern(loadings, factors, symmetric(uniquenesses), names("i"), np.array([0, "m"], object))


POINT = {"a": 0.8, "b": 0.5, "c": 0.4, "d": 0.7, "phi": 0.3, "v": 1.4, "u": 0.6, "w": 0.9, "x": 0.8, "s": 0.2,
         "m": 0.5, "i 0": 0.1, "i 1": -0.2, "i 2": 0.3, "i 3": 0.0}  # fmt: skip


def general(seed, gaps=0.1):
    made = model([general_pattern()])
    answers = np.hstack(drawn(seed, n=40, k=2, gaps=gaps, leave=0.2))
    return made, answers, np.array([POINT[name] for name in made.names])


def numeric(function, parameters, size=1e-5):
    """Central differences, a row for each parameter."""
    rows = [
        (np.asarray(function(parameters + step)) - np.asarray(function(parameters - step))) / (2 * size)
        for step in size * np.eye(len(parameters))
    ]
    return np.array(rows)


def test_a_pattern_becomes_matrices_and_back(compare):
    made, _, point = general(1)
    values = made.matrices(point)[0]
    ours = {**values._asdict(), "parameters": made.parameters([values])}
    theirs = {
        "loadings": [[0.8, 0], [0.5, 0.4], [0, 0.8], [0.5, 0.7]], "factor_covariances": [[1, 0.3], [0.3, 1.4]],
        "uniquenesses": [[0.6, 0, 0, 0.2], [0, 0.6, 0, 0], [0, 0, 0.9, 0], [0.2, 0, 0, 0.8]],
        "intercepts": [0.1, -0.2, 0.3, 0], "factor_means": [0, 0.5], "parameters": point,
    }  # fmt: skip
    because = "a pattern of numbers and names against the matrices it stands for"
    compare(ours, theirs, of=[diagonal, symmetric, model], against="formula written out", because=because)


def test_where_parameters_stand(compare):
    places = standing(model([general_pattern()]).owners[0].loadings, 15)
    theirs = np.zeros((15, 4, 2))
    theirs[[0, 0, 1, 2, 3], [0, 2, 1, 1, 3], [0, 1, 0, 1, 1]] = 1  # a, a, b, c, d
    because = "the loadings a, b, c and d of a pattern"
    compare({"places": places}, {"places": theirs}, of=[standing], against="formula written out", because=because)


def test_one_name_in_two_groups_is_one_parameter():
    made = model([one_factor_pattern(), one_factor_pattern()])
    assert len(made.names) == 12
    own = Matrices(LOADINGS[:, None], np.ones((1, 1)), np.diag(UNIQUENESSES), INTERCEPTS, np.zeros(1))
    other = own._replace(intercepts=INTERCEPTS + 1)
    assert made.parameters([own, other])[-4:] == pytest.approx(INTERCEPTS + 0.5)


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_deviance_is_that_of_each_person(gaps, compare):
    made, answers, point = general(2, gaps)
    means, covariances = implied(made.matrices(point)[0])
    total = 0.0
    for row in answers:
        own = ~np.isnan(row)
        if own.any():
            density = multivariate_normal(means[own], covariances[np.ix_(own, own)])
            total += -2 * density.logpdf(row[own]) - own.sum() * np.log(2 * np.pi)
    ours = {"deviance": deviance(made, [sample(answers)], point)}
    of, because = [sample, implied, deviance], "person by person, each with the items they answered"
    compare(ours, {"deviance": total}, of=of, against="scipy.stats.multivariate_normal", because=because)


def test_deviance_is_infinite_where_covariances_are_not():
    made, answers, point = general(2)
    assert deviance(made, [sample(answers)], np.where(np.array(made.names) == "u", -9.0, point)) == np.inf


@pytest.mark.parametrize("gaps", [0.0, 0.15])
def test_slopes_equal_differences(gaps, compare):
    made, answers, point = general(3, gaps)
    people = [sample(answers)]
    values = made.matrices(point)[0]
    slopes = implied_slopes(values, made.owners[0], len(point))
    left, right = (slopes.columns[:, side] for side in (slopes.left, slopes.right))
    by_covariances = np.zeros((len(point), 4, 4))
    np.add.at(by_covariances, slopes.owners, np.einsum("pe,qe->epq", left, right))
    ours = {"slope": gradient(made, people, point)[0], "means": slopes.means, "covariances": by_covariances}
    theirs = {
        "slope": numeric(lambda point: deviance(made, people, point), point),
        "means": numeric(lambda point: implied(made.matrices(point)[0])[0], point),
        "covariances": numeric(lambda point: implied(made.matrices(point)[0])[1], point),
    }
    of, because = [implied_slopes, gradient], "slopes against differences of what they are slopes of"
    compare(ours, theirs, of=of, against="identity", rel=1e-5, absolute=1e-6, because=because)


def test_sums_over_people_are_slopes_of_the_deviance(compare):
    made, answers, point = general(3)
    (means, covariances), blocks = implied(made.matrices(point)[0]), sample(answers).blocks
    distance, misfit = summed(blocks, weighted(blocks, means, covariances))
    ours = {"means": -2 * distance, "covariances": misfit[np.triu_indices(4)] * (2 - np.eye(4))[np.triu_indices(4)]}

    def moved(upper):
        other = np.zeros((4, 4))
        other[np.triu_indices(4)] = upper
        return deviance_at(blocks, means, np.triu(other) + np.triu(other, 1).T)

    theirs = {
        "means": numeric(lambda at: deviance_at(blocks, at, covariances), means),
        "covariances": numeric(moved, covariances[np.triu_indices(4)]),
    }
    of, because = [weighted, summed, deviance_at], "slopes against differences of what they are slopes of"
    compare(ours, theirs, of=of, against="identity", rel=1e-5, absolute=1e-6, because=because)


def test_information_is_the_curvature_where_the_model_fits_exactly(compare):
    made = model([one_factor_pattern()])
    people = [sample(one_group())]
    best = maximise(made, people, np.concatenate([LOADINGS, UNIQUENESSES, INTERCEPTS]) * 1.1)
    curvature = numeric(lambda point: gradient(made, people, point)[0], best.parameters) / 2
    ours = {"information": best.information, "parameters": best.parameters}
    theirs = {"information": curvature, "parameters": np.concatenate([LOADINGS, UNIQUENESSES, INTERCEPTS])}
    of, because = [gradient, maximise], "parameters known; there expected and observed information are equal"
    compare(ours, theirs, of=of, against="identity", rel=1e-6, absolute=1e-6, because=because)


@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_covariances_of_estimates_equal_differences(gaps, compare):
    made = model([one_factor_pattern()])
    answers = one_group(n=90)
    answers[np.random.default_rng(4).random(answers.shape) < gaps] = np.nan
    people = [sample(answers)]
    best = maximise(made, people, np.concatenate([LOADINGS, UNIQUENESSES, INTERCEPTS]))
    curvature = numeric(
        lambda point: numeric(lambda at: deviance(made, people, at), point, 1e-4), best.parameters, 1e-4
    )
    ours = {"covariances": covariance_of_estimates(made, people, best)}
    because = "inverse of the second differences of half the deviance"
    theirs = {"covariances": np.linalg.inv(curvature / 2)}
    of = [covariance_of_estimates]
    compare(ours, theirs, of=of, against="identity", rel=1e-4, absolute=1e-6, because=because)
    if gaps:
        assert np.abs(np.linalg.inv(best.information) / ours["covariances"] - 1).max() > 1e-3


@pytest.mark.parametrize(
    ("ending", "estimator"), [("", "ml"), ("_missing", "fiml_missing")], ids=["complete", "missing"]
)
def test_unrestricted_likelihood_equals_lavaan(ending, estimator, golden, compare):
    name = "longinvariance_politicaldemocracy"
    r, _ = golden(name)
    people = sample(pd.read_csv(REFERENCE / f"{name}{ending}.csv").to_numpy(float))
    moments = unrestricted(people)
    ours = {"log_likelihood": -(moments.deviance + people.counts.sum() * np.log(2 * np.pi)) / 2}
    theirs = {"log_likelihood": r[estimator]["configural"]["logl"] + r[estimator]["configural"]["chisq"] / 2}
    compare(ours, theirs, of=[sample, unrestricted], against=name)


@pytest.mark.parametrize("seed", [1, 2])
def test_unrestricted_moments_equal_those_of_a_model_with_all_of_them(seed, compare):
    people = sample(np.hstack(drawn(seed, n=60, k=3, gaps=0.2, leave=0.3)))
    covariances = symmetric(np.array([[f"{row} with {column}" for column in range(6)] for row in range(6)], object))
    pattern = Pattern(
        np.zeros((6, 0), object), np.zeros((0, 0), object), covariances, names("i", 6), np.zeros(0, object)
    )
    made = model([pattern])
    start = Matrices(np.zeros((6, 0)), np.zeros((0, 0)), np.diag(people.variances), people.means, np.zeros(0))
    best, moments = maximise(made, [people], made.parameters([start])), unrestricted(people)
    values = made.matrices(best.parameters)[0]
    ours = {"means": moments.means, "covariances": moments.covariances, "deviance": moments.deviance}
    theirs = {"means": values.intercepts, "covariances": values.uniquenesses, "deviance": best.deviance}
    of, because = [unrestricted, maximise], "EM against Fisher scoring, many gaps"
    compare(ours, theirs, of=of, against="identity", rel=1e-4, absolute=1e-5, because=because)


def test_unrestricted_moments_are_those_of_the_answers():
    answers = one_group(n=30)
    moments = unrestricted(sample(answers))
    assert moments.means == pytest.approx(answers.mean(axis=0))
    assert moments.covariances == pytest.approx(np.cov(answers.T, bias=True))


def fitted_to(answers):
    people = sample(answers)
    return fit([one_factor_pattern(answers.shape[1])], [people], [unrestricted(people)])


def heywood():
    """Correlations of one factor whose first loading is beyond 1."""
    loadings = np.array([1.1, 0.6, 0.6])
    return with_moments(np.zeros(3), np.outer(loadings, loadings) + np.diag(1 - loadings**2))


def test_a_fit_is_the_model_that_made_the_answers(compare):
    fitted = fitted_to(one_group())
    loadings, errors = standardised_loadings(fitted)[0][:, 0], loading_errors(fitted)[0][:, 0]
    # delta method with the item's variance σ = λ² + θ: slopes θ/σ^1.5 by λ and −λ/2σ^1.5 by θ
    total = LOADINGS**2 + UNIQUENESSES
    slopes = np.vstack([np.diag(UNIQUENESSES / total**1.5), np.diag(-LOADINGS / 2 / total**1.5)])
    ours = {"parameters": fitted.best.parameters, "loadings": loadings, "errors": errors}
    theirs = {
        "parameters": np.concatenate([LOADINGS, UNIQUENESSES, INTERCEPTS]), "loadings": LOADINGS / np.sqrt(total),
        "errors": np.sqrt(np.diag(slopes.T @ fitted.covariances()[:8, :8] @ slopes)),
    }  # fmt: skip
    of, because = [fit, standardised_loadings, loading_errors], "the sample's moments fit known parameters exactly"
    compare(ours, theirs, of=of, against="formula written out", rel=1e-6, because=because)


def test_three_factors_of_one_group_equal_lavaan(golden, compare):
    """The tutorial's model, without mean structure."""
    r, data = golden("groupinvariance_hs1939")
    loadings = np.zeros((9, 3), object)
    loadings[np.arange(9), np.repeat([0, 1, 2], 3)] = names("loading", 9)
    factors = symmetric(np.array([[1, 0, 0], ["c 1", 1, 0], ["c 2", "c 3", 1]], object))
    uniquenesses, intercepts = diagonal(names("uniqueness", 9)), names("intercept", 9)
    people = sample(data[[f"x{item}" for item in range(1, 10)]].to_numpy(float))
    pattern = Pattern(loadings, factors, uniquenesses, intercepts, np.zeros(3, object))
    indices = fit_indices(fit([pattern], [people], [unrestricted(people)]), means=False)
    theirs = {INDICES.get(name, name): value for name, value in r["single_group"].items()}
    ours = {name: getattr(indices, name) for name in theirs}
    because = "lavaan stops its search a little earlier; ends of its RMSEA interval are to 1e-4 in χ²"
    compare(ours, theirs, of=[fit, fit_indices], against="groupinvariance_hs1939", rel=1e-4, because=because)


def test_what_is_improper_and_where_factors_point(compare):
    turned = fitted_to(one_group() * [1, -1, -1, -1])
    ours = {
        "proper": is_improper(fitted_to(one_group())), "improper": is_improper(fitted_to(heywood())),
        "direction": direction(turned), "loadings": standardised_loadings(turned)[0][:, 0],
    }  # fmt: skip
    total = LOADINGS**2 + UNIQUENESSES
    theirs = {
        "proper": False, "improper": True, "direction": [1],
        "loadings": LOADINGS / np.sqrt(total) * [-1, 1, 1, 1],
    }  # fmt: skip
    of, because = [is_improper, direction], "a first loading beyond 1; three of four items reversed"
    compare(ours, theirs, of=of, against="formula written out", rel=1e-6, because=because)
    assert fitted_to(heywood()).matrices()[0].uniquenesses[0, 0] == pytest.approx(-0.21)


def test_a_factor_that_came_out_reversed_is_turned():
    people = sample(one_group())
    proper = fitted_to(one_group())
    mirrored = np.concatenate([-LOADINGS, UNIQUENESSES, INTERCEPTS])
    other = replace(proper, best=maximise(proper.model, [people], mirrored))
    assert (direction(proper)[0], direction(other)[0]) == (1, -1)
    assert standardised_loadings(other)[0] == pytest.approx(standardised_loadings(proper)[0])


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1.0, 1e6]), st.booleans())
def test_units_and_order_do_not_matter(seed, unit, missing):
    answers = drawn(seed, n=70, gaps=0.1 if missing else 0.0)[0]
    order = np.random.default_rng(seed).permutation(70)
    one, other = fitted_to(answers), fitted_to(answers[order] * unit + 3 * unit)
    assert standardised_loadings(other)[0] == pytest.approx(standardised_loadings(one)[0], rel=1e-4)
    assert loading_errors(other)[0] == pytest.approx(loading_errors(one)[0], rel=1e-4)


def test_people_without_any_answer_do_not_count():
    answers = one_group()
    more = np.vstack([answers, np.full((5, 4), np.nan)])
    assert sample(more).n == 60
    assert fitted_to(more).best.parameters == pytest.approx(fitted_to(answers).best.parameters)


RUNAWAY = with_moments(np.zeros(3), np.array([[1, 0.5, 0.5], [0.5, 1, 0], [0.5, 0, 1]]))
GAP = np.where(np.arange(60)[:, None] + np.arange(4) == 7, np.nan, 0.0)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (one_group()[:0], "too_few_people"),
        (one_group()[:4], "too_few_people"),
        (one_group() + np.array([0, 0, 0, np.nan]), "too_few_people"),
        (one_group() * [1, 1, 1, 0] + 0.1, "no_variation"),
        (one_group()[:, [0, 1, 2, 2]], "items_alike"),
        (one_group()[:, [0, 1, 2, 2]] + GAP, "items_alike"),
        (one_group()[:, [0, 1, 2, 2]] + np.array([0, 0, 0, 1e6]), "items_alike"),
        (RUNAWAY, "not_converged"),
    ],
)
def test_what_cannot_be_fitted(answers, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        fitted_to(answers)
