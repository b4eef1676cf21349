"""What the programme did: meetings of dyads, and the change of people who met often or seldom."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from rm_research.panel import Prepared
from rm_research.stats.paired import paired_t
from rm_research.stats.result import NotEstimableError
from rm_research.study import Study

BY_MEETINGS = ["role", "arm", "scale", "wave", "low", "high", "n_people", "estimate", "ci_low", "ci_high"]
MOST_BANDS = (3, 2)


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
    return counts.assign(hours=by_cohort["hours"].sum(skipna=False)).reset_index()


def change_by_meetings(prepared: Prepared, cohorts: Collection[str], *, scale: str, wave: str) -> pd.DataFrame:
    """
    Mean change of people who met a similar number of times, over all of some cohorts.

    Parameters
    ----------
    prepared : Prepared
    cohorts : collection of str
        Those that may be shown, alone or together with others.
    scale, wave : str
        Which change.

    Returns
    -------
    DataFrame
        One row a role, arm of the programme and band of meetings: role, arm, scale, wave, low and high (meetings,
        both included), n_people, estimate, ci_low, ci_high (mean change of those with both scores, Student's t
        interval). Bands are thirds of the people, or halves, each of at least as many as the study's smallest group. No
        rows where there are no such bands, or where fewer than that many people are in none for want of a log: their
        change could be worked out from the whole. An association, not an effect.
    """
    panel, study = prepared.panel, prepared.study
    mine = panel[panel["cohort"].isin(cohorts) & (panel["scale"] == scale) & (panel["wave"] == wave)]
    mine = mine[mine["arm"] != study.comparison].dropna(subset=["pre", "post"])
    rows = [
        {"role": role, "arm": arm, "scale": scale, "wave": wave, **band}
        for (role, arm), people in mine.groupby(["role", "arm"])
        for band in _bands(people, study)
    ]
    return pd.DataFrame(rows, columns=BY_MEETINGS)


def _bands(people: pd.DataFrame, study: Study) -> list[dict[str, float]]:
    """Bands of meetings with the mean change of the people in each."""
    smallest, logged = study.reporting.smallest_group, people[people["sessions"].notna()]
    if 0 < len(people) - len(logged) < smallest or study.link.method == "none":
        return []
    met = logged["sessions"].to_numpy(int)
    for parts in MOST_BANDS:
        inner = np.quantile(met, np.arange(1, parts) / parts, method="inverted_cdf") if len(met) else met
        band = np.searchsorted(inner, met)  # of people who met equally often all are in one
        if len(np.unique(band)) == parts and np.bincount(band).min() >= smallest:
            return _mean_changes(logged, band, study)
    return []


def _mean_changes(people: pd.DataFrame, band: np.ndarray, study: Study) -> list[dict[str, float]]:
    found = []
    for _, group in people.groupby(band):
        pre, post = (group[name].to_numpy(float) for name in ("pre", "post"))
        try:
            result = paired_t(pre, post, level=study.reporting.level)
        except NotEstimableError:
            return []
        ends = {"low": int(group["sessions"].min()), "high": int(group["sessions"].max())}
        numbers = {"estimate": result.estimate, "ci_low": result.ci_low, "ci_high": result.ci_high}
        found.append(ends | {"n_people": len(group)} | numbers)
    return found
