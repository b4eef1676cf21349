"""What became of a finding, in one word: the one place where tables, headlines and prompts classify a verdict."""

from rm_research.claims.sentences import Claims
from rm_research.effects.estimate import Estimate
from rm_research.effects.verdicts import CLEAR

MOVED = ("up", "down")


def way_of(row: Estimate, claims: Claims) -> str:
    """
    Which way a main row moved, as far as that is clear.

    Returns
    -------
    {'up', 'down', 'little', 'unclear'}
        `little` is too small to matter; up and down are of the numbers, whichever way of them is better.
    """
    if not row.has_interval or claims.has_no_verdict(row):
        return "unclear"
    found = claims.judged(row).verdict
    if found in CLEAR:
        return "up" if row.estimate > 0 else "down"
    return "little" if found == "too_small" else "unclear"


def is_clear(row: Estimate, claims: Claims) -> bool:
    """Whether a row answers its question: a gain, a loss, or a change too small to matter."""
    return way_of(row, claims) != "unclear"
