"""Axes into SVG that a page can hold: the same bytes each time, named for screen readers, ids that never clash."""

import hashlib
import io
import re
import warnings
from html import escape
from typing import cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rm_research.figures import STYLE


def inline_svg(axes: Axes, alt: str) -> str:
    """
    SVG of a figure, to stand within HTML.

    Parameters
    ----------
    axes : Axes
    alt : str
        What the picture shows; becomes its title.
    """
    figure, buffer = cast(Figure, axes.figure), io.StringIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # the page's own font has the glyphs that matplotlib measures without
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # glyphs of two pictures bear the same ids, and a browser would take the first picture's for both
    prefix = "f" + hashlib.sha256((svg + alt).encode()).hexdigest()[:8]
    svg = re.sub(r'\bid="', f'id="{prefix}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    head, body = svg.split(">", 1)
    head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    width = figure.get_figwidth() * 96
    return (
        f'{head} role="img" aria-labelledby="{prefix}-title" style="max-width:{width * 1.25:.0f}px">'
        f'<title id="{prefix}-title">{escape(alt)}</title>{body.strip()}'
    )
