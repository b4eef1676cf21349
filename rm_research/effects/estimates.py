"""Estimates: a table with one row an estimate, and how such rows are made."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from rm_research.errors import FrameError
from rm_research.frames import DETAILS, ESTIMATES, stacked
from rm_research.stats.equivalence import tost
from rm_research.stats.multiplicity import benjamini_hochberg, holm
from rm_research.stats.power import detectable
from rm_research.stats.result import NotEstimableError, Result, Vector
from rm_research.study import Study

EVERYONE = "everyone"
ALL_COHORTS = "all cohorts"
STRATUM = "stratum"  # column of a Panel in which several cohorts bear one name: their own
ROLE_ORDER = ("leader", "mentor", "participant")
LEAST_DF = 0.5  # with fewer, Student's t has no interval that says anything
ENOUGH_COHORTS = 5  # from here on the average cohort is the headline of a programme, below it the average person
POOLED = ("pooled_change", "pooled_difference")
HEADLINES = {
    "change": ("likelihood", "welch"), "difference": ("ancova",), "role_difference": ("likelihood",),
    "interaction": ("ancova", "likelihood"), "pooled_change": ("reml_hk", "one_stage"),
    "pooled_difference": ("reml_hk", "one_stage"),
}  # fmt: skip
SHOWN = ["cohort", "role", "arm", "scale", "wave", "contrast", "measure", "method", "estimate", "ci_low", "ci_high",
         "df", "p_value", "p_adjusted", "n_pairs", "n_comparison", "reason"]  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Estimates:
    """
    Estimates with their uncertainty.

    Attributes
    ----------
    table : DataFrame
        Estimates, at full precision; rows that could not be computed stay, with a `reason`.
    details : DataFrame
        Further quantities by row of `table`.
    """

    table: pd.DataFrame
    details: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table, all columns, full precision."""
        return self.table.copy()

    def where(self, mask: pd.Series) -> "Estimates":
        """Return the rows of `mask` with their details."""
        table = self.table[mask]
        return Estimates(table.reset_index(drop=True), _of(self.details, table["id"]))

    def detail(self, row_id: str, quantity: str) -> float:
        """One quantity of one row; NaN where it has none."""
        return self._details_by_key.get((row_id, quantity), float("nan"))

    @cached_property
    def _details_by_key(self) -> dict[tuple[str, str], float]:
        keys = zip(self.details["id"], self.details["quantity"], strict=True)
        return dict(zip(keys, self.details["value"].tolist(), strict=True))

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Estimates, {len(self)} rows" + (f"\n{self._shown().to_string(index=False)}" if len(self) else "")

    def _repr_html_(self) -> str:
        table = self._shown().to_html(index=False, na_rep="")
        return table.replace("<thead>", f"<caption>Estimates, {len(self)} rows</caption><thead>", 1)

    def _shown(self) -> pd.DataFrame:
        columns = [name for name in SHOWN if self.table[name].notna().any() or not len(self)]
        return self.table[columns].round(3)


