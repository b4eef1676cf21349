"""Names of surveys: as a label, and as the time within a sentence."""

from rm_research.catalogue import Catalogue
from rm_research.study import Study


def wave_name(wave: str, words: Catalogue) -> str:
    """Name of a survey as readers see it: a common name in their language, else the study's own."""
    return words.say(f"waves.{wave}") if words.has(f"waves.{wave}") else wave


def when(wave: str, words: Catalogue) -> str:
    """When a survey was, within a sentence: 'after', or 'at follow-up'."""
    name = wave_name(wave, words)
    return name if name != wave else words.say("chart.at", wave=wave)


def moment(wave: str, study: Study, words: Catalogue) -> str:
    """When a survey of a study was: the first is 'before', a single later one 'after', whatever they are called."""
    if wave == study.baseline:
        return words.say("waves.pre")
    return words.say("waves.post") if len(study.later_waves) < 2 else when(wave, words)
