"""
One folding of survey text: characters that look alike count as equal, and those that act are taken out.

Phones, word processors and survey tools write one label in several ways: 'Don't know - yet' with curly quotes, long
dashes, no-break blanks, invisible marks, entities of HTML, full-width letters or the digits of another script. `fold`
makes them equal; labels, headers, codes and values are all compared through it.
"""

import re
import unicodedata
from html.entities import html5

SINGLE_QUOTES = "`´ʹʻʼʽˈ‘’‚‛′‵‹›"
DOUBLE_QUOTES = "«»ʺ“”„‟″‶〝〞〟"
DASHES = "˗֊־᐀᠆‐‑‒–—―⁃−⸗⸚⸺⸻⹀〰"
INVISIBLE = (0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, *range(0x180B, 0x1810), *range(0x200B, 0x2010),
             *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0x3164, *range(0xFE00, 0xFE10), 0xFEFF,
             *range(0xFFF9, 0xFFFC))  # fmt: skip
PLAIN = str.maketrans({
    **dict.fromkeys(SINGLE_QUOTES, "'"), **dict.fromkeys(DOUBLE_QUOTES, '"'), **dict.fromkeys(DASHES, "-"),
    **dict.fromkeys(map(chr, INVISIBLE)), "\u066b": ".", "\u066c": ",", "\u060c": ",", "\u2800": " ", "\u301c": "~",
})  # fmt: skip
DIGIT = re.compile(r"[^\D0-9]")  # of a script other than ours
ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
# colours and titles of a terminal; an escape character alone is taken out without what follows it
SEQUENCES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
ACTING = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
CONTROL = re.compile(f"[{ACTING}]")
PURE = re.compile(r"[^&`\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\U0010ffff]*")  # nothing here has another form
BLANKS = re.compile(r"[ \t\r\n]+")


def printable(text: str) -> str:
    """
    Text without control characters, escape sequences and marks that turn the direction of writing.

    Line breaks and tabs stay. Those that separate words, such as a form feed, become a blank.
    """
    if CONTROL.search(text) is None:
        return text
    return CONTROL.sub(lambda sign: " " if sign[0].isspace() else "", SEQUENCES.sub("", text))


def fold(text: str) -> str:
    """
    Text in plain characters, with single blanks; upper and lower case stay.

    Entities are resolved, Unicode forms folded (NFKC), dashes, quotes and digits of any script written as on a
    keyboard, and characters that nobody sees left out. Folding twice changes nothing.
    """
    if PURE.fullmatch(text) is None:
        text = _plain(printable(_resolved(text)))
        # forms may hold each other: a ligature an invisible mark, an entity a ligature
        while (again := _plain(printable(_resolved(text)))) != text:
            text = again
    return " ".join(text.split())


def _plain(text: str) -> str:
    # a spacing accent would lose its quote to the normal form, and the normal form may be a dash or a quote
    text = unicodedata.normalize("NFKC", text.translate(PLAIN)).translate(PLAIN)
    return DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def _resolved(text: str) -> str:
    """Text with its entities of HTML as characters; one that does not exist stays."""
    return ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    name = entity[1]
    if not name.startswith("#"):
        return html5.get(f"{name};", entity[0])
    number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    # surrogates stand for nothing by themselves
    exists = 0 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return chr(number) if exists else entity[0]


def tidy_text(text: str) -> str:
    """Text as it is compared: folded, and in lower case."""
    tidied = fold(text).casefold()
    # lower case may have forms of its own
    while not tidied.isascii() and (again := fold(tidied).casefold()) != tidied:
        tidied = again
    return tidied


def only_alike(text: str, other: str) -> bool:
    """Whether two texts that are compared as equal differ in characters, and not only in case and common blanks."""
    return _typed(text) != _typed(other)


def _typed(text: str) -> str:
    return BLANKS.sub(" ", text.casefold()).strip(" ")
