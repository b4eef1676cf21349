"""Everything that pages may show, decided once for the whole study before any of it is worded or drawn."""

from collections.abc import Sequence
from dataclasses import replace
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
from rm_research.effects.estimates import headlines, joined
from rm_research.effects.groups import ALL_COHORTS
from rm_research.effects.methods import POOLED
from rm_research.findings.participation import participation
from rm_research.panel import Prepared, cache
from rm_research.process import BY_MEETINGS, change_by_meetings
from rm_research.study import Study
from rm_research.synthesis import estimate_programme

FRAMES = ("panel", "scores", "responses", "people", "dyads", "links", "problems")  # what the numbers are made of
RELIABILITY = ["scale", "wave", "item", "n", "n_items", "alpha", "omega"]
INVARIANCE = ["scale", "compared", "level", "n", "descriptive", "cfi", "rmsea", "d_cfi", "d_p_value", "improper"]
TABLES = ("cohorts", "response", "meetings", "sessions", "answers", "together", "reliability", "invariance",
          "specifications")  # fmt: skip


def study_numbers(prepared: Prepared) -> Disclosed:
    """
    Estimates of all cohorts without errors, of small cohorts taken together, their average, and counts.

    Kept in the study's private folder, and found again while nothing they are made of changes: so each page, made by
    itself, rests on the same decisions.
    """
    frames = {name: getattr(prepared, name) for name in FRAMES}
    kept = cache.load_numbers(prepared.study, frames)
    if kept is not None and {"estimates", "details", *TABLES} <= set(kept):
        tables = {name: kept[name] for name in TABLES}
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
    together = small_cohorts(panel, study=study)
    grouped = _of_groups(panel, together, study)
    pooled = _pooled(joined([poolable(estimates, study=study), grouped]), panel, together, study)
    shown = disclose(joined([estimates, grouped, pooled]), study=study, without_means=together.groups)
    tables = participation(prepared) | {"together": together.table, "answers": shown_answers(prepared, shown)}
    tables["sessions"] = _by_meetings(panel, shown, together, study)
    tables["specifications"] = _all_specifications(prepared)
    tables |= _measurement(prepared)
    return Disclosed(shown.estimates, {name: tables[name] for name in TABLES}, shown.smallest_group)


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
    found = []
    for contrast, arm in _kinds(together.table):
        members = together.only(panel[panel["arm"].isin([arm, study.comparison])], contrast, arm)
        if contrast == "change":
            made = estimate_change(members[members["arm"] == arm], study=study)
        else:
            if study.design.comparison_scope == "shared":  # it is everybody's, and no part of a group
                members = pd.concat([members[members["arm"] == arm], panel[panel["arm"] == study.comparison]])
            made = estimate_difference(members, study=study)
        wanted = made.table["contrast"].eq(contrast) & made.table["arm"].eq(arm) & headlines(made.table)
        found.append(made.where(wanted & made.table["cohort"].isin(together.groups)))
    return joined(found)


def _pooled(rows: Estimates, panel: pd.DataFrame, together: Together, study: Study) -> Estimates:
    """Averages over cohorts and groups, whose people bear the names of these."""
    found = [
        estimate_programme(
            rows.where(rows.table["contrast"].eq(contrast) & rows.table["arm"].eq(arm)), study=study,
            panel=together.within(panel, contrast, arm),
        )
        for contrast, arm in _kinds(rows.table) if contrast in POOLED
    ]  # fmt: skip
    return joined(found)


def _kinds(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Contrasts and arms of a table, in its order."""
    return list(table[["contrast", "arm"]].drop_duplicates().itertuples(index=False, name=None))


def _by_meetings(panel: pd.DataFrame, shown: Disclosed, together: Together, study: Study) -> pd.DataFrame:
    """Change by meetings for the first outcome, of all people of cohorts that are shown, alone or in a group."""
    scale, parts = study.scales[0].name, []
    waves = [wave for wave in study.later_waves if study.measured(scale, wave)][:1]
    rows = shown.headlines[shown.headlines["contrast"].eq("change") & shown.headlines["estimate"].notna()]
    rows = rows[rows["scale"].eq(scale) & rows["wave"].isin(waves) & ~rows["arm"].isin([study.comparison])]
    for arm in dict.fromkeys(rows["arm"]):
        of_arm = rows[rows["arm"] == arm]
        places = pd.MultiIndex.from_frame(of_arm[["cohort", "role", "wave"]])
        people = together.within(panel[panel["arm"].eq(arm) & panel["scale"].eq(scale)], "change", arm)
        here = pd.MultiIndex.from_frame(people[["cohort", "role", "wave"]]).isin(places)
        parts.append(change_by_meetings(people[here], study=study))
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=BY_MEETINGS)
    cohorts = panel["cohort"].unique()
    return whole.assign(cohort=ALL_COHORTS if len(cohorts) > 1 else "".join(cohorts))[["cohort", *BY_MEETINGS]]


def _measurement(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """How well scales measured in the whole study, and whether they did so alike at each wave."""
    study, smallest = prepared.study, prepared.study.reporting.smallest_group
    responses, people, scores = (
        frame[frame["cohort"].isin(prepared.sound_cohorts)]
        for frame in (prepared.responses, prepared.people, prepared.scores)
    )
    sound = replace(prepared, panel=_sound(prepared), responses=responses, people=people, scores=scores)
    reliability, invariance = assess_reliability(sound), assess_invariance(sound)
    over_time = invariance["compared"].isin(study.waves_compared)
    wanted = {
        "reliability": reliability.loc[reliability["item"].isna() & reliability["n"].ge(smallest), RELIABILITY],
        "invariance": invariance.loc[over_time & invariance["n"].ge(smallest), INVARIANCE],
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
