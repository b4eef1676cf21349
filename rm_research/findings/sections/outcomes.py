"""One block per outcome: sentences, pictures, and the numbers behind them."""

from typing import NamedTuple

import pandas as pd

from rm_research.catalogue import capital
from rm_research.claims import Claims, finding_limits
from rm_research.disclosure import HIDDEN
from rm_research.disclosure.rows import OF_MEANS
from rm_research.effects.estimate import Estimate
from rm_research.figures import band_text
from rm_research.findings.context import Context
from rm_research.findings.described import description, description_table, is_described
from rm_research.findings.hidden import groups_not_shown
from rm_research.findings.illustrations import outcome_pictures
from rm_research.findings.page import Content
from rm_research.findings.pictures import Picture
from rm_research.findings.tables import Table, table
from rm_research.study import Scale

DATA = ["cohort", "role", "arm", "scale", "wave", "contrast", "method", "estimate", "ci_low", "ci_high", "n_pre",
        "n_post", "n_pairs", "n_comparison", "reason"]  # fmt: skip


class Group(NamedTuple):
    """What is said about one role at one wave: sentences, arm by arm, and pictures."""

    texts: list[list[str]]
    pictures: list[Picture]


class Part(NamedTuple):
    """What is said about one wave; it has a heading if there are several."""

    heading: str | None
    groups: list[Group]


class Block(NamedTuple):
    """What is said about one outcome."""

    id: int
    title: str
    notes: list[str]
    parts: list[Part]
    tables: list[Table]


def content(context: Context) -> Content:
    """Content of the blocks; a page with nothing to show says so once, in its headline."""
    shows = context.shows_estimates or context.describes
    scales = {*(row.scale for row in context.rows), *context.table("described")["scale"]} if shows else set()
    blocks = [_block(scale, context) for scale in context.study.scales if context.waves(scale) and scale.name in scales]
    if not blocks:
        return Content()
    groups = [group for block in blocks for part in block.parts for group in part.groups]
    pictures = [picture for group in groups for picture in group.pictures]
    values = {"heading": context.words.say("headings.outcomes"), "blocks": blocks}
    return Content(values, pictures=tuple(pictures), not_shown=tuple(groups_not_shown(context)))


def _block(scale: Scale, context: Context) -> Block:
    say = context.words.say
    notes = [context.measure(scale) + "."]
    if scale.better == "lower":
        notes.append(say("outcome.better_lower"))
    if scale.smallest_effect is not None and scale.smallest_effect_from is not None:
        s, unit = context.words.number(scale.smallest_effect), context.claims.unit(scale)
        notes.append(say(f"outcome.from_{scale.smallest_effect_from}", s=s, unit=unit))
    if scale.name not in context.study.outcomes:
        notes.append(say("outcome.exploratory"))
    rows = [row for row in context.headlines if row.scale == scale.name and row.is_known]
    rows = [row for row in rows if context.claims.of_every_wave(row)]
    if waves := list(dict.fromkeys(context.wave(row.wave) for row in rows)):
        notes.append(say("outcome.every_wave", waves=context.words.listed(waves)))
    if any(row.scale == scale.name and row.reason == HIDDEN for row in context.headlines):
        notes.append(say("outcome.hidden_rows", smallest=context.disclosed.smallest_group))
    several = len(context.waves(scale)) > 1
    parts = [
        Part(say("outcome.wave_heading", wave=wave) if several else None, _groups(scale, wave, context))
        for wave in context.waves(scale)
    ]
    described = is_described(scale, context)
    tables = [description_table(scale, context)] if described else [_numbers(scale, context), _answers(scale, context)]
    tables = [shown for shown in tables if shown.rows]
    return Block(context.study.scales.index(scale) + 1, scale.title, notes, parts, tables)


def _groups(scale: Scale, wave: str, context: Context) -> list[Group]:
    groups = []
    for role in context.roles(scale.name):
        if is_described(scale, context):
            told = description(scale, wave, role, context) or [context.words.say("reason.not_asked_at_baseline")]
            groups.append(Group([[text] for text in told], []))
            continue
        claims, spoken = context.claims, context.spoken_rows(scale.name, wave, role)
        texts = [[text for text in _texts(row, claims) if text] for row in spoken]
        groups.append(Group(texts, outcome_pictures(scale, wave, role, context)))
    return groups


def _texts(row: Estimate, claims: Claims) -> list[str]:
    """Sentences on a row; on a difference, or a change where none may be told, also how far the design bears it."""
    strength = [claims.level_text(row)] if claims.qualified(row) else []
    judged = [claims.statement(row), claims.verdict_sentence(row), claims.clusters_sentence(row)]
    return [*judged, *claims.beside(row), *finding_limits(row, claims), *strength]


def _numbers(scale: Scale, context: Context) -> Table:
    """Every headline row of an outcome; on the programme's page also those of the cohorts."""
    rows = context.disclosed.headline_rows if context.pooled else context.headlines
    # differences between roles or groups are in the appendix: a verdict on one would not say that anybody gained
    rows = tuple(row for row in rows if row.scale == scale.name and (row.is_change or row.compares_arms))
    names = ["cohort", "role", "arm", "contrast", "wave_name", "estimate", "interval", "n", "verdict", "mean_pre",
             "mean_post"]  # fmt: skip
    headings = [context.heading(name, level=context.claims.level_percent) for name in names]
    cells = [_cells(row, context) for row in rows]
    detail = context.disclosed.estimates.detail
    means = {name: [detail(row.id, name) for row in rows] for name in OF_MEANS}
    frame = context.frame(rows)[DATA].assign(**means)
    return table(context.words.say("outcome.caption", scale=scale.title), headings, cells, frame)


def _cells(row: Estimate, context: Context) -> list[str]:
    words, claims = context.words, context.claims
    people, shown = claims.people(row.role), row.is_known
    return [
        context.place_name(row.cohort) if context.pooled else "",
        capital(people),
        claims.arm_title(row.arm),
        words.say(f"contrast.{row.contrast}"),
        context.wave(row.wave) if len(context.study.later_waves) > 1 else "",
        words.number(row.estimate, signed=True) if shown else claims.reason(row),
        claims.range(row) if shown else "",
        claims.people_counted(row),
        claims.verdict_name(row),
        _mean(row, "mean_pre", context),
        _mean(row, "mean_post", context),
    ]


def _mean(row: Estimate, name: str, context: Context) -> str:
    """Mean with its interval; empty if there is none."""
    mean, low, high = (context.disclosed.estimates.detail(row.id, f"{name}{end}") for end in ("", "_low", "_high"))
    number = context.words.number
    if pd.isna(mean):
        return ""
    if pd.isna(low):
        return context.words.bounded(number(mean), context.disclosed.estimates.detail(row.id, f"{name}_bound"))
    return context.words.say("format.with_range", value=number(mean), low=number(low), high=number(high))


def _answers(scale: Scale, context: Context) -> Table:
    """Shares of answers by group and wave asked."""
    words, claims, rows = context.words, context.claims, context.table("answers")
    rows = rows[rows["scale"] == scale.name]
    names = ["role", "arm", "asked", "answers", "share", "n"]
    cells = [
        [capital(claims.people(row["role"])), claims.arm_title(row["arm"]), context.wave(row["asked"]),
         band_text(row["low"], row["high"], words), words.share(row["share"]), str(row["n_people"])]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    caption = words.say("outcome.caption_answers", scale=scale.title)
    return table(caption, [context.heading(name) for name in names], cells, rows)
