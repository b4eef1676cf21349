"""p-values of a family, adjusted; what was not tested takes no part."""

from collections.abc import Callable

import numpy as np

from rm_research.stats.result import Vector


def holm(p_values: Vector) -> Vector:
    """Adjust by Holm (1979, Scand. J. Statist. 6:65); NaN stays NaN and does not count towards the family."""

    def adjust(tested: Vector) -> Vector:
        # not statsmodels: its Holm ends in gc.collect(), some 60 ms of CPU for each of a report's many families
        order = np.argsort(tested, kind="stable")
        raised = np.maximum.accumulate(np.arange(len(tested), 0, -1) * tested[order])
        return np.minimum(raised, 1.0)[np.argsort(order)]

    return _of_tested(p_values, adjust)


def benjamini_hochberg(p_values: Vector) -> Vector:
    """Adjust by Benjamini & Hochberg (1995, JRSS B 57:289); NaN stays NaN and does not count towards the family."""
    # loads scipy.stats, for which `rm-research check` should not wait
    from statsmodels.stats.multitest import fdrcorrection

    return _of_tested(p_values, lambda tested: fdrcorrection(tested)[1])


def _of_tested(p_values: Vector, adjust: Callable[[Vector], Vector]) -> Vector:
    """Adjust the p-values that are known; one NaN would make statsmodels return NaN throughout."""
    adjusted, tested = np.full(len(p_values), np.nan), ~np.isnan(p_values)
    if tested.any():
        adjusted[tested] = adjust(p_values[tested])
    return adjusted
