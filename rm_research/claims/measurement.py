"""How well scales measured, in words: a limit on what may be said of measurement, beside the level of evidence."""

from collections.abc import Iterator

import pandas as pd

from rm_research.catalogue import Catalogue
from rm_research.claims.moments import moment
from rm_research.study import Item, Scale, Study


def rescaled(scale: Scale, study: Study) -> Iterator[tuple[str, Item]]:
    """Surveys with another number of points, whose answers are put on those of the others, each with one such item."""
    for wave in (study.wave(name) for name in (study.baseline, *study.later_waves)):
        asked = [(item.coded(wave.name, source.name), item) for item in study.common_items(scale.name)
                 for source in wave.sources]  # fmt: skip
        other = [own for own, item in asked if points(own) != points(item)]
        if other:
            yield wave.name, other[0]


def points(item: Item) -> float | None:
    """Length of the range of an item; None where it is unbounded."""
    return None if item.low is None or item.high is None else item.high - item.low


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
        rough_in = found.loc[found["limit"].eq("rough"), "wave"].tolist()
        if rough_in and scale.picked is None:  # scores that people were picked by differ little
            rough = words.listed([moment(wave, study, words) for wave in rough_in])
            texts.append(words.say("measurement.rough", scale=scale.title, waves=rough))
        if found["limit"].eq("no_scale").any():
            texts.append(words.say("measurement.no_scale", scale=scale.title))
        if found["limit"].eq("shifted").any():
            texts.append(words.say("measurement.shifted", scale=scale.title))
    return texts
