"""What a page says of the locked plan: which results were planned, what was changed since, and when it was locked."""

from collections.abc import Iterator

import pandas as pd

from rm_research.catalogue import lowered
from rm_research.effects.estimate import Estimate
from rm_research.effects.printing import contrast_title
from rm_research.findings.context import Context
from rm_research.findings.tables import Table, table
from rm_research.panel.standing import differences, rules_changed
from rm_research.study.locking import Difference, LockedPlan


def plan_sentences(context: Context) -> list[str]:
    """When the plan was locked as it says, what it planned, and whether the study still is so; for the appendix."""
    plan, say = context.study.plan, context.words.say
    if plan is None:
        return [say("locked.none")]
    told = [say("locked.says", day=context.words.day(plan.locked)), say(f"locked.{_stood(context)}")]
    told += [say("locked.hash", hash=plan.hash), *_history(plan, context)]
    return [" ".join(told), " ".join([*_planned(context), *_changes(context)])]


def plan_limits(context: Context) -> list[str]:
    """What takes weight from a plan, on a page that shows results."""
    study, say = context.study, context.words.say
    if study.plan is None:
        return []
    changed = {one.key for one in rules_changed(study)}
    found = {
        "plan_after": _stood(context) == "after",
        "plan_changed": bool(changed),
        "not_planned": any(not row.planned for row in context.headlines if row.is_known),
    }
    return [say(f"limits.{name}") for name, holds in found.items() if holds]


def verdicts_not_planned(context: Context) -> list[str]:
    """That verdicts rest on a smallest change set after the plan: nobody may read them without it."""
    changed, shown = {one.key for one in rules_changed(context.study)}, context.shown_scales
    titles = [scale.title for scale in context.study.scales
              if scale.name in shown and f"scales.{scale.name}.smallest_effect" in changed]  # fmt: skip
    return [context.words.say("headline.plan_smallest", scales=context.words.listed(titles))] if titles else []


def plan_table(context: Context) -> Table:
    """Where the study differs from its plan; empty where it does not."""
    found = differences(context.study)
    headings = [context.heading(name) for name in ("plan_key", "plan_planned", "plan_now")]
    nothing = context.words.say("locked.not_declared")
    cells = [[one.key, one.planned or nothing, one.now or nothing] for one in found]
    frame = pd.DataFrame(found, columns=list(Difference._fields), dtype="str")
    return table(context.words.say("locked.caption"), headings, cells, frame)


def planned_cell(row: Estimate, context: Context) -> str:
    """Whether a row was planned; empty without a locked plan."""
    return "" if context.study.plan is None else context.words.say("locked.yes" if row.planned else "locked.no")


def _stood(context: Context) -> str:
    return str(context.counts(context.place)["plan"])


def _history(plan: LockedPlan, context: Context) -> list[str]:
    if not plan.earlier:
        return []
    return [context.words.say("locked.again", n=len(plan.earlier), day=context.words.day(plan.earlier[0].locked))]


def _planned(context: Context) -> Iterator[str]:
    """Outcomes that were planned, scales that were not, and results of planned outcomes that were not."""
    study, words = context.study, context.words
    plan = study.plan.rules.get("outcomes", []) if study.plan else []
    outcomes = sorted((scale for scale in study.scales if not scale.is_process),
                      key=lambda scale: plan.index(scale.name) if scale.name in plan else len(plan))  # fmt: skip
    names = {kind: words.listed([scale.title for scale in outcomes if (scale.name in study.confirmatory) == kind])
             for kind in (True, False)}  # fmt: skip
    if names[True]:
        yield words.say("locked.outcomes", outcomes=names[True])
    if names[False]:
        yield words.say("locked.unplanned_outcomes", outcomes=names[False])
    others = [row for row in context.rows if row.is_known and not row.planned and row.scale in study.confirmatory]
    if others:
        what = dict.fromkeys(_what(row, context) for row in others)
        yield words.say("locked.unplanned", what="; ".join(what))


def _what(row: Estimate, context: Context) -> str:
    """An outcome, with the people, the survey and the comparison of a result."""
    study, claims = context.study, context.claims
    several = len(study.later_waves) > 1
    parts = [study.scale(row.scale).title, claims.people(row.role), context.wave(row.wave) if several else "",
             lowered(contrast_title(row, study, context.words)), claims.compared_text(row)]  # fmt: skip
    return ", ".join(filter(None, parts))


def _changes(context: Context) -> Iterator[str]:
    """Whether the study's files still say what the plan says, and whether packages are the same."""
    say, changed = context.words.say, rules_changed(context.study)
    if changed:
        yield say("locked.changed", n=len(changed))
    else:
        yield say("locked.as_planned")
    if len(differences(context.study)) > len(changed):
        yield say("locked.versions")
