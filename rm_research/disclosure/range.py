"""Intervals as they are shown: cut where the scale ends."""

import numpy as np
import pandas as pd

from rm_research.disclosure.rows import MEANS
from rm_research.effects.bounds import largest
from rm_research.effects.estimates import Estimates
from rm_research.study import Study

ENDS = ["ci_low", "ci_high"]
OF_EFFECTS = ("prediction_low", "prediction_high", "tost_low", "tost_high")


def within_range(estimates: Estimates, *, study: Study) -> Estimates:
    """
    Cut the intervals of changes, differences and means at what the scale allows.

    Standard errors and p-values stay as they are, and so does the column `truncated`, which says what was cut.
    """
    table, details = estimates.table, estimates.details
    places = table[["contrast", "measure", "scale"]].itertuples(index=False, name=None)
    known: dict[tuple[str, ...], float] = {}
    limits = []
    for contrast, measure, scale in places:
        key = (str(contrast), str(measure), str(scale))
        if key not in known:
            known[key] = largest(*key, study)
        limits.append(known[key])
    limit = pd.Series(limits, index=table.index, dtype="float64")
    table = table.assign(**{name: table[name].clip(-limit, limit) for name in ENDS})
    return Estimates(table, _details(details, table, limit, study))


def _details(details: pd.DataFrame, table: pd.DataFrame, limit: pd.Series, study: Study) -> pd.DataFrame:
    ranges = {scale.name: study.scale_range(scale.name) or (-np.inf, np.inf) for scale in study.scales}
    scale = details["id"].map(table["scale"].set_axis(table["id"]))
    of_row = details["id"].map(limit.set_axis(table["id"])).fillna(np.inf)
    low, high = (scale.map({name: ends[at] for name, ends in ranges.items()}).astype("float64") for at in (0, 1))
    means = details["quantity"].isin(MEANS)
    effects = details["quantity"].isin(OF_EFFECTS)
    value = details["value"].mask(means, details["value"].clip(low, high))
    return details.assign(value=value.mask(effects, value.clip(-of_row, of_row)))
