"""Names of surveys: as a label, and as the time within a sentence."""

from rm_research.catalogue import Catalogue
from rm_research.study import Study
from rm_research.study.titles import wave_title


def when(wave: str, words: Catalogue) -> str:
    """When a survey was, within a sentence: 'after', or 'in the survey “late”'."""
    name = wave_title(wave, words)
    return name if name != wave else words.say("chart.at", wave=wave)


def moment(wave: str, study: Study, words: Catalogue) -> str:
    """When a survey of a study was: the first is 'before', a single later one 'after', whatever they are called."""
    usual = usual_name(wave, study, words)
    return usual or when(wave, words)


def survey(wave: str, study: Study, words: Catalogue) -> str:
    """Name of a survey of a study as a label: 'before', 'after', or its own name where there are several later ones."""
    return usual_name(wave, study, words) or wave_title(wave, words)


def usual_name(wave: str, study: Study, words: Catalogue) -> str:
    """Name of the first survey, and of a single later one; empty for others."""
    if wave == study.baseline:
        return words.say("waves.pre")
    return words.say("waves.post") if len(study.later_waves) < 2 else ""
