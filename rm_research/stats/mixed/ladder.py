"""A stated way down from the model the design asks for to one that the data carry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from rm_research.stats.mixed.inference import curvature, determined, kenward_roger, satterthwaite
from rm_research.stats.mixed.likelihood import moments, restricted, with_residual_variance
from rm_research.stats.mixed.reml import Fit, fit_at, fit_reml
from rm_research.stats.mixed.system import prepare_system
from rm_research.stats.mixed.taylor import Array
from rm_research.stats.mixed.terms import Term
from rm_research.stats.result import NotEstimableError, Result, Vector


@dataclass(frozen=True)
class Ladder:
    """
    The model at the end of the ladder.

    Attributes
    ----------
    fit : Fit
    terms : sequence of Term
        Those left.
    step : int
        How many slopes and intercepts were dropped; 0 where the model is the one requested.
    """

    fit: Fit
    terms: Sequence[Term]
    step: int


def fit_by_ladder(y: Vector, X: Array, terms: Sequence[Term], *, keep: Collection[str] = ()) -> Ladder:
    """
    Fit by REML, simplified where the full model is singular (in the spirit of Barr et al. 2013, J. Mem. Lang. 68:255).

    1. In the order declared, a slope and then an intercept are left out where the design cannot separate their variance
       from those before and the residual one, as with an intercept for each row, or a slope over two waves.
    2. Of slopes whose variance is 0 or whose correlation with the intercept is ±1, the one declared last is dropped
       and the model fitted again, until none is left; so is the last of all slopes where the likelihood with them has
       no clear maximum.
    3. Intercepts of variance 0 are dropped, except those in `keep`; the estimates are the same without them.

    Parameters
    ----------
    y : array, shape (n,)
    X : array, shape (n, p)
        None missing.
    terms : sequence of Term
        The most important first.
    keep : collection of str
        Names of terms whose intercept stays, also at variance 0: that of the unit which was assigned to an arm, so that
        Kenward and Roger's degrees of freedom go on counting these units.

    Raises
    ------
    NotEstimableError
        As `fit_reml`.
    """
    remaining = _determined(y, X, terms)
    fit, remaining = _without_singular_slopes(y, X, remaining)
    regular = [k for k, term in enumerate(remaining) if term.name not in fit.singular or term.name in keep]
    if len(regular) < len(remaining):
        # the maximum stays where it is, so there is nothing to search for
        psi = fit.psi[np.isin(fit.system.covariance.term, regular)]
        remaining = [remaining[k] for k in regular]
        fit = fit_at(psi, prepare_system(y, X, remaining), remaining)
    return Ladder(fit, remaining, _size(terms) - _size(remaining))


def _without_singular_slopes(y: Vector, X: Array, terms: Sequence[Term]) -> tuple[Fit, list[Term]]:
    remaining = list(terms)
    while True:
        slopes = [k for k, term in enumerate(remaining) if term.slope is not None]
        try:
            fit = fit_reml(y, X, remaining)
            curvature(fit)
        except NotEstimableError:
            if not slopes:
                raise
        else:
            slopes = [k for k in slopes if remaining[k].name in fit.singular]
            if not slopes:
                return fit, remaining
        remaining[slopes[-1]] = remaining[slopes[-1]].without_slope()


def _size(terms: Sequence[Term]) -> int:
    """Count intercepts and slopes."""
    return sum(1 if term.slope is None else 2 for term in terms)


def _determined(y: Vector, X: Array, terms: Sequence[Term]) -> list[Term]:
    """Terms whose variances the design determines, each together with the previous terms."""
    if _carries(y, X, terms):
        return list(terms)
    determined_terms: list[Term] = []
    for term in terms:
        for form in [term] if term.slope is None else [term, term.without_slope()]:
            if _carries(y, X, [*determined_terms, form]):
                determined_terms.append(form)
                break
    return determined_terms


def _carries(y: Vector, X: Array, terms: Sequence[Term]) -> bool:
    """Whether the expected information of the variances is of full rank; it is so everywhere or nowhere."""
    system = prepare_system(y, X, terms)
    psi = system.covariance.are_variances.astype(float)
    found = with_residual_variance(moments(system, psi), psi, system.n)
    # information that coefficients take away altogether leaves rounding behind: judged by what there was before
    return determined(-restricted(found).dd_log, -np.diag(found.L2))


def mixed_contrast(
    y: Vector,
    X: Array,
    contrast: ArrayLike,
    terms: Sequence[Term],
    *,
    level: float,
    keep: Collection[str] = (),
    observed: bool = False,
) -> Result:
    """
    One contrast of fixed effects in a linear mixed model fitted by REML, simplified by the ladder where it is singular.

    Parameters
    ----------
    y : array, shape (n,)
    X : array, shape (n, p)
        None missing.
    contrast : array-like, shape (p,)
        Weights of the coefficients: their weighted sum is estimated.
    terms : sequence of Term
        The most important first.
    level : float
        Of the intervals.
    keep : collection of str
        As in `fit_by_ladder`.
    observed : bool
        As in `satterthwaite`: for rows of which some are missing depending on others.

    Returns
    -------
    Result
        With Satterthwaite's degrees of freedom. `details`: variances and log_likelihood, ladder_step, and by Kenward
        and Roger kr_std_error, kr_df, kr_p_value, kr_ci_low and kr_ci_high.

    Raises
    ------
    NotEstimableError
        As `fit_reml` and `satterthwaite`.
    """
    ladder = fit_by_ladder(y, X, terms, keep=keep)
    return contrast_of(ladder, contrast, level=level, observed=observed)


def contrast_of(ladder: Ladder, contrast: ArrayLike, *, level: float, observed: bool = False) -> Result:
    """Return a further contrast of a model that is fitted, as `mixed_contrast` does."""
    result = satterthwaite(ladder.fit, contrast, level=level, observed=observed)
    checked = kenward_roger(ladder.fit, contrast, level=level)
    further = {"ladder_step": float(ladder.step), "kr_std_error": checked.std_error, "kr_df": checked.df,
               "kr_p_value": checked.p_value, "kr_ci_low": checked.ci_low, "kr_ci_high": checked.ci_high}  # fmt: skip
    return result.detailed(**further)
