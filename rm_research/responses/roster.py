"""The roster of everyone invited and the log of sessions, with codes hashed."""

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
from rm_research.study.settings import FactFile

ROSTER_FACTS = ("person", "cohort", "role", "arm", "dyad")


def read_roster(study: Study, key: bytes, journal: Journal, names: Names) -> pd.DataFrame | None:
    """
    One row per roster line: source_row, person, cohort, role, arm, dyad, attributes; None if it cannot be read.

    Names of people in it are added to `names`, also from columns that are not used.

    A fact without a column in the roster is missing throughout, but a column that study.toml names must be there.
    """
    if study.roster is None:
        return None
    rows = _read_facts(study, study.roster, (*ROSTER_FACTS, *study.settings.attributes), ("person",), journal, names)
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
    return set(roster.columns[roster.notna().any()]) - {"person", "source_row"}


def read_sessions(study: Study, key: bytes, journal: Journal) -> pd.DataFrame | None:
    """One row per meeting: cohort (missing if the log has none), dyad, date, minutes; None if it cannot be read."""
    if study.sessions is None:
        return None
    file = study.sessions.file
    rows = _read_facts(study, study.sessions, ("cohort", "dyad", "date", "minutes"), ("dyad",), journal)
    if rows is None:
        return None
    dates = rows.pop("day")
    minutes = read_numbers(rows["minutes"], study.sessions.decimal)
    undated, unmeasured = rows["date"].notna() & dates.isna(), rows["minutes"].notna() & minutes.isna()
    if undated.any():
        message = Said(
            "problems.unreadable_dates_of_log",
            file=file,
            rows=rows_text(rows.index[undated]),
            remedy=date_remedy(rows.loc[undated, "date"], Said("problems.part.under_sessions"), "%d/%m/%Y"),
        )
        journal.problem("unreadable_date", "warning", message, file=file)
    if unmeasured.any():
        message = Said("problems.not_a_number_of_log", file=file, rows=rows_text(rows.index[unmeasured]))
        journal.problem("not_a_number", "warning", message, file=file, column="minutes")
    dyads = hash_codes(rows["dyad"].fillna(""), key, kind="dyad")
    return rows.assign(dyad=dyads, date=dates, minutes=minutes).reset_index(names="source_row")


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
            facts["day"] = as_dates(facts["date"], file.date_format, export.day_zero)
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
    if name in file.columns:
        return file.columns[name]
    declared = study.declared_columns.get(name, ())
    for candidate in ((() if isinstance(declared, dict) else declared), (name,)):
        if candidate and all(export.find(column) is not None for column in candidate):
            return candidate
    return ()
