"""Specifications: the estimates of all defensible analyses, and what sets each apart."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rm_research.effects.estimates import Estimates, headlines
from rm_research.effects.specifications.models import FEWEST
from rm_research.effects.specifications.rows import Specified
from rm_research.frames import DETAILS, ESTIMATES, SPECIFICATIONS
from rm_research.study import Study

CURVE = ["contrast", "cohort", "role", "arm", "scale", "wave"]  # rows that share these are one curve


@dataclass(frozen=True, eq=False, repr=False)
class Specifications:
    """
    Estimates of one question, or a few, under every specification; each question is a curve.

    Attributes
    ----------
    estimates : Estimates
        One row per specification, at full precision; rows that could not be computed stay, with a `reason`. No adjusted
        p-values: the specifications of a curve are one question, not many.
    choices : DataFrame
        Specifications: what sets each row of the estimates apart, by `id`, and which row is the declared analysis.

    Examples
    --------
    >>> curve = rm.estimate_specifications(prepared, cohort="2024 autumn", role="leader", contrast="change")
    >>> len(curve)
    55
    """

    estimates: Estimates
    choices: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """
        Return choices and estimates side by side, curve by curve, each sorted by its estimate.

        Examples
        --------
        >>> curve = rm.estimate_specifications(prepared, cohort="2024 autumn", role="leader", contrast="change")
        >>> curve.to_frame()[["scoring", "model", "estimate"]].head(3).round(2)
                        scoring       model  estimate
        0   without=inclusion_9    paired_t      0.81
        1   without=inclusion_9  likelihood      0.86
        2  without=inclusion_10    paired_t      0.89
        """
        table = self.choices.merge(self.estimates.table, on="id", validate="one_to_one")
        curves = table.groupby(CURVE, sort=False).ngroup()
        order = pd.DataFrame({"curve": curves, "estimate": table["estimate"]}).sort_values(
            ["curve", "estimate"], kind="stable"
        )
        return table.loc[order.index].reset_index(drop=True)

    def summary(self) -> pd.DataFrame:
        """
        Describe each curve in one row.

        Returns
        -------
        DataFrame
            contrast, cohort, role, arm, scale, wave; specifications (number); estimated (of them, those with an
            estimate, which all that follows is about); same_sign (share, 0 to 1, whose estimate has the sign of the
            declared one; NaN where that has no estimate); excludes_zero (share whose interval does); lowest, median,
            highest; declared (its estimate); rank (of the declared estimate, 1 = lowest; missing where it has none);
            fewest (people behind any of the specifications).

        Examples
        --------
        >>> curve = rm.estimate_specifications(prepared, cohort="2024 autumn", role="leader", contrast="change")
        >>> curve.summary()[["specifications", "lowest", "median", "highest"]].round(2)
           specifications  lowest  median  highest
        0              55    0.81    0.98     1.15
        """
        table = self.to_frame()
        table["fewest"] = table["id"].map(self._fewest)
        described = [
            dict(zip(CURVE, key, strict=True)) | _described(rows) for key, rows in table.groupby(CURVE, sort=False)
        ]
        counts = dict.fromkeys(("specifications", "estimated", "rank", "fewest"), "Int64")
        return pd.DataFrame(described, columns=[*CURVE, *DESCRIBED]).astype(counts)

    @property
    def fewest(self) -> int:
        """Fewest people whose answers any specification rests on, in any cohort or arm; 0 where one has nobody."""
        return int(self._fewest.min()) if len(self._fewest) else 0

    @property
    def _fewest(self) -> pd.Series:
        """Fewest people behind each row, by its id."""
        details = self.estimates.details
        return details[details["quantity"] == FEWEST].set_index("id")["value"]

    def __len__(self) -> int:
        return len(self.choices)

    def __repr__(self) -> str:
        return f"{self._heading()}" + (f"\n{self._shown().to_string(index=False)}" if len(self) else "")

    def _repr_html_(self) -> str:
        table = self._shown().to_html(index=False, na_rep="")
        return table.replace("<thead>", f"<caption>{self._heading()}</caption><thead>", 1)

    def _heading(self) -> str:
        return f"{len(self)} specifications"

    def _shown(self) -> pd.DataFrame:
        return self.summary().round(3)


DESCRIBED = ("specifications", "estimated", "same_sign", "excludes_zero", "lowest", "median", "highest", "declared",
             "rank", "fewest")  # fmt: skip


def _described(rows: pd.DataFrame) -> dict[str, object]:
    """Columns of the summary for the rows of one curve."""
    known = rows[rows["estimate"].notna()]
    declared = rows.loc[rows["declared"].astype(bool), "estimate"]
    estimate = float(declared.iloc[0]) if len(declared) else float("nan")
    excludes = (known["ci_low"] > 0) | (known["ci_high"] < 0)
    numbers = {"lowest": known["estimate"].min(), "median": known["estimate"].median(),
               "highest": known["estimate"].max(), "declared": estimate}  # fmt: skip
    return numbers | {
        "specifications": len(rows),
        "estimated": len(known),
        "same_sign": float("nan") if np.isnan(estimate) else (np.sign(known["estimate"]) == np.sign(estimate)).mean(),
        "excludes_zero": excludes.mean(),
        "rank": pd.NA if np.isnan(estimate) else 1 + int((known["estimate"] < estimate).sum()),
        "fewest": int(rows["fewest"].min()),
    }


def collected(specifications: Iterable[Specified], study: Study) -> Specifications:
    """Specifications of rows, in the order given."""
    rows = list(specifications)
    details = [(item.row.columns["id"], name, value) for item in rows for name, value in item.row.details.items()]
    table = ESTIMATES.conform(pd.DataFrame([item.row.columns for item in rows]))
    estimates = Estimates(table, DETAILS.conform(pd.DataFrame(details, columns=list(DETAILS.columns))), study)
    choices = SPECIFICATIONS.conform(pd.DataFrame([item.choices for item in rows]))
    of_declared = table[choices["declared"].astype(bool)]
    return Specifications(
        estimates, choices.assign(declared=choices["id"].isin(of_declared["id"][headlines(of_declared)]))
    )
