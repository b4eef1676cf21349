"""What may leave: rows made of too few people's answers are emptied before any word, picture or file is made."""

from dataclasses import dataclass

import pandas as pd

from rm_research.effects.estimates import Estimates
from rm_research.frames import ESTIMATES, NUMBER
from rm_research.study import Study

HIDDEN = "hidden"
OF_DESIGN = ("not_asked_at_baseline", "no_comparison_here", "shared_comparison", "too_few_cohorts")


@dataclass(frozen=True)
class Disclosed:
    """
    Estimates and tables that may be circulated.

    Attributes
    ----------
    estimates : Estimates
        Numbers made of fewer answers than `smallest_group` are missing, with the reason 'hidden'; counts of people stay.
    tables : dict of str to DataFrame
        Participation counts by name; nothing in them is made of answers.
    smallest_group : int
        The rule.
    """

    estimates: Estimates
    tables: dict[str, pd.DataFrame]
    smallest_group: int

    @property
    def table(self) -> pd.DataFrame:
        """The disclosed Estimates table."""
        return self.estimates.table

    @property
    def hidden(self) -> pd.DataFrame:
        """Rows of the table that the rule emptied."""
        return self.table[self.table["reason"] == HIDDEN]


def disclose(estimates: Estimates, tables: dict[str, pd.DataFrame] | None = None, *, study: Study) -> Disclosed:
    """
    Empty every number that rests on the answers of fewer people than the study's smallest group.

    Parameters
    ----------
    estimates : Estimates
        Of cohorts, and of the programme if pooled from `poolable` rows only.
    tables : dict of str to DataFrame, optional
        Participation counts that go with them; shown as they are.
    study : Study
        Its smallest group.

    Returns
    -------
    Disclosed
    """
    small = ~_large_enough(estimates.table, study.reporting.smallest_group)
    table = estimates.table.copy()
    numbers = [name for name, (dtype, _) in ESTIMATES.columns.items() if dtype == NUMBER]
    table.loc[small, numbers] = float("nan")
    # why an estimate failed can tell what people answered ("everyone changed alike"), unless the design alone says it
    table.loc[small & ~table["reason"].isin(OF_DESIGN), "reason"] = HIDDEN
    kept = estimates.details["id"].isin(table.loc[~small, "id"])
    shown = Estimates(table, estimates.details[kept].reset_index(drop=True))
    return Disclosed(shown, dict(tables or {}), study.reporting.smallest_group)


def poolable(estimates: Estimates, *, study: Study) -> Estimates:
    """Rows that a pool may rest on: those shown. A hidden group that entered could be worked out from the rest."""
    return estimates.where(_large_enough(estimates.table, study.reporting.smallest_group))


def _large_enough(table: pd.DataFrame, smallest_group: int) -> pd.Series:
    """Whether each group of people behind a row is large enough, the comparison's included."""
    paired = table["n_pairs"] >= smallest_group
    unlinked = (table["n_pre"] >= smallest_group) & (table["n_post"] >= smallest_group)
    people = paired.where(table["method"] != "welch", unlinked)
    compared = table["n_comparison"].isna() | (table["n_comparison"] >= smallest_group)
    return (people & compared).fillna(False).astype(bool)
