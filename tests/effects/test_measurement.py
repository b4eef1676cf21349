"""assess_reliability and assess_invariance: against stats on the answers in the files, and what cannot be said."""

import numpy as np
import pandas as pd
import pytest
from small_panels import WORDED
from small_studies import COLUMNS, TOML, Group, as_csv, small_study

from rm_research.effects.measurement import assess_invariance, assess_reliability
from rm_research.frames import INVARIANCE, RELIABILITY
from rm_research.panel import Prepared, prepare_study
from rm_research.stats.factor.invariance import group_invariance, wave_invariance
from rm_research.stats.intraclass import retest_correlation
from rm_research.stats.reliability import reliability

ITEMS = ["m1", "m2", "m3"]
LEVELS = ["configural", "metric", "scalar", "strict"]
COMPARED = TOML + '[design]\ncomparison = "waitlist"\n'
REVERSED = "item,scale,low,high,reverse\nm1,mood,1,5,\nm2,mood,1,5,yes\nm3,mood,1,5,\n"
SINGLE = "item,scale,low,high\nm1,mood,1,5\n"


@pytest.fixture(scope="module")
def prepare(tmp_path_factory):
    """Prepare a small study of such groups."""

    def make(*groups: Group, **contents) -> Prepared:
        return prepare_study(small_study(tmp_path_factory.mktemp("small") / "study", *groups, **contents))

    return make


def answers(prepared: Prepared, wave: str, **where) -> pd.DataFrame:
    """Answers of a wave's file, by code."""
    rows = pd.read_csv(prepared.study.path / f"{wave}.csv").set_index("code")
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows[ITEMS].astype(float)


@pytest.fixture(scope="module")
def compared(prepare) -> Prepared:
    """Two cohorts with a comparison; some left, and one skipped an item."""
    groups = [Group("Spring", 20, arm="programme", left=3), Group("Spring", 16, arm="waitlist", left=2),
              Group("Autumn", 14, arm="waitlist")]  # fmt: skip
    prepared = prepare(*groups, toml=COMPARED)
    path = prepared.study.path / "pre.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows.loc[4, "m2"] = ""
    path.write_text(rows.to_csv(index=False))
    return prepare_study(prepared.study.path)


