"""Rows of a dot chart: each in words, with its dot and interval below or, where there is room, beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from rm_research.catalogue import Catalogue
from rm_research.claims import Claims
from rm_research.disclosure.printed import printed_interval
from rm_research.figures.lettering import width_of, wrapped
from rm_research.figures.sheet import is_wide, longest, room, write, write_beside
from rm_research.figures.style import GREY, INK, LIGHT, LINE, PAPER, WIDE
from rm_research.study import Scale

STEPS = (1, 2, 2.5, 5, 10)  # between the numbers of an axis, times a power of ten
GAP, MARGIN = 8, 16  # points between columns; between the ends of an axis and what is drawn
DOTS, BAND, BETWEEN = 16, 9, 9  # points: a line of dots, what is shaded in it, and the gap between rows
ROOMY, TIGHT = 150, 1  # points: lines of a wide chart that have such gaps, and the gap where there are more
LEAST, TICK = 80, 46  # points that labels need beside numbers, and a number of the axis
SOLID: dict[str, Any] = {"linewidth": 2.4}
DASHED: dict[str, Any] = {"linewidth": 1.2, "linestyle": (0, (3, 2)), "marker": "|", "markersize": 7}
WIDEST = 0.36  # share of a wide chart that labels may take


@dataclass(frozen=True)
class Mark:
    """
    One row of a chart.

    Attributes
    ----------
    label : str
        What it is.
    numbers : tuple of str
        Estimate and interval in words, a line each for what does not belong together.
    estimate, low, high : float
        What is drawn; a range has no estimate and becomes a thin dashed line without a dot.
    look : tuple of str
        Colour and marker.
    hollow : float
        Where a second, hollow dot is; NaN for none.
    """

    label: str
    numbers: tuple[str, ...]
    estimate: float
    low: float
    high: float
    look: tuple[str, str]
    hollow: float = float("nan")


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


def axis_text(key: str, scale: str, claims: Claims) -> str:
    """What the numbers of a chart are, with their unit and the level of their intervals."""
    blanks = {"unit": claims.unit(claims.study.scale(scale)), "level": claims.level_percent}
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
    _span(ax, spanned or marks, (start, end), scale.smallest_effect, limit)
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
    _behind(ax, places, scale.smallest_effect)
    for look in dict.fromkeys(mark.look for mark in marks):
        _dots(ax, [(mark, place) for mark, place in zip(marks, places, strict=True) if mark.look == look], limit)
    return _axis(ax, depth, (start, end), claims.words)


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


def _span(
    ax: Axes, marks: Sequence[Mark], ends: tuple[float, float], smallest_effect: float | None, limit: float
) -> None:  # fmt: skip
    """Give all that is drawn its place between two ends, which are points from the left."""
    matters = [] if smallest_effect is None else [-smallest_effect, smallest_effect]
    sizes = np.array([0.0, *matters, *(end for mark in marks for end in (mark.low, mark.high, mark.hollow))])
    sizes = np.clip(sizes[np.isfinite(sizes)], -limit, limit)
    low, high = float(sizes.min()), float(sizes.max())
    unit = ((high - low) or 1.0) / max(ends[1] - ends[0] - 2 * MARGIN, 1.0)
    left = low - unit * (ends[0] + MARGIN)
    ax.set_xlim(left, left + unit * room(ax))


def _axis(ax: Axes, depth: float, ends: tuple[float, float], words: Catalogue) -> float:
    """Draw a line with as many numbers as have room; return where they end."""
    left, right = ax.get_xlim()
    unit, taken = (right - left) / room(ax), ends[0]
    low, high = (left + unit * end for end in ends)
    ax.plot([low, high], [depth, depth], color=GREY, linewidth=0.8)
    for tick in MaxNLocator(int(np.clip((ends[1] - ends[0]) / TICK, 2, 7)), steps=STEPS).tick_values(low, high):
        text = words.plain(round(float(tick), 9))
        x, half = (tick - left) / unit, width_of(text) / 2
        if taken <= x - half and x + half <= ends[1]:
            ax.plot([tick, tick], [depth, depth + 3], color=GREY, linewidth=0.8)
            ax.text(tick, depth + LINE, text, ha="center", color=INK)
            taken = x + half + GAP
    return depth + LINE + 4


def _behind(ax: Axes, places: Sequence[float], smallest_effect: float | None) -> None:
    """Draw zero and the changes that are too small to matter behind each row's dot."""
    if smallest_effect is not None:
        # the edge is for readers who cannot tell the pale grey from the page
        look: dict[str, Any] = {"color": LIGHT, "edgecolor": GREY, "linewidth": 0.5, "zorder": 0}
        ax.barh(places, 2 * smallest_effect, BAND, left=-smallest_effect, **look)
    heights = [end for place in places for end in (place - BAND / 2 - 2, place + BAND / 2 + 2, np.nan)]
    ax.plot([0.0] * len(heights), heights, color=GREY, linewidth=1, zorder=1)


def _dots(ax: Axes, rows: Sequence[tuple[Mark, float]], limit: float) -> None:
    """Draw intervals and dots of one look, ranges without an estimate, and arrows where an interval goes on."""
    colour, marker = rows[0][0].look
    unjoined: dict[str, Any] = {"color": colour, "linestyle": "none", "markersize": 7}
    for lines, own in ((SOLID, [row for row in rows if not np.isnan(row[0].estimate)]),
                       (DASHED, [row for row in rows if np.isnan(row[0].estimate)])):  # fmt: skip
        ends = [end for mark, _ in own for end in (*np.clip([mark.low, mark.high], -limit, limit), np.nan)]
        ax.plot(ends, np.repeat([place for _, place in own], 3), color=colour, **lines)
    ax.plot([mark.estimate for mark, _ in rows], [place for _, place in rows], marker=marker, **unjoined)
    for end, arrow in ((-limit, "<"), (limit, ">")):
        beyond = [place for mark, place in rows if (mark.high >= limit if arrow == ">" else mark.low <= -limit)]
        ax.plot([end] * len(beyond), beyond, marker=arrow, **unjoined)
    hollow = [(mark.hollow, place) for mark, place in rows if not np.isnan(mark.hollow)]
    style: dict[str, Any] = {"linestyle": "none", "marker": "D", "markersize": 6, "markerfacecolor": PAPER, "zorder": 3}
    ax.plot([size for size, _ in hollow], [place for _, place in hollow], color=INK, **style)
