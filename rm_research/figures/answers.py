"""What the same people answered before and after: bars that meet at the middle of the printed scale."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from rm_research.catalogue import Catalogue, capital, lowered
from rm_research.claims import Claims, claims_of
from rm_research.disclosure import Disclosed
from rm_research.disclosure.printed import printed_number
from rm_research.figures.lettering import apart, width_of, wrapped
from rm_research.figures.moments import moment
from rm_research.figures.sheet import on_sheet
from rm_research.figures.style import INK, LINE, STYLE, room
from rm_research.study import Study

LOW, MIDDLE, HIGH = ("#F46A25", "black"), ("#D9D9D9", "black"), ("#12436D", "white")  # of a band and its text
THICK, GAP, SWATCH = 20, 18, 10  # points: height of a bar, room above it, square beside a name


@mpl.rc_context(STYLE)
def plot_answers(
    disclosed: Disclosed, *, study: Study, cohort: str, role: str, scale: str, wave: str, ax: Axes | None = None,
    title: bool = True,
) -> Axes:  # fmt: skip
    """
    Shares of the same people's answers in bands of the printed scale, before and after, for programme and comparison.

    Where waves are not linked, of everyone who answered each. Without a headline there is no chart.

    Parameters
    ----------
    disclosed : Disclosed
        Its table 'answers' is shown.
    study : Study
    cohort, role, scale, wave : str
        Which answers; `wave` is the later survey.
    ax : Axes, optional
        Where to draw; a new figure unless given.
    title : bool
        Whether to write the finding above the chart.

    Returns
    -------
    Axes
        Without axis lines: x and y are points.
    """
    claims = claims_of(disclosed, study)
    place = {"cohort": cohort, "role": role, "scale": scale, "wave": wave}
    rows = answers_rows(disclosed, study=study, **place)
    above = answers_title(disclosed, study=study, **place) if title else ""
    return on_sheet(ax, above, lambda ax: _draw(ax, rows, claims) if len(rows) else 0.0)


def answers_title(disclosed: Disclosed, *, study: Study, cohort: str, role: str, scale: str, wave: str) -> str:
    """Finding of the headline row where the answers are behind it, else whose they are; empty if there is none."""
    rows = answers_rows(disclosed, study=study, cohort=cohort, role=role, scale=scale, wave=wave)
    if rows.empty:
        return ""
    claims = claims_of(disclosed, study)
    arm = rows["arm"].iloc[0]
    row = claims.headline_row(cohort, role, arm, scale, wave)
    if row is None:
        return ""
    bars = rows[rows["arm"].eq(arm)].drop_duplicates(["asked"])
    if study.link.method != "none" and bars["n_people"].max() != row.n_pairs:
        # others than those of the finding: no second finding
        n = int(bars["n_people"].max())
        blanks = {"scale": claims.scale_text(scale, arm, wave), "n": n, "people": claims.people(role, n)}
        return claims.words.say("chart.title_answers_part", **blanks)
    return claims.words.say("chart.title_answers", finding=lowered(claims.title(row)))


def answers_alt(disclosed: Disclosed, *, study: Study, cohort: str, role: str, scale: str, wave: str) -> str:
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
    disclosed: Disclosed, *, study: Study, cohort: str, role: str, scale: str, wave: str
) -> pd.DataFrame:  # fmt: skip
    """
    Rows of the table 'answers' that `plot_answers` shows: comparison last, before first, lowest band first.

    None without a headline of an arm of the programme: answers alone would tell a story of their own.
    """
    nothing = pd.DataFrame(columns=["arm", "asked", "low", "high", "share", "n_people", "n_cohorts"])
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


def _draw(ax: Axes, rows: pd.DataFrame, claims: Claims) -> float:
    """Draw the names of the bands, then each group with one bar per survey; return the depth used."""
    words, width = claims.words, room(ax)
    bands = rows[["low", "high"]].drop_duplicates().sort_values("low")
    looks = [LOW, HIGH] if len(bands) == 2 else [LOW, MIDDLE, HIGH]
    names = [band_text(low, high, words) for low, high in bands.itertuples(index=False)]
    depth = _key(ax, words.say("chart.answers"), names, looks)
    bars: dict[Any, list[float]] = {
        key: bar["share"].map(printed_number).tolist() for key, bar in rows.groupby(["arm", "asked"], sort=False)
    }
    labels = {key: _asked(key, rows, claims) for key in bars}
    left = max(map(width_of, labels.values())) + 6
    reach = [_reach(shares) for shares in bars.values()]
    unit = (width - left) / (max(low for low, _ in reach) + max(high for _, high in reach))
    middle = left + unit * max(low for low, _ in reach)
    for arm, group in rows.groupby("arm", sort=False):
        heading = wrapped(_group(str(arm), group, claims), width, weight="bold")
        ax.text(0, depth, "\n".join(heading), va="top", weight="bold", linespacing=1.1)
        depth += LINE * len(heading) + GAP
        for asked in dict.fromkeys(group["asked"]):
            ax.text(left - 6, depth + THICK / 2, labels[arm, asked], ha="right", va="center")
            _bar(ax, bars[arm, asked], looks, (middle, depth, unit), words)
            ax.plot([middle, middle], [depth - 3, depth + THICK + 3], color=INK, linewidth=1, zorder=0)
            depth += THICK + GAP
    note = wrapped(words.say("chart.answers_note"), width)
    ax.text(0, depth, "\n".join(note), va="top", linespacing=1.1)
    return depth + LINE * len(note)


def _reach(shares: Sequence[float]) -> tuple[float, float]:
    """How far a bar goes to the left and to the right of the middle."""
    half = shares[1] / 2 if len(shares) == 3 else 0.0
    return shares[0] + half, shares[-1] + half


def _key(ax: Axes, title: str, names: Sequence[str], looks: Sequence[tuple[str, str]]) -> float:
    """Draw the key to the bands; return the depth used."""
    ax.text(0, LINE / 2, title, va="center")
    x = width_of(title) + 10
    for name, (colour, _) in zip(names, looks, strict=True):
        ax.add_patch(
            Rectangle((x, (LINE - SWATCH) / 2), SWATCH, SWATCH, facecolor=colour, edgecolor=INK, linewidth=0.6)
        )
        ax.text(x + SWATCH + 4, LINE / 2, name, va="center")
        x += SWATCH + width_of(name) + 18
    return 1.6 * LINE


def _bar(
    ax: Axes, shares: Sequence[float], looks: Sequence[tuple[str, str]], at: tuple[float, float, float],
    words: Catalogue,
) -> None:  # fmt: skip
    """Draw one bar with the percentage of each band: inside it, or above a band that is too narrow."""
    middle, top, unit = at
    x = middle - unit * _reach(shares)[0]
    narrow: list[tuple[float, str]] = []
    for share, (colour, letters) in zip(shares, looks, strict=True):
        long, text = unit * share, words.share(share)
        bar = Rectangle((x, top), long, THICK, facecolor=colour, edgecolor=INK, linewidth=0.6)
        ax.add_patch(bar)
        if width_of(text) + 4 <= long:
            ax.text(x + long / 2, top + THICK / 2, text, ha="center", va="center", color=letters)
        elif share > 0:
            narrow.append((x + long / 2, text))
        x += long
    places = apart([x for x, _ in narrow], [width_of(text) + 6 for _, text in narrow], 0, room(ax))
    for place, (_, text) in zip(places, narrow, strict=True):
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        ax.text(place, top - 2, text, ha="center", va="bottom", bbox=paper)


def _group(arm: str, group: pd.DataFrame, claims: Claims) -> str:
    """Name of an arm, with its number of people if that is the same at both surveys."""
    name, counts = claims.arm_title(arm), group["n_people"].unique()
    if len(counts) > 1:
        return name
    n = int(counts[0])
    return claims.words.say("chart.row_people", label=name, n=n, people=claims.people(group["role"].iloc[0], n))


def _asked(key: tuple[str, str], rows: pd.DataFrame, claims: Claims) -> str:
    """Name of a survey, with its number of people if the other survey has another."""
    of_arm = rows[rows["arm"] == key[0]]
    name, counts = capital(moment(key[1], claims)), of_arm["n_people"].unique()
    if len(counts) == 1:
        return name
    n = of_arm.loc[of_arm["asked"] == key[1], "n_people"].iloc[0]
    return claims.words.say("chart.row_label", label=name, n=int(n))
