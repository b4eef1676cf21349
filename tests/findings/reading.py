"""How tests read a page."""

import re
from html import unescape

from rm_research.findings import Section


def charts(section: Section) -> list[str]:
    """Text of each picture; its lines may break within long words."""
    pictures = re.findall(r"<svg.*?</svg>", section.html, flags=re.DOTALL)
    return [" ".join(unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)) for svg in pictures]
