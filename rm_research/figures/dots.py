"""Dots with their intervals, and what lies behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rm_research.figures.style import GREY, INK, LIGHT, PAPER

BAND = 9  # points: what is shaded in a line of dots
SOLID: dict[str, Any] = {"linewidth": 2.4}
DASHED: dict[str, Any] = {"linewidth": 1.2, "linestyle": (0, (3, 2)), "marker": "|", "markersize": 7}


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


def draw_behind(ax: Axes, places: Sequence[float], smallest_effect: float | None) -> None:
    """Draw zero and the changes that are too small to matter behind each row's dot."""
    if smallest_effect is not None:
        # the edge is for readers who cannot tell the pale grey from the page
        look: dict[str, Any] = {"color": LIGHT, "edgecolor": GREY, "linewidth": 0.5, "zorder": 0}
        ax.barh(places, 2 * smallest_effect, BAND, left=-smallest_effect, **look)
    heights = [end for place in places for end in (place - BAND / 2 - 2, place + BAND / 2 + 2, np.nan)]
    ax.plot([0.0] * len(heights), heights, color=GREY, linewidth=1, zorder=1)


def draw_dots(ax: Axes, rows: Sequence[tuple[Mark, float]], limit: float) -> None:
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
