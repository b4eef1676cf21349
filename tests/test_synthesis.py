"""estimate_programme: pooled rows against metafor and numbers written out, what is pooled, and what cannot be."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from small_panels import check_rows, numbers_in, numbers_of, only, panel_of, same_rows, stack

from rm_research.effects import Estimates, estimate_change, estimate_difference
from rm_research.effects.estimates import headlines, joined
from rm_research.effects.verdicts import judged
from rm_research.errors import FrameError
from rm_research.frames import DETAILS, ESTIMATES
from rm_research.stats.baseline import change_of_both, change_of_everyone
from rm_research.stats.pooling import ENOUGH_COHORTS, meta_regression, usable_errors
from rm_research.stats.power import detectable
from rm_research.study import read_study
from rm_research.synthesis import Pool, drawn_in, estimate_programme

REFERENCE = Path(__file__).parent / "reference"
STUDY = """
title = "A small study"
outcomes = ["inclusion", "engagement"]
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
arm = "arm"
[attributes]
division = "division"
year = "year"
[link]
within = "{within}"
[scales.inclusion]
[scales.engagement]
[scales.mood]
[design]
comparison = "control"
"""
CODEBOOK = "item,scale\na,inclusion\nb,engagement\nc,mood\n"


@pytest.fixture
def make_study(tmp_path):
    def make(further: str = "", within: str = "cohort", average: str = "people", assignment: str = "randomised"):
        text = STUDY.format(within=within) + f'assignment = "{assignment}"\n' + further
        (tmp_path / "study.toml").write_text(f'{text}[reporting]\naverage = "{average}"\n')
        (tmp_path / "codebook.csv").write_text(CODEBOOK)
        return read_study(tmp_path)

    return make


def cohort_rows(estimates, std_errors, **columns) -> pd.DataFrame:
    """Headline rows of as many cohorts."""
    usual = {
        "role": "leader", "arm": "programme", "subgroup": "everyone", "scale": "inclusion", "wave": "post",
        "contrast": "change", "measure": "mean", "method": "jackknife", "n_pre": 12, "n_post": 10, "n_pairs": 9,
    }  # fmt: skip
    rows = pd.DataFrame({"estimate": np.array(estimates, float), "std_error": np.array(std_errors, float)})
    rows["cohort"] = [f"cohort {place}" for place in range(len(rows))]
    rows = rows.assign(**{**usual, **columns})
    rows["id"] = rows[["contrast", "method", "cohort", "role", "arm", "scale", "wave"]].agg(":".join, axis=1)
    return rows


def as_estimates(*rows: pd.DataFrame) -> Estimates:
    return Estimates(ESTIMATES.conform(pd.concat(rows, ignore_index=True)), DETAILS.empty())


@pytest.mark.parametrize(("name", "part"), [("meta_bcg", None), ("meta_normand1999", "all")])
def test_row_equals_metafor(name, part, make_study):
    results = json.loads((REFERENCE / f"{name}.json").read_text())["results"]
    r = (results[part] if part else results)["REML_HKSJ_adhoc"]
    data = pd.read_csv(REFERENCE / f"{name}.csv").iloc[: r["k"]]
    pooled = estimate_programme(
        as_estimates(cohort_rows(data["yi"], np.sqrt(data["vi"]))), study=make_study(average="cohorts")
    )
    row = pooled.to_frame().loc[0]
    assert len(pooled) == 1
    ours = row[["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]].astype(float).tolist()
    assert ours == pytest.approx([r["mu"], r["se"], r["k"] - 1, r["stat"], r["p"], *r["ci95"]], rel=1e-6, abs=0)
    quantities = {"tau2": r["tau2"], "i2": r["I2"] / 100, "q": r["Q"], "q_p": r["Qp"],
                  "prediction_low": r["pi95_HTS_t_km2"][0], "prediction_high": r["pi95_HTS_t_km2"][1]}  # fmt: skip
    for quantity, value in quantities.items():
        assert pooled.detail(row["id"], quantity) == pytest.approx(value, rel=1e-6, abs=0), quantity
    facts = {"id": "pooled_change:mean:reml_hk:all cohorts:leader:programme:inclusion:post", "cohort": "all cohorts",
             "role": "leader", "arm": "programme", "subgroup": "everyone", "scale": "inclusion", "wave": "post",
             "contrast": "pooled_change", "measure": "mean", "method": "reml_hk", "planned": True,
             "n_pre": 12 * r["k"], "n_post": 10 * r["k"], "n_pairs": 9 * r["k"], "n_clusters": r["k"]}  # fmt: skip
    assert row[list(facts)].to_dict() == facts
    assert row[["n_comparison", "reason"]].isna().all()
    assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.95)
    assert row["p_adjusted"] == row["p_value"]


def test_only_rows_of_one_kind_are_pooled(make_study):
    parts = [
        cohort_rows([0.1, 0.3], [0.1, 0.2], role=role, arm=arm, scale=scale)
        for role in ("leader", "mentor")
        for arm in ("programme", "control")
        for scale in ("inclusion", "mood")
    ]
    differences = cohort_rows([0.1, 0.2], [0.1, 0.1], contrast="difference", method="ancova", n_comparison=7)
    beside = [cohort_rows([9, 9], [1, 1], method="hodges_lehmann", measure="median")]
    beside += [cohort_rows([9, 9], [1, 1], method=name) for name in ("paired_t", "imputed", "mixed_model", "then_test")]
    beside += [cohort_rows([9, 9], [1, 1], contrast="difference", method=name, n_comparison=7)
               for name in ("change_score", "constrained_likelihood", "instrument")]  # fmt: skip
    beside += [cohort_rows([9, 9], [1, 1], contrast="role_difference"),
               cohort_rows([9, 9], [1, 1], contrast="dose", measure="slope", method="ols")]  # fmt: skip
    table = estimate_programme(as_estimates(*parts, differences, *beside), study=make_study()).to_frame()
    assert table[headlines(table)]["contrast"].value_counts().to_dict() == {"pooled_change": 8, "pooled_difference": 1}
    assert (table.loc[headlines(table), "estimate"] < 1).all()
    difference = table[table["contrast"] == "pooled_difference"].iloc[0]
    assert (difference["n_comparison"], difference["n_clusters"]) == (14, 2)
    assert table.loc[table["contrast"] == "pooled_change", "n_comparison"].isna().all()


def test_the_programme_is_a_family_of_its_own(make_study):
    parts = [cohort_rows([size, size + 0.1], [0.1, 0.1], scale=scale, p_value=0.04, p_adjusted=0.08)
             for size, scale in ((0.1, "inclusion"), (0.5, "engagement"), (0.3, "mood"))]  # fmt: skip
    table = estimate_programme(as_estimates(*parts), study=make_study()).to_frame()
    table = table[headlines(table)].set_index("scale")
    # the primary outcome, one other that was declared and one that was not: three families of one
    assert table["p_adjusted"].tolist() == pytest.approx(table["p_value"].tolist())
    assert table["planned"].tolist() == [True, True, False]


def test_cohorts_without_an_estimate_are_left_out_and_not_counted(make_study):
    lacking = cohort_rows([np.nan], [np.nan], reason="too_few_pairs").assign(cohort="small", id="small")
    rows = cohort_rows([0.1, 0.3, 0.2], [0.1, 0.2, 0.1])
    with_it, without = (estimate_programme(as_estimates(*parts), study=make_study()).to_frame().loc[0]
                        for parts in ((rows, lacking), (rows,)))  # fmt: skip
    assert (with_it["n_clusters"], with_it["n_pairs"]) == (3, 27)
    assert with_it.equals(without)


@pytest.mark.parametrize(("estimates", "n_clusters"), [([0.2], 1), ([np.nan], 0)])
def test_one_cohort_is_no_average(estimates, n_clusters, make_study):
    table = estimate_programme(as_estimates(cohort_rows(estimates, [0.1])), study=make_study()).to_frame()
    assert table["reason"].tolist() == ["too_few_cohorts"] * 2
    assert table["n_clusters"].tolist() == [n_clusters] * 2
    assert table[["estimate", "std_error", "p_value", "p_adjusted", "detectable"]].isna().all(axis=None)


@pytest.mark.parametrize("average", ["people", "cohorts"])
def test_fewer_than_five_cohorts_say_nothing_of_others(average, make_study):
    for k, reason in ((ENOUGH_COHORTS - 1, "too_few_cohorts"), (ENOUGH_COHORTS, np.nan)):
        rows = cohort_rows(np.linspace(0.1, 0.5, k), [0.1] * k)
        table = estimate_programme(as_estimates(rows), study=make_study(average=average)).to_frame()
        average_row = table[table["method"] == "reml_hk"].iloc[0]
        assert average_row["reason"] is reason or average_row["reason"] == reason
        assert table["method"].tolist() == (["people", "reml_hk"] if average == "people" else ["reml_hk"])


def test_rows_of_differences_from_a_shared_comparison_are_not_averaged(make_study):
    study = make_study('comparison_scope = "shared"\n', average="cohorts")
    differences = cohort_rows([0.1, 0.2], [0.1, 0.1], contrast="difference", method="ancova", n_comparison=7)
    table = estimate_programme(as_estimates(differences), study=study).to_frame().set_index("contrast")
    assert table["reason"].to_dict() == {"pooled_difference": "shared_comparison"}


def test_unlinked_cohorts_are_pooled_too(make_study):
    rows = cohort_rows([0.1, 0.5], [0.1, 0.1], method="welch").assign(n_pre=[10, 30])
    row = estimate_programme(as_estimates(rows), study=make_study()).to_frame().loc[0]
    assert (row["method"], row["estimate"]) == ("welch", pytest.approx(0.4))
    assert row["std_error"] == pytest.approx(0.1 * np.hypot(0.25, 0.75))


def test_nothing_to_pool(make_study):
    nothing = Estimates(ESTIMATES.empty(), DETAILS.empty())
    assert len(estimate_programme(nothing, study=make_study())) == 0
    with pytest.raises(FrameError, match=r"estimate_programme needs Estimates.* std_error"):
        estimate_programme(Estimates(ESTIMATES.empty().drop(columns="std_error"), DETAILS.empty()), study=make_study())


# the people behind the estimates -------------------------------------------------------------------------------------


def cohorts(k: int, n: int = 8, *, arms=("programme",), seed: int = 0, left: int = 0, **columns) -> pd.DataFrame:
    """Panel of k cohorts, n people in each arm; the last `left` of each arm have no score after."""
    parts = []
    for place in range(k):
        for arm in arms:
            draws = np.random.default_rng([seed, place, arms.index(arm)])
            gain = draws.normal(0.3, 0.3) if arm == "programme" else 0.0
            pre = draws.normal(3, 0.8, n) + draws.normal(0, 0.8)
            post = 1.2 + 0.6 * pre + gain + draws.normal(0, 0.5, n)
            post[n - left :] = np.nan
            parts.append(panel_of(pre, post, cohort=f"c{place:02d}", arm=arm, **columns))
    panel = stack(*parts)
    # codes are handed out by the study: nobody has the same in two cohorts
    return panel.assign(person=panel["cohort"] + panel["person"])


def programme_of(panel, study):
    """Estimates of the cohorts, and of the programme they make; differences where there is a comparison."""
    verbs = [estimate_change, *([estimate_difference] if panel["arm"].eq("control").any() else [])]
    found = joined([verb(panel, study=study) for verb in verbs])
    return found, estimate_programme(found, study=study, panel=panel)


BOTH = ("programme", "control")
COHORTS = "reml_hk"


def jackknifed(panel: pd.DataFrame) -> float:
    """Standard error of the mean change of people who all stayed, everyone a cluster: Σ (n_c/N)² s²_c/n_c."""
    change = (panel["post"] - panel["pre"]).groupby(panel["cohort"])
    return float(np.sqrt(((change.size() / len(panel)) ** 2 * change.var() / change.size()).sum()))


class TestChangeOverPeople:
    """Each cohort its own change, which counts by its people."""

    def test_large_cohorts_count_by_their_people(self, make_study):
        panel = stack(cohorts(2, 4), cohorts(3, 40, seed=5).query("cohort == 'c02'"))
        row = only(programme_of(panel, make_study())[1], "people")
        assert row["estimate"] == pytest.approx((panel["post"] - panel["pre"]).mean())
        assert row["std_error"] == pytest.approx(jackknifed(panel))
        assert row["df"] < 47

    def test_who_left_counts_with_the_score_before(self, make_study):
        panel = cohorts(3, 12, left=3)
        row = only(programme_of(panel, make_study())[1], "people")
        expected = change_of_everyone(
            panel["pre"].to_numpy(float), panel["post"].to_numpy(float), level=0.95, cohorts=panel["cohort"]
        )
        assert numbers_of(row) == pytest.approx(numbers_in(expected))
        assert (row["n_pre"], row["n_pairs"]) == (36, 27)

    @pytest.mark.parametrize(("allowed", "method"), [(False, "people_both"), (True, "people")])
    def test_those_with_both_scores_alone_where_others_may_not_be_added(self, allowed, method, make_study, monkeypatch):
        """Cohorts' rows of those with both scores: few people more could be worked out from the average."""
        panel, study = cohorts(3, 12, left=1), make_study()
        found = estimate_change(panel, study=study)
        monkeypatch.setattr(Pool, "of_everyone", False)
        asked = []
        pooled = estimate_programme(found, study=study, panel=panel, may_add=lambda n: bool(asked.append(n)) or allowed)
        assert asked == [3]
        columns = [panel[name].to_numpy(float) for name in ("pre", "post")]
        change = change_of_everyone if allowed else change_of_both
        expected = change(*columns, level=0.95, cohorts=panel["cohort"])
        assert numbers_of(only(pooled, method)) == pytest.approx(numbers_in(expected))

    def test_a_cohort_of_one_cluster_is_joined_to_a_neighbour(self, make_study):
        panel = cohorts(3, 6)
        panel["cluster"] = panel["cluster"].where(panel["cohort"] != "c01", "one mentor")
        found, pooled = programme_of(panel, make_study())
        row = only(pooled, "people")
        assert len(found.table) > 0
        together = panel["cohort"].replace("c01", "c02")
        expected = change_of_everyone(
            panel["pre"].to_numpy(float), panel["post"].to_numpy(float), level=0.95, clusters=panel["cluster"],
            cohorts=together,
        )  # fmt: skip
        assert numbers_of(row) == pytest.approx(numbers_in(expected))

    def test_cohorts_that_do_not_differ_do_not_make_it_uncertain(self, make_study):
        """It is about these people: how far cohorts lie apart is no part of its error."""
        panel = cohorts(4, 10)
        apart = panel.assign(post=panel["post"] + panel["cohort"].str[1:].astype(int))
        near, far = (only(programme_of(rows, make_study())[1], "people") for rows in (panel, apart))
        assert far["std_error"] == pytest.approx(near["std_error"])
        assert far["estimate"] == pytest.approx(near["estimate"] + 1.5)


