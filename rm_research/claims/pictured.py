"""A size in scale points, in words that a reader can picture: how many of 100 answers moved up or down one step."""

from itertools import pairwise

from rm_research.claims.measurement import rescaled
from rm_research.claims.sentences import Claims
from rm_research.disclosure.printed import printed_interval
from rm_research.effects.estimate import Estimate
from rm_research.effects.verdicts import CLEAR
from rm_research.study import Item, Scale
from rm_research.study.titles import OUR_UNIT


def in_answers(row: Estimate, claims: Claims) -> str:
    """
    How many of 100 answers would have to move one step for a finding of this size, with its interval.

    A mean of items moves by 0.01 where one in 100 answers moves by one step of the printed scale.

    Parameters
    ----------
    row : Estimate
        Known.
    claims : Claims

    Returns
    -------
    str
        Empty unless the surveys are linked and have equally many points, the finding is clear, the score a mean of
        answers with steps of one point, and the interval within one step.
    """
    scale = claims.study.scale(row.scale)
    if not row.has_interval or claims.judged(row).verdict not in CLEAR or not _in_steps(scale, claims):
        return ""
    if claims.unlinked(row) or any(rescaled(scale, claims.study)):  # nobody's answers moved, or by other steps
        return ""
    if claims.has_no_verdict(row) or max(abs(row.ci_low), abs(row.ci_high)) > 1:
        return ""
    estimate, *ends = printed_interval(*row.interval)
    few, many = sorted(map(abs, ends))
    up = "up" if row.estimate > 0 else "down"
    kind = "difference" if row.compares_arms else "change"
    low, middle, high = (max(round(100 * size), 1) for size in (few, abs(estimate), many))
    return claims.words.say(f"pictured.{kind}_{up}", n=middle, few=low, many=high)


def _in_steps(scale: Scale, claims: Claims) -> bool:
    """Whether a score is a mean of answers that are one point apart."""
    items = claims.study.common_items(scale.name)
    all_in_steps = bool(items) and all(_is_in_steps(item, claims) for item in items)
    return scale.score == "mean" and scale.unit == OUR_UNIT and all_in_steps


def _is_in_steps(item: Item, claims: Claims) -> bool:
    if item.low is None or item.high is None or (item.high - item.low) % 1:
        return False
    points = sorted(set(claims.study.settings.answers.get(item.answers, {}).values()))
    return all(round(second - first, 9) == 1 for first, second in pairwise(points))
