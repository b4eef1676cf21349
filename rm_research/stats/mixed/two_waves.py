"""
Two waves with one score per person in each, including people who left: closed forms for one random intercept.

Scores have one variance v at both waves and correlate by ρ within a person, which may be negative; people with a score
before stay in without one after. Given ρ, scores before are ~ N(μ₀, v) and scores after, given those before, are
~ N(αₐ + ρ pre, v(1 − ρ²)), with an intercept αₐ for each of m arms. So all but ρ has a closed form, and ρ is a root of
a cubic polynomial.
"""

from dataclasses import dataclass, replace

import numpy as np

from rm_research.stats.mixed.inference import determined
from rm_research.stats.mixed.reml import CLOSE
from rm_research.stats.mixed.taylor import Integers
from rm_research.stats.paired import NOISE, ends_of_mean, paired_t
from rm_research.stats.result import NotEstimableError, Result, Vector, t_result


@dataclass(frozen=True, eq=False)
class _Sums:
    """
    What the restricted likelihood needs.

    Attributes
    ----------
    n : int
        People with a score before.
    arms : array, shape (m,)
        How many of each arm have a score after.
    before : float
        Sum of squares of all scores before, about their mean.
    pre, post, cross : float
        Sums of squares and of products of complete pairs, about the means of their arm.
    means : array, shape (m, 2)
        Means of the complete pairs of each arm, before and after.
    mean : float
        Of all scores before.
    """

    n: int
    arms: Vector
    before: float
    pre: float
    post: float
    cross: float
    means: Vector
    mean: float

    @property
    def free(self) -> float:
        """Degrees of freedom of the variance, ρ known."""
        return float(self.n + self.arms.sum() - 1 - len(self.arms))


def likelihood_change(pre: Vector, post: Vector, *, level: float, equal_variances: bool = True) -> Result:
    """
    Mean change of everyone measured before, by REML, including people who left.

    The model is that of a random intercept for each person (Laird & Ware 1982, Biometrics 38:963), with a correlation
    that may be negative. People who left keep their score before and are assumed to have changed like others with that
    score, so the estimate is valid if leaving depends on the score before and on nothing else related to the change. It
    is the mean change of the complete pairs plus (b − 1)(mean of all before − mean before of the pairs), where b is the
    model's slope of after on before; degrees of freedom are Satterthwaite's. If nobody left, all equals the paired t.

    With equal variances b is the correlation; where scores vary more or less after than before, it is off, and so is
    the change assumed for people who left. Unequal variances do not assume that: b is then the least-squares
    slope of the pairs, which takes more of them to be known well.

    The means before and after have intervals of the same model: Var = v/n before; the mean after is the mean before
    plus the change, ȳ + b(mean of all before − mean before of the pairs), with Var = w/pairs + b²v/n, where w is the
    variance about the slope, v(1 − ρ²) with equal variances. Uncertainty of b and degrees of freedom are as for the
    change; if nobody left, 2(n − 1)/(1 + ρ²) with equal variances and n − 1 with unequal ones.

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people; NaN = absent. People without a score before are left out.
    level : float
        Of the interval.
    equal_variances : bool
        Whether scores are taken to vary as much after as before.

    Returns
    -------
    Result
        `details`: mean_pre (of all with a score before), mean_post (what the model expects of all of them), sd_pre,
        sd_post and r by the model, n_pre, n_pairs, n_leavers; mean_pre_low, mean_pre_high, mean_post_low and
        mean_post_high, ends of the means' intervals, NaN where unequal variances were asked for and one is 0.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when there are fewer than two (three with unequal variances), 'no_variation' when all pairs
        changed by the same amount, or when people left and all pairs have the same sum or, with unequal variances, the
        same score before: then nothing shows how people who left would have changed; 'no_optimum' when the correlation
        has no clear best value.
    """
    known = ~np.isnan(pre)
    pre, post = pre[known], post[known]
    sums = _summed(pre, post, np.zeros(len(pre), dtype=int), 1)
    if sums.arms[0] == sums.n:
        spread = np.array([sums.pre, sums.post])
        sd_pre, sd_post = np.sqrt((spread + spread[::-1]) / sums.free if equal_variances else spread / (sums.n - 1))
        r = sums.cross / (sums.n - 1) / (sd_pre * sd_post) if sd_pre * sd_post > 0 else float("nan")
        details = _details(sums, 0.0, sd_pre, sd_post, r)
        df = 2 * (sums.n - 1) / (1 + r**2) if equal_variances else sums.n - 1
        for name, sd in (("mean_pre", sd_pre), ("mean_post", sd_post)):
            details |= ends_of_mean(name, details[name], sd / np.sqrt(sums.n), df, level)
        return replace(paired_t(pre, post, level=level), details=details)
    if not equal_variances:
        return _by_regression(sums, level)
    rho = _correlation(sums)
    factor = (1 - rho**2) / sums.arms[0] + (1 - rho) ** 2 / sums.n
    slope = -2 * rho / sums.arms[0] - 2 * (1 - rho) / sums.n
    away = sums.mean - sums.means[0, 0]
    v, variance, df = _uncertainty(sums, rho, factor, slope, away)
    details = _details(sums, rho, np.sqrt(v), np.sqrt(v), rho)
    spread = (1 - rho**2) / sums.arms[0] + rho**2 / sums.n
    details |= _ends(details, "mean_pre", _uncertainty(sums, rho, 1 / sums.n, 0.0, 0.0), level)
    after = _uncertainty(sums, rho, spread, 2 * rho * (1 / sums.n - 1 / sums.arms[0]), away)
    details |= _ends(details, "mean_post", after, level)
    return t_result(details["mean_post"] - details["mean_pre"], np.sqrt(variance), df, level, details)