class TestDifferenceOverPeople:
    def test_is_least_squares_with_arms_within_cohorts(self, make_study):
        panel = stack(cohorts(3, 8, arms=BOTH), cohorts(1, 6, seed=3).assign(cohort="c00"))
        panel["person"] = panel["person"] + panel.index.astype(str)
        panel["cluster"] = panel["cohort"] + panel["person"]
        row = only(programme_of(panel, make_study())[1], "ancova", contrast="pooled_difference")
        arm, cohort = (panel["arm"] == "programme").astype(float), pd.get_dummies(panel["cohort"]).astype(float)
        X = pd.concat([cohort, cohort.mul(arm, axis=0).add_prefix("arm "), panel[["pre"]]], axis=1)
        fit = sm.OLS(panel["post"].to_numpy(), X.to_numpy(float)).fit(cov_type="HC2")
        shares = cohort[arm == 1].mean().to_numpy()
        weights = np.concatenate([np.zeros(3), shares, [0]])
        assert row["estimate"] == pytest.approx(weights @ fit.params)
        assert row["std_error"] == pytest.approx(np.sqrt(weights @ fit.cov_params() @ weights))
        assert row["n_pairs"] == 30

    @pytest.mark.parametrize(("assignment", "head"), [("randomised", "ancova"), ("matched", "ancova"),
                                                      ("self-selected", "change_score")])  # fmt: skip
    def test_the_headline_follows_the_declared_assignment(self, assignment, head, make_study):
        pooled = programme_of(cohorts(3, 8, arms=BOTH), make_study(assignment=assignment))[1]
        assert spoken(pooled, "pooled_difference") == [head]
        table = pooled.table[pooled.table["contrast"] == "pooled_difference"]
        assert {"ancova", "change_score"} <= set(table["method"])

    def test_averages_over_cohorts_are_judged_by_both_ways_where_no_lot_was_drawn(self, make_study):
        """The changes alone are clear, the other way is not; the verdict is that of both together."""
        start = {"programme": -1.0, "control": 1.0}
        panel = cohorts(6, 12, arms=BOTH)
        panel["pre"] += panel["arm"].map(start)
        panel["post"] += 0.6 * panel["arm"].map(start)
        study = make_study(assignment="self-selected", average="cohorts")
        found, pooled = programme_of(panel, study)
        head, other = (only(pooled, name, contrast="pooled_difference") for name in ("reml_hk", "reml_hk_other"))
        assert head["ci_low"] > 0 > other["ci_low"]
        parts = {name: found.table[found.table["method"].eq(name)] for name in ("change_score", "ancova")}
        for row, name in ((head, "change_score"), (other, "ancova")):
            assert row["estimate"] == pytest.approx(parts[name]["estimate"].mean(), abs=0.25)
        judged_as = judged(pooled.table, headlines(pooled.table), study)[head["id"]]
        assert (judged_as.verdict, judged_as.hull) == ("unclear", (other["ci_low"], head["ci_high"]))

    @pytest.mark.parametrize(("assignment", "average"), [("randomised", "cohorts"), ("self-selected", "people")])
    def test_the_other_way_over_cohorts_stands_only_where_it_decides(self, assignment, average, make_study):
        pooled = programme_of(cohorts(6, 8, arms=BOTH), make_study(assignment=assignment, average=average))[1]
        assert "reml_hk_other" not in set(pooled.table["method"])

    def test_the_other_way_over_fewer_cohorts_has_no_number(self, make_study):
        """Everyone of one cohort and arm has one score before, so that cohort has no ANCOVA."""
        panel = cohorts(6, 8, arms=BOTH)
        panel.loc[panel["cohort"].eq("c00"), "pre"] = panel["arm"].eq("programme") + 2.0
        pooled = programme_of(panel, make_study(assignment="self-selected", average="cohorts"))[1]
        other = only(pooled, "reml_hk_other", contrast="pooled_difference")
        assert (other["reason"], np.isnan(other["estimate"])) == ("too_few_cohorts", True)

    @pytest.mark.parametrize("assignment", ["randomised", "self-selected"])
    def test_what_both_arms_did_is_told_beside_it(self, assignment, make_study):
        pooled = programme_of(cohorts(3, 8, arms=BOTH), make_study(assignment=assignment))[1]
        (head,) = spoken(pooled, "pooled_difference")
        told = only(pooled, head, contrast="pooled_difference")["id"]
        changed = only(pooled, "change_score", contrast="pooled_difference")["estimate"]
        both = [pooled.detail(told, f"change_{arm}") for arm in ("arm", "comparison")]
        assert both[0] - both[1] == pytest.approx(changed)
        assert pooled.detail(told, "gap_low") < pooled.detail(told, "gap") < pooled.detail(told, "gap_high")

    def test_a_cohort_with_one_person_in_an_arm_is_joined_to_a_neighbour(self, make_study):
        panel = cohorts(3, 8, arms=BOTH)
        few = panel[(panel["cohort"] == "c01") & (panel["arm"] == "control")].index[1:]
        panel = panel.drop(few).reset_index(drop=True)
        study = make_study()
        found = joined([estimate_difference(panel, study=study)])
        pooled = estimate_programme(found, study=study, panel=panel)
        row = only(pooled, "ancova", contrast="pooled_difference")
        if found.table["estimate"].notna().sum() and row["n_clusters"] == 3:
            assert np.isfinite(row["ci_low"])
        assert not np.isnan(row["estimate"])


