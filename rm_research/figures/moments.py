"""What surveys are called in charts."""

from rm_research.claims import Claims


def moment(wave: str, claims: Claims) -> str:
    """Name of a survey within a sentence: before, after, or at which wave where several are later."""
    study, words = claims.study, claims.words
    if wave == study.baseline:
        return words.say("waves.pre")
    return words.say("waves.post") if len(study.later_waves) < 2 else words.say("chart.at", wave=wave)
