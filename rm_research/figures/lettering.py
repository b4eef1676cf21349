"""Text that has to fit: its width, its line breaks, and labels that must not overlap."""

import unicodedata
from collections.abc import Sequence
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

from rm_research.figures.style import SIZE, STYLE

UNKNOWN = 1.4  # times the size of the letters: no letter of another font, emoji included, is wider


@cache
def width_of(text: str, size: float = SIZE, weight: str = "normal") -> float:
    """Width of a line of text in points: that of its letters one by one, in the font that pages carry."""
    return size * sum(_advance(letter, weight) for letter in text)


@cache
def _advance(letter: str, weight: str) -> float:
    font = get_font(findfont(FontProperties(family=STYLE["font.family"], weight=weight)))
    if font.get_char_index(ord(letter)):
        return float(font.load_char(ord(letter), flags=LoadFlags.NO_SCALE).horiAdvance / font.units_per_EM)
    return 0.0 if unicodedata.category(letter) in ("Mn", "Me", "Cf") else UNKNOWN


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
    if width_of(word, size, weight) <= width:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size, weight) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


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
