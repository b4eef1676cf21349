"""Intervals as they are shown: cut where the scale ends."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from rm_research.disclosure.rows import MEANS
from rm_research.effects.bounds import largest
from rm_research.effects.estimates import Estimates
from rm_research.study import Study

ENDS = ("ci_low", "ci_high")
OF_EFFECTS = ("prediction_low", "prediction_high", "tost_low", "tost_high")


def within_range(estimates: Estimates, *, study: Study) -> Estimates:
    """
    Cut the intervals of changes, differences and means at what the scale allows.

    Standard errors and p-values stay as they are, and so does the column `truncated`, which says what was cut.
    """
    table = estimates.table

    @cache
    def limit(contrast: str, measure: str, scale: str) -> float:
        return largest(contrast, measure, scale, study)

    keys = zip(table["contrast"], table["measure"], table["scale"], strict=True)
    limits = np.array([limit(*map(str, key)) for key in keys], dtype=float)
    table = table.assign(**{name: np.clip(table[name].to_numpy(float), -limits, limits) for name in ENDS})
    return replace(estimates, table=table, details=_details(estimates.details, table, limits, study))


def _details(details: pd.DataFrame, table: pd.DataFrame, limits: np.ndarray, study: Study) -> pd.DataFrame:
    """Ends of the means' intervals within the printed scale, those of effects within the largest possible one."""
    ranges = {scale.name: study.scale_range(scale.name) or (-np.inf, np.inf) for scale in study.scales}
    of_rows = {
        row: (ranges[scale], limit) for row, scale, limit in zip(table["id"], table["scale"], limits, strict=True)
    }
    values = details["value"].to_numpy(float).copy()
    for at, (row, quantity) in enumerate(zip(details["id"], details["quantity"], strict=True)):
        if quantity in MEANS:
            values[at] = np.clip(values[at], *of_rows[row][0])
        elif quantity in OF_EFFECTS:
            values[at] = np.clip(values[at], -of_rows[row][1], of_rows[row][1])
    return details.assign(value=values)
