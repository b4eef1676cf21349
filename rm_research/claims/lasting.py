"""Whether what was found at the first later survey lasted until the last one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rm_research.catalogue import capital
from rm_research.claims.judgement import steps_down
from rm_research.claims.staying import losses
from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import Contrast
from rm_research.effects.verdicts import has_few_df

if TYPE_CHECKING:
    from rm_research.claims.sentences import Claims


def lasting_text(claims: "Claims", first: Estimate) -> str:
    """
    Say that a result of the first later survey did not last, shrank or grew; empty where that is not clear.

    It is clear where the intervals of both surveys, of both ways to compare where there are two, have nothing in
    common: then the interval of what they differ by excludes 0, however the two go together.
    """
    both = first_and_last(claims, first)
    if both is None or not (key := what_became(claims, *both)):
        return ""
    first, last = both
    kind = "difference" if first.compares_arms else "change"
    values = {
        name: claims.words.say("lasting.value", signed=claims.estimate(row), interval=claims.interval(row))
        for name, row in (("first", first), ("last", last))
    }
    whose, name = claims.whose(first.role), claims.scale_text(first.scale, first.arm, "")
    text = claims.words.say(
        f"lasting.{key}_{kind}", whose=whose, Whose=capital(whose), scale=name,
        moment=claims.moment(first.wave), later=claims.moment(last.wave), **values,
    )  # fmt: skip
    return " ".join(filter(None, [text, _lost_by_then(claims, last)]))


def _lost_by_then(claims: "Claims", last: Estimate) -> str:
    """How many of each group had no score at the last survey, where that takes strength from its difference."""
    lost = losses(last, claims.followed, claims.study) if last.compares_arms else {}
    if not steps_down(lost):
        return ""
    first, second = (claims.words.share(one.share) for one in lost.values())
    return claims.words.say("lasting.lost", Later=capital(claims.moment(last.wave)), first=first, second=second)


def what_became(claims: "Claims", first: Estimate, last: Estimate) -> str:
    """Whether a result went `further`, became `less` or is `gone`; empty where that is not clear."""
    (low, high), (last_low, last_high) = claims.judged(first).hull, claims.judged(last).hull
    if low <= last_high and last_low <= high:
        return ""
    up = first.estimate > 0
    clear, still = (low > 0, last_low > 0) if up else (high < 0, last_high < 0)
    smaller = (last.estimate < first.estimate) == up
    return "further" if not (clear and smaller) else "less" if still else "gone"


def like_with_like(claims: "Claims", rows: Sequence[Estimate | None]) -> list[Estimate | None]:
    """
    Main rows of one group at several surveys: all as changes where only some could be differences.

    Where one of these changes cannot be shown, the rows stay as they are.
    """
    known = [row for row in rows if row is not None and row.is_known]
    if len({row.compares_arms for row in known}) < 2:
        return list(rows)
    changes = {row.id: _change_of(claims, row) for row in known}
    if not all(change is not None and change.is_known for change in changes.values()):
        return list(rows)
    return [None if row is None else changes.get(row.id, row) for row in rows]


def _change_of(claims: "Claims", row: Estimate) -> Estimate | None:
    """Change of the programme behind a difference; a change as it is."""
    if not row.compares_arms:
        return row
    return claims.disclosed.headline(row.place, Contrast.POOLED_CHANGE if row.is_pooled else Contrast.CHANGE)


def first_and_last(claims: "Claims", first: Estimate) -> tuple[Estimate, Estimate] | None:
    """The same result at the first and the last survey; None where they cannot be held against each other."""
    waves = claims.study.later_waves
    if len(waves) < 2 or first.wave != waves[0] or not (first.is_change or first.compares_arms):
        return None
    first_row, last = like_with_like(claims, [first, claims.headline_row(*first.place._replace(wave=waves[-1]))])
    if first_row is None or last is None or last.contrast != first_row.contrast:
        return None
    usable = all(
        row.has_interval and not has_few_df(row.df) and not claims.has_no_verdict(row) for row in (first_row, last)
    )
    return (first_row, last) if usable else None
