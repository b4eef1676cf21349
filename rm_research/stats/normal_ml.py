"""Maximum likelihood from incomplete rows, under a multivariate normal distribution."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rm_research.stats.regression import Matrix
from rm_research.stats.result import NotEstimableError, Result, Vector, t_result

CLOSE = 1e-11  # standard deviations; EM stops when nothing moves by more
MOST_STEPS = 5_000
SINGULAR = 1e-9  # eigenvalue of the correlation matrix, and of the scaled information
TINY = 1e-30  # complex step; its square is lost in rounding, so the derivative is exact


@dataclass(frozen=True)
class NormalFit:
    """
    Mean and covariance of k variables by maximum likelihood.

    Attributes
    ----------
    mean : array, shape (k,)
    covariance : array, shape (k, k)
        Divisor n, not n − 1.
    uncertainty : array, shape (k + k(k + 1)/2,) twice
        Inverse of the observed information of the means and then of the covariances, row by row of the upper triangle.
    """

    mean: Vector
    covariance: Matrix
    uncertainty: Matrix


def normal_ml(values: Matrix) -> NormalFit:
    """
    Fit a multivariate normal distribution to rows of which some values are missing, by EM.

    EM: Dempster, Laird & Rubin (1977); Little & Rubin (2020, sect. 11.2). Observed information: minus the derivative of
    the score, by complex step (Squire & Trapp 1998). Assumes normality and that what is missing depends on known values
    alone. Rows without any value take no part.

    Parameters
    ----------
    values : array, shape (n, k)
        NaN = missing.

    Returns
    -------
    NormalFit

    Raises
    ------
    NotEstimableError
        'too_few_people' when there are no more rows than variables or fewer than two values of one; 'no_variation' when
        a variable has one value only; 'collinear' when the values known together do not determine the covariances.
    """
    values = values[~np.isnan(values).all(axis=1)]
    n, k = values.shape
    if n <= k or (~np.isnan(values)).sum(axis=0).min() < 2:
        raise NotEstimableError("too_few_people")
    centre, scale = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
    if (scale <= 1e-12 * np.nanmax(np.abs(values), axis=0)).any():
        raise NotEstimableError("no_variation")
    patterns = list(_patterns((values - centre) / scale))
    try:
        mean, covariance = _em(patterns, n, k)
        information = _information(mean, covariance, patterns)
    except np.linalg.LinAlgError as error:
        raise NotEstimableError("collinear") from error
    if np.linalg.eigvalsh(information)[0] <= SINGULAR * n:
        raise NotEstimableError("collinear")
    first, second = np.triu_indices(k)
    units = np.concatenate([scale, scale[first] * scale[second]])
    uncertainty = np.asarray(np.linalg.inv(information) * np.outer(units, units), float)
    return NormalFit(centre + scale * mean, covariance * np.outer(scale, scale), uncertainty)


@dataclass(frozen=True)
class _Pattern:
    """
    Rows that have the same variables.

    Attributes
    ----------
    known, unknown : array of int
        Which variables.
    n : int
    mean : array, shape (known,)
    scatter : array, shape (known, known)
        Sums of squares and products about that mean.
    """

    known: np.ndarray
    unknown: np.ndarray
    n: int
    mean: Vector
    scatter: Matrix


def _patterns(values: Matrix) -> Iterator[_Pattern]:
    kinds, kind = np.unique(~np.isnan(values), axis=0, return_inverse=True)
    for place, has in enumerate(kinds):
        rows = values[kind == place][:, has]
        apart = rows - rows.mean(axis=0)
        yield _Pattern(np.flatnonzero(has), np.flatnonzero(~has), len(rows), rows.mean(axis=0), apart.T @ apart)


def _em(patterns: Sequence[_Pattern], n: int, k: int) -> tuple[Vector, Matrix]:
    mean, covariance = np.zeros(k), np.eye(k)
    for _ in range(MOST_STEPS):
        total, squares = np.zeros(k), np.zeros((k, k))
        for pattern in patterns:
            # expected values, and expected scatter about the mean of the step before
            slopes, rest = _given(covariance, pattern)
            moved = slopes @ (pattern.mean - mean[pattern.known])
            total += pattern.n * moved
            squares += slopes @ pattern.scatter @ slopes.T + pattern.n * (np.outer(moved, moved) + rest)
        shift = total / n
        update = squares / n - np.outer(shift, shift)
        still = max(np.abs(shift).max(), np.abs(update - covariance).max()) < CLOSE
        mean, covariance = mean + shift, update
        if np.linalg.eigvalsh(covariance)[0] <= SINGULAR:
            break
        if still:
            return mean, covariance
    raise NotEstimableError("collinear")


def _given(covariance: Matrix, pattern: _Pattern) -> tuple[Matrix, Matrix]:
    """Return what turns known values into expected ones, shape (k, known), and the covariance that remains, (k, k)."""
    known, unknown = pattern.known, pattern.unknown
    k = len(covariance)
    slopes, rest = np.zeros((k, len(known))), np.zeros((k, k))
    slopes[known, np.arange(len(known))] = 1
    slopes[unknown] = np.linalg.solve(covariance[np.ix_(known, known)], covariance[np.ix_(known, unknown)]).T
    rest[np.ix_(unknown, unknown)] = (covariance - slopes @ covariance[known])[np.ix_(unknown, unknown)]
    return slopes, rest


def _information(mean: Vector, covariance: Matrix, patterns: Sequence[_Pattern]) -> Matrix:
    """Observed information of the means and the upper triangle of the covariances."""
    at = np.concatenate([mean, covariance[np.triu_indices(len(mean))]])
    steps = at + 1j * TINY * np.eye(len(at))
    information = -np.array([_score(step, len(mean), patterns).imag / TINY for step in steps])
    return (information + information.T) / 2


def _score(parameters: np.ndarray, k: int, patterns: Sequence[_Pattern]) -> np.ndarray:
    """Derivative of the log likelihood; complex parameters are carried through."""
    mean, covariance = _unpacked(parameters, k)
    by_mean, by_covariance = np.zeros(k, complex), np.zeros((k, k), complex)
    for pattern in patterns:
        known = pattern.known
        precision = np.linalg.inv(covariance[np.ix_(known, known)])
        off = pattern.mean - mean[known]
        spread = pattern.scatter + pattern.n * np.outer(off, off)
        by_mean[known] += pattern.n * precision @ off
        by_covariance[np.ix_(known, known)] += (precision @ spread @ precision - pattern.n * precision) / 2
    first, second = np.triu_indices(k)
    return np.concatenate([by_mean, by_covariance[first, second] * np.where(first == second, 1, 2)])


def _unpacked(parameters: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    covariance = np.zeros((k, k), parameters.dtype)
    first, second = np.triu_indices(k)
    covariance[first, second] = covariance[second, first] = parameters[k:]
    return parameters[:k], covariance


def fiml_regression(values: Matrix, outcome: int, predictors: Sequence[int], *, level: float) -> tuple[Result, ...]:
    """
    Regress one column on others by full-information maximum likelihood, with all columns as auxiliaries.

    Coefficients are those of the normal distribution that `normal_ml` fits to all columns; standard errors by the delta
    method from the observed information, normal intervals. Columns that are neither outcome nor predictor inform what
    is missing and nothing else (Graham 2003: saturated correlates).

    Parameters
    ----------
    values : array, shape (n, k)
        NaN = missing, in any column.
    outcome : int
        Column.
    predictors : sequence of int
        Columns.
    level : float
        Of the intervals.

    Returns
    -------
    tuple of Result
        Intercept first, then one a predictor. `df` is NaN.

    Raises
    ------
    NotEstimableError
        As `normal_ml`.
    """
    fit = normal_ml(values)
    k, given = len(fit.mean), list(predictors)
    at = np.concatenate([fit.mean, fit.covariance[np.triu_indices(k)]])

    def coefficients(parameters: np.ndarray) -> np.ndarray:
        mean, covariance = _unpacked(parameters, k)
        slopes = np.linalg.solve(covariance[np.ix_(given, given)], covariance[given, outcome])
        return np.concatenate([[mean[outcome] - mean[given] @ slopes], slopes])

    gradient = np.array([coefficients(step).imag / TINY for step in at + 1j * TINY * np.eye(len(at))])
    std_errors = np.sqrt(np.diag(gradient.T @ fit.uncertainty @ gradient))
    estimates = coefficients(at)
    return tuple(t_result(b, se, float("nan"), level) for b, se in zip(estimates, std_errors, strict=True))
