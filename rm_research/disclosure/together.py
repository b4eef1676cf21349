"""Small cohorts taken together, so that their people count in the programme without being known by cohort."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from rm_research.effects.estimates import STRATUM, headlines
from rm_research.study import Study

QUESTION = ["role", "scale", "wave"]
AND = " + "  # between the names of cohorts that are one


@dataclass(frozen=True)
class Together:
    """
    Which cohorts stand for each other in what leaves.

    Attributes
    ----------
    table : DataFrame
        One row a question and cohort that is not shown by itself: role, scale, wave, cohort, group (the names of all
        cohorts it is taken together with).
    """

    table: pd.DataFrame

    @property
    def groups(self) -> set[str]:
        """Names of all groups of cohorts."""
        return set(self.table["group"])

    def only(self, panel: pd.DataFrame) -> pd.DataFrame:
        """Rows of a Panel that belong to groups: `cohort` names the group, and `stratum` the cohort."""
        return self._labelled(panel.merge(self.table, on=[*QUESTION, "cohort"]))

    def within(self, panel: pd.DataFrame) -> pd.DataFrame:
        """All rows of a Panel, those of groups named as in `only`."""
        return self._labelled(panel.merge(self.table, on=[*QUESTION, "cohort"], how="left"))

    def _labelled(self, panel: pd.DataFrame) -> pd.DataFrame:
        group = panel["group"].fillna(panel["cohort"])
        return panel.assign(**{STRATUM: panel["cohort"], "cohort": group}).drop(columns="group")

    def holds(self, table: pd.DataFrame) -> pd.Series:
        """Whether each row of an Estimates table is of a cohort that counts within a group on that question."""
        keys = pd.MultiIndex.from_frame(self.table[[*QUESTION, "cohort"]])
        return pd.Series(pd.MultiIndex.from_frame(table[[*QUESTION, "cohort"]]).isin(keys), index=table.index)


def small_cohorts(table: pd.DataFrame, *, study: Study) -> Together:
    """
    Take cohorts that are too small to show together with others, in the order of their names.

    A group is two cohorts or more. In each arm its parts that are too small to show are none, or two or more and
    together as many people as the study's smallest group: so what is said of the group tells of none of them, nor does
    it beside what is shown of its larger parts. A cohort for which there is no such group is left out of everything.

    Parameters
    ----------
    table : DataFrame
        Estimates of the cohorts.
    study : Study
        Its smallest group, and whether cohorts share a comparison, which then is no part of any cohort.

    Returns
    -------
    Together
    """
    changes = table[headlines(table) & table["contrast"].eq("change") & table["reason"].ne("not_asked_at_baseline")]
    if study.design.comparison_scope == "shared":
        changes = changes[changes["arm"] != study.comparison]
    unlinked = study.link.method == "none"
    people = changes[["n_pre", "n_post"]].min(axis=1) if unlinked else changes["n_pairs"]
    sizes = changes[[*QUESTION, "cohort", "arm"]].assign(people=people.astype("int64"))
    rows = [
        (*key, cohort, AND.join(group))
        for key, part in sizes.groupby(QUESTION, sort=False)
        for group in _groups(part.pivot(index="cohort", columns="arm", values="people"), study.reporting.smallest_group)
        for cohort in group
    ]
    return Together(pd.DataFrame(rows, columns=[*QUESTION, "cohort", "group"], dtype="str"))


def _groups(sizes: pd.DataFrame, smallest: int) -> Iterator[tuple[str, ...]]:
    """Groups of cohorts (rows) by their number of people in each arm (columns)."""
    hidden = sizes.where(sizes.gt(0) & sizes.lt(smallest))
    done: list[list[str]] = []
    waiting: list[str] = []
    for cohort in hidden.index[hidden.notna().any(axis=1)]:
        waiting.append(cohort)
        if _keeps_secrets(hidden.loc[waiting], smallest):
            done.append(waiting)
            waiting = []
    if waiting and done and _keeps_secrets(hidden.loc[done[-1] + waiting], smallest):
        done[-1] += waiting
    return map(tuple, done)


def _keeps_secrets(hidden: pd.DataFrame, smallest: int) -> bool:
    """Whether the hidden parts of a group are none in an arm, or too many to tell of one, in each arm."""
    parts, people = hidden.count(), hidden.sum()
    return bool((parts.eq(0) | (parts.ge(2) & people.ge(smallest))).all())
