"""Who is who over the waves: cohorts filled in, duplicates resolved as declared, questionnaires linked by code."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from rm_research.errors import LinkError, rows_text
from rm_research.frames import LINKS, RESPONSES
from rm_research.journal import Journal
from rm_research.responses import Intake
from rm_research.study import Study

QUESTIONNAIRE = ["cohort", "person", "wave"]


@dataclass(frozen=True)
class Linkage:
    """
    Questionnaires that belong to one person, found over the waves.

    Attributes
    ----------
    responses : DataFrame
        Responses, linked: one row per person and wave; `person` is never missing.
    links : DataFrame
        Links: one row per questionnaire that came in, also of those that duplicates left out.
    facts, published : DataFrame
        Same index as `responses`.
    roster : DataFrame or None
        The roster with persons as linked.
    ledger, problems : DataFrame
        What linking did and found.
    """

    responses: pd.DataFrame
    links: pd.DataFrame
    facts: pd.DataFrame
    published: pd.DataFrame
    roster: pd.DataFrame | None
    ledger: pd.DataFrame
    problems: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """Questionnaires by wave and by how they were linked: one row a wave, one column a way."""
        table = self.links.groupby(["wave", "how"], sort=False).size().unstack(fill_value=0)
        return table.rename_axis(index="wave", columns=None)

    def __repr__(self) -> str:
        return f"Linkage of {len(self.links)} questionnaires\n{self.summary().to_string()}"

    def _repr_html_(self) -> str:
        caption = f"Linkage of {len(self.links)} questionnaires"
        return self.summary().to_html().replace("<thead>", f"<caption>{caption}</caption><thead>", 1)


def link_waves(intake: Intake, study: Study) -> Linkage:
    """
    Link questionnaires of one person over all waves.

    Parameters
    ----------
    intake : Intake
        From `read_responses`.
    study : Study
        Its [link] table says how; `duplicates` of each wave says what to do with a second questionnaire.

    Returns
    -------
    Linkage
        One questionnaire per person and wave. A blank code makes a person of its own. With method 'none' every
        questionnaire does.

    Raises
    ------
    LinkError
        When the method has no linker yet.
    """
    if study.link.method == "code":
        raise LinkError('link.method = "code" has no linker yet. Use "exact" for codes that match, or "none".')
    journal = Journal()
    rows, roster = _fill_cohorts(intake.responses, intake.roster, study, journal)
    rows, roster = _identify(rows, roster, study)
    rows = _keep_first_cohort(rows, study, journal)
    links = _links(rows, study)
    facts, published = intake.facts.loc[rows.index], intake.published.loc[rows.index]
    rows, facts, published = _merge_parts(rows, facts, published, journal)
    rows = _resolve_duplicates(rows, study, journal)
    _check_pairs(rows, study, journal)
    return Linkage(
        responses=RESPONSES.conform(rows),
        links=links,
        facts=facts.loc[rows.index].reset_index(drop=True),
        published=published.loc[rows.index].reset_index(drop=True),
        roster=roster,
        ledger=journal.ledger,
        problems=journal.problems,
    )


def _fill_cohorts(
    rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Give rows without a cohort the one their code has in the roster or at baseline, where it is one only."""
    known = rows.loc[(rows["wave"] == study.baseline), ["person", "cohort"]].dropna()
    for source in ([] if roster is None else [roster[["person", "cohort"]].dropna()]) + [known]:
        of_person = source.drop_duplicates()
        single = of_person.drop_duplicates("person", keep=False).set_index("person")["cohort"]
        rows = rows.assign(cohort=rows["cohort"].fillna(rows["person"].map(single).astype("str")))
    homeless = rows["cohort"].isna()
    if homeless.any():
        message = "No cohort is known for this questionnaire, so it was left out. Add the person to the roster."
        journal.row_problems("no_cohort", "warning", message, rows[homeless])
        journal.step("no cohort", before=len(rows), after=int((~homeless).sum()))
    if roster is not None and (unplaced := int(roster["cohort"].isna().sum())):
        message = f"{study.roster.file if study.roster else ''}: {unplaced} lines have no cohort and were left out."
        journal.problem("no_cohort", "warning", message)
        roster = roster[roster["cohort"].notna()]
    return rows[~homeless], roster


