"""Change of people who met often and of people who met rarely: an association."""

from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from rm_research.catalogue import Catalogue, capital, catalogue
from rm_research.claims import Claims, claims_of
from rm_research.disclosure import Shown
from rm_research.disclosure.wanted import Group, Source, Wanted
from rm_research.figures.answers import band_text
from rm_research.figures.groups import charts_of
from rm_research.figures.rows import axis_text, draw_marks, mark_of
from rm_research.figures.sheet import on_sheet
from rm_research.figures.style import look, styled
from rm_research.study import Study
from rm_research.study.selection import Names


@styled
def plot_sessions(
    data: Source, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
    ax: Axes | None = None, width: float | str | None = None, title: bool = True,
) -> Axes:  # fmt: skip
    """
    Mean change of people by their number of meetings, with intervals; an association, as the axis says.

    Parameters
    ----------
    data : Prepared or Disclosed
        What to show. A Prepared may be of any people, however few: such a chart is for the researcher's own eyes.
    study : Study, optional
        Where the data do not know theirs.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Whom and what, by one name or several; everything unless given, a chart for each role, scale and wave. Unless
        cohorts are named: all of them together, or each where nothing is of all together.
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
    >>> ax = rm.plot_sessions(prepared, scale="inclusion", role="leader")
    >>> ax.figure.savefig("sessions.svg")
    """
    names = {"cohort": cohort, "role": role, "scale": scale, "wave": wave, "arm": arm}
    asked = Wanted.of(data, study, verb="plot_sessions", table="sessions", **names)
    groups = asked.groups(asked.shown.tables.get("sessions"))
    charts = charts_of(
        asked, groups, lambda group: sessions_title(asked.shown, study=asked.study, **group._asdict()),
        lambda group: partial(_chart, asked, group), title=title,
    )  # fmt: skip
    return on_sheet(ax, charts, width=width, nothing=asked.nothing)


def _chart(asked: Wanted, group: Group, ax: Axes, depth: float) -> list[tuple[Axes, float]]:
    """Draw one chart; return its panel."""
    claims, rows = claims_of(asked.shown, asked.study), sessions_rows(asked.shown, **group._asdict())
    rows = rows[rows["arm"].isin(asked.arms(rows["arm"].unique()))]
    words, arms = claims.words, list(dict.fromkeys(rows["arm"]))
    marks = [
        mark_of(_label(row, len(arms) > 1, claims), (row["estimate"], row["ci_low"], row["ci_high"]),
                look("programme", arms.index(row["arm"])), words)
        for _, row in rows.iterrows()
    ]  # fmt: skip
    axis = axis_text("axis_sessions", group.scale, group.wave, claims)
    heading = words.say("chart.heading_sessions", people=claims.people(group.role), axis=axis)
    return [(ax, draw_marks(ax, depth, marks, claims, asked.study.scale(group.scale), heading))]


def sessions_title(disclosed: Shown, *, study: Study, cohort: str, role: str, scale: str, wave: str) -> str:
    """Change with each number of meetings, in the first arm shown; empty if there are no rows."""
    rows = sessions_rows(disclosed, cohort=cohort, role=role, scale=scale, wave=wave)
    if rows.empty:
        return ""
    claims = claims_of(disclosed, study)
    rows = rows[rows["arm"] == rows["arm"].iloc[0]]
    words = claims.words
    changes = [(words.number(row["estimate"], signed=True), _band(row, words)) for _, row in rows.iterrows()]
    told = [words.say("chart.with_band" if at else "chart.with_meetings", change=change, band=band)
            for at, (change, band) in enumerate(changes)]  # fmt: skip
    return words.say("chart.title_sessions", Whose=capital(claims.whose(role)),
                     scale=claims.scale_text(scale, rows["arm"].iloc[0], wave), changes=", ".join(told))  # fmt: skip


def sessions_alt(disclosed: Shown, *, study: Study, cohort: str, role: str, scale: str, wave: str) -> str:
    """Kind of chart and what it shows, for readers who cannot see it; empty if there are no rows."""
    title = sessions_title(disclosed, study=study, cohort=cohort, role=role, scale=scale, wave=wave)
    return catalogue(study.reporting.language).say("chart.alt_sessions", title=title) if title else ""


def sessions_rows(disclosed: Shown, *, cohort: str, role: str, scale: str, wave: str) -> pd.DataFrame:
    """Rows of the table 'sessions' that `plot_sessions` shows: the fewest meetings first."""
    table = disclosed.tables.get("sessions")
    if table is None or table.empty:
        return pd.DataFrame(columns=["arm", "low", "high", "n_people", "estimate", "ci_low", "ci_high"])
    same = (table["cohort"] == cohort) & (table["role"] == role) & (table["scale"] == scale) & (table["wave"] == wave)
    return table[same & table["estimate"].notna()].sort_values(["arm", "low"], kind="stable")


def _band(row: pd.Series, words: Catalogue) -> str:
    return band_text(row["low"], row["high"], words)


def _label(row: pd.Series, several: bool, claims: Claims) -> str:
    """Band of meetings with its number of people, and their arm if there are several."""
    band, arm = _band(row, claims.words), claims.arm_title(row["arm"])
    label = claims.words.say("chart.sessions_row_of" if several else "chart.sessions_row", band=band, arm=arm)
    return claims.words.say("chart.row_label", label=label, n=int(row["n_people"]))
