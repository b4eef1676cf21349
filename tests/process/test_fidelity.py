"""What pairs did, held against the plan, and what both sides say: against numbers worked out from the files."""

import io
import warnings

import numpy as np
import pandas as pd
import pingouin
import pytest
from process_study import TOML, process_files, process_study
from scipy import stats

import rm_research as rm
from rm_research.errors import FrameError, SelectionError
from rm_research.process import meetings


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return rm.prepare_study(process_study(tmp_path_factory.mktemp("pairs") / "study"))


@pytest.fixture(scope="module")
def files():
    return {name: pd.read_csv(io.StringIO(text)) for name, text in process_files().items() if name.endswith(".csv")}


def of(table, about, **place):
    rows = table[table["about"].eq(about)]
    for name, value in place.items():
        rows = rows[rows[name].eq(value) if value is not None else rows[name].isna()]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.fixture(scope="module")
def programme(prepared):
    return rm.assess_fidelity(prepared, by="programme")


def test_meetings_are_held_against_the_plan(programme, files):
    counts = files["log.csv"].groupby("dyad").size().reindex(files["roster.csv"]["dyad"].unique(), fill_value=0)
    row = of(programme, "meetings")
    assert row["estimate"] == pytest.approx(counts.mean())
    assert (row["n"], row["planned"], row["n_as_planned"]) == (28, 5, (counts >= 4).sum())


def test_days_are_counted_from_the_start_and_between_meetings(programme, files):
    log = files["log.csv"].assign(date=pd.to_datetime(files["log.csv"]["date"])).sort_values(["dyad", "date"])
    first = (log.groupby("dyad")["date"].min() - pd.Timestamp("2025-03-01")).dt.days
    gaps = log.groupby("dyad")["date"].apply(lambda days: days.diff().dt.days.max())
    assert of(programme, "first_meeting")["estimate"] == pytest.approx(first.mean())
    assert of(programme, "longest_gap")["estimate"] == pytest.approx(gaps.mean())
    assert of(programme, "longest_gap")["n_as_planned"] == 24
    assert of(programme, "regularity")["estimate"] == 1


def test_minutes_are_the_mean_of_a_pair_s_meetings(programme, files):
    minutes = files["log.csv"].groupby("dyad")["minutes"].mean()
    row = of(programme, "minutes")
    assert (row["estimate"], row["n"], row["n_as_planned"]) == (minutes.mean(), 24, (minutes >= 48).sum())


def test_goals_and_agreements(programme, files):
    goals = files["goals.csv"].groupby("dyad")["attainment"]
    assert of(programme, "goals")["estimate"] == pytest.approx(goals.size().mean())
    assert of(programme, "attainment")["estimate"] == pytest.approx(goals.mean().mean())
    assert of(programme, "purpose")["n_as_planned"] == 22
    assert of(programme, "confidentiality")["n_as_planned"] == 28
    assert "structure" not in set(programme["about"])


def test_both_sides_and_their_agreement_are_those_of_other_software(programme, files):
    post = files["post.csv"]
    post = post.assign(safety=post[["s1", "s2"]].mean(axis=1), pair=post["code"].str[1:], side=post["code"].str[0])
    wide = post.pivot(index="pair", columns="side", values="safety")
    for role, side in (("leader", "L"), ("mentor", "M")):
        assert of(programme, "safety", role=role)["estimate"] == pytest.approx(wide[side].mean())
    with warnings.catch_warnings(action="ignore"):  # pandas warns of pingouin's calls
        forms = pingouin.intraclass_corr(post, "pair", "side", "safety").set_index("Type")
    expected = forms.loc["ICC(A,1)" if "ICC(A,1)" in forms.index else "ICC2", "ICC"]
    found = of(programme, "safety", measure="icc")
    assert found["estimate"] == pytest.approx(expected, abs=1e-6)
    assert found["n"] == 28
    difference, test = of(programme, "safety", measure="difference"), stats.ttest_rel(wide["L"], wide["M"])
    ends = test.confidence_interval(0.95)
    assert difference["estimate"] == pytest.approx((wide["L"] - wide["M"]).mean())
    assert (difference["ci_low"], difference["ci_high"]) == pytest.approx((ends.low, ends.high))


def test_a_pair_has_values_of_its_own(prepared):
    table = rm.assess_fidelity(prepared, by="dyad")
    assert table["dyad"].nunique() == 28
    assert set(table["measure"]) == {"value", "difference"}
    sides = table[table["about"].eq("safety")].pivot(index="dyad", columns="role", values="estimate")
    difference = table[table["about"].eq("safety") & table["role"].isna()].set_index("dyad")["estimate"]
    assert (sides["leader"] - sides["mentor"] - difference).abs().max() < 1e-12
    met = table[table["about"].eq("meetings")]
    assert (met["n_as_planned"] == (met["estimate"] >= 4)).all()
    never = table[table["about"].eq("first_meeting") & table["estimate"].isna()]
    assert len(never) == 4
    assert never["n_as_planned"].eq(0).all()


def test_pairs_that_never_met_did_not_meet_in_time(prepared):
    (counts,) = meetings(prepared).drop(columns="cohort").sum().to_frame().T.to_dict("records")
    assert (counts["first_meeting_as_planned"], counts["first_meeting_of"]) == (24, 28)
    assert (counts["regularity_as_planned"], counts["regularity_of"]) == (24, 24)  # of those who met twice
    undeclared = rm.prepare_study(prepared.study.varied({"programme.start": None}))
    assert meetings(undeclared)["first_meeting_of"].sum() == 0


