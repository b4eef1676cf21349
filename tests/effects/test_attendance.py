"""estimate_dose: slopes of meetings and the effect of attending, against stats, and what cannot be computed."""

import numpy as np
import pandas as pd
import pytest
from small_panels import check_rows, drawn, numbers_in, numbers_of, only, panel_of, same_rows, stack

from rm_research.effects import estimate_difference, estimate_dose
from rm_research.errors import FrameError
from rm_research.stats.dose import dose_response, effect_of_attending
from rm_research.stats.power import detectable

NAN = np.nan
NAMED = 'comparison = "control"\nunit = "{}"'.format
BY_LOT = 'comparison = "control"\nassignment = "randomised"\nunit = "{}"'.format
PLANNED = "\n[programme]\nplanned_meetings = 3"
COUNTS = ["n_pre", "n_post", "n_pairs", "n_comparison"]


def programme(seed: int = 1, n: int = 14, **columns) -> pd.DataFrame:
    """People of the programme; each meeting goes with 0.2 more, two dyads never met."""
    draws = np.random.default_rng(seed + 100)
    (pre, post), met = drawn(seed, n), draws.integers(1, 8, n)
    met[:2] = 0
    return panel_of(pre, post + 0.2 * met, **columns).assign(sessions=pd.array(met, dtype="Int64"))


def control(seed: int = 2, n: int = 12, **columns) -> pd.DataFrame:
    return panel_of(*drawn(seed, n), arm="control", **columns)


def without_log(panel: pd.DataFrame, *places: int) -> pd.DataFrame:
    return panel.assign(sessions=panel["sessions"].mask(panel.index.isin(places)))


def arrays(panel: pd.DataFrame):
    """Scores before and after, meetings, arm, cluster."""
    met = panel["sessions"].to_numpy(float, na_value=NAN)
    return (panel["pre"].to_numpy(float), panel["post"].to_numpy(float), met,
            (panel["arm"] == "programme").to_numpy(float), panel["cluster"].to_numpy(object))  # fmt: skip


class TestRows:
    def test_one_slope_a_group_of_the_programme(self, make_study):
        study = make_study(NAMED("person"))
        panel = stack(programme(), control(), programme(3, arm="short"), programme(4, role="mentor", scale="mood"))
        table = estimate_dose(panel, study=study).to_frame()
        assert table[["contrast", "measure", "method"]].drop_duplicates().to_numpy().tolist() == [
            ["dose", "slope", "ols"]]  # fmt: skip
        assert table["id"].tolist() == [
            "dose:slope:ols:one:leader:programme:inclusion:post",
            "dose:slope:ols:one:leader:short:inclusion:post",
            "dose:slope:ols:one:mentor:programme:mood:post",
        ]
        assert table["p_adjusted"].isna().all()

    def test_by_lot_also_the_effect_of_attending(self, make_study):
        table = estimate_dose(stack(programme(), control()), study=make_study(BY_LOT("person"))).to_frame()
        assert table["id"].tolist() == [
            "dose:slope:ols:one:leader:programme:inclusion:post",
            "difference:mean:instrument:one:leader:programme:inclusion:post",
        ]

    @pytest.mark.parametrize("assignment", ["matched", "self-selected"])
    def test_without_a_lot_attending_has_no_instrument(self, assignment, make_study):
        study = make_study(BY_LOT("person").replace("randomised", assignment))
        assert estimate_dose(stack(programme(), control()), study=study).to_frame()["method"].tolist() == ["ols"]

    def test_a_single_group_has_slopes_alone(self, make_study):
        assert estimate_dose(programme(), study=make_study()).to_frame()["method"].tolist() == ["ols"]

    def test_no_log_and_unlinked_waves_give_no_rows(self, make_study):
        bare = programme().assign(sessions=pd.array([pd.NA] * 14, dtype="Int64"))
        assert len(estimate_dose(bare, study=make_study())) == 0
        assert len(estimate_dose(programme(), study=make_study(link='method = "none"'))) == 0

    def test_a_group_without_a_log_has_no_row(self, make_study):
        bare = programme(5, arm="short").assign(sessions=pd.array([pd.NA] * 14, dtype="Int64"))
        table = estimate_dose(stack(programme(), bare, control()), study=make_study(BY_LOT("person"))).to_frame()
        assert set(table["arm"]) == {"programme"}

    def test_counts(self, make_study):
        panel = stack(programme(), control())
        panel.loc[[3, 4, 20], "post"] = NAN
        panel.loc[5, "pre"] = NAN
        table = estimate_dose(panel, study=make_study(BY_LOT("person"))).to_frame()
        assert table[COUNTS[:3]].to_numpy().tolist() == [[13, 12, 11]] * 2
        assert table["n_comparison"].tolist() == [pd.NA, 11]

    def test_a_panel_that_lacks_a_column_is_refused(self, make_study):
        with pytest.raises(FrameError, match=r"estimate_dose needs Panel.* sessions"):
            estimate_dose(programme().drop(columns="sessions"), study=make_study())


