"""Small disclosed numbers, and what is to be seen in charts of them: words, dots, lines, and words on other words."""

from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text
from small_studies import details_of, row_of, table_of

from rm_research.disclosure import Disclosed
from rm_research.effects.estimates import Estimates
from rm_research.figures.style import ARMS, LINE, MARKERS, PAPER, SIZE

PLACE = {"cohort": "one", "role": "leader", "scale": "mood", "wave": "post"}
CHANGE = row_of(estimate=0.5, ci_low=0.3, ci_high=0.7)
WAITING = row_of(arm="waitlist", estimate=-0.1, ci_low=-0.4, ci_high=0.2, n_pre=14, n_pairs=14)
DIFFERENCE = row_of(contrast="difference", method="ancova", estimate=0.6, ci_low=0.1, ci_high=1.1, n_comparison=14)
LONG = "Northern division, senior leadership 2024 autumn + 2025 spring"
LONGER = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LARGE_TYPE = 10.9  # points
MARKS = {*MARKERS.values(), *(marker for _, marker in ARMS)}


def disclosed_of(*rows, details=(), **tables) -> Disclosed:
    """Rows as they passed disclosure, which empties those of few people and leaves the rest."""
    return Disclosed(Estimates(table_of(*rows), details_of(*details)), tables, 10)


def means_of(row, before, after, half=0.3) -> list[tuple[str, str, float]]:
    """Details of a row of change: its means, with intervals unless `half` is 0."""
    found = {"mean_pre": before, "mean_post": after}
    for name, mean in tuple(found.items()) if half else ():
        found |= {f"{name}_low": mean - half, f"{name}_high": mean + half}
    return [(row["id"], name, value) for name, value in found.items()]


def pooled(method="reml_hk", k=2, **columns):
    """Row of the average over cohorts."""
    columns = {"estimate": 0.4, "ci_low": 0.2, "ci_high": 0.6} | columns
    return row_of(contrast="pooled_change", method=method, cohort="all cohorts", n_clusters=k, **columns)


def five() -> tuple[list, list]:
    """Five cohorts with their average over people, and beside it that over cohorts with the range of a further one."""
    rows = [row_of(cohort=f"c{place}", estimate=0.1 * place, ci_low=0.1 * place - 0.3, ci_high=0.1 * place + 0.3)
            for place in range(5)]  # fmt: skip
    beside = pooled("reml_hk", 5, estimate=0.2, heads=False)
    return [*rows, pooled("people", 5, heads=True), beside], [
        (beside["id"], "prediction_low", -0.3), (beside["id"], "prediction_high", 0.7), (beside["id"], "tau2", 0.02),
    ]  # fmt: skip


def answers_of(*bars) -> pd.DataFrame:
    """Table of answers: arm, wave asked, people and shares of each bar."""
    bands = {2: [(1, 3), (4, 6)], 3: [(1, 2), (3, 3), (4, 5)]}
    rows = [PLACE | {"arm": arm, "asked": asked, "low": low, "high": high, "share": share, "n_people": n}
            for arm, asked, n, shares in bars
            for (low, high), share in zip(bands[len(shares)], shares, strict=True)]  # fmt: skip
    rows = [row | {"n_cohorts": 1, "drawn_cohorts": 1} for row in rows]
    return pd.DataFrame(rows).astype({"low": float, "high": float})


def flow_of(**columns) -> pd.DataFrame:
    """Table of who answered: leaders and mentors of the programme, and waiting leaders."""
    usual = {"role": ["leader", "mentor", "leader"], "arm": ["programme", "programme", "waitlist"],
             "invited": [22, 20, 16], "before": [20, 18, 12], "answered post": [15, 14, 11],
             "both post": [14, 14, 10]}  # fmt: skip
    table = pd.DataFrame(usual | columns)
    counts = [name for name in table.columns if name not in ("role", "arm", "cohort")]
    table = table.astype(dict.fromkeys(counts, "Int64"))
    for both in [name for name in counts if name.startswith("both ")]:
        wave = both.removeprefix("both ")
        # all have scores, unless a test says otherwise
        scored, left = table[both], table["before"] - table[both]
        further = {
            f"scored {wave}": table.get(f"scored {wave}", scored),
            f"left {wave}": table.get(f"left {wave}", left),
        }
        table = table.assign(**further)
    return table


