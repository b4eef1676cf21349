"""Everything that pages may show, decided once for the whole study before any of it is worded or drawn."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from rm_research.disclosure import Disclosed, disclose, poolable, shown_answers, small_cohorts
from rm_research.disclosure.together import Together
from rm_research.effects import (
    Estimates,
    assess_invariance,
    assess_reliability,
    estimate_change,
    estimate_difference,
    estimate_dose,
    estimate_dyads,
    estimate_hindsight,
    estimate_specifications,
    estimate_waves,
)
from rm_research.effects.estimates import ALL_COHORTS, headlines, joined
from rm_research.findings.participation import participation
from rm_research.panel import Prepared, cache
from rm_research.process import BY_MEETINGS, change_by_meetings
from rm_research.study import Study
from rm_research.synthesis import estimate_programme

FRAMES = ("panel", "scores", "responses", "people", "dyads", "links", "problems")  # what the numbers are made of

RELIABILITY = ["scale", "wave", "item", "n", "n_items", "alpha", "omega"]
INVARIANCE = ["scale", "compared", "level", "n", "descriptive", "cfi", "rmsea", "d_cfi", "d_p_value", "improper"]


def study_numbers(prepared: Prepared) -> Disclosed:
    """
    Estimates of all cohorts without errors, of small cohorts taken together, their average, and counts.

    Kept in the study's private folder, and found again while nothing they are made of changes: so each page, made by
    itself, rests on the same decisions.
    """
    frames = {name: getattr(prepared, name) for name in FRAMES}
    kept = cache.load_numbers(prepared.study, frames)
    if kept is not None:
        tables = {name: table for name, table in kept.items() if name not in ("estimates", "details")}
        rows = Estimates(kept["estimates"], kept["details"])
        return Disclosed(rows, tables, prepared.study.reporting.smallest_group)
    numbers = decide(prepared)
    whole = {"estimates": numbers.table, "details": numbers.estimates.details} | numbers.tables
    cache.save_numbers(prepared.study, frames, whole)
    return numbers


def decide(prepared: Prepared) -> Disclosed:
    """Make all numbers and decide which of them may be shown; `study_numbers` does it once."""
    study, panel = prepared.study, _sound(prepared)
    estimates = _estimates(prepared, prepared.sound_cohorts)
    together = small_cohorts(estimates.table, study=study)
    grouped = _of_groups(panel, together, study)
    alone = poolable(estimates.where(~together.holds(estimates.table)), study=study)
    pooled = estimate_programme(joined([alone, grouped]), study=study, panel=together.within(panel))
    everything = joined([estimates, grouped, pooled])
    shown = disclose(everything, study=study, without_means=together.groups)
    tables = participation(prepared) | {"together": together.table, "answers": shown_answers(prepared)}
    tables["sessions"] = _by_meetings(prepared, shown, together)
    tables["specifications"] = _all_specifications(prepared)
    tables |= _measurement(prepared)
    return Disclosed(shown.estimates, tables, shown.smallest_group)


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


def _of_groups(panel: pd.DataFrame, together: Together, study: Study) -> Estimates:
    """Headline estimates of small cohorts taken together: each group of them as one cohort."""
    members = together.only(panel)
    if study.design.comparison_scope == "shared":  # the comparison is everybody's, and no part of a group
        programme = members[members["arm"] != study.comparison]
        members = pd.concat([programme, panel[panel["arm"] == study.comparison]], ignore_index=True)
    found = joined([estimate_change(members, study=study), estimate_difference(members, study=study)])
    wanted = found.table["contrast"].isin(["change", "difference"]) & headlines(found.table)
    return found.where(wanted & found.table["cohort"].isin(together.groups))


def _by_meetings(prepared: Prepared, shown: Disclosed, together: Together) -> pd.DataFrame:
    """Change by meetings for the first outcome, of all people of cohorts that are shown, alone or in a group."""
    study, parts = prepared.study, []
    scale = study.scales[0].name
    waves = [wave for wave in study.later_waves if study.measured(scale, wave)][:1]
    for wave in waves if study.measured(scale, study.baseline) else ():
        rows = shown.table[headlines(shown.table) & shown.table["contrast"].eq("change")]
        rows = rows[rows["scale"].eq(scale) & rows["wave"].eq(wave) & ~rows["arm"].isin([study.comparison])]
        for role, of_role in rows.groupby("role"):
            alone = set(of_role.loc[of_role["estimate"].notna(), "cohort"])
            small = together.table[(together.table[["role", "scale", "wave"]] == [role, scale, wave]).all(axis=1)]
            found = change_by_meetings(prepared, {*alone, *small["cohort"]}, scale=scale, wave=wave)
            parts.append(found[found["role"] == role])
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=BY_MEETINGS)
    place = ALL_COHORTS if len(prepared.cohorts) > 1 else "".join(prepared.cohorts)
    return whole.assign(cohort=place)[["cohort", *BY_MEETINGS]]


def _measurement(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """How well scales measured in the whole study, and whether they did so alike at each wave."""
    study, smallest = prepared.study, prepared.study.reporting.smallest_group
    reliability, invariance = assess_reliability(prepared), assess_invariance(prepared)
    over_time = [f"{study.baseline} – {wave}" for wave in study.later_waves]
    wanted = {
        "reliability": reliability.loc[reliability["item"].isna() & reliability["n"].ge(smallest), RELIABILITY],
        "invariance": invariance.loc[invariance["compared"].isin(over_time) & invariance["n"].ge(smallest), INVARIANCE],
    }
    return {name: table.reset_index(drop=True).assign(cohort=ALL_COHORTS) for name, table in wanted.items()}


def _all_specifications(prepared: Prepared) -> pd.DataFrame:
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
