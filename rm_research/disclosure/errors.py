"""Errors by clusters, rounded up where few people are in clusters of another size: exact, they tell their answers."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from rm_research.disclosure.coarse import has_few_scores
from rm_research.disclosure.rows import ARMS, MEANS, ROUNDED, told_by_clusters
from rm_research.disclosure.sets import Behind
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.bounds import largest, truncated
from rm_research.effects.estimate import Estimate
from rm_research.effects.estimates import Estimates, with_equivalence
from rm_research.effects.methods import Measure, Name
from rm_research.frames import DETAILS
from rm_research.stats.power import detectable
from rm_research.stats.result import Result, t_result
from rm_research.study import Study

STEP = 1.2  # an error is at most this many times as large as the exact one
MOST_PEOPLE = 200  # of more people, what one of them adds to an error is less than its printed decimals
WIDE = 10.0  # range of a scale from which on two decimals tell more of one person than of a few
OF_CLUSTERS = (Measure.MEAN, Measure.SLOPE)  # the others have errors that treat everyone alike
OF_COHORTS = (Name.REML_HK, Name.REML_HK_OTHER)
GONE = ("e_value_interval", "ar_low", "ar_high", "first_stage_f_robust")  # that only the exact error gives
INTERVALS = {name.removesuffix("_low") for name in (*MEANS, *ARMS) if name.endswith("_low")}
NOISE = 1e-9


def rounded_errors(estimates: Estimates, *, study: Study, behind: Behind | None) -> Estimates:
    """
    Round errors up where clusters of some size hold few of the people whom a row is about.

    An error weighs clusters by their size. As answers are whole numbers, the error of a small group fits only few
    answers of the people in a cluster of odd size, where a scale has few possible scores, or two decimals are fine next
    to its range. It is rounded up by at most a fifth; the test and the intervals, those of means and arms too, follow
    from the rounded one. So all are a little too careful, and none says more.

    Parameters
    ----------
    estimates : Estimates
    study : Study
    behind : Behind or None
        Whose questionnaires rows rest on; None where nobody knows: then all with fewer clusters than people.
    """
    rows = zip(estimates.table.index, estimates.rows, strict=True)
    found = {row.id: (at, _rounded(row, study)) for at, row in rows if _tells(row, study, behind)}
    if not found:
        return estimates
    table, details = estimates.table.copy(), estimates.details
    numbers = ["std_error", "statistic", "p_value", "ci_low", "ci_high"]
    for name, (at, result) in found.items():
        row = estimates.by_id[name]
        table.loc[at, numbers] = [getattr(result, number) for number in numbers]
        table.loc[at, "detectable"] = detectable(result.std_error, result.df, level=study.reporting.level)
        limit = largest(row.contrast, row.measure, row.scale, study)
        table.loc[at, "truncated"] = truncated(result.ci_low, result.ci_high, limit)
    mine = details["id"].isin(list(found))
    own = [_details(rows, found[str(name)][1]) for name, rows in details[mine].groupby("id", sort=False)]
    flags = pd.DataFrame([(name, ROUNDED, 1.0) for name in found], columns=list(DETAILS.columns))
    whole = pd.concat([details[~mine], *own, flags], ignore_index=True)
    return replace(estimates, table=table, details=DETAILS.conform(whole))


def _tells(row: Estimate, study: Study, behind: Behind | None) -> bool:
    """Whether the error of a row would tell of few of its people."""
    of_clusters = row.measure in OF_CLUSTERS and row.method not in OF_COHORTS and row.std_error > 0
    if not of_clusters or max(row.n_pairs or 0, row.n_pre or 0) > MOST_PEOPLE or not _is_fine(row.scale, study):
        return False
    if behind is None:
        return bool(row.n_clusters and row.n_pairs and row.n_clusters < row.n_pairs and not row.is_pooled)
    return told_by_clusters(row, behind, Threshold.of(study))


def _is_fine(scale: str, study: Study) -> bool:
    """Whether printed errors of a scale are fine next to its possible scores, or its range."""
    limits = study.scale_range(scale)
    return limits is None or limits[1] - limits[0] > WIDE or has_few_scores(scale, study)


def _rounded(row: Estimate, study: Study) -> Result:
    """What follows from the rounded error."""
    result = t_result(row.estimate, up(row.std_error), row.df, study.reporting.level)
    smallest = study.scale(row.scale).smallest_effect
    return with_equivalence(result, smallest, study.reporting.level) if smallest else result


def up(error: float) -> float:
    """An error, rounded up to a step; a missing one, and 0, stay."""
    return float(STEP ** np.ceil(np.log(error) / np.log(STEP) - NOISE)) if error > 0 else error


def _details(own: pd.DataFrame, result: Result) -> pd.DataFrame:
    """Details of a row whose error was rounded up."""
    known = dict(zip(own["quantity"], own["value"], strict=True))
    known = {name: value for name, value in known.items() if name not in GONE}
    known |= {name: value for name, value in result.details.items() if name in known}
    for name in INTERVALS:
        low, high = (known.get(f"{name}_{end}", math.nan) for end in ("low", "high"))
        middle, half = (high + low) / 2, up((high - low) / 2)
        known |= {f"{name}_low": middle - half, f"{name}_high": middle + half} if half > 0 else {}
    return pd.DataFrame({"id": own["id"].iloc[0], "quantity": list(known), "value": list(known.values())})
