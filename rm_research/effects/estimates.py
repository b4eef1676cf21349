"""Estimates: a table with one row per estimate, and how these rows are made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from rm_research.effects.estimate import Estimate, estimates_of
from rm_research.effects.groups import EVERYONE, Place, row_id
from rm_research.effects.methods import METHODS, Heads, Method
from rm_research.effects.verdicts import judged
from rm_research.frames import DETAILS, ESTIMATES, stacked
from rm_research.stats.equivalence import tost
from rm_research.stats.power import detectable
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study

LEAST_DF = 0.5  # with fewer, Student's t gives no useful interval
ENOUGH_COHORTS = 5  # from here on the average cohort is the headline of a programme, below it the average person
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

    @cached_property
    def rows(self) -> tuple[Estimate, ...]:
        """Rows of the table, in its order, each with its columns as attributes."""
        return tuple(estimates_of(self.table))

    @cached_property
    def by_id(self) -> dict[str, Estimate]:
        """Rows of the table by `id`."""
        return {row.id: row for row in self.rows}

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
    several = list(parts)
    return Estimates(
        stacked([part.table for part in several], ESTIMATES), stacked([part.details for part in several], DETAILS)
    )


@dataclass(frozen=True)
class Row:
    """One estimate on its way into the table: its columns, and its details by quantity."""

    columns: dict[str, object]
    details: dict[str, float]


def estimate_row(
    place: Place, method: Method, compute: Callable[[], Result], study: Study, counts: dict[str, int], *,
    subgroup: str = EVERYONE,
) -> Row:  # fmt: skip
    """
    One row with its result, or with the reason why there is none.

    Parameters
    ----------
    place : Place
    method : Method
        Of the registry.
    compute : callable
        Returns the Result or raises NotEstimableError.
    study : Study
    counts : dict of str to int
        Columns that count people or clusters.
    subgroup : str
        Which people within the place it is about, or which groups it compares.
    """
    contrast, measure, name = method.key
    row: dict[str, object] = {
        "id": row_id(contrast, measure, name, place, subgroup), **place._asdict(), "subgroup": subgroup,
        "contrast": contrast, "measure": measure, "method": name, "planned": place.scale in study.outcomes,
        "heads": method.heads_in(study, place.scale), **counts,
    }  # fmt: skip
    try:
        result = compute()
        if result.df < LEAST_DF:
            raise NotEstimableError(Reason.TOO_FEW_PEOPLE)
    except NotEstimableError as error:
        return Row(row | {"reason": str(error.reason)}, {})
    smallest = study.scale(place.scale).smallest_effect
    if smallest and method.heads:
        result = with_equivalence(result, smallest, study.reporting.level)
    row |= {name: value for name, value in vars(result).items() if name != "details"}
    if not np.isnan(result.std_error):
        row["detectable"] = detectable(result.std_error, result.df, level=study.reporting.level)
    return Row(row, dict(result.details))


def with_equivalence(result: Result, smallest: float, level: float) -> Result:
    """Add details of the test that the effect is smaller than what matters: tost_p, tost_low, tost_high."""
    test = tost(result, bound=smallest, level=level)
    further = {"tost_p": test.p_value, "tost_low": test.ci_low, "tost_high": test.ci_high}
    return result.detailed(**further)


def collected(rows: Iterable[Row], study: Study) -> Estimates:
    """Estimates of rows, with `p_adjusted` in its place."""
    all_rows = list(rows)
    if not all_rows:
        return Estimates(ESTIMATES.empty(), DETAILS.empty())
    details = [(row.columns["id"], name, value) for row in all_rows for name, value in row.details.items()]
    table = ESTIMATES.conform(pd.DataFrame([row.columns for row in all_rows]))
    return Estimates(adjusted(table, study), DETAILS.conform(pd.DataFrame(details, columns=list(DETAILS.columns))))


def headlines(table: pd.DataFrame) -> pd.Series:
    """
    Whether each row is the one that answers its question; the others are shown next to it.

    Over cohorts this is the average cohort where there are enough cohorts, otherwise the average person, which is also
    the only one where cohorts share a comparison.
    """
    heads = {method.key: method.heads for method in METHODS if method.heads}
    keys = zip(table["contrast"], table["measure"], table["method"], strict=True)
    when = pd.Series([heads.get(key, "") for key in keys], index=table.index, dtype=object)
    always, many, few = (when.eq(head) for head in (Heads.ALWAYS, Heads.MANY_COHORTS, Heads.FEW_COHORTS))
    by_design = when.isin([Heads.LOT_OR_MATCHED, Heads.SELF_SELECTED])
    always |= by_design & table["heads"].fillna(when.eq(Heads.LOT_OR_MATCHED)).astype(bool)
    if not (many | few).any():
        return always
    place = [table[name] for name in ("contrast", "role", "arm", "scale", "wave")]
    enough = table["n_clusters"].ge(ENOUGH_COHORTS).fillna(False).astype(bool)
    enough &= table["reason"].ne(Reason.SHARED_COMPARISON)
    average = many & (enough | ~few.groupby(place).transform("any"))
    return always | average | (few & ~average.groupby(place).transform("any"))


def adjusted(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Return the table with `p_adjusted`: of the claim that each headline row makes, see `judged`.

    Other rows have none.
    """
    found = judged(table, headlines(table), study)
    values = [found[name].p_adjusted if name in found else np.nan for name in table["id"]]
    return table.assign(p_adjusted=np.array(values, dtype=float))