class TestUnequalAllocation:
    """12:3 … 6:8 and effects that go with it: a common effect is not the average over the people of the programme."""

    def panel(self):
        parts = [panel_of(np.full(n, 3.0) + np.arange(n) % 2, np.full(n, 3.0 + effect) + np.arange(n) % 2, cohort=name,
                          arm=arm)
                 for name, n1, n0, gain in (("c0", 12, 3, 0.1), ("c1", 9, 5, 0.3), ("c2", 6, 8, 0.7))
                 for arm, n, effect in (("programme", n1, gain), ("control", n0, 0.0))]  # fmt: skip
        panel = stack(*parts)
        noise = np.tile([0.01, -0.01, -0.01, 0.01], 11)[: len(panel)]
        return panel.assign(person=panel["cohort"] + panel["person"], post=panel["post"] + noise)

    def test_over_people_it_is_their_average_effect(self, make_study):
        row = only(programme_of(self.panel(), make_study())[1], "ancova", contrast="pooled_difference")
        assert row["estimate"] == pytest.approx((12 * 0.1 + 9 * 0.3 + 6 * 0.7) / 27, abs=0.005)


@pytest.mark.quick(4)
@pytest.mark.parametrize("k", [2, 4, 5, 9])
@pytest.mark.parametrize(("average", "methods"), [("people", ["people", "ancova"]), ("cohorts", [COHORTS, COHORTS])])
def test_the_estimand_is_the_declared_one_however_many_cohorts_can_be_shown(k, average, methods, make_study):
    pooled = programme_of(cohorts(k, 6, arms=BOTH), make_study(average=average))[1]
    for contrast, method in zip(("pooled_change", "pooled_difference"), methods, strict=True):
        own = pooled.where(pooled.table["arm"] == "programme")
        assert spoken(own, contrast) == [method]
    check_rows(pooled)
    others = pooled.table[~headlines(pooled.table)]
    assert others["p_adjusted"].isna().all()
    known = pooled.table.loc[pooled.table["method"].eq(COHORTS), "estimate"].notna()
    assert known.all() if k >= ENOUGH_COHORTS else not known.any()


