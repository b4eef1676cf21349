"""estimate_waves: all later waves in one model, against stats and the estimates of two waves, and who counts."""

import numpy as np
import pandas as pd
import pytest
from small_panels import check_rows, numbers_in, numbers_of, only, panel_of, same_rows, stack

from rm_research.effects import estimate_change, estimate_difference, estimate_waves
from rm_research.errors import FrameError
from rm_research.stats.mixed.waves import fit_waves
from rm_research.stats.power import detectable

NAN = np.nan
MATCHED = 'comparison = "control"\nassignment = "matched"'
BY_LOT = 'comparison = "control"\nassignment = "randomised"'
COUNTS = ["n_pre", "n_post", "n_pairs", "n_comparison"]


def scores(seed: int, n: int, gains=(0.4, 0.6)) -> np.ndarray:
    """Scores of n people before and at later waves, alike within a person."""
    draws = np.random.default_rng(seed)
    own = draws.normal(3, 0.8, (n, 1))
    return own + np.array([0.0, *gains]) + draws.normal(0, 0.5, (n, 1 + len(gains)))


def waves_of(values: np.ndarray, **columns) -> pd.DataFrame:
    """Panel of people with these scores before, after and at the later wave."""
    pre, *after = values.T
    return stack(*(panel_of(pre, post, wave=wave, **columns) for wave, post in zip(("post", "later"), after)))  # noqa: B905


def both_arms(seed: int = 1, n: int = 14, gains=(0.4, 0.6)) -> pd.DataFrame:
    return stack(waves_of(scores(seed, n, gains)),
                 waves_of(scores(seed + 9, n, (0.0,) * len(gains)), arm="control"))  # fmt: skip


def gone(panel: pd.DataFrame, share: int = 4) -> pd.DataFrame:
    """Let every fourth have no score after, and every seventh none later."""
    place = panel.groupby(["arm", "wave"]).cumcount()
    out = place.mod(share).eq(0) & panel["wave"].eq("post") | place.mod(7).eq(0) & panel["wave"].eq("later")
    return panel.assign(post=panel["post"].mask(out))


def by_hand(panel, *, constrained, contrast, wave, level=0.95, clusters=None):
    """The same contrast of the same model, from long arrays."""
    before = panel.drop_duplicates("person").assign(number=0, y=lambda rows: rows["pre"])
    numbers = {name: number for number, name in enumerate(panel["wave"].unique(), start=1)}
    long = pd.concat([before, panel.assign(number=panel["wave"].map(numbers), y=panel["post"])]).dropna(subset=["y"])
    model = fit_waves(
        long["y"].to_numpy(float), long["number"].to_numpy(int), long["arm"].eq("programme").to_numpy(float),
        pd.factorize(long["person"])[0], dyad=None if clusters is None else pd.factorize(long["cluster"])[0],
        constrained=constrained,
    )  # fmt: skip
    if contrast == "change":
        return model.change(numbers[wave], 1, level=level)
    return model.difference(numbers[wave], level=level)


class TestRows:
    def test_changes_and_differences_at_each_later_wave(self, make_study):
        table = estimate_waves(both_arms(), study=make_study(MATCHED)).to_frame()
        assert list(zip(table["contrast"], table["wave"], strict=True)) == [
            ("change", "post"), ("difference", "post"), ("change", "later"), ("difference", "later")]  # fmt: skip
        assert (table[["measure", "method", "arm"]] == ["mean", "mixed_model", "programme"]).all(axis=None)
        assert table["id"][0] == "change:mean:mixed_model:one:leader:programme:inclusion:post"
        assert table["p_adjusted"].isna().all()  # they stand beside the headlines

    def test_a_single_group_only_changes(self, make_study):
        table = estimate_waves(waves_of(scores(1, 14)), study=make_study()).to_frame()
        assert table["contrast"].tolist() == ["change", "change"]
        assert table["n_comparison"].isna().all()

    def test_without_people_in_the_comparison_there_are_changes(self, make_study):
        table = estimate_waves(waves_of(scores(1, 14)), study=make_study(BY_LOT)).to_frame()
        assert table["contrast"].tolist() == ["change", "change"]
        assert table["reason"].isna().all()

    def test_unlinked_waves_have_no_model(self, make_study):
        assert len(estimate_waves(both_arms(), study=make_study(MATCHED, link='method = "none"'))) == 0

    def test_counts_are_of_the_wave(self, make_study):
        panel = gone(both_arms())
        table = estimate_waves(panel, study=make_study(MATCHED)).to_frame()
        for _, row in table.iterrows():
            arms = dict(list(panel[panel["wave"] == row["wave"]].groupby("arm")))
            own, paired = arms["programme"], {arm: len(rows.dropna(subset=["post"])) for arm, rows in arms.items()}
            compared = paired["control"] if row["contrast"] == "difference" else pd.NA
            assert row[COUNTS].tolist() == [14, own["post"].count(), paired["programme"], compared]

    def test_a_panel_that_lacks_a_column_is_refused(self, make_study):
        with pytest.raises(FrameError, match=r"estimate_waves needs Panel.* post"):
            estimate_waves(both_arms().drop(columns="post"), study=make_study())