def _of(details: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    return details[details["id"].isin(ids)].reset_index(drop=True)


def joined(parts: Iterable[Estimates]) -> Estimates:
    """Several Estimates as one, in the order given."""
    kept = list(parts)
    return Estimates(stacked([p.table for p in kept], ESTIMATES), stacked([p.details for p in kept], DETAILS))


class Place(NamedTuple):
    """What an estimate is about, beside contrast, measure and method."""

    cohort: str
    role: str
    arm: str
    scale: str
    wave: str


@dataclass(frozen=True, eq=False)
class Group:
    """
    People of one cohort, role and arm on one scale and later wave.

    Attributes
    ----------
    place : Place
    pre, post : array, shape (people,)
        Their scores; NaN = absent.
    clusters : array of str, shape (people,)
    panel : DataFrame
        Panel they are from.
    at : array of int, shape (people,)
        Where they stand in it.
    """

    place: Place
    pre: Vector
    post: Vector
    clusters: np.ndarray
    panel: pd.DataFrame
    at: np.ndarray

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Their rows of the Panel."""
        return self.panel.iloc[self.at]

    def numbers(self, column: str) -> Vector:
        """Their values in a column of the Panel; NaN where missing."""
        return self.panel[column].to_numpy(float, na_value=np.nan)[self.at]

    @property
    def strata(self) -> np.ndarray:
        """Cohort of each, of several that are taken together."""
        return self.rows[STRATUM].to_numpy(str) if STRATUM in self.panel else np.full(len(self.pre), self.place.cohort)

    @property
    def paired(self) -> np.ndarray:
        """Who has both scores."""
        return ~(np.isnan(self.pre) | np.isnan(self.post))

    @property
    def left(self) -> np.ndarray:
        """Who has a score before and none after."""
        return ~np.isnan(self.pre) & np.isnan(self.post)

    @property
    def counts(self) -> dict[str, int]:
        """Number of people with a score before, after and both."""
        return self.counts_among(np.ones(len(self.pre), dtype=bool))

    def counts_among(self, some: np.ndarray) -> dict[str, int]:
        """Those numbers among some of the people."""
        present = {"n_pre": ~np.isnan(self.pre), "n_post": ~np.isnan(self.post), "n_pairs": self.paired}
        return {name: int((mask & some).sum()) for name, mask in present.items()}


def groups(panel: pd.DataFrame, study: Study) -> Iterator[Group]:
    """
    Yield the groups of a Panel, ordered by cohort, outcome, wave, role and arm, the comparison last.

    People whose role or arm no source gives are in no group; preparing the study made a Problem of each.

    Raises
    ------
    FrameError
        When a row has no cohort or cluster, or is of a scale or wave that the study lacks.
    """
    scales, waves = [scale.name for scale in study.scales], list(study.later_waves)
    _check_groups(panel, {"scale": scales, "wave": waves})
    panel = panel[panel["role"].notna() & panel["arm"].notna()]
    pre, post = (panel[name].to_numpy(float) for name in ("pre", "post"))
    clusters = panel["cluster"].to_numpy(object)
    keyed: dict[Any, Any] = panel.groupby(list(Place._fields)).indices
    found = {Place(*map(str, key)): at for key, at in keyed.items()}

    def order(place: Place) -> tuple[object, ...]:
        known = ROLE_ORDER.index(place.role) if place.role in ROLE_ORDER else len(ROLE_ORDER)
        last = place.arm == study.comparison
        return place.cohort, scales.index(place.scale), waves.index(place.wave), known, place.role, last, place.arm

    for place in sorted(found, key=order):
        at = found[place]
        yield Group(place, pre[at], post[at], clusters[at], panel, at)


def _check_groups(panel: pd.DataFrame, known: dict[str, list[str]]) -> None:
    """Refuse a Panel with rows that would otherwise be left out in silence."""
    for name in ("cohort", "cluster"):
        if lacking := int(panel[name].isna().sum()):
            raise FrameError(f"{lacking} rows of the Panel have no {name}. Make it with build_panel or prepare_study.")
    for name, names in known.items():
        if strange := sorted(set(panel[name].unique()) - set(names)):
            raise FrameError(f"The Panel has {name} {strange[0]!r}, which the study lacks; it has {', '.join(names)}.")


@dataclass(frozen=True)
class Row:
    """One estimate on its way into the table: its columns, and its details by quantity."""

    columns: dict[str, object]
    details: dict[str, float]


def units(clusters: np.ndarray, study: Study) -> np.ndarray | None:
    """Clusters that a robust standard error goes by; None where persons were assigned and are all independent."""
    alone = study.clustered_by == "person" and len(set(clusters)) == len(clusters)
    return None if alone else clusters


def people_share_clusters(clusters: np.ndarray, study: Study) -> bool:
    """Whether a declared unit beyond the dyad holds several of these people, so that they are not independent."""
    return study.clustered_by not in ("person", "dyad") and len(set(clusters)) < len(clusters)


def fewest(counts: Iterable[int]) -> int:
    """Smallest of the counts that are not 0; 0 where all are."""
    return min((count for count in counts if count), default=0)


def estimate_row(
    place: Place, contrast: str, measure: str, method: str, compute: Callable[[], Result], study: Study,
    counts: dict[str, int], *, subgroup: str = EVERYONE,
) -> Row:  # fmt: skip
    """
    One row, computed or with the reason why not.

    Parameters
    ----------
    place : Place
    contrast, measure, method : str
        Of the closed vocabulary.
    compute : callable
        Returns the Result or raises NotEstimableError.
    study : Study
    counts : dict of str to int
        Columns that count people or clusters.
    subgroup : str
        Whom it is about within the place, or which groups it compares.
    """
    name = ":".join([contrast, measure, method, *place, *([] if subgroup == EVERYONE else [subgroup])])
    row: dict[str, object] = {
        "id": name, **place._asdict(), "subgroup": subgroup,
        "contrast": contrast, "measure": measure, "method": method, "planned": place.scale in study.outcomes, **counts,
    }  # fmt: skip
    try:
        result = compute()
        if result.df < LEAST_DF:
            raise NotEstimableError("too_few_people")
    except NotEstimableError as error:
        return Row(row | {"reason": str(error)}, {})
    smallest = study.scale(place.scale).smallest_effect
    if smallest and measure == "mean" and method in HEADLINES.get(contrast, ()):
        result = with_equivalence(result, smallest, study.reporting.level)
    row |= {name: value for name, value in vars(result).items() if name != "details"}
    if not np.isnan(result.std_error):
        row["detectable"] = detectable(result.std_error, result.df, level=study.reporting.level)
    return Row(row, dict(result.details))


def with_equivalence(result: Result, smallest: float, level: float) -> Result:
    """Add details of the test that the effect is smaller than what matters: tost_p, tost_low, tost_high."""
    found = tost(result, bound=smallest, level=level)
    further = {"tost_p": found.p_value, "tost_low": found.ci_low, "tost_high": found.ci_high}
    return result.detailed(**further)


def generator(study: Study, cohort: str, row_id: str) -> np.random.Generator:
    """
    Random numbers of one row: the same in whatever order, by however many processes and on whatever machine it is made.

    Seeded by the study's seed, the cohort and the id of the row.
    """
    digest = hashlib.sha256("\0".join([str(study.reporting.seed), cohort, row_id]).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))


def collected(rows: Iterable[Row]) -> Estimates:
    """Estimates of rows, with `p_adjusted` in its place."""
    kept = list(rows)
    if not kept:
        return Estimates(ESTIMATES.empty(), DETAILS.empty())
    details = [(row.columns["id"], name, value) for row in kept for name, value in row.details.items()]
    table = ESTIMATES.conform(pd.DataFrame([row.columns for row in kept]))
    return Estimates(adjusted(table), DETAILS.conform(pd.DataFrame(details, columns=list(DETAILS.columns))))


def headlines(table: pd.DataFrame) -> pd.Series:
    """
    Whether each row is the one that answers its question; the others stand beside it.

    Over cohorts that is the average cohort (reml_hk) where there are enough of them, else the average person
    (one_stage), which is also the only one where cohorts share a comparison.
    """
    pairs = [f"{contrast} {method}" for contrast, methods in HEADLINES.items() for method in methods]
    known = table["measure"].eq("mean") & (table["contrast"] + " " + table["method"]).isin(pairs)
    pooled = table["contrast"].isin(POOLED)
    if not pooled.any():
        return known
    place = [table[name] for name in ("contrast", "role", "arm", "scale", "wave")]
    one_stage = table["method"].eq("one_stage") & known
    enough = table["n_clusters"].ge(ENOUGH_COHORTS).fillna(False).astype(bool) & table["reason"].ne("shared_comparison")
    average = table["method"].eq("reml_hk") & known & (enough | ~one_stage.groupby(place).transform("any"))
    return average | (one_stage & ~average.groupby(place).transform("any")) | (known & ~pooled)


def adjusted(table: pd.DataFrame) -> pd.DataFrame:
    """
    Return the table with `p_adjusted`: Holm over declared outcomes, Benjamini–Hochberg over the others.

    A family is the headline rows of one contrast in one cohort and role. Other rows have none.
    """
    p_values, found = table["p_value"].to_numpy(float), np.full(len(table), np.nan)
    headline = table[headlines(table)]
    families: dict[Any, Any] = headline.groupby(["cohort", "role", "contrast", "planned"]).indices
    for (*_, planned), at in families.items():
        places = headline.index.to_numpy()[at]
        found[places] = (holm if planned else benjamini_hochberg)(p_values[places])
    return table.assign(p_adjusted=found)