def _ends(details: dict[str, float], name: str, of_mean: tuple[float, float, float], level: float) -> dict[str, float]:
    """Ends of a mean's interval, from the result of `_uncertainty`."""
    _, variance, df = of_mean
    return ends_of_mean(name, details[name], np.sqrt(variance), df, level)


def _by_regression(sums: _Sums, level: float) -> Result:
    """
    Change when variances may differ: everything has a closed form.

    With b the slope, w the variance about the line and v that before, Var = w/pairs + (b − 1)²v/n, of which w, v and b
    are estimated independently; as in `_uncertainty`, that b is estimated adds 2 away² Var(b). The mean after has b in
    place of b − 1.
    """
    n, pairs = sums.n, float(sums.arms[0])
    if pairs < 3:
        raise NotEstimableError("too_few_pairs")
    if sums.pre <= NOISE**2 * (sums.before + sums.post):
        raise NotEstimableError("no_variation")
    b, v = sums.cross / sums.pre, sums.before / (n - 1)
    w = (sums.post - b * sums.cross) / (pairs - 1)

    def uncertainty(weight: float) -> tuple[float, float]:
        """Variance and degrees of freedom of what moves by `weight` with the mean of all before."""
        parts = np.array([w / pairs, weight**2 * v / n])
        spread = 2 * (parts**2 / [pairs - 1, n - 1]).sum() + (2 * weight * v / n) ** 2 * w / sums.pre
        variance = parts.sum() + 2 * (sums.mean - sums.means[0, 0]) ** 2 * w / sums.pre
        return float(variance), float(2 * parts.sum() ** 2 / spread) if spread > 0 else float("nan")

    sd_pre, sd_post = np.sqrt(v), np.sqrt(b**2 * v + w)
    details = _details(sums, b, sd_pre, sd_post, b * sd_pre / sd_post if sd_post > 0 else float("nan"))
    details |= _ends(details, "mean_pre", (v, v / n, n - 1), level)
    details |= _ends(details, "mean_post", (v, *uncertainty(b)), level)
    variance, df = uncertainty(b - 1)
    return t_result(details["mean_post"] - details["mean_pre"], np.sqrt(variance), df, level, details)


def constrained_likelihood(pre: Vector, post: Vector, in_arm: Vector, *, level: float) -> Result:
    """
    Difference after between two arms with equal means before, by REML: constrained longitudinal data analysis.

    Liang & Zeger (2000, Sankhyā B 62:134): one mean before for both arms, as random assignment warrants, a mean after
    for each; equally correlated scores as in `likelihood_change`, and as there those who left keep their score before.
    The estimate is the difference after of the complete pairs less ρ times their difference before; degrees of freedom
    are Satterthwaite's. Where people chose their arm, the arms differ before, and this is the wrong model.

    Parameters
    ----------
    pre, post : array, shape (n,)
        Scores of the same people; NaN = absent. People without a score before are left out.
    in_arm : array, shape (n,)
        1 for the arm, 0 for the comparison.
    level : float
        Of the interval.

    Returns
    -------
    Result
        `details`: mean_pre (of all with a score before), mean_post_arm and mean_post_comparison (what the model expects
        of all of them), sd_pre and sd_post (equal) and r by the model, n_pre, n_pairs, n_leavers.

    Raises
    ------
    NotEstimableError
        'too_few_pairs' when an arm has fewer than two, 'no_variation' when in both arms all pairs changed by the same
        amount, or all have the same sum; 'no_optimum' when the correlation has no clear best value.
    """
    known = ~np.isnan(pre)
    pre, post, arm = pre[known], post[known], (np.asarray(in_arm)[known] == 1).astype(int)
    sums = _summed(pre, post, arm, 2)
    rho = _correlation(sums)
    apart = (1 / sums.arms).sum()
    away = sums.means[0, 0] - sums.means[1, 0]
    v, variance, df = _uncertainty(sums, rho, (1 - rho**2) * apart, -2 * rho * apart, away)
    details = _details(sums, rho, np.sqrt(v), np.sqrt(v), rho)
    estimate = details["mean_post_arm"] - details["mean_post_comparison"]
    return t_result(estimate, np.sqrt(variance), df, level, details)


def _summed(pre: Vector, post: Vector, arm: Integers, m: int) -> _Sums:
    """Reduce people with a score before to sums, and refuse pairs that do not vary."""
    both = ~np.isnan(post)
    x, y, arm = pre[both], post[both], arm[both]
    counts = np.bincount(arm, minlength=m).astype(float)
    if counts.min() < 2:
        raise NotEstimableError("too_few_pairs")
    means = np.stack([np.bincount(arm, values, minlength=m) / counts for values in (x, y)], axis=1)
    a, b = x - means[arm, 0], y - means[arm, 1]
    sums = _Sums(len(pre), counts, float(((pre - pre.mean()) ** 2).sum()), float(a @ a), float(b @ b), float(a @ b),
                 means, float(pre.mean()))  # fmt: skip
    noise = NOISE * max(np.abs(pre).max(), np.abs(y).max())
    opposite = np.abs(b + a).max() <= noise and (m > 1 or len(x) < len(pre))
    if np.abs(b - a).max() <= noise or opposite:
        raise NotEstimableError("no_variation")
    return sums


def _correlation(sums: _Sums) -> float:
    """
    ρ at the highest restricted likelihood.

    With Q(ρ) = q(ρ) / (1 − ρ²) the sum of squares, −2 log likelihood is free · log q − (n − 1) log(1 − ρ²) up to a
    constant, and its derivative vanishes where a polynomial of degree three does.
    """
    free, rest = sums.free, sums.n - 1
    q = np.array([sums.before + sums.post, -2 * sums.cross, sums.pre - sums.before])
    cubic = [2 * q[2] * (rest - free), q[1] * (2 * rest - free), 2 * (free * q[2] + rest * q[0]), free * q[1]]
    roots = np.roots(cubic)
    inside = np.real(roots[(np.abs(np.imag(roots)) < 1e-6) & (np.abs(np.real(roots)) < 1)])
    if not len(inside):  # changes so similar that rounding decides
        raise NotEstimableError("no_optimum")
    deviance = free * np.log(q[0] + q[1] * inside + q[2] * inside**2) - rest * np.log(1 - inside**2)
    best = inside[deviance <= deviance.min() + CLOSE]
    if np.ptp(best) > 1e-4:  # as good with either sign
        raise NotEstimableError("no_optimum")
    return float(best[0])


def _uncertainty(sums: _Sums, rho: float, factor: float, slope: float, away: float) -> tuple[float, float, float]:
    """
    Variance v of one score, that of an estimate which moves by `away` per unit of ρ, and its degrees of freedom.

    Were v and ρ known, the variance would be v · factor(ρ), to which Satterthwaite's df belong. That they are estimated
    adds away² Var(ρ), and v · factor(ρ) is on average as much too small (Kenward & Roger 1997); Var(ρ) is by observed
    information, as scores missing at random need it (Kenward & Molenberghs 1998, Statist. Sci. 13:236). The Hessian is
    that of −2 log likelihood = free · log v + Σ (armₐ − 1) log(1 − ρ²) + Q(ρ)/v.
    """
    u = 1 / (1 - rho**2)
    du, ddu = 2 * rho * u**2, 2 * u**2 + 8 * rho**2 * u**3
    T = sums.post - 2 * rho * sums.cross + rho**2 * sums.pre
    dT, ddT = 2 * (rho * sums.pre - sums.cross), 2 * sums.pre
    v = (sums.before + T * u) / sums.free
    dQ, ddQ = dT * u + T * du, ddT * u + 2 * dT * du + T * ddu
    pairs = sums.arms.sum() - len(sums.arms)
    corner = -dQ / v**2
    hessian = np.array([[sums.free / v**2, corner], [corner, ddQ / v - 2 * pairs * (1 + rho**2) * u**2]])
    if not determined(hessian, np.diag(hessian)):
        raise NotEstimableError("no_optimum")
    covariance = 2 * np.linalg.inv(hessian)
    gradient = np.array([factor, v * slope])
    df = 2 * (v * factor) ** 2 / (gradient @ covariance @ gradient)
    return v, float(v * factor + 2 * away**2 * covariance[1, 1]), float(df)


def _details(sums: _Sums, slope: float, sd_pre: float, sd_post: float, r: float) -> dict[str, float]:
    """Means that the model expects for everyone with a score before, and its other results."""
    expected = sums.means[:, 1] + slope * (sums.mean - sums.means[:, 0])
    names = ["mean_post"] if len(expected) == 1 else ["mean_post_comparison", "mean_post_arm"]
    pairs = float(sums.arms.sum())
    details = {"mean_pre": sums.mean, **dict(zip(names, expected, strict=True)), "sd_pre": sd_pre, "sd_post": sd_post}
    details |= {"r": r, "n_pre": sums.n, "n_pairs": pairs, "n_leavers": sums.n - pairs}
    return {name: float(value) for name, value in details.items()}
