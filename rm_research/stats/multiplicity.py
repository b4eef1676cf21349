"""p-values of a family, adjusted; what was not tested takes no part."""

import numpy as np
from statsmodels.stats.multitest import multipletests

from rm_research.stats.result import Vector


def holm(p_values: Vector) -> Vector:
    """Adjust by Holm (1979); NaN stays NaN and does not count towards the family."""
    return _adjust(p_values, "holm")


def benjamini_hochberg(p_values: Vector) -> Vector:
    """Adjust by Benjamini & Hochberg (1995); NaN stays NaN and does not count towards the family."""
    return _adjust(p_values, "fdr_bh")


def _adjust(p_values: Vector, method: str) -> Vector:
    adjusted = np.full(len(p_values), np.nan)
    tested = ~np.isnan(p_values)
    if tested.any():
        adjusted[tested] = multipletests(p_values[tested], method=method)[1]
    return adjusted
