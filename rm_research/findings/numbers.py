"""Everything a page may show, decided before any of it is worded."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from rm_research.checks import response_flow
from rm_research.disclosure import Disclosed, disclose, poolable
from rm_research.effects import (
    Estimates,
    estimate_change,
    estimate_difference,
    estimate_dose,
    estimate_dyads,
    estimate_hindsight,
    estimate_specifications,
    estimate_waves,
)
from rm_research.effects.estimates import joined
from rm_research.panel import Prepared
from rm_research.process import meetings
from rm_research.synthesis import estimate_programme


def cohort_numbers(prepared: Prepared, cohort: str) -> Disclosed:
    """Estimates and counts of one cohort."""
    tables = participation(prepared, cohort)
    if prepared.study.reporting.specifications:
        tables["specifications"] = _specifications(prepared, cohort)
    return disclose(_estimates(prepared, [cohort]), tables, study=prepared.study)


def programme_numbers(prepared: Prepared) -> Disclosed:
    """Estimates of all cohorts without errors, their average, and counts over the whole programme."""
    estimates = _estimates(prepared, prepared.sound_cohorts)
    shown = poolable(estimates, study=prepared.study)
    pooled = estimate_programme(shown, study=prepared.study, panel=_sound(prepared))
    return disclose(joined([estimates, pooled]), participation(prepared, None), study=prepared.study)


def _sound(prepared: Prepared) -> pd.DataFrame:
    """Panel of the cohorts without errors."""
    return prepared.panel[prepared.panel["cohort"].isin(prepared.sound_cohorts)]


def _estimates(prepared: Prepared, cohorts: Sequence[str]) -> Estimates:
    """Estimates of cohorts; a comparison that several cohorts share stands beside each of them, in all its parts."""
    study, panel = prepared.study, prepared.panel
    wanted = panel["cohort"].isin(cohorts)
    if study.design.comparison_scope == "shared":
        wanted |= (panel["arm"] == study.comparison) & panel["cohort"].isin(prepared.sound_cohorts)
    panel = panel[wanted]
    parts = [
        estimate_change(panel, study=study, reference=_sound(prepared)),
        estimate_difference(panel, study=study),
        estimate_hindsight(panel, prepared.scores, study=study),
        estimate_dose(panel, study=study),
        estimate_dyads(panel, prepared.dyads, study=study),
    ]
    if len(study.later_waves) > 1:  # one later wave is what the change and the difference are already about
        parts.append(estimate_waves(panel, study=study))
    return joined(parts)


def _specifications(prepared: Prepared, cohort: str) -> pd.DataFrame:
    """Summaries of curves that rest on enough people in each specification, no two of which are few people apart."""
    found, smallest = estimate_specifications(prepared, cohort=cohort), prepared.study.reporting.smallest_group
    summary, curve = found.summary(), ["contrast", "role", "arm"]
    few_apart = {key for key, rows in found.to_frame().groupby(curve) if _few_apart(rows, smallest)}
    apart = np.array([tuple(key) not in few_apart for key in summary[curve].itertuples(index=False)], dtype=bool)
    return summary[(summary["fewest"] >= smallest) & apart].reset_index(drop=True)


def _few_apart(rows: pd.DataFrame, smallest: int) -> bool:
    """Whether, going by their numbers, some two specifications differ by few people."""
    left = (rows["n_pre"] - rows["n_pairs"]).between(1, smallest - 1).any()
    sizes = [sorted(rows[name].dropna().unique()) for name in ("n_pre", "n_pairs", "n_comparison")]
    steps = [later - earlier for ordered in sizes for earlier, later in pairwise(ordered)]
    return bool(left or any(0 < step < smallest for step in steps))


def participation(prepared: Prepared, cohort: str | None) -> dict[str, pd.DataFrame]:
    """Tables of counts of one cohort, or of all without errors."""
    return {"response": response_flow(prepared, cohort), "meetings": meetings(prepared, cohort)}