def spoken(estimates, contrast="pooled_change"):
    table = estimates.table
    return table.loc[headlines(table) & table["contrast"].eq(contrast), "method"].tolist()


def test_without_a_panel_the_average_over_people_is_made_from_the_cohorts_rows(make_study):
    found, whole = programme_of(cohorts(3), make_study())
    pooled = estimate_programme(found, study=make_study())
    assert pooled.table["method"].tolist() == ["people", COHORTS]
    assert only(pooled, "people")["estimate"] == pytest.approx(only(whole, "people")["estimate"])
    assert only(pooled, "people")["std_error"] == pytest.approx(only(whole, "people")["std_error"])


class TestGroupsOfCohorts:
    """Cohorts that are combined for secrecy count as the cohorts they are."""

    def panel(self, k=6):
        panel = cohorts(k, 6)
        group = panel["cohort"].where(panel["cohort"] > "c01", "c00 + c01")
        return panel.assign(stratum=panel["cohort"], cohort=group)

    def test_k_counts_cohorts_and_parts_count_rows(self, make_study):
        pooled = programme_of(self.panel(), make_study())[1]
        for method in ("people", COHORTS):
            row = only(pooled, method)
            assert (row["n_clusters"], pooled.detail(row["id"], "n_parts")) == (6, 5)

    def test_one_group_of_several_cohorts_is_a_programme(self, make_study):
        panel = self.panel(2)
        pooled = programme_of(panel, make_study())[1]
        row = only(pooled, "people")
        assert row["estimate"] == pytest.approx((panel["post"] - panel["pre"]).mean())
        assert only(pooled, COHORTS)["reason"] == "too_few_cohorts"

    def test_a_further_cohort_is_not_foretold_from_groups(self, make_study):
        alone, grouped = (programme_of(panel, make_study())[1] for panel in (cohorts(6, 6), self.panel()))
        ends = [estimates.detail(only(estimates, COHORTS)["id"], "prediction_low") for estimates in (alone, grouped)]
        assert np.isfinite(ends[0])
        assert np.isnan(ends[1])

    def test_nor_where_a_cohort_is_left_out(self, make_study):
        panel, study = cohorts(6, 6), make_study()
        found = estimate_change(panel, study=study)
        some = found.where(found.table["cohort"] != "c05")
        pooled = estimate_programme(some, study=study, panel=panel)
        row = only(pooled, COHORTS)
        assert row["n_clusters"] == 5
        assert np.isnan(pooled.detail(row["id"], "prediction_low"))


