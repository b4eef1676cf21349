"""estimate_difference: its rows against R, who is compared with whom, and what cannot be computed."""

import numpy as np
import pytest
from small_panels import drawn, golden, only, panel_of, stack

from rm_research.effects import estimate_difference
from rm_research.stats.power import detectable

COLUMNS = ["estimate", "std_error", "statistic", "p_value", "ci_low", "ci_high", "df"]
TIDY = ["estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high", "df"]
NAMED = 'comparison = "control"\nunit = "{}"'.format


def of_golden(data):
    clusters = "school " + data["cluster"].astype(str) if "cluster" in data else [f"p{at}" for at in range(len(data))]
    return panel_of(
        data["pre"], data["post"], arm=np.where(data["treat"] == 1, "programme", "control"), cluster=clusters
    )


@pytest.mark.parametrize(
    ("name", "unit", "results"),
    [
        ("ancova_btheb", "person", {"ancova": "HC2", "change_score": "change_HC2"}),
        ("ancova_cr2_bdf24", "division", {"ancova": "CR2_estimatr", "change_score": "change_CR2"}),
    ],
)
def test_rows_equal_r(name, unit, results, make_study):
    r, data = golden(name)
    estimates = estimate_difference(of_golden(data), study=make_study(NAMED(unit)))
    assert estimates.to_frame()["method"].tolist() == list(results)
    treated = data["treat"] == 1
    for method, result in results.items():
        row = only(estimates, method)
        (theirs,) = (line for line in r[result] if line["term"] == "treat")
        assert row[COLUMNS].astype(float).tolist() == pytest.approx(
            [theirs[column] for column in TIDY], rel=1e-8, abs=0
        )
        counts = [row[column] for column in ("n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters")]
        of_arm = [data.loc[treated, column].count() for column in ("pre", "post")]
        assert counts == [*of_arm, r["n_treat"], r["n_control"], r.get("n_clusters", r["n"])]
        assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.95)
        assert row["reason"] is None or row["reason"] != row["reason"]
        facts = ["difference", "mean", "one", "leader", "programme", "inclusion", "post"]
        assert row["id"] == ":".join([*facts[:2], method, *facts[2:]])
    assert set(estimates.details["quantity"]) == ({"n_clusters"} if unit == "division" else set())


def both_arms(seed=1, n=12, **columns):
    programme, control = panel_of(*drawn(seed, n), **columns), panel_of(*drawn(seed + 50, n), arm="control", **columns)
    return stack(programme, control)


def test_programme_minus_comparison(make_study):
    programme = panel_of([1, 2, 3, 4.5], [3, 4, 6, 7])
    panel = stack(programme, panel_of([1, 2, 3, 4], [1, 2, 4, 4], arm="control"))
    row = only(estimate_difference(panel, study=make_study(NAMED("person"))), "change_score")
    assert row["estimate"] == pytest.approx((2 + 2 + 3 + 2.5) / 4 - 1 / 4)


def test_no_comparison_arm_and_unlinked_waves_give_no_rows(make_study):
    panel = both_arms()
    assert len(estimate_difference(panel, study=make_study())) == 0
    assert len(estimate_difference(panel, study=make_study(NAMED("person"), link='method = "none"'))) == 0


def test_each_arm_is_compared_with_the_comparison_alone(make_study):
    study = make_study(NAMED("person"))
    arms = {arm: panel_of(*drawn(seed), arm=arm) for seed, arm in enumerate(("short", "long", "remote"))}
    control = panel_of(*drawn(9), arm="control")
    table = estimate_difference(stack(*arms.values(), control), study=study).to_frame()
    assert table["arm"].unique().tolist() == ["long", "remote", "short"]
    assert (table["n_comparison"] == 12).all()
    for arm, panel in arms.items():
        alone = estimate_difference(stack(panel, control), study=study).to_frame()
        found = table[table["arm"] == arm].reset_index(drop=True)
        np.testing.assert_array_equal(found[COLUMNS].to_numpy(float), alone[COLUMNS].to_numpy(float))
    family = table[table["method"] == "ancova"].sort_values("p_value")
    raw = family["p_value"].to_numpy()
    assert family["p_adjusted"].tolist() == pytest.approx(np.maximum.accumulate(raw * [3, 2, 1]).clip(max=1))


def two_cohorts():
    first = both_arms(1, cohort="one")
    second = both_arms(2, cohort="two")
    return first, second


def test_a_cohort_is_compared_with_its_own_comparison(make_study):
    study = make_study(NAMED("person"))
    together = estimate_difference(stack(*two_cohorts()), study=study).to_frame()
    for name, panel in zip(("one", "two"), two_cohorts(), strict=True):
        alone = estimate_difference(panel, study=study).to_frame()
        found = together[together["cohort"] == name].reset_index(drop=True)
        np.testing.assert_array_equal(found[COLUMNS].to_numpy(float), alone[COLUMNS].to_numpy(float))


def test_a_shared_comparison_serves_every_cohort(make_study):
    study = make_study(NAMED("person") + '\ncomparison_scope = "shared"')
    first, second = two_cohorts()
    table = estimate_difference(stack(first, second), study=study).to_frame()
    assert (table["n_comparison"] == 24).all()
    assert (table["n_pairs"] == 12).all()
    assert (table["n_clusters"] == 36).all()
    controls = stack(first, second).query("arm == 'control'").assign(cohort="one")
    controls["person"] = [f"c{place}" for place in range(len(controls))]
    alone = estimate_difference(
        stack(first.query("arm == 'programme'"), controls), study=make_study(NAMED("person"))
    ).to_frame()
    of_first = table[table["cohort"] == "one"]
    np.testing.assert_allclose(of_first[COLUMNS].to_numpy(float), alone[COLUMNS].to_numpy(float), rtol=1e-10)