class TestSlope:
    @pytest.mark.parametrize("unit", ["person", "dyad"])
    def test_is_that_of_stats(self, unit, make_study):
        panel = without_log(programme(), 6)
        panel = panel.assign(cluster=[f"d{place // 2}" for place in range(14)]) if unit == "dyad" else panel
        estimates = estimate_dose(panel, study=make_study(f'unit = "{unit}"', reporting="level = 0.9"))
        row, (pre, post, met, _, clusters) = only(estimates, "ols", "slope"), arrays(panel)
        expected = dose_response(pre, post, met, level=0.9, clusters=clusters if unit == "dyad" else None)
        assert numbers_of(row) == pytest.approx(numbers_in(expected), rel=1e-9)
        assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.9)
        for name in ("n_people", "n_incomplete", "mean_sessions", "sd_sessions"):
            assert estimates.detail(row["id"], name) == expected.details[name]
        assert estimates.detail(row["id"], "n_fewest") == 13  # who has no log is not behind it

    def test_dyads_that_never_met_count_as_none_not_as_unknown(self, make_study):
        study = make_study()
        none, unknown = programme(), without_log(programme(), 0, 1)
        with_them, without = (only(estimate_dose(panel, study=study), "ols", "slope") for panel in (none, unknown))
        assert with_them["df"] == without["df"] + 2

    def test_scores_that_rise_by_a_fifth_a_meeting_show_it(self, make_study):
        row = only(estimate_dose(programme(8, 200), study=make_study()), "ols", "slope")
        assert row["ci_low"] < 0.2 < row["ci_high"]
        assert row["ci_low"] > 0


class TestEffectOfAttending:
    @pytest.mark.parametrize("unit", ["person", "dyad"])
    def test_is_that_of_stats(self, unit, make_study):
        panel = stack(without_log(programme(), 6), control())
        panel = panel.assign(cluster=[f"d{place // 2}" for place in range(26)]) if unit == "dyad" else panel
        estimates = estimate_dose(panel, study=make_study(BY_LOT(unit)))
        row, (pre, post, met, in_arm, clusters) = only(estimates, "instrument"), arrays(panel)
        attended = np.where(in_arm == 0, 0.0, np.where(np.isnan(met), NAN, met > 0))
        expected = effect_of_attending(
            pre, post, attended, in_arm, level=0.95, clusters=clusters if unit == "dyad" else None
        )
        assert numbers_of(row) == pytest.approx(numbers_in(expected), rel=1e-9)
        for name in ("first_stage", "first_stage_f_robust", "weak", "ar_low", "ar_high", "wu_hausman_p"):
            assert estimates.detail(row["id"], name) == pytest.approx(expected.details[name], rel=1e-9, nan_ok=True)
        assert estimates.detail(row["id"], "n_fewest") == 12
        assert estimates.detail(row["id"], "n_left") == 1

    def test_where_all_attended_it_would_be_the_ancova_and_is_left_out(self, make_study):
        panel, study = stack(programme().query("sessions > 0"), control()), make_study(BY_LOT("person"))
        row, (pre, post, met, in_arm, _) = only(estimate_dose(panel, study=study), "instrument"), arrays(panel)
        assert row["reason"] == "all_complied"
        assert np.isnan(row["estimate"])
        offered = only(estimate_difference(panel, study=study), "ancova")
        attending = effect_of_attending(pre, post, np.where(in_arm == 0, 0.0, met > 0), in_arm, level=0.95)
        # the instrument has n − k degrees of freedom, the ANCOVA Satterthwaite's
        assert attending.estimate == pytest.approx(offered["estimate"], rel=1e-9)
        assert attending.std_error == pytest.approx(offered["std_error"], rel=1e-9)

    def test_a_plan_changes_nothing(self, make_study):
        """Whoever met once of three planned times was treated: the lot cannot stand for a number of meetings."""
        panel, how = stack(programme(), control()), BY_LOT("person")
        planned, unplanned = (
            only(estimate_dose(panel, study=make_study(how, reporting=more)), "instrument") for more in (PLANNED, "")
        )
        assert numbers_of(planned) == numbers_of(unplanned)

    def test_few_who_attended_make_it_larger_and_less_sure(self, make_study):
        """The effect of the offer, over the share whom the offer moved to attend."""
        panel, study = stack(programme(), control()), make_study(BY_LOT("person"))
        panel.loc[:4, "sessions"] = 0
        attending = only(estimate_dose(panel, study=study), "instrument")
        offered = only(estimate_difference(panel, study=study), "ancova")
        assert attending["estimate"] == pytest.approx(offered["estimate"] / _moved(panel), rel=1e-9)
        assert attending["std_error"] > offered["std_error"]

    def test_the_fewest_are_counted_within_each_arm(self, make_study):
        """Twelve pairs of the programme, but a log of five: five people carry the number."""
        panel = stack(without_log(programme(), *range(2, 11)), control())
        estimates = estimate_dose(panel, study=make_study(BY_LOT("person")))
        row = only(estimates, "instrument")
        assert (row["n_pairs"], row["n_comparison"]) == (5, 12)
        assert estimates.detail(row["id"], "n_fewest") == 5
        assert estimates.detail(row["id"], "n_left") == 9

    def test_a_shared_comparison_counts_in_all_its_parts(self, make_study):
        study = make_study(BY_LOT("person") + '\ncomparison_scope = "shared"')
        panel = stack(programme(cohort="one"), control(2, cohort="one"), control(3, cohort="two"))
        assert only(estimate_dose(panel, study=study), "instrument")["n_comparison"] == 24