def _identify(
    rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Make persons of codes: within a cohort or the study, and one per row where there is no code or no linking."""
    own = rows["file"].astype("str") + ":" + rows["wave"].astype("str") + ":" + rows["source_row"].astype("str")
    alone = own.map(lambda text: "u" + hashlib.sha256(text.encode()).hexdigest()[:15])
    if study.link.method == "none":
        return rows.assign(person=alone.astype("str")), None
    if study.link.within == "cohort":
        rows = rows.assign(person=_within(rows))
        roster = None if roster is None else roster.assign(person=_within(roster))
    return rows.assign(person=rows["person"].fillna(alone.astype("str"))), roster


def _within(rows: pd.DataFrame) -> pd.Series:
    """Persons whose code stands for someone else in another cohort."""
    joined = rows["cohort"] + ":" + rows["person"]
    digest = {text: hashlib.sha256(text.encode()).hexdigest()[:16] for text in joined.dropna().unique()}
    return joined.map(digest).astype("str")


def _keep_first_cohort(rows: pd.DataFrame, study: Study, journal: Journal) -> pd.DataFrame:
    """People of several cohorts: counted, and kept in their first alone where the study says so."""
    cohorts = rows.drop_duplicates(["person", "cohort"])
    repeats = cohorts.loc[cohorts["person"].duplicated(), "person"].unique()
    if not len(repeats):
        return rows
    kept = "count in each of them" if study.link.repeats == "keep" else "count in their first alone"
    message = f"{len(repeats)} people take part in more than one cohort; they {kept} (link.repeats in study.toml)."
    journal.problem("repeat_attenders", "note", message)
    if study.link.repeats == "keep":
        return rows
    ordered = cohorts.sort_values(["submitted", "cohort"], kind="stable", na_position="last")
    first = ordered.drop_duplicates("person").set_index("person")["cohort"]
    of_first = rows["cohort"] == rows["person"].map(first)
    journal.step("later cohorts of repeat attenders", before=len(rows), after=int(of_first.sum()))
    return rows[of_first]


def _links(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """How each questionnaire was linked."""
    waves_met = rows.groupby(["cohort", "person"])["wave"].transform("nunique")
    how = pd.Series("alone", index=rows.index, dtype="str").mask(waves_met > 1, "exact")
    how = how.mask(rows["person"].str.startswith("u"), "blank")
    if study.link.method == "none":
        how = how.mask(how == "blank", "unlinked")
    return LINKS.conform(
        rows[["wave", "file", "source_row", "person"]].assign(
            how=how, probability=pd.Series(1.0, index=rows.index).where(how == "exact")
        )
    )


def _merge_parts(
    rows: pd.DataFrame, facts: pd.DataFrame, published: pd.DataFrame, journal: Journal
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make one questionnaire of part one and part two, where no item is answered in both."""
    items = [name for name in rows.columns if name not in RESPONSES.columns]
    repeated = rows[rows.duplicated(QUESTIONNAIRE, keep=False)]
    merged = 0
    for _, group in repeated.groupby(QUESTIONNAIRE, sort=False):
        if group["file"].nunique() < len(group) or (group[items].notna().sum() > 1).any():
            continue
        first, later = group.index[0], group.index[1:]
        for frame, names in ((rows, items), (facts, list(facts)), (published, list(published))):
            frame.loc[first, names] = frame.loc[group.index, names].bfill().iloc[0]
        rows, facts, published = rows.drop(later), facts.drop(later), published.drop(later)
        merged += len(later)
    if merged:
        journal.step("parts of one questionnaire joined", before=len(rows) + merged, after=len(rows))
    return rows, facts, published


def _resolve_duplicates(rows: pd.DataFrame, study: Study, journal: Journal) -> pd.DataFrame:
    """Keep one questionnaire per person and wave by the wave's rule; without a rule its cohort has an error."""
    kept = [_resolve_wave(rows[rows["wave"] == wave.name], wave.name, wave.duplicates, journal) for wave in study.waves]
    return rows.loc[rows.index.isin(pd.concat(kept).index)] if kept else rows


def _resolve_wave(rows: pd.DataFrame, wave: str, rule: str, journal: Journal) -> pd.DataFrame:
    repeated = rows[rows.duplicated(QUESTIONNAIRE, keep=False)]
    if not len(repeated):
        return rows
    if rule == "error":
        for cohort, of_cohort in repeated.groupby("cohort", sort=False):
            _duplicate_error(str(cohort), wave, of_cohort, journal)
        return rows.drop_duplicates(QUESTIONNAIRE)
    ordered = rows.sort_values("submitted", kind="stable", na_position="first")
    kept = ordered.drop_duplicates(QUESTIONNAIRE, keep="first" if rule == "first" else "last")
    dropped = repeated[~repeated.index.isin(kept.index)]
    by = "by date submitted" if repeated["submitted"].notna().all() else "by order in the file"
    message = f"A second questionnaire of the same person in this wave was left out; the {rule} one counts ({by})."
    journal.row_problems("duplicate", "warning", message, dropped)
    journal.step(f"duplicates, {rule} kept {by}", before=len(rows), after=len(kept), wave=wave)
    return kept


def _duplicate_error(cohort: str, wave: str, rows: pd.DataFrame, journal: Journal) -> None:
    codes = rows["person"].nunique()
    codes_text = "1 code" if codes == 1 else f"{codes} codes"
    places = "; ".join(f"{rows_text(of_file['source_row'])} of {file}" for file, of_file in rows.groupby("file"))
    message = (
        f"wave {wave!r} of cohort {cohort!r} has {codes_text} used by more than one row ({places}). "
        f'Set duplicates = "last" under [waves.{wave}] in study.toml to keep each person\'s latest answer.'
    )
    journal.problem("duplicate_codes", "error", message, wave=wave, cohort=cohort)


def _check_pairs(rows: pd.DataFrame, study: Study, journal: Journal) -> None:
    """A cohort that answered twice but has no code in common has another fault than dropout."""
    if study.link.method == "none":
        return
    for cohort, of_cohort in rows.groupby("cohort", sort=False):
        persons: Callable[[str], set[str]] = lambda wave, own=of_cohort: set(own.loc[own["wave"] == wave, "person"])
        before = persons(study.baseline)
        for wave in study.later_waves:
            after = persons(wave)
            if before and after and not before & after:
                message = (
                    f"cohort {cohort!r} has {len(before)} questionnaires in wave {study.baseline!r} and {len(after)} in "
                    f'wave {wave!r}, but no person code in common. Check columns.person, or set method = "none" under '
                    "[link] to compare the waves unlinked."
                )
                journal.problem("no_pairs", "error", message, wave=wave, cohort=str(cohort))
