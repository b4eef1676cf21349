"""Axes as a sheet of paper: y counts points from the top, text stands where it is put, the height comes last."""

import warnings
from collections.abc import Callable, Sequence
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rm_research.figures.lettering import width_of, wrapped
from rm_research.figures.style import EDGE, LINE, SIZE, TITLE_SIZE, WIDE, WIDTH, Sheet, notebook_axes

BASE = 10.5  # points from the top of a line to the foot of its letters
BETWEEN = 10  # points between two panels
APART = 18  # points between two charts


Draw = Callable[[Axes, float], list[tuple[Axes, float]]]


def on_sheet(
    ax: Axes | None, charts: Sequence[tuple[str, Draw]], *, width: float | str | None = None, nothing: str = ""
) -> Axes:  # fmt: skip
    """
    Draw charts one below the other, each below its title, on new axes unless some are given.

    Parameters
    ----------
    ax : Axes, optional
    charts : sequence of (str, callable)
        Title, empty for none; and what draws: it gets axes and the depth used so far, and returns each panel with its
        depth, those axes first.
    width : float or str, optional
        Of a new figure, as `notebook_axes` takes it.
    nothing : str
        Stands there where there is no chart.

    Returns
    -------
    Axes
        The first panel.
    """
    ax = notebook_axes(width) if ax is None else ax
    drawn = []
    charts = charts or ([(nothing, lambda panel, depth: [(panel, depth)])] if nothing else [])
    for place, (title, draw) in zip(_below(ax, len(charts)), charts, strict=True):
        lines = wrapped(title, room(place), TITLE_SIZE)
        depth = write(place, lines, 0, 0, size=TITLE_SIZE) + (LINE / 2 if lines else 0)
        drawn.append([(panel, max(deep, 1.0)) for panel, deep in draw(place, depth)])
    _finish(drawn or [[(ax, 1.0)]])
    return ax


def _below(ax: Axes, n: int) -> list[Axes]:
    """Axes for some charts, one below the other in the space of `ax`, which is the first."""
    left, bottom, width, height = ax.get_position().bounds
    boxes = [(left, bottom + height * (n - 1 - place) / n, width, height / n) for place in range(n)]
    if n > 1:
        ax.set_position(boxes[0])
    return [ax, *(cast(Figure, ax.figure).add_axes(box) for box in boxes[1:])][:n]


def room(ax: Axes) -> float:
    """Width in points that a chart in these axes may take."""
    return float(72 * cast(Figure, ax.figure).get_figwidth() * ax.get_position().width)


def is_wide(ax: Axes) -> bool:
    """Whether there is room for words beside what they describe."""
    return room(ax) > 36 * (WIDE + WIDTH)


def write(
    ax: Axes, lines: Sequence[str], x: float, y: float, *, side: str = "left", colour: str = "black", size: float = SIZE
) -> float:
    """Write lines `x` points from the left, the first one's top at `y`; return where the last one ends."""
    step, across = LINE * size / SIZE, ax.get_yaxis_transform()
    for at, line in enumerate(lines):
        place = (x / room(ax), y + step * at + BASE * size / SIZE)
        ax.text(*place, line, ha=side, va="baseline", color=colour, size=size, transform=across)
    return y + step * len(lines)


def write_beside(
    ax: Axes, lines: Sequence[str], x: float, middle: float, *, side: str = "left", colour: str = "black"
) -> None:
    """Write lines whose middle is at the height `middle`."""
    write(ax, lines, x, middle - LINE * len(lines) / 2, side=side, colour=colour)


def longest(lines: Sequence[str]) -> float:
    """Width of the widest line."""
    return max(map(width_of, lines), default=0.0)


def second_panel(ax: Axes) -> Axes:
    """Axes for a second panel, beside `ax` if it is wide, else below, in one half of its space."""
    left, bottom, width, height = ax.get_position().bounds
    if is_wide(ax):
        half = width * (0.5 - BETWEEN / room(ax))
        ax.set_position((left, bottom, half, height))
        return cast(Figure, ax.figure).add_axes((left + width - half, bottom, half, height))
    ax.set_position((left, bottom + height / 2, width, height / 2))
    return cast(Figure, ax.figure).add_axes((left, bottom, width, height / 2))


def in_points(ax: Axes) -> None:
    """Let x count points from the left."""
    ax.set_xlim(0, room(ax))


def _finish(charts: Sequence[Sequence[tuple[Axes, float]]]) -> None:
    """Divide the height between what stands one below the other, and give a chart's own figure its height."""
    figure = cast(Figure, charts[0][0][0].figure)
    rows = [row for chart in charts for row in _rows(chart)]
    spans = [max(depth for _, depth in row) + 2 * EDGE for row in rows]
    spans = [span + (APART if last else 0) for span, last in zip(spans, _ends(charts), strict=True)]
    boxes = [row[0][0].get_position() for row in rows]
    total, top, height = sum(spans), boxes[0].y1, boxes[0].y1 - boxes[-1].y0
    for row, span in zip(rows, spans, strict=True):
        share = height * span / total
        for panel, _ in row:
            panel.set_axis_off()
            panel.set_ylim(span - EDGE, -EDGE)
            if len(rows) > 1:
                box = panel.get_position()
                panel.set_position((box.x0, top - share, box.width, share))
        top -= share
    if isinstance(figure, Sheet):
        figure.set_size_inches(figure.get_figwidth(), total / 72)
    elif total > 72 * figure.get_figheight() * height + 1:
        warnings.warn(
            f"This chart needs {total / 72:.1f} inches of height and has {figure.get_figheight() * height:.1f}, so its "
            "words overlap. Give ax= more height, or more width.",
            stacklevel=6,  # the line that called rm.plot_…
        )


def _rows(chart: Sequence[tuple[Axes, float]]) -> list[list[tuple[Axes, float]]]:
    """Panels of a chart that stand abreast as one row; one below the other, each is a row."""
    abreast = len(chart) > 1 and chart[0][0].get_position().x0 != chart[1][0].get_position().x0
    return [list(chart)] if abreast else [[panel] for panel in chart]


def _ends(charts: Sequence[Sequence[tuple[Axes, float]]]) -> list[bool]:
    """Whether another chart follows each row of panels."""
    ends = [[False] * (len(_rows(chart)) - 1) + [True] for chart in charts]
    return [end for of_chart in ends[:-1] for end in of_chart] + [False] * len(ends[-1])
