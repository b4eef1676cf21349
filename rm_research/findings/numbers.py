"""Numbers behind the charts of estimates, as a table with its file."""

from collections.abc import Sequence

import pandas as pd

from rm_research.catalogue import capital
from rm_research.disclosure.rows import OF_MEANS
from rm_research.effects.estimate import Estimate
from rm_research.effects.printing import contrast_title
from rm_research.findings.context import Context
from rm_research.findings.tables import Table, table

DATA = ["cohort", "role", "arm", "scale", "wave", "contrast", "method", "estimate", "ci_low", "ci_high", "n_pre",
        "n_post", "n_pairs", "n_comparison", "reason"]  # fmt: skip


def numbers_table(caption: str, rows: Sequence[Estimate], context: Context) -> Table:
    """
    Headline rows, one a line, with the means before and after.

    Differences between roles or declared groups are left to the appendix: a verdict on one would not say that anybody
    gained.

    Parameters
    ----------
    caption : str
    rows : sequence of Estimate
        Headline rows of one outcome.
    context : Context
    """
    rows = [row for row in rows if row.is_change or row.compares_arms]
    names = ["cohort", "role", "arm", "contrast", "wave_name", "estimate", "interval", "n", "verdict", "mean_pre",
             "mean_post"]  # fmt: skip
    if len(context.study.later_waves) > 1:
        names[-1] = "mean_wave"
    headings = [context.heading(name, level=context.claims.level_percent) for name in names]
    detail = context.disclosed.estimates.detail
    means = {name: [detail(row.id, name) for row in rows] for name in OF_MEANS}
    return table(caption, headings, [_cells(row, context) for row in rows],
                 context.frame(rows)[DATA].assign(**means))  # fmt: skip


def _cells(row: Estimate, context: Context) -> list[str]:
    words, claims = context.words, context.claims
    people, shown = claims.people(row.role), row.is_known
    return [
        context.place_name(row.cohort) if context.pooled else "",
        capital(people),
        claims.arm_title(row.arm),
        contrast_title(row, context.study, words),
        context.wave(row.wave) if len(context.study.later_waves) > 1 else "",
        words.number(row.estimate, signed=True) if shown else claims.reason(row),
        claims.range(row) if shown else "",
        claims.people_counted(row, sides=True),
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
