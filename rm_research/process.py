"""What the programme did: meetings of dyads, and how people changed by number of meetings."""

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
    Meetings of programme dyads in one cohort or all.

    Parameters
    ----------
    prepared : Prepared
    cohort : str, optional
        One cohort; by default all cohorts without errors.

    Returns
    -------
    DataFrame
        One row per cohort: dyads (of the programme's arms), met (dyads with a meeting), meetings and hours (sums over
        them; hours missing if a dyad that met has none logged). No rows without a log. None of it is an answer.
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


def change_by_meetings(panel: pd.DataFrame, *, study: Study) -> pd.DataFrame:
    """
    Mean change of people who had a similar number of meetings, over all cohorts of a Panel.

    Parameters
    ----------
    panel : DataFrame
        Panel rows of one scale and later wave, for the cohorts and arms that may be shown; cohorts that are combined
        have one name.
    study : Study
        Its smallest group.

    Returns
    -------
    DataFrame
        One row per role, arm and band of meetings: role, arm, scale, wave, low and high (meetings, both included),
        n_people, estimate, ci_low, ci_high (mean change of those with both scores, Student's t interval). Bands are
        thirds of the people, or halves; each has at least as many different people as the study's smallest group.
        Without such bands there are no rows. A cohort in which a few people left or have no log is left out, because
        comparing the bands with the figures for everyone would reveal those people's answers; it stays in if
        several cohorts have such people and together they are not few. An association, not an effect.
    """
    rows = [
        {"role": role, "arm": arm, "scale": scale, "wave": wave, **band}
        for (role, arm, scale, wave), people in panel.groupby(["role", "arm", "scale", "wave"])
        for band in _bands(_without_revealing_cohorts(people, study), study)
    ]
    return pd.DataFrame(rows, columns=BY_MEETINGS)


def _without_revealing_cohorts(people: pd.DataFrame, study: Study) -> pd.DataFrame:
    """People with both scores and a log, without cohorts in which the few who lack either could be identified."""
    before, both = people["pre"].notna(), people[["pre", "post"]].notna().all(axis=1)
    lacking = pd.DataFrame({"left": before & ~both, "unlogged": both & people["sessions"].isna()})
    counts = lacking.groupby(people["cohort"]).sum()
    while (revealing := _revealing(counts, study.reporting.smallest_group)).any():
        counts = counts[~revealing]
    return people[both & people["sessions"].notna() & people["cohort"].isin(counts.index)]


def _revealing(counts: pd.DataFrame, smallest: int) -> pd.Series:
    """Cohorts (rows) in which few people lack something (columns); not if several have such and they add up to many."""
    few = counts.where(counts.gt(0) & counts.lt(smallest))
    hidden_by_others = few.count().ge(2) & few.sum().ge(smallest)
    return (few.notna() & ~hidden_by_others).any(axis=1)


def _bands(people: pd.DataFrame, study: Study) -> list[dict[str, float]]:
    """Bands of meetings with the mean change of the people in each."""
    if people.empty or study.link.method == "none":
        return []
    met = people["sessions"].to_numpy(int)
    values, counts = np.unique(met, return_counts=True)
    for parts in MOST_BANDS if len(values) > 1 else ():
        # people with equally many meetings share a band; it ends at the value nearest to the third or half
        shares = np.cumsum(counts)[:-1, None] / len(met) - np.arange(1, parts) / parts
        band = np.searchsorted(values[np.unique(np.abs(shares).argmin(axis=0))], met)
        different = people["person"].groupby(band).nunique()
        if len(different) == parts and different.min() >= study.reporting.smallest_group:
            return _mean_changes(people, band, study)
    return []


def _mean_changes(people: pd.DataFrame, band: np.ndarray, study: Study) -> list[dict[str, float]]:
    bands = []
    for _, group in people.groupby(band):
        pre, post = (group[name].to_numpy(float) for name in ("pre", "post"))
        try:
            result = paired_t(pre, post, level=study.reporting.level)
        except NotEstimableError:
            return []
        ends = {"low": int(group["sessions"].min()), "high": int(group["sessions"].max())}
        numbers = {"estimate": result.estimate, "ci_low": result.ci_low, "ci_high": result.ci_high}
        bands.append(ends | {"n_people": len(group)} | numbers)
    return bands
