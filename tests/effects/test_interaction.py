"""Differences between roles and declared groups: whose, by which model, and what cannot be computed."""

import numpy as np
import pandas as pd
import pytest
from small_panels import check_rows, drawn, numbers_in, numbers_of, only, panel_of, same_rows, stack

from rm_research.effects import estimate_change, estimate_difference
from rm_research.effects.estimates import headlines
from rm_research.errors import FrameError
from rm_research.stats.mixed.ladder import mixed_contrast
from rm_research.stats.mixed.terms import Term
from rm_research.stats.power import detectable
from rm_research.stats.regression import cr2, least_squares

NAN = np.nan
COUNTS = ["n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters"]
SPLIT = 'interactions = ["role", "division"]'
COMPARED = 'comparison = "control"\nunit = "{}"\ninteractions = ["role", "division"]'.format


def role_of(seed: int, role: str, n: int = 12, **columns) -> pd.DataFrame:
    """People of a role, half of them in each division."""
    rows = panel_of(*drawn(seed, n), role=role, **columns)
    rows = rows.assign(person=role + rows["person"], division=np.resize(["north", "south"], n))
    return rows if "cluster" in columns else rows.assign(cluster=rows["cohort"] + rows["person"])


def both_roles(seed: int = 1, n: int = 12, **columns) -> pd.DataFrame:
    return stack(role_of(seed, "leader", n, **columns), role_of(seed + 50, "mentor", n, **columns))


def both_arms(seed: int = 1, n: int = 12) -> pd.DataFrame:
    return stack(both_roles(seed, n), both_roles(seed + 7, n, arm="control"))


def in_dyads(panel: pd.DataFrame) -> pd.DataFrame:
    """The first leader with the first mentor, and so on."""
    place = panel.groupby(["arm", "role"]).cumcount().astype(str)
    return panel.assign(cluster=panel["arm"] + place)


def some_left(panel: pd.DataFrame, every: int = 4) -> pd.DataFrame:
    return panel.assign(post=panel["post"].where(np.arange(len(panel)) % every != 0))


def between(estimates):
    """Rows that set groups against each other."""
    return estimates.where(estimates.table["contrast"].isin(["role_difference", "interaction"]))


def keys(estimates) -> list[tuple[str, str, str]]:
    table = between(estimates).table
    table = table[headlines(table)]
    return list(zip(table["contrast"], table["method"], table["subgroup"], strict=True))


class TestRows:
    def test_roles_are_always_set_against_each_other(self, make_study):
        estimates = estimate_change(both_roles(), study=make_study())
        assert keys(estimates) == [("role_difference", "jackknife", "leader − mentor")]
        row = between(estimates).table.iloc[0]
        assert row["id"] == "role_difference:mean:jackknife:one:leader:programme:inclusion:post:leader − mentor"
        assert row[["cohort", "role", "arm", "scale", "wave", "measure"]].tolist() == [
            "one", "leader", "programme", "inclusion", "post", "mean"]  # fmt: skip
        assert row["p_adjusted"] == row["p_value"]  # a headline of its own, and a family of one
        assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.95)

    def test_a_single_role_has_nothing_to_differ_from(self, make_study):
        assert keys(estimate_change(role_of(1, "leader"), study=make_study(SPLIT))) == [
            ("interaction", "jackknife", "division: south − north")
        ]

    def test_every_two_of_three_roles(self, make_study):
        panel = stack(both_roles(), role_of(9, "coach"))
        found = [subgroup for _, _, subgroup in keys(estimate_change(panel, study=make_study()))]
        assert found == ["leader − mentor", "leader − coach", "mentor − coach"]

    def test_declared_groups_of_a_single_group_study_differ_in_change(self, make_study):
        estimates = estimate_change(both_roles(), study=make_study(SPLIT))
        assert keys(estimates)[1:] == [("interaction", "jackknife", "division: south − north")] * 2
        table = between(estimates).table
        assert table.loc[headlines(table), "role"].tolist() == ["leader", "leader", "mentor"]
        assert estimates.table["id"].is_unique

    def test_with_a_comparison_effects_differ_not_changes(self, make_study):
        study = make_study(COMPARED("person"))
        assert keys(estimate_change(both_arms(), study=study)) == [("role_difference", "jackknife", "leader − mentor")]
        assert keys(estimate_difference(both_arms(), study=study)) == [
            ("interaction", "ancova", "leader − mentor"),
            ("interaction", "ancova", "division: south − north"),
            ("interaction", "ancova", "division: south − north"),
        ]

    def test_groups_that_nobody_declared_are_not_compared(self, make_study):
        study = make_study('comparison = "control"')
        assert keys(estimate_difference(both_arms(), study=study)) == []
        assert keys(estimate_change(both_roles(), study=make_study('interactions = ["role"]'))) == [
            ("role_difference", "jackknife", "leader − mentor")
        ]

    def test_unlinked_waves_tell_nothing_of_persons(self, make_study):
        study = make_study(SPLIT, link='method = "none"')
        assert keys(estimate_change(both_roles(), study=study)) == []

    def test_every_group_beside_the_first_by_name(self, make_study):
        panel = role_of(1, "leader").assign(division=np.repeat(["b", "c", "a"], 4))
        found = [subgroup for _, _, subgroup in keys(estimate_change(panel, study=make_study(SPLIT)))]
        assert found == ["division: b − a", "division: c − a"]

    @pytest.mark.parametrize("division", ["north", None])
    def test_one_group_or_none_is_nothing_to_compare(self, division, make_study):
        panel = role_of(1, "leader").assign(division=pd.Series([division] * 12, dtype="str"))
        assert keys(estimate_change(panel, study=make_study(SPLIT))) == []

    def test_who_is_in_no_group_takes_no_part(self, make_study):
        panel, study = role_of(1, "leader"), make_study(SPLIT)
        none = role_of(2, "leader").assign(division=None).assign(person=lambda rows: "u" + rows["person"])
        none["cluster"] = none["person"]
        found, expected = (between(estimate_change(rows, study=study)) for rows in (stack(panel, none), panel))
        same_rows(found, expected, rel=1e-7)

    def test_arms_cohorts_scales_and_waves_are_kept_apart(self, make_study):
        usual = {"arm": "programme", "cohort": "one", "scale": "inclusion", "wave": "post"}
        others = ({}, {"arm": "short"}, {"cohort": "two"}, {"scale": "mood"}, {"wave": "later"})
        parts = [both_roles(seed, 4, **usual | other) for seed, other in enumerate(others)]
        table = between(estimate_change(stack(*parts), study=make_study())).table
        assert table["method"].value_counts().to_dict() == dict.fromkeys(("jackknife", "paired_t", "likelihood"), 5)
        assert (table["n_pairs"] == 4).all()
        assert (table["n_comparison"] == 4).all()

    def test_a_panel_without_the_attribute_is_refused(self, make_study):
        panel = role_of(1, "leader").drop(columns="division")
        with pytest.raises(FrameError, match=r"no column 'division', which design\.interactions names"):
            estimate_change(panel, study=make_study(SPLIT))


