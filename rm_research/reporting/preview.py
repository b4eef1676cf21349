"""What a run would make and hide, told before it is made."""

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
    Pages of cohorts as a run would make them, from the numbers that the pages themselves show.

    Returns
    -------
    DataFrame
        One row a cohort, as text: Cohort, People, Page, Hidden (roles whose main results are hidden, and how many of
        all estimates are).
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
    """Page of one cohort, and what is hidden on it."""
    hidden = rows["reason"] == HIDDEN
    if not hidden.any():
        return "full", NOTHING
    main = rows[headlines(rows) & rows["contrast"].eq("change")]
    told = [_hidden(str(role), of_role, claims) for role, of_role in main.groupby("role", sort=False)]
    named = claims.words.listed([name for name in told if name])
    if rows["estimate"].isna().all():
        return "says that it is too small", named
    return "in part", f"{named or 'no main result'}; {int(hidden.sum())} of {len(rows)} estimates"


def _hidden(role: str, rows: pd.DataFrame, claims: Claims) -> str:
    """Name a role, with those arms and outcomes whose main results are hidden where others are shown; '' if all are."""
    hidden = rows[rows["reason"] == HIDDEN]
    if len(hidden) == len(rows):
        return claims.people(role)
    parts = []
    for arm, of_arm in rows.groupby("arm", sort=False):
        scales = hidden.loc[hidden["arm"] == arm, "scale"].unique()
        outcomes = [claims.study.scale(scale).title for scale in scales]
        whole = len(scales) == of_arm["scale"].nunique()
        title = claims.arm_title(str(arm))
        parts += [title if whole else f"{title}: {', '.join(outcomes)}"] if outcomes else []
    return f"{claims.people(role)} ({'; '.join(parts)})" if parts else ""
