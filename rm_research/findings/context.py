"""What every section of a page needs to know."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from rm_research.catalogue import Catalogue
from rm_research.claims import Claims
from rm_research.disclosure import Disclosed
from rm_research.effects.estimates import ALL_COHORTS, ROLE_ORDER
from rm_research.panel import Prepared
from rm_research.study import Scale, Study


@dataclass(frozen=True)
class Context:
    """
    One page in the making.

    Attributes
    ----------
    prepared : Prepared
        For names, dates and counts; numbers made of answers come from `claims.disclosed` alone.
    cohort : str or None
        None for the programme.
    claims : Claims
    unavailable : tuple of str
        Cohorts without a page.
    """

    prepared: Prepared
    cohort: str | None
    claims: Claims
    unavailable: tuple[str, ...]

    @property
    def study(self) -> Study:
        """The study."""
        return self.prepared.study

    @property
    def words(self) -> Catalogue:
        """The catalogue."""
        return self.claims.words

    @property
    def disclosed(self) -> Disclosed:
        """What may be shown."""
        return self.claims.disclosed

    @property
    def pooled(self) -> bool:
        """Whether the page speaks of an average over cohorts; a programme of one cohort is that cohort."""
        return self.cohort is None and len(self.prepared.cohorts) > 1

    @property
    def place(self) -> str:
        """How rows of this page are marked in the Estimates."""
        if self.pooled:
            return ALL_COHORTS
        return self.cohort or "".join(self.prepared.cohorts)

    @property
    def title(self) -> str:
        """The page's h1."""
        if self.cohort is None:
            return self.words.say("page.programme_title")
        return self.words.say("page.cohort_title", cohort=self.cohort)

    @property
    def rows(self) -> pd.DataFrame:
        """Estimates rows of this page."""
        table = self.disclosed.table
        return table[table["cohort"] == self.place]

    def roles(self, scale: str) -> list[str]:
        """Roles that have rows for a scale here or in any cohort of this page, leaders first."""
        table = self.disclosed.table
        found = set(table.loc[table["scale"] == scale, "role"])
        return [role for role in ROLE_ORDER if role in found] + sorted(found - set(ROLE_ORDER))

    def arms(self) -> list[str]:
        """Arms of the programme, without the comparison."""
        return sorted(set(self.disclosed.table["arm"]) - {self.study.comparison})

    def waves(self, scale: Scale) -> list[str]:
        """Later waves that ask a scale."""
        return [wave for wave in self.study.later_waves if self.study.measured(scale.name, wave)]

    def spoken_rows(self, scale: str, wave: str, role: str) -> Iterator[pd.Series]:
        """Row that speaks for each arm of the programme."""
        for arm in self.arms():
            row = self.claims.headline_row(self.place, role, arm, scale, wave)
            if row is not None:
                yield row

    def dates(self) -> tuple[str, str] | None:
        """First and last month in which this page's questionnaires came in."""
        responses = self.prepared.responses
        if self.cohort is not None:
            responses = responses[responses["cohort"] == self.cohort]
        submitted = responses["submitted"].dropna()
        if submitted.empty:
            return None
        return self.words.month(submitted.min()), self.words.month(submitted.max())

    def measure(self, scale: Scale) -> str:
        """Name, range and unit of a scale."""
        limits = self.study.scale_range(scale.name)
        if limits is None:
            return self.words.say("outcome.measure_unbounded", scale=scale.title, unit=scale.unit)
        low, high = (f"{limit:g}" for limit in limits)
        shown = self.words.say("format.range", low=low, high=high)
        return self.words.say("outcome.measure", scale=scale.title, range=shown, unit=scale.unit)

    def p_value(self, value: float) -> str:
        """Write a p-value; empty where there is none."""
        if pd.isna(value):
            return ""
        shown = self.words.number(max(value, 0.001), decimals=3)
        return f"<{shown}" if value < 0.001 else shown

    def heading(self, column: str, **values: object) -> str:
        """Heading of a table's column."""
        return self.words.say(f"columns.{column}", **values)


def slug(name: str) -> str:
    """Name of a cohort's folder: lower-case letters, digits and hyphens; empty where nothing is left of the name."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:80].strip("-")
