"""The gate: what of Estimates passes, once every rule has been asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.rows import Asked, Details
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import Estimates, adjusted, headlines, joined
from rm_research.effects.groups import EVERYONE, Place
from rm_research.frames import ESTIMATES, NUMBER
from rm_research.stats.result import OF_DESIGN
from rm_research.study import Study

HIDDEN = "hidden"
UNEXPLAINED = "reason.hidden_given_away"  # of rows that were hidden before


@dataclass(frozen=True, eq=False)
class Disclosed:
    """
    Estimates and tables that may be circulated.

    Attributes
    ----------
    estimates : Estimates
        Numbers that a rule hides are missing, with the reason 'hidden'; counts of people stay.
    tables : dict of str to DataFrame
        Of the whole study, by name, with the column `cohort` ('all cohorts' for the programme): counts of people, and
        summaries that rest on enough people's answers.
    smallest_group : int
        The study's smallest group.
    hidden_by : mapping of str to str
        Name of the rule that hides a row, by its id.
    """

    estimates: Estimates
    tables: dict[str, pd.DataFrame]
    smallest_group: int
    hidden_by: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """The disclosed Estimates table."""
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
        """Rows of the table that a rule emptied."""
        return self.table[self.table["reason"] == HIDDEN]

    def why_hidden(self, row_id: str) -> str:
        """Key in the catalogue of the sentence that says why a row is hidden."""
        rule = self.hidden_by.get(row_id)
        return UNEXPLAINED if rule is None else rules.sentence_of(rule)


def disclose(
    estimates: Estimates | Sequence[Estimates], tables: dict[str, pd.DataFrame] | None = None, *, study: Study,
    without_means: Collection[str] = (),
) -> Disclosed:  # fmt: skip
    """
    Empty every number that tells of fewer people than the study's smallest group.

    Parameters
    ----------
    estimates : Estimates, or sequence of Estimates
        Of cohorts, and of the programme together with the cohorts that it averages. An average is emptied unless it is
        of the cohorts, and groups of cohorts, whose rows are shown next to it, and of all of these: of a hidden one the
        result would follow from the others. So average what is shown: `shown = disclose(changes, study=study)`, then
        `disclose([changes, estimate_programme(shown.estimates, study=study)], study=study)`.
    tables : dict of str to DataFrame, optional
        What goes with them: counts of people, and what has passed its own rule; shown as they are.
    study : Study
        Its smallest group.
    without_means : collection of str
        Groups of cohorts of which no mean before or after is given: another wave may join one cohort more, whose mean
        the two would tell.

    Returns
    -------
    Disclosed
    """
    if not isinstance(estimates, Estimates):
        estimates = joined(estimates)
    table, rule = estimates.table.copy(), rules.rules_of_rows(Asked.of(estimates, study))
    shown = rule.isna()
    numbers = [name for name, (dtype, _) in ESTIMATES.columns.items() if dtype == NUMBER]
    table.loc[~shown, numbers] = float("nan")
    # why an estimate failed can tell what people answered ("everyone changed alike"), unless the design alone says it
    table.loc[~shown & ~table["reason"].isin(OF_DESIGN), "reason"] = HIDDEN
    asked = Details(Estimates(table, estimates.details), without_means)
    kept = asked.of(shown) & ~rules.hidden(rules.DETAILS, asked, estimates.details.index)
    # a p-value adjusted beside hidden ones would tell of them
    rows = Estimates(adjusted(table), estimates.details[kept].reset_index(drop=True))
    hidden_by = dict(zip(table.loc[~shown, "id"], rule[~shown], strict=True))
    return Disclosed(rows, dict(tables or {}), study.reporting.smallest_group, hidden_by)


def poolable(estimates: Estimates, *, study: Study) -> Estimates:
    """Rows that a pool may rest on: those shown. A hidden group that entered could be worked out from the rest."""
    return estimates.where(rules.rules_of_rows(Asked.of(estimates, study)).isna())
