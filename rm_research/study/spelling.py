"""Ways in which two people write one code: each is a form that `link.compare` may name."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from rm_research.study.entries import NUMBER, compact

JOINED = " / "  # between the parts of a code that has several columns


class Form(NamedTuple):
    """
    A way to write a code.

    Attributes
    ----------
    meaning : str
        How codes are compared, within a sentence.
    sign : pattern
        What a code has that may be written differently; all others stay as they are.
    read : callable
        From a tidied code to what it has in common with its other spellings.
    """

    meaning: str
    sign: re.Pattern[str]
    read: Callable[[str], str]


def _as_number(code: str) -> str:
    if not NUMBER.fullmatch(code):
        return code
    number = Decimal(code)
    # beyond 30 digits it is no code but a slip, as 1e9999 is
    return str(int(number)) if number == number.to_integral_value() and abs(number) < Decimal(10) ** 30 else code


def _innermost(code: str) -> str:
    """The one word that has a digit; the whole code where several have one or none has."""
    words = [word for word in code.split() if any(letter.isdigit() for letter in word)]
    return words[0].strip(":#") if len(words) == 1 else code


# in the order in which they are applied
FORMS = {
    "plus-tag": Form("form_plus_tag", re.compile(r"\+[^@]*@"),
                     lambda code: re.sub(r"\+[^@]*(?=@)", "", code)),
    "words": Form("form_words", re.compile(r"[\s:#]"), _innermost),
    "punctuation": Form("form_punctuation", re.compile(r"[^a-z0-9]"), compact),
    "number": Form("form_number",
                   re.compile(r"^[+-]?(?:0\d|\d*\.|\d+e)"), _as_number),
}  # fmt: skip
MAY_DIFFER = r"[^a-z0-9]|^0[0-9]|^[0-9]+e"  # whatever has one of the signs has this, which Arrow finds in one search


def written(code: str, forms: tuple[str, ...]) -> str:
    """Tidied code, of one or several parts, in the declared forms."""
    for name, form in FORMS.items():
        if name in forms:
            code = JOINED.join(form.read(part) for part in code.split(JOINED))
    return code
