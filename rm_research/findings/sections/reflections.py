"""In their own words: who wrote something, which themes people mention, and allowed quotes; on the programme's page."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from rm_research.catalogue import capital
from rm_research.effects.groups import ROLE_ORDER, Place
from rm_research.effects.methods import Contrast
from rm_research.findings.context import Context
from rm_research.findings.page import Content
from rm_research.findings.tables import Table, table
from rm_research.study.model import ONE_ROLE

GROUP = ["role", "arm", "wave"]
SIDES = {-1.0: "reflections.fewer", 1.0: "reflections.more"}


class Quote(NamedTuple):
    """A quote and the role of who wrote it."""

    text: str
    role: str


def content(context: Context) -> Content | None:
    """Content on open answers; None on the page of a cohort, empty where nobody was asked for any."""
    if context.cohort is not None:
        return None
    wrote, say = _in_order(context.table("open_answers"), context), context.words.say
    known = wrote[wrote["n_people"].notna()]
    if wrote.empty:
        return Content()
    themes = _in_order(context.table("themes"), context)
    sentences = [*_wrote(known, context), *_coded(known, themes, context)]
    said = context.table("quotes")
    quotes = [Quote(say("reflections.quote", text=text), capital(context.claims.people(role)))
              for role, text in zip(said["role"], said["text"], strict=True)]  # fmt: skip
    values = {
        "heading": say("headings.reflections"), "sentences": sentences or [say("reflections.few")],
        "table": _themes(themes, context) if len(themes) else None, "quotes": quotes,
        "quoted": say("reflections.quoted", n=len(quotes)), "quotes_note": say("reflections.quotes_note"),
    }  # fmt: skip
    return Content(values, not_shown=tuple(_not_shown(wrote, themes, context)))


def _in_order(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Rows of the programme, in order of time, leaders first."""
    waves = [context.study.baseline, *context.study.later_waves]
    rows = rows[rows["arm"].ne(context.study.comparison or "")]
    place = [(waves.index(wave), ROLE_ORDER.index(role) if role in ROLE_ORDER else len(ROLE_ORDER), role, arm)
             for role, arm, wave in rows[GROUP].itertuples(index=False, name=None)]  # fmt: skip
    order = sorted(range(len(place)), key=lambda at: (place[at], at))
    return rows.iloc[order].reset_index(drop=True)


def _wrote(known: pd.DataFrame, context: Context) -> Iterator[str]:
    """How many people wrote something, survey by survey."""
    claims, words = context.claims, context.words
    for wave, rows in known.groupby("wave", sort=False):
        each = zip(rows["n_people"], rows["role"], rows["arm"], strict=True)
        groups = [f"{n:.0f} {_people(role, arm, context)}" for n, role, arm in each]
        yield words.say("reflections.wrote", groups=words.listed(groups), moment=claims.moment(str(wave)))


def _people(role: str, arm: str, context: Context) -> str:
    """People of a role within a sentence, with their arm where the programme has several."""
    people = context.claims.people(role)
    if len(context.arms()) == 1:
        return people
    return context.words.say("chart.flow_group", People=people, arm=context.claims.arm_title(arm))


def _coded(known: pd.DataFrame, themes: pd.DataFrame, context: Context) -> Iterator[str]:
    """How themes were found, or that answers wait for somebody to find them."""
    say = context.words.say
    if len(known) and known["awaits"].any():
        yield say("reflections.awaits" if themes.empty else "reflections.some_await")
    if len(themes):
        keywords = {theme.name: bool(theme.keywords) for theme in context.study.themes}
        how = {keywords[theme] for theme in themes["theme"]}
        yield say(
            "reflections.both_ways" if len(how) > 1 else "reflections.words" if how.pop() else "reflections.readers"
        )


def _themes(themes: pd.DataFrame, context: Context) -> Table:
    """One row per theme, one column per group; the group's own change stands in the last row."""
    say, settings = context.words.say, context.study.settings.themes
    groups = list(themes[GROUP].drop_duplicates().itertuples(index=False, name=None))
    sizes = themes.groupby(GROUP)["n_people"].first()
    headings = [
        say("reflections.group", People=capital(_people(role, arm, context)),
            moment=context.claims.moment(wave), n=int(sizes[role, arm, wave]))
        for role, arm, wave in groups
    ]  # fmt: skip
    columns = (themes[name] for name in (*GROUP, "theme", "n_mentioned", "bound"))
    told = {tuple(place): _told(number, side, context) for *place, number, side in zip(*columns, strict=True)}
    names = dict.fromkeys(themes["theme"])
    rows = [[settings[name].title, *(told.get((*group, name), "") for group in groups)] for name in names]
    changes = [_change(role, arm, wave, context) for role, arm, wave in groups]
    if any(changes):
        scale = context.study.first_scale
        rows.append([say("reflections.change", scale=scale.title, unit=context.claims.unit(scale)), *changes])
    return table(say("reflections.caption"), [say("columns.theme"), *headings], rows, themes)


def _told(number: float, side: float, context: Context) -> str:
    """How many people mention a theme, or what is told in its place."""
    return context.words.say(SIDES[side], n=int(number)) if side else str(int(number))


def _change(role: str, arm: str, wave: str, context: Context) -> str:
    """Change of the whole group in the first outcome, its interval and people; empty where there is none to show."""
    contrast = Contrast.POOLED_CHANGE if context.pooled else Contrast.CHANGE
    place = Place(context.place, role, arm, context.study.first_scale.name, wave)
    row = context.disclosed.headline(place, contrast)
    if row is None or not row.is_known:
        return ""
    estimate, claims = context.words.number(row.estimate, signed=True), context.claims
    everyone = claims.unlinked(row) or claims.counts_leavers(row)
    n = (row.n_pre if everyone else row.n_pairs) or 0  # in short: the table has a column for each group
    people = context.words.say("counts.pairs", n=n, people=claims.people(role, n), persons=claims.people(ONE_ROLE, n))
    return f"{estimate} ({'; '.join(filter(None, (claims.range(row), people)))})"


def _not_shown(wrote: pd.DataFrame, themes: pd.DataFrame, context: Context) -> Iterator[str]:
    """Groups of whom few wrote something, and those too small for themes."""
    told = set(themes[GROUP].itertuples(index=False, name=None))
    columns = (wrote[name] for name in (*GROUP, "n_people", "awaits"))
    for role, arm, wave, n, awaits in zip(*columns, strict=True):
        about = {"People": capital(_people(role, arm, context)), "moment": context.claims.moment(wave)}
        if math.isnan(n):
            yield context.words.say("hidden.open_answers", **about)
        elif not awaits and (role, arm, wave) not in told:
            yield context.words.say("hidden.themes", **about)
