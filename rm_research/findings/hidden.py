"""Sentences on what a page does not show and why, so that nobody thinks it was forgotten."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pandas as pd

from rm_research.catalogue import capital
from rm_research.disclosure import HIDDEN
from rm_research.disclosure.answers import answers_wave
from rm_research.effects.methods import Contrast
from rm_research.figures.answers import band_text
from rm_research.findings.context import Context
from rm_research.findings.pictures import Picture
from rm_research.stats.result import Reason

WHOSE = ["role", "arm", "scale"]
NOT_COUNTED = (("waiting", "n_waiting"), ("skipped", "n_people"))  # tables of people who are not counted


def groups_not_shown(context: Context) -> Iterator[str]:
    """What a cohort's page does not show of the outcomes; for the programme's page see `cohorts_not_shown`."""
    for table, column in NOT_COUNTED:
        rows = context.disclosed.tables[table] if context.pooled else context.table(table)
        if n := int(rows[column].sum()):
            yield context.words.say(f"hidden.{table}", n=n)
    if not context.pooled:
        yield from _groups(context)
        yield from _answers(context)
        yield from _described(context)


def _groups(context: Context) -> Iterator[str]:
    """Groups whose results a cohort's page does not show."""
    scales: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for row in context.headlines:
        if row.reason == HIDDEN and (row.compares_arms or row.contrast == Contrast.CHANGE):
            scales[row.role, row.arm, row.contrast].add(row.scale)
    for (role, arm, contrast), hidden in scales.items():
        named = context.words.say(f"contrast.{contrast}")
        yield context.words.say("hidden.group", contrast=named, **_named(role, arm, hidden, context))


def _answers(context: Context) -> Iterator[str]:
    """Groups whose change is shown, but not the distribution of their answers."""
    everywhere = _with_charts(context)
    scales: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in context.headlines:
        if row.is_known and row.contrast == Contrast.CHANGE and row.scale in everywhere:
            scales[row.role, row.arm].add(row.scale)
    told = pd.concat([context.table("answers")[WHOSE], context.table("rare_answers")[WHOSE]])
    for (role, arm), changed in scales.items():
        if lacking := changed - set(told.loc[told["role"].eq(role) & told["arm"].eq(arm), "scale"]):
            yield context.words.say("hidden.answers", **_named(role, arm, lacking, context))
    yield from _rare(context.table("rare_answers"), context)


def _rare(rows: pd.DataFrame, context: Context) -> Iterator[str]:
    """Bands with nearly none of a group's answers, which has no bars for that reason."""
    words, claims = context.words, context.claims
    for _, row in rows.iterrows():
        named = _named(row["role"], row["arm"], {row["scale"]}, context)
        where = (
            words.say("hidden.of_cohort", cohort=row["cohort"], arm=named["arm"]) if context.pooled else named["arm"]
        )
        share = words.bounded(words.share(row["share"]), row["bound"])
        blanks = {"share": share, "band": band_text(row["low"], row["high"], words)}
        yield words.say("hidden.rare_answers", **named | {"arm": where} | blanks, moment=claims.moment(row["asked"]))


def _with_charts(context: Context) -> set[str]:
    """Outcomes with a chart of answers, which measurements and those asked only once do not have."""
    return {scale.name for scale in context.study.scales if answers_wave(scale, context.study)}


def _described(context: Context) -> Iterator[str]:
    """Groups whose answers to an outcome that was asked only later are not described."""
    shown = set(context.table("described")[["role", "arm", "scale"]].itertuples(index=False, name=None))
    lacking: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in context.headlines:
        if row.reason == Reason.NOT_ASKED_AT_BASELINE and row.n_post and (row.role, row.arm, row.scale) not in shown:
            lacking[row.role, row.arm].add(row.scale)
    for (role, arm), scales in lacking.items():
        yield context.words.say("hidden.described", **_named(role, arm, scales, context))


def _named(role: str, arm: str, scales: set[str], context: Context) -> dict[str, str]:
    titles = [scale.title for scale in context.study.scales if scale.name in scales]
    claims = context.claims
    return {"people": capital(claims.people(role)), "arm": claims.arm_title(arm),
            "scales": context.words.listed(titles)}  # fmt: skip


