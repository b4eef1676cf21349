"""Pairs that did what was planned, thing by thing."""

from collections.abc import Sequence
from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from rm_research.catalogue import Catalogue, catalogue, rounded
from rm_research.disclosure import Shown
from rm_research.disclosure.wanted import Source, Wanted
from rm_research.effects.groups import ALL_COHORTS
from rm_research.figures.lettering import wrapped
from rm_research.figures.sheet import in_points, is_wide, longest, on_sheet, room, write, write_beside
from rm_research.figures.style import INK, LINE, PAPER, look, styled
from rm_research.stats.result import Vector
from rm_research.study import Study
from rm_research.study.selection import Names

THICK, BETWEEN = 9, 7  # points: a bar, and the gap between two rows
WIDEST = 0.45  # share of the width that labels may take


@styled
def plot_fidelity(
    data: Source, *, study: Study | None = None, cohort: Names = None,
    ax: Axes | None = None, width: float | str | None = None, title: bool = True,
) -> Axes:  # fmt: skip
    """
    Pairs that did what [programme] planned: meetings, their rhythm and length, what they agreed on, goals.

    Parameters
    ----------
    data : Prepared or Disclosed
        What to show. A Prepared may be of any pairs, however few: such a chart is for the researcher's own eyes.
    study : Study, optional
        Where the data do not know theirs.
    cohort : str or sequence of str, optional
        A chart for each; one of the programme unless given.
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
        Of the first chart, without axis lines: x and y are points. Empty where nothing was planned.

    Raises
    ------
    SelectionError
        When there is no such name or width; the message says what there is.

    Examples
    --------
    >>> planned = rm.prepare_study(study.varied({"programme.planned_meetings": 6}))
    >>> ax = rm.plot_fidelity(planned, cohort="2022 spring")
    >>> ax.figure.savefig("fidelity.svg")
    """
    asked = Wanted.of(data, study, verb="plot_fidelity", table="fidelity", cohort=cohort)
    table = asked.shown.tables["fidelity"]
    places = [ALL_COHORTS] if (table["cohort"] == ALL_COHORTS).any() else list(dict.fromkeys(table["cohort"]))
    cohorts = asked.selection.names.get("cohort", tuple(places[:1]))
    which = {name: name if len(cohorts) > 1 else "" for name in cohorts}
    titles = {
        name: asked.titled(fidelity_title(asked.shown, study=asked.study, cohort=name), which[name]) for name in cohorts
    }
    charts = [(titles[name] if title else which[name], partial(_chart, asked, name)) for name in cohorts]
    return on_sheet(ax, charts, width=width)


def _chart(asked: Wanted, cohort: str, ax: Axes, depth: float) -> list[tuple[Axes, float]]:
    """Draw one chart; return its panel."""
    rows, words = fidelity_rows(asked.shown, cohort=cohort), catalogue(asked.study.reporting.language)
    labels = [fidelity_label(str(row["about"]), asked.study, words) for _, row in rows.iterrows()]
    counts = [fidelity_count(row, words) for _, row in rows.iterrows()]
    in_points(ax)
    draw = _beside if is_wide(ax) else _above
    return [(ax, draw(ax, depth, labels, counts, rows["share"].to_numpy(float)))]


def _beside(ax: Axes, depth: float, labels: Sequence[str], counts: Sequence[str], shares: Vector) -> float:
    """Draw bars with their labels on the left and their counts on the right; return where they end."""
    lines = [wrapped(label, WIDEST * room(ax)) for label in labels]
    left = max((longest(some) for some in lines), default=0.0) + 6
    whole = room(ax) - left - longest(counts) - 6
    for label, count, share in zip(lines, counts, shares, strict=True):
        height = max(LINE * len(label), THICK) + BETWEEN
        middle = depth + height / 2
        write_beside(ax, label, left - 6, middle, side="right", colour=INK)
        _bar(ax, middle, left, whole, share)
        write_beside(ax, [count], left + whole + 5, middle)
        depth += height
    return depth


