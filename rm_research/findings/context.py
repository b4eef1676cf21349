"""What every section of a page needs to know."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from rm_research.catalogue import Catalogue, capital
from rm_research.claims import Claims
from rm_research.disclosure import Disclosed
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS, ROLE_ORDER
from rm_research.errors import ReportError
from rm_research.study import Scale, Study
from rm_research.study.entries import slug


class Counted(NamedTuple):
    """Cohorts that enter an average alone or in groups, the number of groups, and the cohorts left out."""

    alone: tuple[str, ...]
    together: tuple[str, ...]
    n_groups: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Context:
    """
    A page in the making, which knows only what may be shown.

    Attributes
    ----------
    claims : Claims
    cohort : str or None
        None for the programme.
    unavailable : tuple of str
        Cohorts whose own page could not be made.
    edition : str
        For whom the page is released; '' for a draft.
    simulated : bool
        Whether nobody gave some of the answers.
    """

    claims: Claims
    cohort: str | None
    unavailable: tuple[str, ...]
    edition: str = ""
    simulated: bool = False

    @property
    def study(self) -> Study:
        """The study."""
        return self.claims.study

    @property
    def words(self) -> Catalogue:
        """The catalogue."""
        return self.claims.words

    @property
    def disclosed(self) -> Disclosed:
        """
        What may be shown.

        Raises
        ------
        ReportError
            When it has not passed `disclose`.
        """
        shown = self.claims.disclosed
        if not isinstance(shown, Disclosed):
            raise ReportError("A page shows only what has passed disclose().")
        return shown

    @property
    def pooled(self) -> bool:
        """Whether the page is about an average over cohorts; a programme of one cohort is that cohort."""
        return self.cohort is None and len(self.cohorts) > 1

    @cached_property
    def cohorts(self) -> tuple[str, ...]:
        """Names of all cohorts, including those whose data have an error."""
        return tuple(name for name in self.disclosed.tables["cohorts"]["cohort"] if name != ALL_COHORTS)

    def counts(self, place: str) -> pd.Series:
        """Counts of people and questionnaires of a cohort, or of the programme."""
        table = self.disclosed.tables["cohorts"]
        return table[table["cohort"] == place].iloc[0]

    @property
    def persons(self) -> int | None:
        """Different people who answered before and after, on a page where some are met in several cohorts."""
        counts = self.counts(self.place)
        known = self.cohort is None and bool(counts["repeats"]) and not pd.isna(counts["persons"])
        return int(counts["persons"]) if known else None

    def table(self, name: str) -> pd.DataFrame:
        """Rows of a disclosed table that are about this page's cohort, or about the programme."""
        table = self.disclosed.tables[name]
        return table[table["cohort"] == self.place]

    @property
    def meetings(self) -> pd.DataFrame:
        """Meetings of the cohorts that this page is about."""
        table = self.disclosed.tables["meetings"]
        return table if self.cohort is None else table[table["cohort"] == self.cohort]

    @property
    def place(self) -> str:
        """Name of this page's cohort, or of all cohorts, in the Estimates."""
        if self.pooled:
            return ALL_COHORTS
        return self.cohort or "".join(self.cohorts)

    @property
    def title(self) -> str:
        """The page's h1."""
        if self.cohort is None:
            return self.words.say("page.programme_title")
        return capital(self.words.say("page.cohort_title", cohort=self.cohort))

    @cached_property
    def rows(self) -> tuple[Estimate, ...]:
        """Estimates rows of this page."""
        return tuple(row for row in self.disclosed.rows if row.cohort == self.place)

    @cached_property
    def headlines(self) -> tuple[Estimate, ...]:
        """Estimates rows of this page that answer their question."""
        return tuple(row for row in self.disclosed.headline_rows if row.cohort == self.place)

    def frame(self, rows: Iterable[Estimate]) -> pd.DataFrame:
        """These rows as the Estimates table has them, in its order, for a CSV."""
        return self.disclosed.table[self.disclosed.table["id"].isin([row.id for row in rows])]

    def only_compared(self, place: str) -> bool:
        """Whether everybody of a cohort is in the comparison group."""
        return {row.arm for row in self.disclosed.rows if row.cohort == place} == {self.study.comparison}

    @property
    def shown_scales(self) -> set[str]:
        """Scales of which this page shows something."""
        return {*(row.scale for row in self.headlines if row.is_known), *self.table("described")["scale"]}

    @property
    def shows_estimates(self) -> bool:
        """Whether this page has any estimate to show."""
        return any(row.is_known for row in self.rows)

    @property
    def describes(self) -> bool:
        """Whether this page describes an outcome that was asked only later."""
        return not self.described.empty

    @property
    def described(self) -> pd.DataFrame:
        """Means of outcomes that were asked only later; those of the process have a table of their own."""
        table = self.table("described")
        return table[~table["scale"].isin([scale.name for scale in self.study.process_scales])]

    def roles(self, scale: str) -> list[str]:
        """Roles that have rows for a scale here or in any cohort of this page, leaders first."""
        roles = {row.role for row in self.disclosed.rows if row.scale == scale}
        return [role for role in ROLE_ORDER if role in roles] + sorted(roles - set(ROLE_ORDER))

    def arms(self) -> list[str]:
        """Arms of the programme, without the comparison."""
        return sorted({row.arm for row in self.disclosed.rows} - {self.study.comparison})

    def waves(self, scale: Scale) -> list[str]:
        """Later waves that ask a scale."""
        return [wave for wave in self.study.later_waves if self.study.measured(scale.name, wave)]

    def main_wave(self, scale: Scale) -> list[str]:
        """Survey that a page tells of first: the later one with the results of most groups, the earliest of these."""
        return self._main_waves[scale.name]

    @cached_property
    def _main_waves(self) -> dict[str, list[str]]:
        return {scale.name: self._most_waves(scale) for scale in self.study.scales}

    def _most_waves(self, scale: Scale) -> list[str]:
        rows = [row for row in self.disclosed.headline_rows if row.scale == scale.name and row.is_known]
        rows = [row for row in rows if row.arm != self.study.comparison]
        rows = [row for row in rows if row.cohort == self.place] or [row for row in rows if self.cohort is None]
        groups = {wave: len({(row.role, row.arm) for row in rows if row.wave == wave}) for wave in self.waves(scale)}
        return sorted(groups, key=lambda wave: -groups[wave])[:1]

    def spoken_rows(self, scale: str, wave: str, role: str) -> Iterator[Estimate]:
        """Headline row of each arm of the programme."""
        for arm in self.arms():
            row = self.claims.headline_row(self.place, role, arm, scale, wave)
            if row is not None:
                yield row

    def main_rows(self, scale: Scale) -> list[Estimate]:
        """Headline rows of the survey that the page tells of first, role by role and arm by arm."""
        return [row for wave in self.main_wave(scale) for role in self.roles(scale.name)
                for row in self.spoken_rows(scale.name, wave, role)]  # fmt: skip

    @property
    def known_main_rows(self) -> list[Estimate]:
        """Main rows of all outcomes that have an estimate."""
        return [row for scale in self.study.scales for row in self.main_rows(scale) if row.is_known]

    @property
    def noted_rows(self) -> list[Estimate]:
        """Main rows that the notes of the first screen are about: those of the first outcome, without any all."""
        known = self.known_main_rows
        return [row for row in known if row.scale == self.study.first_scale.name] or known

    def counted(self, row: Estimate) -> "Counted":
        """Which cohorts an average counts, and how."""
        parts = self.claims.parts(row)
        groups = {name: cohorts for name, cohorts in parts.items() if cohorts != [name]}
        together = tuple(cohort for cohorts in groups.values() for cohort in cohorts)
        lacking = (name for name in self.cohorts if name not in {*parts, *together})
        left_out = tuple(name for name in lacking if not self._is_elsewhere(row, name))
        return Counted(tuple(name for name in parts if name not in groups), together, len(groups), left_out)

    def _is_elsewhere(self, row: Estimate, cohort: str) -> bool:
        """Whether a cohort is in another arm, so that an average lacks nothing of it: as all of a shared comparison."""
        own = row.compares_arms and self.study.design.comparison_scope == "cohort"
        return not own and self.claims.followed.is_elsewhere(row, cohort)

    def group_name(self, role: str, arm: str) -> str:
        """People of a role as a label; with their arm where the programme has several."""
        people = capital(self.claims.people(role))
        if len(self.arms()) == 1:
            return people
        return self.words.say("chart.flow_group", People=people, arm=self.claims.arm_title(arm))

    def dates(self) -> tuple[str, str] | None:
        """First and last month in which this page's questionnaires came in."""
        counts = self.counts(self.place)
        if pd.isna(counts["first"]):
            return None
        first, last = (self.words.month(pd.Timestamp(f"{counts[name]}-01")) for name in ("first", "last"))
        return first, last

    def place_name(self, cohort: str) -> str:
        """Name of a cohort, or of all of them together, as readers see it."""
        return self.words.say("cohorts.all") if cohort == ALL_COHORTS else cohort

    def wave(self, name: str) -> str:
        """Name of a wave as readers see it."""
        return self.claims.wave_name(name)

    def p_value(self, value: float) -> str:
        """Write a p-value; empty if there is none."""
        if pd.isna(value):
            return ""
        shown = self.words.number(max(value, 0.001), decimals=3)
        return f"<{shown}" if value < 0.001 else shown

    def heading(self, column: str, **values: object) -> str:
        """Heading of a table's column."""
        return self.words.say(f"columns.{column}", **values)


def place_of_page(cohort: str) -> str:
    """Folder of a cohort's page, relative to the programme's page."""
    return f"cohorts/{slug(cohort)}"
