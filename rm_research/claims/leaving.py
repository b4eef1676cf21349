"""People behind a row who left, and people who came back without a usable score: what `checks.follow_up` counted."""

from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from rm_research.checks.followup import summed
from rm_research.claims.judgement import Followed
from rm_research.disclosure import Shown
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS, AND
from rm_research.study import Study


@dataclass(frozen=True)
class Leaving:
    """
    People of one arm who were measured at the baseline, and what became of them.

    Attributes
    ----------
    returned : int
        People who returned the first questionnaire.
    before : int
        Those of them with a usable score of the outcome; it is both + unscored + left.
    both : int or None
        People with both scores; None where waves are not linked.
    unscored : int or None
        People with a score before who returned the later questionnaire without enough answers for one.
    left : int or None
        People with a score before who did not return the later questionnaire; None where nobody can know.
    invited : int or None
        People on the roster; None without one.
    after : int
        People with a score after, whether or not they have one before.
    """

    returned: int
    before: int
    both: int | None
    unscored: int | None
    left: int | None
    invited: int | None
    after: int

    @property
    def lost(self) -> int | None:
        """People with a score before and none after, for whatever reason; None where waves are not linked."""
        return None if self.both is None else self.before - self.both

    @property
    def unscored_before(self) -> int:
        """People who returned the first questionnaire without enough answers for a score."""
        return self.returned - self.before


def leaving(row: Estimate, disclosed: Shown, people: Followed, study: Study) -> dict[str, Leaving]:
    """Counts by arm, the comparison's included if the row compares arms; without those of an arm with nobody before."""
    table = disclosed.tables.get("follow_up")
    if table is None:
        return {}
    same = (
        table["role"].isin([row.role, *row.role.split(AND)]) & table["scale"].eq(row.scale) & table["wave"].eq(row.wave)
    )
    cohorts, found = people.cohorts(row, row.cohort), {}
    shared = study.design.comparison_scope == "shared"
    for arm in [row.arm, *([study.comparison] if row.compares_arms and study.comparison else [])]:
        anywhere = shared and row.compares_arms and arm == study.comparison
        here = ~table["cohort"].eq(ALL_COHORTS) if anywhere else table["cohort"].isin(cohorts)
        if (counted := _counted(table[same & table["arm"].eq(arm) & here])) is not None:
            found[str(arm)] = counted
    return found


def _counted(rows: pd.DataFrame) -> Leaving | None:
    """Sum over cohorts; None where nobody has a score before."""
    whole = summed(rows[["arm", *(field.name for field in fields(Leaving))]], ["arm"])
    if whole.empty or not (whole["before"].fillna(0) > 0).all():
        return None
    counts: dict[str, Any] = {
        str(name): None if pd.isna(n) else int(n) for name, n in whole.iloc[0].drop("arm").items()
    }
    return Leaving(**counts)
