"""What a run would make and hide, shown beforehand."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pandas as pd

from rm_research.catalogue import capital, lowered
from rm_research.claims import Claims, claims_of
from rm_research.disclosure import HIDDEN
from rm_research.disclosure.numbers import study_numbers
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import AND, EVERYONE
from rm_research.effects.methods import Contrast
from rm_research.panel import Prepared

COLUMNS = ("cohort", "role", "people", "results")


def preview(prepared: Prepared, cohorts: Sequence[str]) -> pd.DataFrame:
    """
    Preview the pages of cohorts, using the numbers that the pages themselves would show.

    Returns
    -------
    DataFrame
        One row per cohort and role, as text in the language of the study: cohort, role, people (of the role, whichever
        arm they are in), results (whether the main results are shown, shown together with others, or why they are
        hidden). A cohort with an error has one row.
    """
    claims = claims_of(study_numbers(prepared), prepared.study)
    words, rows = claims.words, []
    for cohort in cohorts:
        people = prepared.people[prepared.people["cohort"] == cohort]
        if prepared.errors_of(cohort):
            rows.append((cohort, "–", str(len(people)), words.say("preview.error")))
            continue
        found = list(_of_roles(cohort, people, claims))
        rows += found or [(cohort, "–", str(len(people)), words.say("preview.nothing"))]
    return pd.DataFrame(rows, columns=[words.say(f"preview.{name}") for name in COLUMNS], dtype="str")


def _of_roles(cohort: str, people: pd.DataFrame, claims: Claims) -> Iterator[tuple[str, str, str, str]]:
    """Rows of a cohort, one for each role that has results of its own, or hidden ones."""
    main: dict[str, list[Estimate]] = defaultdict(list)
    for row in claims.disclosed.headline_rows:
        is_main = row.compares_arms or row.contrast == Contrast.CHANGE
        if row.cohort == cohort and row.subgroup == EVERYONE and is_main and AND not in row.role:
            main[row.role].append(row)
    for role, rows in main.items():
        n = int((people["role"] == role).sum())
        yield cohort, capital(claims.people(role)), str(n), _said(rows, claims)


def _said(rows: Sequence[Estimate], claims: Claims) -> str:
    """What a page shows of a role: in one word, or what it does not show by the reason."""
    results = {row.id: _status(row, claims) for row in rows}
    told, shown = list(dict.fromkeys(results.values())), claims.words.say("preview.shown")
    if shown not in {results[row.id] for row in rows if row.arm != claims.study.comparison}:
        changes = [row for row in rows if row.is_change and row.arm != claims.study.comparison]  # else nothing is
        return "; ".join(dict.fromkeys(results[row.id] for row in changes or rows))
    parts = [
        claims.words.say("preview.part", results=_named([row for row in rows if results[row.id] == text], rows, claims),
                         text=text)
        for text in told if text != shown
    ]  # fmt: skip
    return claims.words.say("preview.shown_but", parts="; ".join(parts)) if parts else shown


def _status(row: Estimate, claims: Claims) -> str:
    """Whether a result is shown, with whom together, or why it is not."""
    if row.is_known or claims.said_in_words(row):
        return claims.words.say("preview.shown")
    if others := _together(row, claims):
        return claims.words.say("preview.together", others=claims.words.listed(others))
    reason = claims.reason(row)
    if row.reason != HIDDEN:
        return lowered(reason).rstrip(".")
    return claims.words.say("preview.hidden", reason=lowered(reason.partition(": ")[2]).rstrip("."))


def _together(row: Estimate, claims: Claims) -> list[str]:
    """Whom a hidden result is shown together with: the other role, or other cohorts; empty where it is not."""
    for other in claims.disclosed.headline_rows:
        if AND not in other.role or row.role not in other.role.split(AND) or not other.is_known:
            continue
        if other.place._replace(role=row.role) == row.place and other.contrast == row.contrast:
            return [claims.people(role) for role in other.role.split(AND) if role != row.role]
    groups = claims.disclosed.tables["together"]
    same = groups[(groups[["role", "scale", "wave", "contrast", "arm"]] == [
        row.role, row.scale, row.wave, row.contrast, row.arm]).all(axis=1)]  # fmt: skip
    for group in same.loc[same["cohort"] == row.cohort, "group"]:
        result = claims.disclosed.headline(row.place._replace(cohort=group), row.contrast)
        if result is not None and result.is_known:
            return [str(cohort) for cohort in same.loc[same["group"] == group, "cohort"] if cohort != row.cohort]
    return []


def _named(some: Sequence[Estimate], rows: Sequence[Estimate], claims: Claims) -> str:
    """Results by contrast, arm and survey, with their outcomes where these are not all."""
    outcomes: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for row in some:
        outcomes[row.contrast, row.arm, row.wave].append(claims.study.scale(row.scale).title)
    texts, waves = [], {row.wave for row in rows}
    for (contrast, arm, wave), scales in outcomes.items():
        parts = [claims.words.say(f"contrast.{contrast}"), *([claims.arm_title(arm)] if contrast == "change" else [])]
        parts += [claims.moment(wave)] if len(waves) > 1 else []
        of_kind = [row for row in rows if (row.contrast, row.arm, row.wave) == (contrast, arm, wave)]
        parts += [claims.words.listed(scales)] if len(scales) < len(of_kind) else []
        texts.append(", ".join(parts))
    return "; ".join(texts)
