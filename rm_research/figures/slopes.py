"""Slopes: a line for each arm from its mean before to its mean after, with labels beside the dots."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from rm_research.figures.lettering import apart
from rm_research.figures.sheet import write_beside
from rm_research.figures.style import GREY, LINE

GAP = 7  # points between a dot and its label, and between the dots of two arms


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


@dataclass(frozen=True)
class Columns:
    """Points from the left: end of the axis numbers, both surveys, start of the labels; and the labels' lines."""

    axis: float
    before: float
    after: float
    label: float
    lefts: list[list[str]]
    rights: list[list[str]]


def draw_lines(
    ax: Axes, means: Sequence[Means], columns: Columns, place: Callable[[float], float], wide: float
) -> None:
    """Draw each arm's line from mean to mean, and the interval of each mean."""
    for at, mean in enumerate(means):
        colour, marker = mean.look
        x, moments = _sides(columns, at), (mean.before, mean.after)
        ax.plot(x, [place(one.mean) for one in moments], color=colour, marker=marker, linewidth=wide, markersize=6)
        known = [(left, one) for left, one in zip(x, moments, strict=True) if not np.isnan(one.low)]
        for left, one in known:
            ax.plot([left, left], [place(one.low), place(one.high)], color=colour, linewidth=1.6)


def _sides(columns: Columns, at: int) -> list[float]:
    """Where the arm at a place has its two dots."""
    return [columns.before + GAP * at, columns.after + GAP * at]


def draw_people(
    ax: Axes, means: Sequence[Means], people: pd.DataFrame, columns: Columns, place: Callable[[float], float]
) -> None:
    """Draw a thin line with dots for each person, in notebooks alone: pages may not show people."""
    import seaborn as sns  # here: pages need not wait for it

    for at, mean in enumerate(means):
        if not len(rows := people[people["arm"] == mean.arm]):
            continue
        ends = {"person": [*range(len(rows))] * 2, "x": np.repeat(_sides(columns, at), len(rows)),
                "y": [place(score) for score in (*rows["pre"], *rows["post"])]}  # fmt: skip
        thin = {"color": GREY, "linewidth": 0.5, "alpha": 0.6, "zorder": 1, "marker": "o", "markersize": 2.5,
                "markeredgewidth": 0}  # fmt: skip
        sns.lineplot(ends, x="x", y="y", units="person", estimator=None, ax=ax, **thin)


def draw_labels(
    ax: Axes, means: Sequence[Means], columns: Columns, place: Callable[[float], float], ends: tuple[float, float]
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
