"""p-values of a family, adjusted; what was not tested takes no part."""

import numpy as np

from rm_research.stats.result import Vector


def holm(p_values: Vector) -> Vector:
    """Adjust by Holm (1979, Scand. J. Statist. 6:65); NaN stays NaN and does not count towards the family."""
    ordered, places = _ordered(p_values)
    factors = np.arange(len(ordered), 0, -1)
    return _placed(np.maximum.accumulate(factors * ordered), places, len(p_values))


def benjamini_hochberg(p_values: Vector) -> Vector:
    """Adjust by Benjamini & Hochberg (1995, JRSS B 57:289); NaN stays NaN and does not count towards the family."""
    ordered, places = _ordered(p_values)
    factors = len(ordered) / np.arange(1, len(ordered) + 1)
    return _placed(np.minimum.accumulate((factors * ordered)[::-1])[::-1], places, len(p_values))


def _ordered(p_values: Vector) -> tuple[Vector, np.ndarray]:
    """Those tested, the smallest first, and where each stands."""
    places = np.argsort(p_values, kind="stable")[: np.count_nonzero(~np.isnan(p_values))]
    return p_values[places], places


def _placed(adjusted: Vector, places: np.ndarray, size: int) -> Vector:
    placed = np.full(size, np.nan)
    placed[places] = np.minimum(adjusted, 1.0)
    return placed