class TestCounts:
    def test_of_roles(self, make_study):
        panel = some_left(in_dyads(stack(role_of(1, "leader", 12), role_of(2, "mentor", 8))))
        estimates = between(estimate_change(panel, study=make_study()))
        row, paired = estimates.table.iloc[0], panel.dropna(subset=["pre", "post"])
        n = paired["role"].value_counts()
        assert row[COUNTS].tolist() == [12, n["leader"], n["leader"], n["mentor"], paired["cluster"].nunique()]
        assert estimates.detail(row["id"], "n_fewest") == n.min()

    def test_of_groups_in_both_arms(self, make_study):
        panel = some_left(both_arms(), every=5)
        estimates = between(estimate_difference(panel, study=make_study(COMPARED("person"))))
        paired = panel.dropna(subset=["pre", "post"])
        n, of_role = paired.groupby(["role", "arm"]).size(), paired["role"].value_counts()
        own = panel[panel["role"] == "leader"]
        row = estimates.table.iloc[0]
        assert row["subgroup"] == "leader − mentor"
        assert row[COUNTS].tolist() == [
            len(own), own["post"].count(), of_role["leader"], of_role["mentor"], len(paired)
        ]  # fmt: skip
        assert estimates.detail(row["id"], "n_fewest") == n.min()


def mixed_by_hand(panel, *, level=0.95, clustered=False):
    """Difference in change, by role, of everyone with a score before."""
    people = panel.dropna(subset=["pre"]).reset_index(drop=True)
    long = people.melt(["person", "role", "cluster"], ["pre", "post"], value_name="y").dropna(subset=["y"])
    after, first = (long["variable"] == "post").to_numpy(float), (long["role"] == "leader").to_numpy(float)
    X = np.column_stack([np.ones(len(long)), after, first, first * after])
    terms = [Term("person", pd.factorize(long["person"])[0])]
    if clustered:
        terms.append(Term("cluster", pd.factorize(long["cluster"])[0]))
        terms.append(Term("cluster_wave", long.groupby(["cluster", "variable"]).ngroup().to_numpy()))
    return mixed_contrast(long["y"].to_numpy(float), X, [0, 0, 0, 1], terms, level=level, observed=True)


