"""Errors are rounded up where clusters of some size hold few people: exact, they fit only few whole numbers."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student
from small_studies import TOML, Group, details_of, row_of, small_study, study_of, table_of
from test_few_clusters import TEAMS, in_teams
from undrawn_findings import undrawn_findings

from rm_research.catalogue import catalogue
from rm_research.disclosure import disclose, errors, gate, poolable
from rm_research.disclosure.clusters import few_of_a_size
from rm_research.disclosure.errors import STEP, up
from rm_research.disclosure.numbers import decide
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.estimates import Estimates
from rm_research.panel import prepare_study

TEN = "[reporting]\nsmallest_group = 10\n"
ONE_ITEM = "item,scale,low,high\nm1,mood,1,5\n"


@given(st.floats(1e-6, 1e6))
def test_an_error_is_rounded_up_by_a_fifth_at_most(error):
    assert error * (1 - 1e-9) <= up(error) <= error * STEP * (1 + 1e-9)
    assert up(up(error)) == pytest.approx(up(error))


@pytest.mark.parametrize(("error", "same"), [(0.0, 0.0), (math.nan, math.nan)])
def test_without_an_error_there_is_nothing_to_round(error, same):
    assert up(error) == same or math.isnan(same)


@pytest.mark.parametrize(
    ("sizes", "few"),
    [
        ([1] * 20, False),
        ([2] * 10, False),
        ([1, *[2] * 10], True),
        ([2, *[1] * 20], True),
        ([3, *[12] * 5], True),
        ([*[1] * 10, *[2] * 5], False),
        ([*[1] * 10, *[2] * 5, 3], True),
        ([7], False),
    ],
)
def test_whether_clusters_of_some_size_hold_few(sizes, few):
    clusters = np.repeat(np.arange(len(sizes)), sizes).astype(float)
    assert few_of_a_size(clusters, np.arange(len(clusters), dtype=float), Threshold(10)) is few


def test_who_is_in_no_cluster_is_one_alone():
    clusters = np.array([*np.repeat(np.arange(7.0), 2), np.nan])
    assert few_of_a_size(clusters, np.arange(15.0), Threshold(10))


class TestRow:
    """What follows from a rounded error fits it."""

    def shown(self, tmp_path, n_clusters: int, **details: float):
        row = row_of(n_pre=24, n_pairs=24, n_clusters=n_clusters, std_error=0.25, df=11.0, statistic=2.0)
        given = details_of(*((row["id"], name, value) for name, value in details.items()))
        found = disclose(Estimates(table_of(row), given), study=study_of(tmp_path)).estimates
        return found.rows[0], found

    def test_test_and_interval(self, tmp_path):
        row, found = self.shown(tmp_path, 12, tost_p=0.4, tost_low=0.1, tost_high=0.9)
        assert row.std_error == pytest.approx(up(0.25))
        assert row.std_error > 0.25
        assert row.statistic == pytest.approx(row.estimate / row.std_error)
        half = student.ppf(0.975, 11) * row.std_error
        assert (row.ci_low, row.ci_high) == pytest.approx((row.estimate - half, row.estimate + half))
        assert row.p_value == pytest.approx(2 * student.sf(row.statistic, 11))
        half = student.ppf(0.95, 11) * row.std_error
        assert found.detail(row.id, "tost_low") == pytest.approx(row.estimate - half)
        assert found.detail(row.id, "error_rounded") == 1

    def test_averages_weigh_by_the_rounded_error(self, tmp_path):
        row = row_of(n_pre=24, n_pairs=24, n_clusters=12, std_error=0.25, df=11.0)
        (found,) = poolable(Estimates(table_of(row), details_of()), study=study_of(tmp_path)).rows
        assert found.std_error == pytest.approx(up(0.25))

    def test_intervals_of_means(self, tmp_path):
        row, found = self.shown(tmp_path, 12, mean_pre=3.0, mean_pre_low=2.7, mean_pre_high=3.3, e_value_interval=1.2)
        half = up(0.3)
        low, high = (found.detail(row.id, f"mean_pre_{end}") for end in ("low", "high"))
        assert (low, high) == pytest.approx((3 - half, 3 + half))
        assert math.isnan(found.detail(row.id, "e_value_interval"))

    def test_without_clusters_nothing_is_rounded(self, tmp_path):
        row, found = self.shown(tmp_path, 24)
        assert row.std_error == 0.25
        assert math.isnan(found.detail(row.id, "error_rounded"))


def partner_missing(folder, seed=0, *, dyads=8):
    """Leaders and mentors of a small cohort; one leader's mentor takes no part."""
    study = small_study(
        folder, Group(n=dyads, role="leader"), Group(n=dyads - 1, role="mentor"), toml=TOML + TEN,
        files={"codebook.csv": ONE_ITEM},
    )  # fmt: skip
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str)
        answers = np.random.default_rng([seed, wave == "pre"]).integers(1, 6, len(rows))
        rows = rows.assign(pair="D" + rows["code"].str.rsplit("-", n=1).str[1], m1=answers)
        rows.to_csv(study / f"{wave}.csv", index=False)
    return study


def printed_ends(study):
    """What a page prints of everybody's mean before: people, its total, and both ends of its interval."""
    numbers = decide(prepare_study(study))
    row = next(row for row in numbers.headline_rows if row.contrast == "change" and row.is_known)
    mean, low, high = (numbers.estimates.detail(row.id, f"mean_pre{end}") for end in ("", "_low", "_high"))
    return row.n_pairs, round(mean * row.n_pairs), (high - low) / 2