def _moved(panel: pd.DataFrame) -> float:
    """Share whom the offer moved to attend, at equal score before."""
    pre, _, met, in_arm, _ = arrays(panel)
    X = np.column_stack([np.ones(len(pre)), in_arm, pre])
    return np.linalg.lstsq(X, np.nan_to_num(met) > 0, rcond=None)[0][1]


def sessions(count) -> dict[str, object]:
    return {"sessions": pd.array([count] * 14, dtype="Int64")}


CASES = {  # what the group is like, and why there is no slope and no effect of attending; None = there is one
    "one person": (lambda own: own.iloc[5:6], "too_few_people", "one_of_a_kind"),
    "nobody twice": (lambda own: own.assign(post=NAN), "too_few_people", "too_few_pairs"),
    "nobody before": (lambda own: own.assign(pre=NAN), "too_few_people", "too_few_pairs"),
    "all alike before": (lambda own: own.assign(pre=3.0), "collinear", None),
    "all alike after": (lambda own: own.assign(post=3.0), "no_variation", None),
    "all met as often": (lambda own: own.assign(**sessions(3)), "collinear", "all_complied"),
    "nobody met": (lambda own: own.assign(**sessions(0)), "collinear", "collinear"),
    "meetings follow from scores before": (
        lambda own: own.assign(pre=own["sessions"].astype(float) / 2), "collinear", None),
    "one cluster": (lambda own: own.assign(cluster="all"), "too_few_clusters", "too_few_clusters"),
    "asked late": (lambda own: own.assign(scale="aftermath"), "not_asked_at_baseline", "not_asked_at_baseline"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_reasons(case, make_study):
    spoil, slope, attending = CASES[case]
    own = spoil(programme())
    panel = stack(own, control().assign(scale=own["scale"].iloc[0]))
    estimates = estimate_dose(panel, study=make_study(BY_LOT("person")))
    check_rows(estimates)
    reasons = estimates.table["reason"]
    assert [None if reason != reason else reason for reason in reasons] == [slope, attending]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda other: other.iloc[:0], "no_comparison_here"),
        (lambda other: other.assign(post=NAN), "no_comparison_here"),
        (lambda other: other.iloc[:1], "one_of_a_kind"),
    ],
)
def test_reasons_of_the_comparison(spoil, reason, make_study):
    estimates = estimate_dose(stack(programme(), spoil(control())), study=make_study(BY_LOT("person")))
    check_rows(estimates)
    assert only(estimates, "instrument")["reason"] == reason
    assert np.isfinite(only(estimates, "ols", "slope")["estimate"])


def test_order_of_rows_does_not_matter(make_study):
    panel = stack(without_log(programme(), 6), control())
    panel["cluster"] = [f"d{place // 2}" for place in range(26)]
    study = make_study(BY_LOT("dyad"))
    same_rows(*(estimate_dose(rows, study=study) for rows in (panel, panel.sample(frac=1, random_state=1))))
