"""Roster and sessions."""

import pytest

from rm_research.responses.intake import take_in
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[columns]
person = "code"
dyad = "pair"
[attributes]
team = "Team"
[roster]
file = "roster.csv"
[sessions]
file = "sessions.csv"
[scales.mood]
"""
ROSTER = "code,cohort,role,pair,Team\na,x,leader,1,ops\nb,x,mentor,1,it\n"
SESSIONS = "pair,date,minutes\n1,2025-01-02,30\n"


@pytest.fixture
def intake(write_study):
    def take(roster=ROSTER, sessions=SESSIONS, toml=TOML):
        files = {"roster.csv": roster, "sessions.csv": sessions}
        return take_in(read_study(write_study(toml=toml, files=files)))

    return take


def messages(intake):
    return intake.problems["message"].tolist()


def test_facts_stand_under_the_exports_names_or_their_own(intake):
    assert intake().roster[["source_row", "cohort", "role", "team"]].to_numpy().tolist() == [
        [2, "x", "leader", "ops"],
        [3, "x", "mentor", "it"],
    ]


def test_codes_and_pairs_are_hashed_as_those_of_the_exports(intake):
    taken = intake()
    assert taken.responses["person"].tolist()[:2] == taken.roster["person"].tolist()


def test_meetings_bear_their_pairs_hash(intake):
    taken = intake()
    assert taken.sessions["dyad"].tolist() == taken.roster["dyad"].tolist()[:1]


def test_a_roster_that_is_not_there_is_an_error(intake):
    assert messages(intake(roster=None)) == [
        "roster.csv is not in the study folder. Put it there, or correct its file in study.toml."
    ]


def test_a_roster_without_codes_is_an_error(intake):
    assert messages(intake(roster=ROSTER.replace("code", "kode"))) == [
        "roster.csv has no column for person. Name it under columns = { person = … }; it has 5 columns."
    ]


def test_a_roster_without_lines_is_an_error(intake):
    assert messages(intake(roster=ROSTER.splitlines()[0] + "\n")) == [
        "roster.csv has a header but no lines. Export it again, or remove [roster]."
    ]


def test_a_column_named_for_the_roster_must_be_there(intake):
    toml = TOML.replace('file = "roster.csv"', 'file = "roster.csv"\ncolumns = { arm = "group" }')
    assert messages(intake(toml=toml))[0].startswith("roster.csv has no column 'group' (it has 5 columns.), declared")


def test_lines_without_a_code_are_left_out_and_counted(intake):
    taken = intake(roster=ROSTER + ",x,mentor,2,it\n")
    assert (messages(taken), taken.ledger.set_index("rule").loc["roster lines without a code", "rows_after"]) == (
        ["roster.csv: no person code in row 4, which were left out. Add the codes."],
        2,
    )


def test_personal_data_of_the_roster_are_not_taken(intake):
    taken = intake(roster=ROSTER.replace("ops", "mary@example.org").replace(",it", ",jo@example.org"))
    assert taken.roster["team"].isna().all()


def test_a_log_without_meetings_is_a_log(intake):
    assert len(intake(sessions="pair,date,minutes\n").sessions) == 0


def test_dates_and_minutes_that_cannot_be_read_are_named_by_row(intake):
    taken = intake(sessions=SESSIONS + "1,2.1.2025,an hour\n")
    assert messages(taken) == [
        "sessions.csv: dates in row 3 cannot be read; these meetings count as held before the last wave. Set "
        'date_format under [sessions], for example "%d/%m/%Y".',
        "sessions.csv: minutes in row 3 are not numbers and not added up. Correct them.",
    ]


def test_the_logs_dates_may_have_a_format(intake):
    toml = TOML.replace('file = "sessions.csv"', 'file = "sessions.csv"\ndate_format = "%d.%m.%Y"')
    taken = intake(sessions="pair,date,minutes\n1,02.01.2025,30\n", toml=toml)
    assert str(taken.sessions.loc[0, "date"]) == "2025-01-02 00:00:00"
