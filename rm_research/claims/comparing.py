"""What is said of a difference between arms beside its number: both arms, both ways, the start, who did not stay."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rm_research.catalogue import lowered
from rm_research.claims.judgement import LEVELS, left_unevenly, started_apart, steps_down, tips_late
from rm_research.claims.opposed import alike_cohorts, clear_cohorts, opposed_text
from rm_research.claims.staying import losses
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import EVERYONE
from rm_research.effects.methods import Contrast, Name
from rm_research.effects.verdicts import CLEAR, OTHER_WAY, against, by_two_ways

if TYPE_CHECKING:
    from rm_research.claims.sentences import Claims


def by_changes(claims: "Claims", row: Estimate) -> bool:
    """Whether a difference is one of mean changes, not of scores after at equal scores before."""
    if row.method in (Name.ANCOVA, Name.CHANGE_SCORE):
        return row.method == Name.CHANGE_SCORE
    picked = claims.study.scale(row.scale).picked is not None
    return claims.study.design.assignment == "self-selected" and not picked


def family(claims: "Claims", row: Estimate, *, clear: bool) -> str:
    """Family of sentences for a difference that its design supports."""
    level = claims.level(row)
    if level == LEVELS["randomised"]:
        return "drawn" if clear and why_not_causal(claims, row) else str(level)
    if level == LEVELS["randomised"] - 1 and clear:
        return str(level)
    if not by_changes(claims, row):
        return "same"
    return "gap" if math.isnan(_of_both(claims, row)[0]) else "both"


def why_not_causal(claims: "Claims", row: Estimate) -> str:
    """Why a clear difference by lot is not put down to the programme, as the catalogue names it; empty where it is."""
    if claims.judged(row).verdict not in CLEAR:
        return ""
    if _moved_the_other_way(claims, row):
        return "opposite"
    if not tips_late(row, claims.followed, claims.study):
        return "tipping"
    if row.scale not in claims.study.confirmatory:
        return "exploratory"
    return "" if row.is_of_all_cohorts or _clear_among_cohorts(claims, row) else "cohort"


def _moved_the_other_way(claims: "Claims", row: Estimate) -> bool:
    """Whether the scores of the programme moved clearly against the difference: then it raised what fell."""
    low, high = (claims.disclosed.estimates.detail(row.id, f"change_arm{end}") for end in ("_low", "_high"))
    return (row.estimate > 0 and high < 0) or (row.estimate < 0 and low > 0)


def _clear_among_cohorts(claims: "Claims", row: Estimate) -> bool:
    """Whether the difference of one cohort stays clear once the other cohorts are allowed for."""
    if len(alike_cohorts(claims, row)) < 2 and not any(one.is_of_all_cohorts for one in claims.disclosed.rows):
        return True
    mine = clear_cohorts(claims, row).get(row.cohort)
    return mine is not None and mine.id == row.id


def _of_both(claims: "Claims", row: Estimate) -> tuple[float, float]:
    detail = claims.disclosed.estimates.detail
    return detail(row.id, "change_arm"), detail(row.id, "change_comparison")


def moves(claims: "Claims", row: Estimate) -> dict[str, str]:
    """What both arms did, of the people in the difference: a verb only where the arm's own interval excludes 0."""
    words, detail = claims.words, claims.disclosed.estimates.detail
    blanks: dict[str, str] = {}
    for blank, name in (("arm", "change_arm"), ("other", "change_comparison")):
        change, low, high = (detail(row.id, f"{name}{end}") for end in ("", "_low", "_high"))
        verb = "up" if low > 0 else "down" if high < 0 else "flat"
        number = {"size": words.number(abs(change)), "signed": words.number(change, signed=True)}
        blanks |= {f"{blank}_moved": words.say(f"moved.{verb}", **number), f"{blank}_signed": number["signed"]}
    return blanks


def difference_beside(claims: "Claims", row: Estimate) -> Estimate | None:
    """Difference that stands at the place of a change; None where there is none."""
    contrast = Contrast.POOLED_DIFFERENCE if row.is_pooled else Contrast.DIFFERENCE
    return claims.disclosed.headline(row.place, contrast)


