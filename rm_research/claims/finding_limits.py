"""What is said beside a finding, only where its condition holds: who might undo it, and how scores lie on the scale."""

from collections.abc import Iterator

import pandas as pd

from rm_research.catalogue import capital
from rm_research.claims.comparing import by_changes
from rm_research.claims.sentences import Claims
from rm_research.effects.estimate import Estimate
from rm_research.effects.verdicts import CLEAR

SPREADS = ("further_apart", "closer_together")
FROM_SHARE = 0.10  # people without a score later, from which it is said what about them would undo a finding


def finding_limits(row: Estimate, claims: Claims) -> list[str]:
    """
    Sentences that limit one finding; none where nothing does.

    Parameters
    ----------
    row : Estimate
        A headline row, disclosed.
    claims : Claims
    """
    if not row.is_known:
        return []
    tipping = tipping_sentence(row, claims)
    return [*([tipping] if tipping else []), *_shapes(row, claims)]


def tipping_point(row: Estimate, share: float) -> float | None:
    """
    How far the change of those without a later score must differ from the others' for the interval to reach 0.

    −(the end of the interval nearer 0) / share: from counts and the printed interval alone.

    Parameters
    ----------
    row : Estimate
        Known, with an interval.
    share : float
        Of the programme's people with a score before, how many have none later: above 0.

    Returns
    -------
    float or None
        In the scale's unit; negative where they must have changed less, upwards, than the others. None where the
        interval reaches 0 as it is.
    """
    if not row.has_interval or row.ci_low <= 0 <= row.ci_high:
        return None
    return -(row.ci_low if row.ci_low > 0 else row.ci_high) / share


def tipping_sentence(row: Estimate, claims: Claims) -> str:
    """
    What those without a later score would have to have done; empty where few are, or the finding is unclear.

    Empty also beyond the width of the scale: scores that far out would widen the interval, so that nothing is sure.
    """
    if claims.unlinked(row) or claims.among_both(row) or claims.of_every_wave(row):
        return ""
    if claims.judged(row).verdict not in CLEAR:
        return ""
    before, left = claims.people_left(row).get(row.arm, (0, 0))
    if not before or round(left / before, 9) < FROM_SHARE:
        return ""
    shift = tipping_point(row, left / before)
    if shift is None:
        return ""
    scale = claims.study.scale(row.scale)
    limits = claims.study.scale_range(row.scale)
    if limits is not None and abs(shift) > limits[1] - limits[0]:
        return ""
    key = "beside.whole_programme" if row.compares_arms else "beside.whole"
    whole = claims.words.say(key, before=before, people=claims.people(row.role, before))
    return claims.words.say(
        f"beside.tips_{'less' if shift < 0 else 'more'}", n=left, left=left, whole=whole,
        shift=claims.words.number(abs(shift)), unit=claims.unit(scale),
        when=claims.moment(row.wave),
        whom=claims.words.say(f"beside.than_{_reference(row, claims)}"),
    )  # fmt: skip


def _reference(row: Estimate, claims: Claims) -> str:
    """From whose change that of people who left must differ, as the catalogue names it."""
    if claims.counts_leavers(row):
        return "assumed"
    return "others" if not row.compares_arms or by_changes(claims, row) else "same"


def _named(arm: str, people: str, claims: Claims) -> str:
    """People of a role, with their arm where the study has several."""
    if claims.study.comparison is None:
        return people
    return claims.words.say(
        f"beside.of_{'comparison' if arm == claims.study.comparison else 'programme'}", people=people
    )


def _shapes(row: Estimate, claims: Claims) -> Iterator[str]:
    """Scores that pile up at an end or spread otherwise than before, in the arms that a row is about."""
    table = claims.disclosed.tables.get("shapes", pd.DataFrame(columns=["cohort"]))
    table = table[table["cohort"].eq(row.cohort)]
    arms = [row.arm, *([claims.study.comparison or ""] if row.compares_arms else [])]
    say, title = claims.words.say, claims.study.scale(row.scale).title
    picked = claims.study.scale(row.scale).picked is not None  # such scores spread less before than after anyway
    for arm in arms if len(table) else []:
        of_arm = table[(table[["role", "arm", "scale", "wave"]] == [row.role, arm, row.scale, row.wave]).all(axis=1)]
        who = _named(arm, claims.people(row.role), claims)
        if picked or arm != row.arm:  # how the comparison spreads tells nothing of the finding
            of_arm = of_arm[~of_arm["limit"].isin(SPREADS)]
        for limit, above in zip(of_arm["limit"], of_arm["above"], strict=True):
            blanks = {"who": who, "Who": capital(who), "scale": title, "when": claims.moment(row.wave)}
            yield say(f"beside.{limit}", **blanks, share=claims.words.share(above))