class TestErrorsOfCohorts:
    def test_small_cohorts_are_weighed_by_the_spread_that_all_share(self, make_study):
        found, pooled = programme_of(cohorts(6, 8), make_study(average="cohorts"))
        rows = found.table[found.table["method"] == "likelihood"]
        errors = usable_errors(rows["std_error"].to_numpy(), rows["df"].to_numpy(), np.full(6, 1 / 8))
        assert np.ptp(errors) < 1e-12
        row = only(pooled, COHORTS)
        assert row["estimate"] == pytest.approx(rows["estimate"].mean())

    def test_cohorts_are_drawn_towards_their_average(self, make_study):
        found, pooled = programme_of(cohorts(6, 8), make_study())
        average = pooled.by_id[only(pooled, COHORTS)["id"]]
        rows = [row for row in found.rows if row.method == "likelihood"]
        values = drawn_in(rows, average, 0.1)
        for row in rows:
            assert abs(values[row.id] - average.estimate) < abs(row.estimate - average.estimate)
            assert (values[row.id] - average.estimate) * (row.estimate - average.estimate) > 0
        assert drawn_in(rows, average, 0.0) == drawn_in(rows[:4], average, 0.1) == {}


class TestCounts:
    def test_are_sums_over_cohorts(self, make_study):
        panel = cohorts(3, 8, arms=BOTH, left=2)
        pooled = programme_of(panel, make_study())[1].table
        changes, differences = (pooled[pooled["contrast"] == f"pooled_{name}"] for name in ("change", "difference"))
        counts = ["n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters"]
        assert differences[counts].to_numpy().tolist() == [[24, 18, 18, 18, 3]] * 3
        assert changes[counts[:3] + counts[4:]].to_numpy().tolist() == [[24, 18, 18, 3]] * 4
        assert changes["n_comparison"].isna().all()

    def test_a_cohort_without_an_estimate_takes_no_part(self, make_study):
        panel, study = cohorts(3, 8), make_study()
        panel.loc[panel["cohort"] == "c01", "post"] = np.nan
        without = panel[panel["cohort"] != "c01"]
        one, other = (programme_of(rows, study)[1] for rows in (panel, without))
        same_rows(one, other, rel=1e-7)
        assert (one.table["n_clusters"] == 2).all()

    @pytest.mark.parametrize("k", [3, 6])
    def test_a_shared_comparison_counts_once(self, k, make_study):
        panel = stack(cohorts(k, 8), cohorts(2, 9, arms=("control",)))
        pooled = programme_of(panel, make_study('comparison_scope = "shared"\n'))[1]
        rows = pooled.table[pooled.table["contrast"] == "pooled_difference"]
        assert rows["n_comparison"].tolist() == [18] * 3
        assert rows["n_pairs"].tolist() == [8 * k] * 3


