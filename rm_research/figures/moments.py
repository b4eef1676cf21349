"""Names of surveys in charts."""

from rm_research.claims import Claims


def moment(wave: str, claims: Claims) -> str:
    """Name of a survey within a sentence: before, after, or which wave if there are several later ones."""
    study, words = claims.study, claims.words
    if wave == study.baseline:
        return words.say("waves.pre")
    return words.say("waves.post") if len(study.later_waves) < 2 else words.say("chart.at", wave=wave)
