"""What leaves of how well scales measured, and of all specifications: summaries that rest on enough people."""

from dataclasses import replace

import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.tables import Counts, Curves
from rm_research.disclosure.threshold import Threshold
from rm_research.effects import assess_invariance, assess_reliability, estimate_specifications
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared

RELIABILITY = ["scale", "wave", "item", "n", "n_items", "alpha", "omega"]
INVARIANCE = ["scale", "compared", "level", "n", "descriptive", "cfi", "rmsea", "d_cfi", "d_p_value", "improper"]


def shown_measurement(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """How well scales measured in the whole study, and whether they did so alike at each wave."""
    study, threshold = prepared.study, Threshold.of(prepared.study)
    panel, responses, people, scores = (
        frame[frame["cohort"].isin(prepared.sound_cohorts)]
        for frame in (prepared.panel, prepared.responses, prepared.people, prepared.scores)
    )
    sound = replace(prepared, panel=panel, responses=responses, people=people, scores=scores)
    reliability, invariance = assess_reliability(sound), assess_invariance(sound)
    of_scales = reliability.loc[reliability["item"].isna(), RELIABILITY]
    of_waves = invariance.loc[invariance["compared"].isin(study.waves_compared), INVARIANCE]
    wanted = {
        name: table[~rules.hidden(rules.MEASUREMENT, Counts(table["n"], threshold), table.index)]
        for name, table in (("reliability", of_scales), ("invariance", of_waves))
    }
    return {name: table.reset_index(drop=True).assign(cohort=ALL_COHORTS) for name, table in wanted.items()}


def shown_specifications(prepared: Prepared) -> pd.DataFrame:
    """Specification curves of each cohort in short; none unless asked for."""
    if not prepared.study.reporting.specifications:
        return pd.DataFrame({"cohort": []})
    found = [_specifications(prepared, cohort).assign(cohort=cohort) for cohort in prepared.sound_cohorts]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame({"cohort": []})


def _specifications(prepared: Prepared, cohort: str) -> pd.DataFrame:
    """Summaries of curves that rest on enough people in each specification, no two of which are few people apart."""
    found = estimate_specifications(prepared, cohort=cohort)
    summary = found.summary()
    curves = Curves(summary, found.to_frame(), Threshold.of(prepared.study))
    return summary[~rules.hidden(rules.SPECIFICATIONS, curves, summary.index)].reset_index(drop=True)
