"""Rows of a dot chart: each in words, with its dot and interval below."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from rm_research.catalogue import Catalogue
from rm_research.claims import Claims
from rm_research.disclosure.printed import printed_interval
from rm_research.figures.lettering import headed, width_of, wrapped
from rm_research.figures.style import GREY, INK, LIGHT, LINE, grow, is_wide, room

ABOVE, BELOW = 8, 11  # points from the words to the dot, and from the dot to the next row
STEPS = (1, 2, 2.5, 5, 10)  # between the numbers of an axis, times a power of ten
GAP, BESIDE = 5, 0.5  # points between rows of words; share of a wide chart that words may take
AXIS = 26  # points that tick labels and the gaps around them take


@dataclass(frozen=True)
class Mark:
    """
    One row of a chart.

    Attributes
    ----------
    label : str
        What it is.
    numbers : str
        Estimate and interval in words.
    estimate, low, high : float
        What is drawn; a range has no estimate and becomes a thin dashed line without a dot.
    look : tuple of str
        Colour and marker.
    hollow : float
        Where a second, hollow dot is; NaN for none.
    """

    label: str
    numbers: str
    estimate: float
    low: float
    high: float
    look: tuple[str, str]
    hollow: float = float("nan")

    def lines(self, words: Catalogue, width: float) -> list[str]:
        """Words of the row; the numbers go on their own line if both together are too long."""
        text = words.say("chart.row", label=self.label, numbers=self.numbers)
        return [text] if width_of(text) <= width else [*wrapped(self.label, width), *wrapped(self.numbers, width)]


def mark_of(
    label: str, numbers: tuple[float, float, float], look: tuple[str, str], words: Catalogue
) -> Mark:  # fmt: skip
    """Mark of an estimate with the lower and upper end of its interval."""
    estimate, low, high = printed_interval(*numbers)
    if np.isnan([low, high]).any():
        return Mark(label, words.number(estimate, signed=True), estimate, estimate, estimate, look)
    ends = dict(zip(("low", "high"), words.ends(*numbers[1:]), strict=True))
    text = words.say("chart.numbers", estimate=words.number(estimate, signed=True), **ends)
    return Mark(label, text, estimate, low, high, look)


def heading(key: str, role: str, claims: Claims) -> str:
    """Heading of the words of each row: name, people, estimate and interval."""
    blanks = {"people": claims.people(role), "level": claims.level_percent}
    return claims.words.say(f"chart.{key}", **blanks)


def draw_marks(
    ax: Axes, marks: Sequence[Mark], words: Catalogue, *, heading: str, label: str,
    smallest_effect: float | None = None, limit: float = np.inf, title: str = "", narrow: bool = False,
) -> float:  # fmt: skip
    """
    Draw dots with intervals and words above them, over zero and the changes that are too small to matter.

    Parameters
    ----------
    ax : Axes
    marks : sequence of Mark
        From the top.
    words : Catalogue
    heading : str
        What the words of each row are.
    label : str
        What the axis is.
    smallest_effect : float, optional
        Shaded on both sides of zero.
    limit : float
        The largest possible change; an interval that reaches it is cut there, which an arrow shows.
    title : str
        Above the chart; none if empty.
    narrow : bool
        Whether words are above their dots even if there is room on the left.

    Returns
    -------
    float
        Height in points.
    """
    wide = is_wide(ax) and not narrow
    width = BESIDE * room(ax) if wide else room(ax)
    texts = [wrapped(heading, width), *(mark.lines(words, width) for mark in marks)] if marks else []
    centres, places, depth = _places(texts, wide=wide)
    _behind(ax, places, smallest_effect)
    _dots(ax, marks, places, limit)
    _ranges(ax, marks, places, limit)
    _hollow(ax, marks, places)
    _write(ax, ["\n".join(lines) for lines in texts], centres, wide=wide)
    ax.set_ylim(depth + 1, -2)
    beside = max((width_of(line) for lines in texts for line in lines), default=0.0) + LINE if wide else 0.0
    _axis(ax, marks, words, smallest_effect, limit)
    below = wrapped(label, room(ax) - beside)
    ax.set_xlabel("\n".join(below), loc="left")
    height = depth + 3 + AXIS + LINE * len(below) + headed(ax, title, beside)
    grow(ax, height)
    return height


def _places(texts: Sequence[list[str]], *, wide: bool) -> tuple[list[float], list[float], float]:
    """Positions of the words (heading first) and of the dots, and the total depth."""
    depth, centres, places = 0.0, [], []
    for lines in texts:
        centres.append(depth + LINE * len(lines) / 2)
        depth += LINE * len(lines)
        if lines is texts[0] or wide:
            places += [] if lines is texts[0] else [centres[-1]]
            depth += GAP
        else:
            places.append(depth + ABOVE)
            depth += ABOVE + BELOW
    return centres, places, max(depth, LINE)


def _write(ax: Axes, texts: Sequence[str], centres: Sequence[float], *, wide: bool) -> None:
    """Write the words of the rows, on the left if the chart is wide."""
    ax.set_ylabel("")
    ax.tick_params(axis="y", length=0)
    ax.set_yticks(centres if wide else [], texts if wide else [])
    for at, (text, centre) in enumerate(() if wide else zip(texts, centres, strict=True)):
        ax.annotate(text, (0, centre), xycoords=("axes fraction", "data"), va="center", linespacing=1.1,
                    color="black" if at else INK, in_layout=False)  # fmt: skip


def _behind(ax: Axes, places: Sequence[float], smallest_effect: float | None) -> None:
    """Draw zero and the changes that are too small to matter behind each dot."""
    for place in places:
        top, bottom = place - ABOVE + 1, place + ABOVE
        if smallest_effect is not None:
            size = (2 * smallest_effect, bottom - top)
            # the edge is for readers who cannot tell the pale grey from the page
            shade = Rectangle((-smallest_effect, top), *size, zorder=-1, facecolor=LIGHT, edgecolor=GREY, linewidth=0.8)
            ax.add_patch(shade)
        ax.plot([0, 0], [top, bottom], color=INK, linewidth=1, zorder=0)


def _dots(ax: Axes, marks: Sequence[Mark], places: Sequence[float], limit: float) -> None:
    data = pd.DataFrame({
        "x": [mark.estimate for mark in marks],
        "low": [max(mark.low, -limit) for mark in marks],
        "high": [min(mark.high, limit) for mark in marks],
        "place": list(places),
        "look": [" ".join(mark.look) for mark in marks],
    }).dropna(subset="x")  # fmt: skip
    if data.empty:
        return
    colours, markers = ({look: look.split()[part] for look in data["look"]} for part in (0, 1))
    plot = so.Plot(data, y="place", color="look", marker="look")
    plot = plot.add(so.Range(linewidth=2.2), xmin="low", xmax="high", legend=False, orient="y")
    plot = plot.add(so.Dot(pointsize=7), x="x", legend=False, orient="y")
    plot.scale(color=colours, marker=markers).on(ax).plot()


def _hollow(ax: Axes, marks: Sequence[Mark], places: Sequence[float]) -> None:
    """Draw the second dots, which have no interval."""
    for mark, place in zip(marks, places, strict=True):
        if not np.isnan(mark.hollow):
            ax.plot(
                [mark.hollow], [place], linestyle="none", marker="D", markersize=6, markerfacecolor="white",
                markeredgecolor=INK, zorder=3,
            )  # fmt: skip


def _ranges(ax: Axes, marks: Sequence[Mark], places: Sequence[float], limit: float) -> None:
    """Draw ranges without an estimate, and arrows where an interval reaches the largest possible change."""
    for mark, place in zip(marks, places, strict=True):
        colour = mark.look[0]
        if np.isnan(mark.estimate):
            ends = np.clip([mark.low, mark.high], -limit, limit)
            ax.plot(ends, [place, place], color=colour, linewidth=1.2, linestyle=(0, (3, 2)))
            ax.plot(ends, [place, place], color=colour, linestyle="none", marker="|", markersize=7)
        for end, beyond, arrow in ((-limit, mark.low <= -limit, "<"), (limit, mark.high >= limit, ">")):
            if beyond:
                ax.plot([end], [place], color=colour, marker=arrow, markersize=7)


def _axis(ax: Axes, marks: Sequence[Mark], words: Catalogue, smallest_effect: float | None, limit: float) -> None:
    matters = [] if smallest_effect is None else [-smallest_effect, smallest_effect]
    ends = [0.0, *matters, *(end for mark in marks for end in np.clip([mark.low, mark.high], -limit, limit))]
    margin = 0.06 * (max(ends) - min(ends) or 1)
    ax.set_xlim(min(ends) - margin, max(ends) + margin)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=6, steps=STEPS))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.plain(round(value, 9))))
