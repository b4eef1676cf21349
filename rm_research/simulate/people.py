"""Cohorts, dyads, arms and meetings: everyone invited, for the roster and the sessions file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from rm_research.simulate.population import ARMS, MEAN_MEETINGS, MEETINGS

PROGRAMME_SHARE = 0.6
DYADS_PER_SECOND_LEADER = 20  # one mentor in this many dyads has a second leader
FIRST_YEAR = 2022

PRE_WINDOW = (0, 21)  # days after the cohort's start
MEETING_WINDOW = (28, 175)
PLAN = {"planned_meetings": 6, "every_days": 30, "planned_minutes": 60}  # as in study.toml
AS_PLANNED = 5  # meetings that count as planned: 0.8 of six, rounded up
POST_WINDOW = (182, 203)
LATE_WINDOW = (210, 240)
LATE_MEETING = 0.08  # chance that a dyad meets once more after its post answers are in

ROLE_LABELS = {"leader": "Senior leader", "mentor": "Junior mentor"}
ARM_LABELS = {"programme": "Programme", "waitlist": "Waiting list"}
STUDENT_LABEL = "Student mentor"  # what a school calls its mentors
# Where each cohort meets: the second in a school, where students mentor, the fourth in a government department.
SCHOOL = "School"
SETTINGS = ("Council", SCHOOL, "Council", "Government department")
DIRECTORATES = ("Adult services", "Children's services", "Housing", "Streets and parks", "Finance and digital")
CODE_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # letters that are not mistaken for digits or for each other


@dataclass(frozen=True, eq=False)
class Programme:
    """
    Everyone invited.

    Parameters
    ----------
    people : DataFrame
        One row per person: code, cohort, role, arm, mentor (number of the mentor, the unit that was randomised),
        dose (meetings before the post survey divided by their expected number; for the waitlist, what it would
        have been), starts (first day of the cohort), directorate, setting, label (what the exports call the role).
    dyads : DataFrame
        One row per dyad: cohort, pair, mentor, arm, meetings, starts.
    roster : DataFrame
        One row per person and dyad, as in roster.csv.
    """

    people: pd.DataFrame
    dyads: pd.DataFrame
    roster: pd.DataFrame


def draw_programme(rng: np.random.Generator, cohorts: Sequence[int]) -> Programme:
    """Draw who is paired with whom, and who waits."""
    dyads = pd.concat([_draw_cohort(rng, number, size) for number, size in enumerate(cohorts)], ignore_index=True)
    dyads["mentor"] = dyads.groupby(["cohort", "mentor"], sort=False).ngroup()
    dyads["pair"] = [f"D{number:03d}" for number in range(1, len(dyads) + 1)]
    mentors = dyads.drop_duplicates("mentor").assign(role="mentor")
    people = pd.concat([dyads.assign(role="leader"), mentors], ignore_index=True)
    people["code"] = _draw_codes(rng, len(people))
    people["directorate"] = rng.choice(DIRECTORATES, len(people))
    people["dose"] = people["meetings"] / MEAN_MEETINGS
    students = people["role"].eq("mentor") & people["setting"].eq(SCHOOL)
    people["label"] = people["role"].map(ROLE_LABELS).mask(students, STUDENT_LABEL)
    roster = _roster(people, dyads)
    columns = ["code", "cohort", "role", "arm", "mentor", "dose", "starts", "directorate", "setting", "label"]
    return Programme(people[columns], dyads, roster)


def _draw_cohort(rng: np.random.Generator, number: int, size: int) -> pd.DataFrame:
    """One row per dyad. Both leaders of a mentor are in the same arm, so the arm is drawn per mentor."""
    doubled = size // DYADS_PER_SECOND_LEADER
    n_mentors = size - doubled
    mentor = np.append(np.arange(n_mentors), np.arange(doubled))
    starts_now = rng.permutation(n_mentors) < round(PROGRAMME_SHARE * n_mentors)
    meetings = rng.choice(len(MEETINGS), size=n_mentors, p=MEETINGS)
    year, autumn = FIRST_YEAR + number // 2, number % 2 == 1
    return pd.DataFrame(
        {
            "cohort": f"{year} {'autumn' if autumn else 'spring'}",
            "mentor": mentor,
            "arm": np.where(starts_now, *ARMS)[mentor],
            "meetings": meetings[mentor],
            "setting": SETTINGS[number] if number < len(SETTINGS) else SETTINGS[0],
            "starts": np.datetime64(f"{year}-{'09' if autumn else '03'}-01", "s"),
        }
    )


def _draw_codes(rng: np.random.Generator, n: int) -> list[str]:
    """Draw the codes handed out to people: two letters and three digits, all different."""
    letters = len(CODE_LETTERS)
    draws = rng.choice(letters * letters * 1000, size=n, replace=False)
    return [
        f"{CODE_LETTERS[draw // 1000 // letters]}{CODE_LETTERS[draw // 1000 % letters]}{draw % 1000:03d}"
        for draw in draws.tolist()
    ]


def _roster(people: pd.DataFrame, dyads: pd.DataFrame) -> pd.DataFrame:
    """One row per person and dyad: a mentor with two leaders has two rows."""
    leaders = people[people["role"] == "leader"].assign(pair=dyads["pair"])
    mentors = people[people["role"] == "mentor"].drop(columns="pair").merge(dyads[["mentor", "pair"]], on="mentor")
    columns = ["code", "cohort", "role", "pair", "arm", "directorate", "setting"]
    rows = pd.concat([leaders, mentors]).sort_values(["pair", "role"], ignore_index=True)
    return rows.assign(role=rows["label"], arm=rows["arm"].map(ARM_LABELS))[columns]


def first_day(start: pd.Timestamp) -> pd.Timestamp:
    """First day on which pairs of a cohort may meet, from the first day of its surveys."""
    return start + pd.Timedelta(days=MEETING_WINDOW[0])


def draw_sessions(rng: np.random.Generator, programme: Programme) -> pd.DataFrame:
    """One row per meeting of a programme dyad; some dyads never meet, and a few also meet after the post survey."""
    dyads = programme.dyads[programme.dyads["arm"] == "programme"]
    rows: list[tuple[str, str, int]] = []
    for pair, starts, meetings in zip(dyads["pair"], dyads["starts"], dyads["meetings"].tolist(), strict=True):
        days = sorted(rng.choice(np.arange(*MEETING_WINDOW), size=meetings, replace=False).tolist())
        if rng.random() < LATE_MEETING:
            days.append(int(rng.integers(*LATE_WINDOW)))
        minutes = rng.choice([30, 45, 60, 90], size=len(days), p=[0.2, 0.3, 0.4, 0.1]).tolist()
        dates = [f"{starts + timedelta(days=day):%Y-%m-%d}" for day in days]
        rows += [(pair, date, length) for date, length in zip(dates, minutes, strict=True)]
    return pd.DataFrame(rows, columns=["pair", "date", "minutes"])
