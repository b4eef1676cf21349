"""Everything a page may show, decided before any of it is worded."""

import pandas as pd

from rm_research.checks import response_flow
from rm_research.disclosure import Disclosed, disclose, poolable
from rm_research.effects import Estimates, estimate_change, estimate_difference
from rm_research.effects.estimates import joined
from rm_research.panel import Prepared
from rm_research.process import meetings
from rm_research.synthesis import estimate_programme


def cohort_numbers(prepared: Prepared, cohort: str) -> Disclosed:
    """Estimates and counts of one cohort."""
    return disclose(_estimates(prepared, [cohort]), _tables(prepared, cohort), study=prepared.study)


def programme_numbers(prepared: Prepared) -> Disclosed:
    """Estimates of all cohorts without errors, their average, and counts over the whole programme."""
    sound = [cohort for cohort in prepared.cohorts if not prepared.errors_of(cohort)]
    estimates = _estimates(prepared, sound)
    pooled = estimate_programme(poolable(estimates, study=prepared.study), study=prepared.study)
    return disclose(joined([estimates, pooled]), _tables(prepared, None), study=prepared.study)


def _estimates(prepared: Prepared, cohorts: list[str]) -> Estimates:
    study, panel = prepared.study, prepared.panel
    own = panel["cohort"].isin(cohorts)
    # a comparison shared by cohorts belongs beside each of them
    shared = (panel["arm"] == study.comparison) if study.design.comparison_scope == "shared" else own
    found = joined([
        estimate_change(panel[own], study=study),
        estimate_difference(panel[own | shared], study=study),
    ])  # fmt: skip
    return found.where(found.table["cohort"].isin(cohorts))


def _tables(prepared: Prepared, cohort: str | None) -> dict[str, pd.DataFrame]:
    return {"response": response_flow(prepared, cohort), "meetings": meetings(prepared, cohort)}
