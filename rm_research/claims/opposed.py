"""Cohorts that moved in opposite directions, which their average hides."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rm_research.catalogue import lowered
from rm_research.effects.estimate import Estimate
from rm_research.effects.verdicts import CLEAR, FORGIVEN
from rm_research.stats.multiplicity import holm

if TYPE_CHECKING:
    from rm_research.claims.sentences import Claims


class Opposed(NamedTuple):
    """How many of some cohorts moved clearly up, and how many clearly down."""

    up: int
    down: int
    of: int


def clear_cohorts(claims: "Claims", row: Estimate) -> dict[str, Estimate]:
    """
    Rows that stay clear once all cohorts of the same group, outcome and survey are allowed for (Holm), by cohort.

    Parameters
    ----------
    claims : Claims
    row : Estimate
        A main row of a cohort, or of all cohorts.
    """
    alike = alike_cohorts(claims, row)
    p_values = holm(np.array([claims.judged(one).p_adjusted for one in alike], dtype=float))
    alpha = 1 - claims.study.reporting.level + FORGIVEN
    found = zip(alike, p_values, strict=True)
    return {one.cohort: one for one, p in found if p <= alpha and claims.judged(one).verdict in CLEAR}


def alike_cohorts(claims: "Claims", row: Estimate) -> list[Estimate]:
    """Main rows of single cohorts of the same group, outcome and survey that have an estimate."""
    rows = claims.disclosed.headline_rows
    return [one for one in rows if one.is_known and one.contrast == row.unpooled and one.place[1:] == row.place[1:]]


def opposed(claims: "Claims", row: Estimate) -> Opposed | None:
    """Count the cohorts behind an average that moved clearly up and clearly down; None unless both did."""
    if not (row.is_known and row.is_pooled):
        return None
    ways = [one.estimate > 0 for one in clear_cohorts(claims, row).values()]
    if all(ways) or not any(ways):
        return None
    return Opposed(sum(ways), len(ways) - sum(ways), len(alike_cohorts(claims, row)))


def opposed_text(claims: "Claims", row: Estimate) -> str:
    """Say that cohorts moved in opposite directions; empty where they did not."""
    found = opposed(claims, row)
    if found is None:
        return ""
    kind = "difference" if row.compares_arms else "change"
    counts = {"up": found.up, "down": found.down, "n": found.of}
    return claims.words.say(f"opposed.{kind}", **claims.named(row), **counts)


def on_average(claims: "Claims", row: Estimate, text: str) -> str:
    """A sentence on an average, which says so where cohorts moved in opposite directions."""
    if opposed(claims, row) is None:
        return text
    return claims.words.say("opposed.average", text=text, lowered=lowered(text))
