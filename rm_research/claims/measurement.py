"""How well scales measured, in words: a limit on what may be said of measurement, beside the level of evidence."""

import pandas as pd

from rm_research.catalogue import Catalogue
from rm_research.claims.moments import moment
from rm_research.study import Study


def measurement_limits(limits: pd.DataFrame, *, study: Study, words: Catalogue) -> list[str]:
    """
    Sentences on scales that measured imprecisely, whose items are no scale, or whose meaning may have shifted.

    Parameters
    ----------
    limits : DataFrame
        As `limits_of_measurement` makes them.
    study : Study
    words : Catalogue

    Returns
    -------
    list of str
        In the order of the study's scales; no numbers in them. Empty where there is no such limit.
    """
    texts = []
    for scale in study.scales:
        found = limits[limits["scale"].eq(scale.name)]
        if waves := found.loc[found["limit"].eq("rough"), "wave"].tolist():
            rough = words.listed([moment(wave, study, words) for wave in waves])
            texts.append(words.say("measurement.rough", scale=scale.title, waves=rough))
        if found["limit"].eq("no_scale").any():
            texts.append(words.say("measurement.no_scale", scale=scale.title))
        if found["limit"].eq("shifted").any():
            texts.append(words.say("measurement.shifted", scale=scale.title))
    return texts
