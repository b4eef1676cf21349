"""Trend over the cohorts: how results differ for each year that one started later, or why that is not estimated."""

from rm_research.effects.estimate import Estimate
from rm_research.effects.methods import Measure
from rm_research.findings.context import Context
from rm_research.findings.sections.headline import by_row
from rm_research.stats.result import Reason
from rm_research.study import Scale

WHY_NOT = {
    Reason.TOO_FEW_COHORTS: "trend_few", Reason.COLLINEAR: "trend_same_month", Reason.SHARED_COMPARISON: "trend_shared",
}  # fmt: skip


def trends(scale: Scale, context: Context) -> list[str]:
    """Trend of each average of an outcome; one sentence where that of all roles and arms is the same."""
    rows = [row for row in context.main_rows(scale) if row.is_known]
    return by_row({row: text for row in rows if (text := _trend(row, context))}, context)


def _trend(row: Estimate, context: Context) -> str:
    """Sentence on the trend behind an average; empty where waves are not linked or it may not be shown."""
    say, claims, found = context.words.say, context.claims, _row_of(row, context)
    if found is None:
        shared = row.compares_arms and context.study.design.comparison_scope == "shared"
        return "" if claims.unlinked(row) else say("cohorts.trend_shared" if shared else "cohorts.trend_undated")
    if not found.is_known:
        why = next((key for reason, key in WHY_NOT.items() if reason == found.reason), None)
        return say(f"cohorts.{why}", k=len(claims.parts(row))) if why else ""
    way = "trend_open" if found.ci_low <= 0 <= found.ci_high else "trend_up" if found.estimate > 0 else "trend_down"
    return say(
        f"cohorts.{way}", k=found.n_clusters, signed=claims.estimate(found),
        size=context.words.number(abs(found.estimate)), unit=claims.unit(context.study.scale(row.scale)),
        interval=claims.interval(found),
    )  # fmt: skip


def _row_of(row: Estimate, context: Context) -> Estimate | None:
    """Row of the trend over the cohorts that an average is made of."""
    same = (one for one in context.rows if one.place == row.place and one.contrast == row.contrast)
    return next((one for one in same if one.measure == Measure.TREND), None)
