"""Comparison of the cohorts: the page and headline of each, and how much they differ."""

from collections.abc import Iterator
from typing import Any

from rm_research.catalogue import capital
from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import Measure
from rm_research.findings.context import Context, place_of_page
from rm_research.findings.hidden import cohorts_not_shown
from rm_research.findings.page import Content
from rm_research.study import Scale


def content(context: Context) -> Content | None:
    """Content of the programme's list of cohorts; none on a cohort's page."""
    say = context.words.say
    if context.cohort is not None:
        return None
    scale = context.study.scales[0]
    entries = [_entry(cohort, scale, context) for cohort in context.cohorts]
    differ = list(_differences(scale, context)) if context.pooled else []
    values = {
        "heading": say("headings.cohorts"),
        "entries": entries,
        "caption": say("cohorts.caption"),
        "cohort": context.heading("cohort"),
        "scale": scale.title,
        "differ_heading": say("headings.differ"),
        "differ": differ,
    }
    return Content(values, not_shown=tuple(cohorts_not_shown(context)))


def _differences(scale: Scale, context: Context) -> Iterator[str]:
    """How much cohorts differ in the first outcome, and what the differences go with."""
    claims, say = context.claims, context.words.say
    for wave in context.waves(scale)[:1]:
        for role in context.roles(scale.name):
            for row in context.spoken_rows(scale.name, wave, role):
                if text := _prediction(row, context):
                    yield say("headline.of_role", People=capital(claims.people(role)), text=text)
                for moderator in _moderators(row, context):
                    yield say("headline.of_role", People=capital(claims.people(role)), text=moderator)


def _moderators(row: Estimate, context: Context) -> Iterator[str]:
    """How the estimate varies with each declared moderator of cohorts."""
    for slope in context.rows:
        same = slope.place == row.place and slope.contrast == row.contrast
        if not same or slope.measure != Measure.SLOPE or not slope.is_known:
            continue
        yield context.words.say(
            "cohorts.moderator", k=slope.n_clusters, moderator=slope.subgroup,
            signed=context.claims.estimate(slope), unit=context.claims.unit(context.study.scale(row.scale)),
            interval=context.claims.interval(slope),
        )  # fmt: skip


def _entry(cohort: str, scale: Scale, context: Context) -> dict[str, Any]:
    """Row of one cohort: its name, a link to its page or the reason why there is none, and its headline."""
    say = context.words.say
    reason = None
    if context.counts(cohort)["failed"]:
        reason = say("cohorts.unavailable", reason=say("cohorts.data_error"))
    elif cohort in context.unavailable:
        reason = say("cohorts.unavailable", reason=say("cohorts.render_error"))
    texts = []
    waves = context.waves(scale)[:1]
    for role in context.roles(scale.name) if waves else ():
        for arm in context.arms():
            row = context.claims.headline_row(cohort, role, arm, scale.name, waves[0])
            if row is not None:
                texts.append(context.claims.statement(row))
    return {"name": cohort, "href": None if reason else f"{place_of_page(cohort)}/index.html", "reason": reason,
            "texts": list(dict.fromkeys(texts))}  # fmt: skip


def _prediction(row: Estimate, context: Context) -> str:
    """Range in which a further cohort's effect may lie; empty unless five or more are shown, and all of them."""
    ends = context.claims.prediction(row)
    if ends is None:
        return ""
    first, last = context.words.ends(*ends)
    unit = context.claims.unit(context.study.scale(row.scale))
    return context.words.say("cohorts.differ", low=first, high=last, unit=unit)
