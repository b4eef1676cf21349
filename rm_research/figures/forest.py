"""All cohorts in one chart, with their average and the range where a further cohort may lie."""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from rm_research.catalogue import Catalogue, capital
from rm_research.claims import Claims, claims_of
from rm_research.claims.comparing import by_changes
from rm_research.disclosure import Shown
from rm_research.disclosure.printed import printed_ends, printed_number
from rm_research.effects.estimate import Estimate
from rm_research.figures.change import shown_headlines
from rm_research.figures.rows import Mark, axis_text, draw_marks, mark_of, wide_height
from rm_research.figures.sheet import on_sheet
from rm_research.figures.style import STYLE, look
from rm_research.study import Study
from rm_research.synthesis import drawn_in

MOST_HEIGHT = 216  # points that the cohorts of one chart take at most, where their names stand beside their dots


@mpl.rc_context(STYLE)
def plot_forest(
    disclosed: Shown, *, study: Study, role: str, scale: str, wave: str, contrast: str, arm: str,
    ax: Axes | None = None, title: bool = True, part: tuple[int, int] | None = None,
) -> Axes:  # fmt: skip
    """
    Each cohort's estimate with its interval, their average below, and the range in which a further cohort may lie.

    Parameters
    ----------
    disclosed : Shown
        Rows that may be shown.
    study : Study
    role, scale, wave, arm : str
        Which rows.
    contrast : {'change', 'difference'}
    ax : Axes, optional
        Where to draw; a new figure unless given.
    title : bool
        Whether to write the finding above the chart.
    part : tuple of (int, int), optional
        Of many cohorts, which to draw, as one of `forest_parts`; all unless given. Each part has the average and the
        axis of the whole.

    Returns
    -------
    Axes
    """
    claims = claims_of(disclosed, study)
    place = {"role": role, "scale": scale, "wave": wave, "contrast": contrast, "arm": arm}
    rows = forest_rows(disclosed, **place)
    shrunken = forest_shrunken(disclosed, study=study, **place)
    marks = {row.id: _marks(row, claims, shrunken.get(row.id)) for row in rows}
    every = [mark for of_row in marks.values() for mark in of_row]
    if part is not None:
        cohorts = [row for row in rows if not row.is_of_all_cohorts]
        rows = [*cohorts[slice(*part)], *rows[len(cohorts) :]]
    axis = axis_text(_axis(rows, contrast, claims), scale, claims)
    heading = claims.words.say("chart.heading_forest", people=claims.people(role), axis=axis)
    above = forest_title(disclosed, study=study, **place) if title else ""
    drawn = [mark for row in rows for mark in marks[row.id]]

    def draw(ax: Axes, depth: float) -> list[tuple[Axes, float]]:
        return [(ax, draw_marks(ax, depth, drawn, claims, study.scale(scale), heading, spanned=every))]

    return on_sheet(ax, above, draw)


