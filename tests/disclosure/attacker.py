"""
Plays someone who has everything that a run leaves, and wants to know what is hidden.

The unknowns are sums of scores of people who belong together: of one cohort, role and arm, those who answered twice,
those who left and those who came late. Every number in the files that is linear in them, with its rounding, and the
ends of the printed scale bound them; linear programming says how far.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from rm_research.effects.groups import ALL_COHORTS

OF_EVERYONE = ("jackknife", "likelihood")  # methods that count everyone with a score before
ROUNDING = 0.005001  # of two decimals
LABELS = ("role", "arm", "scale", "wave", "asked", "low", "high")
Sum = tuple[str, ...]
Linear = Mapping[Sum, float]
Slopes = Mapping[tuple[str, str], float]


class Finding(NamedTuple):
    """Something hidden that the files determine: what it is, and between which values it must lie."""

    what: str
    low: float
    high: float


class Bounds:
    """Linear facts about unknown sums."""

    def __init__(self) -> None:
        self.names: dict[Sum, int] = {}
        self.facts: list[tuple[Linear, float, float]] = []

    def between(self, low: float, total: Linear, high: float) -> None:
        for name in total:
            self.names.setdefault(name, len(self.names))
        self.facts.append((total, low, high))

    def mean(self, value: float, total: Linear, n: float) -> None:
        """Say that a sum over n is a value, as rounded in the files."""
        if n and np.isfinite(value):
            self.between((value - ROUNDING) * n, total, (value + ROUNDING) * n)

    def range_of(self, total: Linear) -> tuple[float, float]:
        """Lowest and highest value that fits all facts; refuses facts that contradict each other."""
        wanted = self._row(total)
        rows = np.array([self._row(fact) for fact, _, _ in self.facts])
        lows, highs = (np.array([fact[place] for fact in self.facts]) for place in (1, 2))
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * wanted, np.vstack([rows, -rows]), np.concatenate([highs, -lows]), bounds=(None, None)
            )
            if found.status != 0:
                raise AssertionError(f"The attacker's facts do not fit together: {found.message}")
            ends.append(sign * found.fun)
        return ends[0], ends[1]

    def _row(self, total: Linear) -> np.ndarray:
        row = np.zeros(len(self.names))
        for name, weight in total.items():
            row[self.names[name]] += weight
        return row


class Attack:
    """
    One role and scale of a study: what its files tell of the sums of scores.

    A cell is a cohort, arm and later wave; of it `both`, `left` and `late` people have sums before and after.
    """

    def __init__(
        self, rows: pd.DataFrame, tables: pd.DataFrame, limits: tuple[float, float], smallest: int,
        slopes: Slopes | None = None,
    ) -> None:  # fmt: skip
        self.rows, self.tables, self.limits, self.smallest = rows, tables, limits, smallest
        self.slopes, self.direct, self.unlogged = slopes or {}, [], {}
        self.bounds, self.answered, self.unlinked = Bounds(), "pre", bool(rows["method"].eq("welch").any())
        means = rows[rows["contrast"].eq("change") & rows["measure"].eq("mean")]
        self.counts = {
            (row.cohort, row.arm, row.wave): (int(row.n_pre), int(row.n_post), int(row.n_pairs))
            for row in means.itertuples() if " + " not in row.cohort
        }  # fmt: skip
        details = tables[tables["table"] == "estimates"]
        self.details = dict(zip(zip(details["row"], details["quantity"], strict=True), details["value"], strict=True))
        self._scale()
        self._estimates(means)
        self._differences()
        self._pools()
        self._shares()
        self._answers()
        self._meetings()

    def findings(self, within: float) -> list[Finding]:
        """What is hidden and yet known to lie within so many units, or answers."""
        found = list(self.direct)
        for what, total, n in self._secrets():
            low, high = (end / n for end in self.bounds.range_of(total))
            if high - low < within:
                found.append(Finding(what, low, high))
        return found

    def _secrets(self) -> Iterable[tuple[str, Linear, float]]:
        """Mean of each group that is too small, and its number of answers in each band."""
        for cell, (n_pre, n_post, n_pairs) in self.counts.items():
            few = {"both": n_pairs, "left": n_pre - n_pairs, "late": n_post - n_pairs}
            for who, n in few.items():
                if 0 < n < self.smallest:
                    if who != "late":
                        yield f"{cell} {who} before", {("pre", who, *cell): 1}, n
                    if who != "left":
                        yield f"{cell} {who} after", {("post", who, *cell): 1}, n
            if 0 < n_pairs < self.smallest:
                yield f"{cell} change", {("post", "both", *cell): 1, ("pre", "both", *cell): -1}, n_pairs
        for cell, n in self._changed():
            yield f"{cell} change of the few who changed", self._change([cell]), n
        for cell, n in self.unlogged.items():
            yield f"{cell} change of the few without a log", {("change", "unlogged", *cell): 1}, n
        hidden = {cell[:2] for cell, (*_, n) in self.counts.items() if 0 < n < self.smallest}
        for name in self.bounds.names:
            if name[0] == "answers" and name[1:3] in hidden:
                yield f"{name} answers", {name: 1}, 1

    def _scale(self) -> None:
        """Scores lie within the printed scale, and everyone before is one group at all later waves."""
        low, high = self.limits
        first: dict[tuple[str, str], tuple[str, str, str]] = {}
        for cell, (n_pre, n_post, n_pairs) in self.counts.items():
            for when, who, n in (
                ("pre", "both", n_pairs), ("post", "both", n_pairs), ("pre", "left", n_pre - n_pairs),
                ("post", "late", n_post - n_pairs),
            ):  # fmt: skip
                self.bounds.between(low * n, {(when, who, *cell): 1}, high * n)
            before = first.setdefault(cell[:2], cell)
            if before != cell:
                same = {("pre", who, *cell): 1 for who in ("both", "left")}
                self.bounds.between(0, same | {("pre", who, *before): -1 for who in ("both", "left")}, 0)

    def _members(self, cohort: str, arm: str, wave: str) -> list[tuple[str, str, str]]:
        """Cells of a cohort, of several taken together, or of a pool."""
        return [(name, arm, wave) for name in cohort.split(" + ") if (name, arm, wave) in self.counts]

    def _estimates(self, means: pd.DataFrame) -> None:
        for row in means[means["estimate"].notna()].itertuples():
            cells = self._members(row.cohort, row.arm, row.wave)
            n_pre, n_post, n_pairs = (sum(self.counts[cell][place] for cell in cells) for place in range(3))
            if row.method == "paired_t" or (row.method in OF_EVERYONE and n_pre == n_pairs):
                self.bounds.mean(row.estimate, self._change(cells), n_pairs)
            everyone = {("pre", who, *cell): 1.0 for cell in cells for who in ("both", "left")}
            after = {("post", who, *cell): 1.0 for cell in cells for who in ("both", "late")}
            of_pairs = {("pre", "both", *cell): 1.0 for cell in cells}, {("post", "both", *cell): 1.0 for cell in cells}
            before_mean, after_mean = (self.details.get((row.id, name), np.nan) for name in ("mean_pre", "mean_post"))
            if row.method == "welch":
                self.bounds.mean(before_mean, everyone, n_pre)
                self.bounds.mean(after_mean, after, n_post)
                scaled = dict.fromkeys(after, 1 / n_post) | dict.fromkeys(everyone, -1 / n_pre)
                self.bounds.mean(row.estimate, scaled, 1)
            elif row.method in OF_EVERYONE:
                self.bounds.mean(before_mean, everyone, n_pre)
                if row.method == "jackknife" and n_pre > n_pairs and (row.cohort, row.arm) in self.slopes:
                    self.bounds.mean(row.estimate, self._likelihood(cells, self.slopes[(row.cohort, row.arm)]), 1)
                if n_pre == n_pairs:
                    self.bounds.mean(after_mean, of_pairs[1], n_pairs)
            else:
                self.bounds.mean(before_mean, of_pairs[0], n_pairs)
                self.bounds.mean(after_mean, of_pairs[1], n_pairs)

    def _change(self, cells: Iterable[tuple[str, str, str]]) -> dict[Sum, float]:
        cells = list(cells)
        return {("post", "both", *cell): 1.0 for cell in cells} | {("pre", "both", *cell): -1.0 for cell in cells}

    def _likelihood(self, cells: Iterable[tuple[str, str, str]], slope: float) -> dict[Sum, float]:
        """Mean change of everyone before, given the slope of scores after on scores before (Little & Rubin, ch. 7)."""
        cells, total = list(cells), defaultdict(float)
        n_pre, _, n_pairs = (sum(self.counts[cell][place] for cell in cells) for place in range(3))
        for name, weight in self._change(cells).items():
            total[name] += weight / n_pairs
        for cell in cells:
            total[("pre", "both", *cell)] += (slope - 1) * (1 / n_pre - 1 / n_pairs)
            total[("pre", "left", *cell)] += (slope - 1) / n_pre
        return dict(total)

    def _changed(self) -> Iterable[tuple[tuple[str, str, str], int]]:
        """Cells of which few people changed, and how many: the change of all is theirs."""
        for row in self.rows[self.rows["method"].eq("hodges_lehmann")].itertuples():
            n = self.details.get((row.id, "n_changed"), np.nan)
            if 0 < n < self.smallest:
                yield (row.cohort, row.arm, row.wave), int(n)

    def _pools(self) -> None:
        """The average over people, of those who answered twice or where all did, is the mean of their changes."""
        whole = self.rows["method"].eq("people") & self.rows["n_pre"].eq(self.rows["n_pairs"])
        rows = self.rows[self.rows["contrast"].eq("pooled_change") & (self.rows["method"].eq("people_both") | whole)]
        heading = self.rows[self.rows["contrast"].eq("change") & self.rows["heads"].eq(True)]
        shown = heading[heading["estimate"].notna()]
        self.answered = "post"
        for row in rows[rows["estimate"].notna()].itertuples():
            own = [(cohort, row.arm, row.wave) for cohort in shown.loc[shown["arm"].eq(row.arm), "cohort"]]
            own = [cell for cell in own if cell in self.counts]
            inside = own + self._making_up(row.n_pairs - sum(map(self._n, own)), own, row.arm, row.wave)
            if sum(map(self._n, inside)) == row.n_pairs:
                self.bounds.mean(row.estimate, self._change(inside), row.n_pairs)

    def _shares(self) -> None:
        """A share of nobody, or of one who knows of himself, tells of each single person; so does one of all."""
        for row in self.rows[self.rows["measure"].isin(["share_improved", "reliable_change"])].itertuples():
            if min(row.estimate, 1 - row.estimate) * row.n_pairs < 1.5:
                what = f"{(row.cohort, row.arm, row.wave)} who changed for the better"
                self.direct.append(Finding(what, row.estimate, row.estimate))

    def _differences(self) -> None:
        """A difference of mean changes ties the arms of a cohort."""
        rows = self.rows[self.rows["method"].eq("change_score") & self.rows["measure"].eq("mean")]
        for row in rows[rows["estimate"].notna()].itertuples():
            others = [cell for cell in self.counts if cell[1] != row.arm and cell[2] == row.wave]
            own = [cell for cell in others if cell[0] == row.cohort]
            # the comparison of the cohort, or one that all cohorts share
            for compared in {tuple(own), tuple(others)}:
                if n := sum(self.counts[cell][2] for cell in compared):
                    mine = self._change([(row.cohort, row.arm, row.wave)])
                    scaled = {name: weight / row.n_pairs for name, weight in mine.items()}
                    scaled |= {name: -weight / n for name, weight in self._change(compared).items()}
                    if n == row.n_comparison:
                        self.bounds.mean(row.estimate, scaled, 1)

    def _answers(self) -> None:
        """Shares of answers bound the mean, and a sum over cohorts less those shown tells of the others."""
        table = self.tables[self.tables["table"] == "answers"]
        table = table[table["row"].map(lambda label: label.split(" / ")[0] + label.split(" / ")[2]) == self._question]
        labels = table["row"].str.split(" / ", expand=True)
        wide = table.assign(**{name: labels[place] for place, name in enumerate(LABELS)} if len(table) else {})
        for key, group in wide.groupby(["arm", "wave", "asked"]) if len(wide) else ():
            arm, wave, asked = key
            when = "post" if asked == wave else "pre"
            shares = defaultdict(dict)
            people = {}
            for row in group.itertuples():
                if row.quantity == "share":
                    shares[row.cohort][(row.low, row.high)] = row.value
                elif row.quantity == "n_people":
                    people[row.cohort] = int(row.value)
            for cohort, bands in shares.items():
                self.answered = when
                inside = [(cohort, arm, wave)] if cohort != ALL_COHORTS else self._behind(arm, wave, people, shares)
                for (low, high), share in bands.items():
                    if share in (0, 1):
                        self.direct.append(
                            Finding(f"{cohort} answers of everybody {when} from {low} to {high}", share, share)
                        )
                    total = {("answers", *cell[:2], when, low, high): 1.0 for cell in inside}
                    self.bounds.mean(share, total, people[cohort])
                for cell in inside:
                    self._bound_by_answers(cell, when, bands)

    def _bound_by_answers(self, cell: tuple[str, str, str], when: str, bands: Iterable[tuple[str, str]]) -> None:
        """Answers in a band are worth between its ends, so their numbers bound the sum of scores."""
        n, names = self._n(cell), [("answers", *cell[:2], when, low, high) for low, high in bands]
        for name in names:
            self.bounds.between(0, {name: 1}, n)
        self.bounds.between(n, dict.fromkeys(names, 1.0), n)
        others = {"pre": ["left"], "post": ["late"]}[when] if self.unlinked else []
        worth = {(when, who, *cell): 1.0 for who in ("both", *others)}
        far = n * abs(self.limits[1] - self.limits[0]) + n  # never reached
        self.bounds.between(-far, worth | {name: -float(name[-1]) for name in names}, 0.01 * n)
        self.bounds.between(-0.01 * n, worth | {name: -float(name[-2]) for name in names}, far)

    def _behind(
        self, arm: str, wave: str, people: Mapping[str, int], shown: Iterable[str]
    ) -> list[tuple[str, str, str]]:
        """Cells of a sum over cohorts: those shown, and the only hidden ones that make up its number of people."""
        own = [(cohort, arm, wave) for cohort in shown if cohort != ALL_COHORTS]
        return own + self._making_up(people[ALL_COHORTS] - sum(map(self._n, own)), own, arm, wave)

    def _n(self, cell: tuple[str, str, str]) -> int:
        """People of a cell whose answers are counted: those of each wave, or those of both where waves are linked."""
        return self.counts[cell][2 if not self.unlinked else 0 if self.answered == "pre" else 1]

    def _making_up(
        self, missing: int, own: list[tuple[str, str, str]], arm: str, wave: str
    ) -> list[tuple[str, str, str]]:
        others = [cell for cell in self.counts if cell[1:] == (arm, wave) and cell not in own and self._n(cell)]
        sets = [
            list(some) for size in range(len(others) + 1) for some in combinations(others, size)
            if sum(map(self._n, some)) == missing
        ]  # fmt: skip
        return sets[0] if len(sets) == 1 else []

    def _meetings(self) -> None:
        """Mean changes of people who met a similar number of times add up to that of all of them."""
        table = self.tables[self.tables["table"] == "sessions"]
        labels = table["row"].str.split(" / ", expand=True)
        table = table[(labels[0] + labels[2] == self._question).to_numpy(bool)] if len(table) else table
        for (arm, wave), group in table.groupby([labels[1], labels[3]]) if len(table) else ():
            wide = group.pivot(index="row", columns="quantity", values="value")
            n = int(wide["n_people"].sum())
            self.answered = "post"
            for row in wide[wide["n_people"] < self.smallest].itertuples():
                self.direct.append(
                    Finding(f"change of few who met similarly often: {row.Index}", row.estimate, row.estimate)
                )
            self._few_without_a_log(arm, wave, n, float((wide["estimate"] * wide["n_people"]).sum() / n))
            inside = self._making_up(n, [], arm, wave)
            if inside:
                mean = float((wide["estimate"] * wide["n_people"]).sum() / n)
                self.bounds.mean(mean, self._change(inside), n)

    def _few_without_a_log(self, arm: str, wave: str, n: int, mean: float) -> None:
        """Who is in no band of the only cohort has no log."""
        cells = [cell for cell in self.counts if cell[1:] == (arm, wave)]
        if len(cells) == 1 and 0 < (few := self.counts[cells[0]][2] - n) < self.smallest:
            self.unlogged[cells[0]] = few
            self.bounds.mean(mean, self._change(cells) | {("change", "unlogged", *cells[0]): -1.0}, n)

    @property
    def _question(self) -> str:
        return str(self.rows["role"].iloc[0]) + str(self.rows["scale"].iloc[0])


def attack(
    out: Path, limits: Mapping[str, tuple[float, float]], smallest: int, within: float = 1,
    slopes: Slopes | None = None,
) -> list[Finding]:  # fmt: skip
    """
    What is hidden in a folder of reports and yet can be known, to half a unit unless `within` is given.

    `slopes`, of scores after on scores before by cohort and arm, may be known from elsewhere.
    """
    estimates = pd.read_csv(out / "estimates.csv")
    tables = pd.read_csv(out / "tables.csv", keep_default_na=False)
    found = list(_of_other_roles(estimates, smallest))
    for (_, scale), rows in estimates.groupby(["role", "scale"]):
        if scale in limits:
            found += Attack(rows, tables, limits[scale], smallest, slopes).findings(within)
    return found


def _of_other_roles(estimates: pd.DataFrame, smallest: int) -> Iterable[Finding]:
    """Change of a small group in another role, from the difference between the roles and the change of the larger."""
    whole = estimates["estimate"].notna() & estimates["n_pre"].eq(estimates["n_pairs"])
    of_roles = estimates[whole & estimates["contrast"].eq("role_difference")]
    place = ["cohort", "role", "arm", "scale", "wave"]
    changes = estimates[whole & estimates["contrast"].eq("change") & estimates["method"].eq("jackknife")]
    for row in of_roles.merge(changes, on=place, suffixes=("", "_of_one")).itertuples():
        if row.n_comparison < smallest:
            other = row.estimate_of_one - row.estimate
            yield Finding(f"{row.cohort} {row.subgroup} change", other - 2 * ROUNDING, other + 2 * ROUNDING)


def embedded_tables(page: str) -> list[str]:
    """CSV texts that a page holds."""
    return [unquote(text) for text in re.findall(r'href="data:text/csv;charset=utf-8,([^"]*)"', page)]
