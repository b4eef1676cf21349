"""
Plays someone who knows that answers are whole numbers, who answered when, and all that was circulated.

The unknowns are how many people of each cell (those who answered at the same times, in the same team, since the same
edition) have each pair of scores before and after. What circulates bounds sums of these numbers: means, sums of
squares from standard errors and intervals, shares, bands, and the words that stand in place of numbers. An integer
program then says, without exception, whether somebody may have given an answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.stats import t

HALF = 0.00501  # of a number with two decimals
Score = Callable[[float, float], float]
SCORES: dict[str, Score] = {
    "pre": lambda pre, post: pre, "post": lambda pre, post: post, "change": lambda pre, post: post - pre,
}  # fmt: skip


class Known(NamedTuple):
    """What the attacker knows of one edition: the folder, and the cells of those before, of those with both."""

    out: Path
    before: Sequence[str]
    both: Sequence[str]
    teams: Mapping[str, Sequence[str]] = {}


class Integers:
    """How many people of each cell have each pair of scores."""

    def __init__(self, people: Mapping[str, int], points: Sequence[float]) -> None:
        self.people, self.points = dict(people), list(points)
        self._types = list(product(points, points))
        self._at = {cell: place * len(self._types) for place, cell in enumerate(self.people)}
        self._rows: list[np.ndarray] = []
        self._ends: list[tuple[float, float]] = []
        for cell, n in self.people.items():
            self._fact(n, self._row([cell], lambda pre, post: 1.0), n)

    def _row(self, cells: Iterable[str], weight: Score) -> np.ndarray:
        row = np.zeros(len(self.people) * len(self._types))
        for cell in cells:
            row[self._at[cell] : self._at[cell] + len(self._types)] = [weight(*of) for of in self._types]
        return row

    def _fact(self, low: float, row: np.ndarray, high: float) -> None:
        self._rows.append(row)
        self._ends.append((low - 1e-6, high + 1e-6))

    def n(self, cells: Iterable[str]) -> int:
        return sum(self.people[cell] for cell in cells)

    def mean(self, name: str, cells: Sequence[str], low: float, high: float) -> None:
        """Bound the mean score of some cells."""
        n = self.n(cells)
        self._fact(n * low, self._row(cells, SCORES[name]), n * high)

    def spread(self, name: str, cells: Sequence[str], mean: tuple[float, float], sd: tuple[float, float]) -> None:
        """Bound the sum of squares by a standard deviation."""
        n, least = self.n(cells), 0.0 if mean[0] <= 0 <= mean[1] else min(mean[0] ** 2, mean[1] ** 2)
        low, high = (max(end, 0) ** 2 * (n - 1) for end in sd)
        of = SCORES[name]
        row = self._row(cells, lambda pre, post: of(pre, post) ** 2)
        self._fact(low + n * least, row, high + n * max(mean[0] ** 2, mean[1] ** 2))

    def share(self, cells: Sequence[str], holds: Score, low: float, high: float) -> None:
        """Bound the share of people, or of their answers, for which something holds."""
        n = self.n(cells)
        self._fact(n * low, self._row(cells, holds), n * high)

    def difference(self, first: Sequence[str], second: Sequence[str], low: float, high: float) -> None:
        """Bound how much more some people changed than others."""
        of = SCORES["change"]
        self._fact(low, self._row(first, of) / self.n(first) - self._row(second, of) / self.n(second), high)

    def counts(self, cells: Sequence[str], name: str, value: float) -> list[int]:
        """How many people may have a score."""
        row = self._row(cells, _equal(name, value))
        return [count for count in range(self.n(cells) + 1) if self.possible(row, count, count)]

    def possible(self, row: np.ndarray | None = None, low: float = 1, high: float = np.inf) -> bool:
        """Whether all facts can hold together, and with so many people of a kind."""
        rows, ends = [*self._rows], [*self._ends]
        if row is not None:
            rows.append(row)
            ends.append((low, high))
        lows, highs = zip(*ends, strict=True)
        found = milp(
            np.zeros(len(rows[0])), integrality=np.ones(len(rows[0])), bounds=Bounds(0, np.inf),
            constraints=LinearConstraint(np.array(rows), lows, highs),
        )  # fmt: skip
        return found.status == 0

    def answers(self, cell: str, name: str) -> list[float]:
        """Scores that some person of a cell may have."""
        values = sorted({round(SCORES[name](*of), 9) for of in self._types})
        return [value for value in values if self.possible(self._row([cell], _equal(name, value)))]

    def common(self, cells: Sequence[str], name: str) -> list[float]:
        """Scores that everybody of some cells must have."""
        values = sorted({round(SCORES[name](*of), 9) for of in self._types})
        return [value for value in values if not self.possible(self._row(cells, _other(name, value)))]


def _equal(name: str, value: float) -> Score:
    return lambda pre, post: float(abs(SCORES[name](pre, post) - value) < 1e-9)


def _other(name: str, value: float) -> Score:
    return lambda pre, post: float(abs(SCORES[name](pre, post) - value) >= 1e-9)


def learn(integers: Integers, known: Known) -> None:
    """Take in all that an edition tells."""
    rows = pd.read_csv(known.out / "estimates.csv")
    tables = pd.read_csv(known.out / "tables.csv", keep_default_na=False)
    details = tables[tables["table"].eq("estimates")].set_index(["row", "quantity"])["value"].astype(float).to_dict()
    everyone = rows[rows["subgroup"].eq("everyone")]
    for row in everyone[everyone["contrast"].eq("change") & everyone["estimate"].notna()].itertuples():
        whole = row.n_pre == row.n_pairs
        if row.measure == "share_improved":
            _learn_share(integers, known.both, row)
        if row.measure != "mean" or row.method not in ("paired_t", "jackknife"):
            continue
        if whole or row.method == "paired_t":
            _learn_change(integers, known.both, row)
        for name, cells in (("pre", known.both if row.method == "paired_t" else known.before),
                            *([("post", known.both)] if whole or row.method == "paired_t" else [])):  # fmt: skip
            numbers = [details.get((row.id, f"mean_{name}{end}")) for end in ("", "_low", "_high", "_bound")]
            _learn_mean(integers, name, cells, *numbers)
    of_teams = rows[rows["contrast"].eq("interaction") & rows["method"].eq("paired_t") & rows["estimate"].notna()]
    for row in of_teams.itertuples():
        first, second = (known.teams[name] for name in row.subgroup.removeprefix("team: ").split(" − "))
        integers.difference(first, second, row.estimate - HALF, row.estimate + HALF)
    _learn_answers(integers, known, tables)
    _learn_words(integers, known, everyone[everyone["contrast"].eq("change")])


def _learn_share(integers: Integers, cells: Sequence[str], row) -> None:
    """A share of those who improved: a bound has no interval, and shares of few people have steps of ten per cent."""
    low, high = row.estimate - 0.0501, row.estimate + 0.0501
    ends = {"low": (0, row.estimate), "high": (row.estimate, 1)}.get(row.truncated, (low, high))
    integers.share(cells, lambda pre, post: float(post > pre + 1e-9), *ends)


def _learn_change(integers: Integers, cells: Sequence[str], row) -> None:
    mean = (row.estimate - HALF, row.estimate + HALF)
    integers.mean("change", cells, *mean)
    if row.n_clusters == row.n_pairs and row.std_error > 0:
        root = np.sqrt(integers.n(cells))
        integers.spread("change", cells, mean, ((row.std_error - HALF) * root, (row.std_error + HALF) * root))


def _learn_mean(integers: Integers, name: str, cells: Sequence[str], value, low, high, side) -> None:
    if value is None:
        return
    if side:
        integers.mean(name, cells, *sorted((value, 9 * side)))
        return
    mean, n = (value - HALF, value + HALF), integers.n(cells)
    integers.mean(name, cells, *mean)
    if low is None:  # as where nobody differs
        integers.spread(name, cells, mean, (0, 0))
    elif integers.points[0] < low and high < integers.points[-1]:  # not cut
        factor = np.sqrt(n) / t.ppf(0.975, n - 1) / 2
        integers.spread(name, cells, mean, ((high - low - 2 * HALF) * factor, (high - low + 2 * HALF) * factor))


def _learn_answers(integers: Integers, known: Known, tables: pd.DataFrame) -> None:
    """Shares of the answers to the only item of a scale, in bands."""
    rows = tables[tables["table"].isin(["answers", "rare_answers"]) & tables["quantity"].eq("share")]
    for row in rows.itertuples() if set(integers.points) <= set(range(20)) else ():
        asked, low, high = row.row.split(" / ")[-3:]
        of, ends, share = SCORES[asked], (float(low), float(high)), float(row.value)
        half = 0.0501 if abs(10 * share - round(10 * share)) < 1e-9 else HALF
        within = (0, share) if row.table == "rare_answers" else (share - half, share + half)
        integers.share(
            known.both, lambda pre, post, of=of, ends=ends: float(ends[0] <= of(pre, post) <= ends[1]), *within
        )


def _learn_words(integers: Integers, known: Known, rows: pd.DataFrame) -> None:
    """All but two people, or a tenth, have one score in a third of the scale, or changed in one direction."""
    low, high = integers.points[0], integers.points[-1]
    n = integers.n(known.both)
    least = 1 - max(2, 0.1 * n) / n
    for reason in {str(reason) for reason in rows["reason"].dropna() if str(reason).startswith("alike_")}:
        _, when, where = reason.split("_")
        if when == "change":
            sign = {"up": 1, "down": -1, "none": 0}[where]
            integers.share(known.both, lambda pre, post, s=sign: float(np.sign(round(post - pre, 9)) == s), least, 1)
        else:
            name, third = {"before": "pre", "after": "post"}[when], ("low", "middle", "high").index(where)
            of, width = SCORES[name], (high - low) / 3
            ends = (low + third * width - 1e-9, low + (third + 1) * width + 1e-9)
            integers.share(known.both, lambda pre, post, of=of, e=ends: float(e[0] <= of(pre, post) <= e[1]), least, 1)
