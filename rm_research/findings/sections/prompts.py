"""What to look at next: at most three prompts, each from a number on the page."""

import math
from collections.abc import Callable, Iterator

from rm_research.checks.flow import flow_column
from rm_research.claims.comparing import difference_beside, other_way, ways_differ, why_not_causal
from rm_research.claims.glance import glance
from rm_research.claims.lasting import first_and_last, what_became
from rm_research.claims.opposed import opposed
from rm_research.claims.staying import losses
from rm_research.disclosure.printed import printed_ends
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import AND
from rm_research.effects.verdicts import has_few_df
from rm_research.findings.context import Context
from rm_research.findings.doubts import doubted
from rm_research.findings.page import Content
from rm_research.findings.sections.cohorts import trend_row
from rm_research.stats.attrition import MOST_UNEVEN, steps_lost

MOST = 3
WORTH_ASKING, WORTH_WAITING = 1.15, 4.0  # times the people there are now, between which it is worth saying


def content(context: Context) -> Content:
    """Content of the prompts; empty where no number on the page asks for one."""
    declared = [scale for scale in context.study.scales if scale.name in context.study.confirmatory]
    rows = [row for scale in declared for row in context.main_rows(scale) if row.is_known]
    texts = [text for rule in RULES for text in rule(rows, context)][:MOST]
    if not texts:
        return Content()
    return Content({"heading": context.words.say("headings.prompts"), "texts": texts})


def _coding(rows: list[Estimate], context: Context) -> Iterator[str]:
    """Outcomes whose answers may be coded the wrong way round, or in other units: first of all, for all rests on it."""
    if titles := doubted(context):
        yield context.words.say("prompts.coding", scales=context.words.listed(titles))


def _harm(rows: list[Estimate], context: Context) -> Iterator[str]:
    """The first result that is for the worse by what matters, also of an outcome that nobody declared."""
    for row in [*rows, *(row for row in context.known_main_rows if row not in rows)]:
        if context.claims.judged(row).verdict == "loss" and not context.claims.has_no_verdict(row):
            yield context.words.say("prompts.harm", **context.claims.named(row), **_numbers(row, context))
            return


def _gone(rows: list[Estimate], context: Context) -> Iterator[str]:
    """The first gain that was there at the first later survey and no more at the last."""
    claims = context.claims
    for row in rows:
        both = first_and_last(claims, row)
        if both is not None and what_became(claims, *both) == "gone" and glance(both[0], claims).kind == "gain":
            kind, later = "difference" if both[0].compares_arms else "change", claims.moment(both[1].wave)
            scale = claims.scale_text(row.scale, row.arm, "")
            named = claims.named(row) | {"scale": scale, "later": later} | _numbers(both[1], context)
            yield context.words.say(f"prompts.gone_{kind}", **named)
            return


def _getting_worse(rows: list[Estimate], context: Context) -> Iterator[str]:
    """The first outcome whose results are worse from cohort to cohort."""
    for row in rows:
        found, lower = trend_row(row, context), context.study.scale(row.scale).better == "lower"
        if found is not None and found.is_known and (found.ci_low > 0 if lower else found.ci_high < 0):
            yield context.words.say("prompts.getting_worse", **context.claims.named(row), **_numbers(found, context))
            return


def _numbers(row: Estimate, context: Context) -> dict[str, str]:
    """Estimate of a row, without and with its sign, and its interval."""
    size = context.words.number(abs(row.estimate))
    return {"signed": context.claims.estimate(row), "size": size, "interval": context.claims.interval(row)}


def _everybody_left(rows: list[Estimate], context: Context) -> Iterator[str]:
    """The first cohort of which many answered before and nobody afterwards: participation is never hidden."""
    waves, flow = context.study.later_waves[:1], context.disclosed.tables["response"]
    if context.study.link.method == "none" or not waves:
        return
    for cohort in context.cohorts if context.cohort is None else [context.cohort]:
        here = flow[flow["cohort"] == cohort]
        n = int(here["before"].sum())
        if n >= context.disclosed.smallest_group and not here[flow_column("answered", waves[0])].sum():
            moment = context.claims.moment(waves[0])
            yield context.words.say("prompts.everybody_left", n=n, cohort=cohort, moment=moment)
            return


