"""A chart whose x and y are points: drawn from the top, and as high as it needs to be."""

from collections.abc import Callable

from matplotlib.axes import Axes

from rm_research.figures.lettering import headed
from rm_research.figures.style import canvas, grow, notebook_axes


def on_sheet(ax: Axes | None, title: str, draw: Callable[[Axes], float]) -> Axes:
    """Draw below a title, on new axes unless some are given; `draw` returns the depth it used."""
    ax = notebook_axes() if ax is None else ax
    above, depth = headed(ax, title), draw(ax)
    canvas(ax, depth)
    grow(ax, depth + above + 6)
    return ax
