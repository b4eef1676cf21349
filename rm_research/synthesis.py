"""Cohort Estimates into programme Estimates."""

from functools import partial

import pandas as pd

from rm_research.effects.estimates import ALL_COHORTS, HEADLINE_METHODS, Estimates, Place, Row, collected, estimate_row
from rm_research.frames import ESTIMATES, require_columns
from rm_research.stats.pooling import reml_hk
from rm_research.stats.result import NotEstimableError, Result
from rm_research.study import Study

POOLED = {"change": "pooled_change", "difference": "pooled_difference"}


def estimate_programme(estimates: Estimates, *, study: Study) -> Estimates:
    """
    Average over cohorts of each headline estimate.

    Parameters
    ----------
    estimates : Estimates
        Of the cohorts, from `estimate_change` and `estimate_difference`.
    study : Study
        Its level; a comparison shared by cohorts makes their differences dependent, which this does not pool.

    Returns
    -------
    Estimates
        contrast 'pooled_change' and 'pooled_difference', measure 'mean', method 'reml_hk', cohort 'all cohorts'. The
        estimand is the average cohort. `n_clusters` counts cohorts, other counts are sums over them. Details: tau2, i2,
        q, prediction_low, prediction_high.

    Raises
    ------
    FrameError
        When the table lacks a column.
    """
    require_columns(estimates.table, ESTIMATES, verb="estimate_programme")
    table = estimates.table
    headline = table[table["method"].isin(HEADLINE_METHODS) & table["contrast"].isin(POOLED)]
    keys = ["contrast", "role", "arm", "scale", "wave"]
    pools = headline.groupby(keys, sort=False)
    return collected(_pool(str(key[0]), Place(ALL_COHORTS, *map(str, key[1:])), rows, study) for key, rows in pools)


def _pool(contrast: str, place: Place, rows: pd.DataFrame, study: Study) -> Row:
    usable = rows[rows["estimate"].notna() & rows["std_error"].notna()]
    names = ("n_pre", "n_post", "n_pairs") + (("n_comparison",) if contrast == "difference" else ())
    counts = {name: int(usable[name].sum()) for name in names} | {"n_clusters": len(usable)}
    compute = partial(_compute, contrast, usable, study)
    return estimate_row(place, POOLED[contrast], "mean", "reml_hk", compute, study, counts)


def _compute(contrast: str, rows: pd.DataFrame, study: Study) -> Result:
    if contrast == "difference" and study.design.comparison_scope == "shared":
        raise NotEstimableError("shared_comparison")
    estimates, std_errors = (rows[name].to_numpy(float) for name in ("estimate", "std_error"))
    return reml_hk(estimates, std_errors, level=study.reporting.level)
