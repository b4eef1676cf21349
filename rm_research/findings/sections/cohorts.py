"""Comparison of the cohorts in order of time: each with its finding, the average, and how much they differ."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pandas as pd

from rm_research.catalogue import capital, lowered
from rm_research.claims.glance import Glance, glance
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS
from rm_research.effects.methods import Measure
from rm_research.findings.bars import bars
from rm_research.findings.context import Context, place_of_page
from rm_research.findings.hidden import cohorts_not_shown
from rm_research.findings.illustrations import forest_pictures
from rm_research.findings.numbers import numbers_table
from rm_research.findings.page import Content
from rm_research.findings.pictures import Picture
from rm_research.findings.sections.headline import Cell, by_row, cell, kind_of
from rm_research.findings.tables import Table
from rm_research.stats.result import Reason
from rm_research.study import Scale

WHY_NO_TREND = {
    Reason.TOO_FEW_COHORTS: "trend_few", Reason.COLLINEAR: "trend_same_month", Reason.SHARED_COMPARISON: "trend_shared",
}  # fmt: skip


class Entry(NamedTuple):
    """One cohort, several shown together, or their average: its page, or why there is none, and its findings."""

    name: str
    href: str | None
    reason: str | None
    cells: Sequence[Cell | None]
    average: bool = False


def content(context: Context) -> Content | None:
    """Content of the programme's list of cohorts; none on a cohort's page."""
    say = context.words.say
    if context.cohort is not None:
        return None
    scale = context.study.first_scale
    groups = _asked(scale, context)
    entries = list(_entries(scale, groups, context))
    found = [one.glance.row for entry in entries for one in entry.cells if one is not None]
    what = kind_of([row for row in found if row is not None and row.is_known], context)
    texts = (
        [*_averages(scale, context), *_differences(scale, context), *_trends(scale, context)] if context.pooled else []
    )
    pictures = list(_forests(context)) if context.pooled else []
    values = {
        "heading": say("headings.cohorts"),
        "entries": entries,
        "caption": say(
            f"cohorts.caption_{what}",
            scale=scale.title,
            level=context.claims.level_percent,
            order=say("cohorts.in_time") if _in_order_of_time(context) else "",
        ),
        "cohort": context.heading("cohort"),
        "groups": [context.group_name(*group) for group in groups],
        "texts": texts,
        "more": say("cohorts.charts"),
        "folded": pictures,
        "tables": list(_tables(context)) if context.pooled else [],
    }
    return Content(values, pictures=tuple(pictures), not_shown=tuple(cohorts_not_shown(context)))


def _in_order_of_time(context: Context) -> bool:
    """Whether the cohorts stand by the months in which they began, all of which are known."""
    table = context.disclosed.tables["cohorts"]
    began = table.loc[table["cohort"].isin(context.cohorts), "first"]
    return len(began) > 1 and bool(began.notna().all()) and bool(began.is_monotonic_increasing)


def _asked(scale: Scale, context: Context) -> list[tuple[str, str]]:
    """Roles and arms that have a result in some cohort, both roles together last."""
    claims, waves = context.claims, context.main_wave(scale)
    places = _places(_joined(scale, context), context)
    return [
        (role, arm) for role in context.roles(scale.name) for arm in context.arms()
        for found in [[claims.headline_row(place, role, arm, scale.name, wave) for place in places for wave in waves]]
        if any(row is not None and row.is_known for row in found)
    ]  # fmt: skip


def _joined(scale: Scale, context: Context) -> pd.DataFrame:
    """Cohorts that are shown together, by role, with the name of their group."""
    table = context.disclosed.tables["together"]
    return table[table["scale"].eq(scale.name) & table["wave"].isin(context.main_wave(scale))]


def _entries(scale: Scale, groups: list[tuple[str, str]], context: Context) -> Iterator[Entry]:
    """Rows of the table: cohorts in order of time, each group after its first cohort, the average last."""
    joined, wave = _joined(scale, context), context.main_wave(scale)
    places = _places(joined, context)
    found = {(place, *group): context.claims.headline_row(place, *group, scale.name, wave[0])
             for place in places for group in groups}  # fmt: skip
    rows = [row for row in found.values() if row is not None]
    drawn, mixed = bars(rows, scale, context.study), kind_of([row for row in rows if row.is_known], context) == "both"
    together = set(joined[["cohort", "role"]].itertuples(index=False, name=None))
    for place in places:
        cells: list[Cell | None] = []
        for role, arm in groups:
            row = found[place, role, arm]
            if row is None and context.only_compared(place):
                cells.append(Cell(Glance("hidden", context.words.say("cohorts.only_compared"), "", "", None), None))
            elif (place, role) in together and not (row is not None and row.is_known):
                cells.append(Cell(Glance("hidden", context.words.say("cohorts.joined"), "", "", row), None))
            else:
                cells.append(None if row is None else cell(glance(row, context.claims), drawn, context, mixed=mixed))
        yield _entry(place, cells, place in set(joined["group"]), context)


def _places(joined: pd.DataFrame, context: Context) -> list[str]:
    """Cohorts in order of time, each group of them after its first cohort, all of them last."""
    places = list(context.cohorts)
    for group, members in joined.groupby("group", sort=False)["cohort"]:
        first = min((places.index(name) for name in members if name in places), default=len(places) - 1)
        places.insert(first + 1, str(group))
    return places + [ALL_COHORTS] * context.pooled


def _entry(place: str, cells: Sequence[Cell | None], is_group: bool, context: Context) -> Entry:
    say = context.words.say
    if place == ALL_COHORTS:
        over_people = any(cell and cell.glance.row and context.claims.over_people(cell.glance.row) for cell in cells)
        return Entry(say("chart.average_people" if over_people else "chart.average"), None, None, cells, average=True)
    if is_group:
        return Entry(place, None, None, cells)
    reason = None
    if context.counts(place)["failed"]:
        reason = say("cohorts.unavailable", reason=say("cohorts.data_error"))
    elif place in context.unavailable:
        reason = say("cohorts.unavailable", reason=say("cohorts.render_error"))
    return Entry(place, None if reason else f"{place_of_page(place)}/index.html", reason, cells)


def _forests(context: Context) -> Iterator[Picture]:
    """Charts of all cohorts, outcome by outcome."""
    for scale in context.study.scales:
        for wave in context.main_wave(scale):
            for role in context.roles(scale.name):
                yield from forest_pictures(scale, wave, role, context)


def _tables(context: Context) -> Iterator[Table]:
    """Numbers of all cohorts, outcome by outcome."""
    for scale in context.study.scales:
        rows = [row for row in context.disclosed.headline_rows if row.scale == scale.name]
        rows = [row for row in rows if row.wave in context.main_wave(scale)]
        if rows:
            yield numbers_table(context.words.say("cohorts.numbers", scale=scale.title), rows, context)


def _averages(scale: Scale, context: Context) -> Iterator[str]:
    """What the averages are taken over, and how many cohorts are in none, or in one only together with others."""
    rows = [row for row in context.main_rows(scale) if row.is_known]
    yield from by_row({row: _averaged(row, context) for row in rows}, context)
    yield from by_row({row: text for row in rows if (text := _left_out(row, context))}, context)


def _averaged(row: Estimate, context: Context) -> str:
    """What an average is taken over, and whether it is of other people than the cohorts' own results."""
    say = context.words.say
    if not context.claims.over_people(row):
        return say("cohorts.pooled")
    text = say("cohorts.pooled_people")
    return f"{text} {say('cohorts.adds_leavers')}" if _adds_leavers(row, context) else text


