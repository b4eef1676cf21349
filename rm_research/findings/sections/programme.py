"""What the programme did, held against the plan, what both sides say of it, and how change varies with it."""

from collections.abc import Iterator

import pandas as pd

from rm_research.catalogue import capital
from rm_research.figures import band_text
from rm_research.findings.context import Context
from rm_research.findings.hidden import process_not_shown, sessions_not_shown
from rm_research.findings.illustrations import fidelity_picture, sessions_pictures
from rm_research.findings.page import Content
from rm_research.findings.process import associations, attainment, pairs_table, plan_table, sides_table
from rm_research.findings.tables import Table, table


def content(context: Context) -> Content:
    """Content on meetings, goals and what both sides say; empty without a log, a plan and answers of enough people."""
    words, met = context.words, context.meetings
    planned, by_meetings = fidelity_picture(context), sessions_pictures(context)
    sides, slopes = sides_table(context), pairs_table(context)
    sentences = [*_lead(context, planned=planned is not None), *attainment(context)]
    if not (sentences or planned or sides.rows or slopes.rows):
        return Content(not_shown=tuple(process_not_shown(context)))
    tables = [_meetings(met, context)] if context.cohort is None and len(met) else []
    tables += [slopes] if slopes.rows else []
    drawn = [plan_table(context)] if planned else []
    drawn += [_sessions(context)] if by_meetings else []
    shown, folded = ([planned], by_meetings) if planned else (by_meetings, [])
    values = {
        "heading": words.say("headings.programme" if sentences or planned or sides.rows else "headings.pairs"),
        "sentences": sentences, "tables": tables, "drawn": drawn,
        "shown": shown,
        "folded": folded, "further": associations(context), "sides": sides if sides.rows else None,
        "more": words.say("outcome.more"),
        "note": words.say("programme.agreement") if len(context.table("sides")) else "",
    }  # fmt: skip
    not_shown = (*sessions_not_shown(by_meetings, context), *process_not_shown(context))
    return Content(values, pictures=(*shown, *folded), not_shown=not_shown)


def _lead(context: Context, *, planned: bool) -> Iterator[str]:
    """How many pairs met, and how often; in short beside a chart of what was planned."""
    met = context.meetings
    if len(met):
        dyads, held = int(met["dyads"].sum()), int(met["meetings"].sum())
        average = context.words.number(held / dyads, decimals=1)
        blanks = {"n": int(met["met"].sum()), "dyads": dyads, "meetings": held, "average": average}
        yield context.words.say("programme.lead_in_short" if planned else "programme.lead", **blanks)


def _meetings(met: pd.DataFrame, context: Context) -> Table:
    names = ["cohort", "dyads", "met", "meetings", "hours"]
    cells = [
        [str(cohort), *("" if pd.isna(count) else f"{count:.0f}" for count in counts)]
        for cohort, *counts in met[names].itertuples(index=False)
    ]
    return table(context.words.say("programme.caption"), [context.heading(name) for name in names], cells, met)


def _sessions(context: Context) -> Table:
    """Change by number of meetings."""
    words, claims, rows = context.words, context.claims, context.table("sessions")
    names = ["role", "arm", "meetings", "n", "estimate", "interval"]
    cells = [
        [capital(claims.people(row["role"])), claims.arm_title(row["arm"]), band_text(row["low"], row["high"], words),
         str(row["n_people"]), words.number(row["estimate"], signed=True),
         words.range(row["ci_low"], row["ci_high"])]
        for _, row in rows.iterrows()
    ]  # fmt: skip
    caption = words.say("programme.caption_sessions", scale=context.study.first_scale.title)
    return table(caption, [context.heading(name, level=claims.level_percent) for name in names], cells, rows)
