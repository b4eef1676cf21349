"""Change of people who met often or seldom, in bands with enough people."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.clusters import tells_few, who_share_across
from rm_research.disclosure.gate import Disclosed
from rm_research.disclosure.sets import Behind, Circulated, Named
from rm_research.disclosure.tables import Counts, Lacking
from rm_research.disclosure.threshold import Threshold
from rm_research.disclosure.together import Together
from rm_research.effects.groups import ALL_COHORTS, STRATUM, shared
from rm_research.effects.methods import Contrast
from rm_research.stats.baseline import change_of_both
from rm_research.stats.result import NotEstimableError
from rm_research.study import Study
from rm_research.synthesis import clusters_of

BY_MEETINGS = ["role", "arm", "scale", "wave", "low", "high", "n_people", "estimate", "ci_low", "ci_high"]
MOST_BANDS = (3, 2)


def shown_meetings(
    panel: pd.DataFrame, shown: Disclosed, together: Together, study: Study, behind: Behind,
    circulated: Circulated,
) -> tuple[pd.DataFrame, list[Named]]:  # fmt: skip
    """
    Change by meetings for the first outcome, of everyone in cohorts that are shown, separately or combined.

    The second is what the bands name.
    """
    scale, parts = study.first_scale.name, []
    named: list[Named] = []
    threshold = Threshold.of(study)

    def may_be_shown(bands: Sequence[pd.DataFrame]) -> bool:
        sides = [(band["cluster"], band["person"]) for band in bands]
        if threshold.few(who_share_across(sides)):
            return False  # next to the error of all, those of the bands would tell how these few differ together
        if _beside_a_slope(bands, shown) and threshold.few(_apart_within(bands)):
            return False  # the slope weighs these few otherwise than all others of their bands
        if any(tells_few(*side, threshold) for side in sides):
            return False
        parts = [behind.of_people(band) for band in bands]
        named.extend(parts if (shows := circulated.may_cross(parts)) else [])
        return shows

    waves = [wave for wave in study.later_waves if study.measured(scale, wave)][:1]
    rows = shown.headlines[shown.headlines["contrast"].eq("change") & shown.headlines["estimate"].notna()]
    rows = rows[rows["scale"].eq(scale) & rows["wave"].isin(waves) & ~rows["arm"].isin([study.comparison])]
    for arm in dict.fromkeys(rows["arm"]):
        of_arm = rows[rows["arm"] == arm]
        places = pd.MultiIndex.from_frame(of_arm[["cohort", "role", "wave"]])
        people = together.within(panel[panel["arm"].eq(arm) & panel["scale"].eq(scale)], "change", arm)
        here = pd.MultiIndex.from_frame(people[["cohort", "role", "wave"]]).isin(places)
        parts.append(change_by_meetings(people[here], study=study, may_be_shown=may_be_shown))
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=BY_MEETINGS)
    cohorts = panel["cohort"].unique()
    place = ALL_COHORTS if len(cohorts) > 1 else "".join(cohorts)
    return whole.assign(cohort=place)[["cohort", *BY_MEETINGS]], named


def _beside_a_slope(bands: Sequence[pd.DataFrame], shown: Disclosed) -> bool:
    """Whether a slope on meetings is shown of the people in some bands."""
    table, of = shown.table, bands[0].iloc[0]
    slopes = table[table["contrast"].eq(Contrast.DOSE) & table["estimate"].notna()]
    return bool(slopes[["role", "arm", "scale", "wave"]].eq(of[["role", "arm", "scale", "wave"]]).all(axis=1).any())


def _apart_within(bands: Sequence[pd.DataFrame]) -> int:
    """How many people met more or less often than most of their band."""
    return sum(len(band) - int(band["sessions"].value_counts().max()) for band in bands)


def change_by_meetings(
    panel: pd.DataFrame, *, study: Study, may_be_shown: Callable[[Sequence[pd.DataFrame]], bool] = bool
) -> pd.DataFrame:  # fmt: skip
    """
    Mean change of people who met a similar number of times, over all cohorts of a Panel.

    Parameters
    ----------
    panel : DataFrame
        Panel rows of one scale and later wave, and of the cohorts and arms that may be shown; combined cohorts
        have one name.
    study : Study
        Its smallest group.
    may_be_shown : callable, optional
        Whether numbers of bands, given as rows of the Panel, may stand next to all others.

    Returns
    -------
    DataFrame
        One row per role, arm and band of meetings: role, arm, scale, wave, low and high (meetings, both included),
        n_people, estimate, ci_low, ci_high (mean change of those with both scores, by clusters as every change; no
        interval where all are of one cluster). Bands are thirds of the people, or halves, each of at least as many
        different people as the study's smallest group; no rows where there are no such bands. A cohort is left out if
        at least one person but too few people left or have no log, unless several such cohorts have enough of them
        together: otherwise their answers could be worked out from the numbers for everybody. An association, not an
        effect.
    """
    rows = [
        {"role": role, "arm": arm, "scale": scale, "wave": wave, **band}
        for (role, arm, scale, wave), people in panel.groupby(["role", "arm", "scale", "wave"])
        for band in _bands(_without_few(people, study), study, may_be_shown, threshold=Threshold.of(study))
    ]
    return pd.DataFrame(rows, columns=BY_MEETINGS)


def own_meetings(panel: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Change by meetings of every group of two people or more in each band: for the researcher's own eyes.

    Returns
    -------
    DataFrame
        As `shown_meetings`, for every scale, and for each cohort as well as for all.
    """
    met = panel[panel[["pre", "post"]].notna().all(axis=1) & panel["sessions"].notna()]
    everywhere = met.assign(cohort=ALL_COHORTS)
    everywhere[STRATUM] = met["cohort"]
    rows = [
        dict(zip(["cohort", "role", "arm", "scale", "wave"], map(str, key), strict=True)) | band
        for part in (everywhere, met)
        for key, people in part.groupby(["cohort", "role", "arm", "scale", "wave"], observed=True, sort=False)
        for band in _bands(people, study, lambda bands: True, threshold=Threshold(2))
    ]
    return pd.DataFrame(rows, columns=["cohort", *BY_MEETINGS])


