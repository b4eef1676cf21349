"""Rows of a dot chart: each in words, with its dot and interval below or, where there is room, beside them."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rm_research.catalogue import Catalogue
from rm_research.claims import Claims
from rm_research.disclosure.printed import printed_interval
from rm_research.figures.axis import GAP, axis, span
from rm_research.figures.dots import Mark, draw_behind, draw_dots
from rm_research.figures.lettering import wrapped
from rm_research.figures.sheet import is_wide, longest, room, write, write_beside
from rm_research.figures.style import INK, LINE, WIDE
from rm_research.study import Scale

DOTS, BETWEEN = 16, 9  # points: a line of dots, and the gap between rows
ROOMY, TIGHT = 150, 1  # points: lines of a wide chart that have such gaps, and the gap where there are more
LEAST = 80  # points that labels need beside numbers
WIDEST = 0.36  # share of a wide chart that labels may take


def mark_of(
    label: str, numbers: tuple[float, float, float], look: tuple[str, str], words: Catalogue
) -> Mark:  # fmt: skip
    """Mark of an estimate with the lower and upper end of its interval."""
    estimate, low, high = printed_interval(*numbers)
    if np.isnan([low, high]).any():
        return Mark(label, (words.number(estimate, signed=True),), estimate, estimate, estimate, look)
    ends = dict(zip(("low", "high"), words.ends(*numbers[1:]), strict=True))
    text = words.say("chart.numbers", estimate=words.number(estimate, signed=True), **ends)
    return Mark(label, (text,), estimate, low, high, look)


def axis_text(key: str, scale: str, wave: str, claims: Claims) -> str:
    """What the numbers of a chart are, with their unit and the level of their intervals."""
    blanks = {"unit": claims.unit(claims.study.scale(scale)), "level": claims.level_percent,
              "after": claims.survey(wave), "moment": claims.moment(wave)}  # fmt: skip
    return claims.words.say(f"chart.{key}", **blanks)


def wide_height(mark: Mark) -> int:
    """Height of a row in points where its words stand beside its dot, among many others."""
    return LINE * max(len(wrapped(mark.label, WIDEST * 72 * WIDE)), len(mark.numbers)) + TIGHT


def draw_marks(
    ax: Axes, depth: float, marks: Sequence[Mark], claims: Claims, scale: Scale, heading: str,
    spanned: Sequence[Mark] = (),
) -> float:  # fmt: skip
    """
    Draw rows with their axis, from `depth` downwards.

    Parameters
    ----------
    ax : Axes
    depth : float
        Points from the top that are taken.
    marks : sequence of Mark
        From the top; without any, nothing is drawn.
    claims : Claims
    scale : Scale
        Its smallest effect is shaded on both sides of zero; an interval that reaches its largest possible change is cut
        there, which an arrow shows.
    heading : str
        What the axis is.
    spanned : sequence of Mark
        What columns and axis have to have room for, unless only for the marks: charts with one axis can be compared.

    Returns
    -------
    float
        Where the chart ends, in points from the top.
    """
    if not marks:
        return depth
    limits, wide = claims.study.scale_range(scale.name), is_wide(ax)
    limit = np.inf if limits is None else limits[1] - limits[0]
    rows = _columns(ax, marks)[0]
    _, start, end = _columns(ax, spanned or marks)
    matters = [] if scale.smallest_effect is None else [-scale.smallest_effect, scale.smallest_effect]
    drawn = [end for mark in spanned or marks for end in (mark.low, mark.high, mark.hollow)]
    span(ax, np.clip([0.0, *matters, *drawn], -limit, limit), (start, end))
    depth = write(ax, wrapped(heading, room(ax)), 0, depth, colour=INK) + BETWEEN
    beside, places = write_beside if wide else write, []
    lines = LINE * sum(max(len(label), len(numbers)) for label, numbers in rows)
    between = (TIGHT if lines > ROOMY else BETWEEN) if wide else BETWEEN + DOTS
    for label, numbers in rows:
        height = LINE * max(len(label), len(numbers))
        places.append(depth + height / 2 if wide else depth + height + DOTS / 2)
        beside(ax, label, 0, places[-1] if wide else depth)
        beside(ax, numbers, room(ax), places[-1] if wide else depth, side="right")
        depth += height + between
    draw_behind(ax, places, scale.smallest_effect)
    for look in dict.fromkeys(mark.look for mark in marks):
        draw_dots(ax, [(mark, place) for mark, place in zip(marks, places, strict=True) if mark.look == look], limit)
    return axis(ax, depth, (start, end), claims.words)


def _columns(ax: Axes, marks: Sequence[Mark]) -> tuple[list[tuple[list[str], list[str]]], float, float]:
    """Lines of each row on the left and on the right, and where the dots' axis starts and ends."""
    if is_wide(ax):
        rows = [(wrapped(mark.label, WIDEST * room(ax)), list(mark.numbers)) for mark in marks]
        left, right = (max(longest(row[side]) for row in rows) for side in (0, 1))
        return rows, left + GAP, room(ax) - right - GAP
    rows = []
    for mark in marks:
        left = room(ax) - longest(mark.numbers) - GAP
        label = wrapped(mark.label, left if left > LEAST else room(ax))
        # numbers that leave too little room for words stand below them
        rows.append((label, [*([] if left > LEAST else [""] * len(label)), *mark.numbers]))
    return rows, 0.0, room(ax)
