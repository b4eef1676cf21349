"""What the page can and cannot show, and what is hidden."""

from rm_research.claims.comparing import difference_beside
from rm_research.claims.measurement import measurement_limits
from rm_research.disclosure.rows import ROUNDED
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS
from rm_research.findings.context import Context
from rm_research.findings.described import is_described
from rm_research.findings.doubts import scales_in_doubt
from rm_research.findings.page import Content
from rm_research.findings.plan import plan_limits
from rm_research.stats.attrition import MOST_LOST, MOST_UNEVEN
from rm_research.stats.resampling import FEW_DF
from rm_research.study import Scale
from rm_research.study.instruments import the_instrument
from rm_research.study.titles import OUR_UNIT

FEW_PEOPLE = 50  # in a group that is called small
MOST = 5  # that stand on the page; the others are folded


def content(context: Context) -> Content:
    """Content of both lists; all sections add to the list of what is not shown."""
    say, items = context.words.say, _items(context)
    values = {
        "heading": say("headings.limits"), "items": items[:MOST],
        "rule": say("limits.smallest", smallest=context.disclosed.smallest_group),
        "further_heading": say("headings.further_limits"), "further": items[MOST:],
        "hidden_heading": say("headings.hidden"),
    }  # fmt: skip
    return Content(values)


def _items(context: Context) -> list[str]:
    """Strengths and limits that apply to this page, what weighs most first."""
    if not context.shows_estimates:
        return []
    study, say = context.study, context.words.say
    differences = [row for row in context.rows if row.compares_arms and row.is_known and context.claims.level(row) > 1]
    items = [*_strength(context, compared=bool(differences)), *plan_limits(context), *_attrition_limits(context)]
    if differences and study.design.assignment == "self-selected":
        items.append(say("limits.self_selected"))
    if study.link.method == "none":
        items.append(say("limits.unlinked"))
    if any(row.df < FEW_DF for row in differences if not row.is_pooled):
        items.append(say("limits.few_df"))
    items += _small_groups(context) + _self_reports(context)
    measured = context.disclosed.tables["measurement"]
    doubted = measured["scale"].isin(scales_in_doubt(context))  # why these fit together poorly is told at the top
    items += measurement_limits(measured[~doubted], study=study, words=context.words)
    items += _not_validated(context) + _careless_limits(context)
    if len({row.scale for row in context.headlines if row.is_known}) > 1:
        items.append(say("limits.multiple"))
    if any(scale.smallest_effect is None for scale in _of_change(context)):
        items.append(say("verdict.none" if lacks_smallest(context) else "limits.without_smallest"))
    return items + _rounded_errors(context) + _of_averages(context)


def _rounded_errors(context: Context) -> list[str]:
    """Whether errors of some rows on the page were rounded up."""
    of_row = context.disclosed.estimates.detail
    rounded = any(of_row(row.id, ROUNDED) == 1 for row in context.headlines if row.is_known)
    return [context.words.say("limits.rounded_errors")] if rounded else []


def _of_change(context: Context) -> list[Scale]:
    return [scale for scale in context.study.scales if not (scale.is_process or is_described(scale, context))]


def lacks_smallest(context: Context) -> bool:
    """Whether no outcome has a smallest change that matters, which the limits say once for all."""
    return all(scale.smallest_effect is None for scale in _of_change(context))


def _strength(context: Context, *, compared: bool) -> list[str]:
    linked = context.study.link.method != "none"
    kind = "both" if compared and linked else "comparison" if compared else "linked" if linked else ""
    return [context.words.say(f"limits.strength_{kind}")] if kind else []


def _of_averages(context: Context) -> list[str]:
    """What an average over cohorts is about."""
    say, items = context.words.say, []
    if context.pooled:
        over_people = any(context.claims.over_people(row) for row in context.rows if row.is_known)
        whose = "these_clusters" if context.study.clustered_by == "cohort" else "these_cohorts"
        items += [say(f"limits.{whose}")] if over_people else []
        if context.counts(ALL_COHORTS)["repeats"]:
            items.append(say("limits.repeats_these" if over_people else "limits.repeats"))
    return items


def _not_validated(context: Context) -> list[str]:
    """Scales on the page whose instrument nobody has validated: the open set."""
    on_page = context.shown_scales
    named = [scale for scale in context.study.scales if scale.instrument and scale.name in on_page]
    titles = [scale.title for scale in named if not the_instrument(str(scale.instrument)).validated]
    return [context.words.say("limits.not_validated", scales=context.words.listed(titles))] if titles else []


def _small_groups(context: Context) -> list[str]:
    """That groups are small: where one of them is, and nothing was found in it."""
    asked = [row for row in context.headlines if row.is_change or row.compares_arms]
    asked = [row for row in asked if row.has_interval and row.arm != context.study.comparison]
    missed = [row for row in asked if row.ci_low <= 0 <= row.ci_high]
    small = [_smallest(row, context) < FEW_PEOPLE for row in missed]
    every = all(_smallest(row, context) < FEW_PEOPLE for row in asked)
    return [context.words.say("limits.small_all" if every else "limits.small", few=FEW_PEOPLE)] if any(small) else []


def _smallest(row: Estimate, context: Context) -> int:
    """People of the smaller group behind a row."""
    counts = [row.n_pre, row.n_post] if context.claims.unlinked(row) else [row.n_pairs, row.n_comparison]
    return min((count for count in counts if count is not None), default=0)


def _careless_limits(context: Context) -> list[str]:
    """Which band of questionnaires has the same answer throughout; nothing where it is hardly any."""
    table = context.disclosed.tables.get("shapes")
    if table is None:
        return []
    here = table[table["cohort"].eq(context.place) & table["limit"].eq("same_answers")]
    return [context.words.say(f"limits.same_answers_{round(100 * above)}") for above in here["above"]]


def _self_reports(context: Context) -> list[str]:
    """What self-reports cannot show: scales with printed ends are, other outcomes are measured otherwise."""
    study, say = context.study, context.words.say
    # a unit of its own, as correct answers, is a test's
    reported = [study.scale_range(scale.name) is not None and scale.unit == OUR_UNIT for scale in study.scales]
    if all(reported) and study.later_waves:
        return [say("limits.response_shift")]
    return [say("limits.rounds")] if any(reported) else []


def _attrition_limits(context: Context) -> list[str]:
    """Share of each role without a score from the last survey, if it is large or uneven."""
    scale, words = context.study.first_scale, context.words
    waves = context.waves(scale)[-1:]
    if context.study.link.method == "none" or not waves:
        return []
    texts = []
    for role in context.roles(scale.name):
        for row in context.spoken_rows(scale.name, waves[0], role):
            counts = context.claims.leaving(difference_beside(context.claims, row) or row)
            shares = [round((people.lost or 0) / people.before, 9) for people in counts.values()]
            people = context.claims.people(role)
            if len(context.arms()) > 1:
                people = words.say("limits.of_arm", people=people, arm=context.claims.arm_title(row.arm))
            if kind := _lost_of(shares):
                first, second = words.share(shares[0]), words.share(shares[-1])
                texts.append(words.say(f"limits.{kind}", people=people, share=first, first=first, second=second))
    return list(dict.fromkeys(texts))


def _lost_of(shares: list[float]) -> str:
    """Whether the shares of people lost, of one group or of both, are large or uneven, as the catalogue names it."""
    if shares and round(max(shares) - min(shares), 9) > MOST_UNEVEN[0]:
        return "attrition_uneven"
    large = bool(shares) and max(shares) > MOST_LOST[0]
    return "" if not large else "attrition_compared" if len(shares) > 1 else "attrition"