class TestSharedComparison:
    """One comparison for several cohorts: their differences are dependent, but people are compared all the same."""

    def pooled(self, k, make_study, **settings):
        panel = stack(cohorts(k, 8), cohorts(2, 9, arms=("control",)))
        return panel, programme_of(panel, make_study('comparison_scope = "shared"\n', **settings))[1]

    @pytest.mark.parametrize("k", [3, 7])
    def test_people_have_an_average_and_cohorts_a_reason(self, k, make_study):
        _, estimates = self.pooled(k, make_study)
        check_rows(estimates)
        average = only(estimates, COHORTS, contrast="pooled_difference", arm="programme")
        assert average["reason"] == "shared_comparison"
        assert spoken(estimates, "pooled_difference") == ["ancova"]

    @pytest.mark.parametrize("k", [3, 7])
    def test_it_is_one_ancova_of_all_people(self, k, make_study):
        panel, estimates = self.pooled(k, make_study)
        X = np.column_stack([panel["arm"] == "programme", panel["pre"], np.ones(len(panel))]).astype(float)
        fit = sm.OLS(panel["post"].to_numpy(), X).fit(cov_type="HC2")
        row = only(estimates, "ancova", contrast="pooled_difference")
        assert row["estimate"] == pytest.approx(fit.params[0])
        assert row["std_error"] == pytest.approx(fit.bse[0])

    def test_declared_over_cohorts_it_has_the_reason_and_nothing_else(self, make_study):
        _, estimates = self.pooled(7, make_study, average="cohorts")
        assert spoken(estimates, "pooled_difference") == [COHORTS]


