"""Least squares with standard errors that are valid for unequal variances and for people in clusters."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rm_research.stats.result import NotEstimableError, Result, Vector, t_result

Matrix = NDArray[np.float64]

SINGULAR = 1e-10  # 1 − leverage below this is 0 apart from rounding


@dataclass(frozen=True, eq=False)
class Fit:
    """
    Least squares, n rows and k columns.

    Attributes
    ----------
    X : array, shape (n, k)
    coefficients : array, shape (k,)
    residuals : array, shape (n,)
    root : array, shape (k, k)
        R with R Rᵀ = (XᵀX)⁻¹.
    """

    X: Matrix
    coefficients: Vector
    residuals: Vector
    root: Matrix


def least_squares(X: Matrix, y: Vector) -> Fit:
    """
    Fit y on X by QR decomposition.

    Raises
    ------
    NotEstimableError
        'collinear' when the columns do not determine the coefficients, 'too_few_people' when no residual is left.
    """
    # not statsmodels' OLS: fitting and HC2 take it several times as long, which 1,000 simulated studies feel; it fits
    # collinear columns without a word; and CR2 needs the root of (XᵀX)⁻¹
    n, k = X.shape
    if n <= k:
        raise NotEstimableError("too_few_people")
    if np.linalg.matrix_rank(X / np.maximum(np.abs(X).max(axis=0), 1e-300)) < k:
        raise NotEstimableError("collinear")
    q, r = np.linalg.qr(X)
    root = np.linalg.inv(r)
    coefficients = root @ (q.T @ y)
    return Fit(X, coefficients, y - X @ coefficients, root)


def hc2(fit: Fit, column: int, *, level: float) -> Result:
    """
    Coefficient with the HC2 standard error (MacKinnon & White 1985) and t with n − k degrees of freedom.

    Raises
    ------
    NotEstimableError
        'one_of_a_kind' when a row alone determines a coefficient, 'no_variation' when nothing is left to vary.
    """
    n, k = fit.X.shape
    half = fit.X @ fit.root
    leverage = (half**2).sum(axis=1)
    if leverage.max() > 1 - SINGULAR:
        raise NotEstimableError("one_of_a_kind")
    influence = half @ fit.root[column]
    variance = float((influence**2 * fit.residuals**2 / (1 - leverage)).sum())
    return t_result(fit.coefficients[column], _root(variance, fit), n - k, level)


def cr2(fit: Fit, clusters: ArrayLike, column: int, *, level: float) -> Result:
    """
    Coefficient with the CR2 standard error and Satterthwaite degrees of freedom.

    Bell & McCaffrey (2002); Pustejovsky & Tipton (2018), with independent errors as the working model. With
    (XᵀX)⁻¹ = RRᵀ, U_g = X_g R and U_gᵀU_g = VΛVᵀ the adjustment A_g = (I − H_gg)^(−1/2) acts through k × k matrices:
    U_gᵀA_g e_g = V(1 − Λ)^(−1/2)Vᵀ U_gᵀe_g. Where 1 − Λ vanishes the Moore–Penrose inverse takes 0.

    Parameters
    ----------
    fit : Fit
    clusters : array-like, shape (n,)
        Cluster of each row, none missing; rows in any order.
    column : int
        Which coefficient.
    level : float
        Of the interval.

    Returns
    -------
    Result
        `details`: n_clusters.

    Raises
    ------
    NotEstimableError
        'too_few_clusters' when a cluster alone decides part of the coefficient (as where one cluster is the whole arm):
        its residuals then say nothing of that part, and CR2 would be too small. 'no_variation' when nothing is left to
        vary.
    """
    terms = cluster_terms(fit, clusters, column)
    variance = ((terms.weight * terms.score).sum(axis=1) ** 2).sum()
    details = {"n_clusters": float(len(terms.weight))}
    return t_result(fit.coefficients[column], _root(variance, fit), terms.df, level, details)


def robust(fit: Fit, column: int, *, clusters: ArrayLike | None, level: float) -> Result:
    """
    Coefficient by `cr2`; without clusters each row is one, which is HC2 with Satterthwaite's degrees of freedom.

    Raises
    ------
    NotEstimableError
        'one_of_a_kind' when a row alone determines part of the coefficient; with clusters as `cr2`.
    """
    if clusters is not None:
        return cr2(fit, clusters, column, level=level)
    try:
        return cr2(fit, np.arange(len(fit.X)), column, level=level)
    except NotEstimableError as error:
        raise NotEstimableError("one_of_a_kind" if error.reason == "too_few_clusters" else error.reason) from error


@dataclass(frozen=True, eq=False)
class ClusterTerms:
    """
    What CR2 needs to know of G clusters, for one of k coefficients; U = XR, and c is the coefficient's row of R.

    Attributes
    ----------
    score : array, shape (G, k)
        U_gᵀe_g; the sum of all is 0.
    weight : array, shape (G, k)
        V(1 − Λ)^(−1/2)Vᵀc; its product with the score is what the cluster adds to the coefficient, adjusted.
    plain, spread : array, shape (G, k)
        U_gᵀU_g times c, and times the weight; the sum of the first is c.
    expected : array, shape (G,)
        Variance of the adjusted part when all errors have variance 1; the sum of all is the coefficient's variance.
    """

    score: Matrix
    weight: Matrix
    plain: Matrix
    spread: Matrix
    expected: Vector

    @property
    def df(self) -> float:
        """Satterthwaite's degrees of freedom, tr(W)² / tr(W²)."""
        b = self.spread  # W_gg = expected_g, W_gh = −b_gᵀb_h, b_g = U_gᵀA_gU_g c
        squares = (self.expected**2).sum() + ((b.T @ b) ** 2).sum() - ((b**2).sum(axis=1) ** 2).sum()
        return float(self.expected.sum() ** 2 / squares)


