"""Change of people who met often and of people who met rarely: an association."""

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes

from rm_research.catalogue import Catalogue, capital, catalogue
from rm_research.claims import Claims, claims_of
from rm_research.disclosure import Shown
from rm_research.figures.answers import band_text
from rm_research.figures.rows import axis_text, draw_marks, mark_of
from rm_research.figures.sheet import on_sheet
from rm_research.figures.style import STYLE, look
from rm_research.study import Study


@mpl.rc_context(STYLE)
def plot_sessions(
    disclosed: Shown, *, study: Study, cohort: str, role: str, scale: str, wave: str, ax: Axes | None = None,
    title: bool = True,
) -> Axes:  # fmt: skip
    """
    Mean change of people by their number of meetings, with intervals; an association, as the axis says.

    Parameters
    ----------
    disclosed : Shown
        Its table 'sessions' is shown.
    study : Study
    cohort, role, scale, wave : str
        Which change.
    ax : Axes, optional
        Where to draw; a new figure unless given.
    title : bool
        Whether to write the finding above the chart.

    Returns
    -------
    Axes
    """
    claims = claims_of(disclosed, study)
    place = {"cohort": cohort, "role": role, "scale": scale, "wave": wave}
    rows = sessions_rows(disclosed, **place)
    words, arms = claims.words, list(dict.fromkeys(rows["arm"]))
    marks = [
        mark_of(_label(row, len(arms) > 1, claims), (row["estimate"], row["ci_low"], row["ci_high"]),
                look("programme", arms.index(row["arm"])), words)
        for _, row in rows.iterrows()
    ]  # fmt: skip
    axis = axis_text("axis_sessions", scale, claims)
    heading = claims.words.say("chart.heading_sessions", people=claims.people(role), axis=axis)
    above = sessions_title(disclosed, study=study, **place) if title else ""
    return on_sheet(
        ax, above, lambda ax, depth: [(ax, draw_marks(ax, depth, marks, claims, study.scale(scale), heading))]
    )


def sessions_title(disclosed: Shown, *, study: Study, cohort: str, role: str, scale: str, wave: str) -> str:
    """Change with the fewest and with the most meetings, in the first arm shown; empty if there are no rows."""
    rows = sessions_rows(disclosed, cohort=cohort, role=role, scale=scale, wave=wave)
    if rows.empty:
        return ""
    claims = claims_of(disclosed, study)
    rows = rows[rows["arm"] == rows["arm"].iloc[0]]
    first, last = rows.iloc[0], rows.iloc[-1]
    number, words = claims.words.number, claims.words
    return words.say(
        "chart.title_sessions" if len(rows) > 1 else "chart.title_sessions_one", Whose=capital(claims.whose(role)),
        scale=claims.scale_text(scale, first["arm"], wave), fewest=_band(first, words), most=_band(last, words),
        first=number(first["estimate"], signed=True), last=number(last["estimate"], signed=True),
    )  # fmt: skip


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