def _too_few_people(rows: list[Estimate], context: Context) -> Iterator[str]:
    """How many more cohorts or people would narrow the first unclear interval to the change that matters."""
    claims, words = context.claims, context.words
    for row in rows:
        low, high = printed_ends(row.ci_low, row.ci_high)  # nothing finer than the page prints
        half, smallest = (high - low) / 2, context.study.scale(row.scale).smallest_effect
        open_ended = claims.judged(row).verdict != "unclear" or not math.isfinite(half) or claims.unlinked(row)
        if smallest is None or open_ended or half <= smallest or not _is_of_people(row, context):
            continue
        if _ways_apart(row, smallest, context):
            continue
        times = (half / smallest) ** 2
        people = (row.n_pairs or 0) + (row.n_comparison or 0)
        in_pairs = AND in row.role and row.is_change and people == 2 * (row.n_clusters or 0)
        now = row.n_clusters if context.pooled or in_pairs else people
        if not now or not WORTH_ASKING < times < WORTH_WAITING:
            continue
        more = math.ceil(now * (times - 1))
        key = "cohorts" if context.pooled else "people_compared" if row.compares_arms else "people"
        key = "pairs" if in_pairs else key
        sizes = {"half": words.number(half), "smallest": words.number(smallest)}
        yield words.say(f"prompts.{key}", **claims.named(row), more=more, n=more, **sizes)
        return


def _opposed(rows: list[Estimate], context: Context) -> Iterator[str]:
    """An average that hides cohorts which moved in opposite directions."""
    for row in rows:
        if (found := opposed(context.claims, row)) is not None:
            yield context.words.say(
                "prompts.opposed", **context.claims.named(row), up=found.up, down=found.down, n=found.of
            )
            return


def _is_of_people(row: Estimate, context: Context) -> bool:
    """Whether more people, or cohorts, would narrow an interval: not where few larger groups decide it."""
    return not has_few_df(row.df) and (context.pooled or context.study.clustered_by in ("person", "dyad"))


def _ways_apart(row: Estimate, smallest: float, context: Context) -> bool:
    """Whether two ways to compare differ by what more people would leave as it is."""
    other = other_way(context.claims, row)
    apart = other is not None and other.is_known and abs(row.estimate - other.estimate) >= smallest
    return apart or ways_differ(context.claims, row)


def _uneven_loss(rows: list[Estimate], context: Context) -> Iterator[str]:
    """Where so many more of one group than of the other have no later score that it is no chance."""
    claims, words = context.claims, context.words
    for row in rows:
        compared = row if row.compares_arms else difference_beside(claims, row)
        lost = losses(compared, claims.followed, context.study) if compared is not None else {}
        if len(lost) < 2:
            continue
        mine, other = lost.values()
        uneven = round(abs(mine.share - other.share), 9) > MOST_UNEVEN[0]
        if uneven and steps_lost(mine.base, mine.lost, other.base, other.lost):
            more, fewer = sorted((mine, other), key=lambda one: -one.share)
            arm = "programme" if more is mine else "comparison"
            yield words.say(f"prompts.uneven_{arm}", who=context.group_name(row.role, row.arm), lost=more.lost,
                            base=more.base, lost_other=fewer.lost, base_other=fewer.base)  # fmt: skip
            return


def _who_left(rows: list[Estimate], context: Context) -> Iterator[str]:
    """A difference that is not put down to the programme because those who left could undo it."""
    for row in rows:
        if row.compares_arms and why_not_causal(context.claims, row) == "tipping":
            sides = losses(row, context.claims.followed, context.study).values()
            lost, base = sum(side.lost for side in sides), sum(side.base for side in sides)
            yield context.words.say("prompts.left", **context.claims.named(row), lost=lost, base=base, n=lost)
            return


def _few_meetings(rows: list[Estimate], context: Context) -> Iterator[str]:
    """Dyads of which no meeting is logged."""
    met = context.meetings
    dyads, have = int(met["dyads"].sum()), int(met["met"].sum())
    if missing := dyads - have:
        yield context.words.say("prompts.never_met", n=missing, dyads=dyads)


RULES: tuple[Callable[[list[Estimate], Context], Iterator[str]], ...] = (  # what weighs most first
    _coding, _harm, _opposed, _gone, _getting_worse, _everybody_left, _too_few_people,
    _uneven_loss, _who_left, _few_meetings,
)  # fmt: skip
