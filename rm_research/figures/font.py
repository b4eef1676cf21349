"""The font that a page carries for its charts: only the letters that they use."""

import base64
import io
from functools import cache

from matplotlib.font_manager import FontProperties, findfont

from rm_research.figures.style import STYLE

# nearly every chart does with these, so that a worker makes one font for all its pages
USUAL = frozenset(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x100)])) | frozenset("–—‘’“”„…−×±≥≤∞\u2009\u202f")
# how letters of a script join and carry marks; without kerning and ligatures, widths are sums of letters
FEATURES = ("ccmp", "locl", "mark", "mkmk", "init", "medi", "fina", "isol", "rlig")
NOTICE = (0, 14)  # names in the font that its licence asks to keep


def letters(used: frozenset[str]) -> str:
    """
    Font with the usual letters and those used, where the font has them.

    Parameters
    ----------
    used : frozenset of str
        Single characters.

    Returns
    -------
    str
        WOFF in base64, the same bytes each time.
    """
    return _subset(USUAL | used)


@cache
def _subset(wanted: frozenset[str]) -> str:
    from fontTools import subset  # here: only pages need it, and it takes longer to import than to run

    options = subset.Options(
        flavor="woff", hinting=False, layout_features=list(FEATURES), name_IDs=list(NOTICE), recalc_timestamp=False
    )
    options.drop_tables += ["FFTM"]  # when the font was made
    subsetter, buffer = subset.Subsetter(options), io.BytesIO()
    subsetter.populate(text="".join(sorted(wanted)))
    with subset.load_font(findfont(FontProperties(family=STYLE["font.family"])), options) as font:
        subsetter.subset(font)
        subset.save_font(font, buffer, options)
    return base64.b64encode(buffer.getvalue()).decode()
