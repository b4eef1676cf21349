"""Averages over the people of several cohorts, against base R's arithmetic and numbers written out."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rm_research.stats.cohorts import TwoArms, joined_to_neighbours
from rm_research.stats.pooling import average_of_people, reml_hk, shrunken, usable_errors
from rm_research.stats.result import NotEstimableError

REFERENCE = Path(__file__).parents[1] / "reference"
RESULTS = json.loads((REFERENCE / "people_three_cohorts.json").read_text())["results"]
DATA = pd.read_csv(REFERENCE / "people_three_cohorts.csv")


def two_arms(data=DATA, *, clusters=None, **further) -> TwoArms:
    clusters = np.arange(len(data)) if clusters is None else data[clusters].to_numpy(str)
    columns = (data["pre"].to_numpy(), data["post"].to_numpy(), data["arm"].eq(1).to_numpy())
    return TwoArms(*columns, data["cohort"].to_numpy(str), clusters, **further)


@pytest.mark.parametrize(("clusters", "name"), [(None, "person"), ("cluster", "cluster")])
@pytest.mark.parametrize("way", ["ancova", "change"])
def test_differences_over_people_equal_base_r(way, clusters, name, compare):
    arms, theirs = two_arms(clusters=clusters), RESULTS[f"{way}_{name}"]
    method = arms.adjusted if way == "ancova" else arms.of_changes
    result = method(level=0.95)
    ours = {"estimate": result.estimate, "se": result.std_error, "df": result.df}
    compare(ours, theirs, of=[TwoArms.adjusted if way == "ancova" else TwoArms.of_changes],
            against="people_three_cohorts")  # fmt: skip
    assert [result.ci_low, result.ci_high] == pytest.approx(
        [result.estimate + sign * stats.t.ppf(0.975, result.df) * result.std_error for sign in (-1, 1)]
    )


def test_each_cohort_counts_by_its_people_in_the_programme():
    change = (DATA["post"] - DATA["pre"]).groupby([DATA["cohort"], DATA["arm"]]).mean().unstack()
    expected = np.average(change[1] - change[0], weights=[12, 9, 6])
    assert two_arms().of_changes(level=0.95).estimate == pytest.approx(expected)


def test_what_both_arms_did_subtracts_to_the_difference():
    found, arms = two_arms().both_arms(level=0.95), two_arms()
    difference = arms.of_changes(level=0.95).estimate
    assert found["change_arm"] - found["change_comparison"] == pytest.approx(difference)
    treated = DATA[DATA["arm"] == 1]
    assert found["change_arm"] == pytest.approx((treated["post"] - treated["pre"]).mean())
    before = DATA.groupby(["cohort", "arm"])["pre"].mean().unstack()
    assert found["gap"] == pytest.approx(np.average(before[1] - before[0], weights=[12, 9, 6]))
    assert all(found[f"{name}_low"] < found[name] < found[f"{name}_high"]
               for name in ("change_arm", "change_comparison", "gap"))  # fmt: skip


def test_of_one_cohort_it_is_the_ancova_with_hc2():
    data = DATA.assign(cohort="one")
    X = np.column_stack([np.ones(len(data)), data["arm"], data["pre"]])
    M = np.linalg.inv(X.T @ X)
    residuals = data["post"].to_numpy() - X @ M @ X.T @ data["post"].to_numpy()
    leverage = np.einsum("ij,jk,ik->i", X, M, X)
    result = two_arms(data).adjusted(level=0.95)
    assert result.estimate == pytest.approx((M @ X.T @ data["post"].to_numpy())[1])
    assert result.std_error == pytest.approx(np.sqrt((((X @ M)[:, 1] * residuals) ** 2 / (1 - leverage)).sum()))


def test_levels_may_differ_within_cohorts():
    halves = np.arange(len(DATA)) % 2 == 0
    lifted = DATA.assign(post=DATA["post"] + 5 * halves)
    # half of each cohort has a level of its own: a shift of it changes nothing
    levels = (DATA["cohort"] + halves.astype(str)).to_numpy(str)
    one, other = (two_arms(data, levels=levels).adjusted(level=0.95) for data in (DATA, lifted))
    assert other.estimate == pytest.approx(one.estimate)


@pytest.mark.parametrize(("cohorts", "joined"), [("aabbcc", "001122"), ("abbcc", "00011"), ("aabbc", "00111"),
                                                 ("abc", "000"), ("a", "0"), ("aab", "000")])  # fmt: skip
def test_small_cohorts_are_joined_to_a_neighbour(compare, cohorts, joined):
    found = joined_to_neighbours(list(cohorts), lambda some: some.sum() >= 2)
    by_hand = {"cohorts": [int(number) for number in joined]}
    compare({"cohorts": found.tolist()}, by_hand, of=[joined_to_neighbours], against="formula written out")


def test_averages_of_rows_equal_base_r(compare):
    y, se, df, n = [0.1, 0.5, 0.3, 0.9, -0.2], [0.12, 0.2, 0.15, 0.3, 0.18], [9.0, 5, 19, 7, 11], [10.0, 6, 20, 8, 12]
    y, se, df, n = map(np.array, (y, se, df, n))
    result = average_of_people(y, se, df, n, level=0.95)
    ours = {"estimate": result.estimate, "se": result.std_error, "df": result.df}
    compare(ours, RESULTS["average_of_people"], of=[average_of_people], against="people_three_cohorts")
    errors, theirs = usable_errors(se, df, 1 / n), RESULTS["pooled_errors"]
    compare({"se": errors}, {"se": theirs["se"]}, of=[usable_errors], against="people_three_cohorts")
    drawn = shrunken(y, errors, mean=0.3, tau2=0.05)
    compare({"shrunken": drawn}, {"shrunken": theirs["shrunken"]}, of=[shrunken], against="people_three_cohorts")


def test_cohorts_with_enough_degrees_of_freedom_keep_their_own_errors():
    own, design = np.array([0.1, 0.2, 0.3]), np.array([0.05, 0.05, 0.05])
    assert usable_errors(own, np.array([20.0, 25, np.nan]), design).tolist() == own.tolist()
    pooled = usable_errors(own, np.array([20.0, 25, 19]), design)
    assert pooled == pytest.approx(np.full(3, np.sqrt((20 * 0.01 + 25 * 0.04 + 19 * 0.09) / 64)))


def test_a_cohort_without_an_error_has_that_of_the_others():
    errors = usable_errors(np.array([0.1, np.nan, 0.1]), np.array([9.0, np.nan, 9]), np.array([0.1, 0.05, 0.1]))
    assert errors == pytest.approx([0.1, 0.1 * np.sqrt(0.5), 0.1])
    with pytest.raises(NotEstimableError, match="too_few_clusters"):
        usable_errors(np.full(2, np.nan), np.full(2, np.nan), np.ones(2))


@pytest.mark.parametrize(("k", "tau2"), [(4, 1.0), (5, 0.0)])
def test_few_cohorts_and_equal_ones_are_not_drawn_together(k, tau2):
    with pytest.raises(NotEstimableError, match="too_few_cohorts"):
        shrunken(np.arange(float(k)), np.ones(k), mean=1.0, tau2=tau2)


def test_groups_of_cohorts_vary_less_and_are_weighed_so():
    """Halves of the variance between cohorts: τ² is that of the cohorts, not of their averages."""
    draws = np.random.default_rng(4)
    effects = draws.normal(0.3, 0.5, (40, 2))
    se = np.full(40, 0.05)
    together = reml_hk(effects.mean(axis=1), se, level=0.95, between=np.full(40, 0.5)).details["tau2"]
    alone = reml_hk(effects.mean(axis=1), se, level=0.95).details["tau2"]
    assert together == pytest.approx(0.25, rel=0.3)
    assert together == pytest.approx(2 * alone, rel=1e-6)


def test_nobody_is_an_average_of_one():
    with pytest.raises(NotEstimableError, match="too_few_cohorts"):
        average_of_people(*np.array([[0.1], [0.1], [9.0], [10.0]]), level=0.95)
