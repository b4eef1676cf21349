"""The process of simulated studies: drawn apart from outcomes, asked of whom it should be, true to truth.json."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_simulate import DEMO, ROLES, read_csv, read_people, read_truth, read_wave, scores

import rm_research as rm
from rm_research.errors import StudyError
from rm_research.simulate import SIZES, simulate_study
from rm_research.simulate.wording import THEMES

# of what the demo held before it had a process: no recorded number of an outcome may change with what is added
BEFORE = {
    "pre": "98987d5ad2da2a71974f004eed01e74e1eac08c196f28664b0c6a56eb8087eed",
    "post": "0b3902065ee56c2d3a392bdec5dbdb0094d56566ea275da73a10e85bfabd043d",
}
SIDES = ("safety", "relationship")


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    simulate_study(folder, seed=3, cohorts=(700, 700), attrition=0, dirt=False)
    return folder


@pytest.mark.parametrize("wave", BEFORE)
def test_answers_to_outcomes_are_those_of_before(wave):
    sheet = pd.read_csv(DEMO / f"{wave}.csv", dtype=str, keep_default_na=False)
    before = sheet.drop(columns="role").loc[:, : "Q8" if wave == "pre" else "Q9"]
    assert hashlib.sha256(before.to_csv(index=False).encode()).hexdigest() == BEFORE[wave]


def test_only_pairs_of_the_programme_that_met_are_asked(large):
    sheet = read_wave(large, "post").set_index("person")
    roster = read_csv(large / "roster.csv").merge(read_csv(large / "sessions.csv"), on="pair", how="left")
    met = roster[roster["date"].ne("") & roster["date"].notna()].groupby("code").size()
    told = sheet["safety_1"].ne("")
    assert set(sheet.index[told]) <= set(met.index)
    assert (read_people(large).loc[sheet.index[told], "arm"] == "programme").all()
    assert (sheet.loc[~told, [*(f"{side}_{k}" for side in SIDES for k in range(1, 5)), "reflection"]] == "").all(
        axis=None
    )
    assert told.mean() == pytest.approx(0.6 * 0.95, abs=0.03)


@pytest.mark.parametrize("side", SIDES)
def test_both_sides_say_what_is_true(large, side):
    told = scores(large, "post")[side].dropna()
    people = read_people(large).loc[told.index]
    for row in read_truth(large)["process"]["sides"]:
        if row["scale"] == side:
            theirs = told[people["role"] == row["role"]]
            assert len(theirs) == row["n"]
            assert theirs.mean() == pytest.approx(row["mean_of_these"], abs=1e-6)
            assert abs(theirs.mean() - row["mean"]) < 4 * theirs.std() / len(theirs) ** 0.5


def test_sides_of_a_pair_agree_in_part_and_safety_goes_with_meetings(large):
    told = scores(large, "post")["safety"]
    roster = read_csv(large / "roster.csv").assign(role=lambda rows: rows["role"].map(ROLES))
    roster = roster.assign(score=roster["code"].map(told))
    wide = roster.pivot_table(index="pair", columns="role", values="score")
    assert 0.15 < wide["leader"].corr(wide["mentor"]) < 0.5
    held = read_csv(large / "sessions.csv")["pair"].value_counts()
    assert 0.15 < wide["leader"].corr(held.reindex(wide.index)) < 0.5
    for row in read_truth(large)["process"]["safety_and_effect"]:
        assert 0.05 < row["correlation"] < 0.4  # through the meetings alone


def test_themes_have_the_true_shares(large):
    wrote = read_wave(large, "post").set_index("person")["reflection"]
    wrote = wrote[wrote != ""]
    role = read_people(large)["role"].reindex(wrote.index)
    for row in read_truth(large)["process"]["themes"]:
        (theme,) = [one for one in THEMES if one.name == row["theme"]]
        theirs = wrote[role == row["role"]]
        about = sum(any(answer in text for answer in theme.answers) for text in theirs)
        assert (len(theirs), about) == (row["n_wrote"], row["n_about_it"])
        assert abs(about / len(theirs) - row["share"]) < 4 * (0.25 / len(theirs)) ** 0.5


def test_meetings_and_goals_are_those_of_the_files():
    truth, prepared = read_truth(DEMO)["process"], rm.prepare_study(DEMO)
    found = rm.assess_fidelity(prepared).query("about == 'meetings'").set_index("cohort")
    for row in truth["meetings"]:
        assert found.loc[row["cohort"], ["n", "n_as_planned"]].tolist() == [row["pairs"], row["as_planned"]]
        assert found.loc[row["cohort"], "estimate"] == pytest.approx(row["mean"], abs=1e-6)
    goals, held = read_csv(DEMO / "goals.csv"), read_csv(DEMO / "sessions.csv")["pair"].value_counts()
    assert set(goals["pair"]) <= set(held.index)
    assert set(goals["attainment"]) == {"", "-2", "-1", "0", "1", "2"}
    assert goals["attainment"].replace("", np.nan).astype(float).corr(goals["pair"].map(held)) > 0.1


def test_one_cohort_is_a_school_where_students_mentor():
    roster = read_csv(DEMO / "roster.csv")
    settings = roster.groupby("cohort")["setting"].unique().map(list).to_dict()
    assert settings["2022 autumn"] == ["School"]
    assert settings["2023 autumn"] == ["Government department"]
    students = roster["role"] == "Student mentor"
    assert set(roster.loc[students, "setting"]) == {"School"}
    assert not (roster["role"].eq("Junior mentor") & roster["setting"].eq("School")).any()
    assert set(rm.prepare_study(DEMO).people["role"].dropna()) == {"leader", "mentor"}


@pytest.mark.slow
def test_small_studies_show_something(tmp_path):
    simulate_study(tmp_path, size="small")
    assert read_csv(tmp_path / "roster.csv")["pair"].nunique() == sum(SIZES["small"])
    shown = rm.build_findings(rm.prepare_study(tmp_path), cohort="2022 spring")
    assert "pairs met at least " in str(shown)
    with pytest.raises(StudyError, match="did you mean 'small'"):
        simulate_study(tmp_path, size="smal")
