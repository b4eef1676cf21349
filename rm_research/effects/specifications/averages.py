"""Estimates of several cohorts combined into one, as for the programme."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from rm_research.effects.estimates import Row, estimate_row
from rm_research.effects.groups import Compared, Place
from rm_research.effects.methods import METHODS, POOLED, Contrast, Measure, Name
from rm_research.effects.specifications.models import FEWEST
from rm_research.stats.pooling import reml_hk
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study

OneStage = Callable[[str, Sequence[Compared], Study], Result]  # takes the contrast, and the people of each cohort


def average_row(
    contrast: str, place: Place, method: Name, cohorts: Sequence[tuple[Compared, Row]], study: Study,
    one_stage: OneStage | None = None,
) -> Row:  # fmt: skip
    """
    Row over cohorts, of those that have an estimate; as `estimate_programme` makes it, with `n_fewest` in its details.

    Parameters
    ----------
    contrast : {'change', 'difference'}
    place : Place
        Of all cohorts.
    method : Name
        'reml_hk', the average of the cohorts' estimates, or 'one_stage', one model of their people.
    cohorts : sequence of (Compared, Row)
        People and estimate of each.
    study : Study
    one_stage : callable, optional
        For the method of that name.
    """
    usable = [(arms, row) for arms, row in cohorts if "reason" not in row.columns]
    columns: list[dict[str, Any]] = [row.columns for _, row in usable]
    compared = ("n_comparison",) if contrast == "difference" else ()
    counts = {name: sum(cohort[name] for cohort in columns) for name in ("n_pre", "n_post", "n_pairs", *compared)}
    if compared and study.design.comparison_scope == "shared":  # counts once
        counts["n_comparison"] = max((cohort["n_comparison"] for cohort in columns), default=0)
    if one_stage is None:
        compute = partial(_average, contrast, columns, study)
    else:
        compute = partial(_modelled, contrast, [arms for arms, _ in usable], study, one_stage)
    counts["n_clusters"] = len(usable)
    pooled = METHODS[POOLED[Contrast(contrast)], Measure.MEAN, method]
    row = estimate_row(place, pooled, compute, study, counts)
    return Row(row.columns, row.details | {FEWEST: min((row.details[FEWEST] for _, row in usable), default=0.0)})


def _average(contrast: str, cohorts: Sequence[dict[str, Any]], study: Study) -> Result:
    if contrast == "difference" and study.design.comparison_scope == "shared":
        raise NotEstimableError(Reason.SHARED_COMPARISON)
    estimates, std_errors = (
        np.array([cohort[name] for cohort in cohorts], float) for name in ("estimate", "std_error")
    )
    return reml_hk(estimates, std_errors, level=study.reporting.level)


def _modelled(contrast: str, cohorts: Sequence[Compared], study: Study, one_stage: OneStage) -> Result:
    if len(cohorts) < 2:
        raise NotEstimableError(Reason.TOO_FEW_COHORTS)
    return one_stage(contrast, cohorts, study)