def test_a_shared_comparison_elsewhere_is_enough(make_study):
    first, second = two_cohorts()
    panel = stack(first.query("arm == 'programme'"), second)
    shared = make_study(NAMED("person") + '\ncomparison_scope = "shared"')
    assert estimate_difference(panel, study=shared).to_frame()["reason"].isna().all()
    own = estimate_difference(panel, study=make_study(NAMED("person"))).to_frame()
    assert own.loc[own["cohort"] == "one", "reason"].tolist() == ["no_comparison_here"] * 2
    assert own.loc[own["cohort"] == "two", "reason"].isna().all()


def test_a_person_of_several_cohorts_in_a_shared_comparison_is_a_cluster(make_study):
    first, second = two_cohorts()
    panel = stack(first, second)
    panel["cluster"] = panel["cluster"].where(panel["arm"] == "programme", panel["person"])
    study = make_study(NAMED("person") + '\ncomparison_scope = "shared"')
    estimates = estimate_difference(panel, study=study)
    assert (estimates.to_frame()["n_clusters"] == 24).all()
    assert (estimates.details["value"] == 24).all()


def test_dyads_are_clusters_even_where_each_holds_one_person(make_study):
    panel = both_arms()
    by_dyad = only(estimate_difference(panel, study=make_study(NAMED("dyad"))), "ancova")
    by_person = only(estimate_difference(panel, study=make_study(NAMED("person"))), "ancova")
    assert by_dyad["std_error"] == pytest.approx(by_person["std_error"], rel=1e-10)
    assert by_dyad["df"] != by_person["df"] == 21


def test_clusters_may_be_declared_apart_from_the_unit(make_study):
    panel = both_arms().assign(cluster=[f"d{place // 4}" for place in range(24)])
    study = make_study(NAMED("person") + '\nclusters = "division"')
    row = only(estimate_difference(panel, study=study), "ancova")
    assert row["n_clusters"] == 6
    assert row["df"] < 6


def reasons_of(panel, study):
    return estimate_difference(panel, study=study).to_frame()["reason"].tolist()


NAN = np.nan


def test_reasons(make_study):
    study = make_study(NAMED("person"))
    programme, control = panel_of(*drawn(1)), panel_of(*drawn(2), arm="control")
    nobody = panel_of([3, NAN], [NAN, 3])
    assert reasons_of(programme, study) == ["no_comparison_here"] * 2
    assert reasons_of(stack(programme, nobody.assign(arm="control")), study)[:2] == ["no_comparison_here"] * 2
    assert reasons_of(stack(nobody, control), study) == ["too_few_pairs"] * 2
    assert reasons_of(nobody, study) == ["too_few_pairs"] * 2
    assert reasons_of(stack(panel_of([3], [4]), control), study) == ["one_of_a_kind"] * 2
    assert reasons_of(stack(programme, panel_of([3], [4], arm="control")), study) == ["one_of_a_kind"] * 2
    assert reasons_of(stack(panel_of([3], [4]), panel_of([3], [4], arm="control")), study) == ["too_few_people"] * 2
    level = stack(programme, control).assign(pre=0.3)
    assert estimate_difference(level, study=study).to_frame()["reason"].fillna("").tolist() == ["collinear", ""]
    alike = stack(programme, control)
    alike["post"] = alike["pre"] + (alike["arm"] == "programme") / 3
    assert reasons_of(alike, study) == ["no_variation"] * 2
    late = stack(programme, control).assign(scale="aftermath")
    assert reasons_of(late, study) == ["not_asked_at_baseline"] * 2


def test_reasons_of_clusters(make_study):
    study = make_study(NAMED("dyad"))
    programme, control = panel_of(*drawn(1)), panel_of(*drawn(2), arm="control")
    assert reasons_of(stack(programme, control).assign(cluster="all"), study) == ["too_few_clusters"] * 2
    assert reasons_of(stack(programme.assign(cluster="one"), control), study) == ["too_few_clusters"] * 2
    assert reasons_of(stack(programme, control.assign(cluster="one")), study) == ["too_few_clusters"] * 2
    assert reasons_of(stack(panel_of([3], [4]), control), study) == ["too_few_clusters"] * 2


def test_cohorts_as_units_have_one_cluster_in_the_arm(make_study):
    """A cohort that was assigned as a whole is one cluster: nothing says how much cohorts differ by themselves."""
    parts = [panel_of(*drawn(seed), cohort=f"c{seed}", arm="control", cluster=f"c{seed}") for seed in range(4)]
    panel = stack(panel_of(*drawn(9), cluster="one"), *parts)
    study = make_study(NAMED("cohort") + '\ncomparison_scope = "shared"')
    table = estimate_difference(panel, study=study).to_frame()
    assert table["reason"].tolist() == ["too_few_clusters"] * 2
    assert (table["n_clusters"] == 5).all()
    assert reasons_of(panel, make_study(NAMED("cohort"))) == ["no_comparison_here"] * 2
