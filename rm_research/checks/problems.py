"""check_study: every problem in a study, and the tables of its data-quality page."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path

import pandas as pd

from rm_research.catalogue import Catalogue, catalogue
from rm_research.checks.answering import careless_signs, missing_items, scale_quality
from rm_research.checks.clusters import cluster_sizes
from rm_research.checks.flow import link_quality, row_flow
from rm_research.checks.wording import worded
from rm_research.errors import StudyError
from rm_research.frames import PROBLEMS, stacked
from rm_research.panel import Prepared
from rm_research.panel.prepare import prepare_openly
from rm_research.panel.standing import differences
from rm_research.reflections.faults import problems_of_words
from rm_research.study import Study, read_study
from rm_research.study.locking import Difference

GRAVITY = ("error", "warning", "note")
SECTIONS = (
    "problems", "plan", "flow", "response", "clusters", "links", "near_misses", "careless", "scales", "missing",
    "reliability", "invariance", "attrition", "influence", "ledger",
)  # fmt: skip
MOST_ROWS = 12  # row numbers listed for one problem


@dataclass(frozen=True, eq=False, repr=False)
class Problems:
    """
    What is wrong or worth knowing about a study's data.

    Attributes
    ----------
    table : DataFrame
        Problems, the most severe first.
    prepared : Prepared or None
        The study as far as it could be prepared; None if the study files themselves cannot be read.

    Examples
    --------
    >>> problems = rm.check_study(study)
    >>> problems.has_errors
    False
    """

    table: pd.DataFrame
    prepared: Prepared | None

    def to_frame(self) -> pd.DataFrame:
        """
        Return a copy of the table, without what is for pages alone.

        Examples
        --------
        >>> rm.check_study(study).to_frame()["severity"].value_counts().to_dict()
        {'warning': 21, 'note': 2}
        """
        return self.table.drop(columns="said")

    @property
    def has_errors(self) -> bool:
        """Whether any problem prevents the study or one of its cohorts from being reported."""
        return bool((self.table["severity"] == "error").any())

    def summary(self) -> pd.DataFrame:
        """
        One row per rule, file, column and message: severity, rule, message, file, wave, column, count, rows.

        Examples
        --------
        >>> rm.check_study(study).summary()["rule"].tolist()[:3]
        ['unknown_label', 'unknown_label', 'unknown_label']
        """
        keys = ["severity", "rule", "file", "wave", "cohort", "column", "message", "said"]
        grouped = self.table.fillna(dict.fromkeys(keys, "")).groupby(keys, sort=False)
        table = grouped["source_row"].agg(
            count="size", rows=lambda rows: ", ".join(str(row) for row in rows.dropna()[:MOST_ROWS])
        )
        return table.reset_index()

    @property
    def words(self) -> Catalogue:
        """Texts in the language of the study; in English where its files cannot be read."""
        return catalogue("en" if self.prepared is None else self.prepared.study.reporting.language)

    @cached_property
    def plan(self) -> pd.DataFrame:
        """What differs from the locked plan: key, what is planned and what is declared now, as in study.toml."""
        found = () if self.prepared is None else differences(self.prepared.study)
        return pd.DataFrame(found, columns=list(Difference._fields), dtype="str")

    @cached_property
    def response(self) -> pd.DataFrame:
        """Questionnaires that count, by cohort and wave."""
        return pd.DataFrame() if self.prepared is None else self.prepared.summary()

    @cached_property
    def links(self) -> pd.DataFrame:
        """Questionnaires by wave and how they were linked, and how many links are expected to be wrong."""
        return pd.DataFrame() if self.prepared is None else link_quality(self.prepared)

    @cached_property
    def clusters(self) -> pd.DataFrame:
        """Groups of people who belong together, by role."""
        return pd.DataFrame() if self.prepared is None else cluster_sizes(self.prepared)

    @cached_property
    def missing(self) -> pd.DataFrame:
        """Share of questionnaires that leave an item unanswered, by item (rows) and wave (columns)."""
        if self.prepared is None:
            return pd.DataFrame()
        return missing_items(self.prepared)

    @cached_property
    def flow(self) -> pd.DataFrame:
        """Rows from the exports to the questionnaires that count, by wave."""
        return pd.DataFrame() if self.prepared is None else row_flow(self.prepared)

    @cached_property
    def scales(self) -> pd.DataFrame:
        """Scores that are missing, lowest and highest, by scale and wave."""
        return pd.DataFrame() if self.prepared is None else scale_quality(self.prepared)

    @cached_property
    def careless(self) -> pd.DataFrame:
        """Questionnaires with signs of careless answering, by wave."""
        return pd.DataFrame() if self.prepared is None else careless_signs(self.prepared)

    @cached_property
    def near_misses(self) -> pd.DataFrame:
        """Pairs of questionnaires with similar codes that were not linked, by row number."""
        return pd.DataFrame() if self.prepared is None else self.prepared.near_misses

    @cached_property
    def reliability(self) -> pd.DataFrame:
        """How consistently each scale measures, by wave and item."""
        from rm_research.effects.measurement import assess_reliability  # here, as most checks need none of its numerics

        return pd.DataFrame() if self.prepared is None else assess_reliability(self.prepared)

    @cached_property
    def invariance(self) -> pd.DataFrame:
        """Whether each scale measures the same at baseline and later, and in each role."""
        from rm_research.effects.measurement import assess_invariance

        return pd.DataFrame() if self.prepared is None else assess_invariance(self.prepared)

    @cached_property
    def attrition(self) -> pd.DataFrame:
        """Who left, by cohort, role, arm, scale and later wave."""
        from rm_research.effects.missing import assess_attrition

        if self.prepared is None or self.prepared.study.link.method == "none":
            return pd.DataFrame()
        return assess_attrition(self.prepared.panel, study=self.prepared.study)

    @cached_property
    def influence(self) -> pd.DataFrame:
        """Headline rows whose verdict changes if one person is left out; none where nobody decides alone."""
        from rm_research.effects.influence import one_person_decides

        return pd.DataFrame() if self.prepared is None else one_person_decides(self.prepared)

    @property
    def ledger(self) -> pd.DataFrame:
        """What cleaning did."""
        return pd.DataFrame() if self.prepared is None else self.prepared.ledger

    def sections(self, names: Sequence[str] = SECTIONS) -> dict[str, pd.DataFrame]:
        """
        Tables of the data-quality page by the key of their heading.

        Examples
        --------
        >>> list(rm.check_study(study).sections())[:3]
        ['problems', 'plan', 'flow']
        """
        if self.prepared is None:
            return {"problems": self.summary()}
        return {name: self._section(name) for name in names}

    def _section(self, name: str) -> pd.DataFrame:
        table = self.summary() if name == "problems" else getattr(self, name)
        return (table.reset_index() if table.index.name else table).round(3)

    def counts(self) -> str:
        """
        Say how many problems of each severity there are.

        Examples
        --------
        >>> rm.check_study(study).counts()
        '0 errors, 21 warnings, 2 notes'
        """
        counts = self.table["severity"].value_counts()
        numbers = {kind: int(counts.get(kind, 0)) for kind in GRAVITY}
        return ", ".join(f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in numbers.items())

    def __repr__(self) -> str:
        rows = self.summary()[["severity", "message", "count"]].itertuples(index=False, name=None)
        lines = [f"{severity:8} {message} [{count} ×]" for severity, message, count in rows]
        return "\n".join([f"Problems: {self.counts()}", *lines])

    def _repr_html_(self) -> str:
        prepared, words = self.prepared, self.words
        title = "" if prepared is None else prepared.study.title
        parts = [f"<h1>{escape(words.say('quality.title', study=title))}</h1><p>{words.say('quality.private')}</p>"]
        for name, table in self.sections().items():
            parts.append(f"<h2>{escape(words.say(f'quality.{name}'))}</h2>")
            filled = worded(name, table, words, self.ledger)
            # wide tables scroll sideways, by keyboard too
            shown = filled.to_html(index=False, border=0, escape=True).replace("<table ", '<table tabindex="0" ', 1)
            parts.append(shown if len(table) else f"<p>{words.say(self._nothing(name))}</p>")
        return "\n".join(parts)

    def _nothing(self, name: str) -> str:
        """Key of what an empty table says."""
        if name == "influence":
            return "quality.nobody"
        if name == "plan":
            return (
                "quality.no_plan" if self.prepared is None or self.prepared.study.plan is None else "quality.as_planned"
            )
        searched = name != "near_misses" or (self.prepared is not None and self.prepared.study.link.method == "code")
        return "quality.none" if searched else "quality.not_searched"


def check_study(study: Study | Prepared | str | Path) -> Problems:
    """
    Find all problems in a study at once.

    Parameters
    ----------
    study : Study, Prepared or path
        The study. A wave whose export is not there yet is a problem like any other, so this works as soon as there is
        one export.

    Returns
    -------
    Problems
        Errors first. A fault in the study raises nothing.

    Examples
    --------
    >>> problems = rm.check_study("data/demo")
    >>> problems.counts()
    '0 errors, 21 warnings, 2 notes'
    """
    try:
        prepared = study if isinstance(study, Prepared) else prepare_openly(_as_study(study))
    except StudyError as error:
        table = pd.DataFrame({"rule": "study_files", "severity": "error", "message": error.problems})
        return Problems(PROBLEMS.conform(table), None)
    found = stacked([prepared.problems, problems_of_words(prepared)], PROBLEMS)
    order = found["severity"].map({kind: place for place, kind in enumerate(GRAVITY)})
    table = found.iloc[order.argsort(kind="stable")].reset_index(drop=True)
    return Problems(table, prepared)


def _as_study(study: Study | str | Path) -> Study:
    return study if isinstance(study, Study) else read_study(study)
