"""For whom: whether change, or the difference from the comparison, varies between the declared groups."""

from collections.abc import Iterator

from rm_research.catalogue import capital
from rm_research.claims.glance import compared_groups
from rm_research.effects.methods import Contrast
from rm_research.findings.bars import bars
from rm_research.findings.context import Context
from rm_research.findings.hidden import comparisons_not_shown
from rm_research.findings.page import Content
from rm_research.findings.sections.headline import Cell, Line
from rm_research.findings.tables import table
from rm_research.study import Scale


def content(context: Context) -> Content:
    """Content of the table of declared groups; empty where none can be compared."""
    say, claims = context.words.say, context.claims
    lines = [line for scale in context.study.scales for line in _lines(scale, context)]
    not_shown = tuple(comparisons_not_shown(context))
    if not lines:
        return Content(not_shown=not_shown)
    rows = [row for row in context.headlines if row.contrast == Contrast.INTERACTION]
    cells = [[context.study.scale(row.scale).title, capital(claims.people(row.role)), claims.arm_title(row.arm),
              claims.compared_text(row), context.wave(row.wave) if len(context.study.later_waves) > 1 else "",
              claims.estimate(row) if row.is_known else claims.reason(row), claims.range(row)]
             for row in rows]  # fmt: skip
    names = ["scale", "role", "arm", "subgroup", "wave_name", "estimate", "interval"]
    headings = [context.heading(name, level=claims.level_percent) for name in names]
    values = {
        "heading": say("headings.groups"), "caption": say("groups.caption", level=claims.level_percent),
        "outcome": context.heading("scale"), "compared": context.heading("subgroup"), "lines": lines,
        "note": say("groups.note"), "more": say("outcome.more"),
        "table": table(say("groups.numbers"), headings, cells, context.frame(rows)),
    }  # fmt: skip
    return Content(values, not_shown=not_shown)


def _lines(scale: Scale, context: Context) -> Iterator[Line]:
    """One line for each pair of groups whose difference in this outcome is known, at its first later wave."""
    claims = context.claims
    rows = [row for row in context.headlines if row.contrast == Contrast.INTERACTION and row.scale == scale.name]
    rows = [row for row in rows if row.is_known and row.wave in context.main_wave(scale)]
    drawn = bars(rows, scale, context.study)
    for row in rows:
        yield Line(
            scale.title,
            f"{context.group_name(row.role, row.arm)}, {claims.compared_text(row)}",
            [Cell(compared_groups(row, claims), drawn.get(row.id))],
        )
