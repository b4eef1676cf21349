"""How well a factor model fits, with the conventions of lavaan 0.6."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtr, chdtrc, chndtr

from rm_research.stats.factor.fit import Fit
from rm_research.stats.factor.likelihood import CLOSE
from rm_research.stats.factor.pattern import implied

CLOSE_FIT = 0.05  # RMSEA of the test of close fit (Browne & Cudeck 1993)


@dataclass(frozen=True)
class FitIndices:
    """
    Fit of a model with t parameters to N people in G groups.

    Attributes
    ----------
    chi2, df, p_value : float
        Likelihood ratio against means and covariances without restriction, N · F (not N − 1); the p-value is NaN where
        df is 0.
    cfi : float
        0 to 1 (Bentler 1990, Psychological Bulletin 107:238); against items without any correlation in any group.
    tli : float
        About 0 to 1 (Tucker & Lewis 1973, Psychometrika 38:1); NaN where the items hardly correlate.
    rmsea, rmsea_low, rmsea_high, p_close : float
        √(max(χ² − df, 0) G / (N df)) (Steiger 1998) with its 90 % interval, and the p-value of the hypothesis that it
        is at most 0.05 (Browne & Cudeck 1993). Where df is 0, RMSEA is 0 and its p-value NaN.
    srmr : float
        Root mean square of what is left of covariances and means, in units of the items' standard deviations (Bentler
        1995), averaged over groups by their size.
    n_parameters : int
    log_likelihood, aic, bic : float
    """

    chi2: float
    df: int
    p_value: float
    cfi: float
    tli: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    p_close: float
    srmr: float
    n_parameters: int
    log_likelihood: float
    aic: float
    bic: float


def fit_indices(fitted: Fit, *, means: bool = True) -> FitIndices:
    """
    Judge a fit.

    Parameters
    ----------
    fitted : Fit
    means : bool
        Whether the means are part of the model. If not, they take no part in SRMR and in the number of parameters; the
        other indices are the same as long as the model leaves them free.
    """
    people, groups = sum(sample.n for sample in fitted.samples), len(fitted.samples)
    p = len(fitted.samples[0].means)
    moments = groups * p * (p + 3) // 2
    df, unused = moments - len(fitted.model.names), 0 if means else groups * p
    n_parameters = len(fitted.model.names) - unused
    lowest = sum(moment.deviance for moment in fitted.unrestricted)
    misfit = fitted.best.deviance - lowest
    chi2 = misfit if misfit > CLOSE else 0.0  # less is only how far the search went
    answers = sum(sample.counts.sum() for sample in fitted.samples)
    log_likelihood = -(fitted.best.deviance + answers * np.log(2 * np.pi)) / 2
    cfi, tli = _against_baseline(chi2, df, _baseline(fitted) - lowest, groups * p * (p - 1) // 2)
    low, high, p_close = _rmsea_interval(chi2, df, people / groups)
    return FitIndices(
        chi2=float(chi2), df=df, p_value=float(chdtrc(df, chi2)) if df else float("nan"), cfi=cfi, tli=tli,
        rmsea=rmsea(chi2, df, people / groups), rmsea_low=low, rmsea_high=high, p_close=p_close,
        srmr=_srmr(fitted, means), n_parameters=n_parameters, log_likelihood=float(log_likelihood),
        aic=float(2 * n_parameters - 2 * log_likelihood),
        bic=float(np.log(people) * n_parameters - 2 * log_likelihood),
    )  # fmt: skip


def rmsea(chi2: float, df: int, people: float) -> float:
    """Misfit for each degree of freedom; `people` is their number divided by that of groups."""
    return float(np.sqrt(max(chi2 - df, 0.0) / (df * people))) if df else 0.0


def _rmsea_interval(chi2: float, df: int, people: float) -> tuple[float, float, float]:
    """90 % interval from those noncentralities that make χ² a 5 % and a 95 % quantile, and the test of close fit."""
    if not df:
        return 0.0, 0.0, float("nan")

    def noncentrality(share: float) -> float:
        if chdtr(df, chi2) <= share:
            return 0.0
        top = chi2 + 10 * np.sqrt(chi2 + df) + 10
        return float(brentq(lambda nc: chndtr(chi2, df, nc) - share, 0, top, xtol=1e-10))

    low, high = (float(np.sqrt(noncentrality(share) / (df * people))) for share in (0.95, 0.05))
    return low, high, float(1 - chndtr(chi2, df, df * people * CLOSE_FIT**2))


def _baseline(fitted: Fit) -> float:
    """Deviance of items that do not correlate, with means and variances of their own in each group."""
    return float(sum((sample.counts * (np.log(sample.variances) + 1)).sum() for sample in fitted.samples))


def _against_baseline(chi2: float, df: int, worst: float, worst_df: int) -> tuple[float, float]:
    """CFI and TLI."""
    excess, worst_excess = max(chi2 - df, 0.0), max(worst - worst_df, chi2 - df, 0.0)
    cfi = 1 - excess / worst_excess if worst_excess else 1.0
    if not df:
        return float(cfi), 1.0
    return float(cfi), float((worst / worst_df - chi2 / df) / (worst / worst_df - 1)) if worst > worst_df else np.nan


def _srmr(fitted: Fit, with_means: bool) -> float:
    total = 0.0
    for sample, moment, values in zip(fitted.samples, fitted.unrestricted, fitted.matrices(), strict=True):
        means, covariances = implied(values)
        spread = np.sqrt(np.diag(moment.covariances))
        left = ((moment.covariances - covariances) / np.outer(spread, spread))[np.tril_indices(len(spread))]
        if with_means:
            left = np.concatenate([left, (moment.means - means) / spread])
        total += sample.n * np.sqrt((left**2).mean())
    return float(total / sum(sample.n for sample in fitted.samples))
