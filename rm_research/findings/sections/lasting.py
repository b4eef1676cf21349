"""Does it last: the outcomes at each later survey, where there are several."""

from collections.abc import Iterator

from rm_research.catalogue import capital
from rm_research.claims.glance import glance
from rm_research.claims.lasting import like_with_like
from rm_research.findings.bars import bars
from rm_research.findings.context import Context
from rm_research.findings.illustrations import change_picture
from rm_research.findings.numbers import numbers_table
from rm_research.findings.page import Content
from rm_research.findings.pictures import Picture
from rm_research.findings.sections.headline import Line, cell, kind_of
from rm_research.findings.tables import Table
from rm_research.study import Scale


def content(context: Context) -> Content:
    """Content of the table of all later surveys; empty where there is one, or nothing to show."""
    say, waves = context.words.say, context.study.later_waves
    lines = [line for scale in context.study.scales for line in _lines(scale, context)]
    if len(waves) < 2 or not any(cell for line in lines for cell in line.cells if cell and cell.glance.estimate):
        return Content()
    pictures = [picture for scale in context.study.scales for picture in _charts(scale, context)]
    values = {
        "heading": say("headings.lasting"), "caption": say("lasting.caption", level=context.claims.level_percent),
        "outcome": context.heading("scale"), "waves": [capital(context.wave(wave)) for wave in waves],
        "lines": lines, "texts": list(_lasted(context)), "more": say("lasting.charts"), "folded": pictures,
        "tables": list(_tables(context)),
    }  # fmt: skip
    return Content(values, pictures=tuple(pictures))


def _lasted(context: Context) -> Iterator[str]:
    """What became of each result of the first later survey until the last one, unless the first screen has said it."""
    told = {context.claims.lasting(row) for row in context.noted_rows}
    for scale in context.study.scales:
        for role in context.roles(scale.name):
            for arm in context.arms():
                row = context.claims.headline_row(context.place, role, arm, scale.name, context.study.later_waves[0])
                if row is not None and (text := context.claims.lasting(row)) and text not in told:
                    yield text


def _lines(scale: Scale, context: Context) -> Iterator[Line]:
    """One line for each role and arm, with a cell for each later survey."""
    claims, waves = context.claims, context.study.later_waves
    groups = [(role, arm) for role in context.roles(scale.name) for arm in context.arms()]
    asked = context.waves(scale)
    main = {group: [claims.headline_row(context.place, *group, scale.name, wave) if wave in asked else None
                    for wave in waves] for group in groups}  # fmt: skip
    rows = {group: like_with_like(claims, of_group) for group, of_group in main.items()}
    drawn = bars([row for of_group in rows.values() for row in of_group if row is not None], scale, context.study)
    # also where all are changes, but the first screen tells of differences
    every = [row for of_group in (*main.values(), *rows.values()) for row in of_group if row is not None]
    mixed = kind_of([row for row in every if row.is_known], context) == "both"
    for (role, arm), found in rows.items():
        if not any(row is not None and row.is_known for row in found):
            continue
        cells = [None if row is None else cell(glance(row, claims), drawn, context, mixed=mixed) for row in found]
        yield Line(scale.title, context.group_name(role, arm), cells)


def _others(scale: Scale, context: Context) -> list[str]:
    """Surveys that the outcome's own block does not show."""
    return [wave for wave in context.waves(scale) if wave not in context.main_wave(scale)]


def _tables(context: Context) -> Iterator[Table]:
    """Numbers of the surveys that the outcomes' own blocks do not show."""
    for scale in context.study.scales:
        others = _others(scale, context)
        rows = [row for row in context.headlines if row.scale == scale.name and row.wave in others]
        if rows:
            yield numbers_table(context.words.say("lasting.numbers", scale=scale.title), rows, context)


def _charts(scale: Scale, context: Context) -> Iterator[Picture]:
    """Charts of the surveys that the outcome's own block does not show."""
    for wave in _others(scale, context):
        for role in context.roles(scale.name):
            if (picture := change_picture(scale, wave, role, context)) is not None:
                yield picture
