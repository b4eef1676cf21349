"""Variable names that SPSS and Stata accept, without repeats."""

import re
import unicodedata
from collections.abc import Sequence

RESERVED = {
    "all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with",
    "byte", "double", "float", "if", "in", "int", "long", "skip", "strl", "using",
}  # fmt: skip
LEGAL = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?<!_)")
STRING_TYPE = re.compile(r"str\d+")


def legal_names(names: Sequence[str], *, longest: int) -> dict[str, str]:
    """
    Names that statistical programs accept, by the names that they replace.

    Parameters
    ----------
    names : sequence of str
        Names without repeats.
    longest : int
        How many characters a name may have.

    Returns
    -------
    dict of str to str
        ASCII letters, digits and underscores, beginning with a letter; no two names differ only in case. A legal name
        stays as it is. If other names would become equal, the first of them keeps the shared name.
    """
    legal: dict[str, str] = {}
    for name in names:
        if _is_legal(name, longest) and name.casefold() not in legal:
            legal[name.casefold()] = name
    stays, taken, tries = set(legal.values()), set(legal), dict[str, int]()
    renamed = {}
    for name in names:
        renamed[name] = name if name in stays else _free(_legal(name, longest), longest, taken, tries)
    return renamed


def _is_legal(name: str, longest: int) -> bool:
    reserved = name.casefold() in RESERVED or STRING_TYPE.fullmatch(name.casefold())
    return bool(LEGAL.fullmatch(name)) and len(name) <= longest and not reserved


def _legal(name: str, longest: int) -> str:
    """Make a name legal, regardless of others: drop accents, and turn all that is not a letter or digit into '_'."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    cut = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_")[:longest].rstrip("_")
    return cut if _is_legal(cut, longest) else f"v_{cut}"[:longest].rstrip("_")


def _free(name: str, longest: int, taken: set[str], tries: dict[str, int]) -> str:
    """Add a number to a name that is taken; `tries` remembers the last number of each name."""
    free = name
    while free.casefold() in taken:
        number = tries[name.casefold()] = tries.get(name.casefold(), 1) + 1
        free = f"{name[: longest - len(str(number)) - 1]}_{number}"
    taken.add(free.casefold())
    return free
