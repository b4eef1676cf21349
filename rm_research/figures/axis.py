"""Axes of charts: the room that what is drawn takes, and the numbers along it."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from rm_research.catalogue import Catalogue
from rm_research.figures.lettering import width_of
from rm_research.figures.sheet import room
from rm_research.figures.style import GREY, INK, LINE

STEPS = (1, 2, 2.5, 5, 10)  # between the numbers of an axis, times a power of ten
GAP, MARGIN = 8, 16  # points between numbers; between the ends of an axis and what is drawn
TICK = 46  # points that a number of the axis needs
MOST_STEPS = 7  # of a printed range in which each step has a number


def span(ax: Axes, sizes: Iterable[float], ends: tuple[float, float]) -> None:
    """Give all that is drawn its place between two ends, which are points from the left."""
    known = np.array([size for size in sizes if np.isfinite(size)])
    low, high = float(known.min()), float(known.max())
    unit = ((high - low) or 1.0) / max(ends[1] - ends[0] - 2 * MARGIN, 1.0)
    left = low - unit * (ends[0] + MARGIN)
    ax.set_xlim(left, left + unit * room(ax))


def axis(ax: Axes, depth: float, ends: tuple[float, float], words: Catalogue) -> float:
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


def printed_range(scores: Iterable[float]) -> tuple[float, float]:
    """Ends of the axis if the scale has no printed range."""
    known = np.array([*scores], float)
    low, high = float(np.nanmin(known)), float(np.nanmax(known))
    margin = 0.08 * (high - low or 1.0)
    return low - margin, high + margin


def ticks(low: float, high: float, *, whole: bool) -> list[float]:
    """Numbers along the axis: every step of a short printed range, else some of them; always both ends of a range."""
    if whole and (high - low) % 1 == 0 and high - low < MOST_STEPS:
        return [low + step for step in range(int(high - low) + 1)]
    inner = [float(tick) for tick in MaxNLocator(5, steps=STEPS).tick_values(low, high) if low <= tick <= high]
    if not whole:
        return inner
    near = 0.12 * (high - low)
    return [low, *(tick for tick in inner if low + near <= tick <= high - near), high]
