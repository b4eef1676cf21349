"""Imputation: its draws against their distribution written out, likelihood and another sampler; and degenerate data."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from likelihood import normal_ml
from properties import examples
from statsmodels.imputation.bayes_mi import BayesGaussMI

from rm_research.stats.imputation import LEAST_DF, impute
from rm_research.stats.result import NotEstimableError

REFERENCE = Path(__file__).parents[1] / "reference"
few = examples(6)


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def waves(seed: int = 3, n: int = 24, left: int = 6) -> np.ndarray:
    """Scores before and after; those lowest before have none after."""
    draws = rng(seed)
    pre = draws.normal(3, 1, n)
    post = 1 + 0.7 * pre + draws.normal(0, 0.6, n)
    post[np.argsort(pre)[:left]] = np.nan
    return np.column_stack([pre, post])


def scattered(seed: int, n: int = 40, k: int = 3, share: float = 0.2) -> np.ndarray:
    """Correlated columns with holes anywhere."""
    draws = rng(seed)
    values = draws.normal(size=(n, k)) @ (np.eye(k) + 0.5) + draws.normal(size=k)
    return np.where(draws.random((n, k)) < share, np.nan, values)


def predicted(values):
    """Mean and variance that draws of the second column have, given the first (t with n − 2 degrees of freedom)."""
    known = ~np.isnan(values[:, 1])
    X, y = np.column_stack([np.ones(known.sum()), values[known, 0]]), values[known, 1]
    bread = np.linalg.inv(X.T @ X)
    b = bread @ X.T @ y
    df = known.sum() - 2
    s2 = ((y - X @ b) ** 2).sum() / df
    new = np.column_stack([np.ones((~known).sum()), values[~known, 0]])
    spread = np.eye(len(new)) + new @ bread @ new.T
    return new @ b, s2 * df / (df - 2) * spread


def test_draws_have_the_distribution_of_a_new_person(compare):
    values, m = waves(), 40_000
    left = np.isnan(values[:, 1])
    drawn = impute(values, rng(), m=m)[:, left, 1]
    mean, covariance = predicted(values)
    compare(
        {"mean": drawn.mean(axis=0), "covariance": np.cov(drawn.T)}, {"mean": mean, "covariance": covariance},
        of=[impute], against="formula written out", rel=0, absolute=0.03,
        because=f"mean and covariance of {m:,} draws beside those of their t distribution",
    )  # fmt: skip


@pytest.mark.parametrize(("name", "auxiliary"), [("fiml", []), ("fiml_auxiliary", ["m2", "m3", "m5"])])
def test_the_likelihood_they_are_held_against_is_that_of_lavaan(name, auxiliary, golden):
    """Slopes of its normal distribution; lavaan stops its search earlier."""
    r, data = golden("attrition_fiml_btheb")[0], pd.read_csv(REFERENCE / "attrition_btheb.csv")
    _, S = normal_ml(data[["m8", "pre", "treat", "drug", "long", *auxiliary]].to_numpy(float))
    slopes = np.linalg.solve(S[1:5, 1:5], S[1:5, 0])
    assert slopes == pytest.approx([row["est"] for row in r[name]], rel=1e-3)


def test_three_waves_of_dropout_are_drawn_one_after_the_other(compare):
    """Monotone: the last wave given the two before; its mean is that of likelihood, but for few people."""
    draws = rng(5)
    values = draws.normal(size=(400, 3)).cumsum(axis=1)
    values[values[:, 0] > 1.0, 1:] = np.nan
    values[~np.isnan(values[:, 1]) & (values[:, 1] > 1.5), 2] = np.nan
    filled, (mean, covariance) = impute(values, rng(), m=200), normal_ml(values)
    ours = {"mean": filled.mean(axis=(0, 1)), "covariance": np.mean([np.cov(each.T) for each in filled], axis=0)}
    compare(ours, {"mean": mean, "covariance": covariance}, of=[impute], against="identity", rel=0,
            absolute=0.05, because="imputations of 400 people have the mean and covariance of likelihood, but for the "
            "draws and the prior")  # fmt: skip


def test_holes_anywhere_agree_with_likelihood(compare):
    values = scattered(6, n=400)
    filled, (mean, covariance) = impute(values, rng(), m=200), normal_ml(values)
    ours = {"mean": filled.mean(axis=(0, 1)), "covariance": np.mean([np.cov(each.T) for each in filled], axis=0)}
    compare(ours, {"mean": mean, "covariance": covariance}, of=[impute], against="identity", rel=0,
            absolute=0.05, because="imputations of 400 people have the mean and covariance of likelihood, but for the "
            "draws and the prior")  # fmt: skip


@pytest.mark.slow
def test_holes_anywhere_agree_with_the_gibbs_sampler_of_statsmodels(compare):
    values = scattered(7, n=60)
    holes = np.isnan(values)
    sampler, theirs = BayesGaussMI(values.copy(), rng=1), []
    for _ in range(20):
        sampler.update()
    for _ in range(500):
        sampler.update()
        theirs.append(np.asarray(sampler.data)[holes])
    ours = impute(values, rng(), m=500)[:, holes]
    compare({"mean": ours.mean(axis=0), "sd": ours.std(axis=0)},
            {"mean": np.mean(theirs, axis=0), "sd": np.std(theirs, axis=0)}, of=[impute],
            against="statsmodels.imputation.bayes_mi.BayesGaussMI", rel=0, absolute=0.25,
            because="means and spreads of 500 draws each of every hole; priors differ")  # fmt: skip


@few
@given(st.integers(0, 10_000))
def test_what_is_known_stays_and_nothing_is_left_missing(seed):
    values = scattered(seed)
    filled = impute(values, rng(), m=3)
    assert filled.shape == (3, *values.shape)
    assert np.isfinite(filled).all()
    known = ~np.isnan(values)
    assert (filled[:, known] == values[known]).all()
    if not known.all():
        assert np.ptp(filled[:, ~known], axis=0).min() > 0


def test_the_same_seed_gives_the_same_draws_and_another_does_not():
    values = scattered(1)
    assert (impute(values, rng(4), m=2) == impute(values, rng(4), m=2)).all()
    assert (impute(values, rng(4), m=2) != impute(values, rng(5), m=2)).any()


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1e6]))
def test_order_shift_and_unit_do_not_matter(seed, unit):
    values = scattered(seed)
    values = values[~np.isnan(values).all(axis=1)]  # draws of people of whom nothing is known may be exchanged
    order = rng(seed).permutation(len(values))
    before, after = impute(values, rng(), m=2), impute(values[order] * unit + 7 * unit, rng(), m=2)
    assert after == pytest.approx(before[:, order] * unit + 7 * unit, rel=1e-6)


def test_complete_values_come_back_and_nothing_is_drawn():
    values, draws = waves(left=0), rng()
    state = draws.bit_generator.state
    assert (impute(values, draws, m=3) == values).all()
    assert draws.bit_generator.state == state
    assert impute(values[:0], draws, m=3).shape == (3, 0, 2)


def test_a_helpful_auxiliary_narrows_the_draws():
    values = waves(n=60, left=20)
    truth = np.where(np.isnan(values[:, 1]), 1 + 0.7 * values[:, 0], values[:, 1])
    helpful = (truth + rng(8).normal(0, 0.05, 60))[:, None]
    left = np.isnan(values[:, 1])
    alone = impute(values, rng(), m=300)[:, left, 1]
    helped = impute(values, rng(), m=300, auxiliary=helpful)[:, left, 1]
    assert helped.std(axis=0).max() < 0.4 * alone.std(axis=0).min()
    assert helped.mean(axis=0) == pytest.approx(truth[left], abs=0.2)


def test_auxiliaries_with_holes_are_drawn_too_and_not_given_back():
    values = waves(n=40)
    auxiliary = np.where(rng(9).random((40, 2)) < 0.3, np.nan, values[:, :1] + rng(10).normal(size=(40, 2)))
    filled = impute(values, rng(), m=4, auxiliary=auxiliary)
    assert filled.shape == (4, 40, 2)
    assert np.isfinite(filled).all()


def test_the_last_auxiliaries_go_where_people_are_few():
    """Nine stayed, so that with the score before two further predictors leave LEAST_DF degrees of freedom."""
    values = waves(n=12, left=3)
    first, second, third = rng(11).normal(size=(3, 12, 1))
    assert LEAST_DF == 5
    kept = impute(values, rng(), m=2, auxiliary=np.column_stack([first, second]))
    assert (impute(values, rng(), m=2, auxiliary=np.column_stack([first, second, third])) == kept).all()
    assert (impute(values, rng(), m=2, auxiliary=first) != kept).any()


def test_auxiliaries_known_of_too_few_take_no_part():
    values = waves()
    rare = np.full((24, 1), np.nan)
    alone = impute(values, rng(), m=2)
    for known in range(LEAST_DF + 2):
        rare[:known] = rng(12).normal(size=(known, 1))
        assert (impute(values, rng(), m=2, auxiliary=rare) == alone).all()


@pytest.mark.parametrize("further", [waves()[:, :1], 3 - 2 * waves()[:, :1], np.full((24, 1), 0.1), np.zeros((24, 1))])
def test_collinear_and_constant_auxiliaries_do_no_harm(further):
    values, m = waves(), 20_000
    left = np.isnan(values[:, 1])
    drawn = impute(values, rng(), m=m, auxiliary=further)[:, left, 1]
    mean, covariance = predicted(values)
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=0.04)
    assert drawn.var(axis=0) == pytest.approx(np.diag(covariance), rel=0.1)


def test_equal_scores_before_leave_the_mean_of_those_who_stayed():
    values = waves()
    values[:, 0] = 0.1
    left = np.isnan(values[:, 1])
    drawn = impute(values, rng(), m=20_000)[:, left, 1]
    assert drawn.mean(axis=0) == pytest.approx(np.full(6, np.nanmean(values[:, 1])), abs=0.05)


def test_equal_scores_after_are_drawn_alike():
    values = waves()
    values[~np.isnan(values[:, 1]), 1] = 0.1
    assert impute(values, rng(), m=3)[:, :, 1] == pytest.approx(np.full((3, 24), 0.1), rel=1e-12)


def test_scores_after_on_a_line_are_drawn_on_it():
    values = waves()
    line = 2 + 0.5 * values[:, 0]
    values[:, 1] = np.where(np.isnan(values[:, 1]), np.nan, line)
    assert impute(values, rng(), m=3)[:, :, 1] == pytest.approx(np.tile(line, (3, 1)), rel=1e-9)


def test_limits_and_grid_hold_for_what_is_drawn_alone():
    values = waves(n=60, left=30)
    values[:, 0] += 0.01  # known values may lie off the grid
    left = np.isnan(values[:, 1])
    free = impute(values, rng(), m=50)[:, left, 1]
    clipped = impute(values, rng(), m=50, limits=(1, 5))[:, left, 1]
    assert (clipped == np.clip(free, 1, 5)).all()
    assert (free < 1).any()
    stepped = impute(values, rng(), m=50, limits=(1, 5), step=0.25)
    assert (stepped[:, left, 1] * 4 == np.round(stepped[:, left, 1] * 4)).all()
    assert np.abs(stepped[:, left, 1] - clipped).max() <= 0.125 + 1e-12
    assert (stepped[:, :, 0] == values[:, 0]).all()
    assert (impute(values, rng(), m=50, step=0.5)[:, left, 1] % 0.5 == 0).all()


MANY = waves(n=30, left=23)  # seven stayed: the least that a line can be learnt from


@pytest.mark.parametrize(
    "values",
    [
        waves(n=30, left=24),
        waves(n=1, left=1),
        np.column_stack([waves()[:, 0], np.full(24, np.nan)]),
        np.where(np.arange(24)[:, None] < 23, [[1.0, np.nan]], [[1.0, 2.0]]),
    ],
)
def test_too_few_to_learn_from(values):
    with pytest.raises(NotEstimableError, match=r"^too_few_people$"):
        impute(values, rng(), m=2)


def test_just_enough_to_learn_from():
    assert np.isfinite(impute(MANY, rng(), m=2)).all()
    assert np.isfinite(impute(np.array([[1.0], [2.0], [4.0], [1.5], [2.5], [3.0], [np.nan]]), rng(), m=2)).all()
