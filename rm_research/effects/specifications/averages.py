"""Estimates of several cohorts combined into one, as for the programme."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from rm_research.effects.estimates import Row, estimate_row
from rm_research.effects.groups import Compared, Place
from rm_research.effects.methods import METHODS, POOLED, Average, Contrast, Measure, Method, Name
from rm_research.effects.specifications.models import FEWEST
from rm_research.stats.pooling import average_of_people, reml_hk
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study


def average_row(model: Method, place: Place, cohorts: Sequence[tuple[Compared, Row]], study: Study) -> Row:
    """
    Row over cohorts, of those that have an estimate: the average that the study declares, with `n_fewest` in details.

    Parameters
    ----------
    model : Method
        By which the cohorts were estimated.
    place : Place
        Of all cohorts.
    cohorts : sequence of (Compared, Row)
        People and estimate of each.
    study : Study
    """
    usable = [row for _, row in cohorts if "reason" not in row.columns]
    columns: list[dict[str, Any]] = [row.columns for row in usable]
    compared = ("n_comparison",) if model.contrast == Contrast.DIFFERENCE else ()
    counts = {name: sum(cohort[name] for cohort in columns) for name in ("n_pre", "n_post", "n_pairs", *compared)}
    if compared and study.design.comparison_scope == "shared":  # counts once
        counts["n_comparison"] = max((cohort["n_comparison"] for cohort in columns), default=0)
    counts["n_clusters"] = len(usable)
    pooled = METHODS[POOLED[model.contrast], Measure.MEAN, _name(model, study)]
    row = estimate_row(place, pooled, partial(_average, model, columns, study), study, counts)
    return Row(row.columns, row.details | {FEWEST: min((row.details[FEWEST] for row in usable), default=0.0)})


def _name(model: Method, study: Study) -> Name:
    """How the average of such rows is called."""
    if study.reporting.average == Average.COHORTS:
        return Name.REML_HK
    if model.contrast == Contrast.DIFFERENCE:
        return Name.CHANGE_SCORE if model.name == Name.CHANGE_SCORE else Name.ANCOVA
    if model.unlinked:
        return Name.WELCH
    return Name.PEOPLE if model.of_everyone_before else Name.PEOPLE_BOTH


def _average(model: Method, cohorts: Sequence[dict[str, Any]], study: Study) -> Result:
    if model.contrast == Contrast.DIFFERENCE and study.design.comparison_scope == "shared":
        raise NotEstimableError(Reason.SHARED_COMPARISON)
    of_everyone = model.contrast == Contrast.CHANGE and (model.of_everyone_before or model.unlinked)
    names = ("estimate", "std_error", "df", "n_pre" if of_everyone else "n_pairs")
    estimates, std_errors, dfs, people = (np.array([cohort[name] for cohort in cohorts], float) for name in names)
    if study.reporting.average == Average.COHORTS:
        return reml_hk(estimates, std_errors, level=study.reporting.level)
    return average_of_people(estimates, std_errors, dfs, people, level=study.reporting.level)
