"""link_waves: links questionnaires of one person across waves."""

import hashlib
from dataclasses import dataclass

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.errors import FrameError, LinkError
from rm_research.frames import CODE, CONTENT, FACT, HOW, LINKS, NEAR_MISSES, RESPONSES, SURE, TOTAL, WHO, numbered
from rm_research.journal import Journal
from rm_research.linkage.alike import Helpful, report_codes, report_cohorts
from rm_research.linkage.cohorts import (
    fill_cohorts,
    keep_first_cohort,
    leave_out_declared,
    leave_out_homeless,
    settle_cohorts,
)
from rm_research.linkage.duplicates import QUESTIONNAIRE, merge_parts, resolve_duplicates
from rm_research.responses import Intake, read_responses
from rm_research.study import Study
from rm_research.study.entries import per_entry
from rm_research.study.given import wrong_data
from rm_research.study.selection import OfStudy


@dataclass(frozen=True, eq=False, repr=False)
class Linkage:
    """
    Questionnaires linked to people across waves.

    Attributes
    ----------
    responses : DataFrame
        Responses, linked: one row per person and wave; `person` is never missing.
    links : DataFrame
        Links: one row per questionnaire that came in, including duplicates that were left out.
    near_misses : DataFrame
        Near misses: pairs of questionnaires with similar codes that were not linked; empty if codes are not compared.
    facts, published : DataFrame
        Same index as `responses`.
    roster : DataFrame or None
        The roster, with persons as linked.
    ledger, problems : DataFrame
        What linking did, and what is wrong.

    Examples
    --------
    >>> linkage = rm.link_waves(prepared)
    >>> len(linkage.responses)
    664
    """

    responses: pd.DataFrame
    links: pd.DataFrame
    near_misses: pd.DataFrame
    facts: pd.DataFrame
    published: pd.DataFrame
    roster: pd.DataFrame | None
    ledger: pd.DataFrame
    problems: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """
        Questionnaires by wave and by how they were linked: one row per wave, one column per way.

        Examples
        --------
        >>> rm.link_waves(prepared).summary()
              alone  blank  exact
        wave
        pre      70      1    297
        post      6      1    296
        """
        waves = list(dict.fromkeys(self.links["wave"]))
        table = pd.crosstab(self.links["wave"], self.links["how"]).reindex(waves)
        return table.rename_axis(index="wave", columns=None)

    def __repr__(self) -> str:
        return f"Linkage of {len(self.links)} questionnaires\n{self.summary().to_string()}"

    def _repr_html_(self) -> str:
        caption = f"Linkage of {len(self.links)} questionnaires"
        return self.summary().to_html().replace("<thead>", f"<caption>{caption}</caption><thead>", 1)


def link_waves(intake: Intake | OfStudy, study: Study | None = None) -> Linkage:
    """
    Link questionnaires of one person across all waves.

    Parameters
    ----------
    intake : Intake or Prepared
        From `read_responses`; or what `prepare_study` returned, whose exports are then read again.
    study : Study, optional
        Of an Intake; a Prepared has its own. Its [link] table says how to link; each wave's `duplicates` says what to
        do with a second questionnaire.

    Returns
    -------
    Linkage
        One questionnaire per person and wave. Each questionnaire with a blank code is a separate person; with method
        'none', every questionnaire is.

    Raises
    ------
    FrameError
        When an Intake has no study.
    LinkError
        When codes are to be compared but were not kept, because the intake was read with another method.

    Examples
    --------
    >>> linkage = rm.link_waves(rm.read_responses(study), study)
    >>> linkage.links["how"].value_counts().to_dict()
    {'exact': 593, 'alone': 76, 'blank': 2}
    """
    if not isinstance(intake, Intake | OfStudy):
        raise wrong_data("link_waves", intake, "what prepare_study returned, or an Intake with its study")
    if not isinstance(intake, Intake):
        study = study or intake.study
        intake = read_responses(study)
    if study is None:
        raise FrameError("link_waves: an Intake needs its study. Or give what prepare_study returned, which has both.")
    if study.link.method == "code" and intake.codes is None:
        raise LinkError('These responses were read without codes to compare. Read them with link.method = "code".')
    journal, items = Journal(), [item.name for item in study.items]
    parts = [intake.responses, intake.facts.add_prefix(FACT), intake.published.add_prefix(TOTAL), intake.forms]
    rows = pd.concat(parts, axis=1)
    rows = rows.assign(**_held(intake), **{CONTENT: intake.contents})
    rows, roster = fill_cohorts(rows, intake.roster, study, journal)
    helpful = report_codes(rows, roster, study, journal)
    rows = rows.drop(columns=intake.forms.columns)
    rows, roster = _identify(rows, roster, study)
    rows = rows.drop(columns=CONTENT)
    near_misses = NEAR_MISSES.empty()
    if study.link.method == "code":
        from rm_research.linkage.similar import link_similar  # here, as no other method compares codes

        compared = link_similar(rows, roster, study, journal)
        rows, near_misses = compared.rows, compared.near_misses
        if study.link.within == "study":
            rows = settle_cohorts(rows, roster, study, journal)
    rows = leave_out_homeless(rows, journal)
    rows, roster = leave_out_declared(rows, roster, study, journal)
    report_cohorts(rows, study, journal)
    rows, roster = keep_first_cohort(rows, roster, study, journal)
    rows = rows.assign(**{WHO: numbered(rows, ["cohort", "person"])})
    links = _links(rows, study)
    # a part that was submitted twice can still be joined with the other part
    rows = resolve_duplicates(rows, [*QUESTIONNAIRE, "file"], study, journal)
    rows = merge_parts(rows, items, journal)
    rows = resolve_duplicates(rows, QUESTIONNAIRE, study, journal).reset_index(drop=True)
    _check_pairs(rows, study, journal, helpful)
    return Linkage(
        responses=RESPONSES.conform(rows[[*RESPONSES.columns, *items]], unique=True),
        links=links,
        near_misses=near_misses,
        facts=rows[[f"{FACT}{name}" for name in intake.facts]].set_axis(intake.facts.columns, axis=1),
        published=rows[[f"{TOTAL}{name}" for name in intake.published]].set_axis(intake.published.columns, axis=1),
        roster=roster,
        ledger=journal.ledger,
        problems=journal.problems,
    )


