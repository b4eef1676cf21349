"""A headline in plain words, without numbers: what became clear, and what did not, of one outcome."""

from collections import defaultdict
from collections.abc import Sequence

from rm_research.catalogue import capital, lowered
from rm_research.claims.comparing import why_not_causal
from rm_research.claims.sentences import Claims
from rm_research.disclosure import HIDDEN
from rm_research.effects.estimate import Estimate
from rm_research.effects.verdicts import CLEAR

MOVED = ("up", "down")
ALIKE = {"gap": "both"}  # families of sentences that have one headline without numbers


def plain_texts(rows: Sequence[Estimate], claims: Claims) -> list[str]:
    """
    Plain sentences on the main rows of one outcome; roles of which the same is true share one.

    Parameters
    ----------
    rows : sequence of Estimate
        Main rows of one outcome at one wave, from `Claims.headline_row`.
    claims : Claims

    Returns
    -------
    list of str
        What is clear comes first.
    """
    alike: dict[tuple[str, ...], list[Estimate]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: not is_clear(row, claims)):
        alike[(*_kind(row, claims), row.arm)].append(row)
    # arms of which the same is true of the same roles share a sentence, too
    together: dict[tuple[str, ...], list[Estimate]] = defaultdict(list)
    for (level, kind, _), group in alike.items():
        together[level, kind, *(row.role for row in group)] += group
    texts = []
    for (level, kind, *_), group in together.items():
        texts.append(_said(level, kind, group, claims))
        if kind in MOVED and claims.study.scale(group[0].scale).better == "lower":
            texts.append(claims.words.say("plain.worse" if kind == "up" else "plain.better"))
    return texts


def named_together(rows: Sequence[Estimate], claims: Claims) -> list[dict[str, str]]:
    """Whose outcomes rows are about, as templates ask for them; arms of one outcome, role and survey in one."""
    groups: dict[tuple[str, ...], list[Estimate]] = defaultdict(list)
    for row in rows:
        groups[row.scale, row.role, row.wave].append(row)
    return [claims.named(group[0]) | {"scale": _scale(group, claims)} for group in groups.values()]


def _scale(rows: Sequence[Estimate], claims: Claims) -> str:
    """Name of the outcome of rows within a sentence, with all their arms."""
    arms = claims.words.listed(list(dict.fromkeys(row.arm for row in rows)))
    return claims.scale_text(rows[0].scale, arms, rows[0].wave)


def is_clear(row: Estimate, claims: Claims) -> bool:
    """Whether a row answers its question: a gain, a loss, or a change too small to matter."""
    found = claims.judged(row).verdict
    return row.has_interval and not claims.has_no_verdict(row) and (found in CLEAR or found == "too_small")


def _kind(row: Estimate, claims: Claims) -> tuple[str, str]:
    """Column of the table of claims and what happened; without either, why nothing can be said."""
    if not row.is_known:
        return "", claims.reason(row)
    if not row.has_interval:
        return "", ""
    found = claims.judged(row).verdict
    moved = "up" if row.estimate > 0 else "down"
    level = claims.claimed(row)
    # a difference by lot is the programme's, though its own scores moved the other way
    level = "same" if level == "drawn" and why_not_causal(claims, row) == "opposite" else level
    return ALIKE.get(level, level), moved if found in CLEAR else "little" if found == "too_small" else "unclear"


def _said(level: str, kind: str, rows: Sequence[Estimate], claims: Claims) -> str:
    words, roles = claims.words, list(dict.fromkeys(row.role for row in rows))
    people, whose = words.listed([claims.people(role) for role in roles]), words.listed([*map(claims.whose, roles)])
    named = {"people": people, "People": capital(people), "whose": whose, "Whose": capital(whose)}
    blanks = claims.named(rows[0]) | named | {"scale": _scale(rows, claims)}
    if level:
        return words.say(f"plain.{level}.{kind}", **blanks)
    if rows[0].reason == HIDDEN:
        return words.say("plain.hidden", **blanks)
    return (
        words.say("plain.reason", **blanks, reason=lowered(kind)) if kind else words.say("plain.no_interval", **blanks)
    )
