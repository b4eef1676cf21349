"""Pairs that have not met for longer than planned, by their code: the coordinator has to find them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.monitoring.received import WHO, Received
from rm_research.responses.pair_codes import pair_codes

PAIRS = ["cohort", "pair", "meetings", "last_met", "days_since"]
PAIR = ["cohort", "dyad"]
Met = dict[Any, tuple[int, date | None]]  # by cohort and pair
# problems of the log of meetings, whose messages say what to do
RULES = ("meetings_to_come", "meetings_twice", "meetings_before_start", "unknown_dyad", "dyad_of_several_cohorts")


def pairs(received: Received) -> pd.DataFrame:
    """
    Pairs of the programme that met last, or else started, longer ago than [programme] every_days.

    Not listed are pairs that had all meetings that were planned, and those of cohorts whose last survey was due: they
    need not meet any more. Without a log or a planned interval there are none.

    Returns
    -------
    DataFrame
        One row per pair, the longest ago of each cohort first: cohort, pair (its code as written), meetings (so far),
        last_met (the day; missing where they never met) and days_since (then, or since the start; missing where
        neither is known).
    """
    programme = received.study.programme
    if programme.every_days is None or not received.logged:
        return pd.DataFrame(columns=PAIRS)
    names, over, rows = pair_codes(received.study), _over(received), []
    for (cohort, dyad), (n, last) in _met(received).items():
        days = _days(last, cohort, received)
        unknown = n > 0 and last is None  # they met on days that nobody logged
        done = programme.planned_meetings is not None and n >= programme.planned_meetings
        if not (unknown or done or cohort in over) and (days is None or days > programme.every_days):
            rows.append((cohort, names.get(dyad, ""), n, None if last is None else last.isoformat(), days))
    table = pd.DataFrame(rows, columns=PAIRS).astype({"meetings": "Int64", "days_since": "Int64"})
    places = table["cohort"].map(received.cohorts.index)
    keys = pd.DataFrame({"cohort": places, "since": -table["days_since"], "pair": table["pair"]})
    return table.loc[
        keys.sort_values(["cohort", "since", "pair"], kind="stable", na_position="first").index
    ].reset_index(drop=True)


def _over(received: Received) -> list[str]:
    """Cohorts whose last survey was due before the day."""
    due = received.due(received.study.later_waves[-1]) if received.study.later_waves else {}
    return [cohort for cohort in received.cohorts if cohort in due and due[cohort] < received.on]


def _met(received: Received) -> Met:
    """How often each pair of the programme met, and when last; those of the comparison do not meet."""
    arms = received.members.merge(received.people[[*WHO, "arm"]], on=WHO)
    meets = arms["arm"].notna() & (arms["arm"] != received.study.comparison)
    found: Met = dict.fromkeys(arms.loc[meets, PAIR].itertuples(index=False, name=None), (0, None))
    for pair, dates in received.meetings.groupby(PAIR)["date"]:
        if pair in found:
            last = dates.max()
            found[pair] = (len(dates), None if pd.isna(last) else last.date())
    return found


def _days(last: date | None, cohort: str, received: Received) -> int | None:
    """Days since a pair met last, or else since its cohort started; None where neither is known."""
    since = last or received.starts.get(cohort)
    return None if since is None else (received.on - since).days


def notes_on_pairs(received: Received) -> Iterator[Said]:
    """Why nothing can be said of pairs, or less than could be."""
    study = received.study
    if study.programme.every_days is None:
        yield Said("monitor.no_interval")
    elif not received.logged:
        yield Said("monitor.no_log") if study.sessions is None else Said("monitor.log_unread", file=study.sessions.file)
    elif received.members.empty:
        yield Said("monitor.no_pairs")
    else:
        if over := _over(received):
            yield Said("monitor.over", cohorts=", ".join(over))
        if undated := int(received.meetings["date"].isna().sum()):
            yield Said("monitor.undated", n=undated)
        if unknown := [cohort for cohort in received.cohorts if cohort not in received.starts]:
            yield Said("monitor.start_of_pairs_unknown", cohorts=", ".join(unknown))
