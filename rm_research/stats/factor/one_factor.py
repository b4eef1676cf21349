"""One factor behind a set of items, and the omega that follows from it."""

from dataclasses import dataclass

import numpy as np

from rm_research.stats.factor.fit import fit, is_improper, loading_errors, standardised_loadings, unrestricted
from rm_research.stats.factor.indices import FitIndices, fit_indices
from rm_research.stats.factor.pattern import Matrix, Pattern, diagonal
from rm_research.stats.factor.sample import sample
from rm_research.stats.result import NotEstimableError, Vector

FEWEST_ITEMS = 3


@dataclass(frozen=True, eq=False)
class OneFactor:
    """
    A one-factor model of p items; the factor has mean 0 and variance 1.

    Attributes
    ----------
    n : int
        People who answered at least one item.
    loadings : array, shape (p,)
        Standardised: correlations of the items with the factor.
    loading_errors : array, shape (p,)
        Their standard errors.
    omega : float
        Share of the variance of the sum of the items, as the model implies it, that the factor explains.
    omega_observed : float
        The same share of the observed variance.
    improper : bool
        Whether a uniqueness is negative.
    indices : FitIndices
    """

    n: int
    loadings: Vector
    loading_errors: Vector
    omega: float
    omega_observed: float
    improper: bool
    indices: FitIndices


def one_factor(items: Matrix) -> OneFactor:
    """
    Fit one factor by maximum likelihood.

    Omega (McDonald 1999, Test Theory, ch. 6) is (Σλ)² / ((Σλ)² + Σθ), with λ the loadings and θ the uniquenesses:
    it divides by the variance of the sum that the model implies. `omega_observed` divides by the observed variance,
    as semTools' compRelSEM does by default. Assumes normal answers, one factor and uncorrelated
    uniquenesses; where answers are missing, that they are missing at random.

    Parameters
    ----------
    items : array, shape (people, p)
        Keyed answers; NaN = not answered.

    Raises
    ------
    NotEstimableError
        'too_few_items' when fewer than three, 'too_few_people' when not more people than items answered each pair of
        items, 'no_variation' when all gave the same answer to an item, 'items_alike' when some items decide another,
        'not_converged' when no maximum of the likelihood is found.
    """
    p = items.shape[1]
    if p < FEWEST_ITEMS:
        raise NotEstimableError("too_few_items")
    loadings, uniquenesses, intercepts = (
        [f"{kind} {item}" for item in range(p)] for kind in ("loading", "uniqueness", "intercept")
    )
    pattern = Pattern(
        loadings=np.array(loadings, object)[:, None],
        factor_covariances=np.ones((1, 1), object),
        uniquenesses=diagonal(uniquenesses),
        intercepts=np.array(intercepts, object),
        factor_means=np.zeros(1, object),
    )
    people = sample(items)
    moments = unrestricted(people)
    fitted = fit([pattern], [people], [moments])
    values = fitted.matrices()[0]
    explained = float(values.loadings.sum() ** 2)
    return OneFactor(
        n=people.n,
        loadings=standardised_loadings(fitted)[0][:, 0],
        loading_errors=loading_errors(fitted)[0][:, 0],
        omega=explained / (explained + float(values.uniquenesses.sum())),
        omega_observed=explained / float(moments.covariances.sum()),
        improper=is_improper(fitted),
        indices=fit_indices(fitted, means=False),
    )