class TestReliability:
    def test_rows_are_the_scale_and_its_items_at_each_wave(self, compared):
        table = assess_reliability(compared)
        assert list(table) == list(RELIABILITY.columns)
        assert table[["wave", "item"]].fillna("").to_numpy().tolist() == [
            [wave, item] for wave in ("pre", "post") for item in ("", *ITEMS)
        ]
        assert table["reason"].isna().all()

    @pytest.mark.parametrize("wave", ["pre", "post"])
    def test_numbers_are_those_of_all_cohorts_together(self, compared, wave):
        rows = assess_reliability(compared).query("wave == @wave")
        rows = rows.set_index(rows["item"].fillna("whole"))
        expected = reliability(answers(compared, wave).to_numpy(), level=0.95)
        whole = rows.loc["whole"]
        for name in ("n", "n_items", "alpha", "alpha_low", "alpha_high", "omega", "mean_inter_item"):
            assert whole[name] == pytest.approx(getattr(expected, name), rel=1e-9)
        assert whole["n"] == {"pre": 49, "post": 45}[wave]  # who skipped an item takes no part
        assert rows.loc[ITEMS, "item_rest"].tolist() == pytest.approx(expected.item_rest.tolist())
        assert rows.loc[ITEMS, "alpha_if_dropped"].tolist() == pytest.approx(expected.alpha_if_dropped.tolist())
        assert whole[["item_rest", "alpha_if_dropped"]].isna().all()
        assert rows.loc[ITEMS, ["alpha", "omega", "n", "retest"]].isna().all(axis=None)

    def test_items_are_turned_before_they_are_compared(self, prepare):
        plain, turned = (assess_reliability(prepare(Group(n=30), files={"codebook.csv": text})).iloc[0] for text in
                         (REVERSED.replace("yes", ""), REVERSED))  # fmt: skip
        assert plain["alpha"] > 0.3
        assert turned["alpha"] < plain["alpha"] - 0.3

    def test_retest_is_the_comparison_s_agreement_with_itself(self, compared):
        rows = assess_reliability(compared).query("item.isna()").set_index("wave")
        panel = compared.panel[compared.panel["arm"] == "waitlist"]
        expected = retest_correlation(panel["pre"].to_numpy(float), panel["post"].to_numpy(float), level=0.95)
        assert rows.loc["post", ["retest", "retest_low", "retest_high"]].tolist() == pytest.approx(
            [expected.estimate, expected.ci_low, expected.ci_high]
        )
        assert rows.loc["post", "n_retest"] == 16 - 2 + 14
        assert rows.loc["pre", ["retest", "n_retest"]].isna().all()

    @pytest.mark.parametrize(
        "toml",
        [TOML, COMPARED.replace('person = "code"\n', "") + '[link]\nmethod = "none"\n'],
        ids=["alone", "unlinked"],
    )
    def test_alpha_never_stands_in_for_a_retest(self, prepare, toml):
        table = assess_reliability(prepare(Group(n=20, arm="programme"), Group(n=20, arm="waitlist"), toml=toml))
        assert table["retest"].isna().all()
        assert table["alpha"].notna().sum() == 2

    @pytest.mark.parametrize(
        ("group", "codebook", "reason", "n"),
        [
            (Group(n=12), SINGLE, "too_few_items", 12),
            (Group(n=1), None, "too_few_people", 1),
            (Group(n=12, gain=9), None, "no_variation", 12),  # all at the end of the scale after
        ],
    )
    def test_reasons(self, prepare, group, codebook, reason, n):
        files = {"codebook.csv": codebook} if codebook else {}
        row = assess_reliability(prepare(group, files=files)).iloc[-1]
        assert row["wave"] == "post"
        assert row["reason"] == reason
        assert row["reason"] in WORDED
        assert row["n"] == n
        assert row[["alpha", "omega", "item"]].isna().all()

    def test_a_scale_that_nobody_answered_has_too_few_people(self, prepare):
        people = [
            [f"P{place}", "Spring", "", "", "", "", *answer]
            for place in range(9)
            for answer in [(place % 5 + 1, "", "")]
        ]
        codebook = "item,scale,low,high\nm1,other,1,5\nm2,mood,1,5\nm3,mood,1,5\n"
        both = {name: as_csv(COLUMNS, people) for name in ("pre.csv", "post.csv")}
        prepared = prepare(toml=TOML + "[scales.other]\n", files={"codebook.csv": codebook, **both})
        table = assess_reliability(prepared).set_index("scale")
        assert table.loc["mood", "reason"].tolist() == ["too_few_people"] * 2
        assert table.loc["mood", "n"].tolist() == [0, 0]


@pytest.fixture(scope="module")
def large(prepare) -> Prepared:
    """Sixty leaders and seventy mentors, some of whom left."""
    return prepare(Group(n=60, role="leader", left=6), Group("Autumn", n=70, role="mentor", left=4))


@pytest.fixture(scope="module")
def invariance(large) -> pd.DataFrame:
    return assess_invariance(large)