def _adds_leavers(row: Estimate, context: Context) -> bool:
    """Whether an average counts people who left, next to cohorts' results of those who answered both times."""
    if not context.claims.counts_leavers(row):
        return False
    beside = (one for one in context.disclosed.headline_rows
              if one.place[1:] == row.place[1:] and one.contrast == row.unpooled and one.is_known)  # fmt: skip
    return any(one.declared is not None and not one.declared.of_everyone_before for one in beside)


def _left_out(row: Estimate, context: Context) -> str:
    """How many small cohorts count together in an average, and how many are not in it at all."""
    say, (_, together, groups, left_out) = context.words.say, context.counted(row)
    texts = [say("cohorts.together", n=len(together), m=groups)] if together else []
    if left_out:
        count = say("cohorts.one_cohort") if len(left_out) == 1 else say("cohorts.more_cohorts", n=len(left_out))
        texts.append(say("cohorts.left_out", hidden=count))
    return " ".join(texts)


def _differences(scale: Scale, context: Context) -> Iterator[str]:
    """How much cohorts differ in the first outcome, and what the differences go with."""
    claims, say = context.claims, context.words.say
    for row in context.main_rows(scale):
        for text in filter(None, (_prediction(row, context), *_moderators(row, context))):
            yield say("headline.of_role", People=capital(claims.people(row.role)), text=text, lowered=lowered(text))


