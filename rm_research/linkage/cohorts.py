"""Cohort of each questionnaire: filled in by code, settled between sources, limited to the first if declared."""

import pandas as pd

from rm_research.catalogue.said import Said, rows_text
from rm_research.journal import Journal
from rm_research.study import Study
from rm_research.study.entries import tidy, tidy_text
from rm_research.study.wording import suggest

Rows = tuple[pd.DataFrame, pd.DataFrame | None]
SETTLED = {"roster": "cohorts of the roster", "baseline": "cohorts of the baseline"}  # rules of the ledger


def fill_cohorts(rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal) -> Rows:
    """
    Fill in the cohorts of questionnaires and roster lines.

    A questionnaire without a cohort gets that of its code in the roster, else at baseline, if there is only one. Roster
    lines without a cohort are left out.
    """
    stated = rows["cohort"]
    for _, known in _trusted(rows, roster, study) if stated.isna().any() else ():
        rows = rows.assign(cohort=rows["cohort"].fillna(_home(rows, known)))
    if filled := int((stated.isna() & rows["cohort"].notna()).sum()):
        journal.step("cohorts filled in by code", before=len(rows), after=len(rows), cells=filled)
    return settle_cohorts(rows, roster, study, journal), _lines_with_cohort(roster, study, journal)


def settle_cohorts(rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal) -> pd.DataFrame:
    """Give questionnaires the cohort that the most trusted source has for their person."""
    if roster is None and rows["cohort"].nunique() < 2:
        return rows
    for source, known in _trusted(rows, roster, study):
        rows = _settle(rows, source, _home(rows, known), study, journal)
    return rows


def leave_out_homeless(rows: pd.DataFrame, journal: Journal) -> pd.DataFrame:
    """Leave out questionnaires whose cohort is unknown."""
    homeless = rows["cohort"].isna()
    if homeless.any():
        message = Said("problems.no_cohort")
        journal.row_problems("no_cohort", "warning", message, rows[homeless])
        journal.step("no cohort", before=len(rows), after=int((~homeless).sum()))
    return rows[~homeless] if homeless.any() else rows


def in_cohorts_that_count(cohorts: pd.Series, study: Study) -> pd.Series:
    """Whether each cohort counts: it is unknown, or [reporting] leave_out does not name it."""
    out = [tidy_text(name) for name in study.reporting.leave_out]
    return ~tidy(cohorts.fillna("")).isin(out)


def leave_out_declared(
    rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal
) -> Rows:  # fmt: skip
    """Leave out the cohorts that [reporting] leave_out names; a name that no cohort has is an error."""
    if not study.reporting.leave_out:
        return rows, roster
    known = {tidy_text(name): name for part in (rows, roster) if part is not None for name in part["cohort"].dropna()}
    for name in study.reporting.leave_out:
        if tidy_text(name) not in known:
            message = Said("problems.leave_out_unknown", name=name, hint=suggest(name, sorted(known.values())))
            journal.problem("unknown_cohort", "error", message)
    keep = in_cohorts_that_count(rows["cohort"], study)
    if len(rows) and not keep.any():
        journal.problem("nobody_left", "error", Said("problems.leave_out_all"))
    if not keep.all():
        journal.step("cohorts left out as declared", before=len(rows), after=int(keep.sum()))
        names = ", ".join(sorted(map(repr, rows.loc[~keep, "cohort"].unique())))
        message = Said("problems.left_out", names=names, n=int((~keep).sum()))
        journal.problem("left_out", "note", message)
    return rows[keep], None if roster is None else roster[in_cohorts_that_count(roster["cohort"], study)]


def _trusted(rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study) -> list[tuple[str, pd.DataFrame]]:
    """Sources of cohorts, the most trusted first."""
    baseline = rows.loc[rows["wave"] == study.baseline, ["person", "cohort"]]
    return [("baseline", baseline)] if roster is None else [("roster", roster), ("baseline", baseline)]


