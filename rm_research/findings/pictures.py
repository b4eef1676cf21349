"""Pictures of a page as inline SVG and as slides: the same bytes each time, without date or program."""

import hashlib
import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from html import escape, unescape
from typing import cast

import matplotlib as mpl
import matplotlib.image as mpimg
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rm_research.errors import ReportError
from rm_research.figures import STYLE, blank_axes
from rm_research.figures.font import letters
from rm_research.figures.lettering import wrapped
from rm_research.figures.style import ON_PAGES, SIZE, WIDE

SLIDE, MARGIN = (960, 540), 36  # points; 16:9
PIXELS = 4 / 3  # per point at scale 1
TITLE, TEXT, SMALL = 24, 14, 11  # points
INK, SOFT = "#000000", "#3D3D3D"
FAMILY = "'DejaVu Sans'"
# others are for letters that it lacks, or readers who load no fonts; they are not wider
FONTS = f"font: {SIZE}px {FAMILY}, Verdana, sans-serif"
SURFACE = "fill: var(--chart-ink, #000000); background: var(--chart-behind, #ffffff)"
TAG, REFERENCE = re.compile(r"<[^>]*>"), re.compile(r'(?<=href="#)[^"]+|(?<=url\(#)[^)]+')
NO_METADATA: Mapping[str, str] = {}


@dataclass(frozen=True)
class Picture:
    """
    A chart with the words that belong to it.

    Attributes
    ----------
    name : str
        Stem of its file's name: letters, digits and hyphens.
    title : str
        The finding.
    subtitle : str
        Measure, range, people and dates.
    alt : str
        Kind of chart and main trend, for readers who cannot see it.
    note : str
        What else to know; may be empty.
    draw : callable
        Draws the chart into axes: a `plot_` verb with all its arguments except `ax`.
    source : str
        Where it is from, for the slide; may be empty.

    Raises
    ------
    ReportError
        When the name is not a valid file name on every system.
    """

    name: str
    title: str
    subtitle: str
    alt: str
    note: str
    draw: Callable[..., Axes]
    source: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", self.name):
            raise ReportError(f"A picture's name consists of letters, digits and hyphens; {self.name!r} does not.")

    @cached_property
    def svg(self) -> str:
        """SVG for use within HTML."""
        return inline_svg(self.draw(ax=blank_axes()), self.alt)

    def png(self, scale: float = 2) -> bytes:
        """
        Slide in 16:9 with all the words of the picture.

        Parameters
        ----------
        scale : float
            1 makes it 1280 pixels wide.
        """
        return slide(self, scale)


def inline_svg(axes: Axes, alt: str) -> str:
    """
    SVG of a figure, for use within HTML: plain colours on white, unless the page has `chart_style`.

    Parameters
    ----------
    axes : Axes
    alt : str
        What the picture shows; becomes its title.
    """
    figure, buffer = cast(Figure, axes.figure), io.StringIO()
    figure.patch.set_visible(False)
    with _drawing():
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = re.sub(r"<metadata>.*?</metadata>|(?<=>)\s+(?=<)", "", buffer.getvalue(), flags=re.DOTALL)
    svg = TAG.sub(_shorter, svg[svg.index("<svg") :])
    # shapes of two pictures have the same ids, and a browser would use the first picture's for both
    prefix = "f" + hashlib.sha256((svg + alt).encode()).hexdigest()[:8]
    numbers = {name: f"{prefix}-{at}" for at, name in enumerate(dict.fromkeys(REFERENCE.findall(svg)))}
    svg = TAG.sub(lambda tag: _renamed(tag[0], numbers), svg)
    svg = re.sub(r"<g>(<text[^>]*>[^<]*</text>)</g>", r"\1", svg)
    head, body = svg.split(">", 1)
    head = re.sub(r'\s(?:width|height)="[^"]*"', "", head)
    style = f"max-width: {figure.get_figwidth() * 96:.0f}px; {FONTS}; {SURFACE}"
    return (
        f'{head} role="img" aria-labelledby="{prefix}-title" style="{style}">'
        f'<title id="{prefix}-title">{escape(alt)}</title>{body.strip()}'
    )


def _shorter(tag: re.Match[str]) -> str:
    """Tag with colours that a page may replace, without what the whole picture has and what nobody can see."""
    short = re.sub(r'(?<= )(d|x|y|transform|points)="[^"]*"', _rounded, tag[0])
    short = re.sub(rf" transform=\"rotate\(-?0 [^\"]*\"|font-(family: {FAMILY}|size: {SIZE}px)(; )?", "", short)
    short = re.sub(r'(; )?text-anchor: start| style=""', "", short).replace('style="; ', 'style="')
    return re.sub(r"(?<=fill: |roke: )#\w{6}", _on_page, short.replace(' style=""', ""))