def sessions_of(*bands) -> pd.DataFrame:
    """Table of change by meetings: low, high, people and estimate of each band."""
    table = pd.DataFrame(list(bands), columns=["low", "high", "n_people", "estimate"])
    ends = {"ci_low": table["estimate"] - 0.4, "ci_high": table["estimate"] + 0.4}
    return table.assign(**PLACE, arm="programme", **ends)


def _blocks(ax: Axes) -> list[list[Text]]:
    """Lines that belong together, because one stands below the other."""
    blocks: list[list[Text]] = []
    for text in ax.texts:
        last = blocks[-1][-1] if blocks else None
        step = LINE * text.get_fontsize() / SIZE
        same = last is not None and (last.get_ha(), last.get_position()[0]) == (text.get_ha(), text.get_position()[0])
        if same and abs(text.get_position()[1] - last.get_position()[1] - step) < 0.01:
            blocks[-1].append(text)
        elif text.get_text():
            blocks.append([text])
    return blocks


def _read(block: list[Text]) -> str:
    return " ".join(" ".join(text.get_text() for text in block).split())


def words(ax: Axes) -> list[str]:
    """What is written in axes, lines that belong together joined."""
    return [_read(block) for block in _blocks(ax)]


def rows(ax: Axes) -> list[str]:
    """What the rows of a dot chart say: their name on the left, their numbers on the right."""
    return [f"{_read(left)}: {_read(right)}" for left, right in pairwise(_blocks(ax)) if right[0].get_ha() == "right"]


def dots(ax: Axes) -> list[tuple[float, str]]:
    """Position and colour of each filled dot, from the top."""
    found = [(y, float(x), line.get_color().lower()) for line in ax.lines
             if line.get_marker() in MARKS and line.get_markerfacecolor() != PAPER
             for x, y in zip(*line.get_data(), strict=True)]  # fmt: skip
    return [(round(x, 6), colour) for _, x, colour in sorted(found) if not np.isnan(x)]


def hollow(ax: Axes) -> list[float]:
    """Position of each hollow dot, from the top."""
    return [float(x) for line in ax.lines if line.get_markerfacecolor() == PAPER for x in line.get_xdata()]


def intervals(ax: Axes, *, broken: bool = False) -> list[tuple[float, float]]:
    """Ends of each interval, or of each range that is a broken line, from the top."""
    lines = [line for line in ax.lines if (line.is_dashed() if broken else line.get_linewidth() > 2)]
    stretches = [(line.get_ydata()[::3], line.get_xdata()[::3], line.get_xdata()[1::3]) for line in lines]
    ends = [end for stretch in stretches for end in zip(*stretch, strict=True)]
    return [tuple(np.round((x, other), 6)) for _, x, other in sorted(ends)]


def clashes(ax: Axes) -> list[str]:
    """Texts of a figure that lie on each other, are cut by its edge, are too small or do not stand upright."""
    figure = ax.figure
    figure.draw_without_rendering()
    texts = [text for panel in figure.axes for text in panel.texts if text.get_text().strip()]
    boxes = [(text.get_text(), text.get_window_extent().padded(-1)) for text in texts]
    wrong = [f"{one!r} on {other!r}" for (one, box), (other, second) in combinations(boxes, 2) if box.overlaps(second)]
    paper = figure.bbox.padded(0.5)
    wrong += [f"{name!r} is cut" for name, box in boxes
              if not (paper.containsx(box.x0) and paper.containsx(box.x1)
                      and paper.containsy(box.y0) and paper.containsy(box.y1))]  # fmt: skip
    return wrong + [f"{text.get_text()!r} is small or turned" for text in texts
                    if text.get_fontsize() < LARGE_TYPE or text.get_rotation()]  # fmt: skip
