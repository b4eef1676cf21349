"""Missing scores drawn from normal regressions, several times over."""

import numpy as np
from numpy.typing import NDArray

from rm_research.stats.paired import NOISE
from rm_research.stats.regression import Matrix
from rm_research.stats.result import NotEstimableError, Vector

LEAST_DF = 5  # with fewer, the draws have tails so heavy that their variance between imputations never settles
SWEEPS = 20
FLAT = 1e-6  # share of the largest singular value; predictors do not vary in directions below it
Mask = NDArray[np.bool_]


def impute(
    values: Matrix, draws: np.random.Generator, *, m: int, auxiliary: Matrix | None = None,
    limits: tuple[float, float] | None = None, step: float | None = None,
) -> Matrix:  # fmt: skip
    """
    Fill what is missing with m sets of draws from normal regressions with drawn parameters.

    Each draw takes σ² = RSS / χ² and coefficients from their normal distribution given σ², then the missing values
    (Rubin 1987, ex. 5.1; van Buuren 2018, algorithm 3.1): proper under normality and a flat prior on coefficients and
    log σ. Where the missing cells form a monotone pattern (who misses a column misses all that are missed more often),
    one sweep does, each column given those missed less often (Rubin 1987, sect. 5.4). Otherwise each column is drawn
    given all others in turn, SWEEPS times, from a start of values picked at random from those known (van Buuren 2018,
    algorithm 4.3). Assumes linear relations, equal spread, and that who is missing depends on known values alone.

    Few people: a regression needs LEAST_DF residual degrees of freedom. Auxiliary columns are dropped from it, the last
    first, until it has them; so are, altogether, auxiliary columns that themselves are known of too few. Along a
    direction in which predictors do not vary (collinear or constant columns) the slope is 0.

    Parameters
    ----------
    values : array, shape (n, k)
        Scores of comparable people, such as those of one arm; NaN = missing. Draws are dealt out in the order of these
        values, so that the order of people does not matter.
    draws : Generator
        Where all randomness comes from.
    m : int
        Number of imputations.
    auxiliary : array, shape (n, a), optional
        Further columns that help to predict, the most helpful first; NaN = missing.
    limits : (float, float), optional
        Lowest and highest value; what is drawn beyond them is put on them at the end. None = left as drawn, which does
        not bias means.
    step : float, optional
        Round what is drawn to low limit + multiples of it (to multiples, without limits). None = not rounded.

    Returns
    -------
    array, shape (m, n, k)
        `values` completed; known cells as they are.

    Raises
    ------
    NotEstimableError
        'too_few_people' when a column of `values` is missing of some and known of too few for its regression.
    """
    missing = np.isnan(values)
    if not missing.any():
        return np.repeat(values[None], m, axis=0)
    k = values.shape[1]
    table = values if auxiliary is None else np.column_stack([values, _usable(auxiliary)])
    order = np.lexsort(table.T[::-1])
    centre, scale = _units(table)
    scaled = ((table - centre) / np.where(scale > 0, scale, np.inf))[order]
    filled = np.empty((m, len(values), k))
    filled[:, order] = _filled(scaled, draws, m, required=k)[:, :, :k] * scale[:k] + centre[:k]
    return np.where(missing, _as_declared(filled, limits, step), values)


def _usable(auxiliary: Matrix) -> Matrix:
    """Auxiliary columns that are complete, or known of enough people to be drawn themselves."""
    missing = np.isnan(auxiliary)
    return auxiliary[:, ~missing.any(axis=0) | ((~missing).sum(axis=0) > LEAST_DF + 1)]


def _units(table: Matrix) -> tuple[Vector, Vector]:
    """Mean and standard deviation of what is known of each column; 0 where it varies by no more than rounding."""
    known = np.isfinite(table)
    if known.sum(axis=0).min() < 2:
        raise NotEstimableError("too_few_people")
    centre, scale = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
    return centre, np.where(scale > NOISE * np.nanmax(np.abs(table), axis=0), scale, 0.0)


def _filled(scaled: Matrix, draws: np.random.Generator, m: int, *, required: int) -> Matrix:
    """Complete standardised columns, the first `required` of which are not auxiliaries; shape (m, n, columns)."""
    known = ~np.isnan(scaled)
    visits = np.argsort(-known.sum(axis=0), kind="stable")
    monotone = bool((known[:, visits[1:]] <= known[:, visits[:-1]]).all())
    filled = _started(scaled, known, draws, m)
    for _ in range(1 if monotone else SWEEPS):
        for place, column in enumerate(visits):
            if known[:, column].all():
                continue
            others = np.sort(visits[:place] if monotone else np.delete(visits, place))
            needed = int((others < required).sum()) if column < required else 0
            predictors = others[: _room(known[:, column], needed)]
            filled[:, ~known[:, column], column] = _drawn(filled, known[:, column], column, predictors, draws)
    return filled


def _started(scaled: Matrix, known: Mask, draws: np.random.Generator, m: int) -> Matrix:
    """Put a known value of the column, picked at random, in the place of each that is missing."""
    filled = np.repeat(scaled[None], m, axis=0)
    for column in np.flatnonzero(~known.all(axis=0)):
        rows = known[:, column]
        filled[:, ~rows, column] = draws.choice(scaled[rows, column], size=(m, int((~rows).sum())))
    return filled


def _room(known: Mask, needed: int) -> int:
    """Return how many predictors the known values can support; refuse fewer than needed."""
    room = int(known.sum()) - 1 - LEAST_DF
    if room < needed:
        raise NotEstimableError("too_few_people")
    return room


def _drawn(
    filled: Matrix, known: Mask, column: int, predictors: NDArray[np.intp], draws: np.random.Generator
) -> Matrix:
    """
    Draw the unknown values of a column, shape (m, unknown), given the predictors as they are filled now.

    With X = U S Vᵀ the estimates are V S⁻¹ Uᵀy, and the draws V S⁻¹ (Uᵀy + σ Vᵀz) with z standard normal: the root of
    (XᵀX)⁻¹ is the symmetric one, so that the signs of U and V, which libraries choose as they like, play no part.
    """
    m, n = filled.shape[:2]
    X = np.concatenate([np.ones((m, n, 1)), filled[:, :, predictors]], axis=2)
    y = filled[0, known, column]
    U, S, Vt = np.linalg.svd(X[:, known], full_matrices=False)
    varies = S / S[:, :1] > FLAT
    projected = np.where(varies, np.einsum("mni,n->mi", U, y), 0.0)
    rss = ((y - np.einsum("mni,mi->mn", U, projected)) ** 2).sum(axis=1)
    sigma = np.sqrt(rss / draws.chisquare(known.sum() - varies.sum(axis=1)))[:, None]
    deviates = np.einsum("mij,mj->mi", Vt, draws.standard_normal(projected.shape))
    turned = np.where(varies, (projected + sigma * deviates) / np.where(varies, S, 1), 0)
    fitted = np.einsum("mni,mji,mj->mn", X[:, ~known], Vt, turned)
    return fitted + sigma * draws.standard_normal(fitted.shape)


def _as_declared(drawn: Matrix, limits: tuple[float, float] | None, step: float | None) -> Matrix:
    """Round to the grid and put what lies beyond the limits on them, where either is declared."""
    if step is not None:
        low = limits[0] if limits else 0.0
        drawn = low + np.round((drawn - low) / step) * step
    return drawn if limits is None else np.clip(drawn, *limits)
