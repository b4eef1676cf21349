"""estimate_programme: pooled rows against metafor and numbers written out, what is pooled, and what cannot be."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from small_panels import check_rows, numbers_in, numbers_of, only, panel_of, same_rows, stack

from rm_research.effects import Estimates, estimate_change, estimate_difference
from rm_research.effects.estimates import ENOUGH_COHORTS, headlines, joined
from rm_research.errors import FrameError
from rm_research.frames import DETAILS, ESTIMATES
from rm_research.stats.pooling import meta_regression
from rm_research.stats.power import detectable
from rm_research.study import read_study
from rm_research.synthesis import estimate_programme

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
    def make(further: str = "", within: str = "cohort"):
        (tmp_path / "study.toml").write_text(STUDY.format(within=within) + further)
        (tmp_path / "codebook.csv").write_text(CODEBOOK)
        return read_study(tmp_path)

    return make


def cohort_rows(estimates, std_errors, **columns) -> pd.DataFrame:
    """Headline rows of as many cohorts."""
    usual = {
        "role": "leader", "arm": "programme", "subgroup": "everyone", "scale": "inclusion", "wave": "post",
        "contrast": "change", "measure": "mean", "method": "likelihood", "n_pre": 12, "n_post": 10, "n_pairs": 9,
    }  # fmt: skip
    rows = pd.DataFrame({"estimate": np.array(estimates, float), "std_error": np.array(std_errors, float)})
    rows["cohort"] = [f"cohort {place}" for place in range(len(rows))]
    rows = rows.assign(**{**usual, **columns})
    rows["id"] = rows[["contrast", "method", "cohort", "role", "arm", "scale", "wave"]].agg(":".join, axis=1)
    return rows


def as_estimates(*rows: pd.DataFrame) -> Estimates:
    return Estimates(ESTIMATES.conform(pd.concat(rows, ignore_index=True)), DETAILS.empty())


@pytest.mark.parametrize(
    ("name", "part"), [("meta_bcg", None), ("meta_normand1999", "all"), ("meta_normand1999", "first3")]
)
def test_row_equals_metafor(name, part, make_study):
    results = json.loads((REFERENCE / f"{name}.json").read_text())["results"]
    r = (results[part] if part else results)["REML_HKSJ_adhoc"]
    data = pd.read_csv(REFERENCE / f"{name}.csv").iloc[: r["k"]]
    pooled = estimate_programme(as_estimates(cohort_rows(data["yi"], np.sqrt(data["vi"]))), study=make_study())
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
    assert table["contrast"].value_counts().to_dict() == {"pooled_change": 8, "pooled_difference": 1}
    assert (table["estimate"] < 1).all()
    difference = table[table["contrast"] == "pooled_difference"].iloc[0]
    assert (difference["n_comparison"], difference["n_clusters"]) == (14, 2)
    assert table.loc[table["contrast"] == "pooled_change", "n_comparison"].isna().all()


def test_the_programme_is_a_family_of_its_own(make_study):
    parts = [cohort_rows([size, size + 0.1], [0.1, 0.1], scale=scale, p_value=0.04, p_adjusted=0.08)
             for size, scale in ((0.1, "inclusion"), (0.5, "engagement"), (0.3, "mood"))]  # fmt: skip
    table = estimate_programme(as_estimates(*parts), study=make_study()).to_frame().set_index("scale")
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
    assert table["reason"].tolist() == ["too_few_cohorts"]
    assert table["n_clusters"].tolist() == [n_clusters]
    assert table[["estimate", "std_error", "p_value", "p_adjusted", "detectable"]].isna().all(axis=None)


def test_two_cohorts_have_no_prediction_interval(make_study):
    pooled = estimate_programme(as_estimates(cohort_rows([0.1, 0.5], [0.1, 0.1])), study=make_study())
    place = pooled.table["id"][0]
    assert np.isnan([pooled.detail(place, "prediction_low"), pooled.detail(place, "prediction_high")]).all()
    assert pooled.table["df"][0] == 1


def test_differences_from_a_shared_comparison_are_not_pooled(make_study):
    study = make_study('comparison_scope = "shared"\n')
    differences = cohort_rows([0.1, 0.2], [0.1, 0.1], contrast="difference", method="ancova", n_comparison=7)
    changes = cohort_rows([0.1, 0.2], [0.1, 0.1])
    table = estimate_programme(as_estimates(differences, changes), study=study).to_frame().set_index("contrast")
    assert table["reason"].to_dict()["pooled_difference"] == "shared_comparison"
    assert table.loc["pooled_change", "estimate"] == pytest.approx(0.15)


def test_unlinked_cohorts_are_pooled_too(make_study):
    rows = cohort_rows([0.1, 0.5], [0.1, 0.1], method="welch")
    assert estimate_programme(as_estimates(rows), study=make_study()).to_frame()["estimate"].tolist() == pytest.approx(
        [0.3]
    )


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
AVERAGE, PERSON = "reml_hk", "one_stage"


class TestAveragePerson:
    """Fewer cohorts than five: one effect, cohorts apart in their level alone."""

    def test_of_changes_is_the_paired_t_of_all_people(self, make_study):
        panel = cohorts(3, 8)
        row = only(programme_of(panel, make_study())[1], PERSON)
        test = stats.ttest_rel(panel["post"], panel["pre"])
        interval = test.confidence_interval()
        assert row["estimate"] == pytest.approx((panel["post"] - panel["pre"]).mean(), rel=1e-7)
        assert row["std_error"] == pytest.approx(stats.sem(panel["post"] - panel["pre"]), rel=1e-6)
        assert row["df"] == pytest.approx(test.df, rel=1e-6)
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(list(interval), rel=1e-6)

    def test_of_differences_is_the_ancova_of_all_people(self, make_study):
        panel = cohorts(3, 8, arms=BOTH)
        row = only(programme_of(panel, make_study())[1], PERSON, contrast="pooled_difference")
        X = pd.get_dummies(panel["cohort"]).astype(float)
        X.insert(0, "arm", (panel["arm"] == "programme").astype(float))
        X["pre"] = panel["pre"]
        fit = sm.OLS(panel["post"].to_numpy(), X.to_numpy()).fit()
        expected = [fit.params[0], fit.bse[0], fit.df_resid, fit.tvalues[0], fit.pvalues[0], *fit.conf_int()[0]]
        assert numbers_of(row) == pytest.approx(expected, rel=1e-6)

    def test_large_cohorts_weigh_by_their_people(self, make_study):
        panel = stack(cohorts(2, 4), cohorts(3, 40, seed=5).query("cohort == 'c02'"))
        pooled = programme_of(panel, make_study())[1]
        changes = (panel["post"] - panel["pre"]).groupby(panel["cohort"]).mean()
        assert only(pooled, PERSON)["estimate"] == pytest.approx(np.average(changes, weights=[4, 4, 40]), rel=1e-7)

    def test_who_left_counts_with_the_score_before(self, make_study):
        """Of one cohort in two halves it is the likelihood of that cohort, had both halves one level."""
        panel = cohorts(2, 12, left=3)
        row = only(programme_of(panel, make_study())[1], PERSON)
        paired = (panel["post"] - panel["pre"]).mean()
        assert row["n_pre"] == 24
        assert row["n_pairs"] == 18
        assert row["estimate"] != pytest.approx(paired, rel=1e-3)
        assert row["std_error"] < stats.sem((panel["post"] - panel["pre"]).dropna()) * 1.1


class TestAverageCohort:
    """Five cohorts or more: effects of their own, drawn from a distribution."""

    def test_of_equal_cohorts_changes_are_a_t_test_of_their_means(self, make_study):
        panel = cohorts(8, 12)
        row = only(programme_of(panel, make_study())[1], PERSON)
        means = (panel["post"] - panel["pre"]).groupby(panel["cohort"]).mean()
        assert row["estimate"] == pytest.approx(means.mean(), rel=1e-7)
        assert row["std_error"] == pytest.approx(stats.sem(means), rel=1e-5)
        assert row["df"] == pytest.approx(7, rel=1e-4)

    def test_cohorts_that_do_not_differ_still_count_as_cohorts(self, make_study):
        """Effects all alike: the variance between cohorts is 0, and the degrees of freedom are not those of people."""
        panel = cohorts(6, 10)
        even = panel["post"] - panel["pre"]
        panel["post"] -= even.groupby(panel["cohort"]).transform("mean") - 0.4
        estimates = programme_of(panel, make_study())[1]
        row = only(estimates, PERSON)
        assert estimates.detail(row["id"], "var_cohort_wave") == 0
        assert row["estimate"] == pytest.approx(0.4, rel=1e-7)
        assert row["df"] < 20

    def test_of_differences_it_lets_effects_differ(self, make_study):
        estimates = programme_of(cohorts(6, 10, arms=BOTH), make_study())[1]
        row = only(estimates, PERSON, contrast="pooled_difference")
        quantities = set(estimates.details.loc[estimates.details["id"] == row["id"], "quantity"])
        assert {"var_cohort_arm", "var_residual", "ladder_step"} <= quantities
        average = only(estimates, AVERAGE, contrast="pooled_difference")
        assert row["estimate"] == pytest.approx(average["estimate"], abs=2 * average["std_error"])


def spoken(estimates, contrast="pooled_change"):
    table = estimates.table
    return table.loc[headlines(table) & table["contrast"].eq(contrast), "method"].tolist()


@pytest.mark.parametrize(("k", "method"), [(ENOUGH_COHORTS - 1, PERSON), (ENOUGH_COHORTS, AVERAGE)])
def test_the_headline_is_the_average_person_of_few_cohorts_and_the_average_of_many(k, method, make_study):
    pooled = programme_of(cohorts(k, 6, arms=BOTH), make_study())[1]
    for contrast in ("pooled_change", "pooled_difference"):
        for arm in pooled.table.loc[pooled.table["contrast"] == contrast, "arm"].unique():
            own = pooled.where(pooled.table["arm"] == arm)
            assert spoken(own, contrast) == [method]
            row = only(own, method, contrast=contrast)
            assert row["p_adjusted"] >= row["p_value"]
    others = pooled.table[~headlines(pooled.table)]
    assert others["p_adjusted"].isna().all()
    assert set(others["method"]) == {AVERAGE, PERSON} - {method}


def test_without_a_panel_there_is_the_average_cohort_alone(make_study):
    found, _ = programme_of(cohorts(3), make_study())
    pooled = estimate_programme(found, study=make_study())
    assert pooled.table["method"].tolist() == [AVERAGE]
    assert spoken(pooled) == [AVERAGE]


class TestCounts:
    def test_are_sums_over_cohorts(self, make_study):
        panel = cohorts(3, 8, arms=BOTH, left=2)
        pooled = programme_of(panel, make_study())[1].table
        changes, differences = (pooled[pooled["contrast"] == f"pooled_{name}"] for name in ("change", "difference"))
        counts = ["n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters"]
        assert differences[counts].to_numpy().tolist() == [[24, 18, 18, 18, 3]] * 2
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
        assert rows["n_comparison"].tolist() == [18, 18]
        assert rows["n_pairs"].tolist() == [8 * k] * 2


class TestSharedComparison:
    """One comparison for several cohorts: their differences are dependent, so one model holds them all."""

    def pooled(self, k, make_study):
        panel = stack(cohorts(k, 8), cohorts(2, 9, arms=("control",)))
        return panel, programme_of(panel, make_study('comparison_scope = "shared"\n'))[1]

    @pytest.mark.parametrize("k", [3, 7])
    def test_the_average_of_cohorts_has_a_reason_and_the_one_model_speaks(self, k, make_study):
        _, estimates = self.pooled(k, make_study)
        check_rows(estimates)
        average = only(estimates, AVERAGE, contrast="pooled_difference", arm="programme")
        assert average["reason"] == "shared_comparison"
        assert spoken(estimates, "pooled_difference") == [PERSON]
        row = only(estimates, PERSON, contrast="pooled_difference", arm="programme")
        assert row["p_adjusted"] == row["p_value"]

    def test_of_few_cohorts_it_is_one_ancova(self, make_study):
        panel, estimates = self.pooled(3, make_study)
        X = np.column_stack([panel["arm"] == "programme", panel["pre"], np.ones(len(panel))]).astype(float)
        fit = sm.OLS(panel["post"].to_numpy(), X).fit()
        row = only(estimates, PERSON, contrast="pooled_difference")
        expected = [fit.params[0], fit.bse[0], fit.df_resid, fit.tvalues[0], fit.pvalues[0], *fit.conf_int()[0]]
        assert numbers_of(row) == pytest.approx(expected, rel=1e-6)

    def test_of_many_cohorts_effects_differ_and_levels_do_not(self, make_study):
        _, estimates = self.pooled(7, make_study)
        row = only(estimates, PERSON, contrast="pooled_difference")
        quantities = set(estimates.details.loc[estimates.details["id"] == row["id"], "quantity"])
        assert "var_cohort_effect" in quantities
        assert "var_cohort" not in quantities


class TestPeopleOfSeveralCohorts:
    """Where a code stands for one person in all cohorts, who comes back is a cluster."""

    def panel(self):
        panel = cohorts(3, 10, arms=BOTH)
        place = panel.groupby(["cohort", "arm"]).cumcount()
        back = place < 4
        panel["person"] = panel["person"].where(~back, panel["arm"] + place.astype(str))
        lift = np.random.default_rng(1).normal(0, 1, 4)
        panel.loc[back, ["pre", "post"]] += lift[place[back].to_numpy()][:, None]
        return panel.assign(cluster=panel["person"])

    def quantities(self, estimates, contrast):
        row = only(estimates, PERSON, contrast=contrast, arm="programme")
        found = estimates.details[estimates.details["id"] == row["id"]]
        return dict(zip(found["quantity"], found["value"], strict=True))

    def test_in_changes(self, make_study):
        with_them = self.quantities(programme_of(self.panel(), make_study(within="study"))[1], "pooled_change")
        assert with_them["var_person_over_cohorts"] > 0
        apart = self.panel().assign(cluster=lambda rows: rows["cohort"] + rows["person"])
        without = self.quantities(programme_of(apart, make_study(within="cohort"))[1], "pooled_change")
        assert "var_person_over_cohorts" not in without

    def test_in_differences(self, make_study):
        found = self.quantities(programme_of(self.panel(), make_study(within="study"))[1], "pooled_difference")
        assert {"var_person_over_cohorts", "var_cluster"} & set(found)

    def test_nobody_coming_back_changes_nothing(self, make_study):
        panel = cohorts(3, 8, arms=BOTH)
        one, other = (programme_of(panel, make_study(within=within))[1] for within in ("cohort", "study"))
        same_rows(one, other, rel=1e-8)

    def test_all_of_them_count_in_each_cohort(self, make_study):
        pooled = programme_of(self.panel(), make_study(within="study"))[1]
        assert only(pooled, PERSON, contrast="pooled_change", arm="programme")["n_pairs"] == 30


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
        headline = found.table[found.table["method"] == "likelihood"]
        by_cohort = panel.groupby("cohort")[["number", "south"]].mean()
        for (_, row), values in zip(
            slopes.table.iterrows(), (by_cohort["number"] + 2015, by_cohort["south"]), strict=True
        ):
            expected = meta_regression(
                headline["estimate"].to_numpy(),
                headline["std_error"].to_numpy(),
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
        assert spoken(with_it) == spoken(plain) == [AVERAGE]
        assert numbers_of(only(with_it, AVERAGE)) == numbers_of(only(plain, AVERAGE))

    def test_differences_from_a_shared_comparison_are_not_explained(self, make_study):
        panel = stack(self.panel(10), cohorts(1, 9, arms=("control",)).assign(year="2015"))
        study = make_study('comparison_scope = "shared"\nmoderators = ["year"]\n')
        pooled = programme_of(panel, study)[1].table
        rows = pooled[pooled["measure"].eq("slope") & pooled["contrast"].eq("pooled_difference")]
        assert rows["reason"].tolist() == ["shared_comparison"]

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
        assert table[["method", "measure", "reason"]].to_numpy().tolist() == [[AVERAGE, "mean", "too_few_cohorts"]]
        assert table[["n_pre", "n_pairs", "n_comparison", "n_clusters"]].to_numpy().tolist() == [[0, 0, 0, 0]]

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
        assert only(pooled, PERSON, contrast="pooled_change", arm="programme")["reason"] is np.nan

    def test_a_panel_that_lacks_a_column_is_refused(self, make_study):
        found, _ = programme_of(cohorts(2), make_study())
        with pytest.raises(FrameError, match=r"estimate_programme needs Panel.* cluster"):
            estimate_programme(found, study=make_study(), panel=cohorts(2).drop(columns="cluster"))


def test_unlinked_waves_have_no_model_of_people(make_study):
    study = make_study()
    unlinked = read_study(study.path)
    text = (study.path / "study.toml").read_text().replace("[link]", '[link]\nmethod = "none"')
    (study.path / "study.toml").write_text(text)
    unlinked = read_study(study.path)
    pooled = estimate_programme(estimate_change(cohorts(3), study=unlinked), study=unlinked, panel=cohorts(3))
    assert pooled.table["method"].tolist() == [AVERAGE]


def test_order_of_rows_does_not_matter(make_study):
    panel, study = cohorts(5, 6, arms=BOTH, left=1), make_study()
    same_rows(*(programme_of(rows, study)[1] for rows in (panel, panel.sample(frac=1, random_state=1))), rel=1e-5)