def _without_few(people: pd.DataFrame, study: Study) -> pd.DataFrame:
    """People with both scores and a log, without cohorts where few people lack either and could be identified."""
    before, both = people["pre"].notna(), people[["pre", "post"]].notna().all(axis=1)
    lacking = pd.DataFrame({"left": before & ~both, "unlogged": both & people["sessions"].isna()})
    counts = lacking.groupby(people["cohort"]).sum()
    while (apart := _told_apart(counts, study)).any():
        counts = counts[~apart]
    return people[both & people["sessions"].notna() & people["cohort"].isin(counts.index)]


def _told_apart(counts: pd.DataFrame, study: Study) -> pd.Series:
    """Cohorts (rows) where people who lack something (columns) could be identified."""
    return rules.hidden(rules.MEETINGS, Lacking(counts, Threshold.of(study)), counts.index)


def _bands(
    people: pd.DataFrame, study: Study, may_be_shown: Callable[[Sequence[pd.DataFrame]], bool], *,
    threshold: Threshold,
) -> list[dict[str, float]]:  # fmt: skip
    """Bands of meetings with the mean change of the people in each."""
    if people.empty or study.link.method == "none":
        return []
    met = people["sessions"].to_numpy(int)
    values, counts = np.unique(met, return_counts=True)
    for parts in MOST_BANDS if len(values) > 1 else ():
        # people who met equally often are in one band, whose end is the value nearest to the third or half
        shares = np.cumsum(counts)[:-1, None] / len(met) - np.arange(1, parts) / parts
        band = np.searchsorted(values[np.unique(np.abs(shares).argmin(axis=0))], met)
        different = people["person"].groupby(band).nunique()
        few = rules.hidden(rules.BANDS_OF_MEETINGS, Counts(different, threshold), different.index)
        bands = [part for _, part in people.groupby(band)]
        if len(different) == parts and not few.any() and may_be_shown(bands):
            return _mean_changes(people, band, study)
    return []


def _mean_changes(people: pd.DataFrame, band: np.ndarray, study: Study) -> list[dict[str, float]]:
    rows = []
    for _, group in people.groupby(band):
        pre, post = (group[name].to_numpy(float) for name in ("pre", "post"))
        clusters = clusters_of(group.assign(own=group[STRATUM if STRATUM in group else "cohort"]), study)
        try:
            result = change_of_both(pre, post, level=study.reporting.level, clusters=shared(clusters))
        except NotEstimableError:
            return []
        ends = {"low": int(group["sessions"].min()), "high": int(group["sessions"].max())}
        numbers = {"estimate": result.estimate, "ci_low": result.ci_low, "ci_high": result.ci_high}
        rows.append(ends | {"n_people": len(group)} | numbers)
    return rows