def test_cohorts_have_rows_of_their_own(prepared, programme):
    table = rm.assess_fidelity(prepared)
    assert table["cohort"].unique().tolist() == ["A", "B"]
    both = table[table["about"].eq("meetings")]
    assert both["n_as_planned"].sum() == of(programme, "meetings")["n_as_planned"]
    alone = rm.assess_fidelity(prepared, cohort="B")
    pd.testing.assert_frame_equal(alone, table[table["cohort"] == "B"].reset_index(drop=True))


@pytest.mark.parametrize(("share", "enough"), [("0.8", 16), ("1.0", 8), ("0.6", 24)])
def test_what_is_as_planned_follows_from_the_study_file(share, enough, prepared):
    varied = rm.prepare_study(prepared.study.varied({"programme.as_planned": float(share)}))
    assert of(rm.assess_fidelity(varied, by="programme"), "meetings")["n_as_planned"] == enough


def test_without_a_plan_nothing_is_as_planned(prepared):
    varied = rm.prepare_study(prepared.study.varied({"programme": None}))
    table = rm.assess_fidelity(varied, by="programme")
    assert table["planned"].isna().all()
    assert table["n_as_planned"].isna().all()
    assert not {"first_meeting", "regularity", "purpose"} & set(table["about"])


def test_an_undated_meeting_leaves_the_rhythm_unknown(tmp_path):
    folder = process_study(tmp_path / "study")
    with (folder / "log.csv").open("a") as log:
        log.write("P001,,45\n")
    table = rm.assess_fidelity(rm.prepare_study(folder), by="programme")
    assert of(table, "meetings")["n"] == 28
    assert of(table, "longest_gap")["n"] == of(table, "first_meeting")["n"] == 23


def test_pairs_of_a_leader_with_two_mentors_are_in_no_agreement(tmp_path):
    folder = process_study(tmp_path / "study")
    with (folder / "roster.csv").open("a") as roster:
        roster.write("L001,B,leader,P003,yes,yes\n")  # who also meets the mentor of another pair
    table = rm.assess_fidelity(rm.prepare_study(folder), by="programme")
    assert of(table, "safety", measure="icc")["n"] == 26


def test_pairs_that_waited_are_in_no_number(tmp_path):
    folder = process_study(tmp_path / "study", toml=TOML + '[design]\ncomparison = "waitlist"\n')
    lines = (folder / "roster.csv").read_text().splitlines()
    arms = ["arm", *("waitlist" if int(line[1:4]) < 6 else "programme" for line in lines[1:])]
    (folder / "roster.csv").write_text("".join(f"{line},{arm}\n" for line, arm in zip(lines, arms, strict=True)))
    table = rm.assess_fidelity(rm.prepare_study(folder), by="programme")
    assert of(table, "meetings")["n"] == of(table, "attainment")["n"] == 22
    assert of(table, "safety", role="leader")["n"] == 22
    assert of(table, "safety", measure="icc")["n"] == 22


def test_other_data_and_other_rows_are_refused(prepared):
    with pytest.raises(FrameError, match="takes what prepare_study returned"):
        rm.assess_fidelity(prepared.study)
    with pytest.raises(SelectionError, match="by='pair' is not known; known: dyad, cohort, programme"):
        rm.assess_fidelity(prepared, by="pair")
    with pytest.raises(SelectionError, match="There is no cohort 'C'"):
        rm.assess_fidelity(prepared, cohort="C")


def test_a_scale_of_the_process_has_no_change(prepared):
    assert set(rm.estimate_change(prepared).table["scale"]) == {"inclusion"}
    rows = prepared.panel[prepared.panel["scale"].eq("safety")]
    assert rows["pre"].isna().all()
    assert np.isfinite(rows["post"]).all()


def test_asked_at_the_baseline_it_is_described_there_too(tmp_path):
    files = process_files()
    files["codebook.csv"] = files["codebook.csv"].replace("safety,1,5,-,", "safety,1,5,i1,")
    files["codebook.csv"] = files["codebook.csv"].replace("s2,safety,1,5,i1,", "s2,safety,1,5,i2,")
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    prepared = rm.prepare_study(tmp_path)
    waves = prepared.panel.loc[prepared.panel["scale"].eq("safety"), "wave"].unique()
    assert waves.tolist() == ["pre", "post"]
    assert set(rm.estimate_change(prepared).table["scale"]) == {"inclusion"}
    table = rm.assess_fidelity(prepared, by="programme")
    assert of(table, "safety", wave="pre", role="leader")["n"] == 28


def test_a_pair_that_is_not_in_the_file_of_goals_set_none(tmp_path):
    folder = process_study(tmp_path / "study")
    goals = pd.read_csv(folder / "goals.csv")
    goals[goals["dyad"] != "P001"].to_csv(folder / "goals.csv", index=False)
    row = of(rm.assess_fidelity(rm.prepare_study(folder), by="programme"), "goals")
    assert (row["n"], row["estimate"]) == (28, pytest.approx((len(goals) - 2) / 28))