def possible(study, step: float) -> set[int]:
    """Answers before of the one without partner that fit the interval, known to so many hundredths and to a step."""
    n, total, half = printed_ends(study)
    sizes = np.array([1, *[2] * ((n - 1) // 2)])
    share = sizes / n
    a = share**2 / (1 - share)
    df = 1 / ((share**2).sum() + a.sum() ** 2 - (a**2).sum())
    found, pairs = set(), len(sizes) - 1
    lowest, highest = (
        ((half + rounding) / by / student.ppf(0.975, df)) ** 2 for rounding, by in ((-0.005, step), (0.005, 1))
    )
    for answer in range(1, 6):
        rest = total - answer
        of_one = ((answer - total / n) / (n - 1)) ** 2
        low, high = (
            (square * len(sizes) / pairs - of_one) * (n - 2) ** 2 + 4 * total / n * rest - pairs * (2 * total / n) ** 2
            for square in (lowest, highest)
        )
        sums = range(max(math.ceil(low), math.ceil(rest**2 / pairs)), math.floor(high) + 1)
        if any((squares - rest) % 2 == 0 for squares in sums):
            found.add(answer)
    return found


@pytest.mark.slow
def test_the_answer_of_one_without_partner_is_not_found(tmp_path, monkeypatch):
    studies = [partner_missing(tmp_path / str(seed), seed) for seed in range(5)]
    rounded = [len(possible(study, STEP)) for study in studies]
    assert min(rounded) >= 4
    monkeypatch.setattr(gate, "rounded_errors", lambda estimates, **_: estimates)
    assert sum(len(possible(study, 1.0)) for study in studies) <= 0.6 * sum(rounded)


@pytest.mark.slow
def test_of_many_people_errors_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(errors, "MOST_PEOPLE", 14)
    numbers = decide(prepare_study(partner_missing(tmp_path)))
    assert "error_rounded" not in set(numbers.estimates.details["quantity"])


def is_shown(numbers, **of) -> bool:
    table = numbers.table
    for name, value in of.items():
        table = table[table[name].eq(value)]
    return bool(table["estimate"].notna().any() or table["p_value"].notna().any())


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "shown"), [((11, 10, 10, 10, 10), True), ((12, 12, 12, 12, 3), False)])
def test_exact_tests_are_not_shown_where_errors_are_rounded(tmp_path, sizes, shown):
    numbers = decide(prepare_study(in_teams(tmp_path, *sizes)))
    assert is_shown(numbers, method="jackknife")
    assert is_shown(numbers, method="sign_flips") is shown


@pytest.mark.slow
@pytest.mark.parametrize(("points", "shown"), [(2, False), (5, True)])
def test_of_two_scores_no_number_is_shown_where_few_share_a_cluster(tmp_path, points, shown):
    """Their mean is their spread without clusters: next to the error, it tells how two people differ together."""
    study = small_study(
        tmp_path, Group(n=24), toml=TOML + TEN, files={"codebook.csv": f"item,scale,low,high\nm1,mood,1,{points}\n"}
    )
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str, keep_default_na=False)
        rows["m1"] = (
            rows["m1"].astype(int).clip(1, points).astype(str) if points > 2 else (rows.index % 2 + 1).astype(str)
        )
        if points == 2 and wave == "post":
            rows.loc[:7, "m1"] = "2"
        rows.loc[:1, "pair"] = "shared"
        rows.to_csv(study / f"{wave}.csv", index=False)
    assert is_shown(decide(prepare_study(study)), method="jackknife", contrast="change") is shown


@pytest.mark.slow
def test_clusters_are_not_compared_with_each_other(tmp_path):
    """With the sums of the large teams, an error tells those of the small ones."""
    toml = TEAMS.replace("[design]\n", '[design]\ninteractions = ["team"]\n')
    for clusters, shown in (("team", False), ("cohort", True)):
        study = in_teams(
            tmp_path / clusters, 15, 15, 15, 4, 7, toml=toml.replace('"team"\n[rep', f'"{clusters}"\n[rep')
        )
        assert is_shown(decide(prepare_study(study)), contrast="interaction") is shown


@pytest.mark.slow
def test_the_page_says_so(tmp_path):
    said = catalogue("en").say("limits.rounded_errors")
    assert said in repr(undrawn_findings(prepare_study(partner_missing(tmp_path))))
    assert said not in repr(undrawn_findings(prepare_study(small_study(tmp_path / "2", Group(n=20), toml=TOML + TEN))))


@pytest.mark.slow
@pytest.mark.parametrize(("sharing", "shown"), [(False, True), (True, False)])
def test_a_difference_of_roles_is_asked_of_each_role(tmp_path, sharing, shown):
    """Partners share a cluster anyway; two leaders of one mentor would be found by the spread of a model of both."""
    toml = TOML + '[design]\ninteractions = ["role"]\n' + TEN
    study = small_study(tmp_path, Group(n=14, role="leader"), Group(n=14 - sharing, role="mentor"), toml=toml)
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str)
        number = rows["code"].str.rsplit("-", n=1).str[1].astype(int)
        rows.assign(pair=[f"D{min(one, 13 - sharing)}" for one in number]).to_csv(study / f"{wave}.csv", index=False)
    numbers = decide(prepare_study(study))
    assert is_shown(numbers, contrast="role_difference", method="likelihood") is shown


@pytest.mark.slow
@pytest.mark.parametrize(("sharing", "shown"), [(0, True), (2, False)])
def test_imputed_changes_are_not_shown_where_few_share_a_cluster(tmp_path, sharing, shown):
    study = small_study(tmp_path, Group(n=36, left=12), toml=TOML + TEN)
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str, keep_default_na=False)
        rows.loc[: sharing - 1, "pair"] = "shared"
        rows.to_csv(study / f"{wave}.csv", index=False)
    assert is_shown(decide(prepare_study(study)), method="imputed", contrast="change") is shown
