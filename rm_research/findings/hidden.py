"""What a page keeps back, and why: said in words, so that nobody takes it for forgotten."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from rm_research.catalogue import capital
from rm_research.claims.judgement import OF_CHANGE
from rm_research.disclosure import HIDDEN
from rm_research.findings.context import Context


def not_shown(context: Context) -> dict[str, Any]:
    """Values of the list of what is hidden on this page; the rule itself is always its last item."""
    say, found = context.words.say, []
    if context.pooled:
        found = list(_cohorts(context))
    elif context.rows["estimate"].notna().any():  # a page that shows nothing says so in its headline
        found = [*_groups(context), *_answers(context)]
    rule = say("limits.smallest", smallest=context.disclosed.smallest_group)
    return {"hidden_heading": say("headings.hidden"), "hidden": [*found, rule]}


def _groups(context: Context) -> Iterator[str]:
    """Whose results a cohort's page does not show."""
    rows = context.rows[context.rows["reason"].eq(HIDDEN) & context.rows["contrast"].isin([*OF_CHANGE, "change"])]
    rows = rows[rows.index.isin(context.claims.headlines.index)]
    for key, group in rows.groupby(["role", "arm", "contrast"], sort=False):
        role, arm, contrast = map(str, key)
        named = context.words.say(f"contrast.{contrast}")
        yield context.words.say("hidden.group", contrast=named, **_named(role, arm, set(group["scale"]), context))


def _answers(context: Context) -> Iterator[str]:
    """Groups whose change is shown, but not how their answers spread."""
    everywhere = set(context.disclosed.tables["answers"]["scale"])  # not of measurements
    rows = context.rows[context.rows["estimate"].notna() & context.rows["contrast"].eq("change")]
    rows = rows[rows.index.isin(context.claims.headlines.index) & rows["scale"].isin(everywhere)]
    shown = context.table("answers")
    for key, group in rows.groupby(["role", "arm"], sort=False):
        role, arm = map(str, key)
        own = set(shown.loc[shown["role"].eq(role) & shown["arm"].eq(arm), "scale"])
        if lacking := set(group["scale"]) - own:
            yield context.words.say("hidden.answers", **_named(role, arm, lacking, context))


def _named(role: str, arm: str, scales: set[str], context: Context) -> dict[str, str]:
    titles = [scale.title for scale in context.study.scales if scale.name in scales]
    claims = context.claims
    return {"people": capital(claims.people(role)), "arm": claims.arm_title(arm),
            "scales": context.words.listed(titles)}  # fmt: skip


def _cohorts(context: Context) -> Iterator[str]:
    """Which cohorts the programme's page does not show by themselves, for the first outcome."""
    scale = context.study.scales[0]
    for wave in context.waves(scale)[:1]:
        for role in context.roles(scale.name):
            for row in context.spoken_rows(scale.name, wave, role):
                yield from _of_average(row, context)


def _of_average(row: pd.Series, context: Context) -> Iterator[str]:
    """Cohorts that an average counts together, or leaves out."""
    say, words, counted = context.words.say, context.words, context.counted(row)
    people = capital(context.claims.people(row["role"]))
    if counted.together:
        yield say("hidden.together", people=people, cohorts=words.listed(list(counted.together)))
    if counted.left_out:
        yield say("hidden.left_out", people=people, cohorts=words.listed(list(counted.left_out)))
