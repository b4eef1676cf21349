"""What the page can and cannot show, and what is hidden."""

from rm_research.claims.judgement import MOST_LEFT, MOST_UNEVEN
from rm_research.claims.measurement import measurement_limits
from rm_research.effects.groups import ALL_COHORTS
from rm_research.findings.context import Context
from rm_research.findings.page import Content
from rm_research.stats.resampling import FEW_DF


def content(context: Context) -> Content:
    """Content of both lists; all sections add to the list of what is not shown, and the rule ends it."""
    say = context.words.say
    items = _items(context) if context.shows_estimates else []
    rule = say("limits.smallest", smallest=context.disclosed.smallest_group)
    values = {"heading": say("headings.limits"), "items": items, "hidden_heading": say("headings.hidden")}
    return Content(values | {"rule": rule})


def _items(context: Context) -> list[str]:
    """Strengths and limits that apply to this page."""
    study, say = context.study, context.words.say
    items = []
    differences = [row for row in context.rows if row.compares_arms and row.is_known and context.claims.level(row) > 1]
    if differences:
        items.append(say("limits.strength_comparison"))
    items.append(say("limits.strength_linked" if study.link.method != "none" else "limits.unlinked"))
    if study.comparison is None:
        items.append(say("design.single"))
    items += _attrition_limits(context)
    if study.comparison and study.design.assignment == "self-selected":
        items.append(say("limits.self_selected"))
    if any(row.df < FEW_DF for row in differences if not row.is_pooled):
        items.append(say("limits.few_df"))
    if context.pooled:
        over_people = any(context.claims.over_people(row) for row in context.rows if row.is_known)
        items += [say("limits.these_cohorts")] if over_people else []
        if context.counts(ALL_COHORTS)["repeats"]:
            items.append(say("limits.repeats_these" if over_people else "limits.repeats"))
    tables = context.disclosed.tables
    items += measurement_limits(tables["reliability"], tables["invariance"], study=study, words=context.words)
    items.append(say("limits.small"))
    if any(study.scale_range(scale.name) for scale in study.scales):  # other outcomes are measured, not self-reported
        items.append(say("limits.rounds"))
    items += [say("limits.multiple")] if len(study.scales) > 1 else []
    return [*items, say("limits.weights")]


def _attrition_limits(context: Context) -> list[str]:
    """Share of each role without a score from the last survey, if it is large or uneven."""
    scale, words = context.study.scales[0], context.words
    waves = context.waves(scale)[-1:]
    if context.study.link.method == "none" or not waves:
        return []
    texts = []
    for role in context.roles(scale.name):
        for row in context.spoken_rows(scale.name, waves[0], role):
            counts = context.claims.leaving(row)
            shares = {arm: round((people.lost or 0) / people.before, 9) for arm, people in counts.items()}
            people, values = context.claims.people(role), list(shares.values())
            if values and max(values) > MOST_LEFT:
                texts.append(words.say("limits.attrition", share=words.share(max(values)), people=people))
            if len(values) > 1 and round(max(values) - min(values), 9) > MOST_UNEVEN:
                first, second = (words.share(value) for value in values)
                texts.append(words.say("limits.attrition_uneven", people=people, first=first, second=second))
    return list(dict.fromkeys(texts))
