"""Leaves one questionnaire per person, cohort and wave: joins parts, resolves duplicates by the wave's rule."""

import pandas as pd

from rm_research.catalogue.said import Said, joined, rows_text
from rm_research.frames import FACT, WHO
from rm_research.journal import Journal
from rm_research.study import Study, Wave

PLACE = ["wave", "file", "source_row", "cohort", "person", "submitted"]  # what tells questionnaires apart
BY_DATE, BY_ORDER = "problems.part.by_date", "problems.part.by_order"
QUESTIONNAIRE = [WHO, "wave"]  # comparing numbers of persons is faster than comparing texts
KEPT = {"first": "duplicates, first kept", "last": "duplicates, last kept",
        "error": "duplicates without a rule, first kept"}  # rules of the ledger  # fmt: skip


def merge_parts(rows: pd.DataFrame, items: list[str], journal: Journal) -> pd.DataFrame:
    """
    Join two parts into one questionnaire, if no item is answered in both.

    It takes the place of its first part and the submission time of its last.
    """
    if not (again := rows.duplicated(QUESTIONNAIRE, keep=False)).any():
        return rows
    repeated = rows[again]
    group = repeated.groupby(QUESTIONNAIRE, sort=False).ngroup()
    files = repeated["file"].groupby(group).agg(["nunique", "size"])
    answered = repeated[items].notna().groupby(group).sum()
    in_parts = (files["nunique"] == files["size"]) & (answered <= 1).all(axis=1)
    parts = repeated[group.map(in_parts).astype(bool)]
    if parts.empty:
        return rows
    for name in [name for name in parts.columns if name.startswith(FACT)]:
        stated = parts[name].groupby(group[parts.index], sort=False).transform("first")
        message = Said("problems.parts_differ")
        journal.row_problems("disagreement", "warning", message, parts[parts[name].notna() & (parts[name] != stated)],
                             column=name.removeprefix(FACT))  # fmt: skip
    grouped = parts.groupby(group[parts.index], sort=False)
    first = ~parts.duplicated(QUESTIONNAIRE)
    joined = grouped.first().assign(submitted=grouped["submitted"].max()).set_index(parts.index[first])
    merged = pd.concat([rows.drop(parts.index), joined[rows.columns]]).sort_index()
    journal.step("parts of one questionnaire joined", before=len(rows), after=len(merged))
    return merged


def resolve_duplicates(rows: pd.DataFrame, key: list[str], study: Study, journal: Journal) -> pd.DataFrame:
    """Keep one questionnaire per key by the wave's rule; without a rule, the cohort gets an error."""
    if not (repeated := rows.duplicated(key, keep=False)).any():
        return rows
    duplicates = rows.loc[repeated, list(dict.fromkeys([*key, *PLACE]))]
    before, of_wave = rows["wave"].value_counts(), duplicates["wave"]
    resolved = [
        _resolve_wave(duplicates[of_wave == wave.name], key, wave, int(before.get(wave.name, 0)), study, journal)
        for wave in study.waves
    ]
    return rows[~repeated | rows.index.isin(pd.concat(resolved).index)]


def _resolve_wave(
    repeated: pd.DataFrame, key: list[str], wave: Wave, before: int, study: Study, journal: Journal
) -> pd.DataFrame:  # fmt: skip
    """Keep one of the questionnaires that share a key; the wave has `before` in all."""
    rule = wave.duplicates
    if repeated.empty:
        return repeated
    # if only some of a person's questionnaires have dates, the dates do not show which came first
    dated = repeated["submitted"].notna().groupby([repeated[name] for name in key]).transform("all")
    if rule == "error":
        for cohort, of_cohort in repeated.groupby("cohort", sort=False):
            _duplicate_error(str(cohort), wave.name, of_cohort, study, journal)
        dated = dated & False
    ordered = repeated.assign(when=repeated["submitted"].where(dated)).sort_values("when", kind="stable")
    dropped = repeated[ordered.duplicated(key, keep="last" if rule == "last" else "first").reindex(repeated.index)]
    for by_date, how in ((True, BY_DATE), (False, BY_ORDER)) if rule != "error" else ():
        message = Said("problems.duplicate", rule=Said(f"problems.part.{rule}"), how=Said(how))
        journal.row_problems("duplicate", "warning", message, dropped[dated[dropped.index] == by_date])
    step = KEPT[rule]
    journal.step(step, before=before, after=before - len(dropped), wave=wave.name)
    return repeated.drop(dropped.index)


def _duplicate_error(cohort: str, wave: str, rows: pd.DataFrame, study: Study, journal: Journal) -> None:
    codes = rows["person"].nunique()
    codes_text = Said("problems.part.codes", n=codes)
    places = joined(
        [
            Said("problems.part.of_file", rows=rows_text(of_file["source_row"]), file=file)
            for file, of_file in rows.groupby("file")
        ]
    )
    message = Said("problems.duplicate_codes", wave=wave, cohort=cohort, codes=codes_text, places=places)
    if study.link.compare:
        message = Said("problems.part.both", first=message, second=Said("problems.compare_joins"))
    journal.problem("duplicate_codes", "error", message, wave=wave, cohort=cohort)
