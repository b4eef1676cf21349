"""A headline in plain words, without numbers: what became clear, and what did not, of one outcome."""

from collections import defaultdict
from collections.abc import Sequence

from rm_research.catalogue import capital, lowered
from rm_research.claims.comparing import why_not_causal
from rm_research.claims.opposed import on_average, opposed
from rm_research.claims.sentences import Claims
from rm_research.claims.ways import MOVED, is_clear, way_of
from rm_research.disclosure import HIDDEN
from rm_research.effects.estimate import Estimate

ALIKE = {"gap": "both", "4": "same"}  # families of sentences that have one headline without numbers


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
        alike[(*_kind(row, claims), "opposed" * (opposed(claims, row) is not None), row.arm)].append(row)
    # arms of which the same is true of the same roles share a sentence, too
    together: dict[tuple[str, ...], list[Estimate]] = defaultdict(list)
    for (level, kind, hides, _), group in alike.items():
        together[level, kind, hides, *(row.role for row in group)] += group
    texts: dict[str, list[str]] = {way: [] for way in MOVED}  # what moved the same way stands together
    for (level, kind, *_), group in together.items():
        texts.setdefault(kind, []).append(on_average(claims, group[0], _said(level, kind, group, claims)))
    for way, said in texts.items():
        if way in MOVED and said and claims.study.scale(rows[0].scale).better == "lower":
            said.append(claims.words.say("plain.worse" if way == "up" else "plain.better"))
    return [text for said in texts.values() for text in said]


def named_together(rows: Sequence[Estimate], claims: Claims) -> list[dict[str, str]]:
    """Whose outcomes rows are about, as templates ask for them; arms of one outcome, role and survey in one."""
    groups: dict[tuple[str, ...], list[Estimate]] = defaultdict(list)
    for row in rows:
        groups[row.scale, row.role, row.wave].append(row)
    return [claims.named(group[0]) | {"scale": _scale(group, claims)} for group in groups.values()]


def _scale(rows: Sequence[Estimate], claims: Claims) -> str:
    """Name of the outcome of rows within a sentence, with all their arms."""
    arms = list(dict.fromkeys(row.arm for row in rows))
    return claims.scale_text(rows[0].scale, claims.words.listed(arms), rows[0].wave, several=len(arms) > 1)


def _kind(row: Estimate, claims: Claims) -> tuple[str, str]:
    """Column of the table of claims and what happened; without either, why nothing can be said."""
    if not row.is_known:
        return "", claims.reason(row)
    if not row.has_interval:
        return "", ""
    level = claims.claimed(row)
    # a difference by lot is the programme's, though its own scores moved the other way
    level = "same" if level == "drawn" and why_not_causal(claims, row) == "opposite" else level
    way = way_of(row, claims)
    level = "same" if level == "drawn" and way not in MOVED else level  # there is nothing to put down to anything
    return ALIKE.get(level, level), way


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
