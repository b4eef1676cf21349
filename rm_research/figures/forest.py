"""All cohorts in one chart, with their average and the range where a further cohort may lie."""

from dataclasses import replace
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from rm_research.catalogue import capital
from rm_research.claims import Claims, claims_of
from rm_research.claims.comparing import by_changes
from rm_research.disclosure import Shown
from rm_research.disclosure.printed import printed_ends, printed_number
from rm_research.disclosure.wanted import Source, Wanted
from rm_research.effects.estimate import Estimate
from rm_research.figures.change import shown_headlines
from rm_research.figures.dots import Mark
from rm_research.figures.rows import axis_text, draw_marks, mark_of, wide_height
from rm_research.figures.sheet import on_sheet
from rm_research.figures.style import look, styled
from rm_research.study import Study
from rm_research.study.selection import Names, Selection
from rm_research.synthesis import drawn_in

CONTRASTS = ("difference", "change")  # the first that there is, unless one is named
MOST_HEIGHT = 216  # points that the cohorts of one chart take at most, where their names stand beside their dots


@styled
def plot_forest(
    data: Source, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
    contrast: str | None = None, part: tuple[int, int] | None = None,
    ax: Axes | None = None, width: float | str | None = None, title: bool = True,
) -> Axes:  # fmt: skip
    """
    Each cohort's estimate with its interval, their average below, and the range in which a further cohort may lie.

    Parameters
    ----------
    data : Prepared, DataFrame, Estimates or Disclosed
        What to show; a DataFrame is a Panel. All but Disclosed may be of any people, however few: such a chart is for
        the researcher's own eyes.
    study : Study, optional
        Of a Panel, and where the data do not know theirs.
    cohort : str or sequence of str, optional
        Which cohorts have a row; all unless given. The average is the same.
    role, scale, wave, arm : str or sequence of str, optional
        Whom and what, by one name or several; everything unless given, a chart for each role, arm, scale and wave.
    contrast : {'change', 'difference'}, optional
        Differences from the comparison unless given, or changes where there is none.
    part : tuple of (int, int), optional
        Of many cohorts, which to draw, as one of `forest_parts`; all unless given. Each part has the average and the
        axis of the whole.
    ax : Axes, optional
        Where to draw; a new figure unless given.
    width : float or str, optional
        Of a new figure: inches, "column" (89 mm, one column of a journal), "page" (183 mm, two columns), or "notebook",
        which it is unless given. Save it with `ax.figure.savefig("chart.pdf")`: .pdf, .svg and .eps are vectors.
    title : bool
        Whether to write the finding above the chart.

    Returns
    -------
    Axes
        Of the first chart.

    Raises
    ------
    SelectionError
        When there is no such name or width, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> ax = rm.plot_forest(prepared, scale="inclusion", role="mentor")
    >>> ax.figure.savefig("forest.png", dpi=300)
    """
    asked = Wanted.of(data, study, verb="plot_forest", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    rows = [row for row in shown_headlines(asked.shown) if row.unpooled in CONTRASTS]
    contrasts = [one for one in CONTRASTS if any(row.unpooled == one for row in rows)]
    if contrast is not None:
        contrasts = list(Selection.of({"contrast": CONTRASTS}, {"contrast": contrast}).names["contrast"])
    places = [
        {"role": role, "scale": scale, "wave": wave, "contrast": contrasts[0], "arm": arm}
        for role, scale, wave, arm in _places(asked, [row for row in rows if row.unpooled == contrasts[0]])
    ] if contrasts else []  # fmt: skip
    charts = [(_titled(place, places, asked) if title else "", partial(_chart, asked, place, part)) for place in places]
    return on_sheet(ax, charts, width=width, nothing=asked.nothing)


def _titled(place: dict[str, str], places: list[dict[str, str]], asked: Wanted) -> str:
    """Title of a chart, with its arm and wave where charts of several stand together."""
    claims, title = claims_of(asked.shown, asked.study), forest_title(asked.shown, study=asked.study, **place)
    several = {name for name in ("arm", "wave") if len({one[name] for one in places}) > 1}
    which = [claims.arm_title(place["arm"])] if "arm" in several else []
    which += [claims.wave_name(place["wave"])] if "wave" in several else []
    return asked.titled(title, ", ".join(which))


def _places(asked: Wanted, rows: list[Estimate]) -> list[tuple[str, str, str, str]]:
    """Role, scale, wave and arm of each chart."""
    names = asked.selection.names
    keys = dict.fromkeys((row.role, row.scale, row.wave, row.arm) for row in rows)
    asked_for = [names.get(keyword) for keyword in ("role", "scale", "wave", "arm")]
    return [key for key in keys if all(some is None or name in some for name, some in zip(key, asked_for, strict=True))]


def _chart(
    asked: Wanted, place: dict[str, str], part: tuple[int, int] | None, ax: Axes, depth: float
) -> list[tuple[Axes, float]]:
    """Draw one chart; return its panel."""
    claims, rows = claims_of(asked.shown, asked.study), forest_rows(asked.shown, **place)
    shrunken = forest_shrunken(asked.shown, study=asked.study, **place)
    if "cohort" in asked.selection.names:
        rows = [row for row in rows if row.is_of_all_cohorts or row.cohort in asked.selection.names["cohort"]]
    marks = {row.id: _marks(row, claims, shrunken.get(row.id)) for row in rows}
    every = [mark for of_row in marks.values() for mark in of_row]
    if part is not None:
        cohorts = [row for row in rows if not row.is_of_all_cohorts]
        rows = [*cohorts[slice(*part)], *rows[len(cohorts) :]]
    axis = axis_text(_axis(rows, place["contrast"], claims), place["scale"], place["wave"], claims)
    heading = claims.words.say("chart.heading_forest", people=claims.people(place["role"]), axis=axis)
    drawn = [mark for row in rows for mark in marks[row.id]]
    return [(ax, draw_marks(ax, depth, drawn, claims, asked.study.scale(place["scale"]), heading, spanned=every))]


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
        mark = mark_of(_label(row, claims), row.interval, look("programme"), words)
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


def _label(row: Estimate, claims: Claims) -> str:
    """Cohort with its people, of both surveys where these are not linked; of a difference, those in the programme."""
    n: object = row.n_about
    if claims.unlinked(row):
        n = claims.words.say("chart.before_after", n=row.n_pre, m=row.n_post)
    return claims.words.say("chart.row_label", label=row.cohort, n=n)