def _above(ax: Axes, depth: float, labels: Sequence[str], counts: Sequence[str], shares: Vector) -> float:
    """Draw bars as wide as there is room, below their labels and counts; return where they end."""
    for label, count, share in zip(labels, counts, shares, strict=True):
        depth = write(ax, wrapped(label, room(ax)), 0, depth)
        whole = room(ax) - longest(counts) - 6
        _bar(ax, depth + LINE / 2, 0, whole, share)
        write_beside(ax, [count], whole + 5, depth + LINE / 2)
        depth += LINE + BETWEEN
    return depth


def _bar(ax: Axes, middle: float, left: float, whole: float, share: float) -> None:
    """Draw a share of a whole, with two decimals as it is printed."""
    colour, _ = look("programme")
    ax.barh(middle, whole, THICK, left=left, edgecolor=colour, color=PAPER)
    ax.barh(middle, max(whole * rounded(share, 2), 0.1), THICK, left=left, edgecolor=colour, color=colour)


def fidelity_rows(disclosed: Shown, *, cohort: str) -> pd.DataFrame:
    """Rows of the table 'fidelity' that `plot_fidelity` shows: shares of pairs."""
    table = disclosed.tables["fidelity"]
    return table[table["cohort"].eq(cohort) & table["share"].notna()]


def fidelity_label(about: str, study: Study, words: Catalogue) -> str:
    """What pairs did that did as planned, with the numbers from the plan that this takes."""
    plan = study.programme
    blanks = {
        "n": plan.enough_meetings if about == "meetings" else plan.most_days,
        "planned": plan.planned_meetings, "share": words.share(plan.as_planned),
        "days": words.plain(round(plan.most_days or 0, 1)), "minutes": words.plain(round(plan.enough_minutes or 0, 1)),
    }  # fmt: skip
    return words.say(f"fidelity.{about}", **blanks)


def fidelity_count(row: pd.Series, words: Catalogue) -> str:
    """How many pairs did, of how many; where nearly all or nearly none did, no count."""
    share = words.bounded(words.share(row["share"]), row["bound"] if pd.notna(row["bound"]) else 0)
    if pd.isna(row["n_as_planned"]):
        return in_cohorts(words.say("fidelity.bounded", share=share, of=int(row["n_pairs"])), row, words)
    count = words.say("fidelity.count", n=int(row["n_as_planned"]), of=int(row["n_pairs"]), share=share)
    return in_cohorts(count, row, words)


def in_cohorts(text: str, row: pd.Series, words: Catalogue) -> str:
    """A count of pairs, and in how many cohorts these are where some may not be told of."""
    if pd.isna(row["n_cohorts"]) or row["cohort"] != ALL_COHORTS or row["n_cohorts"] == row["of_cohorts"]:
        return text
    return words.say("fidelity.in_cohorts", text=text, n=int(row["n_cohorts"]), of=int(row["of_cohorts"]))


def fidelity_title(disclosed: Shown, *, study: Study, cohort: str) -> str:
    """How many pairs met often enough by the plan, or else the first thing that is known; empty if there is none."""
    rows, words = fidelity_rows(disclosed, cohort=cohort), catalogue(study.reporting.language)
    if rows.empty:
        return ""
    first = rows.iloc[0]
    if first["about"] == "meetings":
        enough, planned = study.programme.enough_meetings, study.programme.planned_meetings
        once = "fidelity.title_once" if enough == 1 else "fidelity.title_enough"
        key = "fidelity.title" if enough == planned else once
        blanks = {"n": int(first["n_as_planned"]), "of": int(first["n_pairs"])}
        return words.say(key, enough=enough, planned=planned, **blanks)
    label = fidelity_label(str(first["about"]), study, words)
    return words.say("fidelity.title_other", label=label, count=fidelity_count(first, words))


def fidelity_alt(disclosed: Shown, *, study: Study, cohort: str) -> str:
    """Kind of chart and what it shows, for readers who cannot see it; empty if there is nothing."""
    title = fidelity_title(disclosed, study=study, cohort=cohort)
    return catalogue(study.reporting.language).say("fidelity.alt", title=title) if title else ""