def level_text(claims: "Claims", row: Estimate) -> str:
    """Name the design level in words, and what lowered it."""
    say, study = claims.words.say, claims.study
    if not row.compares_arms:
        if study.comparison is None:
            return say("design.single")
        difference = difference_beside(claims, row)
        if difference is None or not difference.is_known or claims.level(difference) > 1:
            if _stands_unlinked(claims, row):
                return say("design.unlinked")
            reasons = [] if difference is None or difference.is_known else [claims.reason(difference)]
            return " ".join([say("design.no_usable"), *reasons])
        row = difference
    lost = losses(row, claims.followed, study)
    assignment = study.design.assignment
    if steps_down(lost):
        first, second = shares(claims, row)
        how = "lowered_every" if claims.of_every_wave(row) else "lowered"
        many = say(f"{how}.{how_lost(claims, row)}", first=first, second=second)
        blanks = {"first": first, "second": second, "lost": many, "people": claims.people(row.role)}
        text = say(f"{how}.{assignment}_{claims.level(row)}", **blanks)
    elif assignment == "matched" and started_apart(row, claims.followed):
        text = say("design.matched_apart")
    elif assignment == "randomised" and (why := why_not_causal(claims, row)):
        text = say(f"design.drawn_{why}")
    elif assignment == "randomised" and study.design.unit not in ("person", "dyad"):
        text = say("design.randomised_units", unit=claims.unit_text(study.design.unit))
    else:
        text = say(f"design.{assignment}")
    picked = study.scale(row.scale).picked is not None and by_two_ways(study)
    return f"{text} {say('design.picked')}" if picked else text


def shares(claims: "Claims", row: Estimate) -> list[str]:
    """Share of people without a usable score after, in the arm of a difference and in the comparison."""
    return [claims.words.share(one.share) for one in losses(row, claims.followed, claims.study).values()]


def how_lost(claims: "Claims", row: Estimate) -> str:
    """What takes a difference its level, as the catalogue names it: that so many left, or that they left unevenly."""
    return "unevenly" if left_unevenly(losses(row, claims.followed, claims.study)) else "many"


def is_qualified(claims: "Claims", row: Estimate) -> bool:
    """Whether a difference, or that at the place of a change, bears less than its declared design would."""
    difference = row if row.compares_arms else difference_beside(claims, row)
    if difference is None or not difference.is_known:
        return False
    level, declared = claims.level(difference), LEVELS[claims.study.design.assignment]
    weaker = why_not_causal(claims, difference) not in ("", "exploratory")  # which is said of the outcome itself
    return level < declared or (level == LEVELS["randomised"] and weaker)


def beside(claims: "Claims", row: Estimate) -> list[str]:
    """Sentences that must be read with a row."""
    hides = [text] if (text := opposed_text(claims, row)) else []
    if row.is_known and row.compares_arms and claims.level(row) > 1:
        return [*hides, *_two_ways(claims, row), loss_text(claims, row)]
    return [*hides, *_side_by_side(claims, row)]


def in_short(claims: "Claims", row: Estimate) -> str:
    """What a row would be misread without in a headline; empty where there is nothing."""
    picked = _picked(claims, row)
    if hides := opposed_text(claims, row):
        return " ".join(filter(None, [hides, picked]))
    if not (row.is_known and row.compares_arms):
        return " ".join(filter(None, [picked, next(_side_by_side(claims, row), "")]))
    texts = list(_two_ways(claims, row)) if claims.level(row) > 1 else []
    if by_two_ways(claims.study):
        depends = claims.words.say("comparing.depends")
        return depends if depends in texts else ""
    clear = claims.judged(row).verdict in CLEAR  # of a difference that is not, the arms need not be told apart
    return texts[0] if texts and clear and _moved_the_other_way(claims, row) else ""


def _picked(claims: "Claims", row: Estimate) -> str:
    """Say of a change that people picked by their score move towards the average anyway, and how far, if known."""
    scale = claims.study.scale(row.scale)
    if scale.picked is None or not (row.is_known and row.is_change):
        return ""
    detail = claims.disclosed.estimates.detail
    known = [detail(one.id, "expected_by_selection") for one in claims.disclosed.rows if one.scale == row.scale]
    expected = next((value for value in known if not math.isnan(value)), None)  # it is that of all who were picked
    if expected is None:
        return claims.words.say("comparing.picked")
    signed, unit = claims.words.number(expected, signed=True), claims.unit(scale)
    text = claims.words.say("comparing.picked_by", signed=signed, unit=unit)
    inside = row.has_interval and row.ci_low <= expected <= row.ci_high
    return f"{text} {claims.words.say('comparing.picked_inside')}" if inside else text


def _side_by_side(claims: "Claims", row: Estimate) -> Iterator[str]:
    """Change of the comparison, and who did not stay, beside that of the programme where no difference may be told."""
    difference = None if row.compares_arms else difference_beside(claims, row)
    known = difference is not None and difference.is_known
    if not (known or _stands_unlinked(claims, row)):
        return
    if (other := _of_comparison(claims, row)) is not None:
        sentence = claims.sentence(other)
        yield claims.words.say("comparing.other_arm", text=sentence, lowered=lowered(sentence))
    if difference is not None and known:
        yield loss_text(claims, difference)


