"""Question texts, which survey tools export with the HTML of their web page."""

import html
import re

TAG = re.compile(
    r"</?(?:a|b|big|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|s|small|span|strong|sub|sup|table|tbody|td|tr|u|ul)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)


def written(text: str) -> str:
    """Text as respondents saw it: without HTML, and with single blanks."""
    return " ".join(html.unescape(TAG.sub(" ", text)).split())
