"""How consistently the items of a scale measure: alpha, omega, and what each item adds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri

from rm_research.stats.factor.one_factor import one_factor
from rm_research.stats.result import NotEstimableError, Vector

Matrix = NDArray[np.float64]

NOISE = 1e-12  # what is below this share of the size it is compared with is rounding


@dataclass(frozen=True, eq=False)
class Reliability:
    """
    Internal consistency of one scale at one wave, from the people who answered all its items.

    Attributes
    ----------
    n, n_items : int
        People with all k items answered, and k.
    alpha, alpha_low, alpha_high : float
        Cronbach's alpha and Feldt's interval; at most 1, may be negative.
    mean_inter_item : float
        Average correlation of two items; NaN where all gave the same answer to an item.
    item_rest : array, shape (k,)
        Correlation of each item with the sum of the others; NaN where either does not vary.
    alpha_if_dropped : array, shape (k,)
        Alpha of the others; NaN where one item is left, or where their sum does not vary.
    omega : float
        Of the one-factor model, by the variance that it implies; NaN where `omega_reason` says why there is none.
    omega_reason : str
        One of the reasons that the catalogue words; empty where there is an omega.
    omega_improper : bool
        Whether the one-factor model has a negative uniqueness; such an omega should not be relied on.
    """

    n: int
    n_items: int
    alpha: float
    alpha_low: float
    alpha_high: float
    mean_inter_item: float
    item_rest: Vector
    alpha_if_dropped: Vector
    omega: float
    omega_reason: str
    omega_improper: bool


def reliability(items: Matrix, *, level: float) -> Reliability:
    """
    Alpha, omega and what each item adds, from complete rows.

    Alpha equals reliability if the items measure one thing equally well (the same loading), with unrelated errors;
    else it is too low, or too high where errors correlate. Omega (`one_factor`) lets loadings differ.

    Parameters
    ----------
    items : array, shape (people, k)
        Keyed answers: reversed items are reversed already. NaN = not answered; such people are left out.
    level : float
        Of Feldt's interval.

    Raises
    ------
    NotEstimableError
        'too_few_items' when fewer than two, 'too_few_people' when fewer than two answered all items, 'no_variation'
        when the sum of the items does not vary.
    """
    items = items[~np.isnan(items).any(axis=1)]
    n, k = items.shape
    if k < 2:
        raise NotEstimableError("too_few_items")
    if n < 2:
        raise NotEstimableError("too_few_people")
    if np.ptp(items.sum(axis=1)) <= NOISE * np.abs(items).max():
        raise NotEstimableError("no_variation")
    covariances = np.cov(items.T)
    alpha = cronbach_alpha(covariances)
    low, high = feldt_interval(alpha, n, k, level=level)
    try:
        factor = one_factor(items)
        omega, reason, improper = factor.omega, "", factor.improper
    except NotEstimableError as error:
        omega, reason, improper = float("nan"), str(error), False
    return Reliability(
        n=n, n_items=k, alpha=alpha, alpha_low=low, alpha_high=high, mean_inter_item=mean_inter_item(covariances),
        item_rest=item_rest(covariances), alpha_if_dropped=alpha_if_dropped(covariances),
        omega=omega, omega_reason=reason, omega_improper=improper,
    )  # fmt: skip


def cronbach_alpha(covariances: Matrix) -> float:
    """
    Alpha of items with these covariances, shape (k, k), k at least 2 (Cronbach 1951, Psychometrika 16:297, eq. 2).

    k / (k − 1) · (1 − sum of the variances / variance of the sum). Of correlations it is standardised alpha.

    Raises
    ------
    NotEstimableError
        'no_variation' when the sum of the items does not vary.
    """
    # not pingouin: it takes over a second to load, and `rm-research check` shows alpha
    k, single, total = len(covariances), np.trace(covariances), covariances.sum()
    if not total > NOISE * single:
        raise NotEstimableError("no_variation")
    return float(k / (k - 1) * (1 - single / total))


def feldt_interval(alpha: float, n: int, k: int, *, level: float) -> tuple[float, float]:
    """
    Interval of alpha from n people and k items (Feldt, Woodruff & Salih 1987, Applied Psychological Measurement 11:93).

    (1 − α) / (1 − alpha) follows F with n − 1 and (n − 1)(k − 1) degrees of freedom, α being the true value. Assumes
    normal answers and items with equal variances and covariances.
    """
    df = n - 1, (n - 1) * (k - 1)
    low, high = (1 - (1 - alpha) * fdtri(*df, share) for share in ((1 + level) / 2, (1 - level) / 2))
    return float(low), float(high)


def mean_inter_item(covariances: Matrix) -> float:
    """Average correlation of two items with these covariances, shape (k, k); NaN where an item does not vary."""
    spread = np.sqrt(_varying(np.diag(covariances), np.diag(covariances).max()))
    return float((covariances / np.outer(spread, spread))[np.tril_indices(len(spread), -1)].mean())


def item_rest(covariances: Matrix) -> Vector:
    """Correlation of each item with the sum of the others (Nunnally & Bernstein 1994, ch. 8), shape (k,)."""
    variance, sums, total = np.diag(covariances), covariances.sum(axis=1), covariances.sum()
    largest = variance.max()
    return (sums - variance) / np.sqrt(_varying(variance, largest) * _varying(total - 2 * sums + variance, largest))


def alpha_if_dropped(covariances: Matrix) -> Vector:
    """Alpha of the other items, for each item, shape (k,); NaN where one is left, or where their sum does not vary."""
    alphas = np.full(len(covariances), np.nan)
    for item in range(len(covariances) if len(covariances) > 2 else 0):
        others = np.delete(np.delete(covariances, item, 0), item, 1)
        if others.sum() > NOISE * np.trace(others):
            alphas[item] = cronbach_alpha(others)
    return alphas


def _varying(variances: Vector, largest: float) -> Vector:
    """Variances, with NaN for those that are 0 apart from rounding."""
    return np.where(variances > NOISE * largest, variances, np.nan)
