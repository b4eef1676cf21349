"""Who is who over the waves: cohorts filled in, duplicates resolved as declared, questionnaires linked by code."""

import hashlib
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
    rows, roster = _keep_first_cohort(rows, roster, study, journal)
    links = _links(rows, study)
    # a part that was handed in twice is no obstacle to joining it with the other part
    rows = _resolve_duplicates(rows, [*QUESTIONNAIRE, "file"], study, journal)
    rows, facts, published = _merge_parts(rows, intake.facts, intake.published, journal)
    rows = _resolve_duplicates(rows, QUESTIONNAIRE, study, journal)
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
    stated = rows["cohort"]
    for source in _trusted(rows, roster, study):
        rows = rows.assign(cohort=rows["cohort"].fillna(rows["person"].map(_single_cohort(source)).astype("str")))
    if filled := int((stated.isna() & rows["cohort"].notna()).sum()):
        journal.step("cohorts filled in by code", before=len(rows), after=len(rows), cells=filled)
    rows = _settle_cohorts(rows, roster, study, journal)
    homeless = rows["cohort"].isna()
    if homeless.any():
        message = (
            "No cohort is known for this questionnaire, so it was left out. Add the person and cohort to the roster, "
            "or the cohort to the export."
        )
        journal.row_problems("no_cohort", "warning", message, rows[homeless])
        journal.step("no cohort", before=len(rows), after=int((~homeless).sum()))
    return rows[~homeless], _lines_with_cohort(roster, study, journal)


def _trusted(rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study) -> list[pd.DataFrame]:
    """Sources of a person's cohort, the most trusted first: roster, then baseline."""
    sources = (
        [rows[rows["wave"] == study.baseline]] if roster is None else [roster, rows[rows["wave"] == study.baseline]]
    )
    return [source[["person", "cohort"]].dropna().drop_duplicates() for source in sources]


def _single_cohort(known: pd.DataFrame) -> pd.Series:
    """Cohort by code, of the codes that stand in one cohort only."""
    return known.drop_duplicates("person", keep=False).set_index("person")["cohort"]


def _settle_cohorts(rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal) -> pd.DataFrame:
    """
    Note cohorts that contradict a more trusted source; where a code is one person in the whole study, that one counts.

    Where a code stands for one person within a cohort only, another cohort means another person, and nothing is moved.
    """
    study_wide = study.link.within == "study"
    for known in _trusted(rows, roster, study) if study_wide else _trusted(rows, roster, study)[: roster is not None]:
        home = rows["person"].map(_single_cohort(known)).astype("str")
        astray = home.notna() & rows["cohort"].notna() & (rows["cohort"] != home)
        if not astray.any():
            continue
        message = "The cohort given here differs from the roster's or the baseline's, which counts."
        if not study_wide:
            message = (
                "The roster has this code in another cohort only, so the questionnaire counts as of someone who was "
                "not invited. Correct the cohort here or in the roster."
            )
        journal.row_problems("disagreement", "warning", message, rows[astray], column="cohort")
        if study_wide:
            rows = rows.assign(cohort=rows["cohort"].mask(astray, home))
            journal.step("cohorts of a more trusted source", before=len(rows), after=len(rows), cells=int(astray.sum()))
    return rows


def _lines_with_cohort(roster: pd.DataFrame | None, study: Study, journal: Journal) -> pd.DataFrame | None:
    if roster is None or study.roster is None or not (homeless := roster["cohort"].isna()).any():
        return roster
    file, kept = study.roster.file, roster[~homeless]
    message = f"{file}: {rows_text(roster.loc[homeless, 'source_row'])} have no cohort and were left out. Add it there."
    journal.problem("no_cohort", "warning", message, file=file)
    journal.step("roster lines without a cohort", before=len(roster), after=len(kept), file=file)
    return kept


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


