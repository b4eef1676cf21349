"""Text that has to fit: its width, its line breaks, and labels that must not overlap."""

import warnings
from collections.abc import Sequence
from functools import cache

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from rm_research.figures.style import LINE, SIZE, TITLE_SIZE, room


@cache
def width_of(text: str, size: float = SIZE, weight: str = "normal") -> float:
    """Width of a line of text in points, in the font used to measure charts."""
    with warnings.catch_warnings():
        # glyphs that matplotlib lacks here are in the page's own font
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
        return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def wrapped(text: str, width: float, size: float = SIZE, weight: str = "normal") -> list[str]:
    """
    Lines of a text, none wider than `width` points.

    Lines break at spaces; a word that is too long for one line breaks anywhere, so nothing is ever cut off.
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, weight) <= width:
            lines[-1] = longer
        else:
            lines += _pieces(word, width, size, weight)
    return lines


def _pieces(word: str, width: float, size: float, weight: str) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size, weight) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def headed(ax: Axes, title: str, taken: float = 0.0) -> float:
    """Write a title, if there is one, above axes whose width is reduced by `taken` points; return its height."""
    lines = wrapped(title, room(ax) - taken, TITLE_SIZE)
    if lines:
        ax.set_title("\n".join(lines), loc="left")
    return 1.25 * TITLE_SIZE * len(lines) + LINE if lines else 0.0


def apart(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """
    Centres of labels, as near as possible to where they are wanted: in the same order, without overlap.

    Parameters
    ----------
    wanted, sizes : sequence of float
        Centres, and heights (or widths) of the labels.
    low, high : float
        Ends of the space; labels that need more than all of it go beyond `high`.

    Returns
    -------
    list of float
    """
    places = list(wanted)
    order = sorted(range(len(places)), key=lambda at: places[at])
    edge = high
    for at in reversed(order):
        places[at] = min(places[at], edge - sizes[at] / 2)
        edge = places[at] - sizes[at] / 2
    edge = low
    for at in order:
        places[at] = max(places[at], edge + sizes[at] / 2)
        edge = places[at] + sizes[at] / 2
    return places
