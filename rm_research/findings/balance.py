"""How alike the arms were at the start."""

from typing import NamedTuple

import pandas as pd

from rm_research.catalogue import capital
from rm_research.findings.context import Context
from rm_research.findings.tables import Table, table


class Balance(NamedTuple):
    """How alike the arms were at the start: what made them, and the table."""

    sentence: str
    table: Table


def balance(context: Context) -> Balance | None:
    """How alike the arms were at the start; None without a comparison, and for an average over cohorts."""
    rows = context.table("balance") if context.study.comparison is not None else pd.DataFrame()
    if rows.empty or not context.shows_estimates:
        return None
    words = context.words
    lot = context.study.design.assignment == "randomised"
    names = ["scale", "role", "arm", "start_programme", "start_comparison", "start_difference", "interval"]
    headings = [context.heading(name, level=context.claims.level_percent) for name in names]
    cells = [_cells(row, context) for _, row in rows.iterrows()]
    sentence = words.say("balance.by_lot" if lot else "balance.not_by_lot")
    return Balance(sentence, table(words.say("balance.caption"), headings, cells, rows))


def _cells(row: pd.Series, context: Context) -> list[str]:
    words, claims = context.words, context.claims
    known = not pd.isna(row["difference"])
    return [
        _named(row, context),
        capital(claims.people(str(row["role"]))),
        claims.arm_title(str(row["arm"])),
        _side(row, "", context),
        _side(row, "_comparison", context),
        words.number(row["difference"], signed=True) if known else "",
        words.range(row["ci_low"], row["ci_high"]) if known else "",
    ]


def _named(row: pd.Series, context: Context) -> str:
    """What is compared: an outcome, an attribute or one entry of it."""
    if row["is_scale"]:
        return context.study.scale(str(row["variable"])).title
    name = capital(str(row["variable"]).replace("_", " "))
    return name if pd.isna(row["entry"]) else context.words.say("balance.entry", name=name, entry=row["entry"])


def _side(row: pd.Series, side: str, context: Context) -> str:
    """Mean, standard deviation and number of people of one arm; of an entry, the number alone."""
    words, n, mean, sd = context.words, row[f"n{side}"], row[f"mean{side}"], row[f"sd{side}"]
    if pd.isna(mean):
        return str(n)
    return words.say("balance.side", mean=words.number(mean), sd=words.number(sd), n=n)