class TestPeopleOfSeveralCohorts:
    """Where a code stands for one person in all cohorts, who comes back is a cluster."""

    def panel(self, n=3):
        panel = cohorts(n, 10, arms=BOTH)
        place = panel.groupby(["cohort", "arm"]).cumcount()
        back = place < 4
        panel["person"] = panel["person"].where(~back, panel["arm"] + place.astype(str))
        lift = np.random.default_rng(1).normal(0, 1, 4)
        panel.loc[back, "post"] += lift[place[back].to_numpy()]
        return panel.assign(cluster=panel["cohort"] + panel["person"])

    @pytest.mark.parametrize(("contrast", "method"), [("pooled_change", "people"), ("pooled_difference", "ancova")])
    def test_they_are_one_cluster_and_count_once_in_each(self, contrast, method, make_study):
        place = {"contrast": contrast, "arm": "programme"}
        with_them = programme_of(self.panel(), make_study(within="study"))[1]
        row = only(with_them, method, **place)
        assert row["n_pairs"] == 30
        assert with_them.detail(row["id"], "n_persons") == 22
        apart = programme_of(self.panel(), make_study(within="cohort"))[1]
        other = only(apart, method, **place)
        assert row["estimate"] == pytest.approx(other["estimate"])
        assert row["std_error"] > 1.1 * other["std_error"]
        assert np.isnan(apart.detail(other["id"], "n_persons"))

    def test_an_average_over_cohorts_knows_how_many_they_are(self, make_study):
        found = programme_of(self.panel(6), make_study(within="study"))[1]
        row = only(found, COHORTS, contrast="pooled_change", arm="programme")
        assert (row["n_pairs"], found.detail(row["id"], "n_persons")) == (60, 6 * 6 + 4)

    def test_a_mentor_met_in_several_cohorts_is_one_too(self, make_study):
        panel = cohorts(3, 10)
        by_mentor = panel.groupby("cohort").cumcount().astype(str)
        study = make_study('clusters = "division"\n')
        together, apart = (programme_of(panel.assign(cluster=names), study)[1]
                           for names in (by_mentor, panel["cohort"] + by_mentor))  # fmt: skip
        ends = [only(pooled, "people")["df"] for pooled in (together, apart)]
        assert ends[0] < 10 < ends[1]

    def test_nobody_coming_back_changes_nothing(self, make_study):
        panel = cohorts(3, 8, arms=BOTH)
        one, other = (programme_of(panel, make_study(within=within))[1] for within in ("cohort", "study"))
        same_rows(one, other, rel=1e-8)


class TestModerators:
    def panel(self, k):
        panel = cohorts(k, 6)
        number = panel["cohort"].str[1:].astype(int)
        place = panel.groupby("cohort").cumcount()
        # the share of the south grows by a sixth every other cohort
        south = place < number % 4
        return panel.assign(
            year=(2015 + number).astype(str), division=np.where(south, "south", "north"), number=number, south=south
        )

    def test_numbers_stand_as_they_are_and_words_as_shares(self, make_study):
        panel, study = self.panel(12), make_study('moderators = ["year", "division"]\n')
        found, pooled = programme_of(panel, study)
        check_rows(pooled)
        slopes = pooled.where(pooled.table["measure"] == "slope")
        assert slopes.table["subgroup"].tolist() == ["year", "division: south"]
        assert slopes.table["id"].tolist()[0] == (
            "pooled_change:slope:reml_hk:all cohorts:leader:programme:inclusion:post:year"
        )
        assert slopes.table["p_adjusted"].isna().all()
        headline = found.table[found.table["method"].eq("jackknife") & found.table["contrast"].eq("change")]
        by_cohort = panel.groupby("cohort")[["number", "south"]].mean()
        for (_, row), values in zip(
            slopes.table.iterrows(), (by_cohort["number"] + 2015, by_cohort["south"]), strict=True
        ):
            expected = meta_regression(
                headline["estimate"].to_numpy(),
                usable_errors(headline["std_error"].to_numpy(), headline["df"].to_numpy(), np.full(12, 1 / 6)),
                values.to_numpy()[:, None],
                level=0.95,
            )
            assert numbers_of(row) == pytest.approx(numbers_in(expected.coefficients[1]), rel=1e-7)
            assert row["n_clusters"] == 12
            for name in ("tau2", "r2", "q_e", "q_e_p"):
                assert slopes.detail(row["id"], name) == pytest.approx(getattr(expected, name), nan_ok=True)

    def test_fewer_than_ten_cohorts_explain_nothing(self, make_study):
        pooled = programme_of(self.panel(9), make_study('moderators = ["year"]\n'))[1]
        check_rows(pooled)
        assert pooled.table.loc[pooled.table["measure"] == "slope", "reason"].tolist() == ["too_few_cohorts"]

    def test_a_moderator_that_is_the_same_everywhere_explains_nothing(self, make_study):
        panel = self.panel(10).assign(year="2020")
        pooled = programme_of(panel, make_study('moderators = ["year"]\n'))[1]
        assert pooled.table.loc[pooled.table["measure"] == "slope", "reason"].tolist() == ["collinear"]

    def test_cohorts_of_which_it_is_not_known_take_no_part(self, make_study):
        panel = self.panel(12)
        panel["year"] = panel["year"].mask(panel["cohort"].isin(["c00", "c05"]))
        study = make_study('moderators = ["year"]\n')
        pooled = programme_of(panel, study)[1]
        row = pooled.table[pooled.table["measure"] == "slope"].iloc[0]
        assert row["df"] == 12 - 2 - 2

    def test_it_does_not_move_the_headline(self, make_study):
        panel = self.panel(10)
        plain, with_it = (programme_of(panel, make_study(lines))[1] for lines in ("", 'moderators = ["year"]\n'))
        assert spoken(with_it) == spoken(plain) == ["people"]
        assert numbers_of(only(with_it, "people")) == numbers_of(only(plain, "people"))

    def test_differences_from_a_shared_comparison_are_not_explained(self, make_study):
        panel = stack(self.panel(10), cohorts(1, 9, arms=("control",)).assign(year="2015"))
        study = make_study('comparison_scope = "shared"\nmoderators = ["year"]\n')
        pooled = programme_of(panel, study)[1].table
        rows = pooled[pooled["measure"].eq("slope") & pooled["contrast"].eq("pooled_difference")]
        assert rows["reason"].tolist() == ["shared_comparison"]

    def test_a_trend_is_the_slope_of_when_cohorts_started(self, make_study):
        panel, study = self.panel(12).drop(columns="year"), make_study()
        found = estimate_change(panel, study=study)
        starts = {cohort: 2020 + at**2 / 2 for at, cohort in enumerate(dict.fromkeys(panel["cohort"]))}
        pooled = estimate_programme(found, study=study, panel=panel, starts=starts)
        check_rows(pooled)
        declared = panel.assign(year=panel["cohort"].map(starts).astype(str))
        by_year = programme_of(declared, make_study('moderators = ["year"]\n'))[1].table
        trend = pooled.table[pooled.table["measure"] == "trend"].iloc[0]
        slope = by_year[by_year["measure"] == "slope"].iloc[0]
        assert numbers_of(trend) == pytest.approx(numbers_of(slope), rel=1e-12)

    def test_there_is_none_where_the_start_of_some_cohort_is_unknown(self, make_study):
        panel, study = self.panel(12), make_study()
        found = estimate_change(panel, study=study)
        starts = {cohort: 2020.0 + at for at, cohort in enumerate(dict.fromkeys(panel["cohort"])) if at}
        table = estimate_programme(found, study=study, panel=panel, starts=starts).table
        assert "trend" not in set(table["measure"])

    def test_a_panel_without_it_is_refused(self, make_study):
        study = make_study('moderators = ["year"]\n')
        with pytest.raises(FrameError, match=r"no column 'year', which design\.moderators names"):
            programme_of(cohorts(2), study)


