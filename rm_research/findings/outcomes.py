"""One block per outcome, and the cohorts beside each other."""

from typing import Any

import pandas as pd

from rm_research.catalogue import capital
from rm_research.claims.judgement import OF_CHANGE
from rm_research.disclosure import HIDDEN
from rm_research.effects.estimates import ALL_COHORTS, headlines
from rm_research.figures import blank_axes, forest_rows, plot_change, plot_forest, shown_rows
from rm_research.findings.context import Context, slug
from rm_research.findings.pictures import inline_svg
from rm_research.findings.tables import Table, table
from rm_research.study import Scale

DATA = ["cohort", "role", "arm", "scale", "wave", "contrast", "method", "estimate", "ci_low", "ci_high", "n_pre",
        "n_post", "n_pairs", "n_comparison", "reason"]  # fmt: skip


def outcomes(context: Context) -> dict[str, Any]:
    """Values of all outcome blocks."""
    say = context.words.say
    shown = context.rows["estimate"].notna().any()  # a page that shows nothing says so once, in its headline
    blocks = [_block(scale, context) for scale in context.study.scales if context.waves(scale) and shown]
    return {"heading": say("headings.outcomes"), "blocks": [block for block in blocks if block], "region":
            say("page.table_region"), "download": say("page.download"), "show": say("page.show_table")}  # fmt: skip


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
    return {"title": scale.title, "notes": notes, "parts": parts, "table": _numbers(scale, context),
            "id": context.study.scales.index(scale) + 1}  # fmt: skip


def _groups(scale: Scale, wave: str, context: Context) -> list[dict[str, Any]]:
    groups = []
    for role in context.roles(scale.name):
        sentences, spoken = [], list(context.spoken_rows(scale.name, wave, role))
        for row in spoken:
            sentences += [context.claims.statement(row), context.claims.verdict_sentence(row)]
        figure = _forest(scale, wave, role, context) if context.pooled else _change(scale, wave, role, context)
        groups.append({"sentences": [text for text in sentences if text], "figure": figure})
    return groups


def _change(scale: Scale, wave: str, role: str, context: Context) -> dict[str, str] | None:
    place = {"cohort": context.place, "role": role, "scale": scale.name, "wave": wave}
    rows = shown_rows(context.disclosed, **place)
    spoken = [row for row in context.spoken_rows(scale.name, wave, role) if pd.notna(row["estimate"])]
    if rows.empty or not spoken:
        return None
    axes = plot_change(context.disclosed, study=context.study, **place, ax=blank_axes(len(rows)), title=False)
    finding = context.claims.sentence(spoken[0])
    alt = context.words.say("chart.alt_change", scale=context.claims.scale_text(spoken[0]), finding=finding)
    figure = _figure(axes, context.claims.title(spoken[0]), alt, scale, role, context)
    if rows["contrast"].eq("difference").any():
        figure["note"] = context.words.say("chart.adjusted")
    return figure


def _forest(scale: Scale, wave: str, role: str, context: Context) -> dict[str, str] | None:
    spoken = [row for row in context.spoken_rows(scale.name, wave, role) if pd.notna(row["estimate"])]
    if not spoken:
        return None
    row = spoken[0]
    place = {"role": role, "scale": scale.name, "wave": wave, "arm": row["arm"],
             "contrast": row["contrast"].removeprefix("pooled_")}  # fmt: skip
    blank = blank_axes(len(forest_rows(context.disclosed, **place)))
    axes = plot_forest(context.disclosed, study=context.study, **place, ax=blank, title=False)
    finding = context.claims.sentence(row)
    alt = context.words.say("chart.alt_forest", scale=context.claims.scale_text(row), finding=finding)
    figure = _figure(axes, context.claims.title(row), alt, scale, role, context)
    return figure | {"note": _prediction(row, context)}


def _prediction(row: pd.Series, context: Context) -> str:
    """Range in which a further cohort's effect may lie; empty for fewer than three cohorts."""
    low, high = (context.disclosed.estimates.detail(row["id"], f"prediction_{end}") for end in ("low", "high"))
    if pd.isna(low):
        return ""
    number = context.words.number
    unit = context.study.scale(row["scale"]).unit
    return context.words.say("cohorts.differ", low=number(low), high=number(high), unit=unit)


def _figure(axes: Any, title: str, alt: str, scale: Scale, role: str, context: Context) -> dict[str, str]:
    say, dates = context.words.say, context.dates()
    people = context.claims.people(role)
    blanks = {"measure": context.measure(scale), "people": capital(people)}
    if dates is None:
        subtitle = say("chart.subtitle_undated", **blanks)
    else:
        period = dates[0] if dates[0] == dates[1] else say("chart.dates", first=dates[0], last=dates[1])
        subtitle = say("chart.subtitle", **blanks, dates=period)
    if scale.smallest_effect is not None:
        subtitle += " " + say("chart.shaded")
    return {"title": title, "subtitle": subtitle, "svg": inline_svg(axes, alt), "note": ""}


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
    return table(scale.title, headings, cells, rows[DATA])


def _cells(row: pd.Series, context: Context) -> list[str]:
    words, claims = context.words, context.claims
    number, people = words.number, claims.people(row["role"])
    detail = context.disclosed.estimates.detail
    means = [detail(row["id"], name) for name in ("mean_pre", "mean_post")]
    several = len(context.study.later_waves) > 1
    shown = pd.notna(row["estimate"])
    return [
        row["cohort"] if context.pooled else "",
        capital(people),
        claims.arm_title(row["arm"]),
        words.say(f"contrast.{row['contrast']}"),
        row["wave"] if several else "",
        number(row["estimate"], signed=True) if shown else claims.reason(row),
        words.say("format.range", low=number(row["ci_low"]), high=number(row["ci_high"])) if shown else "",
        claims.people_counted(row),
        claims.verdict_name(row),
        *("" if pd.isna(mean) else number(mean) for mean in means),
    ]


def cohorts(context: Context) -> dict[str, Any]:
    """Values of the programme's list of cohorts; no heading on a cohort's page."""
    say = context.words.say
    if context.cohort is not None:
        return {"heading": None}
    scale = context.study.scales[0]
    entries = [_entry(cohort, scale, context) for cohort in context.prepared.cohorts]
    return {"heading": say("headings.cohorts"), "entries": entries, "caption": say("cohorts.caption"),
            "region": say("page.table_region"), "open": say("cohorts.open"), "cohort": context.heading("cohort"),
            "scale": scale.title, "page": context.heading("page")}  # fmt: skip


def _entry(cohort: str, scale: Scale, context: Context) -> dict[str, Any]:
    """One cohort's line: its name, where its page is or why there is none, and its headline."""
    say = context.words.say
    reason = None
    if context.prepared.errors_of(cohort):
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
    return {"name": cohort, "href": None if reason else f"cohorts/{slug(cohort)}/index.html", "reason": reason,
            "texts": list(dict.fromkeys(texts)), "all": ALL_COHORTS}  # fmt: skip
