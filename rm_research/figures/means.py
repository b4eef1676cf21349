"""Means before and after, joined by a line for each arm if its people are the same, over the whole printed range."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import MaxNLocator

from rm_research.catalogue import Catalogue, capital
from rm_research.claims import Claims
from rm_research.disclosure.printed import printed_number
from rm_research.effects.estimate import Estimate
from rm_research.figures.lettering import apart, width_of, wrapped
from rm_research.figures.rows import STEPS
from rm_research.figures.style import GREY, INK, LIGHT, LINE, canvas, room

ABOVE = 10  # points between the changes and the means
DEPTH = 132  # points from the lowest to the highest score
GAP = 7  # points between a dot and its label, and between the dots of two arms
SHORTEST = 60  # points from before to after, however long the labels
WIDEST = 0.42  # share of the width that the labels on the right may take
MOST_STEPS = 7  # of a printed range in which each step has a number


@dataclass(frozen=True)
class Moment:
    """Mean of an arm at one survey, with its interval; its ends are missing if there is none."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Means:
    """Means of an arm before and after, and how the arm looks."""

    arm: str
    label: str
    look: tuple[str, str]
    before: Moment
    after: Moment


def means_of(row: Estimate, label: str, look: tuple[str, str], claims: Claims) -> Means | None:
    """Means behind a change; None if it has none."""
    detail = claims.disclosed.estimates.detail
    before, after = (
        Moment(*(printed_number(detail(row.id, f"mean_{when}{end}")) for end in ("", "_low", "_high")))
        for when in ("pre", "post")
    )
    bounds = [detail(row.id, f"mean_{when}_bound") for when in ("pre", "post")]
    if np.isnan([before.mean, after.mean]).any() or not np.isnan(bounds).all():
        return None
    return Means(row.arm, label, look, before, after)


def draw_means(
    ax: Axes, means: Sequence[Means], claims: Claims, *, scale: str, after: str, people: pd.DataFrame | None = None
) -> float:
    """
    Line of each arm from its mean before to its mean after, with intervals; no line where waves are not linked.

    Parameters
    ----------
    ax : Axes
    means : sequence of Means
    claims : Claims
    scale : str
        Its whole printed range is shown; if it has none, the range of what is drawn, and the chart says so.
    after : str
        What the later survey is called.
    people : DataFrame, optional
        Rows of the Panel: a line for each person with both scores.

    Returns
    -------
    float
        Height in points.
    """
    words, limits = claims.words, claims.study.scale_range(scale)
    people = (
        pd.DataFrame({"arm": [], "pre": [], "post": []}) if people is None else people.dropna(subset=["pre", "post"])
    )
    low, high = limits or _range(means, people)
    ticks = _ticks(low, high, whole=limits is not None)
    unit = claims.unit(claims.study.scale(scale))
    key = "chart.means_part" if limits is None else "chart.means"
    ends = {"low": words.plain(low), "high": words.plain(high)}
    width = room(ax)
    heading = wrapped(words.say(key, unit=unit, **ends), width)
    top = ABOVE + LINE * (len(heading) + 0.8)

    def place(score: float) -> float:
        return top + DEPTH * (high - min(max(score, low), high)) / (high - low)

    ax.text(0, ABOVE, "\n".join(heading), va="top", linespacing=1.1)
    columns = _columns(means, ticks, words, width)
    _frame(ax, ticks, columns, place, words, after)
    _lines(ax, means, people, columns, place, joined=claims.study.link.method != "none")
    _labels(ax, means, columns, place, words, (top - LINE / 2, top + DEPTH + LINE / 2))
    height = top + DEPTH + 2 * LINE
    canvas(ax, height)
    return height


@dataclass(frozen=True)
class _Columns:
    """Points from the left: end of the axis numbers, both surveys, start of the labels; and the labels' lines."""

    axis: float
    before: float
    after: float
    label: float
    rights: list[list[str]]


def _columns(means: Sequence[Means], ticks: Sequence[float], words: Catalogue, width: float) -> _Columns:
    axis = max(width_of(words.plain(round(tick, 9))) for tick in ticks)
    before = axis + 6 + max(width_of(_number(mean.before.mean, words)) for mean in means) + 2 * GAP
    taken = 2 * GAP + GAP * (len(means) - 1)
    texts = [words.say("chart.mean_arm", mean=_number(mean.after.mean, words), arm=mean.label) for mean in means]
    word = max(width_of(part) for text in texts for part in text.split())
    longest = min(WIDEST * width, max(word, width - before - taken - SHORTEST))
    lines = [wrapped(text, longest) for text in texts]
    label = width - max(width_of(line) for label_lines in lines for line in label_lines)
    return _Columns(axis, before, label - taken, label, lines)