class TestPoolsThatCannotBeComputed:
    def test_of_no_cohort_there_are_no_people_either(self, make_study):
        """Nobody is in the comparison anywhere: the pool of differences is empty, not one of people without scores."""
        panel, study = cohorts(3).assign(year="2020"), make_study('moderators = ["year"]\n')
        found = estimate_difference(panel, study=study)
        table = estimate_programme(found, study=study, panel=panel).to_frame()
        assert set(table["reason"]) == {"too_few_cohorts"}
        assert table["method"].tolist() == ["ancova", COHORTS]
        assert table[["n_pre", "n_pairs", "n_comparison", "n_clusters"]].to_numpy().tolist() == [[0, 0, 0, 0]] * 2

    @pytest.mark.parametrize("k", [2, 6])
    def test_nobody_is_left_of_all_but_one_cohort(self, k, make_study):
        panel = cohorts(k, 6, arms=BOTH)
        panel["post"] = panel["post"].where(panel["cohort"] == "c00")
        pooled = programme_of(panel, make_study())[1]
        check_rows(pooled)
        assert set(pooled.table["reason"]) == {"too_few_cohorts"}

    def test_all_pairs_equal_leave_nothing_to_pool(self, make_study):
        panel = cohorts(3, 6, arms=BOTH)
        pooled = programme_of(panel.assign(post=panel["pre"] + 1), make_study())[1]
        check_rows(pooled)
        assert set(pooled.table["reason"]) == {"too_few_cohorts"}

    @pytest.mark.parametrize("k", [2, 6])
    def test_one_cluster_for_everyone(self, k, make_study):
        pooled = programme_of(cohorts(k, 6, arms=BOTH).assign(cluster="all"), make_study())[1]
        check_rows(pooled)

    @pytest.mark.parametrize("k", [2, 6])
    def test_cohorts_of_two(self, k, make_study):
        pooled = programme_of(cohorts(k, 2, arms=BOTH), make_study())[1]
        check_rows(pooled)
        assert only(pooled, "people", contrast="pooled_change", arm="programme")["reason"] is np.nan

    def test_a_panel_that_lacks_a_column_is_refused(self, make_study):
        found, _ = programme_of(cohorts(2), make_study())
        with pytest.raises(FrameError, match=r"estimate_programme needs Panel.* cluster"):
            estimate_programme(found, study=make_study(), panel=cohorts(2).drop(columns="cluster"))


def test_unlinked_waves_are_averaged_over_people_from_their_rows(make_study):
    study = make_study()
    unlinked = read_study(study.path)
    text = (study.path / "study.toml").read_text().replace("[link]", '[link]\nmethod = "none"')
    (study.path / "study.toml").write_text(text)
    unlinked = read_study(study.path)
    pooled = estimate_programme(estimate_change(cohorts(3), study=unlinked), study=unlinked, panel=cohorts(3))
    assert pooled.table["method"].tolist() == ["welch", COHORTS]


def test_order_of_rows_does_not_matter(make_study):
    panel, study = cohorts(5, 6, arms=BOTH, left=1), make_study()
    same_rows(*(programme_of(rows, study)[1] for rows in (panel, panel.sample(frac=1, random_state=1))), rel=1e-5)
