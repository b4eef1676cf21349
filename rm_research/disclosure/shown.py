"""Estimates and tables that texts and charts are made of: disclosed ones, or for the researcher's own eyes."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import Estimates, headlines
from rm_research.effects.groups import EVERYONE, Place

HIDDEN = "hidden"
UNEXPLAINED = "reason.hidden_given_away"  # of rows that were hidden before


@dataclass(frozen=True, eq=False)
class Shown:
    """
    Estimates and tables that texts and charts are made of.

    Attributes
    ----------
    estimates : Estimates
    tables : dict of str to DataFrame
        By name, with the column `cohort` ('all cohorts' for the programme).
    smallest_group : int
        Fewest people whose answers are shown.
    """

    estimates: Estimates
    tables: dict[str, pd.DataFrame]
    smallest_group: int = 1

    @property
    def table(self) -> pd.DataFrame:
        """The Estimates table."""
        return self.estimates.table

    @cached_property
    def headlines(self) -> pd.DataFrame:
        """Rows of the table that answer their question, in its order."""
        return self.table[headlines(self.table)]

    @property
    def rows(self) -> tuple[Estimate, ...]:
        """Rows of the table, in its order, each with its columns as attributes."""
        return self.estimates.rows

    @cached_property
    def headline_rows(self) -> tuple[Estimate, ...]:
        """Rows that answer their question, in the order of the table."""
        return tuple(self.estimates.by_id[name] for name in self.headlines["id"])

    @cached_property
    def _headlines_by_place(self) -> dict[tuple[Place, str], Estimate]:
        of_everyone = (row for row in reversed(self.headline_rows) if row.subgroup == EVERYONE)
        return {(row.place, row.contrast): row for row in of_everyone}

    def headline(self, place: Place, contrast: str) -> Estimate | None:
        """Row that answers the question of a place; None where there is none."""
        return self._headlines_by_place.get((place, contrast))

    @property
    def hidden(self) -> pd.DataFrame:
        """Rows of the table that a rule has hidden."""
        return self.table[self.table["reason"] == HIDDEN]

    def why_hidden(self, row_id: str) -> str:
        """Key in the catalogue of the sentence that says why a row is hidden."""
        return UNEXPLAINED


class Private(Shown):
    """Numbers of any people, however few: for the researcher's own eyes, never for a page."""
