"""Disclosed rows into pictures: change by group, and cohorts with their average."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import seaborn.objects as so
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from rm_research.catalogue import capital, catalogue
from rm_research.claims import Claims
from rm_research.claims.judgement import OF_CHANGE
from rm_research.disclosure import Disclosed
from rm_research.effects.estimates import ALL_COHORTS, headlines
from rm_research.study import Study

WIDTH, ROW, FRAME = 4.4, 0.46, 0.72  # inches: a phone shows it at three quarters, so 11 points stay readable
STYLE: dict[Any, Any] = {
    "font.size": 11,
    "font.family": "DejaVu Sans",
    "text.parse_math": False,  # a cohort's name may hold dollar signs
    "svg.fonttype": "none",  # text stays text: a third of the size, and the page's own font
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.edgecolor": "#3D3D3D",
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "xtick.color": "#3D3D3D",
    "svg.hashsalt": "rm_research",  # else ids are random and equal runs differ
}
COLOURS = {"programme": "#12436D", "comparison": "#3D3D3D", "difference": "#801650"}
MARKERS = {"programme": "o", "comparison": "s", "difference": "D"}


@dataclass(frozen=True)
class Mark:
    """One row of a chart: what it is, its label, and the Estimates row it shows."""

    kind: str
    label: str
    row: pd.Series


def plot_change(
    disclosed: Disclosed, *, study: Study, cohort: str, role: str, scale: str, wave: str, ax: Axes | None = None,
    title: bool = True,
) -> Axes:  # fmt: skip
    """
    Mean change of each arm with its interval, and the difference between arms below.

    Parameters
    ----------
    disclosed : Disclosed
        Rows that may be shown; hidden ones have no mark.
    study : Study
    cohort, role, scale, wave : str
        Which rows.
    ax : Axes, optional
        Where to draw; a new figure unless given.
    title : bool
        Whether to write the finding above the chart.

    Returns
    -------
    Axes
    """
    claims = Claims(disclosed, study, catalogue(study.reporting.language))
    rows = shown_rows(disclosed, cohort=cohort, role=role, scale=scale, wave=wave)
    marks = [Mark(*_kind_and_label(row, claims, study), row) for _, row in rows.iterrows()]
    ax = _drawn(marks, claims, ax)
    key = "axis_change" if rows["contrast"].str.endswith("change").any() else "axis_difference"
    ax.set_xlabel(claims.words.say(f"chart.{key}", unit=study.scale(scale).unit))
    if title and marks:
        ax.set_title(claims.title(marks[0].row), loc="left", wrap=True)
    return ax


def plot_forest(
    disclosed: Disclosed, *, study: Study, role: str, scale: str, wave: str, contrast: str, arm: str,
    ax: Axes | None = None, title: bool = True,
) -> Axes:  # fmt: skip
    """
    Each cohort's estimate with its interval, and their average below.

    Parameters
    ----------
    disclosed : Disclosed
        Rows that may be shown.
    study : Study
    role, scale, wave, arm : str
        Which rows.
    contrast : {'change', 'difference'}
    ax : Axes, optional
        Where to draw; a new figure unless given.
    title : bool
        Whether to write the title above the chart.

    Returns
    -------
    Axes
    """
    claims = Claims(disclosed, study, catalogue(study.reporting.language))
    rows = forest_rows(disclosed, role=role, scale=scale, wave=wave, contrast=contrast, arm=arm)
    marks = [
        Mark("difference", _average(row, claims), row)
        if row["cohort"] == ALL_COHORTS
        else Mark("programme", row["cohort"], row)
        for _, row in rows.iterrows()
    ]
    ax = _drawn(marks, claims, ax)
    ax.set_xlabel(claims.words.say(f"chart.axis_{contrast}", unit=study.scale(scale).unit))
    if title and marks:
        whose, name = claims.whose(role), claims.scale_text(marks[0].row)
        text = claims.words.say("chart.title_forest", Whose=capital(whose), scale=name)
        ax.set_title(text, loc="left", wrap=True)
    return ax


def _average(row: pd.Series, claims: Claims) -> str:
    return claims.words.say("chart.average_people" if row["method"] == "one_stage" else "chart.average")


def blank_axes(n_rows: int) -> Axes:
    """Axes for a chart of that many rows, in a figure that no notebook shows by itself."""
    with mpl.rc_context(STYLE):
        return Figure(figsize=(WIDTH, FRAME + ROW * max(1, n_rows)), layout="constrained").subplots()


def shown_rows(disclosed: Disclosed, *, cohort: str, role: str, scale: str, wave: str) -> pd.DataFrame:
    """Rows that `plot_change` shows: headline methods with an estimate, changes first."""
    table = _headline(disclosed)
    table = table[table["contrast"].isin([*OF_CHANGE, *OF_CHANGE.values()])]
    same = (table["cohort"] == cohort) & (table["role"] == role) & (table["scale"] == scale) & (table["wave"] == wave)
    return table[same].sort_values("contrast", kind="stable", key=lambda column: column.str.endswith("difference"))


def forest_rows(disclosed: Disclosed, *, role: str, scale: str, wave: str, contrast: str, arm: str) -> pd.DataFrame:
    """Rows that `plot_forest` shows: one a cohort, the average last."""
    table = _headline(disclosed)
    same = (table["role"] == role) & (table["scale"] == scale) & (table["wave"] == wave) & (table["arm"] == arm)
    return table[same & table["contrast"].isin([contrast, f"pooled_{contrast}"])]


def _headline(disclosed: Disclosed) -> pd.DataFrame:
    table = disclosed.table
    return table[headlines(table) & table["estimate"].notna()]


def _kind_and_label(row: pd.Series, claims: Claims, study: Study) -> tuple[str, str]:
    several = len({arm for arm in claims.disclosed.table["arm"] if arm != study.comparison}) > 1
    if row["contrast"].endswith("difference"):
        arm = f", {claims.arm_title(row['arm'])}" if several else ""
        return "difference", claims.words.say("chart.difference_row") + arm
    return "comparison" if row["arm"] == study.comparison else "programme", claims.arm_title(row["arm"])


def _drawn(marks: Sequence[Mark], claims: Claims, ax: Axes | None) -> Axes:
    """Dots with intervals, the words of each above it, zero and the changes too small to matter behind."""
    with mpl.rc_context(STYLE):
        if ax is None:
            ax = plt.subplots(figsize=(WIDTH, FRAME + ROW * max(1, len(marks))), layout="constrained")[1]
        data = pd.DataFrame({
            "x": [mark.row["estimate"] for mark in marks],
            "low": [mark.row["ci_low"] for mark in marks],
            "high": [mark.row["ci_high"] for mark in marks],
            "place": [float(place) for place in range(len(marks))],
            "kind": [mark.kind for mark in marks],
        })  # fmt: skip
        _background(ax, data, claims.study.scale(marks[0].row["scale"]).smallest_effect if marks else None)
        if marks:
            _dots(ax, data)
        for place, mark in enumerate(marks):
            ax.annotate(
                _words(mark, claims), (0, place - 0.38), xycoords=("axes fraction", "data"), va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1},
            )  # fmt: skip
        ax.set_ylim(len(marks) - 0.5, -0.75)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=5))
        ax.set_yticks([])
        ax.set_ylabel("")
    return ax


def _background(ax: Axes, data: pd.DataFrame, smallest_effect: float | None) -> None:
    ax.axvline(0, color="#3D3D3D", linewidth=1, zorder=0)
    if smallest_effect is not None:
        ax.axvspan(-smallest_effect, smallest_effect, color="#E8E8E8", zorder=-1, linewidth=0)
    ends = [0.0, *data["low"], *data["high"], *([-smallest_effect, smallest_effect] if smallest_effect else [])]
    margin = 0.06 * (max(ends) - min(ends) or 1)
    ax.set_xlim(min(ends) - margin, max(ends) + margin)


def _dots(ax: Axes, data: pd.DataFrame) -> None:
    plot = so.Plot(data, y="place", color="kind", marker="kind")
    plot = plot.add(so.Range(linewidth=2.2), xmin="low", xmax="high", legend=False, orient="y")
    plot = plot.add(so.Dot(pointsize=7), x="x", legend=False, orient="y")
    plot.scale(color=COLOURS, marker=MARKERS).on(ax).plot()


def _words(mark: Mark, claims: Claims) -> str:
    """Label, people and numbers of a row; a difference is of two groups, whose people stand in their own rows."""
    row, number, label = mark.row, claims.words.number, mark.label
    if mark.kind != "difference":
        n = row[{"welch": "n_post", "likelihood": "n_pre"}.get(row["method"], "n_pairs")]
        label = claims.words.say("chart.row_label", label=label, n=int(n))
    return claims.words.say(
        "chart.row", label=label, estimate=number(row["estimate"], signed=True), low=number(row["ci_low"]),
        high=number(row["ci_high"]),
    )  # fmt: skip
