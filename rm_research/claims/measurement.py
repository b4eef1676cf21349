"""How well scales measured, in words: a limit on what may be said of measurement, beside the level of evidence."""

import pandas as pd

from rm_research.catalogue import Catalogue
from rm_research.study import Scale, Study

ROUGH_BELOW = 0.7  # alpha, wherever in Feldt's interval it lies
ONE_SCALE = 0.90  # CFI of the same items behind one factor a wave; below it the levels above mean nothing
# equalities that the data reject: fit falls by more than this (Cheung & Rensvold 2002, Struct. Equ.
# Modeling 9:233) and by more than chance
WORSE_BY, CHANCE = 0.01, 0.05


def measurement_limits(
    reliability: pd.DataFrame, invariance: pd.DataFrame, *, study: Study, words: Catalogue
) -> list[str]:
    """
    Sentences on scales that measured imprecisely, whose items are no scale, or whose meaning may have shifted.

    Parameters
    ----------
    reliability : DataFrame
        Reliability as `assess_reliability` makes it, disclosed. Read: scale, wave, item, alpha_high. A row whose
        numbers are hidden or missing gives no sentence.
    invariance : DataFrame
        Invariance as `assess_invariance` makes it, disclosed. Read: scale, compared, level, descriptive, improper,
        cfi, d_cfi, d_p_value. Comparisons of roles, and levels that are descriptive or improper, give no sentence;
        further levels only where the configural one fits.
    study : Study
    words : Catalogue

    Returns
    -------
    list of str
        In the order of the study's scales; no numbers in them. Empty where there is no such limit.
    """
    limits = []
    for scale in study.scales:
        if not study.measured(scale.name, study.baseline):
            continue  # there is no change that could be missed
        waves = _rough_waves(reliability, scale, study)
        if waves:
            rough = words.listed([when(wave, words) for wave in waves])
            limits.append(words.say("measurement.rough", scale=scale.title, waves=rough))
        over_time = _over_time(invariance, scale, study)
        if _is_no_scale(over_time):
            limits.append(words.say("measurement.no_scale", scale=scale.title))
        if _shifted(over_time):
            limits.append(words.say("measurement.shifted", scale=scale.title))
    return limits


def _rough_waves(reliability: pd.DataFrame, scale: Scale, study: Study) -> list[str]:
    """Waves in which alpha of a scale is low even at the upper end of its interval, in their order."""
    whole = reliability[reliability["scale"].eq(scale.name) & reliability["item"].isna()]
    rough = set(whole.loc[whole["alpha_high"].lt(ROUGH_BELOW), "wave"])
    return [wave.name for wave in study.waves if wave.name in rough]


def _over_time(invariance: pd.DataFrame, scale: Scale, study: Study) -> pd.DataFrame:
    """Levels of a scale between the baseline and later waves, from enough people."""
    rows = invariance[invariance["scale"].eq(scale.name) & invariance["compared"].isin(study.waves_compared)]
    return rows[~rows["descriptive"].fillna(True).astype(bool)]


def _is_no_scale(rows: pd.DataFrame) -> bool:
    """Whether the items do not go together, in some comparison; an improper solution only makes the fit look better."""
    return bool((rows["level"].eq("configural") & rows["cfi"].lt(ONE_SCALE)).any())


def _shifted(rows: pd.DataFrame) -> bool:
    """Whether equal loadings or equal intercepts are not tenable, where the same items form a scale at both waves."""
    form_one = rows.loc[rows["level"].eq("configural") & rows["cfi"].ge(ONE_SCALE), "compared"]
    rows = rows[rows["level"].isin(["metric", "scalar"]) & rows["compared"].isin(form_one)]
    proper = ~rows["improper"].fillna(True).astype(bool)
    return bool((proper & rows["d_cfi"].lt(-WORSE_BY) & rows["d_p_value"].lt(CHANCE)).any())


def when(wave: str, words: Catalogue) -> str:
    """When a wave was, within a sentence: 'after', or 'at follow-up'."""
    return words.say(f"waves.{wave}") if words.has(f"waves.{wave}") else words.say("measurement.at", wave=wave)
