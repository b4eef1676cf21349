"""What pairs did and agreed on: which meetings and goals count, and what the roster says of each pair."""

from collections.abc import Iterable

import pandas as pd

from rm_research.catalogue.said import Said, rows_text
from rm_research.frames import DYADS, GOALS
from rm_research.journal import Journal, Severity
from rm_research.responses.facts import YES
from rm_research.study import Study
from rm_research.study.entries import tidy, tidy_text

PAIR = ["cohort", "dyad"]
STEPS = {
    "unknown_dyad": "meetings of unknown dyads",
    "unknown_dyad_of_goals": "goals of unknown dyads",
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
    file = study.sessions.file if study.sessions else ""
    known = _located(sessions, members, "unknown_dyad", file, journal)
    start = known["cohort"].map(first_days(members["cohort"].unique(), study)).astype(known["date"].dtype)
    faults = {
        "meetings_twice": known["date"].notna() & (known.duplicated([*PAIR, "date"]) | _without_time(known)),
        "meetings_before_start": known["date"] < start,
        "meetings_to_come": known["date"].dt.normalize() > pd.Timestamp.now().normalize(),
    }
    met = known
    for rule, wrong in faults.items():
        if (out := wrong[met.index]).any():
            message = Said(f"problems.{rule}", file=file, rows=rows_text(met.loc[out, "source_row"]))
            journal.problem(rule, "warning", message, file=file, column="date")
            journal.step(STEPS[rule], before=len(met), after=int((~out).sum()), file=file)
            met = met[~out]
    return met


def _without_time(meetings: pd.DataFrame) -> pd.Series:
    """Meetings without a time of day, of pairs of which one on that day has a time: it is the same one."""
    day = meetings["date"].dt.normalize()
    timed = meetings["date"] > day
    return ~timed & timed.groupby([meetings["cohort"], meetings["dyad"], day]).transform("any")


def _located(rows: pd.DataFrame, members: pd.DataFrame, unknown: str, file: str, journal: Journal) -> pd.DataFrame:
    """
    Rows of known dyads with their cohort, looked up by the dyad's name where a row gives none.

    Others are counted as the problem `unknown`, or named as rows of which nobody knows whose they are.
    """
    known = members[PAIR].drop_duplicates()
    once = known.drop_duplicates("dyad", keep=False).set_index("dyad")["cohort"]
    nowhere = rows["cohort"].isna() & rows["dyad"].isin(known["dyad"]) & ~rows["dyad"].isin(once.index)
    if nowhere.any():
        message = Said("problems.dyad_of_several_cohorts", file=file, rows=rows_text(rows.loc[nowhere, "source_row"]))
        journal.problem("dyad_of_several_cohorts", "error", message, file=file, column="cohort")
    placed = rows.assign(cohort=rows["cohort"].fillna(rows["dyad"].map(once).astype("str")))[~nowhere]
    located = placed.merge(known, on=PAIR)
    if lost := len(placed) - len(located):
        rows_lost = placed.loc[~placed["source_row"].isin(located["source_row"]), "source_row"]
        message = Said(f"problems.{unknown}", file=file, n=lost, rows=rows_text(rows_lost))
        journal.problem(unknown, "warning", message, file=file)
        journal.step(STEPS[unknown], before=len(placed), after=len(located), file=file)
    return located


def report_half_pairs(
    members: pd.DataFrame, pairs: pd.DataFrame, study: Study, journal: Journal, *, in_roles: bool
) -> None:  # fmt: skip
    """Count dyads of which only one side is known: what pairs did is told without them."""
    settings = study.settings
    if not in_roles or not (settings.sessions or settings.goals or study.programme.agreed):
        return
    of = members[PAIR].drop_duplicates()
    if half := len(of) - len(pairs[PAIR].drop_duplicates()):
        # without a roster, who did not answer is not known
        severity: Severity = "warning" if study.roster else "note"
        key = "problems.half_pairs" if study.roster else "problems.half_pairs_unlisted"
        journal.problem("half_pairs", severity, Said(key, n=half, of=len(of)))


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
    known = _located(goals, members, "unknown_dyad_of_goals", study.goals.file, journal)
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
