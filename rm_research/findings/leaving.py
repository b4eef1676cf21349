"""Sentences on people who left, and on people who came back without enough answers for a score."""

from rm_research.catalogue import lowered
from rm_research.claims.leaving import Leaving
from rm_research.effects.estimate import Estimate
from rm_research.findings.context import Context


def who_left(row: Estimate, context: Context) -> str:
    """Who behind a row has no score after, and why, by arm; and what the row makes of them."""
    say, claims = context.words.say, context.claims
    counts = claims.leaving(row)
    texts = [_named(arm, _of_arm(people, row, context), row, context) for arm, people in counts.items()]
    if any(people.lost for people in counts.values()):
        assumed = "assumed" if claims.counts_leavers(row) else "not_counted"
        texts.append(say(f"leaving.{'every_wave' if claims.of_every_wave(row) else assumed}"))
    for arm, people in counts.items():
        texts.append(_named(arm, _counted("unscored_before", people.unscored_before, context), row, context))
    if any(people.left is None for people in counts.values()):
        texts.append(say("leaving.unknown"))
    return " ".join(text for text in texts if text)


def _named(arm: str, text: str, row: Estimate, context: Context) -> str:
    """Text with the name of its arm, where a row compares two."""
    if not (row.compares_arms and text):
        return text
    return context.words.say("leaving.of_arm", arm=context.claims.arm_title(arm), text=text, lowered=lowered(text))


def _of_arm(counts: Leaving, row: Estimate, context: Context) -> str:
    """What became of the people of one arm with a score before; empty where nobody can know."""
    say, claims = context.words.say, context.claims
    when, all_scored = claims.moment(row.wave), not counts.unscored_before
    n, people = counts.before, claims.people(row.role, counts.before)
    if row.n_pre == n and not row.compares_arms:
        n, people = claims.counted_before(row)
    about = {"n": n, "people": people, "moment": when}
    gone = [
        _counted("left", counts.left or 0, context, moment=when), _counted("unscored", counts.unscored or 0, context)
    ]  # fmt: skip
    if parts := [text for text in gone if text]:
        key = "leaving.of_answered" if all_scored else "leaving.of_scored"
        return say(key, **about, gone=context.words.listed(parts))
    if counts.left is None:
        return ""
    return say("leaving.all_answered" if all_scored else "leaving.all_scored", **about)


def _counted(key: str, n: int, context: Context, **values: str) -> str:
    """Text for some people; empty for nobody."""
    return context.words.say(f"leaving.{key}", n=n, **values) if n else ""
