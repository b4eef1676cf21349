"""Scales of the process, and outcomes that were asked only later: no change is told of them, so they are described."""

import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.alike import Range, holds_one, nearly_equal, possible_scores, third
from rm_research.disclosure.coarse import bounded_mean
from rm_research.disclosure.sets import Behind, Circulated, Named
from rm_research.disclosure.tables import Counts
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared
from rm_research.stats.result import Vector
from rm_research.study import Study

NAN = float("nan")
GROUP = ["cohort", "role", "arm", "scale", "wave"]
DESCRIBED = [*GROUP, "n_people", "n_cohorts", "mean", "bound", "sd", "third"]


def shown_described(
    prepared: Prepared, behind: Behind, circulated: Circulated
) -> tuple[pd.DataFrame, list[Named]]:  # fmt: skip
    """
    Mean and standard deviation of scales of the process, and of outcomes that the baseline does not ask.

    Parameters
    ----------
    prepared : Prepared
    behind : Behind
        Whose questionnaires they are.
    circulated : Circulated
        What other numbers name; what these name is added.

    Returns
    -------
    DataFrame
        One row per cohort that may be shown ('all cohorts' for the people of all of these together that have a mean; of
        everybody where no cohort may be shown), role, arm, scale and wave: n_people (with a score), n_cohorts, mean and
        sd, in the scale's unit. bound: −1 where the mean is that or less, 1 where it is that or more; there is no sd
        then. third: where nearly all have one score, in which third of the scale (1 to 3; 0 for a scale without ends),
        in place of mean and sd.
    list of Named
        Groups of questionnaires that they name.
    """
    study, panel = prepared.study, prepared.panel
    late = [scale.name for scale in study.scales if not study.changes(scale.name)]
    panel = panel[panel["cohort"].isin(prepared.sound_cohorts) & panel["scale"].isin(late)]
    people = panel.dropna(subset=["role", "arm", "post"])
    of_cohorts = _described(people, study)
    asked = Counts(of_cohorts["n_people"], Threshold.of(study))
    shown = of_cohorts[~rules.hidden(rules.DESCRIBED, asked, of_cohorts.index)]
    named = {key: behind.of_answered(rows) for key, rows in people.groupby(GROUP)}
    taken = [key for key in shown[GROUP].itertuples(index=False, name=None) if circulated.takes(named[key])]
    shown = shown[pd.MultiIndex.from_frame(shown[GROUP]).isin(taken)]
    names = [named[key] for key in taken]
    if len(prepared.cohorts) < 2:
        return shown.reset_index(drop=True), names
    plain = shown.loc[shown["sd"].notna(), GROUP]
    among = people.merge(plain, on=GROUP).assign(stratum=lambda rows: rows["cohort"], cohort=ALL_COHORTS)
    everybody, more = _together(people, shown, behind, circulated)
    among = pd.concat([among, everybody], ignore_index=True)
    return pd.concat([shown, _described(among, study)], ignore_index=True), [*names, *more]


def _together(
    people: pd.DataFrame, shown: pd.DataFrame, behind: Behind, circulated: Circulated
) -> tuple[pd.DataFrame, list[Named]]:
    """People of all cohorts together, of groups of whom no cohort may be shown and everybody may; and their groups."""
    threshold, parts, names = Threshold.of(behind.study), [people.iloc[:0]], list[Named]()
    told_of = set(shown[GROUP[1:]].itertuples(index=False, name=None))
    for key, rows in people.groupby(GROUP[1:], observed=True):
        named = behind.of_answered(rows)
        if key not in told_of and threshold.enough(rows["person"].nunique()) and circulated.takes(named):
            parts.append(rows)
            names.append(named)
    everybody = pd.concat(parts)
    return everybody.assign(stratum=everybody["cohort"], cohort=ALL_COHORTS), names


def _described(people: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Mean and spread of each group as they may be shown, or what stands in their place."""
    rows = []
    for key, group in people.groupby(GROUP):
        cohorts = group["stratum" if "stratum" in group else "cohort"].nunique()
        scale = str(key[3])
        found = told(group["post"].to_numpy(float), study.scale_range(scale), possible_scores(scale, study))
        rows.append((*key, len(group), cohorts, *found))
    return pd.DataFrame(rows, columns=DESCRIBED).astype(dict.fromkeys(DESCRIBED[-4:], "float64"))


def told(scores: Vector, limits: Range, n_scores: int | None) -> tuple[float, float, float, float]:
    """Mean, on which side of it the true one is, standard deviation, and third of the scale where nearly all are."""
    if nearly_equal(scores):
        named = limits is not None and not holds_one(n_scores)
        return NAN, NAN, NAN, 1.0 + third(scores, limits) if limits and named else 0.0
    mean = bounded_mean(float(scores.mean()), limits, len(scores))
    return (mean.value, mean.side, NAN, NAN) if mean.side else (mean.value, NAN, float(scores.std(ddof=1)), NAN)
