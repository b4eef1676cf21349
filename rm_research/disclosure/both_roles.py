"""Both roles of a cohort together, where neither has enough people to be shown by itself."""

import pandas as pd

from rm_research.disclosure.rows import Asked, few_compared, few_people
from rm_research.effects import Estimates, estimate_change, estimate_difference
from rm_research.effects.estimates import joined, may_head
from rm_research.effects.groups import AND, ROLE_ORDER
from rm_research.study import Study

PLACE = ["cohort", "scale", "wave"]


def of_both_roles(panel: pd.DataFrame, estimates: Estimates, *, study: Study) -> Estimates:
    """
    Main changes and differences of both roles of a cohort together.

    Only of outcomes that two roles were asked, and where none of the cohort's own main changes has enough people.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    estimates : Estimates
        Of the cohorts, role by role.
    study : Study
        Its smallest group.

    Returns
    -------
    Estimates
        `role` names both: 'leader + mentor'. Partners belong together, so they are one cluster.
    """
    people = panel.dropna(subset=["role", "arm"])
    names = {scale: name for scale, rows in people.groupby("scale") if (name := _named(rows["role"]))}
    small = pd.MultiIndex.from_frame(_small(estimates, study))
    people = people[pd.MultiIndex.from_frame(people[PLACE]).isin(small) & people["scale"].isin(list(names))]
    if people.empty:
        return joined([])
    people = people.assign(role=people["scale"].map(names))
    parts = [estimate_change(people, study=study), estimate_difference(people, study=study)]
    return joined(part.where(may_head(part.table) & ~_few(part, study)) for part in parts)


def _few(estimates: Estimates, study: Study) -> pd.Series:
    """Rows of too few people, of the programme or of the comparison."""
    asked = Asked.of(estimates, study, None)
    return few_people(asked) | few_compared(asked)


def _named(roles: pd.Series) -> str | None:
    """Name of two roles together; None where there are not two."""
    known = sorted(roles.unique(), key=lambda role: (*(role != name for name in ROLE_ORDER), role))
    return AND.join(known) if len(known) == 2 else None


def _small(estimates: Estimates, study: Study) -> pd.DataFrame:
    """Cohorts, scales and waves in which no role of the programme has a change of enough people."""
    table = estimates.table
    changes = table["contrast"].eq("change") & may_head(table) & ~table["arm"].isin([study.comparison])
    few = table.assign(few=_few(estimates, study))[changes].groupby(PLACE)["few"].all()
    return few[few].reset_index()[PLACE]
