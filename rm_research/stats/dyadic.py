"""Two people who influence each other: the actor–partner model, and the similarity of members of a dyad."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtr, fdtrc, fdtri, ndtri, psi, stdtr

from rm_research.stats.paired import NOISE
from rm_research.stats.regression import Fit, Matrix, least_squares
from rm_research.stats.result import NotEstimableError, Result, Vector, t_result

FIRST, SECOND = 1, 2  # columns of the members' predictors, after the intercept


@dataclass(frozen=True, eq=False)
class ActorPartner:
    """
    Actor–partner model of dyads whose members have different roles.

    Attributes
    ----------
    actor : tuple of Result, length 2
        Slope of the outcome of member 1, and of member 2, on their own predictor.
    partner : tuple of Result, length 2
        Slope of the outcome of member 1, and of member 2, on the other's predictor.
    intercepts : tuple of Result, length 2
    correlation : Result
        Of what the predictors leave of both outcomes; −1 to 1.
    covariance : array, shape (2, 2)
        Of what the predictors leave, unbiased (n − p).
    n_dyads, n_incomplete : int
        Dyads that the model rests on, and dyads left out because a value is absent.
    """

    actor: tuple[Result, Result]
    partner: tuple[Result, Result]
    intercepts: tuple[Result, Result]
    correlation: Result
    covariance: Matrix
    n_dyads: int
    n_incomplete: int


@dataclass(frozen=True)
class LikelihoodRatio:
    """
    Likelihood ratio test.

    Attributes
    ----------
    statistic, df, p_value : float
        χ², its degrees of freedom and p.
    p_corrected : float
        p of χ² divided by what its mean exceeds its degrees of freedom by (Bartlett 1937): for few dyads.
    """

    statistic: float
    df: float
    p_value: float
    p_corrected: float


def actor_partner(
    y1: Vector, y2: Vector, x1: Vector, x2: Vector, *, level: float, covariates: Matrix | None = None
) -> ActorPartner:
    """
    Actor–partner interdependence model of distinguishable members (Kenny, Kashy & Cook 2006, ch. 7).

    Two equations, y₁ and y₂, each on x₁ and x₂, with correlated errors. Because both have the same predictors,
    generalised least squares is least squares of each (Zellner 1962), and with the dyad as the unit the slopes follow
    t with n − p degrees of freedom, p coefficients an equation. The correlation of the errors is a partial one:
    t with n − p − 1 (Fisher 1924), interval by Fisher's z. Assumes independent dyads, straight lines and, of each role,
    errors alike in all dyads; slopes are associations.

    Parameters
    ----------
    y1, y2 : array, shape (dyads,)
        Outcome of member 1 and of member 2; NaN = absent. Dyads with an absent value are left out.
    x1, x2 : array, shape (dyads,)
        Predictor of member 1 and of member 2.
    level : float
        Of all intervals.
    covariates : array, shape (dyads, c), optional
        Variables of the dyad, with separate slopes in the two equations.

    Returns
    -------
    ActorPartner

    Raises
    ------
    NotEstimableError
        'too_few_pairs' where no degree of freedom is left, 'collinear' when predictors do not vary, or only together,
        'no_variation' when they leave nothing of an outcome.
    """
    values, n_incomplete = _complete(y1, y2, x1, x2, covariates)
    n, X = len(values), np.column_stack([np.ones(len(values)), values[:, 2:]])
    df = n - X.shape[1]
    if df < 3:  # an interval of the correlation needs three
        raise NotEstimableError("too_few_pairs")
    one, two = (_varied(least_squares(X, values[:, member])) for member in (0, 1))
    residuals = np.column_stack([one.residuals, two.residuals])
    covariance = residuals.T @ residuals / df
    return ActorPartner(
        actor=(_slope(one, FIRST, level=level), _slope(two, SECOND, level=level)),
        partner=(_slope(one, SECOND, level=level), _slope(two, FIRST, level=level)),
        intercepts=(_slope(one, 0, level=level), _slope(two, 0, level=level)),
        correlation=_partial_correlation(covariance, df, level),
        covariance=covariance,
        n_dyads=n,
        n_incomplete=n_incomplete,
    )


def partner_slopes(outcome: Vector, own: Vector, partner: Vector, *, level: float) -> tuple[Result, Result]:
    """
    One equation of the actor–partner model: slopes of an outcome on one's own and on the partner's predictor.

    Least squares with equal variances, and t with n − 3 degrees of freedom: what `actor_partner` gives for one member,
    without need of the other's outcome (Zellner 1962).

    Parameters
    ----------
    outcome, own, partner : array, shape (dyads,)
        Of the members of one role; NaN = absent. Dyads with an absent value are left out.
    level : float
        Of both intervals.

    Returns
    -------
    (Result, Result)
        Own slope and the partner's; the other is held equal.

    Raises
    ------
    NotEstimableError
        As `actor_partner`.
    """
    values = np.column_stack([outcome, own, partner])
    values = values[np.isfinite(values).all(axis=1)]
    if len(values) < 4:
        raise NotEstimableError("too_few_pairs")
    fit = _varied(least_squares(np.column_stack([np.ones(len(values)), values[:, 1:]]), values[:, 0]))
    return _slope(fit, FIRST, level=level), _slope(fit, SECOND, level=level)


def distinguishability(
    y1: Vector, y2: Vector, x1: Vector, x2: Vector, *, covariates: Matrix | None = None
) -> LikelihoodRatio:
    """
    Likelihood ratio test of whether the two roles differ at all in the actor–partner model.

    Members that could change places have equal means and variances of the predictor, equal intercepts, actor and
    partner slopes and error variances: six equalities, and two more for each covariate (Kenny, Kashy & Cook 2006,
    ch. 7). Sums and differences are independent then, so both likelihoods have closed forms, and so has the mean of
    the statistic, by E(ln χ²ν) = ψ(ν/2) + ln 2: with few dyads it exceeds the degrees of freedom, for which
    Bartlett's (1937) factor makes up. Assumes normal values and independent dyads.

    Parameters
    ----------
    y1, y2, x1, x2, covariates
        As in `actor_partner`.

    Returns
    -------
    LikelihoodRatio

    Raises
    ------
    NotEstimableError
        As `actor_partner`.
    """
    values, _ = _complete(y1, y2, x1, x2, covariates)
    n, known = len(values), np.column_stack([np.ones(len(values)), values[:, 4:]])
    if n < values.shape[1] + 2:
        raise NotEstimableError("too_few_pairs")
    # the determinant of a covariance is a product of residual variances, each value given the previous ones
    regressions = [(1, [2, 3]), (0, [1, 2, 3]), (2, [3]), (3, [])]
    free = [_log_spread(np.column_stack([known, values[:, by]]), values[:, k]) for k, by in regressions]
    y1, y2, x1, x2 = values[:, :4].T
    equal = [
        _log_spread(np.column_stack([known, x1 + x2]), y1 + y2), _log_spread((x1 - x2)[:, None], y1 - y2),
        _log_spread(known, x1 + x2), _log_spread(known[:, :0], x1 - x2),
    ]  # fmt: skip
    logs, expected = (np.sum(equal, axis=0) - np.sum(free, axis=0)) * n
    statistic = logs - 4 * n * np.log(2)  # sums and differences have twice the variance of orthonormal ones
    df = 6 + 2 * (values.shape[1] - 4)
    corrected = statistic * df / expected
    return LikelihoodRatio(*(float(value) for value in (statistic, df, chdtrc(df, statistic), chdtrc(df, corrected))))


def dyadic_icc(y1: Vector, y2: Vector, *, level: float) -> Result:
    """
    Intraclass correlation of two members by analysis of variance; negative where members differ more than strangers.

    (MSB − MSW) / (MSB + MSW), which is ICC(1) of two (Kenny, Kashy & Cook 2006, ch. 2); F = MSB / MSW on n − 1 and n
    degrees of freedom, interval from its quantiles (Shrout & Fleiss 1979), p two-sided. A difference between the roles'
    means lowers it; `details` has Pearson's correlation, which ignores that difference. Assumes normal scores with one
    variance.

    Parameters
    ----------
    y1, y2 : array, shape (dyads,)
        Scores of member 1 and of member 2; NaN = absent. Dyads with an absent score are left out.
    level : float
        Of the interval.

    Returns
    -------
    Result
        `estimate` from −1 to 1; `statistic` is F; `std_error` and `df` are NaN. `details`: n_dyads, n_incomplete,
        pearson (NaN where one role does not vary), double_entry (correlation with every dyad entered in both orders).

    Raises
    ------
    NotEstimableError
        'too_few_pairs' for fewer than two dyads, 'no_variation' when all dyads are equal, or both members of each.
    """
    known = ~(np.isnan(y1) | np.isnan(y2))
    first, second = y1[known], y2[known]
    n = len(first)
    if n < 2:
        raise NotEstimableError("too_few_pairs")
    size = NOISE * max(np.abs(first).max(), np.abs(second).max())
    sums, differences = first + second, first - second
    if np.ptp(sums) <= size or np.abs(differences).max() <= size:
        raise NotEstimableError("no_variation")
    f = sums.var(ddof=1) / 2 / (differences @ differences / (2 * n))
    upper = (1 + level) / 2
    low, high = f / fdtri(n - 1, n, upper), f * fdtri(n, n - 1, upper)
    varied = min(np.ptp(first), np.ptp(second)) > size
    both = np.concatenate([first, second])
    details = {
        "n_dyads": n, "n_incomplete": len(y1) - n,
        "pearson": np.corrcoef(first, second)[0, 1] if varied else np.nan,
        "double_entry": ((first - both.mean()) @ (second - both.mean())) / (n * both.var()),
    }  # fmt: skip
    return Result(
        estimate=float((f - 1) / (f + 1)),
        std_error=float("nan"),
        df=float("nan"),
        statistic=float(f),
        p_value=float(min(1.0, 2 * min(fdtr(n - 1, n, f), fdtrc(n - 1, n, f)))),
        ci_low=float((low - 1) / (low + 1)),
        ci_high=float((high - 1) / (high + 1)),
        details={name: float(value) for name, value in details.items()},
    )


def _complete(y1: Vector, y2: Vector, x1: Vector, x2: Vector, covariates: Matrix | None) -> tuple[Matrix, int]:
    """Columns y₁, y₂, x₁, x₂ and covariates of the dyads that have them all, and how many have not."""
    members = np.column_stack([y1, y2, x1, x2])
    values = members if covariates is None else np.column_stack([members, covariates])
    complete = ~np.isnan(values).any(axis=1)
    return values[complete], int((~complete).sum())


def _varied(fit: Fit) -> Fit:
    """Return the fit unless it leaves nothing but rounding."""
    size = np.abs(fit.X @ fit.coefficients).max() + np.abs(fit.residuals).max()
    if np.abs(fit.residuals).max() <= NOISE * size:
        raise NotEstimableError("no_variation")
    return fit


def _log_spread(X: Matrix, y: Vector) -> tuple[float, float]:
    """Return ln of the residual sum of squares, and what the mean of that is with unit variance, less ln 2."""
    n, k = X.shape
    residuals = _varied(least_squares(X, y)).residuals if k else y
    return float(np.log(residuals @ residuals)), float(psi((n - k) / 2))


def _variance(fit: Fit) -> float:
    """Residual variance, unbiased."""
    n, k = fit.X.shape
    return float(fit.residuals @ fit.residuals) / (n - k)


def _slope(fit: Fit, column: int, *, level: float) -> Result:
    """Coefficient with the standard error of equal variances."""
    n, k = fit.X.shape
    std_error = np.sqrt(_variance(fit) * (fit.root[column] ** 2).sum())
    return t_result(fit.coefficients[column], std_error, n - k, level)


def _partial_correlation(covariance: Matrix, df: float, level: float) -> Result:
    """Correlation of the residuals of two equations with df = n − p each."""
    r = float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
    if 1 - r**2 <= NOISE:
        raise NotEstimableError("no_variation")
    statistic = r * np.sqrt((df - 1) / (1 - r**2))
    half = ndtri((1 + level) / 2) / np.sqrt(df - 2)
    return Result(
        estimate=r,
        std_error=float("nan"),
        df=float(df - 1),
        statistic=float(statistic),
        p_value=float(2 * stdtr(df - 1, -abs(statistic))),
        ci_low=float(np.tanh(np.arctanh(r) - half)),
        ci_high=float(np.tanh(np.arctanh(r) + half)),
    )
