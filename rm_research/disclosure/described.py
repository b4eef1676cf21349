"""Scales that were asked only later: no change can be computed from them, so they are described."""

import pandas as pd

from rm_research.disclosure import rules
from rm_research.disclosure.tables import Described
from rm_research.disclosure.threshold import Threshold
from rm_research.effects.groups import ALL_COHORTS
from rm_research.panel import Prepared

GROUP = ["cohort", "role", "arm", "scale", "wave"]
DESCRIBED = [*GROUP, "n_people", "n_cohorts", "mean", "sd"]


def shown_described(prepared: Prepared) -> pd.DataFrame:
    """
    Mean and standard deviation of scales that the baseline does not ask.

    Parameters
    ----------
    prepared : Prepared

    Returns
    -------
    DataFrame
        One row per cohort that may be shown ('all cohorts' for the people of all of these together), role, arm, scale
        and later wave: n_people (with a score), n_cohorts, mean and sd, in the scale's unit.
    """
    study, panel = prepared.study, prepared.panel
    late = [scale.name for scale in study.scales if not study.measured(scale.name, study.baseline)]
    panel = panel[panel["cohort"].isin(prepared.sound_cohorts) & panel["scale"].isin(late)]
    people = panel.dropna(subset=["role", "arm", "post"])
    of_cohorts = _described(people)
    asked = Described(of_cohorts, Threshold.of(study))
    shown = of_cohorts[~rules.hidden(rules.DESCRIBED, asked, of_cohorts.index)]
    if len(prepared.cohorts) < 2:
        return shown.reset_index(drop=True)
    among = people.merge(shown[GROUP], on=GROUP).assign(stratum=lambda rows: rows["cohort"], cohort=ALL_COHORTS)
    return pd.concat([shown, _described(among)], ignore_index=True)


def _described(people: pd.DataFrame) -> pd.DataFrame:
    """Mean and spread of each group."""
    scores = people.assign(part=people["stratum"] if "stratum" in people else people["cohort"]).groupby(GROUP)
    table = scores["post"].agg(n_people="size", mean="mean", sd="std").assign(n_cohorts=scores["part"].nunique())
    return table.reset_index()[DESCRIBED]
