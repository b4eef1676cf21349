"""A size in scale points, in words that a reader can picture: how many of 100 answers moved up or down one step."""

from rm_research.claims.sentences import OUR_UNIT, Claims
from rm_research.effects.estimate import Estimate
from rm_research.effects.verdicts import CLEAR
from rm_research.study import Scale


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
        Empty unless the finding is clear, the score a mean of answers with steps of one point, and the interval
        within one step.
    """
    scale = claims.study.scale(row.scale)
    if not row.has_interval or claims.judged(row).verdict not in CLEAR or not _in_steps(scale, claims):
        return ""
    if claims.has_no_verdict(row) or max(abs(row.ci_low), abs(row.ci_high)) > 1:
        return ""
    few, many = sorted(abs(end) for end in (row.ci_low, row.ci_high))
    up = "up" if row.estimate > 0 else "down"
    kind = "difference" if row.compares_arms or claims.unlinked(row) else "change"
    low, middle, high = (max(round(100 * size), 1) for size in (few, abs(row.estimate), many))
    return claims.words.say(f"pictured.{kind}_{up}", n=middle, few=low, many=high)


def _in_steps(scale: Scale, claims: Claims) -> bool:
    """Whether a score is a mean of answers that are one point apart."""
    items = claims.study.items_of(scale.name)
    whole = all(item.low is not None and item.high is not None and not (item.high - item.low) % 1 for item in items)
    return scale.score == "mean" and scale.unit == OUR_UNIT and bool(items) and whole
