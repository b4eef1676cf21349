"""What the first screen says of outcomes other than the first."""

from collections.abc import Iterable, Iterator

from rm_research.claims.glance import glance
from rm_research.claims.plain import named_together
from rm_research.claims.ways import is_clear
from rm_research.effects.estimate import Estimate
from rm_research.findings.context import Context

MOST_NAMED = 4  # results in one sentence; of more, the table tells which are clear


def what_else(context: Context) -> Iterator[str]:
    """What is clear of the other outcomes, and what is not; of those not named in advance, only harm."""
    rows = [row for row in context.known_main_rows if row.scale != context.study.first_scale.name]
    confirmatory = context.study.confirmatory
    yield from _named_in_advance([row for row in rows if row.scale in confirmatory], context)
    yield from _harm([row for row in rows if row.scale not in confirmatory], "worse_exploratory", context)


def _named_in_advance(rows: list[Estimate], context: Context) -> Iterator[str]:
    claims, words = context.claims, context.words
    clear = [row for row in rows if is_clear(row, claims)]
    if len(rows) > MOST_NAMED:
        yield words.say("glance.others_many", n=len(rows), clear=len(clear))
        yield from _harm(clear, "worse", context)
        return
    found = {row: glance(row, claims) for row in clear}
    moved = _with_verdicts((row for row, one in found.items() if one.kind != "small"), context)
    small = [row for row, one in found.items() if one.kind == "small"]
    still_open = [row for row in rows if row not in clear]
    others = {
        kind: [words.say("glance.whose", **named) for named in named_together(of_kind, claims)]
        for kind, of_kind in (("small", small), ("unclear", still_open))
    }
    for kind, texts in ({"clear": moved} | others).items():
        if texts:
            yield words.say(f"glance.others_{kind}", outcomes=words.listed(texts))


def _harm(rows: list[Estimate], key: str, context: Context) -> Iterator[str]:
    """Results that are clearly for the worse: none may stand in a table alone."""
    if worse := _with_verdicts((row for row in rows if glance(row, context.claims).kind == "loss"), context):
        yield context.words.say(f"glance.others_{key}", outcomes=context.words.listed(worse))


def _with_verdicts(rows: Iterable[Estimate], context: Context) -> list[str]:
    """Whose outcomes moved, with their verdicts."""
    claims, say = context.claims, context.words.say
    return [say("glance.one", **claims.named(row), verdict=glance(row, claims).word) for row in rows]
