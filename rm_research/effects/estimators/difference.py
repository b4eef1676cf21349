"""Estimators of the difference between a programme arm and the comparison."""

from dataclasses import replace

import numpy as np

from rm_research.effects.groups import Compared, generator, row_id, units
from rm_research.stats.mixed.two_waves import constrained_likelihood
from rm_research.stats.regression import Fit, least_squares, robust
from rm_research.stats.resampling import randomisation, wild_bootstrap
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.stats.sensitivity import e_value_of_difference
from rm_research.stats.standardised import d_ppc2
from rm_research.study import Study

NAN = float("nan")
TREATED = 1  # column of the arm in both designs


def check_compared(arms: Compared, study: Study) -> None:
    """
    Refuse where there is nothing to compare.

    Raises
    ------
    NotEstimableError
        'not_asked_at_baseline', 'too_few_pairs' or 'no_comparison_here'.
    """
    if not study.changes(arms.group.place.scale):
        raise NotEstimableError(Reason.NOT_ASKED_AT_BASELINE)
    in_arm = arms.in_arm[arms.paired]
    if not in_arm.any():
        raise NotEstimableError(Reason.TOO_FEW_PAIRS)
    if in_arm.all():
        raise NotEstimableError(Reason.NO_COMPARISON_HERE)


def ancova(arms: Compared, study: Study) -> Result:
    """Difference after at equal score before, of people with both scores."""
    return _treated(_ancova_fit(arms), arms, study)


def change_score(arms: Compared, study: Study) -> Result:
    """Difference of the mean changes of people with both scores."""
    pre, post, in_arm = (values[arms.paired] for values in (arms.pre, arms.post, arms.in_arm))
    return _treated(least_squares(np.column_stack([np.ones(len(pre)), in_arm]), post - pre), arms, study)


def _treated(fit: Fit, arms: Compared, study: Study) -> Result:
    clusters = units(arms.clusters[arms.paired], study)
    try:
        return robust(fit, TREATED, clusters=clusters, level=study.reporting.level)
    except NotEstimableError as error:
        if error.reason != Reason.TOO_FEW_CLUSTERS:
            raise
        # one side is a single cluster: nothing tells how far others would differ from it
        return Result(float(fit.coefficients[TREATED]), NAN, NAN, NAN, NAN, NAN, NAN)


def both_arms(arms: Compared, study: Study) -> dict[str, float]:
    """
    What both arms did, and how far apart they were before: details of a difference, of the same people.

    change_arm, change_comparison and gap, with the ends of their intervals; one that cannot be estimated is left out.
    """
    pre, post, in_arm = (values[arms.paired] for values in (arms.pre, arms.post, arms.in_arm))
    clusters, found = arms.clusters[arms.paired], dict[str, float]()
    columns = {
        "change_arm": (post - pre, np.ones((len(pre), 1)), in_arm == 1),
        "change_comparison": (post - pre, np.ones((len(pre), 1)), in_arm == 0),
        "gap": (pre, np.column_stack([in_arm, np.ones(len(pre))]), in_arm >= 0),
    }
    for name, (y, X, of) in columns.items():
        # means are known even where nothing varies, which leaves them without an interval
        found[name] = float(np.linalg.lstsq(X[of], y[of])[0][0])
        try:
            fit = least_squares(X[of], y[of])
            result = robust(fit, 0, clusters=units(clusters[of], study), level=study.reporting.level)
        except NotEstimableError:
            continue
        found |= {f"{name}_low": result.ci_low, f"{name}_high": result.ci_high}
    return found


def _ancova_fit(arms: Compared) -> Fit:
    pre, post, in_arm, strata = (values[arms.paired] for values in (arms.pre, arms.post, arms.in_arm, arms.strata))
    # the share of people in each arm may differ between combined cohorts, so each has an intercept
    of_strata = (strata[:, None] == np.unique(strata)[1:]).astype(float)
    try:
        return least_squares(np.column_stack([np.ones(len(pre)), in_arm, pre, of_strata]), post)
    except NotEstimableError as error:
        alike = error.reason == Reason.COLLINEAR and all(np.ptp(pre[in_arm == arm]) == 0 for arm in np.unique(in_arm))
        raise NotEstimableError(Reason.ONE_SCORE_EACH if alike else error.reason) from error


def bootstrapped(arms: Compared, study: Study) -> Result:
    """The same difference, with interval and p-value by a wild cluster bootstrap."""
    draws = _draws("wild_bootstrap", arms, study)
    fit, clusters = _ancova_fit(arms), arms.clusters[arms.paired]
    result = wild_bootstrap(fit, clusters, TREATED, level=study.reporting.level, generator=draws)
    # the bootstrap has no standard error of its own; one without df would make the detectable effect too small
    return replace(result, std_error=NAN, statistic=NAN)


def randomised(arms: Compared, study: Study) -> Result:
    """The same difference, with a p-value from randomising the arms again."""
    fit, clusters = _ancova_fit(arms), arms.clusters[arms.paired]
    test = randomisation(fit, clusters, TREATED, generator=_draws("randomisation", arms, study))
    details = {"draws": float(test.draws), "smallest_p": test.smallest_p}
    return Result(test.statistic, NAN, NAN, NAN, test.p_value, NAN, NAN, details)


def _draws(method: str, arms: Compared, study: Study) -> np.random.Generator:
    place = arms.group.place
    return generator(study, place.cohort, row_id("difference", "mean", method, place))


def constrained(arms: Compared, study: Study) -> Result:
    """Difference after, of everyone with a score before, with one mean before for both arms."""
    return constrained_likelihood(arms.pre, arms.post, arms.in_arm, level=study.reporting.level)


def standardised(arms: Compared, study: Study) -> Result:
    """Difference of the mean changes in standard deviations before, with its E-value."""
    difference = d_ppc2(arms.pre, arms.post, arms.in_arm, level=study.reporting.level)
    hidden_cause = e_value_of_difference(difference.estimate, difference.ci_low, difference.ci_high)
    return difference.detailed(e_value=hidden_cause.estimate, e_value_interval=hidden_cause.interval)
