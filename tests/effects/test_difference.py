"""estimate_difference: its rows against R and stats, who is compared with whom, and what cannot be computed."""

import numpy as np
import pytest
from scipy.stats import t
from small_panels import check_rows, drawn, golden, numbers_in, numbers_of, only, panel_of, same_rows, stack

from rm_research.effects import estimate_difference
from rm_research.effects.estimates import headlines
from rm_research.effects.groups import generator
from rm_research.stats.mixed.two_waves import constrained_likelihood
from rm_research.stats.power import detectable
from rm_research.stats.regression import least_squares
from rm_research.stats.resampling import randomisation, wild_bootstrap
from rm_research.stats.sensitivity import e_value_of_difference
from rm_research.stats.standardised import d_ppc2

COLUMNS = ["estimate", "std_error", "statistic", "p_value", "ci_low", "ci_high", "df"]
TIDY = ["estimate", "std.error", "statistic", "p.value", "conf.low", "conf.high", "df"]
NAMED = 'comparison = "control"\nunit = "{}"'.format
DRAWN_BY_LOT = 'comparison = "control"\nassignment = "randomised"\nunit = "{}"'.format
USUAL = [("mean", "ancova"), ("mean", "change_score"), ("d_ppc2", "change_score")]


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
    table = estimates.to_frame()
    left = (data["pre"].notna() & data["post"].isna()).sum()
    usual = [row for row in USUAL if unit == "person" or row != ("d_ppc2", "change_score")]  # which knows no clusters
    assert list(zip(table["measure"], table["method"], strict=True)) == usual + [("mean", "imputed")] * bool(left)
    treated = data["treat"] == 1
    for method, result in results.items():
        row = only(estimates, method)
        (theirs,) = (line for line in r[result] if line["term"] == "treat")
        expected = dict(zip(COLUMNS, (theirs[column] for column in TIDY), strict=True))
        if unit == "person":  # R's HC2 has n − k degrees of freedom, ours are Satterthwaite's
            expected = with_df(expected, satterthwaite(data, method))
        assert row[COLUMNS].astype(float).tolist() == pytest.approx(list(expected.values()), rel=1e-8, abs=0)
        counts = [row[column] for column in ("n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters")]
        of_arm = [data.loc[treated, column].count() for column in ("pre", "post")]
        assert counts == [*of_arm, r["n_treat"], r["n_control"], r.get("n_clusters", r["n"])]
        assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.95)
        assert row["reason"] is None or row["reason"] != row["reason"]
        facts = ["difference", "mean", "one", "leader", "programme", "inclusion", "post"]
        assert row["id"] == ":".join([*facts[:2], method, *facts[2:]])
        found = estimates.details[estimates.details["id"] == row["id"]].set_index("quantity")["value"].to_dict()
        heads = method == "change_score"
        assert set(found) == {"n_clusters", "n_left"} | (ARMS if heads else set())
        assert (found["n_clusters"], found["n_left"]) == (row["n_clusters"], left)


ARMS = {f"{name}{end}" for name in ("change_arm", "change_comparison", "gap") for end in ("", "_low", "_high")}


def satterthwaite(data, method):
    """Degrees of freedom of HC2 by the definition (Bell & McCaffrey 2002): of all people, with n × n matrices."""
    both = data.dropna(subset=["pre", "post"])
    columns = [np.ones(len(both)), both["treat"], *([both["pre"]] if method == "ancova" else [])]
    X = np.column_stack(columns).astype(float)
    inverse = np.linalg.inv(X.T @ X)
    residual = np.eye(len(X)) - X @ inverse @ X.T
    weight = (X @ inverse)[:, 1] / np.sqrt(np.diag(residual))
    parts = residual * weight
    gram = parts.T @ parts
    return np.trace(gram) ** 2 / (gram**2).sum()


def with_df(expected, df):
    half = t.ppf(0.975, df) * expected["std_error"]
    ends = {"ci_low": expected["estimate"] - half, "ci_high": expected["estimate"] + half}
    return expected | ends | {"p_value": 2 * t.sf(abs(expected["statistic"]), df), "df": df}