def comparisons_not_shown(context: Context) -> Iterator[str]:
    """Declared groups whose difference is hidden, at the survey that the page tells of first."""
    scales: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in context.headlines:
        asked = row.wave in context.main_wave(context.study.scale(row.scale))
        if row.contrast == Contrast.INTERACTION and row.reason == HIDDEN and asked:
            scales[row.role, context.claims.compared_text(row)].add(row.scale)
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (role, compared), hidden in scales.items():
        groups[role, tuple(sorted(hidden))].append(compared)
    for (role, hidden_of), compared_by in groups.items():
        named = _named(role, "", {*hidden_of}, context)
        yield context.words.say("hidden.interaction", **named, groups=context.words.listed(compared_by))


def sessions_not_shown(pictures: Sequence[Picture], context: Context) -> Iterator[str]:
    """Chart of change by meetings, where the page of the study has the change and meetings, but no such chart."""
    scale = context.study.first_scale
    whole = context.cohort is None or len(context.cohorts) == 1
    changes = [row for row in context.headlines if row.is_change and row.is_known and row.scale == scale.name]
    logged = bool(context.meetings["meetings"].sum())
    if logged and whole and changes and not pictures and context.study.link.method != "none":
        yield context.words.say("hidden.sessions", scale=scale.title)


def process_not_shown(context: Context) -> Iterator[str]:
    """Scales of the process, and what pairs say of themselves, of which nothing is shown, though some answered."""
    told, study = set(context.table("described")["scale"]), context.study
    if hidden := [scale for scale in study.process_scales if scale.name not in told]:
        yield context.words.say("hidden.process", scales=context.words.listed([scale.title for scale in hidden]))
    pairs = context.table("fidelity")
    for about in pairs.loc[pairs["n_pairs"].isna(), "about"]:
        yield context.words.say("hidden.of_pairs", what=context.words.say(f"hidden.pairs.{about}"))


def cohorts_not_shown(context: Context) -> Iterator[str]:
    """Which cohorts the programme's page counts together, or leaves out of an average or of a chart of answers."""
    if not context.pooled:
        return
    outcomes_of: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for scale in context.study.scales:
        for wave in context.waves(scale):
            for role in context.roles(scale.name):
                for row in filter(lambda row: row.is_known, context.spoken_rows(scale.name, wave, role)):
                    counted = context.counted(row)
                    outcome = context.claims.scale_text(row.scale, row.arm, wave)
                    for key, names in (("together", counted.together), ("left_out", counted.left_out)):
                        outcomes_of.setdefault((key, role, names), []).append(outcome)
    for (key, role, names), scales in outcomes_of.items():
        if names:
            people, outcomes = capital(context.claims.people(role)), context.words.listed(list(dict.fromkeys(scales)))
            named = {"people": people, "scales": outcomes, "cohorts": context.words.listed(list(names))}
            yield context.words.say(f"hidden.{key}", **named)
    yield from _without_answers(context)


def _without_answers(context: Context) -> Iterator[str]:
    """Cohorts whose change is shown, but whose answers are not in the chart of answers."""
    answers, rare = (context.disclosed.tables[name] for name in ("answers", "rare_answers"))
    first = {scale.name: context.main_wave(scale)[0] for scale in context.study.scales if context.waves(scale)}
    told = pd.concat([answers, rare])[[*WHOSE, "cohort"]]
    shown = set(told.itertuples(index=False, name=None))
    with_charts, lacking = _with_charts(context), defaultdict[tuple[str, str, str], dict[str, None]](dict)
    for row in context.disclosed.headline_rows:
        asked = row.scale in with_charts and first.get(row.scale) == row.wave and row.cohort in context.cohorts
        group = (row.role, row.arm, row.scale)
        if asked and row.is_known and row.contrast == Contrast.CHANGE and (*group, row.cohort) not in shown:
            lacking[group][row.cohort] = None
    for (role, arm, scale), cohorts in lacking.items():
        named = _named(role, arm, {scale}, context)
        if any((role, arm, scale) == group[:3] for group in shown):
            yield context.words.say("hidden.answers_of", **named, cohorts=context.words.listed(list(cohorts)))
        else:
            yield context.words.say("hidden.answers", **named)
    yield from _rare(rare, context)
