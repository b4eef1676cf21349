"""Axes as a sheet of paper: y counts points from the top, text stands where it is put, the height comes last."""

from collections.abc import Callable, Sequence
from typing import cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rm_research.figures.lettering import width_of, wrapped
from rm_research.figures.style import EDGE, LINE, SIZE, TITLE_SIZE, WIDE, WIDTH, Sheet, notebook_axes

BASE = 10.5  # points from the top of a line to the foot of its letters
BETWEEN = 10  # points between two panels


def on_sheet(ax: Axes | None, title: str, draw: Callable[[Axes, float], list[tuple[Axes, float]]]) -> Axes:
    """
    Draw below a title, on new axes unless some are given.

    Parameters
    ----------
    ax : Axes, optional
    title : str
        None if empty.
    draw : callable
        Gets the axes and the depth used so far; returns each panel with its depth, `ax` first.

    Returns
    -------
    Axes
        The first panel.
    """
    ax = notebook_axes() if ax is None else ax
    lines = wrapped(title, room(ax), TITLE_SIZE)
    depth = write(ax, lines, 0, 0, size=TITLE_SIZE) + (LINE / 2 if lines else 0)
    panels = draw(ax, depth)
    _finish([panel for panel, _ in panels], [max(depth, 1.0) for _, depth in panels])
    return ax


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


def _finish(panels: Sequence[Axes], depths: Sequence[float]) -> None:
    """Divide the height between panels that stand one below the other, and give a chart's own figure its height."""
    boxes, figure = [panel.get_position() for panel in panels], cast(Figure, panels[0].figure)
    abreast = len(boxes) > 1 and boxes[0].x0 != boxes[1].x0
    spans = [(max(depths) if abreast else depth) + 2 * EDGE for depth in depths]
    total = spans[0] if abreast else sum(spans)
    top, height = boxes[0].y1, boxes[0].y1 - boxes[-1].y0
    for panel, box, span in zip(panels, boxes, spans, strict=True):
        panel.set_axis_off()
        panel.set_ylim(span - EDGE, -EDGE)
        if len(panels) > 1 and not abreast:
            share = height * span / total
            panel.set_position((box.x0, top - share, box.width, share))
            top -= share
    if isinstance(figure, Sheet):
        figure.set_size_inches(figure.get_figwidth(), total / 72)