def test_arms_are_those_of_the_people_in_the_difference(make_study):
    """So that their changes subtract to the change score; the gap is that of the same people."""
    programme, control = (
        panel_of([1, 2, 3, 5], [3, 4, 6, NAN]),
        panel_of([1, 2, 3, 4, 1], [1, 2, 4, 4, NAN], arm="control"),
    )
    estimates = estimate_difference(stack(programme, control), study=make_study(NAMED("person")))
    row = only(estimates, "change_score")
    arm, other, gap = (estimates.detail(row["id"], name) for name in ("change_arm", "change_comparison", "gap"))
    assert (arm, other, gap) == pytest.approx((7 / 3, 1 / 4, 2 - 2.5))
    assert arm - other == pytest.approx(row["estimate"])
    assert estimates.detail(row["id"], "change_arm_low") == pytest.approx(7 / 3 - t.ppf(0.975, 2) / 3)


@pytest.mark.parametrize(
    ("assignment", "picked", "head"),
    [("self-selected", "", "change_score"), ("matched", "", "ancova"), ("randomised", "", "ancova"),
     ("self-selected", "picked = { below = 3, mean = 3.5, sd = 1 }", "ancova")],
)  # fmt: skip
@pytest.mark.parametrize("left", [0, 1, 8])
def test_the_declared_assignment_decides_the_headline(assignment, picked, head, left, make_study):
    """Whatever leaving does."""
    design = f'comparison = "control"\nassignment = "{assignment}"'
    panel = both_arms()
    panel.loc[: left - 1, "post"] = NAN
    table = estimate_difference(panel, study=make_study(design, inclusion=picked)).to_frame()
    assert table.loc[headlines(table), "method"].tolist() == [head]


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
    ways = table[table["method"].isin(["ancova", "change_score"]) & (table["measure"] == "mean")]
    family = ways[ways["method"] == "change_score"]
    raw = ways.groupby("arm")["p_value"].max().sort_values()  # no lot was drawn: the larger one of both ways
    expected = dict(zip(raw.index, np.maximum.accumulate(raw * [3, 2, 1]).clip(upper=1), strict=True))
    assert dict(zip(family["arm"], family["p_adjusted"], strict=True)) == pytest.approx(expected)


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
    assert own.loc[own["cohort"] == "one", "reason"].tolist() == ["no_comparison_here"] * 3
    assert own.loc[own["cohort"] == "two", "reason"].isna().all()


def test_a_person_of_several_cohorts_in_a_shared_comparison_is_a_cluster(make_study):
    first, second = two_cohorts()
    panel = stack(first, second)
    panel["cluster"] = panel["cluster"].where(panel["arm"] == "programme", panel["person"])
    study = make_study(NAMED("person") + '\ncomparison_scope = "shared"')
    estimates = estimate_difference(panel, study=study)
    assert (estimates.to_frame()["n_clusters"] == 24).all()
    counted = estimates.details["quantity"] == "n_clusters"
    assert estimates.details.loc[counted, "value"].tolist() == [24] * 4  # CR2 of both regressions, in both cohorts


def test_dyads_are_clusters_even_where_each_holds_one_person(make_study):
    panel = both_arms()
    by_dyad = only(estimate_difference(panel, study=make_study(NAMED("dyad"))), "ancova")
    by_person = only(estimate_difference(panel, study=make_study(NAMED("person"))), "ancova")
    for name in ("std_error", "df"):
        assert by_dyad[name] == pytest.approx(by_person[name], rel=1e-10)


def test_clusters_may_be_declared_apart_from_the_unit(make_study):
    panel = both_arms().assign(cluster=[f"d{place // 4}" for place in range(24)])
    study = make_study(NAMED("person") + '\nclusters = "division"')
    row = only(estimate_difference(panel, study=study), "ancova")
    assert row["n_clusters"] == 6
    assert row["df"] < 6


def arrays(panel):
    """Scores before, after, arm and cluster of everyone."""
    return (panel["pre"].to_numpy(float), panel["post"].to_numpy(float), (panel["arm"] == "programme").to_numpy(float),
            panel["cluster"].to_numpy(object))  # fmt: skip


def some_left(panel, n=4):
    """Let the first n people of each arm have no score after."""
    place = panel.groupby("arm").cumcount()
    return panel.assign(post=panel["post"].where(place >= n))


