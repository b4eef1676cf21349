"""Random-effects pooling of a few estimates, and what explains that they differ."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, chdtri, fdtrc

from rm_research.stats.regression import Matrix, least_squares
from rm_research.stats.result import NotEstimableError, Result, Vector, critical_value, t_result

ENOUGH_COHORTS = 5  # from which a further cohort is foretold, and estimates of cohorts borrow from the others
ENOUGH_DF = 20  # degrees of freedom of every estimate from which each is weighed by its own standard error
ENOUGH_TO_EXPLAIN = 10  # estimates that a moderator needs: Cochrane Handbook 6.4, section 10.11.5.1


@dataclass(frozen=True)
class MetaRegression:
    """
    What moderators explain of the differences between estimates.

    Attributes
    ----------
    coefficients : tuple of Result, length 1 + moderators
        The intercept (the effect where every moderator is 0), then the slope of each moderator.
    tau2 : float
        Variance between cohorts that the moderators leave unexplained, in squared units of the estimates.
    tau2_low, tau2_high : float
        Its Q-profile interval.
    r2 : float
        Share of τ² that the moderators explain, 0 to 1; NaN where there is no τ² to explain.
    q_e, q_e_df, q_e_p : float
        Whether the estimates differ by more than the moderators and chance say: χ², its degrees of freedom, p.
    q_m, q_m_df1, q_m_df2, q_m_p : float
        Whether the moderators explain anything: F, its degrees of freedom, p.
    """

    coefficients: tuple[Result, ...]
    tau2: float
    tau2_low: float
    tau2_high: float
    r2: float
    q_e: float
    q_e_df: float
    q_e_p: float
    q_m: float
    q_m_df1: float
    q_m_df2: float
    q_m_p: float


def average_of_people(
    estimates: Vector, std_errors: Vector, dfs: Vector, people: Vector, *, level: float
) -> Result:  # fmt: skip
    """
    Average of independent cohorts by their people: Σ (n_c/N) θ_c.

    Variance Σ (n_c/N)² v_c, with the degrees of freedom of Welch (1947) and Satterthwaite (1946):
    (Σ a²v)² / Σ (a²v)²/df. There is no variation between cohorts in it: it is about these cohorts.

    Parameters
    ----------
    estimates, std_errors, dfs, people : array, shape (k,)
        None missing, except dfs that are NaN where normal theory holds.
    level : float

    Returns
    -------
    Result

    Raises
    ------
    NotEstimableError
        'too_few_cohorts' when k < 2.

    Examples
    --------
    >>> import numpy as np
    >>> result = average_of_people(np.array([0.2, 0.5]), np.array([0.1, 0.1]), np.array([9.0, 29.0]),
    ...                            np.array([10, 30]), level=0.95)
    >>> round(result.estimate, 3), round(result.df, 1)
    (0.425, 34.4)
    """
    if len(estimates) < 2:
        raise NotEstimableError("too_few_cohorts")
    shares = people / people.sum()
    parts = shares**2 * std_errors**2
    known = ~np.isnan(dfs)
    least = (parts[known] ** 2 / dfs[known]).sum()
    df = float(parts.sum() ** 2 / least) if least > 0 else float("nan")
    return t_result(float(shares @ estimates), float(np.sqrt(parts.sum())), df, level)


def usable_errors(std_errors: Vector, dfs: Vector, design: Vector) -> Vector:
    """
    Standard errors by which cohorts are weighed: their own if all have 20 or more degrees of freedom, else pooled ones.

    v_c = s² d_c, where d_c is the design factor of a cohort and s² = Σ df_c (v_c/d_c) / Σ df_c the pooled residual
    variance. The standard error of a small cohort varies by chance and goes with its estimate (near the end of a scale
    a cohort that gained much also has a small one), so that weights of its own bias the average.

    Parameters
    ----------
    std_errors, dfs, design : array, shape (k,)
        NaN std_errors (of a cohort with one cluster) are pooled from the others. `design`: what the variance of an
        estimate is for a residual variance of 1, as 1/n of a mean.

    Returns
    -------
    array, shape (k,)

    Raises
    ------
    NotEstimableError
        'too_few_clusters' when no cohort has a standard error.

    Examples
    --------
    >>> import numpy as np
    >>> usable_errors(np.array([0.1, 0.2]), np.array([9.0, 9.0]), np.array([0.1, 0.1])).round(3).tolist()
    [0.158, 0.158]
    """
    known = ~np.isnan(std_errors)
    if not known.any():
        raise NotEstimableError("too_few_clusters")
    if known.all() and (np.isnan(dfs) | (dfs >= ENOUGH_DF)).all():
        return std_errors
    weights = np.where(np.isnan(dfs), 1 / design, dfs)[known]
    residual = float(weights @ (std_errors**2 / design)[known] / weights.sum())
    return np.sqrt(residual * design)


def shrunken(estimates: Vector, std_errors: Vector, *, mean: float, tau2: float) -> Vector:
    """
    Estimates drawn towards their mean, the more the less precise: μ + τ²/(τ² + v_c)(θ_c − μ).

    Raises
    ------
    NotEstimableError
        'too_few_cohorts' for fewer than five, or where cohorts do not differ by more than chance.

    Examples
    --------
    >>> import numpy as np
    >>> shrunken(np.arange(5.0), np.ones(5), mean=2.0, tau2=1.0).tolist()
    [1.0, 1.5, 2.0, 2.5, 3.0]
    """
    if len(estimates) < ENOUGH_COHORTS or not tau2 > 0:
        raise NotEstimableError("too_few_cohorts")
    return mean + tau2 / (tau2 + std_errors**2) * (estimates - mean)


def reml_hk(
    estimates: Vector, std_errors: Vector, *, level: float, between: Vector | None = None
) -> Result:  # fmt: skip
    """
    Average effect by REML with the Hartung–Knapp interval, never narrower than the normal-theory standard error.

    REML: Viechtbauer (2005). Standard error √(max(1, q) / Σw), q = Σw(y − μ)²/(k − 1), t with k − 1
    (Hartung & Knapp 2001; max(1, q): Röver, Knapp & Friede 2015). Prediction interval: t with k − 2 (Higgins, Thompson
    & Spiegelhalter 2009). I² from the typical variance (Higgins & Thompson 2002, eq. 9). Interval of τ²: Q-profile
    (Viechtbauer 2007).

    Parameters
    ----------
    estimates, std_errors : array, shape (k,)
        Independent estimates and their standard errors, none missing, no standard error 0.
    level : float
        Of all intervals.
    between : array, shape (k,), optional
        What share of τ² an estimate varies by: 1 for a cohort, Σ (n_c/n)² for several that were estimated together.
        By default all are cohorts.

    Returns
    -------
    Result
        `details`: tau2, tau2_low, tau2_high, i2 (share, 0 to 1), q (Cochran's Q), q_p, prediction_low and
        prediction_high (NaN when k < 3), q_hk, std_error_normal (1/√Σw, without Hartung and Knapp's factor), and
        fixed, fixed_std_error: the average of these very estimates by their precision, as if τ² were 0.

    Raises
    ------
    NotEstimableError
        'too_few_cohorts' when k < 2.
    """
    k = len(estimates)
    if k < 2:
        raise NotEstimableError("too_few_cohorts")
    problem = _Problem.of(np.ones((k, 1)), estimates, std_errors, between)
    random, fixed = problem.fit(problem.reml()), problem.fit(0.0)
    std_error = np.sqrt(max(1.0, random.q / (k - 1))) * random.std_errors[0]
    w, tau2 = 1 / problem.v, random.tau2
    typical = (k - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum())
    half = critical_value(k - 2, level) * np.sqrt(tau2 + std_error**2) if k > 2 else np.nan
    low, high = problem.q_profile(level)
    mean = random.coefficients[0]
    details = {
        "tau2": tau2, "tau2_low": low, "tau2_high": high, "i2": tau2 / (tau2 + typical),
        "q": fixed.q, "q_p": chdtrc(k - 1, fixed.q),
        "prediction_low": mean - half, "prediction_high": mean + half,
        "q_hk": random.q / (k - 1), "std_error_normal": random.std_errors[0],
        "fixed": fixed.coefficients[0], "fixed_std_error": fixed.std_errors[0],
    }  # fmt: skip
    return t_result(mean, std_error, k - 1, level, {name: float(value) for name, value in details.items()})


def meta_regression(estimates: Vector, std_errors: Vector, moderators: Matrix, *, level: float) -> MetaRegression:
    """
    Random-effects regression of estimates on facts of their cohorts, by REML with Knapp and Hartung's standard errors.

    τ² by REML (Viechtbauer 2005), standard errors times √max(1, q) with q = Σw e²/(k − p), t and F with k − p degrees
    of freedom (Knapp & Hartung 2003; max(1, q) as in `reml_hk`), p counting the intercept. R² compares τ² with and
    without moderators (Raudenbush 2009). Assumes independent cohorts, normal effects, known standard errors and
    straight lines; cohorts were not assigned their moderators, so slopes are associations.

    Parameters
    ----------
    estimates, std_errors : array, shape (k,)
        Independent estimates and their standard errors, none missing, no standard error 0.
    moderators : array, shape (k, m)
        Facts of each cohort, one or more, none missing; the intercept is added here.
    level : float
        Of all intervals.

    Returns
    -------
    MetaRegression

    Raises
    ------
    NotEstimableError
        'too_few_cohorts' for fewer than ten estimates a moderator, 'collinear' when a moderator does not vary, or only
        with another.
    """
    k, m = moderators.shape
    if k < ENOUGH_TO_EXPLAIN * m:
        raise NotEstimableError("too_few_cohorts")
    problem = _Problem.of(np.column_stack([np.ones(k), moderators]), estimates, std_errors)
    df = k - m - 1
    random, fixed = problem.fit(problem.reml()), problem.fit(0.0)
    covariance = max(1.0, random.q / df) * random.covariance
    slopes = random.coefficients[1:]
    q_m = float(slopes @ np.linalg.solve(covariance[1:, 1:], slopes)) / m
    unexplained = _Problem.of(np.ones((k, 1)), estimates, std_errors).reml()
    low, high = problem.q_profile(level)
    return MetaRegression(
        coefficients=tuple(
            t_result(estimate, std_error, df, level)
            for estimate, std_error in zip(random.coefficients, np.sqrt(np.diag(covariance)), strict=True)
        ),
        tau2=random.tau2, tau2_low=low, tau2_high=high,
        r2=max(0.0, 1 - random.tau2 / unexplained) if unexplained > 0 else float("nan"),
        q_e=fixed.q, q_e_df=df, q_e_p=float(chdtrc(df, fixed.q)),
        q_m=q_m, q_m_df1=m, q_m_df2=df, q_m_p=float(fdtrc(m, df, q_m)),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Weighted:
    """
    Weighted least squares at one τ².

    Attributes
    ----------
    tau2 : float
    coefficients : array, shape (p,)
    covariance : array, shape (p, p)
        (XᵀWX)⁻¹.
    q : float
        Σ w e².
    """

    tau2: float
    coefficients: Vector
    covariance: Matrix
    q: float

    @property
    def std_errors(self) -> Vector:
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True, eq=False)
class _Problem:
    """
    Estimates y with variances v + aτ² around a plane; weights are w = 1 / (v + aτ²).

    Attributes
    ----------
    y, v : array, shape (k,)
    a : array, shape (k,)
        Multiples of τ²; 1 unless given.
    basis : array, shape (k, p)
        Orthonormal columns that span those of X: moderators far from 0, as years, lose no digits.
    root : array, shape (p, p)
        X · root = basis.
    spread : float
        Residual sum of squares of the unweighted fit.
    """

    y: Vector
    v: Vector
    a: Vector
    basis: Matrix
    root: Matrix
    spread: float

    @classmethod
    def of(cls, X: Matrix, estimates: Vector, std_errors: Vector, between: Vector | None = None) -> "_Problem":
        fit, a = least_squares(X, estimates), np.ones(len(estimates)) if between is None else between
        return cls(estimates, std_errors**2, a, X @ fit.root, fit.root, float(fit.residuals @ fit.residuals))

    def _solved(self, tau2: float | Vector) -> tuple[Vector, Matrix, Vector]:
        """Weights, BᵀWB and residuals; a column of τ² gives a row each."""
        w = 1 / (self.v + self.a * tau2)
        gram = np.einsum("...k,ki,kj->...ij", w, self.basis, self.basis)
        moments = np.einsum("...k,ki->...i", w * self.y, self.basis)
        along = np.linalg.solve(gram, moments[..., None])[..., 0]
        return w, gram, self.y - along @ self.basis.T

    def fit(self, tau2: float) -> _Weighted:
        w, gram, residuals = self._solved(tau2)
        coefficients = self.root @ np.linalg.solve(gram, self.basis.T @ (w * self.y))
        covariance = self.root @ np.linalg.solve(gram, self.root.T)
        return _Weighted(tau2, coefficients, covariance, float(w @ residuals**2))

    def reml(self) -> float:
        """τ² where the restricted likelihood is highest, not below 0: best of a grid, then the root of the slope."""

        def deviance(tau2: Vector) -> Vector:
            w, gram, residuals = self._solved(tau2)
            return (w * residuals**2 - np.log(w)).sum(axis=-1) + np.linalg.slogdet(gram)[1]

        def slope(tau2: float) -> float:
            w, gram, residuals = self._solved(tau2)
            hat = np.einsum("ki,ij,kj->k", self.basis, np.linalg.inv(gram), self.basis)
            return float((self.a * (w - w**2 * hat - w**2 * residuals**2)).sum())

        top = float(max(self.y.var(ddof=1), self.v.max()) * 10 / self.a.min())
        grid = np.concatenate([[0.0], np.geomspace(top * 1e-8, top, 200)])
        best = int(np.argmin(deviance(grid[:, None])))
        if best == 0 and slope(0.0) >= 0:
            return 0.0
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        if slope(low) * slope(high) >= 0:
            return float(grid[best])
        return float(brentq(slope, low, high, xtol=1e-14 * top, rtol=1e-14))

    def q_profile(self, level: float) -> tuple[float, float]:
        """Interval of τ²: where Σ w e², which falls with τ², is as large as χ² with k − p lets it be; not below 0."""
        df = self.basis.shape[0] - self.basis.shape[1]
        tail = (1 - level) / 2
        return self._where_q_is(float(chdtri(df, tail))), self._where_q_is(float(chdtri(df, 1 - tail)))

    def _where_q_is(self, target: float) -> float:
        def excess(tau2: float) -> float:
            w, _, residuals = self._solved(tau2)
            return float(w @ residuals**2) - target

        if excess(0.0) <= 0:
            return 0.0
        most = 2 * self.spread / target / self.a.min()  # Σ w e² ≤ Σ w e²(unweighted) < spread / (aτ²)
        return float(brentq(excess, 0.0, most, xtol=1e-15 * most, rtol=1e-14))
