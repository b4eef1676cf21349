"""Student's t for a contrast of fixed effects: degrees of freedom by Satterthwaite and by Kenward and Roger."""

import numpy as np
from numpy.typing import ArrayLike

from rm_research.stats.mixed.reml import Fit
from rm_research.stats.mixed.taylor import Array
from rm_research.stats.result import NotEstimableError, Result, Vector, t_result

FLAT = 1e-9  # smallest eigenvalue, relative to the diagonal, of information that determines the variances


def satterthwaite(fit: Fit, contrast: ArrayLike, *, level: float, observed: bool = False) -> Result:
    """
    Contrast of fixed effects with the model's standard error and degrees of freedom by Satterthwaite (1941).

    As lmerTest (Kuznetsova, Brockhoff & Christensen 2017, JSS 82:13): f = cᵀΦc is a function of the variances θ, whose
    covariance A is twice the inverse Hessian of the REML deviance, and df = 2f² / (∇fᵀA∇f). Derivatives are exact. What
    lies on the boundary is held there: a variance of 0 counts as known, and a slope that correlates ±1 with its
    intercept stays so, as in lmerTest. With few groups and a variance of 0 that makes the interval too narrow;
    `kenward_roger` does not do so.

    Where rows are missing and others of the same people say which, that standard error is too small, because the
    estimate b then moves with the variances that were estimated. This adds ∇bᵀA∇b, by observed information (Kenward &
    Molenberghs 1998, Statist. Sci. 13:236), and f at the estimated variances is on average as much too small (Kenward &
    Roger 1997); if requested, both are corrected, f + 2∇bᵀA∇b. The degrees of freedom stay.

    Parameters
    ----------
    fit : Fit
    contrast : array-like, shape (p,)
        Weights of the coefficients.
    level : float
        Of the interval.
    observed : bool
        Whether to add 2∇bᵀA∇b. lmerTest does not.

    Returns
    -------
    Result
        `details`: the fit's variances and log_likelihood.

    Raises
    ------
    NotEstimableError
        'no_optimum' when the likelihood is flat, so that it does not determine the variances.
    """
    phi, c = fit.parts.phi, fit.root.T @ np.asarray(contrast, dtype=float)
    variance, turned = float(c @ phi @ c), phi @ c
    jacobian, hessian = curvature(fit)
    gradient = -np.einsum("i,rij,j->r", turned, fit.moments.M1[:, :-1, :-1], turned) @ jacobian
    df = variance**2 / (gradient @ np.linalg.solve(hessian, gradient))
    if observed:
        residual = np.append(-fit.parts.coefficients, 1.0)
        moves = (fit.moments.M1 @ residual)[:, :-1] @ turned @ jacobian
        variance += 4 * moves @ np.linalg.solve(hessian, moves)  # A is twice the inverse Hessian
    return _result(fit, contrast, np.sqrt(variance), df, level)


def kenward_roger(fit: Fit, contrast: ArrayLike, *, level: float) -> Result:
    """
    Contrast of fixed effects with the standard error and degrees of freedom of Kenward & Roger (1997).

    Biometrics 53:983, as pbkrtest (Halekoh & Højsgaard 2014, JSS 59:9): the covariance becomes Φ + 2Φ{Σ W_ij (Q_ij −
    P_iΦP_j)}Φ, W the inverse of the expected information of the variances. For one contrast their A₁ and A₂ are equal,
    A = Σ W_ij f_i f_j / f² with f = cᵀΦc, so the degrees of freedom are 2/A and the factor of the statistic is 1.
    Variances of 0 take part as if they were not known: a term's uncertainty stays in the answer as long as the model
    keeps it.

    Parameters
    ----------
    fit : Fit
    contrast : array-like, shape (p,)
        Weights of the coefficients.
    level : float
        Of the interval.

    Returns
    -------
    Result
        `details`: the fit's variances and log_likelihood.

    Raises
    ------
    NotEstimableError
        'no_optimum' when the design does not determine the variances.
    """
    phi, c = fit.parts.phi, fit.root.T @ np.asarray(contrast, dtype=float)
    variance, turned = float(c @ phi @ c), phi @ c
    information = -fit.parts.dd_log / 2
    if not determined(information, -np.diag(fit.moments.L2) / 2):
        raise NotEstimableError("no_optimum")
    W, P = np.linalg.inv(information), fit.moments.M1[:, :-1, :-1]
    pulled = P @ turned
    # of Q_ij the derivatives give Q_ij + Q_ji, which is as good, W being symmetric
    correction = np.einsum("rs,i,rsij,j->", W / 2, turned, fit.moments.M2[:, :, :-1, :-1], turned)
    correction -= np.einsum("rs,rs->", W, pulled @ phi @ pulled.T)
    share = pulled @ turned / variance
    return _result(fit, contrast, np.sqrt(variance + 2 * correction), 2 / (share @ W @ share), level)


def _result(fit: Fit, contrast: ArrayLike, std_error: float, df: float, level: float) -> Result:
    details = dict(fit.variances) | {"log_likelihood": fit.log_likelihood}
    return t_result(float(np.asarray(contrast, dtype=float) @ fit.coefficients), std_error, df, level, details)


def curvature(fit: Fit) -> tuple[Array, Array]:
    """
    Hessian of −2 log likelihood, in the directions in which the variances may move.

    Returns
    -------
    jacobian : array, shape (r, free)
        Of the variances, the residual one last, by these directions; what is on the boundary stays there.
    hessian : array, shape (free, free)

    Raises
    ------
    NotEstimableError
        'no_optimum' when the likelihood is flat in some direction.
    """
    jacobian, bend = fit.system.covariance.free(fit.psi)
    hessian = jacobian.T @ (fit.parts.dd_log + fit.parts.dd_rss) @ jacobian
    hessian += np.tensordot(fit.parts.d_log + fit.parts.d_rss, bend, 1)
    # information that coefficients take away altogether leaves rounding behind: judged by what there was before
    if not determined(hessian, np.diag(jacobian.T @ -fit.moments.L2 @ jacobian)):
        raise NotEstimableError("no_optimum")
    return jacobian, hessian


def determined(information: Array, size: Vector) -> bool:
    """Whether a matrix of information is positive definite by more than rounding, its diagonal being of this size."""
    if not (size > 0).all():
        return False
    scale = np.sqrt(size)
    return bool(np.linalg.eigvalsh(information / np.outer(scale, scale))[0] > FLAT)