def cluster_terms(fit: Fit, clusters: ArrayLike, column: int) -> ClusterTerms:
    """
    Adjusted parts of a coefficient, by cluster (Bell & McCaffrey 2002).

    Clusters of one size are taken together. With m rows or k columns, whichever are fewer, the matrices to take apart
    are U_gU_gᵀ = PΛPᵀ, m × m, or those of the k rows of a QR decomposition, which has the same U_gᵀU_g.

    Raises
    ------
    NotEstimableError
        'too_few_clusters' when a cluster alone decides part of the coefficient.
    ValueError
        When the cluster of a row is missing.
    """
    c, labels = fit.root[column], np.asarray(clusters)
    if (labels != labels).any():  # NaN would pass as one more cluster
        raise ValueError("The cluster of a row is missing.")
    group, sizes = np.unique(labels, return_inverse=True, return_counts=True)[1:]
    order, starts = np.argsort(group, kind="stable"), np.cumsum(sizes) - sizes
    U, k = (fit.X @ fit.root)[order], len(c)
    terms = np.empty((3, len(sizes), k))
    expected, bound = np.empty(len(sizes)), 0.0
    for size in np.unique(sizes):
        of = np.flatnonzero(sizes == size)
        rows = U[starts[of][:, None] + np.arange(size)]
        if size > k:
            rows = np.asarray(np.linalg.qr(rows, mode="r"))
        terms[:, of], expected[of], decided = _of_one_size(rows, c)
        bound += decided
    if bound > SINGULAR * (c @ c):
        raise NotEstimableError("too_few_clusters")
    score = np.add.reduceat(U * fit.residuals[order][:, None], starts)
    return ClusterTerms(score, weight=terms[0], plain=terms[1], spread=terms[2], expected=expected)


def _of_one_size(U: Matrix, c: Vector) -> tuple[Matrix, Vector, float]:
    """Weight, plain and spread of clusters with as many rows, shape (clusters, rows, k); expected; what they decide."""
    eigen, P = np.linalg.eigh(U @ U.transpose(0, 2, 1))
    turned = np.einsum("gij,gi->gj", P, U @ c)  # PᵀU_gc = Λ^(1/2)Vᵀc
    free = 1 - eigen > SINGULAR
    rest = np.sqrt(np.where(free, 1 - eigen, 1.0))
    # V(1 − Λ)^(−1/2)Vᵀc − c: ((1 − λ)^(−1/2) − 1) / λ is 1 / (√(1 − λ) + 1 − λ), which holds at λ = 0, too
    beyond = np.where(free, 1 / (rest + rest**2), -1 / np.where(free, 1.0, eigen))

    def back(scaled: Matrix) -> Matrix:
        return np.einsum("gij,gi->gj", U, np.einsum("gij,gj->gi", P, scaled))

    terms = np.stack([c + back(turned * beyond), back(turned), back(np.where(free, turned / rest, 0.0))])
    return terms, (turned**2).sum(axis=1), float((turned**2)[~free].sum())


def residual_weights(fit: Fit, column: int, *, clusters: ArrayLike | None = None) -> Matrix:
    """
    What turns residuals into the variance of a coefficient: the sum of squares of their product with these columns.

    HC2 without clusters, else CR2, as `robust` has them. The weights are made of the design alone, so they
    serve all outcomes of one design.

    Returns
    -------
    array, shape (n, clusters)
        0 where a row is not of the cluster; without clusters every row is one.
    """
    labels = np.arange(len(fit.X)) if clusters is None else np.asarray(clusters)
    group = np.unique(labels, return_inverse=True)[1]
    weight = cluster_terms(fit, labels, column).weight
    members = group[:, None] == np.arange(len(weight))
    return np.where(members, (fit.X @ fit.root * weight[group]).sum(axis=1)[:, None], 0.0)


def _root(variance: float, fit: Fit) -> float:
    """Return the standard error; residuals that are rounding noise alone mean that nothing varies."""
    size = max(1.0, np.abs(fit.X @ fit.coefficients).max())
    if np.abs(fit.residuals).max() <= 1e-12 * size or variance <= 0:
        raise NotEstimableError("no_variation")
    return float(np.sqrt(variance))