def _home(rows: pd.DataFrame, known: pd.DataFrame) -> pd.Series:
    """Cohort of each row's code in `known`, if there is only one."""
    cohorts, names = pd.factorize(known["cohort"])
    persons = pd.factorize(pd.concat([known["person"], rows["person"]], ignore_index=True))[0]
    stated = pd.DataFrame({"person": persons[: len(known)], "cohort": cohorts})
    ends = stated[(stated >= 0).all(axis=1)].groupby("person")["cohort"].agg(["min", "max"])
    single = ends.loc[ends["min"] == ends["max"], "min"]
    home = single.reindex(persons[len(known) :]).fillna(-1).to_numpy(dtype=int)
    return pd.Series(names.take(home, allow_fill=True, fill_value=None), index=rows.index, dtype="str")


def _settle(rows: pd.DataFrame, source: str, home: pd.Series, study: Study, journal: Journal) -> pd.DataFrame:
    """
    Report cohorts that contradict a more trusted source, which counts if a code is one person in the whole study.

    Otherwise another cohort may mean another person, and nothing is moved. Nor is a second questionnaire in a wave.
    """
    astray = home.notna() & rows["cohort"].notna() & (rows["cohort"] != home)
    if not astray.any():
        return rows
    taken = pd.MultiIndex.from_frame(rows[["cohort", "person", "wave"]])
    wanted = pd.MultiIndex.from_frame(rows[["person", "wave"]].assign(cohort=home)[["cohort", "person", "wave"]])
    moved = astray & ~wanted.isin(taken) & (study.link.within == "study")
    message = Said("problems.cohort_differs", source=Said(f"problems.part.{source}"))
    journal.row_problems("disagreement", "warning", message, rows[moved], column="cohort")
    if source == "roster":
        message = Said("problems.not_invited")
        journal.row_problems("disagreement", "warning", message, rows[astray & ~moved], column="cohort")
    elif study.link.within == "cohort" and study.roster is None:
        message = Said("problems.code_in_other_cohort", n=int(rows.loc[astray, "person"].nunique()))
        journal.problem("code_in_other_cohort", "warning", message)
    if moved.any():
        journal.step(SETTLED[source], before=len(rows), after=len(rows), cells=int(moved.sum()))
    return rows.assign(cohort=rows["cohort"].mask(moved, home))


def _lines_with_cohort(roster: pd.DataFrame | None, study: Study, journal: Journal) -> pd.DataFrame | None:
    if roster is None or study.roster is None or not (homeless := roster["cohort"].isna()).any():
        return roster
    file, remaining = study.roster.file, roster[~homeless]
    lines = rows_text(roster.loc[homeless, "source_row"])
    message = Said("problems.roster_without_cohort", file=file, rows=lines)
    journal.problem("no_cohort", "warning", message, file=file)
    journal.step("roster lines without a cohort", before=len(roster), after=len(remaining), file=file)
    return remaining


def keep_first_cohort(rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal) -> Rows:
    """Report people in several cohorts, and keep only their first cohort if the study says so."""
    cohorts = rows.drop_duplicates(["person", "cohort"])
    repeats = set(cohorts.loc[cohorts["person"].duplicated(), "person"])
    if not repeats:
        return rows, roster
    keep_all = study.link.repeats == "keep"
    rule = Said("problems.part.count_each" if keep_all else "problems.part.count_first")
    message = Said("problems.repeat_attenders", n=len(repeats), rule=rule)
    journal.problem("repeat_attenders", "note", message)
    if keep_all:
        return rows, roster
    dated = cohorts["submitted"].notna().groupby(cohorts["person"]).transform("all")
    ordered = cohorts.assign(when=cohorts["submitted"].where(dated)).sort_values(["when", "cohort"], kind="stable")
    first = ordered.drop_duplicates("person").set_index("person")["cohort"]
    of_first = rows["cohort"] == rows["person"].map(first)
    journal.step("later cohorts of repeat attenders", before=len(rows), after=int(of_first.sum()))
    return rows[of_first], _lines_of_first(roster, first, study, journal)


def _lines_of_first(
    roster: pd.DataFrame | None, first: pd.Series, study: Study, journal: Journal
) -> pd.DataFrame | None:
    """Leave out roster lines that invite someone again, if only the first cohort counts."""
    if roster is None or study.roster is None:
        return roster
    of_first = roster["person"].map(first).fillna(roster["cohort"]) == roster["cohort"]
    if not of_first.all():
        journal.step("roster lines of later cohorts", before=len(roster), after=int(of_first.sum()),
                     file=study.roster.file)  # fmt: skip
    return roster[of_first]
