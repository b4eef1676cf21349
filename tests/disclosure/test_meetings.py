"""Mean change of people who met similarly often, in bands that tell of no few of them."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from small_studies import TOML, Group, small_study

from rm_research.disclosure.meetings import BY_MEETINGS, change_by_meetings
from rm_research.disclosure.numbers import decide
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import prepare_study
from rm_research.stats.baseline import change_of_both

DEMO = "data/demo"


@pytest.fixture(scope="module")
def prepared(request):
    return prepare_study(request.config.rootpath / DEMO)


def bands(prepared, **changed) -> pd.DataFrame:
    """Bands of the leaders' inclusion, with columns of their Panel rows changed."""
    panel = prepared.panel[prepared.panel["role"].eq("leader") & prepared.panel["scale"].eq("inclusion")]
    panel = panel[panel["arm"] == "programme"]
    return change_by_meetings(panel.assign(**changed), study=prepared.study)


def people_of(prepared) -> pd.DataFrame:
    panel = prepared.panel
    mine = panel[panel["role"].eq("leader") & panel["scale"].eq("inclusion") & panel["arm"].eq("programme")]
    return mine.dropna(subset=["pre", "post"])


def test_each_band_is_the_mean_change_of_its_people(prepared):
    people = people_of(prepared)
    found = bands(prepared, cluster=prepared.panel["person"])
    assert len(found) == 3
    assert found["n_people"].sum() == len(people)
    for row in found.itertuples():
        changes = (people["post"] - people["pre"])[people["sessions"].between(row.low, row.high)].to_numpy(float)
        expected = stats.ttest_1samp(changes, 0).confidence_interval(0.95)
        assert row.n_people == len(changes)
        assert row.estimate == pytest.approx(changes.mean(), abs=1e-12)
        assert (row.ci_low, row.ci_high) == pytest.approx((expected.low, expected.high), abs=1e-10)


def test_people_of_one_cluster_are_not_independent(prepared):
    """Twelve people of a band in three teams: its interval is that of the change of such a group anywhere else."""
    people = people_of(prepared).iloc[:24].assign(sessions=pd.array([1, 2] * 12, dtype="Int64"))
    teams = people.assign(cluster=[f"team {place % 6}" for place in range(24)])
    found = change_by_meetings(teams, study=prepared.study)
    assert found["n_people"].tolist() == [12, 12]
    for row in found.itertuples():
        group = teams[teams["sessions"].eq(row.low)]
        pre, post = (group[name].to_numpy(float) for name in ("pre", "post"))
        alone = change_of_both(pre, post, level=0.95)
        by_team = change_of_both(pre, post, level=0.95, clusters=group["cluster"])
        assert (by_team.df, by_team.estimate) == pytest.approx((2, alone.estimate))
        assert (row.estimate, row.ci_low, row.ci_high) == pytest.approx(
            (by_team.estimate, by_team.ci_low, by_team.ci_high), rel=1e-12
        )
        assert row.ci_low != pytest.approx(alone.ci_low, abs=0.01)


def test_the_band_of_a_single_cluster_has_no_interval(prepared):
    people = people_of(prepared).iloc[:24].assign(sessions=pd.array([1, 2] * 12, dtype="Int64"))
    found = change_by_meetings(people.assign(cluster=["one", "other"] * 12), study=prepared.study)
    assert found["estimate"].notna().all()
    assert found[["ci_low", "ci_high"]].isna().all(axis=None)


def test_bands_do_not_overlap(prepared):
    found = bands(prepared)
    assert (found["low"].iloc[1:].to_numpy() > found["high"].iloc[:-1].to_numpy()).all()


def test_halves_where_thirds_would_be_small(prepared):
    some = people_of(prepared).index[:24]
    panel = prepared.panel.loc[some].assign(sessions=pd.array([1] * 12 + [2] * 6 + [3] * 6, dtype="Int64"))
    found = change_by_meetings(panel, study=prepared.study)
    assert found[["low", "high", "n_people"]].to_numpy().tolist() == [[1, 1, 12], [2, 3, 12]]


