"""What a run would make and hide, shown beforehand."""

from collections.abc import Sequence

import pandas as pd

from rm_research.claims import Claims, claims_of
from rm_research.disclosure import HIDDEN
from rm_research.disclosure.numbers import study_numbers
from rm_research.effects.estimates import headlines
from rm_research.panel import Prepared

ERROR, NOTHING = "none: its data have an error", "–"


def preview(prepared: Prepared, cohorts: Sequence[str]) -> pd.DataFrame:
    """
    Preview the pages of cohorts, using the numbers that the pages themselves would show.

    Returns
    -------
    DataFrame
        One row per cohort, as text: Cohort, People, Page, Hidden (roles whose main results are hidden, and how many of
        all estimates are hidden).
    """
    numbers = study_numbers(prepared)
    claims = claims_of(numbers, prepared.study)
    rows = []
    for cohort in cohorts:
        people = str(int((prepared.people["cohort"] == cohort).sum()))
        of_cohort = numbers.table[numbers.table["cohort"] == cohort]
        page = (ERROR, NOTHING) if prepared.errors_of(cohort) else _page(of_cohort, claims)
        rows.append((cohort, people, *page))
    return pd.DataFrame(rows, columns=["Cohort", "People", "Page", "Hidden"])


def _page(rows: pd.DataFrame, claims: Claims) -> tuple[str, str]:
    """Kind of page that a cohort gets, and what is hidden on it."""
    hidden = rows["reason"] == HIDDEN
    if not hidden.any():
        return "full", NOTHING
    main = rows[headlines(rows) & rows["contrast"].eq("change")]
    roles = [_hidden(str(role), of_role, claims) for role, of_role in main.groupby("role", sort=False)]
    named = claims.words.listed([name for name in roles if name])
    if rows["estimate"].isna().all():
        return "says that it is too small", named
    return "in part", f"{named or 'no main result'}; {int(hidden.sum())} of {len(rows)} estimates"


def _hidden(role: str, rows: pd.DataFrame, claims: Claims) -> str:
    """Name a role, with its hidden arms and outcomes if others are shown; '' if no main result is hidden."""
    hidden = rows[rows["reason"] == HIDDEN]
    if len(hidden) == len(rows):
        return claims.people(role)
    parts = []
    for arm, of_arm in rows.groupby("arm", sort=False):
        scales = hidden.loc[hidden["arm"] == arm, "scale"].unique()
        outcomes = [claims.study.scale(scale).title for scale in scales]
        all_hidden = len(scales) == of_arm["scale"].nunique()
        title = claims.arm_title(str(arm))
        parts += [title if all_hidden else f"{title}: {', '.join(outcomes)}"] if outcomes else []
    return f"{claims.people(role)} ({'; '.join(parts)})" if parts else ""