def _moderators(row: Estimate, context: Context) -> Iterator[str]:
    """How the estimate varies with each declared moderator of cohorts."""
    for slope in context.rows:
        same = slope.place == row.place and slope.contrast == row.contrast
        if not same or slope.measure != Measure.SLOPE or not slope.is_known:
            continue
        _, _, entry = slope.subgroup.partition(": ")  # of a moderator in words the share of people with an entry
        unclear = slope.ci_low <= 0 <= slope.ci_high
        yield context.words.say(
            ("cohorts.moderator_entry_open" if unclear else "cohorts.moderator_entry") if entry else
            ("cohorts.moderator_open" if unclear else "cohorts.moderator"), k=slope.n_clusters,
            moderator=entry or slope.subgroup,
            signed=context.claims.estimate(slope), unit=context.claims.unit(context.study.scale(row.scale)),
            interval=context.claims.interval(slope),
        )  # fmt: skip


def _prediction(row: Estimate, context: Context) -> str:
    """Range in which a further cohort's effect may lie; empty unless five or more are shown, and all of them."""
    ends = context.claims.prediction(row)
    if ends is None:
        return ""
    first, last = context.words.ends(*ends)
    unit = context.claims.unit(context.study.scale(row.scale))
    return context.words.say("cohorts.differ", low=first, high=last, unit=unit)


def _trends(scale: Scale, context: Context) -> list[str]:
    """Trend of each average of an outcome; one sentence where that of all roles and arms is the same."""
    rows = [row for row in context.main_rows(scale) if row.is_known]
    return by_row({row: text for row in rows if (text := _trend(row, context))}, context)


def _trend(row: Estimate, context: Context) -> str:
    """Sentence on the trend behind an average; empty where waves are not linked or it may not be shown."""
    say, claims, found = context.words.say, context.claims, trend_row(row, context)
    if found is None:
        shared = row.compares_arms and context.study.design.comparison_scope == "shared"
        lacking = "trend_shared" if shared else "trend_undated" if _dated(context) else "trend_dateless"
        return "" if claims.unlinked(row) else say(f"cohorts.{lacking}")
    if not found.is_known:
        why = next((key for reason, key in WHY_NO_TREND.items() if reason == found.reason), None)
        return say(f"cohorts.{why}") if why else ""
    way = "trend_open" if found.ci_low <= 0 <= found.ci_high else "trend_up" if found.estimate > 0 else "trend_down"
    scale = context.study.scale(row.scale)
    text = say(
        f"cohorts.{way}", k=found.n_clusters, signed=claims.estimate(found),
        unit=claims.unit(scale), interval=claims.interval(found),
    )  # fmt: skip
    if way == "trend_open":
        return text
    meant = [say("plain.worse" if way == "trend_up" else "plain.better")] if scale.better == "lower" else []
    return " ".join([text, *meant, say("cohorts.trend_years")])


def _dated(context: Context) -> bool:
    """Whether some cohort has a date."""
    table = context.disclosed.tables["cohorts"]
    return bool(table.loc[table["cohort"].isin(context.cohorts), "first"].notna().any())


def trend_row(row: Estimate, context: Context) -> Estimate | None:
    """Row of the trend over the cohorts that an average is made of."""
    same = (one for one in context.rows if one.place == row.place and one.contrast == row.contrast)
    return next((one for one in same if one.measure == Measure.TREND), None)
