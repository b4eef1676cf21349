"""What charts and tables are asked to show: numbers of a Prepared, of Estimates or disclosed, and of which people."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from rm_research.catalogue import catalogue
from rm_research.disclosure.private import private_of, private_of_panel, private_rows
from rm_research.disclosure.shown import Private, Shown
from rm_research.effects import Estimates
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS
from rm_research.errors import FrameError, SelectionError
from rm_research.panel import Prepared
from rm_research.panel.asked import Asked
from rm_research.panel.chosen import whom
from rm_research.study import Study
from rm_research.study.given import wrong_data
from rm_research.study.selection import Names, Selection, names_in

MOST = 24  # charts in one figure
Source = Prepared | pd.DataFrame | Estimates | Shown


class Group(NamedTuple):
    """Whom one chart is about."""

    cohort: str
    role: str
    scale: str
    wave: str


@dataclass(frozen=True, eq=False)
class Wanted:
    """
    Numbers of a study, and the names that were asked for.

    Attributes
    ----------
    shown : Shown
    study : Study
    selection : Selection
    panel : DataFrame or None
        Scores of the people behind the numbers, where the verb was given them.
    """

    shown: Shown
    study: Study
    selection: Selection
    panel: pd.DataFrame | None

    @classmethod
    def of(cls, data: Source, study: Study | None, *, verb: str, table: str = "", **names: Names) -> "Wanted":
        """
        Find the numbers and check the names.

        Parameters
        ----------
        data : Prepared, DataFrame, Estimates or Shown
            DataFrame: a Panel.
        study : Study or None
            Where the data do not know theirs.
        verb : str
            For messages.
        table : str
            Table that the chart shows, which Estimates alone do not have; '' for their rows.
        **names : str, iterable of str or None
            By keyword.

        Raises
        ------
        FrameError
            When these are no numbers of a study, or without what the chart shows.
        SelectionError
            When a name does not exist, or nothing has all names together.
        """
        shown, study = _numbers(data, study, verb, table)
        known = _known(shown, table, list(names))
        selection = Selection.of(names_in(known, list(names)), names, among=shown.estimates.chosen)
        if selection:
            selection.mask(known)
        return cls(shown, study, selection, _panel_of(data))

    def arms(self, arms: Iterable[str]) -> list[str]:
        """Those of some arms that were asked for."""
        return [arm for arm in arms if arm in self.selection.names.get("arm", (arm,))]

    def groups(self, rows: pd.DataFrame | None) -> list[Group]:
        """
        Groups of people that have rows, in their order there.

        Of the cohorts that are averaged only the average, unless cohorts were named.

        Raises
        ------
        SelectionError
            When they are more than a figure can hold.
        """
        if rows is None or rows.empty:
            return []
        for keyword, names in self.selection.names.items():
            rows = rows[rows[keyword].isin(names)]
        whole = rows[rows["cohort"] == ALL_COHORTS]
        if "cohort" not in self.selection.names and len(whole):
            rows = whole
        groups = [Group(*map(str, key)) for key in rows[list(Group._fields)].drop_duplicates().itertuples(index=False)]
        if len(groups) > MOST:
            raise SelectionError(
                f"That would be {len(groups)} charts in one figure, and {MOST} is the most. "
                "Name cohort=, role=, scale= or wave=."
            )
        return groups

    @property
    def nothing(self) -> str:
        """Why there is nothing to show of people whom a researcher chose; of what may leave, nothing is said here."""
        if not isinstance(self.shown, Private):
            return ""
        words = catalogue(self.study.reporting.language)
        why = sorted({words.say(f"reason.{row.reason}") for row in self.shown.headline_rows if row.reason})
        return words.say("chart.nothing", why=" ".join(why)).strip()

    def titled(self, title: str, which: str = "") -> str:
        """Title of a chart, after the people chosen, if it is of some, and what tells it from the others beside it."""
        return ": ".join(part for part in (whom(self.shown.estimates.chosen), which, title) if part)


def _panel_of(data: Source) -> pd.DataFrame | None:
    if isinstance(data, Prepared):
        return data.sound_panel
    return data if isinstance(data, pd.DataFrame) else None


def _known(shown: Shown, table: str, keywords: list[str]) -> pd.DataFrame:
    """Names that may be asked for: those of the main rows, hidden ones too, and those of a table of counts."""
    rows = shown.headlines[keywords]
    of_table = shown.tables.get(table)
    if of_table is None or not set(keywords) <= set(of_table.columns):
        return rows
    return pd.concat([rows, of_table[keywords]], ignore_index=True)


def _numbers(data: Source, study: Study | None, verb: str, table: str) -> tuple[Shown, Study]:
    if isinstance(data, Prepared):
        return private_of(data), data.study
    if not isinstance(data, pd.DataFrame | Estimates | Shown):
        raise wrong_data(
            verb, data, "what prepare_study returned, a Panel with study=, Estimates, or what disclose returned"
        )
    if table and isinstance(data, pd.DataFrame | Estimates):
        raise FrameError(f"{verb} needs more than this: give what prepare_study returned.")
    if isinstance(data, pd.DataFrame):
        asked = Asked.of(data, study, verb=verb)
        return private_of_panel(asked.panel, asked.study), asked.study
    own = data.study if isinstance(data, Estimates) else data.estimates.study
    if study is not None and own is not None and study != own:
        raise FrameError(f"{verb}: study= is another study than that of the estimates. Leave study= out.")
    known = study or own
    if known is None:
        raise FrameError(f"{verb}: these numbers do not know their study; give study=.")
    return Private(private_rows(data, known), {}) if isinstance(data, Estimates) else data, known


def known_rows(rows: Iterable[Estimate], wanted: Callable[[Estimate], bool]) -> pd.DataFrame:
    """Places of the rows that a chart may show and that have an estimate."""
    kept = [row for row in rows if row.is_known and wanted(row)]
    columns: Mapping[str, list[object]] = {
        name: [getattr(row, name) for row in kept] for name in (*Group._fields, "arm")
    }
    return pd.DataFrame(columns)
