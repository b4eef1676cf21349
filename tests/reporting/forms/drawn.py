"""A small chart with words, for tests of what is made of charts."""

from typing import Any

from matplotlib.axes import Axes

from rm_research.findings.pictures import Picture


def dot(*, ax: Axes) -> Axes:
    ax.plot([1], [2], "o")
    return ax


def drawn(**words: Any) -> Picture:
    """Picture of one dot."""
    usual = {"name": "one", "title": "What it says", "subtitle": "1 to 5", "alt": "A dot.", "note": "", "draw": dot}
    return Picture(**usual | words)