def test_none_where_everyone_met_as_often(prepared):
    assert bands(prepared, sessions=3).empty


def panel_of(prepared, *cohorts: dict[str, int]) -> pd.DataFrame:
    """Rows of twenty people a cohort who met once or twice, of whom some left or have no log."""
    usual = people_of(prepared).iloc[:20]
    parts = []
    for place, lacking in enumerate(cohorts):
        part = usual.assign(
            cohort=f"c{place}", person=[f"{place}-{n}" for n in range(20)],
            sessions=pd.array([1, 2] * 10, dtype="Int64"),
        )  # fmt: skip
        left, unlogged = lacking.get("left", 0), lacking.get("unlogged", 0)
        part.loc[part.index[:left], "post"] = np.nan
        part.loc[part.index[20 - unlogged :], "sessions"] = pd.NA
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("kind", ["left", "unlogged"])
@pytest.mark.parametrize(
    ("lacking", "people"),
    [
        ((0, 0), 40),
        ((3, 0), 20),  # few lack it in one cohort: what is said of all would tell of them
        ((3, 4), 0),  # in two, but few together
        ((5, 5), 30),  # together as many as the smallest group
        ((10, 0), 30),
        ((3, 10), 0),  # ten are enough, but who remains is too few for two bands
    ],
)
def test_cohorts_that_few_lack_are_left_out(prepared, kind, lacking, people):
    panel = panel_of(prepared, *({kind: n} for n in lacking))
    assert change_by_meetings(panel, study=prepared.study)["n_people"].sum() == people


def test_bands_count_different_people(prepared):
    panel = panel_of(prepared, {}, {})
    twice = panel.assign(person=panel["person"].str.split("-").str[1].astype(int).mod(12).astype(str))
    assert len(change_by_meetings(panel, study=prepared.study)) > 1
    assert change_by_meetings(twice, study=prepared.study).empty


def test_none_where_changes_do_not_vary(prepared):
    assert bands(prepared, pre=1.0, post=np.float64(2.0)).empty


def test_arms_have_bands_of_their_own(prepared):
    panel = panel_of(prepared, {}, {}).assign(arm=["x"] * 20 + ["y"] * 20)
    found = change_by_meetings(panel, study=prepared.study)
    assert found.groupby("arm")["n_people"].sum().to_dict() == {"x": 20, "y": 20}


LOGGED = TOML + '[sessions]\nfile = "sessions.csv"\n[reporting]\nsmallest_group = 10\n'
COMPARED = LOGGED + '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n'


def shown(folder, *groups, toml=LOGGED, **files) -> pd.DataFrame:
    """What is shown of the meetings of some groups, whose people met one, two or three times in turn."""
    study = small_study(folder / "study", *groups, toml=toml, **files)
    pairs = pd.read_csv(study / "pre.csv")["pair"]
    met = [(pair, f"2025-05-0{day}", 60) for place, pair in enumerate(pairs) for day in range(1, 2 + place % 3)]
    pd.DataFrame(met, columns=["pair", "date", "minutes"]).to_csv(study / "sessions.csv", index=False)
    return decide(prepare_study(study)).tables["sessions"]