class TestDifferenceInChange:
    @pytest.mark.parametrize("left", [False, True])
    @pytest.mark.parametrize("clustered", [False, True])
    def test_next_to_it_is_the_mixed_model_s(self, left, clustered, make_study):
        panel = some_left(both_roles(3, 14)) if left else both_roles(3, 14)
        panel = in_dyads(panel) if clustered else panel
        row = only(between(estimate_change(panel, study=make_study(reporting="level = 0.9"))), "likelihood")
        expected = mixed_by_hand(panel, level=0.9, clustered=clustered)
        assert numbers_of(row) == pytest.approx(numbers_in(expected), rel=1e-6)

    @pytest.mark.parametrize("method", ["jackknife", "paired_t"])
    @pytest.mark.parametrize("dyads", [False, True])
    def test_is_that_of_both_changes(self, dyads, method, make_study):
        """Those of everyone, and those of people who answered both times."""
        panel = some_left(in_dyads(both_roles(4)) if dyads else both_roles(4))
        estimates = estimate_change(panel, study=make_study())
        leader, mentor = (only(estimates, method, contrast="change", role=role) for role in ("leader", "mentor"))
        row = only(estimates, method, contrast="role_difference")
        assert row["estimate"] == pytest.approx(leader["estimate"] - mentor["estimate"], rel=1e-9)
        apart = np.hypot(leader["std_error"], mentor["std_error"])
        assert (row["std_error"] == pytest.approx(apart, rel=1e-9)) != dyads

    def test_equal_spread_makes_it_the_t_test_of_two_changes(self, make_study):
        """With all pairs complete, REML pools the variance of the changes as Student's test of two groups does."""
        panel = both_roles(4, 15)
        row = only(between(estimate_change(panel, study=make_study())), "likelihood")
        changes = [rows["post"] - rows["pre"] for _, rows in panel.groupby("role")]
        pooled = np.mean([change.var(ddof=1) for change in changes])
        assert row["std_error"] == pytest.approx(np.sqrt(2 * pooled / 15), rel=1e-6)
        assert row["df"] == pytest.approx(28, rel=1e-5)

    def test_the_other_way_round_it_is_its_negative(self, make_study):
        panel, study = some_left(both_roles(5)), make_study()
        turned = panel.assign(role=panel["role"].map({"leader": "mentor", "mentor": "leader"}))
        one, other = (between(estimate_change(rows, study=study)).table.iloc[0] for rows in (panel, turned))
        assert one["estimate"] == pytest.approx(-other["estimate"], rel=1e-7)
        assert one["std_error"] == pytest.approx(other["std_error"], rel=1e-6)


class TestDifferenceInEffect:
    @pytest.mark.parametrize("unit", ["person", "dyad"])
    def test_is_that_of_both_differences(self, unit, make_study):
        panel = some_left(both_arms(6), every=7)
        estimates = estimate_difference(panel, study=make_study(COMPARED(unit)))
        leader, mentor = (only(estimates, "ancova", contrast="difference", role=role) for role in ("leader", "mentor"))
        row = only(estimates, "ancova", subgroup="leader − mentor")
        assert row["estimate"] == pytest.approx(leader["estimate"] - mentor["estimate"], rel=1e-9)
        # nobody is in both roles, and each has a regression of its own
        assert row["std_error"] == pytest.approx(np.hypot(leader["std_error"], mentor["std_error"]), rel=1e-9)

    @pytest.mark.parametrize("unit", ["person", "division"])
    def test_is_that_of_one_regression(self, unit, make_study):
        panel = both_arms(6)
        panel = panel.assign(cluster=[f"d{place // 3}" for place in range(48)]) if unit == "division" else panel
        row = only(estimate_difference(panel, study=make_study(COMPARED(unit))), "ancova", subgroup="leader − mentor")
        first, in_arm = (panel["role"] == "leader").to_numpy(float), (panel["arm"] == "programme").to_numpy(float)
        pre = panel["pre"].to_numpy(float)
        X = np.column_stack([np.ones(48), in_arm, pre, first, first * in_arm, first * pre])
        fit = least_squares(X, panel["post"].to_numpy(float))
        clusters = panel["cluster"].to_numpy(object)
        expected = cr2(fit, np.arange(48) if unit == "person" else clusters, 4, level=0.95)
        assert numbers_of(row) == pytest.approx(numbers_in(expected), rel=1e-9)

    def test_of_a_shared_comparison_all_its_parts_count(self, make_study):
        parts = [both_roles(seed, 6, cohort=cohort, arm=arm) for seed, (cohort, arm) in
                 enumerate([("one", "programme"), ("one", "control"), ("two", "control")])]  # fmt: skip
        study = make_study(COMPARED("person") + '\ncomparison_scope = "shared"')
        row = only(estimate_difference(stack(*parts), study=study), "ancova", subgroup="leader − mentor")
        assert row[["n_pairs", "n_comparison"]].tolist() == [18, 18]


def leaders(panel):
    return panel["role"] == "leader"


