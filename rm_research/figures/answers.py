"""What the same people answered before and after: bars that meet at the middle of the printed scale."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from rm_research.catalogue import Catalogue, capital, catalogue, lowered
from rm_research.claims import Claims, claims_of
from rm_research.disclosure import Shown
from rm_research.disclosure.printed import printed_number
from rm_research.disclosure.shown import Private
from rm_research.disclosure.wanted import Group, Source, Wanted
from rm_research.figures.groups import charts_of
from rm_research.figures.lettering import width_of, wrapped
from rm_research.figures.sheet import in_points, longest, on_sheet, room, write, write_beside
from rm_research.figures.style import ARMS, COLOURS, INK, LINE, MIDDLE, styled
from rm_research.scales import turned_in
from rm_research.study import Study
from rm_research.study.selection import Names

BANDS = (ARMS[2][0], MIDDLE, COLOURS["programme"])  # colours of low, middle and high answers
THICK, GAP, SWATCH = 16, 7, 9  # points: height of a bar, room below it, square beside a name
WIDEST = 0.36  # share of the width that names of surveys may take


@styled
def plot_answers(
    data: Source, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
    ax: Axes | None = None, width: float | str | None = None, title: bool = True,
) -> Axes:  # fmt: skip
    """
    Shares of the same people's answers in bands of the printed scale, before and after, for programme and comparison.

    Where waves are not linked, of everyone who answered each. Without a headline there is no chart. Answers to reversed
    items are turned, so that a high one means much of what the scale measures; the chart says of how many.

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
        Of the first chart, without axis lines: x and y are points.

    Raises
    ------
    SelectionError
        When there is no such name or width, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> ax = rm.plot_answers(prepared, scale="inclusion", role="leader", cohort="2022 spring")
    >>> ax.figure.savefig("answers.svg")
    """
    names = {"cohort": cohort, "role": role, "scale": scale, "wave": wave, "arm": arm}
    asked = Wanted.of(data, study, verb="plot_answers", table="answers", **names)
    groups = asked.groups(asked.shown.tables.get("answers"))
    charts = charts_of(
        asked, groups, lambda group: answers_title(asked.shown, study=asked.study, **group._asdict()),
        lambda group: partial(_chart, asked, group), title=title,
    )  # fmt: skip
    return on_sheet(ax, charts, width=width, nothing=asked.nothing)


def _chart(asked: Wanted, group: Group, ax: Axes, depth: float) -> list[tuple[Axes, float]]:
    """Draw one chart; return its panel."""
    rows = answers_rows(asked.shown, study=asked.study, **group._asdict())
    rows = rows[rows["arm"].isin(asked.arms(rows["arm"].unique()))]
    if rows.empty:
        return [(ax, depth)]
    depth = _draw(ax, depth, rows, claims_of(asked.shown, asked.study))
    note = "" if not isinstance(asked.shown, Private) else turned_note(asked.study, group.scale)
    return [(ax, write(ax, wrapped(note, room(ax)), 0, depth, colour=INK) if note else depth)]


def turned_note(study: Study, scale: str) -> str:
    """How many questions of a scale have their answers turned; empty where none has. Pages say it below the chart."""
    items = study.common_items(scale)
    n = sum(turned_in(item) is not None for item in items)
    words = catalogue(study.reporting.language)
    return words.say("chart.turned", n=n, of=len(items)) if n else ""


def answers_title(disclosed: Shown, *, study: Study, cohort: str, role: str, scale: str, wave: str) -> str:
    """Finding of the headline row where the answers are behind it, else whose they are; empty if there is none."""
    rows = answers_rows(disclosed, study=study, cohort=cohort, role=role, scale=scale, wave=wave)
    if rows.empty:
        return ""
    claims = claims_of(disclosed, study)
    arm = rows["arm"].iloc[0]
    row = claims.headline_row(cohort, role, arm, scale, wave)
    if row is None:
        return ""
    people = rows.groupby("arm")["n_people"].max()
    if study.link.method != "none" and people[arm] != row.n_pairs:
        # others than those of the finding: no second finding
        n = int(people.sum())
        blanks = {"scale": claims.scale_text(scale, arm, wave), "n": n, "people": claims.people(role, n)}
        return claims.words.say("chart.title_answers_part", **blanks)
    return claims.words.say("chart.title_answers", title=claims.title(row), lowered=lowered(claims.title(row)))


def answers_alt(disclosed: Shown, *, study: Study, cohort: str, role: str, scale: str, wave: str) -> str:
    """Kind of chart and what it shows, for readers who cannot see it; empty if it shows nothing."""
    place = {"cohort": cohort, "role": role, "scale": scale, "wave": wave}
    title = answers_title(disclosed, study=study, **place)
    if not title:
        return ""
    claims = claims_of(disclosed, study)
    arm = answers_rows(disclosed, study=study, **place)["arm"].iloc[0]
    name = claims.scale_text(scale, arm, wave)
    key = "alt_answers_unlinked" if study.link.method == "none" else "alt_answers"
    return claims.words.say(f"chart.{key}", scale=name, title=title)


def answers_rows(
    disclosed: Shown, *, study: Study, cohort: str, role: str, scale: str, wave: str
) -> pd.DataFrame:  # fmt: skip
    """
    Rows of the table 'answers' that `plot_answers` shows: comparison last, before first, lowest band first.

    None without a headline of an arm of the programme: answers alone would tell a story of their own.
    """
    nothing = pd.DataFrame(columns=["arm", "asked", "low", "high", "share", "n_people", "n_cohorts", "drawn_cohorts"])
    table = disclosed.tables.get("answers")
    if table is None or table.empty:
        return nothing
    same = (table["cohort"] == cohort) & (table["role"] == role) & (table["scale"] == scale) & (table["wave"] == wave)
    rows, claims = table[same], claims_of(disclosed, study)
    told = [claims.headline_row(cohort, role, str(arm), scale, wave) for arm in rows["arm"].unique()]
    if not any(row is not None and row.is_known and row.arm != study.comparison for row in told):
        return nothing
    order = {"last": rows["arm"] == study.comparison, "after": rows["asked"] != study.baseline}
    return rows.assign(**order).sort_values(["last", "arm", "after", "low"], kind="stable").drop(columns=list(order))


def band_text(low: float, high: float, words: Catalogue) -> str:
    """Both ends of a band in words, or its single point."""
    ends = [words.plain(low), words.plain(high)]
    return ends[0] if low == high else words.say("chart.band", low=ends[0], high=ends[1])


def _draw(ax: Axes, depth: float, rows: pd.DataFrame, claims: Claims) -> float:
    """Draw the names of the bands, then each group with one bar per survey; return where they end."""
    words, ends = claims.words, rows[["low", "high"]].drop_duplicates().sort_values("low")
    colours = BANDS if len(ends) == 3 else (BANDS[0], BANDS[-1])
    names = [band_text(low, high, words) for low, high in ends.itertuples(index=False)]
    bars: dict[Any, list[float]] = {
        key: bar["share"].map(printed_number).tolist() for key, bar in rows.groupby(["arm", "asked"], sort=False)
    }
    labels = {key: wrapped(_asked(key, rows, claims), WIDEST * room(ax)) for key in bars}
    left, side = max(map(longest, labels.values())) + GAP, width_of(words.share(1)) + 4
    reach = [_reach(shares) for shares in bars.values()]
    before, after = max(low for low, _ in reach), max(high for _, high in reach)
    unit = (room(ax) - left - 2 * side) / (before + after)
    in_points(ax)
    depth = _key(ax, depth, words.say("chart.answers"), names, colours)
    for arm, group in rows.groupby("arm", sort=False):
        depth = write(ax, wrapped(_group(str(arm), group, claims), room(ax)), 0, depth + GAP) + 3
        for asked in dict.fromkeys(group["asked"]):
            shares = bars[arm, asked]
            above = LINE if len(shares) == 3 and 0 < unit * shares[1] < width_of(words.share(shares[1])) + 4 else 0
            height = max(THICK + above, LINE * len(labels[arm, asked]))
            write_beside(ax, labels[arm, asked], 0, depth + above + (height - above) / 2, colour=INK)
            place = (left + side + unit * before, depth + height - THICK, unit)
            _bar(ax, shares, colours, place, words)
            depth += height + GAP
    return depth


def _reach(shares: Sequence[float]) -> tuple[float, float]:
    """How far a bar goes to the left and to the right of the middle."""
    half = shares[1] / 2 if len(shares) == 3 else 0.0
    return shares[0] + half, shares[-1] + half


def _key(ax: Axes, depth: float, title: str, names: Sequence[str], colours: Sequence[str]) -> float:
    """Draw the key to the bands; return where it ends."""
    write(ax, [title], 0, depth, colour=INK)
    x = width_of(title) + 10
    for name, colour in zip(names, colours, strict=True):
        ax.add_patch(Rectangle((x, depth + 2.5), SWATCH, SWATCH, facecolor=colour, edgecolor=INK, linewidth=0.6))
        write(ax, [name], x + SWATCH + 4, depth)
        x += SWATCH + width_of(name) + 18
    return depth + LINE


def _bar(
    ax: Axes, shares: Sequence[float], colours: Sequence[str], place: tuple[float, float, float], words: Catalogue
) -> None:  # fmt: skip
    """Draw one bar: the shares of its outer bands beside it, that of the middle one within or, if narrow, above."""
    middle, top, unit = place
    start, end = (middle + unit * part for part in (-_reach(shares)[0], _reach(shares)[1]))
    lefts = [start + unit * sum(shares[:at]) for at in range(len(shares))]
    ax.barh(
        top + THICK / 2, [unit * share for share in shares], THICK, left=lefts, color=colours, edgecolor=INK, lw=0.6
    )
    ax.plot([middle, middle], [top, top + THICK + 3], color=INK, linewidth=1)
    texts = [words.share(share) if share > 0 else "" for share in shares]
    write_beside(ax, [texts[0]], start - 4, top + THICK / 2, side="right")
    if len(shares) == 3:
        fits = width_of(texts[1]) + 4 <= unit * shares[1]
        write_beside(ax, [texts[1]], middle, top + (THICK / 2 if fits else -LINE / 2), side="center")
    write_beside(ax, [texts[-1]], end + 4, top + THICK / 2)


def _group(arm: str, group: pd.DataFrame, claims: Claims) -> str:
    """Name of an arm, with its number of people if that is the same at both surveys."""
    name, counts = claims.arm_title(arm), group["n_people"].unique()
    if len(counts) > 1:
        return name
    n = int(counts[0])
    first = group.iloc[0]
    whole = claims.headline_row(*(str(first[of]) for of in ("cohort", "role", "arm", "scale", "wave")))
    key = "row_people_each" if claims.counted_apart(whole) else "row_people"
    return claims.words.say(f"chart.{key}", label=name, n=n, people=claims.people(first["role"], n))


def _asked(key: tuple[str, str], rows: pd.DataFrame, claims: Claims) -> str:
    """Name of a survey, with its number of people if the other survey has another."""
    of_arm = rows[rows["arm"] == key[0]]
    name, counts = capital(claims.survey(key[1])), of_arm["n_people"].unique()
    if len(counts) == 1:
        return name
    n = of_arm.loc[of_arm["asked"] == key[1], "n_people"].iloc[0]
    return claims.words.say("chart.row_label", label=name, n=int(n))
