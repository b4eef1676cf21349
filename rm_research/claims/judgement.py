"""Design level and verdict of an Estimates row, which together decide the words that may be used."""

import math

import numpy as np

from rm_research.claims.staying import Followed, Loss, losses
from rm_research.effects.estimate import Estimate
from rm_research.effects.verdicts import against, has_few_df
from rm_research.stats.attrition import MOST_LOST, steps_lost
from rm_research.study import Scale, Study

LEVELS = {"randomised": 5, "matched": 3, "self-selected": 2}
NEXT_LOWER = {5: 4, 4: 2, 3: 2, 2: 1, 1: 1}
ENOUGH_TIPPING = 0.5  # standard deviations before


def steps_down(lost: dict[str, Loss]) -> int:
    """How many steps losses lower the level of a comparison of two arms: 0, 1 or 2."""
    if len(lost) < 2:
        return 0
    first, second = lost.values()
    return steps_lost(first.base, first.lost, second.base, second.lost)


def left_unevenly(lost: dict[str, Loss]) -> bool:
    """Whether as few would not have lowered the level had both arms lost them alike."""
    sides, left = [one.base for one in lost.values()], sum(one.lost for one in lost.values())
    return sum(left > round(most * sum(sides), 9) for most in MOST_LOST) < steps_down(lost)


def started_apart(row: Estimate, people: Followed) -> bool:
    """Whether the interval of the gap between the arms before excludes 0."""
    _, low, high = people.gaps.get(row.id, (math.nan,) * 3)
    return low > 0 or high < 0


def level_of(row: Estimate, people: Followed, study: Study) -> int:
    """
    Strength of the design behind a row: 1 no comparison, 2 self-selected, 3 matched, 4 and 5 randomised.

    People without a score after lower it by one step or two. A matched comparison whose groups started apart counts as
    self-selected. A change has level 1 in every design.
    """
    if not row.compares_arms:
        return 1
    level = LEVELS[study.design.assignment]
    if level == LEVELS["matched"] and started_apart(row, people):
        level = LEVELS["self-selected"]
    for _ in range(steps_down(losses(row, people, study))):
        level = NEXT_LOWER[level]
    return level


def tipping_point(row: Estimate, people: Followed, study: Study) -> float:
    """
    How much less than those who stayed the leavers of the programme must have changed to take a difference away.

    The end of the interval nearer 0 by the share without a score, as a size; endless where nobody left, 0 where the
    interval holds 0.
    """
    nearer = max(row.ci_low, -row.ci_high, 0.0)
    lost = losses(row, people, study).get(row.arm)
    if lost is None and row.n_pre:  # a row without the changes of its arms
        lost = Loss(row.n_pre, row.n_pre - (row.n_pairs or 0))
    if not nearer or lost is None:
        return 0.0
    return nearer / lost.share if lost.share else math.inf


def tips_late(row: Estimate, people: Followed, study: Study) -> bool:
    """Whether the tipping point is at least half a standard deviation of the scores before."""
    shift, spread = tipping_point(row, people, study), spread_before(row, people)
    limits = study.scale_range(row.scale)
    if math.isnan(spread) and limits is not None:
        spread = (limits[1] - limits[0]) / 2  # no scores within these limits vary more
    return math.isinf(shift) or shift >= ENOUGH_TIPPING * spread


def spread_before(row: Estimate, people: Followed) -> float:
    """Standard deviation of the scores before within the arms and cohorts behind a row; NaN where it is not known."""
    of = [(*place, row.role, row.arm, row.scale) for place in ((cohort,) for cohort in people.cohorts(row, row.cohort))]
    known = [people.spreads[key] for key in of if key in people.spreads]
    total = sum(df for _, df in known)
    return float(np.sqrt(sum(df * sd**2 for sd, df in known) / total)) if total else math.nan


def verdict(row: Estimate, scale: Scale) -> str:
    """
    Judge the whole interval of one row against the smallest change that matters.

    Returns
    -------
    str
        gain, loss, gain_unclear_size, loss_unclear_size, too_small, unclear, also with fewer than four degrees of
        freedom; 'none' where the scale declares no such change.
    """
    if scale.smallest_effect is None:
        return "none"
    return "unclear" if has_few_df(row.df) else against(row.ci_low, row.ci_high, scale)
