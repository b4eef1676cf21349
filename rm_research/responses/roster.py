"""The roster of everyone invited, the log of sessions and the list of goals, with codes hashed."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from rm_research.catalogue.said import Said, rows_text
from rm_research.errors import ReadError
from rm_research.frames import CODE
from rm_research.journal import Journal
from rm_research.privacy import hash_codes
from rm_research.readers import Export, read_export
from rm_research.responses.alike import count_look_alikes, record_look_alikes
from rm_research.responses.exports import check_header, note_reading, without_personal_data
from rm_research.responses.facts import as_dates, code_parts, date_remedy, equal_codes, fact, other_forms
from rm_research.responses.screening import Names, collect
from rm_research.study import Study
from rm_research.study.numbers import read_numbers
from rm_research.study.settings import GOAL_FACTS, MEETING_FACTS, FactFile

ROSTER_FACTS = ("person", "cohort", "role", "arm", "dyad")
DAY = "day"  # column of what the date of a meeting is read as
MINUTES_OF_A_DAY = 1_440


def read_roster(study: Study, key: bytes, journal: Journal, names: Names) -> pd.DataFrame | None:
    """
    One row per roster line: source_row, person, cohort, role, arm, dyad, what pairs agreed on, attributes.

    None if it cannot be read.

    Names of people in it are added to `names`, also from columns that are not used.

    A fact without a column in the roster is missing throughout, but a column that study.toml names must be there.
    """
    if study.roster is None:
        return None
    wanted = (*ROSTER_FACTS, *study.programme.agreed, *study.settings.attributes)
    rows = _read_facts(study, study.roster, wanted, ("person",), journal, names)
    if rows is None:
        return None
    if not len(rows):
        message = Said("problems.empty_roster", file=study.roster.file)
        journal.problem("empty_export", "error", message, file=study.roster.file)
        return None
    codes = equal_codes(rows["person"].fillna(""), study)
    rows = rows.assign(person=hash_codes(codes, key), **other_forms(codes, study, key))
    rows["dyad"] = hash_codes(rows["dyad"].fillna(""), key, kind="dyad")
    nameless = rows["person"].isna()
    if nameless.any():
        file = study.roster.file
        message = Said("problems.roster_without_code", file=file, rows=rows_text(rows.index[nameless]))
        journal.problem("roster_without_code", "warning", message, file=file)
        journal.step("roster lines without a code", before=len(rows), after=int((~nameless).sum()), file=file)
    return rows[~nameless].reset_index(names="source_row")


def facts_of_roster(roster: pd.DataFrame | None, study: Study) -> set[str]:
    """Facts that the roster has, so that exports need not; every possible one if the roster could not be read."""
    if roster is None:
        return {*ROSTER_FACTS[1:], *study.settings.attributes} if study.roster else set()
    return set(roster.columns[roster.notna().any()]) - {"person", "source_row", *study.programme.agreed}


def read_sessions(study: Study, key: bytes, journal: Journal) -> pd.DataFrame | None:
    """One row per meeting: cohort (missing if the log has none), dyad, date, minutes; None if it cannot be read."""
    if study.sessions is None:
        return None
    rows = _read_facts(study, study.sessions, MEETING_FACTS, ("dyad",), journal)
    if rows is None:
        return None
    dates = _days(rows, study.sessions, journal)
    minutes = _numbers(rows, "minutes", study.sessions, "problems.not_a_number_of_log", journal)
    impossible = (minutes < 0) | (minutes > MINUTES_OF_A_DAY)
    if impossible.any():
        file = study.sessions.file
        message = Said("problems.impossible_minutes", file=file, rows=rows_text(rows.index[impossible]))
        journal.problem("impossible_minutes", "warning", message, file=file, column="minutes")
        minutes = minutes.mask(impossible)
    dyads = hash_codes(rows["dyad"].fillna(""), key, kind="dyad")
    return rows.assign(dyad=dyads, date=dates, minutes=minutes).reset_index(names="source_row")


def read_goals(study: Study, key: bytes, journal: Journal) -> pd.DataFrame | None:
    """
    One row per goal of a dyad: cohort (missing if the list has none), dyad, attainment.

    None if it cannot be read, or where an attainment is outside the declared scale: then another scale may be meant.
    """
    if (file := study.goals) is None:
        return None
    rows = _read_facts(study, file, GOAL_FACTS, ("dyad",), journal)
    if rows is None:
        return None
    attainment = _numbers(rows, "attainment", file, "problems.not_a_number_of_goals", journal)
    outside = (attainment < file.low) | (attainment > file.high)
    if outside.any():
        message = Said("problems.outside_goals", file=file.file, rows=rows_text(rows.index[outside]), low=file.low,
                       high=file.high)  # fmt: skip
        journal.problem("outside_goals", "error", message, file=file.file, column="attainment")
        return None
    dyads = hash_codes(rows["dyad"].fillna(""), key, kind="dyad")
    return rows.assign(dyad=dyads, attainment=attainment).reset_index(names="source_row")


def read_pairs(study: Study, file: FactFile) -> pd.Series | None:
    """Codes of pairs as the roster or the log writes them; None if it cannot be read, which is reported elsewhere."""
    rows = _read_facts(study, file, ("dyad",), (), Journal())
    return None if rows is None else rows["dyad"]


def _numbers(rows: pd.DataFrame, name: str, file: FactFile, key: str, journal: Journal) -> pd.Series:
    """Numbers of a column; entries that are none are reported, and missing."""
    numbers = read_numbers(rows[name], file.decimal)
    if (unread := rows[name].notna() & numbers.isna()).any():
        message = Said(key, file=file.file, rows=rows_text(rows.index[unread]))
        journal.problem("not_a_number", "warning", message, file=file.file, column=name)
    return numbers


def _days(rows: pd.DataFrame, file: FactFile, journal: Journal) -> pd.Series:
    """Dates of meetings; entries that cannot be read are reported, and missing."""
    stated, dates = rows["date"], rows.pop(DAY)
    if (unread := stated.notna() & dates.isna()).any():
        remedy = date_remedy(stated[unread], Said("problems.part.under_sessions"), "%d/%m/%Y")
        message = Said("problems.unreadable_dates_of_log", file=file.file, rows=rows_text(rows.index[unread]),
                       remedy=remedy)  # fmt: skip
        journal.problem("unreadable_date", "warning", message, file=file.file)
    return dates


def _read_facts(
    study: Study, file: FactFile, facts_wanted: Iterable[str], needed: tuple[str, ...], journal: Journal,
    names: Names | None = None,
) -> pd.DataFrame | None:  # fmt: skip
    try:
        export = read_export(study.path, file)
        check_header(export)
        columns = {name: _columns(study, file, export, name) for name in facts_wanted}
        faults = [
            Said("problems.log_without_column", file=file.file, name=name, hint=export.nearest(name))
            for name in needed
            if not columns[name]
        ]
        if faults:
            raise ReadError(*faults)
        if names is not None and study.text_items:
            collect(names, export, columns)
        export = _without_personal_data(study, export, columns, journal)
        nothing = pd.Series(pd.NA, index=export.rows.index, dtype="str")
        facts = {name: fact(export, of_fact, study, name) if of_fact else nothing for name, of_fact in columns.items()}
        if "date" in facts:
            facts[DAY] = as_dates(facts["date"], file.date_format, export.day_zero, on_the_clock=True)
        codes = _codes(export, columns.get("person", ()), study)
    except ReadError as error:
        for message in error.problems:
            journal.problem("unreadable_file", "error", message, file=file.file)
        return None
    note_reading(export, journal)
    record_look_alikes(count_look_alikes(export, study, columns), export, journal)
    return pd.concat([pd.DataFrame(facts, index=export.rows.index), codes], axis=1)


def _codes(export: Export, columns: tuple[str, ...], study: Study) -> pd.DataFrame:
    """Person codes as typed, if link_waves is to compare them; else no column."""
    compared = columns if study.link.method == "code" else ()
    return code_parts(export, compared, study).add_prefix(CODE)


def _without_personal_data(
    study: Study, export: Export, columns: dict[str, tuple[str, ...]], journal: Journal
) -> Export:
    """Remove personal data from the roster's attributes; columns without a fact are not read at all."""
    used = {export.find(name) or "" for attribute in study.settings.attributes for name in columns.get(attribute, ())}
    attributes = export.rows[[name for name in export.rows.columns if name in used]]
    changed = without_personal_data(attributes, used, journal, file=export.file)
    return replace(export, rows=export.rows.assign(**changed))


def _columns(study: Study, file: FactFile, export: Export, name: str) -> tuple[str, ...]:
    """Columns for a fact: those declared for the file, else those of the exports, else the one named like the fact."""
    for given in (file.columns, study.programme.agreed):
        if name in given:
            return given[name]  # type: ignore[index]
    declared = study.declared_columns.get(name, ())
    for candidate in ((() if isinstance(declared, dict) else declared), (name,)):
        if candidate and all(export.find(column) is not None for column in candidate):
            return candidate
    return ()
