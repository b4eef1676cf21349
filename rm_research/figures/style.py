"""The look of all charts: colours for light and dark pages, sizes, and fixed margins."""

from collections.abc import Callable
from functools import wraps
from numbers import Real
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.backends import backend_registry
from matplotlib.figure import Figure

from rm_research.errors import SelectionError

P = ParamSpec("P")
R = TypeVar("R")
WIDTH = 255 / 72  # inches, 340 px of a page: shown in 288 px, on a phone of 320, letters of 11 points have more than 9
WIDE = 7.2  # inches: for a slide, with panels side by side and words beside their dots
SIZE, TITLE_SIZE, LINE = 11, 12, 14  # points: size of letters, and distance of lines
NARROWEST, WIDEST = 2.5, 30.0  # inches
EDGE = 2  # points between a chart and the edge of its figure
INK, GREY, LIGHT, MIDDLE, PAPER = "#3D3D3D", "#767676", "#E8E8E8", "#D9D9D9", "#FFFFFF"
STYLE: dict[Any, Any] = {
    "font.size": SIZE,
    "font.family": "DejaVu Sans",
    "text.parse_math": False,  # a cohort's name may hold dollar signs
    "svg.fonttype": "none",  # text stays text; the page carries the font
    "axes.facecolor": "none",
    "figure.facecolor": "white",
    "path.simplify": False,
    "svg.hashsalt": "rm_research",  # otherwise ids are random and equal runs differ
}
COLOURS = {"programme": "#12436D", "comparison": INK, "difference": "#801650"}
MARKERS = {"programme": "o", "comparison": "s", "difference": "D"}
ARMS = ((COLOURS["programme"], "o"), ("#28A197", "^"), ("#F46A25", "v"))  # of the programme, usual arm first
# what a page calls each colour, with its counterparts on the cards of light and of dark pages
ON_PAGES = {
    "#000000": ("ink", "#000000", "#ECECF1"),
    PAPER: ("paper", "#FFFFFF", "#22252C"),
    COLOURS["programme"]: ("programme", "#12436D", "#7DB9F2"),
    COLOURS["comparison"]: ("comparison", "#3D3D3D", "#C9CBD3"),
    COLOURS["difference"]: ("difference", "#801650", "#F08FC0"),
    ARMS[1][0]: ("second", "#1F8F86", "#4CC9BE"),
    ARMS[2][0]: ("third", "#D9541A", "#FF9A62"),
    GREY: ("edge", "#767676", "#8F95A3"),
    LIGHT: ("band", "#E3E6EB", "#353A44"),
    MIDDLE: ("middle", "#D3D6DB", "#4A505D"),
}


def look(kind: str, arm: int = 0) -> tuple[str, str]:
    """Colour and marker of a kind of row; each arm of the programme has its own."""
    return ARMS[arm % len(ARMS)] if kind == "programme" else (COLOURS[kind], MARKERS[kind])


WIDTHS = {"notebook": WIDE, "column": 89 / 25.4, "page": 183 / 25.4}  # inches: two columns of a journal are a page
SAVED: dict[Any, Any] = {"pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "path"}  # letters as journals take them


class Sheet(Figure):
    """A figure as wide as a chart, whose height the chart decides; other figures keep their size."""


class Notebook(Sheet):
    """A figure that a notebook shows, and that is saved as journals take it."""

    def savefig(self, *args: Any, **options: Any) -> None:
        """Save as Matplotlib does: as vectors where the name ends in .pdf, .svg or .eps."""
        with mpl.rc_context({**STYLE, **SAVED}):
            super().savefig(*args, **options)


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw in the style of our charts, and leave Matplotlib's own settings as they are."""

    @wraps(draw)
    def drawn(*args: P.args, **options: P.kwargs) -> R:
        if options.get("ax") is None:
            # a notebook's backend sets how charts are shown when it is loaded: within the style, that would be undone
            backend_registry.load_backend_module(mpl.get_backend())
        with mpl.rc_context(STYLE):
            return draw(*args, **options)

    return drawn


def blank_axes(*, width: float = WIDTH) -> Axes:
    """Axes for a chart in a figure that grows as needed and that no notebook shows by itself."""
    with mpl.rc_context(STYLE):
        return _filled(Sheet(figsize=(width, 1)))


def notebook_axes(width: float | str | None = None) -> Axes:
    """
    Axes in a figure that a notebook shows.

    Parameters
    ----------
    width : float or str, optional
        Inches, or a name of `WIDTHS`: as wide as a notebook unless given.

    Raises
    ------
    SelectionError
        When there is no width of that name, or it is too narrow for words.
    """
    if isinstance(width, str):
        if width not in WIDTHS:
            raise SelectionError(f"There is no width {width!r}; widths are {', '.join(WIDTHS)}, or inches.")
        width = WIDTHS[width]
    if not isinstance(width, Real | None):
        known = ", ".join(WIDTHS)
        raise SelectionError(f"width= is a number of inches, or one of {known}; this is a {type(width).__name__}.")
    inches = WIDTHS["notebook"] if width is None else float(width)
    if not NARROWEST <= inches <= WIDEST:
        raise SelectionError(f"A chart is {NARROWEST:g} to {WIDEST:g} inches wide; {inches:g} would not be legible.")
    return _filled(plt.figure(FigureClass=Notebook, figsize=(inches, 1)))


def _filled(figure: Figure) -> Axes:
    """Axes that fill a figure except for its edges."""
    edge = EDGE / 72 / figure.get_figwidth()
    return figure.add_axes((edge, 0, 1 - 2 * edge, 1))