FEW, ALIKE, LATE = "too_few_pairs", "no_variation", "not_asked_at_baseline"
OF_CHANGE = {
    "one mentor": (lambda panel: panel[leaders(panel) | (panel.index == 12)], FEW),
    "mentors all left": (lambda panel: panel.assign(post=panel["post"].where(leaders(panel))), FEW),
    "all left": (lambda panel: panel.assign(post=NAN), FEW),
    "nobody before": (lambda panel: panel.assign(pre=NAN), FEW),
    "all moved alike": (lambda panel: panel.assign(post=panel["pre"] + 1), ALIKE),
    "all alike throughout": (lambda panel: panel.assign(pre=3.0, post=4.0), ALIKE),
    "asked late": (lambda panel: panel.assign(scale="aftermath"), LATE),
}


@pytest.mark.parametrize("case", OF_CHANGE)
def test_differences_in_change_that_cannot_be_computed(case, make_study):
    spoil, reason = OF_CHANGE[case]
    estimates = estimate_change(spoil(both_roles()), study=make_study())
    check_rows(estimates)
    assert between(estimates).table["reason"].tolist() == [reason] * 3


def arm_of(panel):
    return panel["arm"] == "programme"


NOBODY = "no_comparison_here"
OF_EFFECT = {
    "mentors of the programme left": (
        lambda panel: panel.assign(post=panel["post"].where(leaders(panel) | ~arm_of(panel))), FEW),
    "mentors of the comparison left": (
        lambda panel: panel.assign(post=panel["post"].where(leaders(panel) | arm_of(panel))), NOBODY),
    "no mentors in the comparison": (lambda panel: panel[leaders(panel) | arm_of(panel)], NOBODY),
    "one mentor in the programme": (
        lambda panel: panel[leaders(panel) | ~arm_of(panel) | (panel.index == 12)], "one_of_a_kind"),
    "all left": (lambda panel: panel.assign(post=NAN), FEW),
    "all alike before": (lambda panel: panel.assign(pre=1.0), "collinear"),
    "before says the arm": (lambda panel: panel.assign(pre=arm_of(panel) * 1.0), "collinear"),
    "all moved alike": (lambda panel: panel.assign(post=panel["pre"] + 1), ALIKE),
    "one cluster": (lambda panel: panel.assign(cluster="all"), "too_few_clusters"),
    "asked late": (lambda panel: panel.assign(scale="aftermath"), LATE),
}  # fmt: skip


@pytest.mark.parametrize("case", OF_EFFECT)
def test_differences_in_effect_that_cannot_be_computed(case, make_study):
    spoil, reason = OF_EFFECT[case]
    estimates = estimate_difference(spoil(both_arms()), study=make_study(COMPARED("person")))
    check_rows(estimates)
    assert only(estimates, "ancova", subgroup="leader − mentor")["reason"] == reason


def test_one_cluster_for_everyone_still_lets_roles_differ(make_study):
    """Leaders and mentors of one unit differ within it, whatever units differ by."""
    alone, apart = (between(estimate_change(panel, study=make_study())) for panel in
                    (both_roles().assign(cluster="all"), both_roles()))  # fmt: skip
    check_rows(alone)
    assert alone.table["n_clusters"].tolist() == [1] * 3
    assert alone.table["estimate"].tolist() == pytest.approx(apart.table["estimate"].tolist(), rel=1e-6)
    assert alone.table.loc[0, ["std_error", "ci_low", "p_value"]].isna().all()
    assert alone.table.loc[0, "reason"] == "too_few_clusters"


def test_alike_before_everyone_changed_by_what_they_came_to(make_study):
    panel = both_roles().assign(pre=2.0)
    estimates = estimate_change(panel, study=make_study())
    check_rows(estimates)
    after = panel.groupby("role")["post"].mean()
    row = only(estimates, "jackknife", contrast="role_difference")
    assert row["estimate"] == pytest.approx(after["leader"] - after["mentor"], rel=1e-9)


@pytest.mark.parametrize("unit", [1e-3, 1e6])
def test_the_unit_of_the_scores_does_not_matter(unit, make_study):
    panel, study = some_left(both_roles()), make_study()
    scaled = panel.assign(pre=panel["pre"] * unit, post=panel["post"] * unit)
    one, other = (between(estimate_change(rows, study=study)).table.iloc[0] for rows in (panel, scaled))
    assert other["estimate"] == pytest.approx(unit * one["estimate"], rel=1e-6)
    assert other["p_value"] == pytest.approx(one["p_value"], rel=1e-5)


def test_order_of_rows_does_not_matter(make_study):
    panel = in_dyads(some_left(both_arms(), every=5))
    study = make_study(COMPARED("dyad"))
    shuffled = panel.sample(frac=1, random_state=2)
    for verb in (estimate_change, estimate_difference):
        same_rows(*(between(verb(rows, study=study)) for rows in (panel, shuffled)), rel=1e-5)