def _of_comparison(claims: "Claims", row: Estimate) -> Estimate | None:
    """What a change of the programme is in the comparison; None where that is not known."""
    comparison = row.place._replace(arm=claims.study.comparison or "")
    other = claims.disclosed.headline(comparison, row.contrast)
    return other if other is not None and other.is_known else None


def _stands_unlinked(claims: "Claims", row: Estimate) -> bool:
    """Whether the comparison stands beside a row, but nobody knows who is who, so that there is no difference."""
    return row.is_change and claims.unlinked(row) and _of_comparison(claims, row) is not None


def loss_text(claims: "Claims", row: Estimate) -> str:
    """How many people of each arm have no usable score after; empty where not both arms are counted."""
    lost, words = losses(row, claims.followed, claims.study), claims.words
    if len(lost) < 2:
        return ""
    mine, other = lost.values()
    counts = {"lost": mine.lost, "base": mine.base, "share": words.share(mine.share),
              "lost_other": other.lost, "base_other": other.base, "share_other": words.share(other.share)}  # fmt: skip
    before = claims.people_left(row)
    assigned = any(one.base != before.get(arm, (one.base, 0))[0] for arm, one in lost.items())
    key = "comparing.losses_of_assigned" if assigned else "comparing.losses"
    return words.say(f"{key}_every" if claims.of_every_wave(row) else key, **counts)


def other_way(claims: "Claims", row: Estimate) -> Estimate | None:
    """Row that answers the same question in the other way; None where there is none, or a lot was drawn."""
    if not by_two_ways(claims.study) or row.method not in OTHER_WAY:
        return None
    name = OTHER_WAY[Name(row.method)]
    for other in claims.disclosed.rows:
        same = other.place == row.place and other.contrast == row.contrast and other.measure == row.measure
        if same and other.method == name and other.subgroup == EVERYONE:
            return other
    return None


def _two_ways(claims: "Claims", row: Estimate) -> Iterator[str]:
    """How far apart the arms started, what the other way to compare them gives, and whether that changes the answer."""
    words = claims.words
    known_arms = not math.isnan(_of_both(claims, row)[0])
    named = claims.named(row)
    if not by_two_ways(claims.study):
        if known_arms:
            left = any(gone for _, gone in claims.people_left(row).values())
            counts = {"n": row.n_pairs, "m": row.n_comparison}
            yield words.say(
                "comparing.arms_of_both" if left else "comparing.arms", **named, **moves(claims, row), **counts
            )
        return
    gap, low, high = claims.followed.gaps.get(row.id, (math.nan,) * 3)
    if not math.isnan(low):
        first, last = words.ends(low, high)
        interval = words.say("counts.interval", level=claims.level_percent, low=first, high=last)
        at_start = named | {"scale": claims.scale_text(row.scale, row.arm, ""), "size": words.number(abs(gap)),
                            "higher": words.say("direction.higher" if gap > 0 else "direction.lower")}  # fmt: skip
        yield words.say("comparing.gap", **at_start, interval=interval)
    other = other_way(claims, row)
    if other is None:
        return
    kind = "same" if by_changes(claims, row) else "changes"
    if not other.is_known:
        yield words.say("comparing.no_other", reason=claims.reason(other))
        return
    known = kind == "changes" and known_arms
    signed = words.number(other.estimate, signed=True)
    yield words.say(f"comparing.{kind}{'_of_both' * known}", **named, **(moves(claims, row) if known else {}),
                    signed=signed, interval=claims.interval(other))  # fmt: skip
    if low > 0 or high < 0:
        if ways_differ(claims, row):
            yield words.say("comparing.depends")
        yield words.say("comparing.neither")


def ways_differ(claims: "Claims", row: Estimate) -> bool:
    """Whether both ways to compare together leave open what one of them alone, whichever it is, would not."""
    other = other_way(claims, row) if row.compares_arms else None
    if other is None or not (row.has_interval and other.has_interval):
        return False
    alone = _alone(claims, row, other)
    return claims.judged(row).verdict == "unclear" and any(found != "unclear" for found in alone)


def one_way_clear(claims: "Claims", row: Estimate) -> bool:
    """Whether one of both ways to compare is clear by itself, and the other is not."""
    other = other_way(claims, row)
    return other is not None and "unclear" in _alone(claims, row, other)


def _alone(claims: "Claims", row: Estimate, other: Estimate) -> list[str]:
    """Verdict on each of both ways by itself."""
    scale = claims.study.scale(row.scale)
    return [against(one.ci_low, one.ci_high, scale) for one in (row, other)]
