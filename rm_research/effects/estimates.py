"""Estimates: a table with one row an estimate, and how such rows are made."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rm_research.frames import DETAILS, ESTIMATES, stacked
from rm_research.stats.multiplicity import benjamini_hochberg, holm
from rm_research.stats.power import detectable
from rm_research.stats.result import NotEstimableError, Result
from rm_research.study import Study

EVERYONE = "everyone"
ALL_COHORTS = "all cohorts"
ROLE_ORDER = ("leader", "mentor", "participant")
HEADLINE_METHODS = ("paired_t", "welch", "ancova", "reml_hk")
SHOWN = ["cohort", "role", "arm", "scale", "wave", "contrast", "measure", "method", "estimate", "ci_low", "ci_high", "df",
         "p_value", "p_adjusted", "n_pairs", "n_comparison", "reason"]  # fmt: skip


@dataclass(frozen=True, repr=False)
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
        found = self.details.loc[(self.details["id"] == row_id) & (self.details["quantity"] == quantity), "value"]
        return float(found.iloc[0]) if len(found) else float("nan")

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Estimates, {len(self)} rows\n{self._shown().to_string(index=False)}"

    def _repr_html_(self) -> str:
        table = self._shown().to_html(index=False, na_rep="")
        return table.replace("<thead>", f"<caption>Estimates, {len(self)} rows</caption><thead>", 1)

    def _shown(self) -> pd.DataFrame:
        columns = [name for name in SHOWN if self.table[name].notna().any()]
        return self.table[columns].round(3)


def _of(details: pd.DataFrame, ids: pd.Series) -> pd.DataFrame:
    return details[details["id"].isin(ids)].reset_index(drop=True)


def joined(parts: Iterable[Estimates]) -> Estimates:
    """Several Estimates as one, in the order given."""
    kept = list(parts)
    return Estimates(stacked([p.table for p in kept], ESTIMATES), stacked([p.details for p in kept], DETAILS))


@dataclass(frozen=True)
class Group:
    """
    People an estimate is about: one cohort, role, arm, scale and later wave.

    Attributes
    ----------
    cohort, role, arm, scale, wave : str
    rows : DataFrame
        Their rows of the Panel.
    """

    cohort: str
    role: str
    arm: str
    scale: str
    wave: str
    rows: pd.DataFrame

    @property
    def n_pairs(self) -> int:
        """People with both scores."""
        return int((self.rows["pre"].notna() & self.rows["post"].notna()).sum())


def groups(panel: pd.DataFrame, study: Study) -> Iterator[Group]:
    """Groups of a Panel, ordered by cohort, outcome, wave, role and arm, the comparison last."""
    keys = ["cohort", "role", "arm", "scale", "wave"]
    found = {tuple(map(str, key)): rows for key, rows in panel.groupby(keys, sort=False)}  # type: ignore[arg-type]
    scales, waves = [scale.name for scale in study.scales], list(study.later_waves)

    def place(key: tuple[str, ...]) -> tuple[object, ...]:
        cohort, role, arm, scale, wave = key
        known = ROLE_ORDER.index(role) if role in ROLE_ORDER else len(ROLE_ORDER)
        return cohort, scales.index(scale), waves.index(wave), known, role, arm == study.comparison, arm

    for key in sorted(found, key=place):
        yield Group(*key, rows=found[key])


@dataclass(frozen=True)
class Row:
    """One estimate on its way into the table: its columns, and its details by quantity."""

    columns: dict[str, object]
    details: dict[str, float]


def estimate_row(
    group: Group, contrast: str, measure: str, method: str, compute: Callable[[], Result], study: Study,
    counts: dict[str, int] | None = None,
) -> Row:  # fmt: skip
    """
    One row, computed or with the reason why not.

    Parameters
    ----------
    group : Group
    contrast, measure, method : str
        Of the closed vocabulary.
    compute : callable
        Returns the Result or raises NotEstimableError.
    study : Study
    counts : dict of str to int, optional
        Counts beside those of the group's own waves.
    """
    parts = [group.cohort, group.role, group.arm, group.scale, group.wave]
    row: dict[str, object] = {
        "id": ":".join([contrast, measure, method, *parts]),
        "cohort": group.cohort, "role": group.role, "arm": group.arm, "subgroup": EVERYONE, "scale": group.scale,
        "wave": group.wave, "contrast": contrast, "measure": measure, "method": method,
        "n_pre": int(group.rows["pre"].notna().sum()), "n_post": int(group.rows["post"].notna().sum()),
        "n_pairs": group.n_pairs, "planned": group.scale in study.outcomes, **(counts or {}),
    }  # fmt: skip
    try:
        result = compute()
    except NotEstimableError as error:
        return Row(row | {"reason": str(error)}, {})
    row |= {name: value for name, value in vars(result).items() if name in ESTIMATES.columns}
    if not np.isnan(result.std_error):
        row["detectable"] = detectable(result.std_error, result.df, level=study.reporting.level)
    return Row(row, dict(result.details))


def collected(rows: Iterable[Row]) -> Estimates:
    """Estimates of rows, with `p_adjusted` in its place."""
    kept = list(rows)
    details = [
        {"id": row.columns["id"], "quantity": name, "value": value}
        for row in kept
        for name, value in row.details.items()
    ]
    table = ESTIMATES.conform(pd.DataFrame([row.columns for row in kept]))
    return Estimates(_adjusted(table), DETAILS.conform(pd.DataFrame(details, columns=list(DETAILS.columns))))


def _adjusted(table: pd.DataFrame) -> pd.DataFrame:
    """
    Add `p_adjusted`: Holm over declared outcomes, Benjamini–Hochberg over the others.

    A family is the headline-method rows of one contrast in one cohort and role. Other rows have none.
    """
    headline = table[table["method"].isin(HEADLINE_METHODS) & table["measure"].eq("mean")]
    for (*_, planned), family in headline.groupby(["cohort", "role", "contrast", "planned"]):
        adjust = holm if planned else benjamini_hochberg
        table.loc[family.index, "p_adjusted"] = adjust(family["p_value"].to_numpy(float))
    return table
