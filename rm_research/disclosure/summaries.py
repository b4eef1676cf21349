"""What leaves of how well scales measured, and of all specifications: summaries that rest on enough people."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from rm_research.effects import assess_invariance, assess_reliability, estimate_specifications
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared

RELIABILITY = ["scale", "wave", "item", "n", "n_items", "alpha", "omega"]
INVARIANCE = ["scale", "compared", "level", "n", "descriptive", "cfi", "rmsea", "d_cfi", "d_p_value", "improper"]


def shown_measurement(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """How well scales measured in the whole study, and whether they did so alike at each wave."""
    study, smallest = prepared.study, prepared.study.reporting.smallest_group
    panel, responses, people, scores = (
        frame[frame["cohort"].isin(prepared.sound_cohorts)]
        for frame in (prepared.panel, prepared.responses, prepared.people, prepared.scores)
    )
    sound = replace(prepared, panel=panel, responses=responses, people=people, scores=scores)
    reliability, invariance = assess_reliability(sound), assess_invariance(sound)
    over_time = [f"{study.baseline} – {wave}" for wave in study.later_waves]
    wanted = {
        "reliability": reliability.loc[reliability["item"].isna() & reliability["n"].ge(smallest), RELIABILITY],
        "invariance": invariance.loc[invariance["compared"].isin(over_time) & invariance["n"].ge(smallest), INVARIANCE],
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
