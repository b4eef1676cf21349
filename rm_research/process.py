"""What the programme did: meetings of dyads."""

import pandas as pd

from rm_research.panel import Prepared


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
        them; hours missing where a dyad that met has none logged). No rows without a log. Nothing in it is an answer.
    """
    cohorts = prepared.sound_cohorts if cohort is None else (cohort,)
    dyads, people = prepared.dyads[prepared.dyads["cohort"].isin(cohorts)], prepared.people
    arms = people.set_index(["cohort", "person"])["arm"]
    arm = dyads.join(arms, on=["cohort", "leader"])["arm"]
    logged = dyads[dyads["sessions"].notna() & (arm != prepared.study.comparison)]
    # a dyad with two leaders has two rows but one log
    once = logged.drop_duplicates(["cohort", "dyad"])
    by_cohort = once.assign(met=once["sessions"] > 0, hours=once["minutes"] / 60).groupby("cohort")
    counts = by_cohort.agg(dyads=("dyad", "size"), met=("met", "sum"), meetings=("sessions", "sum"))
    counts = counts.assign(hours=by_cohort["hours"].sum(skipna=False))
    return counts.loc[[name for name in cohorts if name in counts.index]].reset_index()
