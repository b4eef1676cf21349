"""What every estimator returns, and how it says that there is nothing to estimate."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

Vector = NDArray[np.float64]


class Reason(StrEnum):
    """Why there is no estimate. The catalogue has a sentence for each, under [reason]."""

    TOO_FEW_PAIRS = "too_few_pairs"
    TOO_FEW_PEOPLE = "too_few_people"
    TOO_FEW_CLUSTERS = "too_few_clusters"
    TOO_FEW_COHORTS = "too_few_cohorts"
    TOO_FEW_ITEMS = "too_few_items"
    NO_VARIATION = "no_variation"
    NO_OPTIMUM = "no_optimum"
    NO_RETEST = "no_retest"
    NOT_CONVERGED = "not_converged"
    ONE_OF_A_KIND = "one_of_a_kind"
    ITEMS_ALIKE = "items_alike"
    COLLINEAR = "collinear"
    ONE_SCORE_EACH = "one_score_each"
    SEPARATED = "separated"
    ARMS_MIXED = "arms_mixed"
    ALREADY_UNCLEAR = "already_unclear"
    NEVER_TIPS = "never_tips"
    NOT_ASKED_AT_BASELINE = "not_asked_at_baseline"
    NO_COMPARISON_HERE = "no_comparison_here"
    SHARED_COMPARISON = "shared_comparison"
    ALL_COMPLIED = "all_complied"


# these follow from the design, whatever people answered
OF_DESIGN = (
    Reason.NOT_ASKED_AT_BASELINE, Reason.NO_COMPARISON_HERE, Reason.SHARED_COMPARISON, Reason.TOO_FEW_COHORTS,
)  # fmt: skip


class NotEstimableError(ValueError):
    """
    The data do not determine the quantity.

    Attributes
    ----------
    reason : Reason
        Why; a word that is no Reason raises ValueError.
    """

    def __init__(self, reason: str) -> None:
        self.reason = Reason(reason)
        super().__init__(str(self.reason))


@dataclass(frozen=True)
class Result:
    """
    One estimate with its uncertainty.

    Attributes
    ----------
    estimate : float
    std_error, df, statistic, p_value : float
        NaN where the method has none; `p_value` is two-sided.
    ci_low, ci_high : float
        Ends of the two-sided interval at the level asked for.
    details : mapping of str to float
        Further quantities, by name.
    """

    estimate: float
    std_error: float
    df: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    details: Mapping[str, float] = field(default_factory=dict)

    def detailed(self, **further: float) -> "Result":
        """Return the result with further details."""
        return replace(self, details={**self.details, **{name: float(value) for name, value in further.items()}})


def critical_value(df: float, level: float) -> float:
    """Half width, in standard errors, of an interval by Student's t; NaN df is taken for the normal distribution."""
    upper = (1 + level) / 2
    return float(ndtri(upper) if np.isnan(df) else stdtrit(df, upper))


def t_result(
    estimate: float, std_error: float, df: float, level: float, details: Mapping[str, float] | None = None
) -> Result:
    """Make the Result of a statistic that follows Student's t with `df`; NaN df means the normal distribution."""
    statistic = estimate / std_error
    tail = ndtr(-abs(statistic)) if np.isnan(df) else stdtr(df, -abs(statistic))
    half = critical_value(df, level) * std_error
    return Result(
        estimate=float(estimate),
        std_error=float(std_error),
        df=float(df),
        statistic=float(statistic),
        p_value=float(2 * tail),
        ci_low=float(estimate - half),
        ci_high=float(estimate + half),
        details=dict(details or {}),
    )