def forest_parts(
    disclosed: Shown, *, study: Study, role: str, scale: str, wave: str, contrast: str, arm: str
) -> list[tuple[int, int]]:  # fmt: skip
    """First cohort of each chart that `plot_forest` needs for legible letters on a slide, and the first not in it."""
    place = {"role": role, "scale": scale, "wave": wave, "contrast": contrast, "arm": arm}
    rows, claims = forest_rows(disclosed, **place), claims_of(disclosed, study)
    shrunken = forest_shrunken(disclosed, study=study, **place)
    cohorts = [row for row in rows if not row.is_of_all_cohorts]
    heights = [wide_height(mark) for row in cohorts for mark in _marks(row, claims, shrunken.get(row.id))]
    most = max(MOST_HEIGHT // max(heights, default=1), 1)
    each = -(-len(cohorts) // -(-len(cohorts) // most)) if cohorts else 1
    return [(at, at + each) for at in range(0, len(cohorts), each)] or [(0, 0)]


def forest_title(
    disclosed: Shown, *, study: Study, role: str, scale: str, wave: str, contrast: str, arm: str
) -> str:  # fmt: skip
    """Finding of the average that `plot_forest` shows, or else what is shown; empty if there are no rows."""
    claims = claims_of(disclosed, study)
    rows = forest_rows(disclosed, role=role, scale=scale, wave=wave, contrast=contrast, arm=arm)
    if not rows:
        return ""
    last = rows[-1]
    if last.is_of_all_cohorts:
        return claims.title(last)
    whose = capital(claims.whose(role))
    return claims.words.say("chart.title_forest", Whose=whose, scale=claims.scale_text(scale, arm, wave))


def forest_alt(
    disclosed: Shown, *, study: Study, role: str, scale: str, wave: str, contrast: str, arm: str
) -> str:  # fmt: skip
    """Kind of chart and finding of `plot_forest`, for readers who cannot see it; empty if there is no average."""
    claims = claims_of(disclosed, study)
    rows = forest_rows(disclosed, role=role, scale=scale, wave=wave, contrast=contrast, arm=arm)
    if not rows or not rows[-1].is_of_all_cohorts:
        return ""
    row = rows[-1]
    return claims.words.say("chart.alt_forest", scale=claims.scale_text(scale, arm, wave), finding=claims.finding(row))


def forest_rows(
    disclosed: Shown, *, role: str, scale: str, wave: str, contrast: str, arm: str
) -> list[Estimate]:  # fmt: skip
    """Rows that `plot_forest` shows: one per cohort, the average last."""
    place = (role, arm, scale, wave)
    rows = [row for row in shown_headlines(disclosed) if row.place[1:] == place and row.unpooled == contrast]
    return sorted(rows, key=lambda row: row.is_of_all_cohorts)


def _axis(rows: list[Estimate], contrast: str, claims: Claims) -> str:
    if contrast == "difference" and any(by_changes(claims, row) for row in rows):
        return "axis_changes"
    return f"axis_{contrast}"


def forest_shrunken(
    disclosed: Shown, *, study: Study, role: str, scale: str, wave: str, contrast: str, arm: str
) -> dict[str, float]:  # fmt: skip
    """
    Estimates of cohorts drawn towards their average, by id of the row.

    None unless there are five or more cohorts, which differ by more than chance and are all shown by themselves.
    """
    claims = claims_of(disclosed, study)
    rows = forest_rows(disclosed, role=role, scale=scale, wave=wave, contrast=contrast, arm=arm)
    if not rows or not rows[-1].is_of_all_cohorts or claims.prediction(rows[-1]) is None:
        return {}
    average, cohorts = claims.over_cohorts(rows[-1]), [row for row in rows if row.is_known and not row.is_pooled]
    if average is None:
        return {}
    return drawn_in(cohorts, average, disclosed.estimates.detail(average.id, "tau2"))


def _marks(row: Estimate, claims: Claims, shrunken: float | None = None) -> list[Mark]:
    """Mark of a cohort; or that of the average, followed by the range of a further cohort if there is one."""
    words = claims.words
    if not row.is_of_all_cohorts:
        mark = mark_of(_label(row, words), row.interval, look("programme"), words)
        if shrunken is None:
            return [mark]
        drawn = words.say("chart.shrunken_numbers", shrunken=words.number(shrunken, signed=True))
        return [replace(mark, numbers=(*mark.numbers, drawn), hollow=printed_number(shrunken))]
    key = "chart.average_people" if claims.over_people(row) else "chart.average"
    average = mark_of(words.say(key), row.interval, look("difference"), words)
    ends = claims.prediction(row)
    if ends is None:
        return [average]
    first, last = words.ends(*ends)
    low, high = printed_ends(*ends)
    numbers = words.say("chart.prediction_numbers", low=first, high=last)
    return [average, Mark(words.say("chart.prediction"), (numbers,), np.nan, low, high, look("difference"))]


def _label(row: Estimate, words: Catalogue) -> str:
    """Cohort and its number of people; for a difference, those in the programme."""
    return words.say("chart.row_label", label=row.cohort, n=row.n_about)
