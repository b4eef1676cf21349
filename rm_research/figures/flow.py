"""Who was invited and who answered, group by group."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd
from matplotlib.axes import Axes

from rm_research.catalogue import capital, catalogue
from rm_research.checks.flow import UNKNOWN, flow_column
from rm_research.claims import Claims, claims_of
from rm_research.disclosure import Shown
from rm_research.disclosure.wanted import Source, Wanted
from rm_research.effects.groups import ALL_COHORTS
from rm_research.figures.lettering import wrapped
from rm_research.figures.sheet import in_points, is_wide, longest, on_sheet, room, write, write_beside
from rm_research.figures.style import INK, LINE, PAPER, look, styled
from rm_research.study import Study
from rm_research.study.selection import Names

THICK, BETWEEN = 9, 9  # points: a bar, and the gap between two groups
WIDEST = 0.4  # share of the width that labels may take


@dataclass(frozen=True)
class Bar:
    """People at one step: its name, their number, and that number in words."""

    label: str
    n: int
    count: str
    filled: bool


@styled
def plot_flow(
    data: Source, *, study: Study | None = None, cohort: Names = None, role: Names = None, arm: Names = None,
    ax: Axes | None = None, width: float | str | None = None, title: bool = True,
) -> Axes:  # fmt: skip
    """
    People invited, and those who answered before, after and both times, with a score or not, by role and arm.

    Parameters
    ----------
    data : Prepared or Disclosed
        Counts of people who took part are not answers.
    study : Study, optional
        Where the data do not know theirs.
    cohort : str or sequence of str, optional
        A chart for each; one of the programme unless given.
    role, arm : str or sequence of str, optional
        Which groups; all unless given.
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
        Of the first chart, without axis lines: x and y are points.

    Raises
    ------
    SelectionError
        When there is no such name or width, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> ax = rm.plot_flow(prepared, cohort="2022 spring", width="page")
    >>> ax.figure.savefig("flow.pdf")
    """
    asked = Wanted.of(data, study, verb="plot_flow", table="response", cohort=cohort, role=role, arm=arm)
    cohorts = asked.selection.names.get("cohort", (None,))
    which = {name: name if name and len(cohorts) > 1 else "" for name in cohorts}
    titles = {
        name: asked.titled(flow_title(asked.shown, study=asked.study, cohort=name), which[name]) for name in cohorts
    }
    charts = [(titles[name] if title else which[name], partial(_chart, asked, name)) for name in cohorts]
    return on_sheet(ax, charts, width=width)


def _chart(asked: Wanted, cohort: str | None, ax: Axes, depth: float) -> list[tuple[Axes, float]]:
    """Draw one chart; return its panel."""
    claims, rows = claims_of(asked.shown, asked.study), _known(flow_rows(asked.shown, cohort=cohort))
    for keyword in ("role", "arm"):
        rows = rows[rows[keyword].isin(asked.selection.names.get(keyword, rows[keyword]))]
    groups = [
        (_group(row, claims), look("comparison" if row["arm"] == asked.study.comparison else "programme")[0],
         list(_bars(row, claims))) for _, row in rows.iterrows()
    ]  # fmt: skip
    return [(ax, _draw(ax, depth, groups))]


def flow_title(disclosed: Shown, *, study: Study, cohort: str | None = None) -> str:
    """How many of those invited (or else of those who answered before) answered both times; empty if nobody did."""
    claims, rows = claims_of(disclosed, study), flow_rows(disclosed, cohort=cohort)
    wave = study.later_waves[-1] if study.later_waves else ""
    if rows.empty or not wave:
        return ""
    counts = {"before": int(rows["before"].sum()), "later": int(rows[flow_column("answered", wave)].sum())}
    both, left = rows[flow_column("both", wave)], rows[flow_column("left", wave)]
    named = {"moment": claims.moment(wave)}
    if both.isna().all():
        return claims.words.say("chart.title_flow_unlinked", **counts, **named)
    invited = int(rows["invited"].sum()) if rows["invited"].notna().all() else 0
    unknown = "title_flow_one_file" if left.isna().all() else "title_flow_answered"
    key = "title_flow" if invited >= both.sum() > 0 else unknown
    return claims.words.say(f"chart.{key}", invited=invited, both=int(both.sum()), **counts, **named)


def flow_alt(disclosed: Shown, *, study: Study, cohort: str | None = None) -> str:
    """Kind of chart and what it shows, for readers who cannot see it; empty without people."""
    title = flow_title(disclosed, study=study, cohort=cohort)
    if not title:
        return ""
    invited = _known(flow_rows(disclosed, cohort=cohort))["invited"].notna().any()
    words = catalogue(study.reporting.language)
    return words.say("chart.alt_flow_invited" if invited else "chart.alt_flow", title=title)


def flow_rows(disclosed: Shown, *, cohort: str | None = None) -> pd.DataFrame:
    """Rows of the table 'response' that `plot_flow` shows."""
    table = disclosed.tables["response"]
    return table[table["cohort"] == (cohort or ALL_COHORTS)] if "cohort" in table else table


def _known(rows: pd.DataFrame) -> pd.DataFrame:
    """Groups with a name; people whose role or arm is unknown are only in the table beside the chart."""
    named = rows["role"].ne(UNKNOWN) & rows["arm"].ne(UNKNOWN)
    return rows[named] if named.any() else rows


def _group(row: pd.Series, claims: Claims) -> str:
    people = capital(claims.people(str(row["role"])))
    return claims.words.say("chart.flow_group", People=people, arm=claims.arm_title(str(row["arm"])))


def _bars(row: pd.Series, claims: Claims) -> Iterator[Bar]:
    study, words = claims.study, claims.words
    steps = [("invited", words.say("chart.flow_invited")), ("before", capital(words.say("waves.pre")))]
    one = len(study.later_waves) == 1
    key_of_both, key_of_scored = ("flow_both", "flow_scored") if one else ("flow_both_of", "flow_scored_of")
    for wave in study.later_waves:
        name = claims.survey(wave)
        both, scored = (flow_column(count, wave) for count in ("both", "scored"))
        steps += [(flow_column("answered", wave), capital(name)),
                  (both, words.say(f"chart.{key_of_both}", moment=name))]  # fmt: skip
        if pd.notna(row[scored]) and row[scored] != row[both]:
            steps.append((scored, words.say(f"chart.{key_of_scored}", moment=name)))
    invited = row["invited"]
    for column, label in steps:
        if pd.isna(row[column]):
            continue
        n, count = int(row[column]), words.plain(int(row[column]))
        # people who were not on the list of those invited may have answered too: then there is no share
        if column != "invited" and pd.notna(invited) and 0 < invited >= n:
            count = words.say("chart.flow_count", n=count, share=words.share(n / invited))
        yield Bar(label, n, count, filled=column != "invited")


def _draw(ax: Axes, depth: float, groups: list[tuple[str, str, list[Bar]]]) -> float:
    """Draw the groups one below the other, in two columns if there is room; return where they end."""
    in_points(ax)
    half = (len(groups) + 1) // 2
    columns = [groups[:half], groups[half:]] if is_wide(ax) else [groups]
    width = room(ax) / len(columns) - (LINE if len(columns) > 1 else 0)
    bars = [bar for *_, group_bars in groups for bar in group_bars]
    lines = {bar.label: wrapped(bar.label, WIDEST * width) for bar in bars}
    left = max(map(longest, lines.values()), default=0.0) + 6
    length = width - left - longest([bar.count for bar in bars]) - 6
    unit = length / (max((bar.n for bar in bars), default=1) or 1)  # the same for all, so that bars can be compared
    starts = (at * room(ax) / len(columns) for at in range(len(columns)))
    return max(
        _column(ax, column, lines, (start, left, width, unit), depth)
        for start, column in zip(starts, columns, strict=True)
    )


def _column(
    ax: Axes, groups: list[tuple[str, str, list[Bar]]], lines: dict[str, list[str]],
    place: tuple[float, float, float, float], depth: float,
) -> float:  # fmt: skip
    """Draw groups: bars with their names on the left and their counts on the right; return where they end."""
    start, left, width, unit = place
    for name, colour, bars in groups:
        depth = write(ax, wrapped(name, width), start, depth) + 2
        for bar in bars:
            height = LINE * len(lines[bar.label]) + 2
            x, middle, long = start + left, depth + height / 2, max(unit * bar.n, 0.1)
            write_beside(ax, lines[bar.label], x - 6, middle, side="right", colour=INK)
            ax.barh(middle, long, THICK, left=x, edgecolor=colour, color=colour if bar.filled else PAPER)
            write_beside(ax, [bar.count], x + long + 5, middle)
            depth += height
        depth += BETWEEN
    return depth
