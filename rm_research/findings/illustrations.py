"""The pictures of a page, each with its words: title, subtitle, alternative text, note."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from matplotlib.axes import Axes

from rm_research.catalogue import capital, in_sentence
from rm_research.checks.followup import UNKNOWN
from rm_research.claims.comparing import by_changes, how_lost, shares
from rm_research.effects.estimate import Estimate
from rm_research.figures import (
    answers_alt,
    answers_rows,
    answers_title,
    change_alt,
    change_title,
    fidelity_alt,
    fidelity_title,
    flow_alt,
    flow_rows,
    flow_title,
    forest_alt,
    forest_parts,
    forest_shrunken,
    forest_title,
    plot_answers,
    plot_change,
    plot_fidelity,
    plot_flow,
    plot_forest,
    plot_sessions,
    sessions_alt,
    sessions_rows,
    sessions_title,
    shown_rows,
)
from rm_research.findings.context import Context
from rm_research.findings.pictures import Picture
from rm_research.study import Scale
from rm_research.study.entries import slug


def change_picture(scale: Scale, wave: str, role: str, context: Context) -> Picture | None:
    """Change of one role in one outcome: programme, comparison, difference, and the means; None without a finding."""
    place = {"cohort": context.place, "role": role, "scale": scale.name, "wave": wave}
    rows, spoken = shown_rows(context.disclosed, **place), _spoken(scale, wave, role, context)
    if not rows or not spoken:
        return None
    note = _about_differences([row for row in rows if row.compares_arms], context)
    where = (scale, role, wave)
    return _picture("change", where, context, plot_change, change_title, change_alt, place, note=note,
                    finding=spoken[0])  # fmt: skip


def _about_differences(differences: list[Estimate], context: Context) -> str:
    """What a chart's differences are of, or why there is none."""
    claims, say = context.claims, context.words.say
    if not_judged := [row for row in differences if claims.has_no_verdict(row)]:
        first, second = shares(claims, not_judged[0])
        return say(f"chart.not_judged_{how_lost(claims, not_judged[0])}", first=first, second=second)
    return "" if all(by_changes(claims, row) for row in differences) else say("chart.adjusted")


def forest_pictures(scale: Scale, wave: str, role: str, context: Context) -> list[Picture]:
    """All cohorts with their average, for one role and outcome, arm by arm; many cohorts need several pictures."""
    spoken = _spoken(scale, wave, role, context)
    return [picture for row in spoken for picture in _forest(row, scale, context, several=len(spoken) > 1)]


def _forest(row: Estimate, scale: Scale, context: Context, *, several: bool) -> list[Picture]:
    where = (scale, row.role, row.wave)
    place = {"role": row.role, "scale": scale.name, "wave": row.wave, "arm": row.arm, "contrast": row.unpooled}
    note = (
        context.words.say("chart.shrunken") if forest_shrunken(context.disclosed, study=context.study, **place) else ""
    )
    kind = f"{slug(row.arm) or f'arm-{context.arms().index(row.arm) + 1}'}-cohorts" if several else "cohorts"
    whole = _picture(kind, where, context, plot_forest, forest_title, forest_alt, place, note=note, finding=row)
    parts = forest_parts(context.disclosed, study=context.study, **place)
    if len(parts) == 1:
        return [whole]
    return [_part(whole, at, part, len(parts), context) for at, part in enumerate(parts, start=1)]


def _part(whole: Picture, at: int, part: tuple[int, int], n_parts: int, context: Context) -> Picture:
    """One of several pictures that share an axis."""
    say, which = context.words.say, {"part": at, "parts": n_parts}
    return replace(
        whole, name=f"{whole.name}-{at}", title=say("picture.part", text=whole.title, **which),
        alt=say("picture.alt_part", text=whole.alt, **which), draw=partial(whole.draw, part=part),
    )  # fmt: skip


def answers_picture(scale: Scale, wave: str, role: str, context: Context) -> Picture | None:
    """Distribution of the answers before and after, for one role and outcome; None where it is not shown."""
    place = {"cohort": context.place, "role": role, "scale": scale.name, "wave": wave}
    if answers_rows(context.disclosed, study=context.study, **place).empty:
        return None
    note = f"{_whose_answers(scale, wave, role, context)} {context.words.say('chart.answers_note')}"
    verbs = (answers_title, answers_alt)
    return _picture("answers", (scale, role, wave), context, plot_answers, *verbs, place, note=note)


def _whose_answers(scale: Scale, wave: str, role: str, context: Context) -> str:
    """How many people and cohorts a chart of answers shows, and whether they are the same at both surveys."""
    say, study = context.words.say, context.study
    place = {"cohort": context.place, "role": role, "scale": scale.name, "wave": wave}
    bars = answers_rows(context.disclosed, study=study, **place).drop_duplicates(["arm", "asked"])
    cohorts = {"k": int(bars["drawn_cohorts"].max()), "cohorts": len(context.cohorts)}
    if study.link.method == "none":
        return say("chart.answers_unlinked_of" if context.pooled else "chart.answers_unlinked", **cohorts)
    n = int(bars.loc[bars["asked"] == study.baseline, "n_people"].sum())
    followed = context.table("follow_up")
    same = followed["role"].eq(role) & followed["scale"].eq(scale.name) & followed["wave"].eq(wave)
    total = int(followed.loc[same & followed["arm"].ne(UNKNOWN), "both"].sum())
    counts = {"n": n, "total": total, "people": context.claims.people(role, n)} | cohorts
    key = "answers_same_of" if context.pooled else "answers_same_part" if n < total else "answers_same"
    if any(map(context.claims.counted_apart, context.spoken_rows(scale.name, wave, role))):
        key = "answers_same_each"
    return say(f"chart.{key}", **counts)


