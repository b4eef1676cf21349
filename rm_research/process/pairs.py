"""One row per pair of the programme: what it did and agreed on."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rm_research.panel import Prepared
from rm_research.people import first_days
from rm_research.study.settings import AGREED, Programme

PAIR = ["cohort", "dyad"]
DAY = pd.Timedelta(days=1)
MEASURES = ("meetings", "first_meeting", "regularity", "longest_gap", "minutes", *AGREED, "goals", "attainment")


def pairs_of(prepared: Prepared, cohorts: Sequence[str] | None = None) -> pd.DataFrame:
    """
    What each pair of the programme's arms did and agreed on.

    Parameters
    ----------
    prepared : Prepared
    cohorts : sequence of str, optional
        All that have no error unless given.

    Returns
    -------
    DataFrame
        One row a pair (a dyad with two leaders is one), with what is not known missing: cohort, dyad, leader (its
        first); meetings; first_meeting (days after the start); regularity (share of the days between one meeting and
        the next that were no more than planned, 0 to 1); longest_gap (days between two meetings); minutes (of a
        meeting, on average, of those with minutes); purpose, structure, confidentiality (1 agreed, 0 not); goals (how
        many); attainment (their mean, of those that were rated); begun (whether the day is declared on which its
        cohort started).
    """
    cohorts = prepared.sound_cohorts if cohorts is None else cohorts
    dyads, study = prepared.dyads[prepared.dyads["cohort"].isin(cohorts)], prepared.study
    arms = prepared.people.set_index(["cohort", "person"])["arm"]
    arm = dyads.join(arms, on=["cohort", "leader"])["arm"]
    pairs = dyads[arm.notna() & (arm != study.comparison)].drop_duplicates(PAIR).reset_index(drop=True)
    known = pairs[[*PAIR, "leader"]].assign(meetings=pairs["sessions"].astype("float64"))
    known = known.join(_rhythm(prepared), on=PAIR).join(_attainment(prepared), on=PAIR)
    for name in AGREED:
        known[name] = pairs[name].astype("float64")
    if study.goals:
        known["goals"] = known["goals"].fillna(0.0)
    known["begun"] = known["cohort"].isin(list(first_days(known["cohort"].unique(), study)))
    return known[[*PAIR, "leader", *MEASURES, "begun"]]


def _rhythm(prepared: Prepared) -> pd.DataFrame:
    """When each pair met, and for how long; unknown of when where a meeting has no date."""
    met, programme = prepared.meetings, prepared.study.programme
    start = first_days(met["cohort"].unique(), prepared.study)
    rows = {}
    for (cohort, dyad), meetings in met.groupby(PAIR):
        days = meetings["date"].dt.normalize().sort_values()
        dated = days.notna().all()
        gaps = days.diff().dropna() / DAY if dated else pd.Series(dtype=float)
        first = (days.iloc[0] - start[str(cohort)]) / DAY if dated and cohort in start else np.nan
        rows[cohort, dyad] = (first, _regular(gaps, programme), gaps.max(), meetings["minutes"].mean())
    index = pd.MultiIndex.from_tuples(rows, names=PAIR)
    return pd.DataFrame(list(rows.values()), index, ["first_meeting", "regularity", "longest_gap", "minutes"])


def _regular(gaps: pd.Series, programme: Programme) -> float:
    """Share of the gaps between meetings that were as planned."""
    return float((gaps <= programme.most_days).mean()) if programme.most_days and len(gaps) else np.nan


def _attainment(prepared: Prepared) -> pd.DataFrame:
    """How many goals each pair set, and how far it attained those that were rated."""
    of_pairs = prepared.goals.groupby(PAIR)["attainment"]
    return pd.DataFrame({"goals": of_pairs.size().astype("float64"), "attainment": of_pairs.mean()})


def planned(programme: Programme) -> dict[str, float]:
    """What was planned, by measure; without those of which nothing was."""
    plan = {
        "meetings": programme.planned_meetings, "first_meeting": programme.every_days,
        "longest_gap": programme.every_days, "minutes": programme.planned_minutes,
        "regularity": None if programme.every_days is None else 1.0,
    } | dict.fromkeys(programme.agreed, 1.0)  # fmt: skip
    return {name: float(value) for name, value in plan.items() if value is not None}


def as_planned(pairs: pd.DataFrame, measure: str, programme: Programme) -> pd.Series:
    """
    Whether each pair did as planned, 1 or 0; missing where it is not known, or nothing was planned.

    A pair that never met did not meet in time.
    """
    most, enough = programme.most_days, {"meetings": programme.enough_meetings, "minutes": programme.enough_minutes}
    values = pairs[measure]
    if measure not in planned(programme):
        return pd.Series(np.nan, index=pairs.index)
    if measure in ("first_meeting", "longest_gap"):
        met = (values <= most).astype("float64").mask(values.isna())
        return met.mask(pairs["meetings"].eq(0) & pairs["begun"], 0.0) if measure == "first_meeting" else met
    return (values >= enough.get(measure, programme.as_planned)).astype("float64").mask(values.isna())