def _rounded(attribute: re.Match[str]) -> str:
    """Round coordinates to a hundredth of a point and remove line breaks."""
    rounded = re.sub(r"-?\d+\.\d+", lambda number: f"{round(float(number[0]), 2):g}", attribute[0])
    return re.sub(r"\s+", " ", rounded)


def _on_page(colour: re.Match[str]) -> str:
    """Colour that a page may replace by its counterpart."""
    known = ON_PAGES.get(colour[0].upper())
    return f"var(--chart-{known[0]}, {colour[0]})" if known else colour[0]


def _renamed(tag: str, numbers: Mapping[str, str]) -> str:
    """Tag with new names in place of those that something refers to, and without others."""
    tag = re.sub(r' id="([^"]*)"', lambda name: f' id="{numbers[name[1]]}"' if name[1] in numbers else "", tag)
    return REFERENCE.sub(lambda name: numbers[name[0]], tag)


def chart_style(pictures: Iterable[Picture]) -> str:
    """
    CSS that a page needs once for its pictures: the letters they use, and colours for light, dark and print.

    Pages without it show the same pictures in plain colours on white, in the reader's own font.

    Parameters
    ----------
    pictures : iterable of Picture

    Returns
    -------
    str
        The same for the same letters.
    """
    texts = (unescape(text) for picture in pictures for text in re.findall(r">([^<]+)</text>", picture.svg))
    font = letters(frozenset().union(*texts))
    light, dark = ("".join(f" --chart-{name}: {both[at]};" for name, *both in ON_PAGES.values()) for at in (0, 1))
    # JupyterLab has a theme of its own, whatever the reader's system prefers: there, pictures stay on white
    page = "body:not([data-jp-theme-light])"
    return (
        f"@font-face {{ font-family: {FAMILY}; src: url(data:font/woff;base64,{font}); }}\n"
        f"{page} {{ --chart-behind: transparent;{light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ {page} {{{dark} }} }}\n"
        "svg[role=img] text { text-rendering: geometricPrecision; font-kerning: none; font-variant-ligatures: none; }\n"
    )


def slide(picture: Picture, scale: float = 2, metadata: Mapping[str, str] = NO_METADATA) -> bytes:
    """PNG of a picture: title and subtitle above the chart, note and source below; `metadata` is stored in the file."""
    (width, height), inner = SLIDE, SLIDE[0] - 2 * MARGIN
    page = Figure(figsize=(width / 72, height / 72), dpi=72 * PIXELS * scale, facecolor="white")
    top = _write(page, picture.title, MARGIN, TITLE, INK, weight="bold")
    top = _write(page, picture.subtitle, top + 4, TEXT, SOFT) + TEXT
    bottom = _write(page, picture.source, MARGIN, SMALL, SOFT, up=True)
    bottom = _write(page, picture.note, bottom + 4, TEXT, INK, up=True) + TEXT
    chart = cast(Figure, picture.draw(ax=blank_axes(width=WIDE)).figure)
    enlarged = min(inner / (72 * WIDE), (height - top - bottom) / (72 * chart.get_figheight()))
    # a chart that fills the height is drawn again, as wide as the slide has room for
    chart = cast(Figure, picture.draw(ax=blank_axes(width=inner / 72 / enlarged)).figure)
    pixels = mpimg.imread(io.BytesIO(png(chart, page.dpi * enlarged)))
    page.figimage(pixels, round(MARGIN * PIXELS * scale), round((height - top) * PIXELS * scale) - len(pixels))
    return png(page, page.dpi, metadata)


def png(figure: Figure, dpi: float, metadata: Mapping[str, str] = NO_METADATA) -> bytes:
    """PNG of a figure, the same bytes each time."""
    buffer = io.BytesIO()
    with _drawing():
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None, **metadata})
    return buffer.getvalue()


def _write(
    page: Figure, text: str, at: float, size: float, colour: str, *, weight: str = "normal", up: bool = False
) -> float:  # fmt: skip
    """Wrap a text and write it `at` points from the top, or from the bottom upwards; return where it ends."""
    lines, (width, height) = wrapped(text, SLIDE[0] - 2 * MARGIN, size, weight), SLIDE
    page.text(
        MARGIN / width, at / height if up else 1 - at / height, "\n".join(lines), va="bottom" if up else "top",
        size=size, color=colour, weight=weight, linespacing=1.2, family=STYLE["font.family"], parse_math=False,
    )  # fmt: skip
    return at + 1.4 * size * len(lines)


@contextmanager
def _drawing() -> Iterator[None]:
    """Draw in the style of all charts; glyphs that matplotlib lacks here are in the page's own font."""
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield
