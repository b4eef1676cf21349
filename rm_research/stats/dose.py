"""How scores after go with the number of sessions; and, where a lot assigned people, the effect of attending."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from rm_research.stats.paired import NOISE
from rm_research.stats.regression import Fit, Matrix, cr2, hc2, least_squares
from rm_research.stats.result import Result, Vector, critical_value

WEAK = 10.0  # first-stage F below which the usual interval misleads (Staiger & Stock 1997)
EXPOSURE = 1  # column of sessions, or of attendance, in every design


def dose_response(
    pre: Vector, post: Vector, sessions: Vector, *, level: float, clusters: ArrayLike | None = None
) -> Result:
    """
    Difference in the score after that goes with one more session, among participants with the same score before.

    Least squares of post on 1, sessions, pre; HC2 (MacKinnon & White 1985) with t and n − 3 degrees of freedom, or CR2
    with Satterthwaite's (Bell & McCaffrey 2002) where people are in clusters. It is an association: who meets more
    often may differ in other ways. Assumes a straight line.

    Parameters
    ----------
    pre, post : array, shape (people,)
        Scores; NaN = absent.
    sessions : array, shape (people,)
        Sessions before the score after; 0 = none, NaN = no log. People with an absent value are left out.
    level : float
        Of the interval.
    clusters : array-like, shape (people,), optional
        Cluster of each person, as the dyad, none missing.

    Returns
    -------
    Result
        Per session. `details`: n_people, n_incomplete, mean_sessions, sd_sessions, std_error_classical (homoscedastic),
        and n_clusters where there are clusters.

    Raises
    ------
    NotEstimableError
        'too_few_people', 'collinear' when sessions or scores before do not vary, or only together, 'one_of_a_kind',
        'too_few_clusters', 'no_variation'.
    """
    (pre, post, sessions), units, counts = _complete([pre, post, sessions], clusters)
    fit = least_squares(np.column_stack([np.ones(len(pre)), sessions, pre]), post)
    further = {"mean_sessions": sessions.mean(), "sd_sessions": sessions.std(ddof=1),
               "std_error_classical": np.sqrt(_classical(fit)[1])}  # fmt: skip
    return _exposed(fit, units, level).detailed(**counts, **further)


def effect_of_attending(
    pre: Vector, post: Vector, attended: Vector, assigned: Vector, *, level: float, clusters: ArrayLike | None = None
) -> Result:
    """
    Effect of attending by two-stage least squares, what a lot assigned being the instrument.

    Post on 1, attended, pre, with assigned in the place of attended among the instruments. With one instrument it is
    the effect of assignment on scores over that on attendance: the average effect in those who attend if assigned and
    not otherwise (Angrist, Imbens & Rubin 1996); of sessions, a weighted average over sessions (Angrist & Imbens 1995).
    HC2 or CR2 on the second stage, whose regressors are fitted values and whose residuals use attendance itself.
    Assumes that a lot assigned people, that assignment works through attendance alone, and that it keeps nobody away.
    Where the first stage is weak, read the Anderson–Rubin interval (1949), which holds at any strength.

    Parameters
    ----------
    pre, post : array, shape (people,)
        Scores; NaN = absent.
    attended : array, shape (people,)
        1 who attended and 0 who did not, or the number of sessions; NaN = not known.
    assigned : array, shape (people,)
        1 who was assigned to the programme, 0 who was not. People with an absent value are left out.
    level : float
        Of both intervals.
    clusters : array-like, shape (people,), optional
        Cluster of each person, none missing: the unit that was assigned.

    Returns
    -------
    Result
        `details`: n_people, n_incomplete; first_stage (difference in attendance that assignment made), first_stage_f
        (homoscedastic) and first_stage_f_robust (with the standard error used here), both infinite where all did as
        assigned; weak (1 when first_stage_f_robust < 10, else 0); ar_low and ar_high (infinite where scores set no
        limit); std_error_classical (homoscedastic); wu_hausman_f and wu_hausman_p (whether least squares would give the
        same; NaN where all did as assigned); n_clusters where there are clusters.

    Raises
    ------
    NotEstimableError
        'too_few_people', 'collinear' when assignment or scores before do not vary, or when assignment did not change
        attendance at all, 'one_of_a_kind', 'too_few_clusters', 'no_variation'.
    """
    (pre, post, attended, assigned), units, counts = _complete([pre, post, attended, assigned], clusters)
    ones = np.ones(len(pre))
    Z = np.column_stack([ones, assigned, pre])
    first = least_squares(Z, attended)
    X = np.column_stack([ones, attended, pre])
    projected = least_squares(np.column_stack([ones, Z @ first.coefficients, pre]), post)
    second = Fit(projected.X, projected.coefficients, post - X @ projected.coefficients, projected.root)
    result = _exposed(second, units, level)
    low, high = _anderson_rubin(Z, post - result.estimate * attended, attended, units, level)
    strength = _first_stage(first, attended, units, level) | _wu_hausman(X, first.residuals, post)
    intervals = {"std_error_classical": np.sqrt(_classical(second)[1]),
                 "ar_low": result.estimate + low, "ar_high": result.estimate + high}  # fmt: skip
    return result.detailed(**counts, **strength, **intervals)


def _complete(columns: Sequence[Vector], clusters: ArrayLike | None) -> tuple[Matrix, NDArray | None, dict[str, float]]:
    """Rows for columns of the people who have all values, their clusters, and how many people there are."""
    values = np.array(columns)
    known = np.isfinite(values).all(axis=0)
    units = None if clusters is None else np.asarray(clusters)[known]
    return values[:, known], units, {"n_people": known.sum(), "n_incomplete": (~known).sum()}


def _exposed(fit: Fit, clusters: NDArray | None, level: float) -> Result:
    # without clusters as instrumental variables have it elsewhere, with n − k degrees of freedom
    return hc2(fit, EXPOSURE, level=level) if clusters is None else cr2(fit, clusters, EXPOSURE, level=level)


def _classical(fit: Fit) -> tuple[float, float]:
    """Coefficient of the exposure and its variance if errors have equal variances."""
    n, k = fit.X.shape
    scale = (fit.residuals @ fit.residuals) / (n - k)
    return float(fit.coefficients[EXPOSURE]), float(scale * (fit.root[EXPOSURE] ** 2).sum())


def _did_as_assigned(residuals: Vector, attended: Vector) -> bool:
    """Whether assignment says all of attendance: what it leaves is rounding."""
    return bool(np.abs(residuals).max() <= NOISE * np.abs(attended).max())


def _first_stage(first: Fit, attended: Vector, clusters: NDArray | None, level: float) -> dict[str, float]:
    """How strongly assignment moved attendance."""
    slope, variance = _classical(first)
    if _did_as_assigned(first.residuals, attended):
        return {"first_stage": slope, "first_stage_f": np.inf, "first_stage_f_robust": np.inf, "weak": 0.0}
    strength = _exposed(first, clusters, level).statistic ** 2
    return {"first_stage": slope, "first_stage_f": slope**2 / variance, "first_stage_f_robust": strength,
            "weak": float(strength < WEAK)}  # fmt: skip


def _wu_hausman(X: Matrix, unexplained: Vector, post: Vector) -> dict[str, float]:
    """
    Test whether what assignment does not explain of attendance goes with scores (Hausman 1978, in regression form).

    NaN where nothing is unexplained, or where no degree of freedom is left.
    """
    df = len(post) - X.shape[1] - 1
    if df < 1 or _did_as_assigned(unexplained, X[:, EXPOSURE]):
        return {"wu_hausman_f": np.nan, "wu_hausman_p": np.nan}
    slope, variance = _classical(least_squares(np.column_stack([X[:, :1], unexplained, X[:, 1:]]), post))
    f = slope**2 / variance
    return {"wu_hausman_f": f, "wu_hausman_p": float(fdtrc(1, df, f))}


def _anderson_rubin(
    Z: Matrix, unexplained: Vector, attended: Vector, clusters: NDArray | None, level: float
) -> tuple[float, float]:
    """
    Ends, from the estimate, of the effects b at which assignment says nothing of post − b · attended.

    The t of assignment in that regression is within its limits where (π² − t²V_dd)δ² + 2t²V_ud δ ≤ t²V_uu, δ = b −
    estimate, π the first stage; V, quadratic in residuals, belongs to u = post − estimate · attended (whose
    coefficient is 0) and d = attended. Infinite where π is within its own limits: the interval is then unbounded.
    """
    of_u, first = _exposed(least_squares(Z, unexplained), clusters, level), least_squares(Z, attended)
    limit, v_uu, pi = critical_value(of_u.df, level) ** 2, of_u.std_error**2, first.coefficients[EXPOSURE]
    v_dd = v_ud = 0.0
    if not _did_as_assigned(first.residuals, attended):
        v_dd = _exposed(first, clusters, level).std_error ** 2
        scale = np.sqrt(v_uu / v_dd)
        v_both = _exposed(least_squares(Z, unexplained + scale * attended), clusters, level).std_error ** 2
        v_ud = (v_both - 2 * v_uu) / (2 * scale)
    bend = pi**2 - limit * v_dd
    if bend <= 0:
        return -np.inf, np.inf
    half = np.sqrt((limit * v_ud) ** 2 + bend * limit * v_uu)
    return (-limit * v_ud - half) / bend, (-limit * v_ud + half) / bend
