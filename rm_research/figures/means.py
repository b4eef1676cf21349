"""Means before and after, joined by a line for each arm if its people are the same, over the whole printed range."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from rm_research.catalogue import Catalogue, capital
from rm_research.claims import Claims
from rm_research.disclosure.printed import printed_number
from rm_research.effects.estimate import Estimate
from rm_research.figures.lettering import apart, wrapped
from rm_research.figures.rows import STEPS
from rm_research.figures.sheet import in_points, longest, room, write, write_beside
from rm_research.figures.style import GREY, INK, LIGHT, LINE

DEPTH = 104  # points from the lowest to the highest score, unless labels need more
GAP = 7  # points between a dot and its label, and between the dots of two arms
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
    ax: Axes, depth: float, means: Sequence[Means], claims: Claims, *, scale: str, after: str,
    people: pd.DataFrame | None = None,
) -> float:  # fmt: skip
    """
    Line of each arm from its mean before to its mean after, with intervals; no line where waves are not linked.

    Parameters
    ----------
    ax : Axes
    depth : float
        Points from the top that are taken.
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
        Where the chart ends, in points from the top.
    """
    people = pd.DataFrame(columns=["arm", "pre", "post"]) if people is None else people.dropna(subset=["pre", "post"])
    words, limits = claims.words, claims.study.scale_range(scale)
    low, high = limits or _range(means, people)
    ticks = _ticks(low, high, whole=limits is not None)
    key = "chart.means_part" if limits is None else "chart.means"
    ends = {"low": words.plain(low), "high": words.plain(high), "unit": claims.unit(claims.study.scale(scale))}
    in_points(ax)
    top = write(ax, wrapped(words.say(key, **ends), room(ax)), 0, depth, colour=INK) + LINE
    columns = _columns(ax, means, ticks, words)
    deep = max(DEPTH, LINE * (sum(map(len, columns.rights)) - 1))

    def place(score: float) -> float:
        return top + deep * (high - min(max(score, low), high)) / (high - low)

    _lines(ax, means, people, columns, place, joined=claims.study.link.method != "none")
    _labels(ax, means, columns, place, (top - LINE / 2, top + deep + LINE / 2))
    return _frame(ax, ticks, columns, place, words, after)


@dataclass(frozen=True)
class _Columns:
    """Points from the left: end of the axis numbers, both surveys, start of the labels; and the labels' lines."""

    axis: float
    before: float
    after: float
    label: float
    lefts: list[list[str]]
    rights: list[list[str]]


def _columns(ax: Axes, means: Sequence[Means], ticks: Sequence[float], words: Catalogue) -> _Columns:
    axis = longest([words.plain(round(tick, 9)) for tick in ticks])
    lefts = [[_number(mean.before.mean, words)] for mean in means]
    texts = [words.say("chart.mean_arm", mean=_number(mean.after.mean, words), arm=mean.label) for mean in means]
    rights = [wrapped(text, WIDEST * room(ax)) for text in texts]
    label = room(ax) - max(map(longest, rights))
    before = axis + 6 + max(map(longest, lefts)) + 2 * GAP
    return _Columns(axis, before, label - 2 * GAP - GAP * (len(means) - 1), label, lefts, rights)


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
) -> float:
    """Draw the levels of the scale and name both surveys below them; return where the names end."""
    for tick in ticks:
        ax.plot([columns.axis + 4, columns.label - 4], [place(tick)] * 2, color=LIGHT, linewidth=1, zorder=0)
        write_beside(ax, [words.plain(round(tick, 9))], columns.axis, place(tick), side="right", colour=INK)
    middle, bottom = (columns.before + columns.after) / 2, place(-np.inf) + LINE / 2
    sides = ((columns.before, 0.0, middle, words.say("waves.pre")), (columns.after, middle, room(ax), after))
    names = [
        write(ax, wrapped(capital(name), 2 * min(x - low, high - x) - GAP), x, bottom, side="center")
        for x, low, high, name in sides
    ]
    return max(names)


def _lines(
    ax: Axes, means: Sequence[Means], people: pd.DataFrame, columns: _Columns, place: Callable[[float], float], *,
    joined: bool,
) -> None:  # fmt: skip
    for at, mean in enumerate(means):
        colour, marker = mean.look
        x = np.array([columns.before, columns.after]) + GAP * at
        rows = people[people["arm"] == mean.arm]
        if len(rows):
            import seaborn as sns  # here: pages, which may not show people, need not wait for it

            ends = {"person": [*range(len(rows))] * 2, "x": np.repeat(x, len(rows)),
                    "y": [place(score) for score in (*rows["pre"], *rows["post"])]}  # fmt: skip
            thin = {
                "color": GREY,
                "linewidth": 0.5,
                "alpha": 0.6,
                "zorder": 1,
                "marker": "o",
                "markersize": 2.5,
                "markeredgewidth": 0,
            }
            sns.lineplot(ends, x="x", y="y", units="person", estimator=None, ax=ax, **thin)
        moments = (mean.before, mean.after)
        heights, wide = [place(moment.mean) for moment in moments], 1.8 if joined else 0
        ax.plot(x, heights, color=colour, marker=marker, linewidth=wide, markersize=6)
        for left, moment in zip(x, moments, strict=True):
            if not np.isnan(moment.low):
                ax.plot([left, left], [place(moment.low), place(moment.high)], color=colour, linewidth=1.6)


def _labels(
    ax: Axes, means: Sequence[Means], columns: _Columns, place: Callable[[float], float], ends: tuple[float, float]
) -> None:
    """Write the means beside their dots, moved apart where they would overlap, each with a line to its dot."""
    dodge = GAP * (len(means) - 1)
    sides = (
        (columns.lefts, [mean.before.mean for mean in means], columns.before - GAP - 2, columns.before, "right"),
        (columns.rights, [mean.after.mean for mean in means], columns.after + dodge + GAP + 2, columns.after, "left"),
    )
    for texts, values, edge, dot, side in sides:
        wanted = [place(value) for value in values]
        places = apart(wanted, [LINE * len(lines) for lines in texts], *ends)
        for at, (lines, from_, to) in enumerate(zip(texts, wanted, places, strict=True)):
            ax.plot([dot + GAP * at, edge], [from_, to], color=means[at].look[0], linewidth=0.6)
            write_beside(ax, lines, edge + (2 if side == "left" else -2), to, side=side)
