"""How much an estimate depends on choices that could have been different: its specification curve."""

from rm_research.effects.specifications.curve import Specifications
from rm_research.effects.specifications.estimate import estimate_specifications

__all__ = ["Specifications", "estimate_specifications"]
