"""Meetings are counted once a dyad, for the programme's arms, and what nobody logged stays unknown."""

import pytest
from small_studies import TOML, as_csv, small_study

from rm_research.panel import prepare_study
from rm_research.process import meetings

SESSIONS = TOML.replace('dyad = "pair"\n', 'dyad = "team"\n').replace(
    "[scales", '[sessions]\nfile = "log.csv"\n[scales'
)
SESSIONS += '[roster]\nfile = "roster.csv"\n[design]\ncomparison = "waitlist"\n'
ROSTER = [
    ["L1", "Spring", "leader", "programme", "T1"],
    ["M1", "Spring", "mentor", "programme", "T1"],
    ["L2", "Spring", "leader", "programme", "T2"],
    ["L3", "Spring", "leader", "programme", "T2"],
    ["M2", "Spring", "mentor", "programme", "T2"],
    ["L4", "Autumn", "leader", "programme", "T3"],
    ["M4", "Autumn", "mentor", "programme", "T3"],
    ["L5", "Spring", "leader", "waitlist", "T4"],
    ["M5", "Spring", "mentor", "waitlist", "T4"],
]
LOG = [["T1", "2025-04-01", 45], ["T1", "2025-05-01", 30], ["T2", "2025-04-02", 60], ["T4", "2025-04-03", 500]]


@pytest.fixture
def prepare(tmp_path):
    def prepared(log=LOG, toml=SESSIONS):
        waves = {name: as_csv(("code", "cohort", "role", "arm", "when", "m1", "m2", "m3"),
                              [[*line[:4], "2025-03-01", 3, 3, 3] for line in ROSTER])
                 for name in ("pre.csv", "post.csv")}  # fmt: skip
        files = waves | {"roster.csv": as_csv(("code", "cohort", "role", "arm", "team"), ROSTER),
                         "log.csv": as_csv(("team", "date", "minutes"), log)}  # fmt: skip
        return prepare_study(small_study(tmp_path / "study", toml=toml, files=files))

    return prepared


def of(table, cohort):
    return table[table["cohort"] == cohort].iloc[0]


def test_a_dyad_of_two_leaders_has_one_log(prepare):
    spring = of(meetings(prepare()), "Spring")
    assert (spring["dyads"], spring["met"], spring["meetings"]) == (2, 2, 3)


def test_minutes_are_hours(prepare):
    assert of(meetings(prepare()), "Spring")["hours"] == pytest.approx(2.25)


def test_dyads_that_never_met_count_as_none(prepare):
    autumn = of(meetings(prepare()), "Autumn")
    assert (autumn["dyads"], autumn["met"], autumn["meetings"], autumn["hours"]) == (1, 0, 0, 0)


def test_the_comparison_s_meetings_are_not_the_programme_s(prepare):
    assert meetings(prepare())["meetings"].sum() == 3


def test_one_cohort_alone(prepare):
    assert meetings(prepare(), "Autumn")["cohort"].tolist() == ["Autumn"]


def test_hours_are_unknown_where_a_dyad_that_met_logged_none(prepare):
    table = meetings(prepare(log=[["T1", "2025-04-01", 45], ["T2", "2025-04-01", ""]]))
    assert table.set_index("cohort")["hours"].isna().to_dict() == {"Autumn": False, "Spring": True}


def test_without_a_log_there_are_no_rows(prepare):
    assert meetings(prepare(toml=SESSIONS.replace('[sessions]\nfile = "log.csv"\n', ""))).empty
