"""Counts of people, questionnaires and meetings that pages show in full: taking part is not an answer."""

import pandas as pd

from rm_research.checks import response_flow
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared
from rm_research.process import meetings

WHO = ["cohort", "person"]


def participation(prepared: Prepared) -> dict[str, pd.DataFrame]:
    """
    Tables of counts of the whole study, each with the column `cohort` ('all cohorts' for the programme).

    Returns
    -------
    dict of str to DataFrame
        `cohorts`: one row per cohort and one for all, see `_counts`. `response`: one row per cohort, role and arm, from
        `response_flow`. `meetings`: one row per cohort, from `meetings`.
    """
    sound = list(prepared.sound_cohorts)
    flows = [response_flow(prepared, cohort).assign(cohort=cohort or ALL_COHORTS) for cohort in (None, *sound)]
    response = pd.concat(flows, ignore_index=True)
    return {
        "cohorts": pd.DataFrame([_counts(prepared, cohort) for cohort in (*prepared.cohorts, None)]),
        "response": response[["cohort", *response.columns.drop("cohort")]],
        "meetings": meetings(prepared),
    }


def _counts(prepared: Prepared, cohort: str | None) -> dict[str, object]:
    """
    Counts of a cohort, or of all cohorts without errors.

    failed (whether its data have an error), invited, came (of those invited, who answered before), without_code
    (questionnaires), repeats (people who take part in another cohort too), linked_exact and linked_near (people who
    answered before and at the last wave, by how their codes were matched), linked_wrong (expected number of wrong
    links), first and last (month in which questionnaires came in, as 2025-03; missing where no export says).
    """
    cohorts = prepared.sound_cohorts if cohort is None else (cohort,)
    people = prepared.people[prepared.people["cohort"].isin(cohorts)]
    responses = prepared.responses[prepared.responses["cohort"].isin(cohorts)]
    invited = people.loc[people["invited"].eq(True).fillna(False), WHO]
    before = responses.loc[responses["wave"] == prepared.study.baseline, WHO].drop_duplicates()
    blank = prepared.problems[prepared.problems["rule"] == "blank_code"]
    submitted = responses["submitted"].dropna().dt.strftime("%Y-%m")
    return {
        "cohort": cohort or ALL_COHORTS,
        "failed": cohort is not None and bool(prepared.errors_of(cohort)),
        "invited": len(invited),
        "came": len(invited.merge(before)),
        "without_code": len(blank) if cohort is None else int((blank["cohort"] == cohort).sum()),
        "repeats": _repeats(people, prepared),
        **_links(responses, prepared),
        "first": submitted.min() if len(submitted) else None,
        "last": submitted.max() if len(submitted) else None,
    }


def _repeats(people: pd.DataFrame, prepared: Prepared) -> int:
    if prepared.study.link.within == "cohort":
        return 0
    everywhere = prepared.people["person"]
    return int(people.loc[people["person"].isin(everywhere[everywhere.duplicated()]), "person"].nunique())


def _links(responses: pd.DataFrame, prepared: Prepared) -> dict[str, float]:
    """Links of people who answered before and at the last wave; 0 where codes are not compared."""
    study = prepared.study
    if study.link.method != "code" or not study.later_waves:
        return {"linked_exact": 0, "linked_near": 0, "linked_wrong": 0.0}
    before = responses.loc[responses["wave"] == study.baseline, WHO]
    after = responses[responses["wave"] == study.later_waves[-1]].merge(before, on=WHO)
    places = ["wave", "file", "source_row"]
    links = after[places].merge(prepared.links, on=places)
    near = int((links["how"] == "near").sum())
    wrong = float(len(links) - links["probability"].sum())
    return {"linked_exact": len(links) - near, "linked_near": near, "linked_wrong": wrong}