class TestNumbers:
    @pytest.mark.parametrize("design", [MATCHED, BY_LOT])
    def test_are_those_of_stats(self, design, make_study):
        panel = gone(both_arms(3))
        estimates = estimate_waves(panel, study=make_study(design, reporting="level = 0.9"))
        for _, row in estimates.table.iterrows():
            expected = by_hand(
                panel, constrained=design == BY_LOT, contrast=row["contrast"], wave=row["wave"], level=0.9
            )
            assert numbers_of(row) == pytest.approx(numbers_in(expected), rel=1e-6)
            assert row["detectable"] == pytest.approx(detectable(row["std_error"], row["df"], level=0.9))
            assert estimates.detail(row["id"], "ladder_step") == expected.details["ladder_step"]

    def test_people_of_one_cluster_may_be_alike(self, make_study):
        panel = both_arms(4)
        panel["cluster"] = panel["arm"] + panel["person"].str[-1]
        row = only(estimate_waves(panel, study=make_study(MATCHED)), "mixed_model", contrast="difference", wave="post")
        expected = by_hand(panel, constrained=False, contrast="difference", wave="post", clusters=True)
        assert numbers_of(row) == pytest.approx(numbers_in(expected), rel=1e-6)

    def test_of_one_later_wave_it_is_the_likelihood_of_two_waves(self, make_study):
        """Where scores before and after go together; two waves alone also allow that they go against each other."""
        panel = gone(both_arms(5, 20, gains=(0.5,)))
        study = make_study(BY_LOT)
        waves = only(estimate_waves(panel, study=study), "mixed_model", contrast="difference")
        two = only(estimate_difference(panel, study=study), "constrained_likelihood")
        assert numbers_of(waves) == pytest.approx(numbers_of(two), rel=1e-6)
        single = panel[panel["arm"] == "programme"]
        waves, two = (only(verb(single, study=make_study()), method) for verb, method in
                      ((estimate_waves, "mixed_model"), (estimate_change, "likelihood")))  # fmt: skip
        assert numbers_of(waves) == pytest.approx(numbers_of(two), rel=1e-6)

    def test_of_everybody_always_there_changes_are_paired(self, make_study):
        estimates = estimate_waves(both_arms(6), study=make_study(MATCHED))
        paired = estimate_change(both_arms(6), study=make_study(MATCHED))
        for wave in ("post", "later"):
            found = only(estimates, "mixed_model", contrast="change", wave=wave)
            mean = only(paired, "paired_t", arm="programme", wave=wave)
            assert found["estimate"] == pytest.approx(mean["estimate"], rel=1e-7)

    def test_a_difference_is_that_of_the_changes(self, make_study):
        panel = both_arms(6)
        found = only(
            estimate_waves(panel, study=make_study(MATCHED)), "mixed_model", contrast="difference", wave="post"
        )
        means = panel[panel["wave"] == "post"].groupby("arm")[["pre", "post"]].mean()
        change = means["post"] - means["pre"]
        assert found["estimate"] == pytest.approx(change["programme"] - change["control"], rel=1e-7)


