"""The roster of everyone invited and the log of sessions, codes hashed."""

from collections.abc import Iterable

import pandas as pd

from rm_research.errors import ReadError
from rm_research.journal import Journal
from rm_research.privacy import hash_codes
from rm_research.readers import Export, read_export
from rm_research.responses.facts import as_dates, fact
from rm_research.study import Study
from rm_research.study.model import ONE_COHORT
from rm_research.study.settings import FactFile

ROSTER_FACTS = ("person", "cohort", "role", "arm", "dyad")


def read_roster(study: Study, key: bytes, journal: Journal) -> pd.DataFrame | None:
    """
    One row a roster line: source_row, person, cohort, role, arm, dyad, attributes; None where it cannot be had.

    A column the roster lacks is missing throughout, but one that study.toml names for it must be there.
    """
    if study.roster is None:
        return None
    rows = _read_facts(study, study.roster, (*ROSTER_FACTS, *study.settings.attributes), ("person",), journal)
    if rows is None:
        return None
    rows["person"] = hash_codes(rows["person"].fillna(""), key)
    rows["dyad"] = hash_codes(rows["dyad"].fillna(""), key, kind="dyad")
    if not study.settings.columns.get("cohort") and rows["cohort"].isna().all():
        rows["cohort"] = ONE_COHORT
    nameless = rows["person"].isna()
    if nameless.any():
        message = f"{study.roster.file}: {int(nameless.sum())} lines have no person code and were left out."
        journal.problem("roster_without_code", "warning", message, file=study.roster.file)
        journal.step("roster lines without a code", before=len(rows), after=int((~nameless).sum()),
                     file=study.roster.file)  # fmt: skip
    return rows[~nameless].reset_index(names="source_row")


def read_sessions(study: Study, key: bytes, journal: Journal) -> pd.DataFrame | None:
    """One row a meeting: cohort (missing where the log has none), dyad, date, minutes; None where it cannot be had."""
    if study.sessions is None:
        return None
    rows = _read_facts(study, study.sessions, ("cohort", "dyad", "date", "minutes"), ("dyad",), journal)
    if rows is None:
        return None
    dates = as_dates(rows["date"], study.sessions.date_format)
    if (unread := int((rows["date"].notna() & dates.isna()).sum())) and len(rows):
        message = (
            f"{study.sessions.file}: {unread} dates are no ISO dates; these meetings count as held before the last "
            'wave. Set date_format under [sessions], for example "%d/%m/%Y".'
        )
        journal.problem("unreadable_date", "warning", message, file=study.sessions.file)
    minutes = pd.to_numeric(rows["minutes"], errors="coerce")
    return rows.assign(
        dyad=hash_codes(rows["dyad"].fillna(""), key, kind="dyad"), date=dates, minutes=minutes.astype("float64")
    ).reset_index(names="source_row")


def _read_facts(
    study: Study, file: FactFile, names: Iterable[str], needed: tuple[str, ...], journal: Journal
) -> pd.DataFrame | None:
    try:
        export = read_export(study.path, file)
        columns = {name: _columns(study, file, export, name) for name in names}
        faults = [
            f"{file.file} has no column for {name}. Name it under columns = {{ {name} = … }}; {export.nearest(name)}."
            for name in needed
            if not columns[name]
        ]
        if faults:
            raise ReadError("\n".join(faults))
        nothing = pd.Series(pd.NA, index=export.rows.index, dtype="str")
        facts = {name: fact(export, found, study, name) if found else nothing for name, found in columns.items()}
    except ReadError as error:
        journal.problem("unreadable_file", "error", str(error), file=file.file)
        return None
    journal.step("read", before=0, after=len(export.rows), file=file.file)
    return pd.DataFrame(facts, index=export.rows.index)


def _columns(study: Study, file: FactFile, export: Export, name: str) -> tuple[str, ...]:
    """Columns for a fact: those declared for the file, else those of the exports, else the fact's own name."""
    if name in file.columns:
        return file.columns[name]
    declared = {**study.settings.attributes, **study.settings.columns}.get(name, ())
    for candidate in ((() if isinstance(declared, dict) else declared), (name,)):
        if candidate and all(export.find(column) is not None for column in candidate):
            return candidate
    return ()
