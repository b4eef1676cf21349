"""Means before and after, joined by a line for each arm if its people are the same, over the whole printed range."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from rm_research.catalogue import Catalogue, capital
from rm_research.claims import Claims
from rm_research.disclosure.printed import printed_number
from rm_research.effects.estimate import Estimate
from rm_research.figures.axis import printed_range, ticks
from rm_research.figures.lettering import wrapped
from rm_research.figures.sheet import in_points, longest, room, write, write_beside
from rm_research.figures.slopes import GAP, Columns, Means, Moment, draw_labels, draw_lines, draw_people
from rm_research.figures.style import INK, LIGHT, LINE

DEPTH = 104  # points from the lowest to the highest score, unless labels need more
WIDEST = 0.42  # share of the width that the labels on the right may take


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
    low, high = limits or _drawn_range(means, people)
    numbers = ticks(low, high, whole=limits is not None)
    key = "chart.means_part" if limits is None else "chart.means"
    ends = {"low": words.plain(low), "high": words.plain(high), "unit": claims.unit(claims.study.scale(scale))}
    in_points(ax)
    top = write(ax, wrapped(words.say(key, **ends), room(ax)), 0, depth, colour=INK) + LINE
    columns = _columns(ax, means, numbers, words)
    deep = max(DEPTH, LINE * (sum(map(len, columns.rights)) - 1))

    def place(score: float) -> float:
        return top + deep * (high - min(max(score, low), high)) / (high - low)

    draw_lines(ax, means, columns, place, 1.8 if claims.study.link.method != "none" else 0)
    if len(people):
        draw_people(ax, means, people, columns, place)
    draw_labels(ax, means, columns, place, (top - LINE / 2, top + deep + LINE / 2))
    return _frame(ax, numbers, columns, place, words, after)


def _columns(ax: Axes, means: Sequence[Means], ticks: Sequence[float], words: Catalogue) -> Columns:
    axis = longest([words.plain(round(tick, 9)) for tick in ticks])
    lefts = [[_number(mean.before.mean, words)] for mean in means]
    texts = [words.say("chart.mean_arm", mean=_number(mean.after.mean, words), arm=mean.label) for mean in means]
    rights = [wrapped(text, WIDEST * room(ax)) for text in texts]
    label = room(ax) - max(map(longest, rights))
    before = axis + 6 + max(map(longest, lefts)) + 2 * GAP
    return Columns(axis, before, label - 2 * GAP - GAP * (len(means) - 1), label, lefts, rights)


def _drawn_range(means: Sequence[Means], people: pd.DataFrame) -> tuple[float, float]:
    """Range of all that is drawn."""
    moments = [moment for mean in means for moment in (mean.before, mean.after)]
    return printed_range([*people["pre"], *people["post"], *(end for m in moments for end in (m.mean, m.low, m.high))])


def _number(mean: float, words: Catalogue) -> str:
    """Write a mean; large means have fewer decimals, which would take space and say nothing."""
    return words.number(mean, decimals=2 if abs(mean) < 100 else 1 if abs(mean) < 1000 else 0)


def _frame(
    ax: Axes, ticks: Sequence[float], columns: Columns, place: Callable[[float], float], words: Catalogue, after: str
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
