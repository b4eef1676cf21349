"""Scales that were asked only later: no change can be computed from them, so they are described."""

import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.alike import answered_alike
from rm_research.disclosure.sets import Behind, Circulated, Named
from rm_research.disclosure.tables import Described
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared
from rm_research.study import Study

GROUP = ["cohort", "role", "arm", "scale", "wave"]
DESCRIBED = [*GROUP, "n_people", "n_cohorts", "mean", "sd"]


def shown_described(
    prepared: Prepared, behind: Behind, circulated: Circulated
) -> tuple[pd.DataFrame, list[Named]]:  # fmt: skip
    """
    Mean and standard deviation of scales that the baseline does not ask.

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
        One row per cohort that may be shown ('all cohorts' for the people of all of these together), role, arm, scale
        and later wave: n_people (with a score), n_cohorts, mean and sd, in the scale's unit.
    list of Named
        Groups of questionnaires that they name.
    """
    study, panel = prepared.study, prepared.panel
    late = [scale.name for scale in study.scales if not study.measured(scale.name, study.baseline)]
    panel = panel[panel["cohort"].isin(prepared.sound_cohorts) & panel["scale"].isin(late)]
    people = panel.dropna(subset=["role", "arm", "post"])
    of_cohorts = _described(people, study)
    asked = Described(of_cohorts, Threshold.of(study))
    shown = of_cohorts[~rules.hidden(rules.DESCRIBED, asked, of_cohorts.index)]
    named = {key: behind.of_answered(rows) for key, rows in people.groupby(GROUP)}
    taken = [key for key in shown[GROUP].itertuples(index=False, name=None) if circulated.takes(named[key])]
    shown = shown[pd.MultiIndex.from_frame(shown[GROUP]).isin(taken)].drop(columns="alike")
    names = [named[key] for key in taken]
    if len(prepared.cohorts) < 2:
        return shown.reset_index(drop=True), names
    among = people.merge(shown[GROUP], on=GROUP).assign(stratum=lambda rows: rows["cohort"], cohort=ALL_COHORTS)
    return pd.concat([shown, _described(among, study).drop(columns="alike")], ignore_index=True), names


def _described(people: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Mean and spread of each group, and whether its people answered alike."""
    scores = people.assign(part=people["stratum"] if "stratum" in people else people["cohort"]).groupby(GROUP)
    table = scores["post"].agg(n_people="size", mean="mean", sd="std").assign(n_cohorts=scores["part"].nunique())
    table["alike"] = [
        answered_alike(rows["post"].to_numpy(float), study.scale_range(str(key[3]))) for key, rows in scores
    ]
    return table.reset_index()[[*DESCRIBED, "alike"]]
