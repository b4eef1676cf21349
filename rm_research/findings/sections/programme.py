"""What the programme did, and how change varies with it."""

import pandas as pd

from rm_research.catalogue import capital
from rm_research.figures import band_text
from rm_research.findings.context import Context
from rm_research.findings.hidden import sessions_not_shown
from rm_research.findings.illustrations import sessions_pictures
from rm_research.findings.page import Content
from rm_research.findings.tables import Table, table


def content(context: Context) -> Content:
    """Content on the meetings and on how change varies with their number; empty without a log of meetings."""
    words, met = context.words, context.meetings
    if met.empty:
        return Content()
    dyads, meetings_held = int(met["dyads"].sum()), int(met["meetings"].sum())
    average = words.number(meetings_held / dyads, decimals=1)
    lead = words.say("programme.lead", met=int(met["met"].sum()), dyads=dyads, meetings=meetings_held, average=average)
    pictures = sessions_pictures(context)
    tables = [_meetings(met, context)] if context.cohort is None else []
    tables += [_sessions(context)] if pictures else []
    values = {"heading": words.say("headings.programme"), "sentences": [lead], "tables": tables,
              "more": words.say("outcome.more")}  # fmt: skip
    return Content(values, pictures=tuple(pictures), not_shown=tuple(sessions_not_shown(pictures, context)))


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