class TestBesideTheHeadline:
    def test_everyone_counts_where_a_lot_decided(self, make_study):
        panel = some_left(both_arms(3, 16))
        estimates = estimate_difference(panel, study=make_study(DRAWN_BY_LOT("person"), reporting="level = 0.9"))
        row = only(estimates, "constrained_likelihood")
        pre, post, in_arm, _ = arrays(panel)
        expected = constrained_likelihood(pre, post, in_arm, level=0.9)
        assert numbers_of(row) == numbers_in(expected)
        assert estimates.detail(row["id"], "n_leavers") == 8
        assert estimates.detail(row["id"], "n_left") == 4  # of either arm
        assert estimates.detail(row["id"], "mean_pre") == pytest.approx(pre.mean())
        assert row[["n_pre", "n_post", "n_pairs", "n_comparison"]].tolist() == [16, 12, 12, 12]

    @pytest.mark.parametrize("assignment", ["matched", "self-selected"])
    def test_arms_that_nobody_drew_were_not_alike_before(self, assignment, make_study):
        design = DRAWN_BY_LOT("person").replace("randomised", assignment)
        table = estimate_difference(some_left(both_arms()), study=make_study(design)).to_frame()
        assert list(zip(table["measure"], table["method"], strict=True)) == [*USUAL, ("mean", "imputed")]

    def test_the_standardised_difference_is_morris_s(self, make_study):
        panel = both_arms(4)
        estimates = estimate_difference(panel, study=make_study(NAMED("person")))
        row, expected = only(estimates, "change_score", "d_ppc2"), d_ppc2(*arrays(panel)[:3], level=0.95)
        assert numbers_of(row) == pytest.approx(numbers_in(expected), nan_ok=True)
        strength = e_value_of_difference(expected.estimate, expected.ci_low, expected.ci_high)
        found = [estimates.detail(row["id"], name) for name in ("e_value", "e_value_interval", "sd_pre", "r")]
        assert found == [strength.estimate, strength.interval, expected.details["sd_pre"], expected.details["r"]]
        assert np.isnan(row["p_adjusted"])

    def test_few_clusters_bring_tests_that_do_with_few(self, make_study):
        panel = both_arms(5).assign(cluster=[f"d{place // 4}" for place in range(24)])
        study = make_study(DRAWN_BY_LOT("division"))
        estimates = estimate_difference(panel, study=study)
        headline = only(estimates, "ancova")
        assert headline["df"] < 4
        pre, post, in_arm, clusters = arrays(panel)
        fit = least_squares(np.column_stack([np.ones(24), in_arm, pre]), post)
        row = only(estimates, "wild_bootstrap")
        expected = wild_bootstrap(fit, clusters, 1, level=0.95, generator=generator(study, "one", row["id"]))
        assert row[["estimate", "p_value", "ci_low", "ci_high"]].tolist() == [
            expected.estimate, expected.p_value, expected.ci_low, expected.ci_high]  # fmt: skip
        assert row["estimate"] == pytest.approx(headline["estimate"], rel=1e-12)
        assert row[["std_error", "df", "statistic", "detectable", "p_adjusted"]].isna().all()
        dealt = only(estimates, "randomisation")
        drawn_anew = randomisation(fit, clusters, 1, generator=generator(study, "one", dealt["id"]))
        assert dealt["p_value"] == drawn_anew.p_value
        assert dealt["estimate"] == pytest.approx(headline["estimate"], rel=1e-12)
        assert dealt[["std_error", "df", "ci_low", "ci_high", "detectable", "p_adjusted"]].isna().all()
        assert estimates.detail(dealt["id"], "smallest_p") == drawn_anew.smallest_p

    def test_dealing_anew_is_for_arms_that_a_lot_dealt(self, make_study):
        panel = both_arms(5).assign(cluster=[f"d{place // 4}" for place in range(24)])
        methods = set(estimate_difference(panel, study=make_study(NAMED("division"))).to_frame()["method"])
        assert "wild_bootstrap" in methods
        assert not methods & {"randomisation", "constrained_likelihood"}

    def test_enough_clusters_need_neither(self, make_study):
        table = estimate_difference(both_arms(5), study=make_study(DRAWN_BY_LOT("dyad"))).to_frame()
        assert not set(table["method"]) & {"wild_bootstrap", "randomisation"}


def test_order_of_rows_does_not_matter(make_study):
    panel = some_left(both_arms(6, 14)).assign(cluster=[f"d{place // 4}" for place in range(28)])
    study = make_study(DRAWN_BY_LOT("division"))
    once, again = (estimate_difference(rows, study=study) for rows in (panel, panel.sample(frac=1, random_state=1)))
    assert {"wild_bootstrap", "randomisation", "imputed"} <= set(once.table["method"])
    same_rows(once, again)


NAN = np.nan
NOBODY = "no_comparison_here"
FEW, ALONE, LINEAR, ALIKE = "too_few_pairs", "one_of_a_kind", "collinear", "no_variation"
LATE, CLUSTERS = "not_asked_at_baseline", "too_few_clusters"
METHODS = ("ancova", "change_score", "constrained_likelihood", "d_ppc2", "imputed")


