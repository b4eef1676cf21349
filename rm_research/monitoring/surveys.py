"""Which surveys are in, who answered them so far, and which are due next."""

import os
from collections.abc import Iterator
from datetime import date

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.checks.followup import UNKNOWN, invited
from rm_research.monitoring.received import WHO, Received

SURVEYS = ["wave", "file", "state", "questionnaires"]
ANSWERS = ["wave", "cohort", "role", "arm", "invited", "answered", "not_yet"]
DUE = ["due", "days", "wave", "cohort", "invited", "answered", "not_yet"]
STATES = ("in", "awaited", "empty", "unusable")


def surveys(received: Received) -> pd.DataFrame:
    """One row per export of each survey: state (one of STATES), and questionnaires in it that count."""
    study, counts = received.study, received.responses.groupby(["wave", "file"]).size().to_dict()
    rows = [
        (wave.name, source.title, _state(received, wave.name, source.file, source.title), source.title)
        for wave in study.waves for source in wave.sources
    ]  # fmt: skip
    table = [(wave, file, state, counts.get((wave, title), 0)) for wave, file, state, title in rows]
    return pd.DataFrame(table, columns=SURVEYS)


def _state(received: Received, wave: str, file: str, title: str) -> str:
    if not os.path.isfile(received.study.path / file):
        return "awaited"
    problems = received.problems
    errors = problems[problems["severity"].eq("error") & problems["wave"].eq(wave) & problems["file"].eq(title)]
    if errors["rule"].eq("empty_export").any():
        return "empty"
    came = received.responses["wave"].eq(wave) & received.responses["file"].eq(title)
    return "unusable" if len(errors) and not came.any() else "in"


def begun(received: Received) -> list[str]:
    """Surveys of which some export is in."""
    table = surveys(received)
    return list(dict.fromkeys(table.loc[table["state"] == "in", "wave"]))


def answers(received: Received, *, by_group: bool = True) -> pd.DataFrame:
    """
    People who are invited and who answered, for each survey of which some export is in.

    Parameters
    ----------
    received : Received
    by_group : bool
        Whether role and arm have rows of their own.

    Returns
    -------
    DataFrame
        One row per survey, cohort and, by group, role and arm ('unknown' if no source gives one): invited (on the
        roster; missing without one, and in cohorts of which it lists nobody), answered (whether invited or not) and
        not_yet (invited, without a questionnaire that counts; missing like invited, and where surveys are not linked).
    """
    people = received.people.assign(**{fact: received.people[fact].fillna(UNKNOWN) for fact in ("role", "arm")})
    people = people.reset_index(drop=True).assign(listed=_listed(received))
    groups = ["cohort", *(["role", "arm"] if by_group else [])]
    parts = [_answered(people, wave, groups, received) for wave in begun(received)]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=ANSWERS)
    order = {cohort: place for place, cohort in enumerate(received.cohorts)}
    waves = [wave.name for wave in received.study.waves]
    keys = pd.DataFrame({"wave": table["wave"].map(waves.index), "cohort": table["cohort"].map(order)})
    if by_group:
        keys = keys.assign(role=table["role"], last=table["arm"].eq(received.study.comparison or ""), arm=table["arm"])
    table = table.loc[keys.sort_values(list(keys.columns), kind="stable").index]
    return table[[name for name in ANSWERS if name in table]].reset_index(drop=True)


def _listed(received: Received) -> pd.Series:
    """Whether each person is on the roster; missing where that is not known."""
    people = received.people.reset_index(drop=True)
    if not received.knows_invited:
        return pd.Series(pd.NA, index=people.index, dtype="Int64")
    return invited(people)


def _answered(people: pd.DataFrame, wave: str, groups: list[str], received: Received) -> pd.DataFrame:
    came = received.responses.loc[received.responses["wave"] == wave, WHO].drop_duplicates()
    back = people[WHO].merge(came.assign(back=True), on=WHO, how="left")["back"].notna()
    counted = people[groups].assign(
        invited=people["listed"], answered=back.astype("Int64"), not_yet=(people["listed"] * ~back).astype("Int64")
    )
    table = counted.groupby(groups, sort=False).sum(min_count=1).reset_index().assign(wave=wave)
    nobody = table["invited"].eq(0).fillna(False) & table["answered"].eq(0)
    return table[~nobody.astype(bool)]


def due(received: Received) -> pd.DataFrame:
    """
    Surveys that are due and not answered by everybody who is known to be invited, the earliest first.

    One row per survey and cohort: due (the day), days (until then, negative where it is past), invited, answered and
    not_yet as in `answers`.
    """
    table = answers(received, by_group=False)
    known = {(wave, cohort): counts for wave, cohort, *counts in table.itertuples(index=False, name=None)}
    rows = []
    for wave in received.study.waves:
        for cohort, day in received.due(wave.name).items():
            counts = known.get((wave.name, cohort)) or _nobody_yet(cohort, received)
            if pd.isna(counts[-1]) or counts[-1]:
                rows.append((day.isoformat(), (day - received.on).days, wave.name, cohort, *counts))
    counted = dict.fromkeys(("days", "invited", "answered", "not_yet"), "Int64")
    return pd.DataFrame(rows, columns=DUE).astype(counted).sort_values("due", kind="stable").reset_index(drop=True)


def _nobody_yet(cohort: str, received: Received) -> list[float]:
    """People of a cohort who are invited, answered and did not yet, of a survey that is not in."""
    listed = _listed(received)[received.people["cohort"].eq(cohort).to_numpy()].sum(min_count=1)
    return [listed, 0, listed]


def notes_on_surveys(received: Received) -> Iterator[Said]:
    """What exports that are in do not tell yet, and what is not known of a day that is past."""
    table = surveys(received)
    for wave, rows in table.groupby("wave", sort=False):
        n_in = int(rows["state"].eq("in").sum())
        if 0 < n_in < len(rows):
            yield Said("monitor.half_in", wave=wave, n=n_in, of=len(rows))
    if table["state"].eq("unusable").any():
        yield Said("monitor.unusable")
    undated = int(received.responses["submitted"].isna().sum())
    if undated and received.on < date.today():
        yield Said("monitor.undated_answers", n=undated)


def notes_on_answers(received: Received) -> Iterator[Said]:
    """What cannot be told of who is invited."""
    study, people = received.study, received.people
    if study.link.method == "none":
        yield Said("monitor.not_linked")
    elif not received.knows_invited and study.roster is not None:
        yield Said("monitor.roster_unread", file=study.roster.file)
    elif not received.knows_invited:
        yield Said("monitor.no_roster")
    else:
        on_it = people["invited"].fillna(False).groupby(people["cohort"]).any()
        for cohort in received.cohorts:
            if not on_it[cohort]:
                yield Said("monitor.nobody_invited", cohort=cohort)


def notes_on_due(received: Received) -> Iterator[Said]:
    """Why a survey has no day on which it is due."""
    waves = [wave for wave in received.study.waves if wave.due is not None]
    if not waves:
        yield Said("monitor.nothing_due_declared")
    for wave in waves:
        known = received.due(wave.name)
        if lacking := [cohort for cohort in received.cohorts if cohort not in known]:
            key = "monitor.start_unknown" if isinstance(wave.due, int) else "monitor.due_unknown"
            yield Said(key, wave=wave.name, cohorts=", ".join(lacking))
