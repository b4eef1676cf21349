"""Panel into Estimates: one file a question, all with the same columns."""

from rm_research.effects.attendance import estimate_dose
from rm_research.effects.balance import assess_balance
from rm_research.effects.change import estimate_change
from rm_research.effects.difference import estimate_difference
from rm_research.effects.dyads import estimate_dyads
from rm_research.effects.estimates import Estimates
from rm_research.effects.hindsight import estimate_hindsight
from rm_research.effects.measurement import assess_invariance, assess_reliability
from rm_research.effects.missing import assess_attrition
from rm_research.effects.specifications import Specifications, estimate_specifications
from rm_research.effects.waves import estimate_waves

__all__ = [
    "Estimates",
    "Specifications",
    "assess_attrition",
    "assess_balance",
    "assess_invariance",
    "assess_reliability",
    "estimate_change",
    "estimate_difference",
    "estimate_dose",
    "estimate_dyads",
    "estimate_hindsight",
    "estimate_specifications",
    "estimate_waves",
]
