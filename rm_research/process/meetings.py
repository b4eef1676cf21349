"""Counts of meetings, and of pairs that met as planned."""

import numpy as np
import pandas as pd

from rm_research.panel import Prepared
from rm_research.process.pairs import as_planned, pairs_of, planned

HELD = ("meetings", "first_meeting", "regularity", "minutes")  # what a plan says of meetings


def meetings(prepared: Prepared, cohort: str | None = None) -> pd.DataFrame:
    """
    Meetings of programme dyads, of one cohort or all.

    Parameters
    ----------
    prepared : Prepared
    cohort : str, optional
        One cohort; all that have no error unless given.

    Returns
    -------
    DataFrame
        One row a cohort: dyads (of the programme's arms), met (dyads with a meeting), meetings and hours (sums over
        them; hours missing where a dyad that met has none logged); and for each thing that was planned of meetings,
        dyads that did as planned and of how many it is known: meetings_as_planned, meetings_of and so on, missing where
        nothing was. No rows without a log. Nothing in it is an answer.
    """
    cohorts = prepared.sound_cohorts if cohort is None else (cohort,)
    pairs = pairs_of(prepared, cohorts)
    pairs = pairs[pairs["meetings"].notna()]
    minutes = prepared.dyads.drop_duplicates(["cohort", "dyad"]).set_index(["cohort", "dyad"])["minutes"]
    pairs = pairs.assign(hours=pairs.join(minutes.rename("all"), on=["cohort", "dyad"])["all"] / 60)
    rows = [_counts(name, of, prepared) for name, of in pairs.groupby("cohort")]
    table = pd.DataFrame(rows, columns=COLUMNS).sort_values("cohort", key=lambda names: names.map(cohorts.index))
    return table.reset_index(drop=True).astype({"cohort": "str"} | dict.fromkeys(COUNTS, "Int64"))


PARTS = tuple(f"{name}_{part}" for name in HELD for part in ("as_planned", "of"))
COUNTS = ("dyads", "met", "meetings", *PARTS)
COLUMNS = ["cohort", "dyads", "met", "meetings", "hours", *PARTS]


def _counts(cohort: object, pairs: pd.DataFrame, prepared: Prepared) -> dict[str, object]:
    programme = prepared.study.programme
    counts: dict[str, object] = {
        "cohort": cohort, "dyads": len(pairs), "met": int((pairs["meetings"] > 0).sum()),
        "meetings": int(pairs["meetings"].sum()), "hours": pairs["hours"].sum(skipna=False),
    }  # fmt: skip
    for name in HELD:
        did = as_planned(pairs, name, programme)
        known = name in planned(programme)
        counts[f"{name}_as_planned"] = int(np.nansum(did)) if known else pd.NA
        counts[f"{name}_of"] = int(did.notna().sum()) if known else pd.NA
    return counts
