"""How well scales measured, in words: a limit of the claims in addition to the level of evidence."""

import pandas as pd

from rm_research.catalogue import Catalogue
from rm_research.study import Scale, Study

ROUGH_BELOW = 0.6  # alpha or omega
# equalities that the data reject: fit falls by more than this (Cheung & Rensvold 2002, Struct. Equ.
# Modeling 9:233) and by more than chance
WORSE_BY, CHANCE = 0.01, 0.05


def measurement_limits(
    reliability: pd.DataFrame, invariance: pd.DataFrame, *, study: Study, words: Catalogue
) -> list[str]:
    """
    Sentences on scales that measured imprecisely, and on scales whose meaning may have shifted between the surveys.

    Parameters
    ----------
    reliability : DataFrame
        Reliability as `assess_reliability` makes it, disclosed. Read: scale, wave, item, alpha, omega. A row whose
        numbers are hidden or missing gives no sentence.
    invariance : DataFrame
        Invariance as `assess_invariance` makes it, disclosed. Read: scale, compared, level, descriptive, improper,
        d_cfi, d_p_value. Comparisons of roles, and levels that are descriptive or improper, give no sentence.
    study : Study
    words : Catalogue

    Returns
    -------
    list of str
        In the order of the study's scales; no numbers in them. Empty where there is no such limit.
    """
    limits = []
    for scale in study.scales:
        waves = _rough_waves(reliability, scale, study)
        if waves:
            when = words.listed([_when(wave, words) for wave in waves])
            limits.append(words.say("measurement.rough", scale=scale.title, waves=when))
        if _shifted(invariance, scale, study):
            limits.append(words.say("measurement.shifted", scale=scale.title))
    return limits


def _rough_waves(reliability: pd.DataFrame, scale: Scale, study: Study) -> list[str]:
    """Waves in which alpha or omega of a scale is low, in their order."""
    whole = reliability[reliability["scale"].eq(scale.name) & reliability["item"].isna()]
    rough = set(whole.loc[whole[["alpha", "omega"]].min(axis=1).lt(ROUGH_BELOW), "wave"])
    return [wave.name for wave in study.waves if wave.name in rough]


def _shifted(invariance: pd.DataFrame, scale: Scale, study: Study) -> bool:
    """Whether equal loadings or equal intercepts are not tenable between the baseline and a later wave."""
    rows = invariance[invariance["scale"].eq(scale.name) & invariance["compared"].isin(study.waves_compared)]
    rows = rows[rows["level"].isin(["metric", "scalar"])]
    relied_on = ~(rows["descriptive"].fillna(True).astype(bool) | rows["improper"].fillna(True).astype(bool))
    return bool((relied_on & rows["d_cfi"].lt(-WORSE_BY) & rows["d_p_value"].lt(CHANCE)).any())


def _when(wave: str, words: Catalogue) -> str:
    return words.say(f"waves.{wave}") if words.has(f"waves.{wave}") else words.say("measurement.at", wave=wave)
