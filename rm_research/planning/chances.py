"""Chances that what a cohort found can be shown, and that its level of evidence survives the loss of people."""

import numpy as np

from rm_research.disclosure import Threshold
from rm_research.planning.assumptions import Assumptions
from rm_research.stats.attrition import binomial, chance_of_steps

NAN = float("nan")


def chance_shown(assumptions: Assumptions, n: int, threshold: Threshold) -> float:
    """
    Chance that a result of n units in the programme can be shown: enough people with both scores, in both arms.

    Each person leaves on their own with the expected attrition; exact, by the binomial distribution. Where units are
    cohorts, it is that of one of them.
    """
    return float(np.prod([_enough(people, assumptions.attrition, threshold) for people in _people(assumptions, n)]))


def _enough(people: int, attrition: float, threshold: Threshold) -> float:
    return float(binomial(people, 1 - attrition)[threshold.enough(np.arange(people + 1))].sum())


def chance_level_kept(assumptions: Assumptions, n: int) -> float:
    """
    Chance that the loss of people does not lower the level of a comparison, if both arms lose them alike.

    Exact, by all pairs of binomial numbers; NaN without a comparison.
    """
    if not assumptions.compared or assumptions.unit == "cohort":
        return NAN
    programme, comparison = _people(assumptions, n)
    return float(chance_of_steps(programme, comparison, assumptions.attrition, assumptions.attrition)[0])


def _people(assumptions: Assumptions, n: int) -> tuple[int, ...]:
    """People of a cohort measured before, by arm."""
    if assumptions.unit == "cohort":
        return (round(assumptions.cluster_size),)
    arms = (n, n * assumptions.ratio) if assumptions.compared else (n,)
    return tuple(round(units * assumptions.cluster_size) for units in arms)
