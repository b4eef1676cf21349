"""What pairs did and agreed on: which meetings and goals count, and what the roster says of each pair."""

from collections.abc import Iterable

import pandas as pd

from rm_research.catalogue.said import Said, rows_text
from rm_research.frames import DYADS, GOALS
from rm_research.journal import Journal
from rm_research.responses.facts import YES
from rm_research.study import Study
from rm_research.study.entries import tidy, tidy_text

PAIR = ["cohort", "dyad"]
STEPS = {
    "meetings_twice": "meetings logged twice",
    "meetings_before_start": "meetings before the start",
    "meetings_to_come": "meetings of days to come",
}  # lines of the ledger, by the rule of the problem
NO = ("no", "n", "false", "0")


def held_meetings(sessions: pd.DataFrame, members: pd.DataFrame, study: Study, journal: Journal) -> pd.DataFrame:
    """
    Meetings of known pairs that were held: not those logged twice, before the start, or of a day that is yet to come.

    Parameters
    ----------
    sessions : DataFrame
        One row per meeting: cohort (missing if the log has none), dyad, date, minutes, source_row.
    members : DataFrame
        One row per person and dyad: cohort, person, dyad.
    study : Study
        Its programme says when it started.
    journal : Journal
        Gets a problem and a line for each kind that does not count.
    """
    known = _located(sessions, members)
    if lost := len(sessions) - len(known):
        journal.problem("unknown_dyad", "warning", Said("problems.unknown_dyad", n=lost))
        journal.step("meetings of unknown dyads", before=len(sessions), after=len(known))
    start = known["cohort"].map(first_days(members["cohort"].unique(), study)).astype(known["date"].dtype)
    faults = {
        "meetings_twice": known["date"].notna() & known.duplicated([*PAIR, "date"]),
        "meetings_before_start": known["date"] < start,
        "meetings_to_come": known["date"].dt.normalize() > pd.Timestamp.now().normalize(),
    }
    file, met = study.sessions.file if study.sessions else "", known
    for rule, wrong in faults.items():
        if (out := wrong[met.index]).any():
            message = Said(f"problems.{rule}", file=file, rows=rows_text(met.loc[out, "source_row"]))
            journal.problem(rule, "warning", message, file=file, column="date")
            journal.step(STEPS[rule], before=len(met), after=int((~out).sum()), file=file)
            met = met[~out]
    return met


def _located(rows: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Rows of known dyads with their cohort, looked up by the dyad's name if no row gives it."""
    known = members[PAIR].drop_duplicates()
    if rows["cohort"].notna().all() and len(rows):
        return rows.merge(known, on=PAIR)
    return rows.drop(columns="cohort").merge(known.drop_duplicates("dyad", keep=False), on="dyad")


def first_days(cohorts: Iterable[str], study: Study) -> dict[str, pd.Timestamp]:
    """First day of each cohort that has one declared."""
    start = study.programme.start
    if not isinstance(start, dict):
        return {} if start is None else dict.fromkeys(cohorts, pd.Timestamp(start))
    declared = {tidy_text(name): pd.Timestamp(day) for name, day in start.items()}
    return {name: declared[tidy_text(name)] for name in cohorts if tidy_text(name) in declared}


def goals_of_pairs(
    goals: pd.DataFrame | None, members: pd.DataFrame, study: Study, journal: Journal
) -> pd.DataFrame:  # fmt: skip
    """Goals of known pairs; those of others are counted, and left out."""
    if goals is None or study.goals is None:
        return GOALS.empty()
    known, file = _located(goals, members), study.goals.file
    if lost := len(goals) - len(known):
        journal.problem("unknown_dyad_of_goals", "warning",
                        Said("problems.unknown_dyad_of_goals", file=file, n=lost), file=file)  # fmt: skip
        journal.step("goals of unknown dyads", before=len(goals), after=len(known), file=file)
    return GOALS.conform(known[list(GOALS.columns)])


def with_agreements(
    dyads: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal
) -> pd.DataFrame:  # fmt: skip
    """Dyads with what the roster says they agreed on; missing where it says nothing, or its lines disagree."""
    if roster is None or study.roster is None:
        return DYADS.conform(dyads)
    for name in study.programme.agreed:
        entries = tidy(roster[name].fillna(""))
        unclear = ~entries.isin([*YES, *NO, ""])
        if unclear.any():
            _report(name, "unclear_agreement", roster[unclear], study.roster.file, journal)
        said = roster.assign(said=entries.isin(YES).astype("boolean").mask(~entries.isin([*YES, *NO]), pd.NA))
        lines = said.dropna(subset=["said", "dyad"]).groupby(PAIR)["said"]
        split = lines.min() < lines.max()
        if split.any():
            of_pair = pd.MultiIndex.from_frame(roster[PAIR])
            _report(name, "agreements_differ", roster[of_pair.isin(split.index[split])], study.roster.file, journal)
        settled = lines.first().astype("boolean").mask(split, pd.NA)
        dyads = dyads.drop(columns=name, errors="ignore").join(settled.rename(name), on=PAIR)
    return DYADS.conform(dyads)


def _report(name: str, rule: str, rows: pd.DataFrame, file: str, journal: Journal) -> None:
    message = Said(f"problems.{rule}", file=file, rows=rows_text(rows["source_row"]), name=name)
    journal.problem(rule, "warning", message, file=file, column=name)
