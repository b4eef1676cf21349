"""Panel into Estimates: one file a question, all with the same columns."""

from rm_research.effects.change import estimate_change
from rm_research.effects.difference import estimate_difference
from rm_research.effects.estimates import Estimates

__all__ = ["Estimates", "estimate_change", "estimate_difference"]