def _held(intake: Intake) -> dict[str, pd.Series]:
    """Codes, which stay with the questionnaires until they are compared."""
    codes = intake.codes
    return {} if codes is None else {f"{CODE}{name}": codes[name] for name in codes}


def _identify(
    rows: pd.DataFrame, roster: pd.DataFrame | None, study: Study
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Identify persons by codes within a cohort or the study; without a code or linking, each row is one person."""
    if study.link.method == "none":
        return rows.assign(person=_alone(rows)), None
    if study.link.within == "cohort":
        rows = rows.assign(person=_within(rows))
        roster = None if roster is None else roster.assign(person=_within(roster))
    blank = rows["person"].isna()
    return rows.assign(person=rows["person"].fillna(_alone(rows[blank]))) if blank.any() else rows, roster


def _alone(rows: pd.DataFrame) -> pd.Series:
    """Give each row a separate person, known by all that it holds: it may stand in another place of a later export."""
    contents = rows["wave"] + ":" + rows[CONTENT]
    nth = contents.groupby(contents).cumcount().astype("str")
    return per_entry(contents + ":" + nth, lambda text: "u" + hashlib.sha256(text.encode()).hexdigest()[:15])


def _within(rows: pd.DataFrame) -> pd.Series:
    """Persons by code and cohort: in another cohort, the code is someone else."""
    return per_entry(rows["cohort"] + ":" + rows["person"], lambda text: hashlib.sha256(text.encode()).hexdigest()[:16])


def _links(rows: pd.DataFrame, study: Study) -> pd.DataFrame:
    """How each questionnaire was linked; retrospective questions, asked later about the start, link nobody."""
    occasions = rows["wave"].isin([wave.name for wave in study.waves if wave.kind == "occasion"])
    who = rows[WHO]
    seen = rows.loc[occasions, [WHO, "wave"]].drop_duplicates()
    met = who.map(seen[WHO].value_counts()).fillna(0)
    how = pd.Series("alone", index=rows.index, dtype="str").mask(met - occasions.astype(int) > 0, "exact")
    probability = pd.Series(1.0, index=rows.index)
    # each code was compared with earlier ones; a person's first questionnaire gets the best of their later links
    if HOW in rows:
        equal = (rows[HOW] == "exact").groupby(who).transform("any")
        best = equal.map({True: "exact", False: "near"}).astype("str")
        how = how.mask(how == "exact", rows[HOW].fillna(best)).mask((how == "alone") & (rows[HOW] == "near"), "near")
        probability = rows[SURE].fillna(rows[SURE].groupby(who).transform("max"))
    nobody = rows["person"].str.startswith("u") & (how == "alone")
    how = how.mask(nobody, "unlinked" if study.link.method == "none" else "blank")
    probability = probability.where(how.isin(["exact", "near"]))
    places = rows[["wave", "file", "source_row", "person"]]
    return LINKS.conform(places.assign(how=how, probability=probability), unique=True)


def _check_pairs(rows: pd.DataFrame, study: Study, journal: Journal, helpful: Helpful) -> None:
    """Report cohorts that answered twice but have no code in common: that cannot be dropout alone."""
    if study.link.method == "none":
        return
    counts = rows.groupby(["cohort", "wave"]).size().unstack(fill_value=0)
    of_wave = {str(wave): group for wave, group in rows[["cohort", WHO]].groupby(rows["wave"], sort=False)}
    before = of_wave.get(study.baseline)
    for wave in study.later_waves:
        if before is None or wave not in of_wave:
            continue
        in_common = set(before.loc[before[WHO].isin(of_wave[wave][WHO]), "cohort"].unique())
        answered = counts[(counts[study.baseline] > 0) & (counts[wave] > 0)]
        for cohort, questionnaires in answered.drop(list(in_common & {*answered.index})).iterrows():
            message = Said(
                "problems.no_pairs",
                cohort=str(cohort),
                n=questionnaires[study.baseline],
                baseline=study.baseline,
                m=questionnaires[wave],
                wave=wave,
                remedy=_remedy(helpful.get(str(cohort), [])),
            )
            journal.problem("no_pairs", "error", message, wave=wave, cohort=str(cohort))


def _remedy(forms: list[str]) -> str:
    """What would give a cohort codes in common."""
    named = " or ".join(f'compare = ["{form}"]' for form in forms)
    return Said("problems.part.declare_form", forms=named) if forms else Said("problems.part.check_codes")