class TestInvariance:
    def test_rows_are_levels_over_time_and_between_roles(self, invariance):
        assert list(invariance) == list(INVARIANCE.columns)
        assert invariance[["compared", "level"]].to_numpy().tolist() == [
            [compared, level] for compared in ("pre – post", "leader – mentor") for level in LEVELS
        ]
        assert invariance["reason"].isna().all()
        assert invariance["n"].tolist() == [130] * 8

    def test_over_time_it_is_that_of_stats(self, large, invariance):
        before = answers(large, "pre")
        after = answers(large, "post").reindex(before.index)
        expected = wave_invariance(before.to_numpy(), after.to_numpy(), level=0.95)
        self.check(invariance[invariance["compared"] == "pre – post"], expected)

    def test_between_roles_it_is_that_of_stats(self, large, invariance):
        groups = [answers(large, "pre", role=role).to_numpy() for role in ("leader", "mentor")]
        self.check(invariance[invariance["compared"] == "leader – mentor"], group_invariance(groups, level=0.95))

    def check(self, rows, expected):
        for (_, row), level in zip(rows.iterrows(), expected.levels, strict=True):
            assert row["level"] == level.name
            for name in ("chi2", "df", "p_value", "cfi", "tli", "rmsea", "srmr"):
                assert row[name] == pytest.approx(getattr(level.indices, name), rel=1e-6, abs=1e-8, nan_ok=True), name
            step = [row[name] for name in ("d_chi2", "d_df", "d_cfi", "d_rmsea")]
            if level.step is None:
                assert np.isnan(step).all()
            else:
                found = (level.step.chi2, level.step.df, level.step.cfi, level.step.rmsea)
                assert step == pytest.approx(found, rel=1e-6, abs=1e-8, nan_ok=True)
        scalar, difference = rows.set_index("level").loc["scalar"], expected.mean_differences[0]
        assert scalar[["latent_difference", "latent_low", "latent_high"]].tolist() == pytest.approx(
            [difference.estimate, difference.ci_low, difference.ci_high], rel=1e-6
        )
        assert rows.loc[rows["level"] != "scalar", "latent_difference"].isna().all()

    def test_few_people_make_it_descriptive(self, invariance):
        flags = invariance.groupby("compared")["descriptive"].unique()
        assert flags["pre – post"].tolist() == [False]  # 120 answered twice
        assert flags["leader – mentor"].tolist() == [True]  # sixty leaders

    def test_fewer_than_fifty_are_too_few(self, prepare):
        table = assess_invariance(prepare(Group(n=49, role="leader"), Group(n=55, role="mentor", left=50)))
        assert table[["compared", "level", "reason"]].to_numpy().tolist()[-1] == [
            "leader – mentor", "all", "too_few_people"]  # fmt: skip
        numbers = table.iloc[-1][["chi2", "df", "cfi", "latent_difference", "descriptive"]]
        assert numbers.isna().all()

    def test_over_time_it_counts_who_answered_twice(self, prepare):
        table = assess_invariance(prepare(Group(n=60, left=11)))
        assert table[["compared", "reason", "n"]].to_numpy().tolist() == [["pre – post", "too_few_people", 60]]

    def test_scales_of_few_items_have_no_factor_model(self, prepare):
        table = assess_invariance(prepare(Group(n=60), files={"codebook.csv": SINGLE}))
        assert table["reason"].tolist() == ["too_few_items"]

    def test_one_role_is_compared_with_nobody_and_unlinked_waves_not_over_time(self, prepare):
        toml = TOML.replace('person = "code"\n', "") + '[link]\nmethod = "none"\n'
        assert len(assess_invariance(prepare(Group(n=20, role="leader"), toml=toml))) == 0

    def test_a_scale_not_asked_at_baseline_has_no_start(self, prepare):
        codebook = "item,scale,low,high,pre\nm1,mood,1,5,-\nm2,mood,1,5,-\nm3,mood,1,5,-\n"
        assert len(assess_invariance(prepare(Group(n=20), files={"codebook.csv": codebook}))) == 0

    def test_roles_that_a_scale_is_not_meant_for_are_left_out(self, prepare):
        toml = TOML.replace('label = "Mood"', 'label = "Mood"\nroles = ["leader"]')
        table = assess_invariance(prepare(Group(n=12, role="leader"), Group(n=12, role="mentor"), toml=toml))
        assert table["compared"].tolist() == ["pre – post"]

    def test_answers_without_spread_are_said_to_have_none(self, prepare):
        table = assess_invariance(prepare(Group(n=60, gain=9)))
        assert table["reason"].tolist() == ["no_variation"]
        assert set(table["reason"]) <= WORDED
