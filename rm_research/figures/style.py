"""The look of all charts: colours, sizes, and figures as high as their chart needs."""

from typing import Any, cast

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

WIDTH = 3.3  # inches: a phone of 320 px shows this at five sixths, so 11 points are still 9
WIDE = 7.2  # inches: for a slide, with panels side by side and words beside their dots
SIZE, TITLE_SIZE, LINE = 11, 12, 14  # points: size of letters, and distance of lines
EDGE = 2  # points between a chart and the edge of its figure
ROW, FRAME = 0.42, 0.72  # inches: a row of one line, and the axis below
INK, GREY, LIGHT = "#3D3D3D", "#949494", "#E8E8E8"
STYLE: dict[Any, Any] = {
    "font.size": SIZE,
    "font.family": "DejaVu Sans",
    "text.parse_math": False,  # a cohort's name may hold dollar signs
    "svg.fonttype": "none",  # keep text as text: a third of the size, and in the page's own font
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.edgecolor": INK,
    "axes.facecolor": "white",
    "axes.labelsize": SIZE,
    "axes.titlesize": TITLE_SIZE,
    "axes.titlepad": 9,
    "figure.facecolor": "white",
    "xtick.color": INK,
    "ytick.color": INK,
    "svg.hashsalt": "rm_research",  # otherwise ids are random and equal runs differ
}
COLOURS = {"programme": "#12436D", "comparison": "#3D3D3D", "difference": "#801650"}
MARKERS = {"programme": "o", "comparison": "s", "difference": "D"}
ARMS = ((COLOURS["programme"], "o"), ("#28A197", "^"), ("#F46A25", "v"))  # of the programme, usual arm first


def look(kind: str, arm: int = 0) -> tuple[str, str]:
    """Colour and marker of a kind of row; each arm of the programme has its own."""
    return ARMS[arm % len(ARMS)] if kind == "programme" else (COLOURS[kind], MARKERS[kind])


class Sheet(Figure):
    """A figure as wide as a chart, whose height the chart decides; other figures keep their size."""


def blank_axes(n_rows: int = 1, *, width: float = WIDTH) -> Axes:
    """Axes for a chart of `n_rows` rows, in a figure that grows as needed and that no notebook shows by itself."""
    with mpl.rc_context(STYLE):
        size = (width, FRAME + ROW * max(1, n_rows))
        return _filled(Sheet(figsize=size, layout="constrained"))


def notebook_axes() -> Axes:
    """Axes in a figure that a notebook shows."""
    return _filled(plt.figure(FigureClass=Sheet, figsize=(WIDTH, FRAME + ROW), layout="constrained"))


def _filled(figure: Figure) -> Axes:
    """Axes that fill the figure except for its edge."""
    cast(ConstrainedLayoutEngine, figure.get_layout_engine()).set(w_pad=EDGE / 72)
    return figure.subplots()


def further(ax: Axes) -> Axes | None:
    """Axes for a second panel, beside `ax` if it is wide, else below; None if its space cannot be divided."""
    spec = ax.get_subplotspec()
    if spec is None:
        return None
    parts = spec.subgridspec(1, 2, wspace=0.08) if is_wide(ax) else spec.subgridspec(2, 1)
    ax.set_subplotspec(parts[0])
    return cast(Figure, ax.figure).add_subplot(parts[1])


def divide(ax: Axes, second: Axes, heights: tuple[float, float]) -> None:
    """Divide the height between two panels, which count points from top to bottom."""
    spec = second.get_subplotspec()
    parts = spec.get_gridspec() if spec else None
    if parts is None or parts.ncols > 1:
        grow(ax, max(heights[0], heights[1] + heights[0] - np.subtract(*ax.get_ylim())))
        return
    parts.set_height_ratios([float(np.subtract(*panel.get_ylim())) for panel in (ax, second)])
    grow(ax, sum(heights))


def room(ax: Axes) -> float:
    """Width in points that a chart in these axes may take."""
    figure = cast(Figure, ax.figure)
    share = ax.get_position(original=True).width / (figure.subplotpars.right - figure.subplotpars.left)
    return float(72 * figure.get_figwidth() * share - 2 * EDGE)


def is_wide(ax: Axes) -> bool:
    """Whether there is room for words beside what they describe."""
    return room(ax) > 36 * WIDE + 18 * WIDTH


def grow(ax: Axes, points: float) -> None:
    """Set the height of a chart's own figure; a figure made elsewhere keeps its size."""
    if isinstance(ax.figure, Sheet):
        ax.figure.set_size_inches(ax.figure.get_figwidth(), points / 72)


def canvas(ax: Axes, height: float) -> None:
    """Make axes a blank sheet of this height, on which x and y count points from the top left."""
    ax.set_axis_off()
    ax.set_xlim(0, room(ax))
    ax.set_ylim(max(height, 1), 0)
    for text in ax.texts:
        text.set_in_layout(False)  # its place is worked out here; text that is a hair too wide must not shrink the rest
