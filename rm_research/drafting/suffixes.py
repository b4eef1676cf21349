"""Moments in the names of columns, in any form: Q1Pre, q1.post, q1_t2, q1_0716."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from rm_research.drafting.words import moment

WORDS = (
    r"pre|prä|prae|before|after|baseline|base|bl|endline|end|final|mid(?:line)?|vorher|nachher|vor|nach"
    r"|avant|après|apres|antes|después|despues|(?:post|follow-?up|fu)\d?"
)
MOMENT = rf"(?i:{WORDS}|(?:t|w|wave|welle|time|tp|visit|month|year)\d{{1,2}})"
# 'pre_Q1', 'Q9Pre: How much …', 'How much … (after)'
MARKED = (
    re.compile(rf"[\[(]?(?P<token>{MOMENT})[\])]?[_.:\- ]+(?P<base>\S.*)", re.DOTALL),
    re.compile(
        rf"(?P<base>[^\W\d_][\w\-#]*?)(?:[_\-.]|(?<=\d)|(?<=[\da-zäöüß])(?=[A-Z]))(?P<token>{MOMENT})(?P<rest>\s*[:.]\s.*)?",
        re.DOTALL,
    ),
    re.compile(rf"(?P<base>.*\S)(?:[_.\- ]+[\[(]?|[\[(])(?P<token>{MOMENT})[\])]?", re.DOTALL),
)
DATED = re.compile(r"(?P<base>.*\w)[_.\-](?P<token>\d{4}|\d{6}|\d{8})")  # 'q1_0716', 'q1.2024', 'q1-20240301'
FEWEST_DATED = 2  # columns that must exist for each date
YEARS = range(1900, 2101)
MONTHS, DAYS = range(1, 13), range(1, 32)
Place = tuple[int, ...]


def parted_names(names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Names of columns that mention a moment, each without it and with it alone."""
    listed = list(names)
    marked = {name: parts for name in listed if (parts := _parted(name)) is not None}
    return marked or _dated(listed)


def _parted(name: str) -> tuple[str, str] | None:
    for pattern in MARKED:
        if match := pattern.fullmatch(name):
            return match["base"] + (match.groupdict().get("rest") or ""), match["token"].casefold()
    return None


def _dated(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Names that end in a date, if several columns have the same dates: a single one may be a number of something."""
    matched = {name: match for name in names if (match := DATED.fullmatch(name)) is not None}
    dates: dict[str, set[str]] = defaultdict(set)
    for match in matched.values():
        dates[match["base"]].add(match["token"])
    times = Counter(frozenset(tokens) for tokens in dates.values() if len(tokens) > 1)
    usual = max(times, key=lambda tokens: (times[tokens], len(tokens)), default=frozenset[str]())
    if times[usual] < FEWEST_DATED or len({len(token) for token in usual}) > 1 or not all(map(_readings, usual)):
        return {}
    return {name: (match["base"], match["token"]) for name, match in matched.items() if match["token"] in usual}


def in_time(tokens: Sequence[str]) -> tuple[list[str], bool]:
    """
    Moments in order of time, and whether that order is certain.

    Digits may be a date in several notations (0716: July 2016); the order is certain if all that are possible agree.
    """
    if tokens and all(DATED.fullmatch(f"q_{token}") for token in tokens):
        orders = [
            sorted(tokens, key=dict(zip(tokens, places, strict=True)).__getitem__) for places in _notations(tokens)
        ]
        return orders[0] if orders else list(tokens), len(orders) > 0 and all(one == orders[0] for one in orders)
    places = [moment(token) for token in tokens]
    known = [place for place in places if place is not None]
    if len(known) == len(tokens) == len(set(known)):
        return [token for _, token in sorted(zip(known, tokens, strict=True))], True
    return list(tokens), False


def _notations(tokens: Sequence[str]) -> list[list[Place]]:
    """Places in time by each notation in which all tokens are dates."""
    read = [_readings(token) for token in tokens]
    shared = set(read[0]).intersection(*read[1:])
    return [[one[notation] for one in read] for notation in sorted(shared)]


def _readings(token: str) -> dict[str, Place]:
    """Place in time of digits by notation, for each notation in which they are a date."""
    parts = {
        "YYYY": (token, "", ""), "YYMM": (token[:2], token[2:4], ""), "MMYY": (token[2:4], token[:2], ""),
        "DDMM": ("", token[2:4], token[:2]), "MMDD": ("", token[:2], token[2:4]),
    } if len(token) == 4 else {
        "YYYYMM": (token[:4], token[4:6], ""), "MMYYYY": (token[2:6], token[:2], ""),
        "YYMMDD": (token[:2], token[2:4], token[4:6]), "DDMMYY": (token[4:6], token[2:4], token[:2]),
        "MMDDYY": (token[4:6], token[:2], token[2:4]),
    } if len(token) == 6 else {
        "YYYYMMDD": (token[:4], token[4:6], token[6:]), "DDMMYYYY": (token[4:], token[2:4], token[:2]),
        "MMDDYYYY": (token[4:], token[:2], token[2:4]),
    }  # fmt: skip
    return {name: tuple(map(_number, part)) for name, part in parts.items() if _is_date(*part)}


def _number(digits: str) -> int:
    return int(digits) if digits else 0


def _is_date(year: str, month: str, day: str) -> bool:
    if len(year) == 4 and int(year) not in YEARS:
        return False
    return (not month or int(month) in MONTHS) and (not day or int(day) in DAYS)
