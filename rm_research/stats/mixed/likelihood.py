"""The restricted likelihood of y ~ N(Xβ, V) with exact first and second derivatives by the variances in V."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from rm_research.stats.mixed.blocks import Blocks
from rm_research.stats.mixed.elimination import Step
from rm_research.stats.mixed.system import Products, System
from rm_research.stats.mixed.taylor import (
    Array,
    Integers,
    Series,
    add,
    inverse,
    log_determinant,
    product,
    transposed,
)
from rm_research.stats.result import Vector


@dataclass(frozen=True, eq=False)
class Moments:
    """
    log |V| and WᵀV⁻¹W, W = (Q, y), with their derivatives by r parameters.

    Attributes
    ----------
    L : float
    L1 : array, shape (r,)
    L2 : array, shape (r, r)
    M : array, shape (p + 1, p + 1)
    M1 : array, shape (r, p + 1, p + 1)
    M2 : array, shape (r, r, p + 1, p + 1)
    """

    L: float
    L1: Vector
    L2: Array
    M: Array
    M1: Array
    M2: Array


def moments(system: System, psi: Vector) -> Moments:
    """Moments of V = I + ΣZΣZᵀ, its variances relative to the residual one."""
    if isinstance(system.design, Blocks):
        return _by_blocks(system.design, psi)
    return _by_elimination(system.design, system.M, psi, derivatives=True)


def deviances(system: System, points: Array) -> Vector:
    """
    −2 log restricted likelihood, the residual variance profiled out, at each of t points ψ, up to a constant.

    yᵀPy is |WᵀV⁻¹W| / |QᵀV⁻¹Q|.
    """
    if isinstance(system.design, Blocks):
        W = system.design.W
        V = np.tensordot(points, system.design.G, 1) + np.eye(W.shape[1])
        L = np.linalg.slogdet(V)[1].sum(axis=1)
        M = (np.swapaxes(W, 1, 2) @ np.linalg.solve(V, W)).sum(axis=1)
    else:
        sums = [_by_elimination(system.design, system.M, psi, derivatives=False) for psi in points]
        L, M = np.array([at_point.L for at_point in sums]), np.array([at_point.M for at_point in sums])
    fixed = np.linalg.slogdet(M[:, :-1, :-1])[1]
    return np.asarray(L + fixed + (system.n - system.p) * (np.linalg.slogdet(M)[1] - fixed))


def _by_blocks(blocks: Blocks, psi: Vector) -> Moments:
    """
    Sums over the blocks of V = I + Σ ψₖGₖ (Searle, Casella & McCulloch 1992, §6.6).

    The derivatives of log |V| are tr(V⁻¹Gₖ) and −tr(V⁻¹GₖV⁻¹Gₗ), those of WᵀV⁻¹W are −WᵀV⁻¹GₖV⁻¹W and
    WᵀV⁻¹(GₖV⁻¹Gₗ + GₗV⁻¹Gₖ)V⁻¹W.
    """
    W, G = blocks.W, blocks.G
    V = np.tensordot(psi, G, 1) + np.eye(W.shape[1])
    A = np.asarray(np.linalg.inv(V), dtype=float)
    U = A @ W
    r, (m, s, w) = len(psi), W.shape
    u = U.reshape(m * s, w)
    AG, GU = A @ G, G @ U
    L, L1 = float(np.linalg.slogdet(V)[1].sum()), np.einsum("rmii->r", AG)
    L2 = -AG.reshape(r, m * s * s) @ np.swapaxes(AG, 2, 3).reshape(r, m * s * s).T
    left, right = (np.moveaxis(part, 0, 2).reshape(m * s, r * w) for part in (GU, A @ GU))
    M1 = -(u.T @ left).reshape(w, r, w).swapaxes(0, 1)
    half = (left.T @ right).reshape(r, w, r, w).swapaxes(1, 2)
    return Moments(L, L1, L2, W.reshape(m * s, w).T @ u, M1, half + np.swapaxes(half, 0, 1))


def _by_elimination(products: Products, WtW: Array, psi: Vector, *, derivatives: bool) -> Moments:
    """
    One step of groups after the other.

    Let S = ZᵀV⁻¹Z and F = ZᵀV⁻¹W of the groups that remain. By Woodbury's identity effects a with covariance Σ, added
    to V, turn these into log |V| + log |1 + ΣSₐₐ|, WᵀV⁻¹W − FₐᵀKFₐ, F − S·ₐKFₐ and S − S·ₐKSₐ· with
    K = (1 + ΣSₐₐ)⁻¹Σ. Nothing is divided by a variance, so variances may be 0.
    """
    S: Series = {(): products.S.copy()}
    F: Series = {(): products.F.copy()}
    M: Series = {(): WtW}
    L: Series = {(): np.zeros(())}
    for step, block in zip(products.plan.steps, products.blocks, strict=True):
        columns, sigma = block.columns, block.at(psi, derivatives=derivatives)
        inner = product(sigma, _own(S, step, columns))
        inner[()] = inner[()] + np.eye(len(columns))
        inverted = inverse(inner)
        for key, part in log_determinant(inner, inverted).items():
            add(L, key, part.sum())
        K = product(inverted, sigma)
        f = {key: _stacked(value)[:, columns] for key, value in _at(F, step.groups).items()}
        Kf = product(K, f)
        for key, part in product(_flat(f, transpose=True), _flat(Kf), np.matmul).items():
            add(M, key, -part)
        if len(step.edges):
            _update(S, F, step, columns, K, Kf)
    return _collected(L, M, len(psi) if derivatives else 0)


def _own(S: Series, step: Step, columns: Integers) -> Series:
    """S of the columns of a step's groups among themselves, shape (m, columns, columns)."""
    k = step.own.shape[1]
    above = np.triu(np.ones((k, k), dtype=bool))[:, :, None, None]
    blocks_of_groups = {}
    for key, value in S.items():
        blocks = value[step.own]
        full = np.where(above, blocks, np.swapaxes(np.swapaxes(blocks, 1, 2), 3, 4)) if k > 1 else blocks
        square = np.swapaxes(full, 2, 3).reshape(len(blocks), k * value.shape[-1], -1)
        blocks_of_groups[key] = square[:, columns[:, None], columns]
    return blocks_of_groups