def degenerate() -> dict[str, object]:
    """Panels of which little or nothing can be said, by name."""
    programme, control = panel_of(*drawn(1)), panel_of(*drawn(2), arm="control")
    alone, other = panel_of([3], [4]), panel_of([3], [4], arm="control")
    nobody = panel_of([3, NAN], [NAN, 3])
    both = stack(programme, control)
    return {
        "no comparison": programme,
        "nobody twice in the comparison": stack(programme, nobody.assign(arm="control")),
        "nobody twice in the programme": stack(nobody, control),
        "all of the comparison left": stack(programme, control.assign(post=NAN)),
        "all of the programme left": stack(programme.assign(post=NAN), control),
        "one in the programme": stack(alone, control),
        "one in the comparison": stack(programme, other),
        "one in each": stack(alone, other),
        "all alike before": both.assign(pre=0.3),
        "before says the arm": both.assign(pre=np.repeat([1.0, 2.0], 12)),
        "all moved alike": both.assign(post=both["pre"] + (both["arm"] == "programme") / 3),
        "all alike throughout": both.assign(pre=3.0, post=4.0),
        "asked late": both.assign(scale="aftermath"),
        "one cluster": both.assign(cluster="all"),
        "one cluster in the programme": stack(programme.assign(cluster="one"), control),
        "one cluster in the comparison": stack(programme, control.assign(cluster="one")),
    }


REASONS = {  # by METHODS; the last where somebody left
    "no comparison": [NOBODY] * 4,
    "nobody twice in the comparison": [NOBODY] * 5,
    "nobody twice in the programme": [FEW] * 5,
    "all of the comparison left": [NOBODY] * 5,
    "all of the programme left": [FEW] * 5,
    "one in the programme": [ALONE, ALONE, FEW, FEW],
    "one in the comparison": [ALONE, ALONE, FEW, FEW],
    "one in each": ["too_few_people", "too_few_people", FEW, FEW],
    "all alike before": ["one_score_each", None, None, ALIKE],
    "before says the arm": ["one_score_each", None, None, ALIKE],
    "all moved alike": [ALIKE] * 4,
    "all alike throughout": ["one_score_each", ALIKE, ALIKE, ALIKE],
    "asked late": [LATE] * 4,
}


@pytest.mark.parametrize("case", REASONS)
def test_reasons(case, make_study):
    assert reasons_of(degenerate()[case], make_study(DRAWN_BY_LOT("person"))) == REASONS[case]


def reasons_of(panel, study):
    """Reasons of the methods that do not depend on degrees of freedom, None where there is an estimate."""
    estimates = estimate_difference(panel, study=study)
    check_rows(estimates)
    table = estimates.to_frame()
    table = table[~table["method"].isin(["wild_bootstrap", "randomisation"])]
    names = table["method"].where(table["measure"] == "mean", table["measure"])
    assert names.tolist() == list(METHODS)[: len(table)]
    return [None if reason != reason else reason for reason in table["reason"]]


@pytest.mark.parametrize("case", ["one cluster", "one cluster in the programme", "one cluster in the comparison"])
def test_reasons_of_clusters(case, make_study):
    assert reasons_of(degenerate()[case], make_study(DRAWN_BY_LOT("dyad")))[:2] == [CLUSTERS] * 2


def test_with_dyads_a_person_alone_is_a_cluster_alone(make_study):
    study = make_study(DRAWN_BY_LOT("dyad"))
    for case in ("one in the programme", "one in the comparison"):
        assert reasons_of(degenerate()[case], study) == [CLUSTERS, CLUSTERS, FEW, FEW]


def test_cohorts_as_units_have_one_cluster_in_the_arm(make_study):
    """A cohort that was assigned as a whole is one cluster: nothing says how much cohorts differ by themselves."""
    parts = [panel_of(*drawn(seed), cohort=f"c{seed}", arm="control", cluster=f"c{seed}") for seed in range(4)]
    panel = stack(panel_of(*drawn(9), cluster="one"), *parts)
    study = make_study(NAMED("cohort") + '\ncomparison_scope = "shared"')
    table = estimate_difference(panel, study=study).to_frame()
    assert table.loc[table["measure"] == "mean", "reason"].tolist() == [CLUSTERS] * 2
    assert (table["n_clusters"] == 5).all()
    own = estimate_difference(panel, study=make_study(NAMED("cohort"))).to_frame()
    assert own["reason"].tolist() == [NOBODY] * 2
