"""How far people who read the same texts agree: shares, Cohen's kappa, Krippendorff's alpha."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

LEAST_UNITS = 30  # of fewer units, a coefficient beyond chance says little


@dataclass(frozen=True)
class Agreement:
    """
    How far coders agree on one theme.

    Attributes
    ----------
    n_coders, n_units : int
        Coders who share a unit with another, and units that two or more of them coded.
    share : float
        Pairs of coders of one unit who marked it alike, of all such pairs; NaN without any.
    coefficient : {'kappa', 'alpha', ''}
        Cohen's kappa of two coders who coded the same units, Krippendorff's alpha of more coders or with gaps; empty
        under 30 units, or where no coder's marks differ between units.
    value : float
        Of the coefficient; NaN without one.
    """

    n_coders: int
    n_units: int
    share: float
    coefficient: str
    value: float


def agreement(marks: NDArray[np.float64]) -> Agreement:
    """
    How far coders agree, beyond chance where there are enough units.

    Kappa is Cohen's (1960), by statsmodels; alpha is Krippendorff's for nominal data (2011), by krippendorff.

    Parameters
    ----------
    marks : array, shape (coders, units)
        1 = marked, 0 = not, NaN = not coded.
    """
    coded = np.isfinite(marks)
    shared = marks[:, coded.sum(axis=0) > 1]
    shared = shared[np.isfinite(shared).any(axis=1)]
    n_coders, n_units = shared.shape
    alike = [float(a == b) for unit in shared.T for a, b in combinations(unit[np.isfinite(unit)], 2)]
    share = float(np.mean(alike)) if alike else float("nan")
    if n_units < LEAST_UNITS or len(np.unique(shared[np.isfinite(shared)])) < 2:
        return Agreement(n_coders, n_units, share, "", float("nan"))
    if len(marks) == 2 and coded.all():
        return Agreement(n_coders, n_units, share, "kappa", cohens_kappa(*shared))
    return Agreement(n_coders, n_units, share, "alpha", krippendorffs_alpha(marks))


def cohens_kappa(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Cohen's kappa of the marks, 1 or 0, of two coders of the same units."""
    from statsmodels.stats.inter_rater import cohens_kappa as of_table

    table = np.histogram2d(one, other, bins=(2, 2), range=((0, 1), (0, 1)))[0]
    return float(of_table(table, return_results=False))


def krippendorffs_alpha(marks: NDArray[np.float64]) -> float:
    """Krippendorff's alpha of nominal values, coders by units, NaN where a coder has not coded a unit."""
    import krippendorff  # here, as no page needs it

    return float(krippendorff.alpha(reliability_data=marks, level_of_measurement="nominal"))
