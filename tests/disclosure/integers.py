"""
Plays someone who knows that answers are whole numbers, who answered when, and all that was circulated.

The unknowns are how many people of each cell (those who answered at the same times, in the same team, since the same
edition) have each pair of scores before and after. What circulates bounds sums of these numbers: means, sums of
squares from standard errors, intervals, statistics, p-values and standardised changes, shares, bands, medians, and the
words that stand in place of numbers. An integer program then says, without exception, whether somebody may have given
an answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations_with_replacement, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.stats import t

from rm_research.disclosure.alike import ANYWHERE
from rm_research.disclosure.printed import printed_ends
from rm_research.stats.paired import hodges_lehmann
from rm_research.stats.result import NotEstimableError
from rm_research.stats.standardised import small_sample_factor

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

    def squares(self, cells: Sequence[str], low: float, high: float) -> None:
        """Bound the sum of squares before and after together."""
        self._fact(low, self._row(cells, lambda pre, post: pre**2 + post**2), high)

    def count(self, cells: Sequence[str], name: str, value: float, low: int, high: int) -> None:
        """Bound how many people have a score."""
        self._fact(low, self._row(cells, _equal(name, value)), high)

    def exact(self, name: str, cells: Sequence[str], mean: float) -> tuple[float, float]:
        """Ends of a mean with two decimals: it is a whole number of steps of the scale, shared by so many people."""
        steps = self.n(cells) / (self.points[1] - self.points[0])
        shift = 0 if name == "change" else self.points[0]
        low, high = ((mean - shift + half) * steps for half in (-HALF, HALF))
        return np.ceil(low - 1e-6) / steps + shift, np.floor(high + 1e-6) / steps + shift

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
    changes = everyone[everyone["contrast"].eq("change") & everyone["estimate"].notna()]
    of_both = changes[changes["measure"].eq("mean") & changes["method"].eq("paired_t")]
    for row in changes.itertuples():
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
    for mean in of_both[of_both["n_clusters"].eq(of_both["n_pairs"])].itertuples():
        means = [details.get((mean.id, f"mean_{when}")) for when in ("pre", "post")]
        bounded = any((mean.id, f"mean_{when}_bound") in details for when in ("pre", "post"))
        for row in changes[changes["measure"].eq("g_av")].assign(mean_change=mean.estimate).itertuples():
            _learn_standardised(integers, known.both, row, [None] if bounded else means)
        for row in changes[changes["measure"].eq("d_rm")].itertuples():
            ends = [details.get((mean.id, f"mean_{when}_{end}")) for when in ("pre", "post") for end in ("low", "high")]
            _learn_correlation(integers, known.both, row, mean, [] if bounded or None in ends else [*means, *ends])
        for row in changes[changes["method"].eq("hodges_lehmann")].itertuples() if len(integers.points) == 5 else ():
            _learn_median(integers, known.both, row, mean)
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
    """A mean, and its spread from the standard error, the interval, the statistic and the p-value."""
    mean = integers.exact("change", cells, row.estimate)
    integers.mean("change", cells, *mean)
    if row.n_clusters != row.n_pairs or not row.std_error > 0:
        return
    n, low, high = integers.n(cells), *sorted(map(abs, mean))
    errors = [(row.std_error - HALF, row.std_error + HALF)]
    factor, room = 2 * t.ppf(0.975, n - 1), integers.points[-1] - integers.points[0]
    if row.ci_low > -room and row.ci_high < room:  # not cut
        errors.append(((row.ci_high - row.ci_low - 2 * HALF) / factor, (row.ci_high - row.ci_low + 2 * HALF) / factor))
    statistics = [(abs(row.statistic) - HALF, abs(row.statistic) + HALF)]
    if row.p_value > 0.001:
        statistics.append(tuple(t.isf((row.p_value + half) / 2, n - 1) for half in (0.000501, -0.000501)))
    errors += [(low / end[1], high / end[0]) for end in statistics if end[0] > 0]
    for error in errors:
        integers.spread("change", cells, mean, tuple(end * np.sqrt(n) for end in error))


def _learn_standardised(integers: Integers, cells: Sequence[str], row, means: Sequence[float | None]) -> None:
    """g_av divides the change by the root of the mean of both variances: it bounds both sums of squares together."""
    n, change = integers.n(cells), integers.exact("change", cells, row.mean_change)
    if None in means or change[0] * change[1] <= 0:
        return
    factor, far = small_sample_factor(n - 1), sorted(map(abs, change))
    ends = (abs(row.estimate) - HALF, abs(row.estimate) + HALF)
    if ends[0] <= 0:
        return
    variances = [2 * (factor * size / end) ** 2 for size, end in zip(far, reversed(ends), strict=True)]
    exact = [integers.exact(name, cells, mean) for name, mean in zip(("pre", "post"), means, strict=True)]
    squares = [sum(mean[at] ** 2 for mean in exact) for at in (0, 1)]
    integers.squares(
        cells, *((n - 1) * variance + n * square for variance, square in zip(variances, squares, strict=True))
    )


def _learn_correlation(integers: Integers, cells: Sequence[str], row, mean, scores: Sequence[float]) -> None:
    """d_rm has the correlation in it: with all three spreads, it bounds both sums of squares together once more."""
    n, change = integers.n(cells), integers.exact("change", cells, mean.estimate)
    cut = [end for end in scores[2:] if end in (integers.points[0], integers.points[-1])]
    if not scores or cut or change[0] * change[1] <= 0 or abs(row.estimate) <= HALF:
        return
    factor, far = np.sqrt(n) / t.ppf(0.975, n - 1) / 2, np.sort(np.abs(change))
    pre, post = (
        np.maximum(high - low + np.array([-2, 2]) * HALF, 0) * factor for low, high in (scores[2:4], scores[4:])
    )
    error = (mean.std_error + np.array([-HALF, HALF])) * np.sqrt(n)
    size = abs(row.estimate) + np.array([-HALF, HALF])
    apart = (size * error / far[::-1]) ** 2 / 2  # 1 − r
    together = np.outer(1 - apart, pre * post)
    variances = error**2 + 2 * np.array([together.min(), together.max()])
    exact = [integers.exact(name, cells, of) for name, of in zip(("pre", "post"), scores[:2], strict=True)]
    squares = np.array([sum(of[at] ** 2 for of in exact) for at in (0, 1)])
    integers.squares(cells, *((n - 1) * variances + n * squares))


def _learn_median(integers: Integers, cells: Sequence[str], median, mean) -> None:
    """
    Try all changes of people who answered one item: with which of them everything printed of the median comes out.

    How many people may have changed by so much is what the attacker keeps of it.
    """
    n, steps = integers.n(cells), np.arange(1 - len(integers.points), len(integers.points))
    changes = np.array(list(combinations_with_replacement(steps, n)))
    of_mean = np.abs(changes.mean(axis=1) - mean.estimate) < HALF
    changes = changes[of_mean & (np.abs(changes.std(axis=1, ddof=1) / np.sqrt(n) - mean.std_error) < HALF)]
    fits = np.array([_median_fits(some.astype(float), median) for some in changes])
    counts = np.array([(some[:, None] == steps).sum(axis=0) for some in changes[fits]])
    for step, low, high in zip(steps, counts.min(axis=0), counts.max(axis=0), strict=True):
        integers.count(cells, "change", float(step), low, high)


def _median_fits(changes: np.ndarray, median) -> bool:
    try:
        found = hodges_lehmann(np.zeros(len(changes)), changes, level=0.95)
    except NotEstimableError:
        return False
    ends = printed_ends(found.ci_low, found.ci_high)
    numbers = [(found.estimate, median.estimate), (found.statistic, median.statistic)]
    return ends == (median.ci_low, median.ci_high) and all(abs(one - other) < HALF for one, other in numbers)


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
        _, when, *of = reason.split("_")
        where = of[0] if of else ANYWHERE  # of groups compared, their own rows say more
        if where == ANYWHERE:
            continue
        if when == "change":
            sign = {"up": 1, "down": -1, "none": 0}[where]
            integers.share(known.both, lambda pre, post, s=sign: float(np.sign(round(post - pre, 9)) == s), least, 1)
        else:
            name, third = {"before": "pre", "after": "post"}[when], ("low", "middle", "high").index(where)
            of, width = SCORES[name], (high - low) / 3
            ends = (low + third * width - 1e-9, low + (third + 1) * width + 1e-9)
            integers.share(known.both, lambda pre, post, of=of, e=ends: float(e[0] <= of(pre, post) <= e[1]), least, 1)
