"""What a page keeps back, and why: said in words, so that nobody takes it for forgotten."""

from collections.abc import Iterator

import pandas as pd

from rm_research.catalogue import capital
from rm_research.claims.judgement import OF_CHANGE
from rm_research.disclosure import HIDDEN
from rm_research.findings.context import Context


def groups_not_shown(context: Context) -> Iterator[str]:
    """What the outcomes keep back of a cohort's page; over cohorts, see `cohorts_not_shown`."""
    if not context.pooled:
        yield from _groups(context)
        yield from _answers(context)


def _groups(context: Context) -> Iterator[str]:
    """Whose results a cohort's page does not show."""
    rows = context.headlines
    rows = rows[rows["reason"].eq(HIDDEN) & rows["contrast"].isin([*OF_CHANGE, "change"])]
    for key, group in rows.groupby(["role", "arm", "contrast"], sort=False):
        role, arm, contrast = map(str, key)
        named = context.words.say(f"contrast.{contrast}")
        yield context.words.say("hidden.group", contrast=named, **_named(role, arm, set(group["scale"]), context))


def _answers(context: Context) -> Iterator[str]:
    """Groups whose change is shown, but not how their answers spread."""
    everywhere = set(context.disclosed.tables["answers"]["scale"])  # not of measurements
    rows = context.headlines
    rows = rows[rows["estimate"].notna() & rows["contrast"].eq("change") & rows["scale"].isin(everywhere)]
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


def cohorts_not_shown(context: Context) -> Iterator[str]:
    """Which cohorts the programme's page counts together, or leaves out of an average or of a chart of answers."""
    if not context.pooled:
        return
    found: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for scale in context.study.scales:
        for wave in context.waves(scale):
            for role in context.roles(scale.name):
                for row in context.spoken_rows(scale.name, wave, role):
                    counted = context.counted(row)
                    for key, names in (("together", counted.together), ("left_out", counted.left_out)):
                        found.setdefault((key, role, names), []).append(context.claims.scale_text(row))
    for (key, role, names), scales in found.items():
        if names:
            people, outcomes = capital(context.claims.people(role)), context.words.listed(list(dict.fromkeys(scales)))
            named = {"people": people, "scales": outcomes, "cohorts": context.words.listed(list(names))}
            yield context.words.say(f"hidden.{key}", **named)
    yield from _without_answers(context)


def _without_answers(context: Context) -> Iterator[str]:
    """Cohorts whose change is shown, but whose answers are not in the chart of answers."""
    rows, answers = context.disclosed.headlines, context.disclosed.tables["answers"]
    rows = rows[rows["contrast"].eq("change") & rows["estimate"].notna() & rows["scale"].isin(set(answers["scale"]))]
    first = {scale.name: context.waves(scale)[0] for scale in context.study.scales if context.waves(scale)}
    rows = rows[rows["cohort"].isin(context.cohorts) & rows["wave"].eq(rows["scale"].map(first))]
    places = ["role", "arm", "scale", "cohort"]
    shown = pd.MultiIndex.from_frame(answers[places])
    lacking = rows[~pd.MultiIndex.from_frame(rows[places]).isin(shown)]
    for key, group in lacking.groupby(["role", "arm", "scale"], sort=False):
        role, arm, scale = map(str, key)
        cohorts = context.words.listed(list(dict.fromkeys(group["cohort"])))
        yield context.words.say("hidden.answers_of", **_named(role, arm, {scale}, context), cohorts=cohorts)
