"""Maximum likelihood from incomplete rows, with which imputations are compared."""

import numpy as np


def normal_ml(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance (divisor n) of a normal distribution by EM (Dempster, Laird & Rubin 1977); NaN = missing."""
    n, k = values.shape
    mean, covariance = np.nanmean(values, axis=0), np.diag(np.nanvar(values, axis=0))
    kinds, kind = np.unique(~np.isnan(values), axis=0, return_inverse=True)
    for _ in range(5_000):
        total, squares = np.zeros(k), np.zeros((k, k))
        for place, known in enumerate(kinds):
            slopes, rest = expected(covariance, known)
            moved = (values[kind == place][:, known] - mean[known]) @ slopes.T
            total += moved.sum(axis=0)
            squares += moved.T @ moved + len(moved) * rest
        shift = total / n
        before, mean, covariance = covariance, mean + shift, squares / n - np.outer(shift, shift)
        if max(np.abs(shift).max(), np.abs(covariance - before).max()) < 1e-11:
            return mean, covariance
    raise ArithmeticError("EM did not come to an end.")


def expected(covariance: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What turns known values into expected ones, shape (k, known), and the covariance that remains, shape (k, k)."""
    slopes = np.linalg.solve(covariance[np.ix_(known, known)], covariance[known]).T
    return slopes, covariance - slopes @ covariance[known]
