"""Change of one group of people: each arm and the difference between arms, then the means behind them."""

from collections.abc import Collection
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from rm_research.claims import Claims, claims_of
from rm_research.claims.comparing import by_changes
from rm_research.disclosure import Shown
from rm_research.disclosure.wanted import Group, Source, Wanted, known_rows
from rm_research.effects.estimate import Estimate
from rm_research.effects.groups import ALL_COHORTS
from rm_research.errors import FrameError
from rm_research.figures.dots import Mark
from rm_research.figures.groups import charts_of
from rm_research.figures.means import draw_means, means_of
from rm_research.figures.rows import axis_text, draw_marks, mark_of
from rm_research.figures.sheet import is_wide, on_sheet, second_panel
from rm_research.figures.slopes import Means, Moment
from rm_research.figures.style import LINE, look, styled
from rm_research.panel.asked import check_panel_of
from rm_research.study import Study
from rm_research.study.model import PROGRAMME
from rm_research.study.selection import Names


@styled
def plot_change(
    data: Source, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
    people: bool | pd.DataFrame = False, ax: Axes | None = None, width: float | str | None = None, title: bool = True,
) -> Axes:  # fmt: skip
    """
    Mean change of each arm and the difference between arms, with intervals; below, the means before and after.

    Of a Prepared or of Estimates, the chart shows any people, however few: it is for the researcher's own eyes. Of what
    `disclose` returned, it shows what may be circulated, and only that can be on a page.

    Parameters
    ----------
    data : Prepared, DataFrame, Estimates or Disclosed
        What to show; a DataFrame is a Panel. Hidden rows have no mark.
    study : Study, optional
        Of a Panel, and where the data do not know theirs.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Whom and what, by one name or several. Unless given: every role, scale, wave and arm, a chart for each role,
        scale and wave; and the average over all cohorts, or every cohort where there is none.
    people : bool or DataFrame
        True, or a Panel beside Estimates: each person of the arms shown becomes a thin grey line with dots among the
        means; of an average over cohorts, the means are those of the people with both scores. They show what
        individuals answered: such a picture must not be circulated.
    ax : Axes, optional
        Where to draw; a new figure unless given. The means take a part of the space.
    width : float or str, optional
        Of a new figure: inches, "column" (89 mm, one column of a journal), "page" (183 mm, two columns), or "notebook",
        which it is unless given. The chart decides the height. Save it with `ax.figure.savefig("change.pdf")`: .pdf,
        .svg and .eps are vectors, and `dpi=300` makes a fine .png or .tiff.
    title : bool
        Whether to write the finding above the chart.

    Returns
    -------
    Axes
        Those with the changes of the first chart. Rows without means have no axes with means.

    Raises
    ------
    SelectionError
        When there is no such name or width, or nothing has all names together; the message says what there is.
    FrameError
        When `people` is asked of other data than a Prepared.

    Examples
    --------
    >>> ax = rm.plot_change(prepared, scale="inclusion", role="leader", cohort="2022 spring", people=True)
    >>> change = rm.estimate_change(prepared, cohort="2022 spring", scale="inclusion")
    >>> ax = rm.plot_change(change, role="mentor", width="column")
    >>> ax.figure.savefig("change.pdf")
    """
    asked = Wanted.of(data, study, verb="plot_change", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    rows = known_rows(asked.shown.headline_rows, lambda row: row.is_change or row.compares_arms)
    groups, panel = asked.groups(rows), _panel(people, asked)
    arms = asked.arms(dict.fromkeys(asked.shown.table["arm"]))
    charts = charts_of(
        asked, groups, lambda group: _finding(asked, group, arms),
        lambda group: partial(_drawn, asked, group, arms, panel), title=title,
    )  # fmt: skip
    return on_sheet(ax, charts, width=width, nothing=asked.nothing)


def _finding(asked: Wanted, group: Group, arms: Collection[str]) -> str:
    """Finding of a chart's arms, with the name of its own where there are changes of others, too."""
    rows = [row for row in shown_rows(asked.shown, **group._asdict()) if row.arm in arms]
    spoken, claims = _first_of(rows, asked.shown, asked.study), claims_of(asked.shown, asked.study)
    if spoken is None:
        return ""
    several = spoken.is_change and len({row.arm for row in rows if row.is_change}) > 1
    return f"{claims.arm_title(spoken.arm)}: {claims.title(spoken)}" if several else claims.title(spoken)


def _panel(people: bool | pd.DataFrame, asked: Wanted) -> pd.DataFrame | None:
    """Panel of the people who are to be seen; None for nobody."""
    if isinstance(people, pd.DataFrame):
        check_panel_of(people, asked.study, verb="plot_change")
        return people
    if not isinstance(people, bool | np.bool_):
        raise FrameError(
            f"plot_change: people= is True or False, or a Panel, prepared.panel; this is a {type(people).__name__}."
        )
    if not people:
        return None
    if asked.panel is None:
        raise FrameError("plot_change: people=True needs everybody's scores: give what prepare_study returned.")
    return asked.panel


def _drawn(
    asked: Wanted, group: Group, arms: Collection[str], people: pd.DataFrame | None, ax: Axes, depth: float
) -> list[tuple[Axes, float]]:
    """Draw one chart; return its panels."""
    claims, study, place = claims_of(asked.shown, asked.study), asked.study, group._asdict()
    rows = [row for row in _supported(shown_rows(asked.shown, **place), claims) if row.arm in arms]
    marks = _marks(rows, claims)
    theirs = None if people is None else _people_of(people, **place)
    means = _means(rows, marks, claims) or _means_of(theirs, rows, marks, claims)
    start = depth if is_wide(ax) else 0.0  # a title stands above both panels
    second = second_panel(ax) if means else None
    heading = axis_text(_axis(rows, claims), group.scale, group.wave, claims)
    end = draw_marks(ax, depth, marks, claims, study.scale(group.scale), heading)
    if second is None:
        return [(ax, end)]
    after = draw_means(second, start, means, claims, scale=group.scale, after=claims.survey(group.wave), people=theirs)
    return [(ax, end + LINE), (second, after)]


def change_title(disclosed: Shown, *, study: Study, cohort: str, role: str, scale: str, wave: str) -> str:
    """Finding that `plot_change` shows; empty if there is none."""
    row = _spoken(disclosed, study, cohort=cohort, role=role, scale=scale, wave=wave)
    return "" if row is None else claims_of(disclosed, study).title(row)


def change_alt(disclosed: Shown, *, study: Study, cohort: str, role: str, scale: str, wave: str) -> str:
    """Kind of chart and finding of `plot_change`, for readers who cannot see it; empty if there is none."""
    place = {"cohort": cohort, "role": role, "scale": scale, "wave": wave}
    row, claims = _spoken(disclosed, study, **place), claims_of(disclosed, study)
    if row is None:
        return ""
    rows = _supported(shown_rows(disclosed, **place), claims)
    with_means = bool(_means(rows, _marks(rows, claims), claims))
    key = "alt_change_means" if with_means else "alt_change"
    if study.link.method == "none":
        key = "alt_change_means_unlinked" if with_means else "alt_change_unlinked"
    return claims.words.say(f"chart.{key}", scale=claims.scale_text(scale, row.arm, wave), finding=claims.finding(row))


def shown_rows(disclosed: Shown, *, cohort: str, role: str, scale: str, wave: str) -> list[Estimate]:
    """Rows that `plot_change` shows: headline methods with an estimate, changes first."""
    place = (cohort, role, scale, wave)
    rows = [row for row in shown_headlines(disclosed) if (row.cohort, row.role, row.scale, row.wave) == place]
    return [row for row in rows if row.is_change] + [row for row in rows if row.compares_arms]


def _supported(rows: list[Estimate], claims: Claims) -> list[Estimate]:
    """
    Rows without differences that their design does not support.

    Beside a difference from the comparison of all cohorts, a cohort's own part of it would be taken for that.
    """
    rows = [row for row in rows if not claims.has_no_verdict(row)]
    if not any(claims.from_shared(row) for row in rows):
        return rows
    return [row for row in rows if row.compares_arms or row.arm != claims.study.comparison]


def _axis(rows: list[Estimate], claims: Claims) -> str:
    """Key of the words below a chart of changes, of differences, of both, or of surveys that are not linked."""
    if claims.study.link.method == "none":
        return "axis_unlinked"
    same = any(row.compares_arms and not by_changes(claims, row) for row in rows)
    if not rows or any(row.is_change for row in rows):
        return "axis_change_and_same" if same else "axis_change"
    return "axis_difference" if same else "axis_changes"


def shown_headlines(disclosed: Shown) -> list[Estimate]:
    """Rows that answer their question and may be shown."""
    return [row for row in disclosed.headline_rows if row.is_known]


def _spoken(
    disclosed: Shown, study: Study, *, cohort: str, role: str, scale: str, wave: str
) -> Estimate | None:  # fmt: skip
    """Row that the page describes, from the first arm that has one."""
    return _first_of(shown_rows(disclosed, cohort=cohort, role=role, scale=scale, wave=wave), disclosed, study)


def _first_of(rows: list[Estimate], disclosed: Shown, study: Study) -> Estimate | None:
    """Row that is spoken of, from the first arm of some rows of one place that has one."""
    claims = claims_of(disclosed, study)
    for arm in sorted({row.arm for row in rows}, key=lambda arm: (arm == study.comparison, arm)):
        place = next((row.cohort, row.role, arm, row.scale, row.wave) for row in rows)
        row = claims.headline_row(*place)
        if row is not None and row.is_known:
            return row
    return None


def _marks(rows: list[Estimate], claims: Claims) -> list[Mark]:
    study, words = claims.study, claims.words
    arms = sorted(set(claims.disclosed.table["arm"]) - {study.comparison}, key=lambda arm: (arm != PROGRAMME, arm))
    several = len(arms) > 1
    marks = []
    for row in rows:
        name = claims.arm_title(row.arm)
        if row.compares_arms:
            kind = "changes" if by_changes(claims, row) else "difference"
            label = words.say(f"chart.{kind}_row_of", arm=name) if several else words.say(f"chart.{kind}_row")
            if claims.from_shared(row):
                label = words.say("chart.shared_row", label=label, n=row.n_comparison)
            # with several arms each difference looks like its arm: more than four colours could not be told apart
            style = look("programme", arms.index(row.arm)) if several else look("difference")
            marks.append(mark_of(label, row.interval, style, words))
            continue
        label = words.say("chart.row_label", label=name, n=claims.whom(row))
        style = look("comparison") if row.arm == study.comparison else look("programme", arms.index(row.arm))
        marks.append(mark_of(label, row.interval, style, words))
    return marks


def _means(rows: list[Estimate], marks: list[Mark], claims: Claims) -> list[Means]:
    means_by_row = [
        means_of(row, claims.arm_title(row.arm), mark.look, claims)
        for row, mark in zip(rows, marks, strict=True)
        if row.is_change
    ]
    return [means for means in means_by_row if means is not None]


def _means_of(people: pd.DataFrame | None, rows: list[Estimate], marks: list[Mark], claims: Claims) -> list[Means]:
    """Means of the people who are to be seen, of those with both scores, where the rows have none: averages do not."""
    if people is None:
        return []
    found = {str(arm): scores for arm, scores in people.dropna(subset=["pre", "post"]).groupby("arm")}
    return [
        Means(row.arm, claims.arm_title(row.arm), mark.look,
              *(Moment(float(found[row.arm][when].mean()), np.nan, np.nan) for when in ("pre", "post")))
        for row, mark in zip(rows, marks, strict=True) if row.is_change and row.arm in found
    ]  # fmt: skip


def _people_of(people: pd.DataFrame, *, cohort: str, role: str, scale: str, wave: str) -> pd.DataFrame:
    same = (people["role"] == role) & (people["scale"] == scale) & (people["wave"] == wave)
    return people[same & (people["cohort"].eq(cohort) | (cohort == ALL_COHORTS))]