class TestWhoCounts:
    def details(self, panel, study):
        estimates = estimate_waves(panel, study=study)
        return {(row["contrast"], row["wave"]): [estimates.detail(row["id"], name) for name in ("n_left", "n_late")]
                for _, row in estimates.table.iterrows()}  # fmt: skip

    def test_people_who_are_not_in_the_headline_are_counted(self, make_study):
        """Of the arm where they are fewest, so that an arm's few do not hide behind the other's many."""
        panel = both_arms()
        row = panel["arm"].eq("programme") & panel["person"].eq("programme1")
        panel.loc[row, "pre"] = NAN  # came late
        panel.loc[panel["person"].isin(["programme2", "control3"]) & panel["wave"].eq("post"), "post"] = NAN
        assert self.details(panel, make_study(MATCHED)) == {
            ("change", "post"): [1, 1], ("difference", "post"): [1, 1],
            ("change", "later"): [1, 1], ("difference", "later"): [1, 1],
        }  # fmt: skip

    def test_who_came_to_another_wave_counts_at_each(self, make_study):
        """The model is one: a score at the last wave bears on the estimate of the first, too."""
        panel = both_arms()
        here = panel["person"].eq("programme1")
        panel.loc[here, "pre"] = NAN
        panel.loc[here & panel["wave"].eq("post"), "post"] = NAN
        assert self.details(panel, make_study(MATCHED))["difference", "post"] == [1, 1]

    def test_nobody_counts_who_never_answered(self, make_study):
        panel = both_arms()
        panel.loc[panel["person"].eq("programme1"), ["pre", "post"]] = NAN
        study = make_study(MATCHED)
        without = panel[panel["person"] != "programme1"]
        one, other = (estimate_waves(rows, study=study) for rows in (panel, without))
        same_rows(one, other, rel=1e-8)

    def test_of_a_shared_comparison_all_parts_count(self, make_study):
        parts = [waves_of(scores(seed, 8), cohort=cohort, arm=arm) for seed, (cohort, arm) in
                 enumerate([("one", "programme"), ("one", "control"), ("two", "control")])]  # fmt: skip
        table = estimate_waves(stack(*parts), study=make_study(BY_LOT + '\ncomparison_scope = "shared"')).to_frame()
        assert table.loc[table["contrast"] == "difference", "n_comparison"].tolist() == [16, 16]


FEW, ALIKE = "too_few_people", "no_variation"


def control_of(panel):
    return panel["arm"] == "control"


CASES = {  # reasons of changes and of differences, at both waves; None = there is an estimate
    "one person": (lambda panel: panel[panel["person"] == "programme0"], FEW, None),
    "one in each arm": (
        lambda panel: panel[panel["person"].isin(["programme0", "control0"])],
        FEW,
        FEW,
    ),
    "one in the comparison": (lambda panel: panel[~control_of(panel) | panel["person"].eq("control0")], None, FEW),
    "nobody answered": (lambda panel: panel.assign(pre=NAN, post=NAN), FEW, FEW),
    "nobody before": (lambda panel: panel.assign(pre=NAN), FEW, FEW),
    "all left": (lambda panel: panel.assign(post=NAN), FEW, FEW),
    "all of the comparison left": (lambda panel: panel.assign(post=panel["post"].mask(control_of(panel))), None, FEW),
    "all of the programme left": (lambda panel: panel.assign(post=panel["post"].where(control_of(panel))), FEW, FEW),
    "all moved alike": (lambda panel: panel.assign(post=panel["pre"] + 1), ALIKE, ALIKE),
    "all alike throughout": (lambda panel: panel.assign(pre=3.0, post=4.0), ALIKE, ALIKE),
    "all alike before": (lambda panel: panel.assign(pre=3.0), None, None),
    "one cluster": (lambda panel: panel.assign(cluster="all"), None, None),
    "asked late": (lambda panel: panel.assign(scale="aftermath"), "not_asked_at_baseline", "not_asked_at_baseline"),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("design", [MATCHED, BY_LOT])
def test_reasons(case, design, make_study):
    spoil, change, difference = CASES[case]
    estimates = estimate_waves(spoil(both_arms()), study=make_study(design))
    check_rows(estimates)
    expected = estimates.table["contrast"].map({"change": change, "difference": difference})
    assert estimates.table["reason"].fillna("").tolist() == expected.fillna("").tolist()


def test_a_wave_that_nobody_answered_costs_that_wave_alone(make_study):
    panel = both_arms()
    panel["post"] = panel["post"].where(panel["wave"] == "post")
    table = estimate_waves(panel, study=make_study(MATCHED)).to_frame()
    assert table.loc[table["wave"] == "post", "reason"].isna().all()
    assert table.loc[table["wave"] == "later", "reason"].tolist() == [FEW, FEW]


def test_order_of_rows_does_not_matter(make_study):
    panel, study = gone(both_arms()), make_study(BY_LOT)
    shuffled = panel.sample(frac=1, random_state=1)
    same_rows(*(estimate_waves(rows, study=study) for rows in (panel, shuffled)), rel=1e-5)


@pytest.mark.parametrize("unit", [1e-3, 1e6])
def test_the_unit_of_the_scores_does_not_matter(unit, make_study):
    panel, study = gone(both_arms()), make_study(BY_LOT)
    scaled = panel.assign(pre=panel["pre"] * unit, post=panel["post"] * unit)
    one, other = (estimate_waves(rows, study=study).table for rows in (panel, scaled))
    assert other["estimate"].tolist() == pytest.approx((unit * one["estimate"]).tolist(), rel=1e-6)
    assert other["p_value"].tolist() == pytest.approx(one["p_value"].tolist(), rel=1e-5)
