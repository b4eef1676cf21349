"""The first screen: what the page is about, every outcome at a glance, and what became clear in two sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from rm_research.catalogue import capital, in_sentence, lowered
from rm_research.checks.flow import flow_column
from rm_research.claims.glance import Glance, glance
from rm_research.claims.measurement import rescaled
from rm_research.claims.plain import plain_texts
from rm_research.disclosure import HIDDEN
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import AND
from rm_research.effects.methods import Average
from rm_research.findings.bars import Bar, bars
from rm_research.findings.context import Context
from rm_research.findings.described import description, is_described
from rm_research.findings.doubts import doubt_sentences
from rm_research.findings.others import what_else
from rm_research.findings.page import Content
from rm_research.findings.plan import verdicts_not_planned
from rm_research.findings.qualified import less_than_noted
from rm_research.study import Scale

OF_FEW = ("reason.hidden", "reason.hidden_compared")  # why a row is hidden whose people are too few themselves


class Cell(NamedTuple):
    """A finding with its bar; none where there is no interval. `what` it is: said where a table mixes both."""

    glance: Glance
    bar: Bar | None
    what: str = ""


class Line(NamedTuple):
    """One outcome, or one arm of it: its name, what its numbers are, and a cell for each role."""

    name: str
    note: str
    cells: list[Cell | None]


def content(context: Context) -> Content:
    """Content of the first screen."""
    say, scale = context.words.say, context.study.first_scale
    draft = say("page.simulated" if context.simulated else "page.draft")  # what is simulated is never released
    edition = say("page.edition", label=context.edition) if context.edition else draft
    values: dict[str, object] = {
        "kicker": [context.study.title, edition], "title": context.title, "about": " · ".join(_about(context)),
        "tables": [], "words": say("headings.words"), "elsewhere": "", "outcome": context.heading("scale"),
    }  # fmt: skip
    known = context.known_main_rows
    only = "" if known else _only_cohort(context)
    if only:  # the programme's first screen is that of the one cohort with results
        context = replace(context, cohort=only)
        known = context.known_main_rows
    rows = context.main_rows(scale)
    if known:
        values["tables"] = [_table_of(context) if only else _table(context)]
    elif context.cohort is not None and not context.describes:
        values |= _elsewhere(context)
    if any(row.is_known or context.claims.said_in_words(row) for row in rows):
        sentences, numbers = plain_texts(rows, context.claims), [*_numbers(rows, context)]
        sentences = [say(f"headline.only{_by_role(context)}", cohort=only), *sentences] if only else sentences
    else:
        sentences, numbers = _nothing(rows, context)
    notes = [
        *doubt_sentences(context),
        *_mappings(context),
        *verdicts_not_planned(context),
        *_notes(context.noted_rows, context),
    ]  # one text for all, or by role
    others = [*what_else(context)]
    return Content(values | {"sentences": sentences, "numbers": numbers, "others": others, "notes": notes})


def _only_cohort(context: Context) -> str:
    """Only cohort of a programme, or group of cohorts, with results by role, where no average is; empty elsewhere."""
    if not context.pooled or context.describes:
        return ""
    rows = [row for row in context.disclosed.headline_rows if row.is_known and row.arm != context.study.comparison]
    shown = {row.cohort for row in rows if row.scale == context.study.first_scale.name and AND not in row.role}
    return shown.pop() if len(shown) == 1 else ""


def _by_role(context: Context) -> str:
    """End of the key of what is said of the only cohort: whether another shows both roles together."""
    others = {row.cohort for row in context.disclosed.headline_rows if row.is_known and AND in row.role}
    return "_by_role" if others - {context.cohort} else ""


def _about(context: Context) -> Iterator[str]:
    """Design in words, people and dates."""
    study, say, flow = context.study, context.words.say, context.table("response")
    if study.comparison is None:
        yield say("head.single")
    else:
        arm = context.claims.arm_title(study.comparison)
        design = say(f"head.{study.design.assignment}")
        yield say("head.comparison", design=design, title=arm, lowered=in_sentence(arm))
    before = int(flow["before"].sum())
    if study.later_waves and before:
        wave = study.later_waves[-1]
        when = context.claims.moment(wave)
        if study.link.method == "none":
            later = int(flow[flow_column("answered", wave)].sum())
            yield say("head.unlinked", before=before, later=later, moment=when)
        else:
            both, persons = int(flow[flow_column("both", wave)].sum()), context.persons
            key = "head.people" if persons is None else "head.persons"
            yield say(key, before=before, both=both, moment=when, persons=persons or both)
    if (dates := context.dates()) is not None:
        yield dates[0] if dates[0] == dates[1] else say("chart.dates", first=dates[0], last=dates[1])


def _table(context: Context) -> dict[str, object]:
    """Every outcome and role at a glance, in the order of the study: outcomes named in advance first."""
    study, say = context.study, context.words.say
    asked = {scale.name: rows for scale in study.scales if (rows := context.main_rows(scale))}
    shown = [row for rows in asked.values() for row in rows]
    roles = [role for role in _roles(context) if any(row.role == role for row in shown)]
    known = [row for row in shown if row.is_known]
    what = kind_of(known, context)
    named = [scale for scale in study.scales if scale.name in asked]
    lines = [line for scale in named for line in _lines(scale, asked[scale.name], roles, context, mixed=what == "both")]
    waves = dict.fromkeys(context.wave(row.wave) for row in known)
    several = len(study.later_waves) > 1
    when = say("glance.waves", waves=context.words.listed([*waves])) if several else ""
    band = " " + say("glance.band") if any(scale.smallest_effect is not None for scale in named) else ""
    return {
        "lines": lines, "roles": [capital(context.claims.people(role)) for role in roles],
        "caption": say(f"glance.caption_{what}", level=context.claims.level_percent) + when,
        "key": (" ".join(_key(lines, context)) + band).strip(),
    }  # fmt: skip


def _table_of(context: Context) -> dict[str, object]:
    """The same on the page of another place, whose name it has."""
    table, key = _table(context), "of_programme" if context.cohort is None else "of_group"
    return table | {"caption": context.words.say(f"glance.{key}", caption=table["caption"], group=context.cohort)}


def _key(lines: Sequence[Line], context: Context) -> Iterator[str]:
    """What the signs and the bars of a table mean, as far as it has them."""
    cells = [cell for line in lines for cell in line.cells if cell is not None]
    for kind, key in (("gain", "glance.gain"), ("loss", "glance.loss")):
        if any(cell.glance.kind == kind for cell in cells):
            yield context.words.say(key)
    if any(cell.bar is not None for cell in cells):
        yield context.words.say("glance.zero")


def _elsewhere(context: Context) -> dict[str, object]:
    """For a cohort that cannot be shown: what its group and the programme found, and whether its people count."""
    say, whole = context.words.say, replace(context, cohort=None)
    rows = [row for row in whole.headlines if row.is_known and row.is_pooled]
    if not whole.pooled or not rows:
        return {}
    together = context.disclosed.tables["together"]
    groups = list(dict.fromkeys(together.loc[together["cohort"] == context.cohort, "group"]))
    inside = any(context.cohort in (*one.alone, *one.together) for one in map(whole.counted, rows))
    where = "in_group" if groups else "in_programme" if inside else "not_in_programme"
    tables = [_table_of(replace(context, cohort=place)) for place in [*groups, None]]
    return {"tables": tables, "elsewhere": say(f"headline.{where}", group=context.words.listed(list(groups)))}


def kind_of(rows: list[Estimate], context: Context) -> str:
    """What the numbers of a table are: 'change', 'compared', 'unlinked' or 'both' of the first two."""
    kinds = {"compared" if row.compares_arms else "change" for row in rows}
    if not kinds and context.study.comparison is None:  # nothing else could be shown
        kinds = {"change"}
    if kinds == {"change"} and context.study.link.method == "none":
        return "unlinked"
    return kinds.pop() if len(kinds) == 1 else "both"


def cell(found: Glance, drawn: dict[str, Bar], context: Context, *, mixed: bool = False) -> Cell:
    """Cell of a finding, which says what its number is where a table mixes changes and differences."""
    row = found.row
    if row is None or not row.is_known:
        return Cell(found, None)
    what = context.words.say(f"glance.{'difference' if row.compares_arms else 'change'}") if mixed else ""
    return Cell(found, drawn.get(row.id), what)


def _roles(context: Context) -> list[str]:
    """All roles of the page, those of which something is shown; both together last."""
    every = dict.fromkeys(role for scale in context.study.scales for role in context.roles(scale.name))
    known = {row.role for row in context.headlines if row.is_known or context.claims.said_in_words(row)}
    return [role for role in every if role in known]


def _lines(
    scale: Scale, rows: list[Estimate], roles: list[str], context: Context, *, mixed: bool
) -> Iterator[Line]:  # fmt: skip
    say, claims, drawn = context.words.say, context.claims, bars(rows, scale, context.study)
    arms, asked = list(dict.fromkeys(row.arm for row in rows)), _single_roles(scale, context)
    notes = [_range(scale, context)] + ([say("glance.lower")] if scale.better == "lower" else [])
    if scale.smallest_effect is not None:
        notes.append(say("glance.matters", smallest=context.words.number(scale.smallest_effect)))
    if scale.name not in context.study.confirmatory:
        notes.append(say("glance.exploratory"))
    for arm in arms:
        by_role = {row.role: row for row in rows if row.arm == arm}
        cells: list[Cell | None] = []
        for role in roles:
            if role not in asked:
                of_parts = "later" if is_described(scale, context) else "hidden"
                word = say(f"glance.{of_parts}" if asked & set(role.split(AND)) else "glance.not_asked")
                cells.append(Cell(Glance("hidden", word, "", "", None), None))
            else:  # none where it stands together with the other role
                row = by_role.get(role)
                cells.append(None if row is None else cell(glance(row, claims), drawn, context, mixed=mixed))
        name = scale.title if len(arms) == 1 else say("within.titled", title=scale.title, arm=claims.arm_title(arm))
        yield Line(name, ", ".join(filter(None, notes)), cells)


def _single_roles(scale: Scale, context: Context) -> set[str]:
    """Roles that were asked an outcome, alone or shown together with the other."""
    return {role for name in context.roles(scale.name) for role in (name, *name.split(AND))}


def _range(scale: Scale, context: Context) -> str:
    """Printed range of a scale, or its unit where it has none."""
    limits, unit = context.study.scale_range(scale.name), context.claims.unit(scale)
    if limits is None:
        return unit
    low, high = map(context.words.plain, limits)
    return context.words.say("glance.range", low=low, high=high, unit=unit)


def _numbers(rows: list[Estimate], context: Context) -> Iterator[str]:
    """Size, interval and people behind the headline, role by role."""
    claims = context.claims
    for row in rows:
        if row.is_known:
            size = {"signed": claims.estimate(row), "unit": claims.unit(context.study.scale(row.scale))}
            who, n = context.group_name(row.role, row.arm), claims.people_counted(row, sides=True)
            key = "glance.numbers" if row.has_interval else "glance.numbers_alone"
            interval = claims.interval(row) if row.has_interval else ""
            yield context.words.say(key, **size, who=who, n=n, interval=interval)


def _nothing(rows: list[Estimate], context: Context) -> tuple[list[str], list[str]]:
    """What a page whose first outcome has nothing to show says of it, and why."""
    say, smallest, scale = context.words.say, context.disclosed.smallest_group, context.study.first_scale
    waves = context.waves(scale) if is_described(scale, context) else []
    told = [description(scale, waves[0], role, context) for role in context.roles(scale.name) if waves]
    if described := [text for texts in told for text in texts]:
        return described[:1], described[1:]
    if context.pooled and not waves:
        asked = [one for one in context.disclosed.headline_rows if one.is_known and not one.is_pooled]
        several = len({one.cohort for one in asked if one.scale == scale.name}) > 1
        over_cohorts = context.study.reporting.average == Average.COHORTS
        if several and not over_cohorts:
            return [say("headline.no_average")], [*dict.fromkeys(map(context.claims.reason, rows))]
        return [say("headline.fewer_than_five" if several else "headline.too_few_cohorts")], []
    if any(row.is_known for each in context.study.scales for row in context.main_rows(each)):
        lowered_title = say("within.outcome", title=scale.title, lowered=in_sentence(scale.title))
        reasons = [context.claims.reason(row) for row in rows] or [say("headline.not_asked_again")]
        return [say("headline.nothing_of", scale=lowered_title)], [*dict.fromkeys(reasons)]
    rows = rows or [row for row in context.headlines if row.is_change and row.scale == scale.name]
    if context.only_compared(context.place) and any(row.is_known for row in rows):
        return [say("headline.only_compared", cohort=context.place)], [say("headline.compared_below")]
    if context.counts(context.place)["failed"]:
        reasons = [say("cohorts.unavailable", reason=say("cohorts.data_error")) + "."]
    elif (hidden := [row for row in rows if row.reason == HIDDEN]) and all(
        context.disclosed.why_hidden(row.id) in OF_FEW for row in hidden
    ):
        nobody = _nobody_later(context)
        reasons = [say("headline.nobody_later") if nobody else say("headline.too_small", smallest=smallest)]
    else:
        reasons = [context.claims.reason(row) for row in rows] or [say("headline.not_asked_again")]
    return [say("headline.nothing", cohort=context.place)], [*dict.fromkeys(reasons)]


def _nobody_later(context: Context) -> bool:
    """Whether people answered before, and none of them or anybody else a later survey."""
    flow = context.table("response")
    later = flow[[flow_column("answered", wave) for wave in context.study.later_waves]]
    return bool(flow["before"].sum()) and bool(later.notna().all(axis=None)) and not later.to_numpy().sum()


def _mappings(context: Context) -> Iterator[str]:
    """Which outcome on the page has another number of points in some survey, put on those of the others."""
    words, scales = context.words, context.study.scales
    for scale in (scale for scale in scales if scale.name in context.shown_scales):
        for wave, item in rescaled(scale, context.study):
            low, high = (words.plain(end or 0.0) for end in (item.low, item.high))
            yield words.say("limits.mapped", scale=scale.title, wave=context.wave(wave), low=low, high=high)


def _notes(shown: list[Estimate], context: Context) -> list[str]:
    """How strong the design is, said once if it is the same for all; and what would be misread without it."""
    level, claims = {row: context.claims.level_text(row) for row in shown}, context.claims
    beside = [text for row in shown if (text := claims.beside_in_short(row))]
    unlinked = [context.words.say("headline.unlinked")] if any(claims.unlinked(row) for row in shown) else []
    lasted = [text for row in shown if (text := claims.lasting(row))]
    return [*by_row(level, context), *_qualified(context), *unlinked, *dict.fromkeys([*beside, *lasted])]


def _qualified(context: Context) -> Iterator[str]:
    """What the notes on the first outcome would hide of others."""
    for row in less_than_noted(context):
        text = context.claims.level_text(row)
        blanks = context.claims.named(row) | {"text": text, "lowered": lowered(text)}
        yield context.words.say("headline.of_outcome", **blanks)


def by_row(texts: dict[Estimate, str], context: Context) -> list[str]:
    """Texts by role, or by arm where those of one role differ; one text where all are the same."""
    by_role = {row.role: text for row, text in texts.items()}
    if all(by_role[row.role] == text for row, text in texts.items()):
        if len(set(by_role.values())) > 1:
            return [_of_role(role, text, context) for role, text in by_role.items()]
        return list(by_role.values())[:1]
    return [_of_role(row.role, text, context, arm=context.claims.arm_title(row.arm)) for row, text in texts.items()]


def _of_role(role: str, text: str, context: Context, *, arm: str = "") -> str:
    blanks = {"People": capital(context.claims.people(role)), "text": text, "lowered": lowered(text)}
    if arm:
        return context.words.say("headline.of_arm", **blanks, arm=arm)
    return context.words.say("headline.of_role", **blanks)
