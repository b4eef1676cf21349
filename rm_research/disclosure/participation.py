"""Counts of people, questionnaires and meetings that pages show in full: taking part is not an answer."""

from collections.abc import Mapping

import pandas as pd

from rm_research.checks.flow import response_flows
from rm_research.checks.followup import WHO, follow_ups, invited
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared
from rm_research.panel.standing import stood
from rm_research.process import meetings
from rm_research.study.settings import ROW_NUMBER

LINKED = ["linked_exact", "linked_near", "linked_wrong"]


def participation(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """
    Tables of counts of the whole study, each with the column `cohort` ('all cohorts' for the programme).

    Returns
    -------
    dict of str to DataFrame
        `cohorts`: one row per cohort and one for all, see `_counts`. `response`: one row per cohort, role and arm, from
        `response_flow`. `follow_up`: one row per cohort, role, arm, scale and later wave, from `follow_up`. `meetings`:
        one row per cohort, from `meetings`.
    """
    # all cohorts together, then each
    followed = follow_ups(prepared)
    return {
        "cohorts": _typed(pd.DataFrame([_counts(prepared, cohort) for cohort in (*prepared.cohorts, None)])),
        "response": _by_cohort(response_flows(prepared, followed)),
        "follow_up": _by_cohort(followed),
        "meetings": meetings(prepared),
    }


def _by_cohort(counts: Mapping[str | None, pd.DataFrame]) -> pd.DataFrame:
    """Counts of all cohorts together and of each as one table."""
    table = pd.concat([of.assign(cohort=cohort or ALL_COHORTS) for cohort, of in counts.items()], ignore_index=True)
    return table[["cohort", *table.columns.drop("cohort")]]


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Counts as whole numbers that may be missing."""
    counts = ("invited", "came", "without_code", "persons", "repeats", *LINKED[:2], "in_one_row", "by_code")
    return table.astype(dict.fromkeys(counts, "Int64") | {"linked_wrong": "Float64"})


def _counts(prepared: Prepared, cohort: str | None) -> dict[str, object]:
    """
    Counts of a cohort, or of all cohorts without errors.

    failed (whether its data have an error), invited and came (of those invited, who answered before; missing
    without a roster, and where it lists nobody of a cohort), without_code (questionnaires; missing where codes do
    not link), repeats (people who take part in another cohort too), persons (different people who answered before
    and at the last wave), in_one_row and by_code (people who answered before and at the last wave, in one row of a
    file or linked by their code), linked_exact, linked_near (by_code, by how the codes matched) and linked_wrong
    (expected number of wrong links; the three missing where codes are not compared), first and last (month in which
    questionnaires came in, as 2025-03; missing where no export says), plan (whether the locked plan says that it is
    older than the first later answer of the whole study, see `stood`; missing without one).
    """
    cohorts = prepared.sound_cohorts if cohort is None else (cohort,)
    people = prepared.people[prepared.people["cohort"].isin(cohorts)]
    responses = prepared.responses[prepared.responses["cohort"].isin(cohorts)]
    on_list = invited(people)
    known = bool(len(people)) and bool(on_list.notna().all())
    before = responses.loc[responses["wave"] == prepared.study.baseline, WHO].drop_duplicates()
    submitted = responses["submitted"].dropna().dt.strftime("%Y-%m")
    return {
        "cohort": cohort or ALL_COHORTS,
        "failed": cohort is not None and bool(prepared.errors_of(cohort)),
        "invited": int(on_list.sum()) if known else None,
        "came": len(people.loc[on_list.eq(1).fillna(False), WHO].merge(before)) if known else None,
        "without_code": _without_code(prepared, cohort),
        "repeats": _repeats(people, prepared),
        **_links(responses, prepared),
        "first": submitted.min() if len(submitted) else None,
        "last": submitted.max() if len(submitted) else None,
        "plan": stood(prepared.arrivals, prepared.study),
    }


def _repeats(people: pd.DataFrame, prepared: Prepared) -> int:
    if prepared.study.link.within == "cohort":
        return 0
    everywhere = prepared.people["person"]
    return int(people.loc[people["person"].isin(everywhere[everywhere.duplicated()]), "person"].nunique())


def _without_code(prepared: Prepared, cohort: str | None) -> int | None:
    """Questionnaires without a code; missing where codes do not say who is who."""
    if prepared.study.link.method == "none" or prepared.study.settings.columns.get("person") == (ROW_NUMBER,):
        return None
    blank = prepared.problems[prepared.problems["rule"] == "blank_code"]
    return len(blank) if cohort is None else int((blank["cohort"] == cohort).sum())


def _links(responses: pd.DataFrame, prepared: Prepared) -> dict[str, float | None]:
    """How those who answered before and at the last wave were linked; missing what there is not."""
    study = prepared.study
    unknown = dict.fromkeys(("persons", "in_one_row", "by_code", *LINKED))
    if study.link.method == "none" or not study.later_waves:
        return unknown
    places = ["file", "source_row"]
    before = responses.loc[responses["wave"] == study.baseline, [*WHO, *places]]
    after = responses[responses["wave"] == study.later_waves[-1]].merge(before, on=WHO, suffixes=("", "_before"))
    same_row = (after[places].to_numpy() == after[[f"{name}_before" for name in places]].to_numpy()).all(axis=1)
    apart = after[~same_row]
    persons = after["person"].nunique() if study.link.within == "study" else len(after)
    counts = unknown | {"persons": persons, "in_one_row": int(same_row.sum()), "by_code": len(apart)}
    if study.link.method != "code":
        return counts
    links = apart[["wave", *places]].merge(prepared.links, on=["wave", *places])
    near = int((links["how"] == "near").sum())
    wrong = float(len(links) - links["probability"].sum())
    return counts | {"linked_exact": len(links) - near, "linked_near": near, "linked_wrong": wrong}