def sessions_pictures(context: Context) -> list[Picture]:
    """Change by number of meetings, for the first outcome."""
    scale, pictures = context.study.first_scale, []
    for wave in context.main_wave(scale):
        for role in context.roles(scale.name):
            place = {"cohort": context.place, "role": role, "scale": scale.name, "wave": wave}
            if len(sessions_rows(context.disclosed, **place)) > 1:
                where = (scale, role, wave)
                verbs = (plot_sessions, sessions_title, sessions_alt)
                pictures.append(_picture("meetings", where, context, *verbs, place))
    return pictures


def fidelity_picture(context: Context) -> Picture | None:
    """Pairs that did as planned; None where nothing was planned that is known of them."""
    arguments: dict[str, Any] = {"study": context.study, "cohort": context.place}
    if not (title := fidelity_title(context.disclosed, **arguments)):
        return None
    return Picture(
        name="as-planned",
        title=title,
        subtitle=context.words.say("fidelity.subtitle"),
        alt=fidelity_alt(context.disclosed, **arguments),
        note="",
        draw=partial(plot_fidelity, context.disclosed, **arguments, title=False),
        source=_source(context),
    )


def flow_picture(context: Context) -> Picture | None:
    """People who were invited and who answered."""
    cohort = None if context.cohort is None else context.place
    arguments: dict[str, Any] = {"study": context.study, "cohort": cohort}
    title = flow_title(context.disclosed, **arguments)
    if not title or flow_rows(context.disclosed, cohort=cohort).empty:
        return None
    return Picture(
        name="who-answered",
        title=title,
        subtitle=_dated(context.words.say("chart.people" if context.study.roster else "chart.people_known"), context),
        alt=flow_alt(context.disclosed, **arguments),
        note="",
        draw=partial(plot_flow, context.disclosed, **arguments, title=False),
        source=_source(context),
    )


def _spoken(scale: Scale, wave: str, role: str, context: Context) -> list[Estimate]:
    return [row for row in context.spoken_rows(scale.name, wave, role) if row.is_known]


def _picture(
    kind: str, where: tuple[Scale, str, str], context: Context, plot: Callable[..., Axes],
    title: Callable[..., str], alt: Callable[..., str], place: dict[str, str], *, note: str = "",
    finding: Estimate | None = None,
) -> Picture:  # fmt: skip
    """Picture of an outcome; all its words and marks come from the same rows."""
    scale, role, wave = where
    arguments: dict[str, Any] = {"study": context.study, **place}
    subtitle = _dated(_measured(scale, role, context), context)
    if finding is not None:
        subtitle = f"{_size(finding, context)} {subtitle}"
    return Picture(
        name=_name(scale, role, wave, kind, context),
        title=title(context.disclosed, **arguments),
        subtitle=subtitle,
        alt=alt(context.disclosed, **arguments),
        note=note,
        draw=partial(plot, context.disclosed, **arguments, title=False),
        source=_source(context, key=kind != "answers" and scale.smallest_effect is not None),
    )


def _measured(scale: Scale, role: str, context: Context) -> str:
    """Whose outcome a chart is about, with its printed range or else its unit."""
    limits, say = context.study.scale_range(scale.name), context.words.say
    whose = context.claims.whose(role)
    blanks = {"whose": whose, "Whose": capital(whose), "scale": say("within.outcome", title=scale.title,
                                                                    lowered=in_sentence(scale.title))}  # fmt: skip
    if limits is None:
        return say("picture.measured_unbounded", **blanks, unit=context.claims.unit(scale))
    low, high = map(context.words.plain, limits)
    return say("picture.measured", **blanks, low=low, high=high)


def _size(row: Estimate, context: Context) -> str:
    """Size of the finding in a chart's title, with its interval."""
    claims = context.claims
    blanks = {"signed": claims.estimate(row), "unit": claims.unit(context.study.scale(row.scale))}
    if not row.has_interval:
        return context.words.say("picture.size_alone", **blanks)
    return context.words.say("picture.size", **blanks, interval=claims.interval(row))


def _name(scale: Scale, role: str, wave: str, kind: str, context: Context) -> str:
    """File name of a picture: what it shows; a name without any Latin letter is replaced by a number."""
    study = context.study
    parts = [
        slug(scale.name) or f"outcome-{study.scales.index(scale) + 1}",
        slug(role) or f"role-{context.roles(scale.name).index(role) + 1}",
        slug(wave) or f"survey-{study.later_waves.index(wave) + 1}",
    ]
    return "-".join([*parts, kind])


def _dated(text: str, context: Context) -> str:
    """Text with the months in which questionnaires came in."""
    dates = context.dates()
    if dates is None:
        return context.words.say("chart.undated", text=text)
    period = dates[0] if dates[0] == dates[1] else context.words.say("chart.dates", first=dates[0], last=dates[1])
    return context.words.say("chart.dated", text=text, dates=period)


def _source(context: Context, *, key: bool = False) -> str:
    """Where a slide is from; with the `key` of its shaded band, which a page gives once for all charts."""
    text = context.words.say("chart.source", study=context.study.title, page=context.title)
    return f"{text}. {context.words.say('chart.shaded')}" if key else text
