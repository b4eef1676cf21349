"""What a scale allows: the largest change or difference that its answers can make."""

import math

from rm_research.effects.methods import Contrast, Measure
from rm_research.study import Study

# a difference of two changes goes twice as far as each
ONCE = (Contrast.CHANGE, Contrast.DIFFERENCE, Contrast.POOLED_CHANGE, Contrast.POOLED_DIFFERENCE)
TWICE = (Contrast.ROLE_DIFFERENCE, Contrast.INTERACTION)
IN_POINTS = (Measure.MEAN, Measure.MEDIAN)
ROUNDING = 1e-9


def largest(contrast: str, measure: str, scale: str, study: Study) -> float:
    """Largest possible size of an estimate in scale points; infinite without a range or in other units."""
    limits = study.scale_range(scale)
    if limits is None or measure not in IN_POINTS or contrast not in (*ONCE, *TWICE):
        return math.inf
    return (limits[1] - limits[0]) * (2 if contrast in TWICE else 1)


def truncated(low: float, high: float, limit: float) -> str | None:
    """Which ends of an interval lie beyond a limit on either side: low, high or both; None if none does."""
    beyond = {"low": low < -limit - ROUNDING, "high": high > limit + ROUNDING}
    names = [name for name, is_beyond in beyond.items() if is_beyond]
    return "both" if len(names) == 2 else names[0] if names else None