def _keep_first_cohort(
    rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study, journal: Journal
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """People of several cohorts: counted, and kept in their first alone where the study says so."""
    cohorts = rows.drop_duplicates(["person", "cohort"])
    repeats = set(cohorts.loc[cohorts["person"].duplicated(), "person"])
    if not repeats:
        return rows, roster
    keep_all = study.link.repeats == "keep"
    kept = "count in each of them" if keep_all else "count in their first alone, by date, else by the cohort's name"
    message = f"{len(repeats)} people take part in more than one cohort; they {kept} (link.repeats in study.toml)."
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
    """Roster without the lines that invite someone again whose first cohort alone counts."""
    if roster is None or study.roster is None:
        return roster
    of_first = roster["person"].map(first).fillna(roster["cohort"]) == roster["cohort"]
    if not of_first.all():
        journal.step("roster lines of later cohorts", before=len(roster), after=int(of_first.sum()),
                     file=study.roster.file)  # fmt: skip
    return roster[of_first]


def _links(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """How each questionnaire was linked; a question about the start that was asked later links nobody."""
    occasions = rows["wave"].isin([wave.name for wave in study.waves if wave.kind == "occasion"])
    met = rows["wave"].where(occasions).groupby([rows["cohort"], rows["person"]]).transform("nunique")
    how = pd.Series("alone", index=rows.index, dtype="str").mask(met - occasions.astype(int) > 0, "exact")
    how = how.mask(rows["person"].str.startswith("u"), "unlinked" if study.link.method == "none" else "blank")
    probability = pd.Series(1.0, index=rows.index).where(how == "exact")
    return LINKS.conform(rows[["wave", "file", "source_row", "person"]].assign(how=how, probability=probability))


def _merge_parts(
    rows: pd.DataFrame, facts: pd.DataFrame, published: pd.DataFrame, journal: Journal
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make one questionnaire of part one and part two, where no item is answered in both."""
    items = [name for name in rows.columns if name not in RESPONSES.columns]
    facts, published = facts.loc[rows.index], published.loc[rows.index]
    group = rows.groupby(QUESTIONNAIRE, sort=False).ngroup()
    answered = rows[items].notna().groupby(group).sum()
    files = rows["file"].groupby(group).agg(["nunique", "size"])
    joinable = (files["size"] > 1) & (files["nunique"] == files["size"]) & (answered <= 1).all(axis=1)
    of_parts = group[group.map(joinable)]
    if of_parts.empty:
        return rows, facts, published
    first = ~of_parts.duplicated()
    parts = rows.loc[of_parts.index, [*items, "submitted"]].groupby(of_parts)
    # handed in when its last part was
    whole = parts.first().assign(submitted=parts["submitted"].max())
    joined = [_joined(rows, whole, of_parts), *(_joined(f, f.loc[of_parts.index].groupby(of_parts).first(), of_parts)
                                                for f in (facts, published))]  # fmt: skip
    later = of_parts.index[~first]
    journal.step("parts of one questionnaire joined", before=len(rows), after=len(rows) - len(later))
    rows, facts, published = (frame.drop(later) for frame in joined)
    return rows, facts, published


def _joined(frame: pd.DataFrame, whole: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    """Return the frame with the values of `whole` in every row of its group."""
    spread = whole.loc[group].set_index(group.index)
    return frame.assign(**{name: spread[name].reindex(frame.index).where(frame.index.isin(group.index), frame[name])
                           for name in whole.columns})  # fmt: skip


def _resolve_duplicates(rows: pd.DataFrame, key: list[str], study: Study, journal: Journal) -> pd.DataFrame:
    """Keep one questionnaire per key by the wave's rule; without a rule its cohort has an error."""
    kept = [_resolve_wave(rows[rows["wave"] == w.name], key, w.name, w.duplicates, journal) for w in study.waves]
    return rows[rows.index.isin(pd.concat(kept).index)]


def _resolve_wave(rows: pd.DataFrame, key: list[str], wave: str, rule: str, journal: Journal) -> pd.DataFrame:
    repeated = rows[rows.duplicated(key, keep=False)]
    if not len(repeated):
        return rows
    if rule == "error":
        for cohort, of_cohort in repeated.groupby("cohort", sort=False):
            _duplicate_error(str(cohort), wave, of_cohort, journal)
    dated = repeated["submitted"].notna().groupby([repeated[name] for name in key]).transform("all")
    by_date = rule != "error" and dated.reindex(rows.index, fill_value=False)
    ordered = rows.assign(when=rows["submitted"].where(by_date)).sort_values("when", kind="stable")
    kept = rows[~ordered.duplicated(key, keep="last" if rule == "last" else "first").reindex(rows.index)]
    dropped = repeated[~repeated.index.isin(kept.index)]
    if rule != "error":
        for dates, how in ((True, "by date submitted"), (False, "by order in the file")):
            message = f"A second questionnaire of the same person in this wave was left out; the {rule} counts ({how})."
            journal.row_problems("duplicate", "warning", message, dropped[dated[dropped.index] == dates])
    what = f"{rule} kept" if rule != "error" else "first kept for want of a rule"
    journal.step(f"duplicates, {what}", before=len(rows), after=len(kept), wave=wave)
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
        persons = {str(wave): set(of_wave) for wave, of_wave in of_cohort["person"].groupby(of_cohort["wave"])}
        before = persons.get(study.baseline, set())
        for wave in study.later_waves:
            after = persons.get(wave, set())
            if before and after and not before & after:
                message = (
                    f"cohort {cohort!r} has {len(before)} questionnaires in wave {study.baseline!r} and {len(after)} in "
                    f'wave {wave!r}, but no person code in common. Check columns.person, or set method = "none" under '
                    "[link] to compare the waves unlinked."
                )
                journal.problem("no_pairs", "error", message, wave=wave, cohort=str(cohort))
