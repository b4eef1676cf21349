"""What the two sides of a pair say of the same thing, and how far they agree."""

from collections.abc import Iterator

import pandas as pd

from rm_research.effects.dyads import LEADER, MENTOR, one_to_one
from rm_research.panel import Prepared
from rm_research.stats.intraclass import retest_correlation
from rm_research.stats.paired import paired_t
from rm_research.stats.result import NotEstimableError, Result

SIDES = (LEADER, MENTOR)
DIFFERENCE, AGREEMENT = "difference", "icc"


def both_sides(prepared: Prepared) -> pd.DataFrame:
    """
    What leader and mentor of each pair say, of scales of the process that both are asked.

    Returns
    -------
    DataFrame
        One row per pair of the programme's arms whose members have no other partner, scale and wave: cohort, dyad,
        scale, wave, arm, leader and mentor (persons), score_leader and score_mentor (missing where they gave none).
        In the order of the study; no rows where waves are not linked.
    """
    parts = list(_of_scales(prepared))
    columns = ["cohort", "dyad", "scale", "wave", "arm", *SIDES, *(f"score_{side}" for side in SIDES)]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _of_scales(prepared: Prepared) -> Iterator[pd.DataFrame]:
    study, panel = prepared.study, prepared.sound_panel
    if study.link.method == "none":
        return
    dyads = one_to_one(prepared.dyads)[["cohort", "dyad", *SIDES]]
    for scale in study.process_scales:
        for wave in study.occasions(scale.name):
            asked = panel[panel["scale"].eq(scale.name) & panel["wave"].eq(wave)]
            pairs = dyads.assign(scale=scale.name, wave=wave)
            for side in SIDES:
                theirs = asked.loc[asked["role"].eq(side), ["cohort", "person", "arm", "post"]]
                theirs = theirs.rename(columns={"person": side, "post": f"score_{side}", "arm": f"arm_{side}"})
                pairs = pairs.merge(theirs, on=["cohort", side])
            pairs = pairs[pairs["arm_leader"].eq(pairs["arm_mentor"]) & ~pairs["arm_leader"].isin([study.comparison])]
            yield pairs.assign(arm=pairs["arm_leader"])


def agreement(pairs: pd.DataFrame, *, level: float) -> dict[str, Result | None]:
    """
    Mean difference of the two sides (leader − mentor) and their agreement, ICC(A,1); None where there is none.

    Parameters
    ----------
    pairs : DataFrame
        Of one scale and wave, from `both_sides`; pairs with one side only are left out.
    level : float
        Of the intervals.
    """
    leaders, mentors = (pairs[f"score_{side}"].to_numpy(float) for side in SIDES)
    found: dict[str, Result | None] = {}
    for measure, compute in ((DIFFERENCE, paired_t), (AGREEMENT, retest_correlation)):
        try:
            found[measure] = compute(mentors, leaders, level=level)
        except NotEstimableError:
            found[measure] = None
    return found
