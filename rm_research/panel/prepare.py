"""prepare_study: all steps from exports to Panel, cached."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from rm_research.errors import ReportError
from rm_research.frames import LEDGER, PROBLEMS, stacked
from rm_research.linkage import link_waves
from rm_research.linkage.cohorts import in_cohorts_that_count
from rm_research.panel import cache
from rm_research.panel.build import build_panel, places_among, sessions_before
from rm_research.panel.chosen import Chosen, choose, frames_of, refuse_chosen
from rm_research.panel.long import long_frame
from rm_research.panel.open_answers import who_wrote
from rm_research.panel.origin import mark
from rm_research.panel.standing import report_plan
from rm_research.panel.timing import check_listed_cohorts, compare_waves, in_order
from rm_research.people import build_participants
from rm_research.responses.intake import raise_study_errors, take_in
from rm_research.scales import (
    compare_published,
    report_direction,
    report_items,
    report_turned,
    report_unanswered,
    score_scales,
    scored_rows,
)
from rm_research.study import Study, read_study
from rm_research.study.entries import tidy_text
from rm_research.study.given import with_known_options
from rm_research.study.selection import Names, Selection, names_in
from rm_research.study.text_storage import held_by_size


@dataclass(frozen=True, eq=False, repr=False)
class Prepared:
    """
    A study, prepared from exports to Panel.

    Attributes
    ----------
    study : Study
    responses, people, dyads, meetings, goals, links, near_misses, scores, panel, ledger, problems : DataFrame
        The frames with those names, after linking. `responses` has no free text; `read_reflections` does.
    open_answers : DataFrame
        Who wrote something in answer to items of kind text, without what was written.
    arrivals : DataFrame
        When the first questionnaire of each wave came in, those counted that were left out.
    texts : dict of (str, str) to str
        Question text by wave and item, if the export has one.
    digest : str
        SHA-256 of study.toml, codebook.csv and every file they name.
    chosen : mapping of str to tuple of str
        Which people it holds, by fact, where `where` has left out others; empty for everybody.

    Examples
    --------
    >>> prepared = rm.prepare_study("data/demo")
    >>> prepared.cohorts
    ('2022 spring', '2022 autumn', '2023 spring', '2023 autumn', '2024 spring', '2024 autumn')
    >>> prepared.panel.shape
    (1677, 12)
    """

    study: Study
    responses: pd.DataFrame
    people: pd.DataFrame
    dyads: pd.DataFrame
    meetings: pd.DataFrame
    goals: pd.DataFrame
    links: pd.DataFrame
    near_misses: pd.DataFrame
    scores: pd.DataFrame
    panel: pd.DataFrame
    ledger: pd.DataFrame
    problems: pd.DataFrame
    open_answers: pd.DataFrame
    arrivals: pd.DataFrame
    texts: dict[tuple[str, str], str]
    digest: str
    chosen: Chosen = field(default_factory=dict)

    @cached_property
    def cohorts(self) -> tuple[str, ...]:
        """
        Names of all cohorts, including cohorts with errors that have no people.

        In the order in which everything shows them: see `in_order`.
        """
        failed = self.problems.loc[self.problems["severity"] == "error", "cohort"].dropna()
        return in_order({*self.people["cohort"].unique(), *failed}, self.responses, self.study)

    @cached_property
    def sound_cohorts(self) -> tuple[str, ...]:
        """Names of the cohorts that can be reported."""
        return tuple(cohort for cohort in self.cohorts if not self.errors_of(cohort))

    @property
    def sound_panel(self) -> pd.DataFrame:
        """Panel of the cohorts that can be reported."""
        return self.panel[self.panel["cohort"].isin(self.sound_cohorts)]

    def named(self, cohorts: Iterable[str]) -> tuple[str, ...]:
        """
        Cohorts with these names, which may be written in other case or with characters that look alike.

        Raises
        ------
        ReportError
            When there is no such cohort.

        Examples
        --------
        >>> prepared.named(["2022 SPRING"])
        ('2022 spring',)
        """
        known = {tidy_text(cohort): cohort for cohort in self.cohorts}
        if unknown := [name for name in cohorts if tidy_text(name) not in known]:
            shown = ", ".join(map(repr, self.cohorts))
            whose = f"Among the people chosen ({Selection(self.chosen)}): " if self.chosen else ""
            raise ReportError(f"{whose}There is no cohort {', '.join(map(repr, unknown))}. Cohorts are {shown}.")
        return tuple(known[tidy_text(name)] for name in cohorts)

    def errors_of(self, cohort: str) -> tuple[str, ...]:
        """
        Messages of the errors that prevent a cohort from being reported; empty if there are none.

        Examples
        --------
        >>> prepared.errors_of("2022 spring")
        ()
        """
        errors = self.problems[(self.problems["severity"] == "error") & (self.problems["cohort"] == cohort)]
        return tuple(dict.fromkeys(errors["message"]))

    def where(
        self, *, cohort: Names = None, role: Names = None, arm: Names = None, **attributes: Names
    ) -> "Prepared":  # fmt: skip
        """
        Keep some of the people, chosen by what is known about them before anything is estimated.

        To pick among results, give the keywords to the verb that makes them: then the numbers stay those of the whole
        study. Nobody is left to compare with where only one arm is chosen, dyads stay where both members do, and a
        comparison that cohorts share keeps only people of those chosen. No page is made of a part of the people.

        Parameters
        ----------
        cohort, role, arm : str or sequence of str, optional
            Names, one or several; everybody unless given.
        **attributes : str or sequence of str
            Entries of attributes that study.toml declares under [attributes], such as `grade=["A", "B"]`. Who has no
            entry is left out.

        Returns
        -------
        Prepared
            Of these people; `chosen` names them, and the ledger has a line with their number.

        Raises
        ------
        SelectionError
            When there is no such fact or entry, or nobody has all together; the message says what there is.

        Examples
        --------
        >>> some = prepared.where(role="leader", directorate=["Housing", "Adult services"])
        >>> len(some.people)
        85
        >>> change = rm.estimate_change(some, cohort="2022 spring", scale="inclusion", arm="programme")
        >>> change.headlines().table["n_pre"].tolist()
        [9]
        """
        asked = {"cohort": cohort, "role": role, "arm": arm, **attributes}
        chosen = choose(self.people, list(self.study.settings.attributes), asked, self.chosen)
        if not chosen:
            return self
        frames: dict[str, Any] = frames_of({name: getattr(self, name) for name in cache.NAMES}, chosen)
        return replace(self, **frames, chosen={**self.chosen, **chosen})

    @with_known_options
    def long(
        self, *, cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None
    ) -> pd.DataFrame:
        """
        Return the scores as a tidy frame, which statsmodels, pingouin and seaborn take as it is.

        Parameters
        ----------
        cohort, role, scale, wave, arm : str or sequence of str, optional
            Which rows, by one name or several; all unless given. Cohorts with errors, and people whose role or arm is
            not known, are left out, as in all estimates.

        Returns
        -------
        DataFrame
            One row per person, wave and scale with a score: cohort (categories in the order in which the study shows
            them, as those of scale); person (a name that nobody else has); role; arm;
            dyad (missing for people without one; dyads that share a person are one); cluster (unit whose members are
            not independent); wave (ordered as in time); scale; score (in the scale's unit, never missing); and the
            declared attributes.

        Raises
        ------
        SelectionError
            When there is no such name, or nothing has all names together; the message says what there is.

        Examples
        --------
        >>> long = prepared.long(scale="inclusion", role="leader")
        >>> long.columns.tolist()
        ['cohort', 'person', 'role', 'arm', 'dyad', 'cluster', 'wave', 'scale', 'score', 'directorate', 'setting']
        >>> long.groupby("wave", observed=True)["score"].mean().round(2).to_dict()
        {'pre': 3.76, 'post': 3.98}
        """
        people = self.people[self.people["cohort"].isin(self.sound_cohorts)]
        rows = long_frame(self.scores, people, self.dyads, self.study, self.sound_cohorts)
        asked = {"cohort": cohort, "role": role, "scale": scale, "wave": wave, "arm": arm}
        rows = rows[Selection.of(names_in(rows), asked, among=self.chosen).mask(rows)].reset_index(drop=True)
        return rows.assign(**{name: rows[name].cat.remove_unused_categories() for name in ("cohort", "wave", "scale")})

    def whole(self, what: str) -> "Prepared":
        """
        Return itself, if it is the study as its files declare it.

        Parameters
        ----------
        what : str
            What is to be made of it, for the message: "Findings".

        Raises
        ------
        ReportError
            When it holds only some of the people, or its options were varied.

        Examples
        --------
        >>> prepared.whole("Findings") is prepared
        True
        """
        self.study.as_declared(what)
        refuse_chosen(self.chosen, what)
        return self

    def summary(self) -> pd.DataFrame:
        """
        Questionnaires by cohort (rows) and wave (columns), after duplicates are resolved.

        Examples
        --------
        >>> prepared.summary()
                     pre  post
        cohort
        2022 spring   77    60
        2022 autumn   73    62
        2023 spring   70    62
        2023 autumn   67    54
        2024 spring   61    49
        2024 autumn   16    13
        """
        table = pd.crosstab(self.responses["cohort"], self.responses["wave"])
        waves = [wave.name for wave in self.study.waves]
        cohorts = [name for name in self.cohorts if name in table.index]
        return table.reindex(index=cohorts, columns=waves, fill_value=0).rename_axis(index="cohort", columns=None)

    def __repr__(self) -> str:
        return f"{self._heading()}\n{self.summary().to_string()}"

    def _repr_html_(self) -> str:
        table = self.summary().to_html()
        return table.replace("<thead>", f"<caption>{self._heading()}</caption><thead>", 1)

    def _heading(self) -> str:
        counts = self.problems["severity"].value_counts()
        problems = ", ".join(f"{int(counts.get(kind, 0))} {kind}s" for kind in ("error", "warning", "note"))
        return f"Prepared: {len(self.people)} people, {len(self.dyads)} dyads; {problems}. Questionnaires:"


def prepare_study(
    study: Study | str | Path, *, allow_outside: bool = False, vary: Mapping[str, Any] | None = None
) -> Prepared:  # fmt: skip
    """
    Read, clean, link and score a study.

    Parameters
    ----------
    study : Study or path
        The study, or its folder.
    allow_outside : bool
        As for `read_study`, if `study` is a folder.
    vary : mapping of str to object, optional
        Options that differ from study.toml, as for `Study.varied`: `{"link.method": "code", "reporting.level": 0.9}`.

    Returns
    -------
    Prepared
        The frames are cached in the study's private folder and reused as long as no input changes.

    Raises
    ------
    StudyFileError, ReadError
        When the whole study is unusable; all such problems at once. An error in one cohort is among `problems` and
        affects only that cohort.

    Examples
    --------
    >>> prepared = rm.prepare_study("data/demo")
    >>> len(prepared.people)
    372
    >>> rm.prepare_study("data/demo", vary={"link.method": "code"}).study.link.method
    'code'
    """
    study = study if isinstance(study, Study) else read_study(study, allow_outside=allow_outside)
    study = study.varied(vary) if vary else study
    inputs = cache.digest(study)
    if (cached := cache.load(study, inputs=inputs)) is not None:
        frames, texts = cached
        kept: dict[str, Any] = {**frames}
        return _marked(Prepared(study=study, texts=texts, digest=inputs, **kept))
    prepared = _marked(prepare_openly(study))
    raise_study_errors(prepared.problems)
    to_come = prepared.problems["rule"].eq("meetings_to_come").any()  # tomorrow they may have been held
    if prepared.digest == inputs and not to_come:  # no file changed while it was read
        cache.save(study, {name: getattr(prepared, name) for name in cache.NAMES}, prepared.texts, inputs=inputs)
    return prepared


def _marked(prepared: Prepared) -> Prepared:
    """The same; its frames tell of which study they are."""
    mark((getattr(prepared, name) for name in cache.NAMES), prepared.study)
    return prepared


@held_by_size
def prepare_openly(study: Study) -> Prepared:
    """Prepare a study without the cache; errors are left among its problems instead of being raised."""
    intake = take_in(study)
    linkage = link_waves(intake, study)
    met, goals = (
        rows if rows is None else rows[in_cohorts_that_count(rows["cohort"], study)]
        for rows in (intake.sessions, intake.goals)
    )
    who = build_participants(linkage, met, study, goals)
    scores = score_scales(linkage.responses, study)
    sessions = None
    if met is not None and len(linkage.responses):
        sessions = sessions_before(linkage.responses, who, study)
    # comparing numbers of persons is faster than comparing texts
    persons = places_among(who.people, linkage.responses)
    of_scores = persons[scored_rows(linkage.responses, study)]
    panel = build_panel(scores, who.people, study, sessions=sessions, places=of_scores)
    records = (intake, linkage, who)
    problems = [record.problems for record in records]
    problems += [report_items(study), report_direction(intake.responses, study)]
    problems += [report_unanswered(intake.responses, study)]
    problems += [report_turned(scores, of_scores, study)] if study.link.method != "none" else []
    problems += [compare_published(intake.responses, intake.published, study)]
    problems += [
        compare_waves(linkage.responses, persons, study),
        check_listed_cohorts({*who.people["cohort"].unique(), *study.reporting.leave_out}, study),
        report_plan(intake.arrivals, study),
    ]
    return Prepared(
        study=study,
        responses=linkage.responses.drop(columns=[item.name for item in study.text_items]),
        people=who.people,
        dyads=who.dyads,
        meetings=who.meetings,
        goals=who.goals,
        links=linkage.links,
        near_misses=linkage.near_misses,
        scores=scores,
        panel=panel,
        ledger=_numbered([record.ledger for record in records]),
        problems=_of_cohorts_that_count(stacked(problems, PROBLEMS), study),
        open_answers=who_wrote(linkage.responses, study),
        arrivals=intake.arrivals,
        texts=intake.texts,
        digest=cache.digest(study),
    )


def _of_cohorts_that_count(problems: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Problems without those of cohorts that are left out, which a note names."""
    return problems[in_cohorts_that_count(problems["cohort"], study)].reset_index(drop=True)


def _numbered(ledgers: list[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat([part for part in ledgers if len(part)] or ledgers[:1], ignore_index=True)
    return LEDGER.conform(whole.assign(step=range(1, len(whole) + 1)))
