"""Question texts, which survey tools export with the marks of the web page they stood on."""

import html
import re

TAG = re.compile(
    r"</?(?:a|b|big|br|center|div|em|font|h[1-6]|hr|i|img|li|ol|p|s|small|span|strong|sub|sup|table|tbody|td|tr|u|ul)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)


def written(text: str) -> str:
    """Text as its reader saw it: no HTML, white space one blank."""
    return " ".join(html.unescape(TAG.sub(" ", text)).split())