class TestShownMeetings:
    """Everyone in cohorts that are shown counts, and nobody else."""

    @pytest.mark.slow
    def test_one_cohort_has_its_name(self, tmp_path):
        found = shown(tmp_path, Group(n=36))
        assert found[["cohort", "low", "high", "n_people"]].to_numpy().tolist() == [
            ["Spring", low, low, 12] for low in (1, 2, 3)
        ]

    @pytest.mark.slow
    def test_a_hidden_cohort_is_left_out_of_the_sum(self, tmp_path):
        found = shown(tmp_path, Group("a", 36), Group("b", 33), Group("c", 6))
        assert set(found["cohort"]) == {ALL_COHORTS}
        assert found["n_people"].sum() == 69

    @pytest.mark.slow
    def test_small_cohorts_count_where_they_are_combined(self, tmp_path):
        assert shown(tmp_path, Group("a", 36), Group("b", 6), Group("c", 9))["n_people"].sum() == 51

    @pytest.mark.slow
    def test_the_comparison_has_none(self, tmp_path):
        groups = [Group("a", 36, arm="programme"), Group("a", 36, arm="waitlist")]
        found = shown(tmp_path, *groups, toml=COMPARED)
        assert set(found["arm"]) == {"programme"}
        assert found["n_people"].sum() == 36

    @pytest.mark.slow
    def test_only_the_first_outcome_has_some(self, tmp_path):
        both = LOGGED.replace("[scales.mood]", "[scales.zeal]\n[scales.mood]")
        codebook = "item,scale,low,high\nm1,zeal,1,5\nm2,mood,1,5\nm3,mood,1,5\n"
        found = shown(tmp_path, Group(n=36), toml=both, files={"codebook.csv": codebook})
        assert set(found["scale"]) == {"zeal"}

    @pytest.mark.slow
    @pytest.mark.parametrize("later", [False, True])
    def test_a_cohort_is_left_out_where_its_change_of_this_outcome_and_wave_is_hidden(self, tmp_path, later):
        """Five of autumn answered the first outcome after, all the second, and all of them both once more."""
        both = LOGGED.replace("[scales.mood]", "[scales.zeal]\n[scales.mood]")
        if later:
            both = both.replace("[columns]", '[waves.later]\nfile = "later.csv"\n[columns]')
        codebook = "item,scale,low,high\nm1,zeal,1,5\nm2,mood,1,5\nm3,mood,1,5\n"
        study = small_study(tmp_path / "study", Group(n=36), Group("Autumn", 36))
        after = pd.read_csv(study / "post.csv", keep_default_na=False)
        after["m1"] = after["m1"].astype(object).where(after["cohort"].eq("Spring") | (after.index < 41), "")
        once_more = pd.read_csv(study / "post.csv", keep_default_na=False).assign(m1=lambda rows: 6 - rows["m1"])
        files = {"codebook.csv": codebook, "later.csv": once_more.to_csv(index=False)}
        files["post.csv"] = after.to_csv(index=False)
        found = shown(tmp_path, Group(n=36), Group("Autumn", 36), toml=both, files=files)
        assert found["n_people"].sum() == 36
        assert set(found["wave"]) == {"post"}

    @pytest.mark.slow
    def test_without_a_cohort_that_is_shown_there_are_none(self, tmp_path):
        found = shown(tmp_path, Group("a", 9))
        assert found.empty
        assert list(found) == ["cohort", *BY_MEETINGS]


TEAMS = LOGGED + '[attributes]\nteam = "team"\n[design]\nclusters = "team"\n'


@pytest.mark.slow
@pytest.mark.parametrize(("sharing", "bands"), [(3, 0), (0, 3), (12, 3)])
def test_bands_are_not_shown_where_few_share_a_cluster_with_somebody_of_another_band(tmp_path, sharing, bands):
    """The error of all, next to those of the bands, would tell how these few differ together."""
    study = small_study(tmp_path / "study", Group(n=36), toml=TEAMS)
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv")
        place = rows["pair"].str.split("-").str[1].astype(int)
        team = (place // 3).where(place < sharing, place + 100)
        rows.assign(team="T" + team.astype(str)).to_csv(study / f"{wave}.csv", index=False)
    met = [(f"D0-{place}", f"2025-05-0{day}", 60) for place in range(36) for day in range(1, 2 + place % 3)]
    pd.DataFrame(met, columns=["pair", "date", "minutes"]).to_csv(study / "sessions.csv", index=False)
    assert len(decide(prepare_study(study)).tables["sessions"]) == bands