def _number(mean: float, words: Catalogue) -> str:
    """Write a mean; large means have fewer decimals, which would take space and say nothing."""
    return words.number(mean, decimals=2 if abs(mean) < 100 else 1 if abs(mean) < 1000 else 0)


def _range(means: Sequence[Means], people: pd.DataFrame) -> tuple[float, float]:
    """Ends of the axis if the scale has no printed range."""
    moments = [moment for mean in means for moment in (mean.before, mean.after)]
    scores = np.array(
        [*people["pre"], *people["post"], *(end for m in moments for end in (m.mean, m.low, m.high))], float
    )
    low, high = float(np.nanmin(scores)), float(np.nanmax(scores))
    margin = 0.08 * (high - low or 1.0)
    return low - margin, high + margin


def _ticks(low: float, high: float, *, whole: bool) -> list[float]:
    """Numbers along the axis: every step of a short printed range, else some of them; always both ends of a range."""
    if whole and (high - low) % 1 == 0 and high - low < MOST_STEPS:
        return [low + step for step in range(int(high - low) + 1)]
    inner = [float(tick) for tick in MaxNLocator(5, steps=STEPS).tick_values(low, high) if low <= tick <= high]
    if not whole:
        return inner
    near = 0.12 * (high - low)
    return [low, *(tick for tick in inner if low + near <= tick <= high - near), high]


def _frame(
    ax: Axes, ticks: Sequence[float], columns: _Columns, place: Callable[[float], float], words: Catalogue, after: str
) -> None:
    for tick in ticks:
        ax.plot([columns.axis + 4, columns.label - 4], [place(tick)] * 2, color=LIGHT, linewidth=1, zorder=0)
        ax.text(columns.axis, place(tick), words.plain(round(tick, 9)), ha="right", va="center", color=INK)
    bottom = place(-np.inf) + LINE
    names = (capital(words.say("waves.pre")), capital(after))
    ax.text(columns.before, bottom, names[0], ha="center", va="center")
    ax.text(columns.after, bottom, names[1], ha="center", va="center")


def _lines(
    ax: Axes, means: Sequence[Means], people: pd.DataFrame, columns: _Columns, place: Callable[[float], float], *,
    joined: bool,
) -> None:  # fmt: skip
    for at, mean in enumerate(means):
        colour, marker = mean.look
        x = np.array([columns.before, columns.after]) + GAP * at
        rows = people[people["arm"] == mean.arm]
        lines = [[(x[0], place(pre)), (x[1], place(post))] for pre, post in zip(rows["pre"], rows["post"], strict=True)]
        ax.add_collection(LineCollection(lines, colors=GREY, linewidths=0.5, alpha=0.6, zorder=1))
        moments = (mean.before, mean.after)
        heights, wide = [place(moment.mean) for moment in moments], 1.6 if joined else 0
        ax.plot(x, heights, color=colour, marker=marker, linewidth=wide, markersize=6)
        for left, moment in zip(x, moments, strict=True):
            if not np.isnan(moment.low):
                ax.plot([left, left], [place(moment.low), place(moment.high)], color=colour, linewidth=1.6)


def _labels(
    ax: Axes, means: Sequence[Means], columns: _Columns, place: Callable[[float], float], words: Catalogue,
    ends: tuple[float, float],
) -> None:  # fmt: skip
    """Write the means beside their dots, moved apart where they would overlap, each with a line to its dot."""
    lefts = [[_number(mean.before.mean, words)] for mean in means]
    dodge = GAP * (len(means) - 1)
    sides = (
        (lefts, [mean.before.mean for mean in means], columns.before - GAP - 2, columns.before, "right"),
        (columns.rights, [mean.after.mean for mean in means], columns.after + dodge + GAP + 2, columns.after, "left"),
    )
    for texts, values, edge, dot, side in sides:
        wanted = [place(value) for value in values]
        places = apart(wanted, [LINE * len(lines) for lines in texts], *ends)
        for at, (lines, from_, to) in enumerate(zip(texts, wanted, places, strict=True)):
            ax.plot([dot + GAP * at, edge], [from_, to], color=means[at].look[0], linewidth=0.6)
            gap = 2 if side == "left" else -2
            ax.text(edge + gap, to, "\n".join(lines), ha=side, va="center", linespacing=1.1)
