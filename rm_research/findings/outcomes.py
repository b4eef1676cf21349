"""One block per outcome: sentences, pictures, and the numbers behind them."""

from typing import Any

import pandas as pd

from rm_research.catalogue import capital
from rm_research.claims.judgement import OF_CHANGE
from rm_research.disclosure import HIDDEN
from rm_research.disclosure.rows import MEANS
from rm_research.effects.estimates import headlines
from rm_research.figures import band_text
from rm_research.findings.context import Context
from rm_research.findings.illustrations import outcome_pictures
from rm_research.findings.tables import Table, table
from rm_research.study import Scale

DATA = ["cohort", "role", "arm", "scale", "wave", "contrast", "method", "estimate", "ci_low", "ci_high", "n_pre",
        "n_post", "n_pairs", "n_comparison", "reason"]  # fmt: skip


def outcomes(context: Context) -> dict[str, Any]:
    """Values of all outcome blocks."""
    say = context.words.say
    shown = context.rows["estimate"].notna().any()  # a page that shows nothing says so once, in its headline
    blocks = [_block(scale, context) for scale in context.study.scales if context.waves(scale) and shown]
    return {
        "heading": say("headings.outcomes"), "blocks": [block for block in blocks if block],
        "region": say("page.table_region"), "download": say("page.download"), "show": say("page.show_table"),
    }  # fmt: skip


def _block(scale: Scale, context: Context) -> dict[str, Any] | None:
    say, rows = context.words.say, context.rows[context.rows["scale"] == scale.name]
    if rows.empty:
        return None
    notes = [context.measure(scale) + "."]
    if scale.better == "lower":
        notes.append(say("outcome.better_lower"))
    if scale.name not in context.study.outcomes:
        notes.append(say("outcome.exploratory"))
    if (rows["reason"].eq(HIDDEN) & headlines(rows)).any():
        notes.append(say("outcome.hidden_rows", smallest=context.disclosed.smallest_group))
    several = len(context.waves(scale)) > 1
    parts = [
        {
            "heading": say("outcome.wave_heading", wave=wave) if several else None,
            "groups": _groups(scale, wave, context),
        }
        for wave in context.waves(scale)
    ]
    tables = [found for found in (_numbers(scale, context), _answers(scale, context)) if found.rows]
    return {"title": scale.title, "notes": notes, "parts": parts, "tables": tables,
            "id": context.study.scales.index(scale) + 1}  # fmt: skip


def _groups(scale: Scale, wave: str, context: Context) -> list[dict[str, Any]]:
    groups = []
    for role in context.roles(scale.name):
        claims, spoken = context.claims, context.spoken_rows(scale.name, wave, role)
        texts = [[text for text in (claims.statement(row), claims.verdict_sentence(row)) if text] for row in spoken]
        groups.append({"texts": texts, "pictures": outcome_pictures(scale, wave, role, context)})
    return groups


def _numbers(scale: Scale, context: Context) -> Table:
    """Every headline-method row of an outcome; on the programme's page the cohorts' rows too."""
    rows = context.disclosed.table if context.pooled else context.rows
    # whether roles or groups differ stands in the appendix: a verdict on it would say who gained, not that
    compared = rows["contrast"].isin([*OF_CHANGE, *OF_CHANGE.values()])
    rows = rows[(rows["scale"] == scale.name) & headlines(rows) & compared]
    names = ["cohort", "role", "arm", "contrast", "wave_name", "estimate", "interval", "n", "verdict", "mean_pre",
             "mean_post"]  # fmt: skip
    headings = [context.heading(name, level=context.claims.level_percent) for name in names]
    cells = [_cells(row, context) for _, row in rows.iterrows()]
    detail = context.disclosed.estimates.detail
    means = {name: [detail(row_id, name) for row_id in rows["id"]] for name in MEANS}
    return table(context.words.say("outcome.caption", scale=scale.title), headings, cells, rows[DATA].assign(**means))


def _cells(row: pd.Series, context: Context) -> list[str]:
    words, claims = context.words, context.claims
    people, shown = claims.people(row["role"]), pd.notna(row["estimate"])
    return [
        context.place_name(row["cohort"]) if context.pooled else "",
        capital(people),
        claims.arm_title(row["arm"]),
        words.say(f"contrast.{row['contrast']}"),
        context.wave(row["wave"]) if len(context.study.later_waves) > 1 else "",
        words.number(row["estimate"], signed=True) if shown else claims.reason(row),
        claims.range(row) if shown else "",
        claims.people_counted(row),
        claims.verdict_name(row),
        _mean(row, "mean_pre", context),
        _mean(row, "mean_post", context),
    ]


def _mean(row: pd.Series, name: str, context: Context) -> str:
    """Mean with its interval; empty where there is none."""
    mean, low, high = (context.disclosed.estimates.detail(row["id"], f"{name}{end}") for end in ("", "_low", "_high"))
    number = context.words.number
    if pd.isna(mean):
        return ""
    if pd.isna(low):
        return number(mean)
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
