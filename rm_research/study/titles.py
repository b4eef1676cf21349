"""What a study's names are called where people read them: roles, arms, surveys and units."""

from rm_research.catalogue import Catalogue, capital
from rm_research.study.settings import Scale

OUR_UNIT = Scale.model_fields["unit"].default


def people_title(role: str, words: Catalogue, n: int = 2) -> str:
    """Plural of a role within a sentence, or its singular for one person."""
    group = "one" if n == 1 and words.has(f"one.{role}") else "people"
    key = f"{group}.{role}" if words.has(f"{group}.{role}") else "people.other"
    return words.say(key, role=role)


def arm_title(arm: str, words: Catalogue) -> str:
    """Name of an arm as a label."""
    return words.say(f"arms.{arm}") if words.has(f"arms.{arm}") else capital(arm)


def wave_title(wave: str, words: Catalogue) -> str:
    """Name of a wave as readers see it."""
    return words.say(f"waves.{wave}") if words.has(f"waves.{wave}") else wave


def unit_title(scale: Scale, words: Catalogue) -> str:
    """Unit of a scale: the study's own word, or the default where it has none."""
    return words.say("unit.scale_points") if scale.unit == OUR_UNIT else scale.unit
