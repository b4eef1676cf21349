"""
Arrays with their first and second derivatives (Griewank & Walther 2008, Evaluating Derivatives, ch. 13).

A `Series` maps () to the value, (i,) to the derivative by parameter i and (i, j), i ≤ j, to the second derivative; what
it lacks is zero. Values are stacks of small matrices, shape (..., rows, columns).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.intp]
Key = tuple[int, ...]
Series = dict[Key, Array]


def small_product(a: Array, b: Array) -> Array:
    """Stacked matrices multiplied; where few numbers are summed, faster than a call of BLAS for each pair."""
    inner = a.shape[-1]
    if inner > 2:
        return a @ b
    total = a[..., :, :1] * b[..., :1, :]
    return total if inner == 1 else total + a[..., :, 1:] * b[..., 1:, :]


def product(x: Series, y: Series, multiply: Callable[[Array, Array], Array] = small_product) -> Series:
    """Leibniz' rule: the product and its derivatives."""
    result: Series = {}
    for i, a in x.items():
        for j, b in y.items():
            if len(i) + len(j) <= 2:
                part = multiply(a, b)
                # (xy)ᵢᵢ contains 2 xᵢ yᵢ; for i ≠ j the two summands come as (i, j) and as (j, i)
                add(result, tuple(sorted(i + j)), 2 * part if i and i == j else part)
    return result


def add(x: Series, key: Key, part: Array) -> None:
    """Add to one derivative of a series, in place."""
    x[key] = x[key] + part if key in x else part


def transposed(x: Series) -> Series:
    """Each matrix transposed."""
    return {key: np.swapaxes(value, -1, -2) for key, value in x.items()}


def inverse(x: Series) -> Series:
    """T with TX = 1: Tᵢ = −T Xᵢ T and Tᵢⱼ = −T (Xᵢⱼ T + Xᵢ Tⱼ + Xⱼ Tᵢ)."""
    value = 1 / x[()] if x[()].shape[-1] == 1 else np.asarray(np.linalg.inv(x[()]), dtype=float)
    result: Series = {(): value}
    changing = {key: part for key, part in x.items() if key}
    for length in (1, 2):
        for key, part in product(changing, result).items():
            if len(key) == length:
                result[key] = -small_product(value, part)
    return result


def log_determinant(x: Series, inverted: Series) -> Series:
    """Logarithm of |X|, a number for each matrix: its derivatives are tr(T Xᵢ) and tr(T Xᵢⱼ) + tr(Tⱼ Xᵢ)."""
    value = x[()]
    result: Series = {(): np.log(value[..., 0, 0]) if value.shape[-1] == 1 else np.linalg.slogdet(value)[1]}
    for key, part in x.items():
        if key:
            add(result, key, _trace(inverted[()], part))
    for i, part in x.items():
        for j, other in inverted.items():
            if len(i) == len(j) == 1 and i <= j:
                add(result, i + j, _trace(other, part))
    return result


def _trace(a: Array, b: Array) -> Array:
    return np.einsum("...ij,...ji->...", a, b)