def _stacked(blocks: Array) -> Array:
    """Blocks of shape (m, k, b, w) as (m, k·b, w)."""
    return blocks.reshape(len(blocks), -1, blocks.shape[-1])


def _flat(series: Series, *, transpose: bool = False) -> Series:
    flat = {key: value.reshape(-1, value.shape[-1]) for key, value in series.items()}
    return transposed(flat) if transpose else flat


def _update(S: Series, F: Series, step: Step, columns: Integers, K: Series, Kf: Series) -> None:
    """Take the effects of a step out of what remains."""
    s = {key: value[:, columns] for key, value in _at(S, step.edges).items()}
    back = transposed(s)
    _subtract(F, step.neighbours, step.to_neighbours, product(back, _at(Kf, step.place)))
    Ks = product(_at(K, step.place), s)
    _subtract(S, step.targets, step.to_targets, product(_at(back, step.first), _at(Ks, step.second)))


def _at(series: Series, rows: Integers) -> Series:
    return {key: value[rows] for key, value in series.items()}


def _subtract(series: Series, rows: Integers, sums: sparse.csr_array, parts: Series) -> None:
    """Subtract parts, summed over those that go to the same row, in place."""
    for key, part in parts.items():
        if key not in series:
            series[key] = np.zeros_like(series[()])
        series[key][rows] -= (sums @ part.reshape(len(part), -1)).reshape(len(rows), *part.shape[1:])


def _collected(L: Series, M: Series, r: int) -> Moments:
    w = M[()].shape[0]
    L1, L2, M1, M2 = np.zeros(r), np.zeros((r, r)), np.zeros((r, w, w)), np.zeros((r, r, w, w))
    for series, first, second in ((L, L1, L2), (M, M1, M2)):
        for key, part in series.items():
            if len(key) == 1:
                first[key] = part
            elif len(key) == 2:
                second[key] = second[key[::-1]] = part
    return Moments(float(L[()]), L1, L2, M[()], M1, M2)


def with_residual_variance(relative: Moments, psi: Vector, n: int) -> Moments:
    """
    Moments by the variances themselves, where y is in units in which the residual variance is 1; that comes last.

    log |V| − n log σ² is homogeneous of degree 0 in all variances and WᵀV⁻¹W of degree −1; the derivatives by σ² follow
    by Euler's theorem.
    """
    L1 = np.append(relative.L1, n - psi @ relative.L1)
    cross = -(relative.L1 + relative.L2 @ psi)
    L2 = np.block([[relative.L2, cross[:, None]], [cross[None, :], np.array([[-L1[-1] - psi @ cross]])]])
    last = -(relative.M + np.tensordot(psi, relative.M1, 1))
    mixed = -(2 * relative.M1 + np.tensordot(psi, relative.M2, 1))
    M2 = np.zeros((len(L1), len(L1), *relative.M.shape))
    M2[:-1, :-1], M2[-1, :-1], M2[:-1, -1] = relative.M2, mixed, mixed
    M2[-1, -1] = -2 * last - np.tensordot(psi, mixed, 1)
    return Moments(relative.L, L1, L2, relative.M, np.concatenate([relative.M1, last[None]]), M2)


@dataclass(frozen=True, eq=False)
class Restricted:
    """
    Parts of the restricted likelihood (Patterson & Thompson 1971) with their derivatives by r parameters.

    −2 log likelihood is, up to a constant, log_det + rss. Half of −dd_log is the expected information.

    Attributes
    ----------
    coefficients : array, shape (p,)
    phi : array, shape (p, p)
        (QᵀV⁻¹Q)⁻¹.
    log_det, d_log, dd_log : float and arrays, shapes (r,) and (r, r)
        log |V| + log |QᵀV⁻¹Q|.
    rss, d_rss, dd_rss : float and arrays, shapes (r,) and (r, r)
        yᵀPy.
    """

    coefficients: Vector
    phi: Array
    log_det: float
    d_log: Vector
    dd_log: Array
    rss: float
    d_rss: Vector
    dd_rss: Array


def restricted(sums: Moments) -> Restricted:
    """Profile the fixed effects out."""
    A, b = sums.M[:-1, :-1], sums.M[:-1, -1]
    phi = np.asarray(np.linalg.inv(A), dtype=float)
    coefficients = phi @ b
    v = np.append(-coefficients, 1.0)
    turned = phi @ sums.M1[:, :-1, :-1]
    pull = sums.M1 @ v
    d_log = sums.L1 + np.einsum("rii->r", turned)
    dd_log = sums.L2 + np.einsum("ij,rsji->rs", phi, sums.M2[:, :, :-1, :-1])
    dd_log = dd_log - np.einsum("rij,sji->rs", turned, turned)
    dd_rss = sums.M2 @ v @ v - 2 * pull[:, :-1] @ phi @ pull[:, :-1].T
    log_det = sums.L + float(np.linalg.slogdet(A)[1])
    rss = float(sums.M[-1, -1] - b @ coefficients)
    return Restricted(coefficients, phi, log_det, d_log, dd_log, rss, pull @ v, dd_rss)
