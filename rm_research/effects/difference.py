"""How much more the programme arm changed than the comparison."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from rm_research.effects.estimates import Estimates, Row, collected, estimate_row, picked
from rm_research.effects.estimators.difference import both_arms, check_compared
from rm_research.effects.groups import Compared, comparisons, groups
from rm_research.effects.interaction import difference_interactions
from rm_research.effects.methods import METHODS, Contrast, Method, Missing, Need
from rm_research.panel.asked import Asked, Data, Names
from rm_research.stats.resampling import FEW_DF
from rm_research.stats.result import Result
from rm_research.study import Study


def estimate_difference(
    data: Data, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> Estimates:  # fmt: skip
    """
    Difference of each programme arm from the comparison arm, by cohort, role, scale and later wave.

    Parameters
    ----------
    data : Prepared or DataFrame
        What `prepare_study` returned, without its cohorts that have errors; or a Panel.
    study : Study, optional
        Of a Panel; a Prepared has its own. Its comparison arm, the unit that was assigned, and whether one comparison
        serves several cohorts count.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Which rows come back, by one name or several; all unless given. They have the same numbers as among all rows.

    Returns
    -------
    Estimates
        contrast 'difference', programme − comparison; `n_pre`, `n_post` and `n_pairs` are of the programme arm,
        `n_clusters` is of both arms' pairs. Measure 'mean': ancova (post ~ arm + pre, the headline where arms were
        randomised or matched, or people picked by their score) and change_score (post − pre ~ arm, the headline
        where people chose their arm), with CR2 and Satterthwaite degrees of freedom where the assigned unit holds
        several people, HC2 and t where it is the person; wild_bootstrap where there are fewer than four degrees of
        freedom, and randomisation (p-value only) if arms were also randomised;
        constrained_likelihood (everyone with a score before, one mean before) where arms were randomised; imputed where
        some people left. Measure 'd_ppc2': change_score
        (details e_value, e_value_interval). contrast 'interaction', where declared: difference of such
        differences (ancova). Detail n_left: people with a score before and none after, in
        the arm with the fewest of them. Details of the headline, all of the people in the difference: change_arm and
        change_comparison (each arm's mean change), gap (programme − comparison before), each with its interval in
        _low and _high. No rows in a study without a comparison, or with unlinked waves.

    Raises
    ------
    FrameError
        When a Panel has no study, lacks a column, has rows without a cohort or cluster, or is of another study.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> difference = rm.estimate_difference(prepared, cohort="2023 spring", scale="inclusion")
    >>> difference.headlines().to_frame()[["role", "estimate", "n_pairs", "n_comparison"]].round(2)
         role  estimate  n_pairs  n_comparison
    0  leader      0.25       18            12
    1  mentor      0.26       18            12
    """
    asked = Asked.of(data, study, verb="estimate_difference", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    study = asked.study
    if study.comparison is None or study.link.method == "none":
        return collected([], study)
    panel = asked.of_cohorts if study.design.comparison_scope == "cohort" else asked.panel
    compared = list(comparisons(list(groups(panel, study)), study))
    rows = [row for arms in compared for row in _rows(arms, study)]
    return picked(collected([*rows, *difference_interactions(compared, study)], study), asked)


def _rows(arms: Compared, study: Study) -> Iterator[Row]:
    few_df = False
    for method in METHODS.of(Contrast.DIFFERENCE):
        if not (method.estimator and method.suits(study) and method.suits_people(arms, study)):
            continue
        if Need.FEW_DF in method.needs and not few_df:
            continue
        compute = partial(_compute, method, arms, study)
        row = estimate_row(arms.group.place, method, compute, study, counts(arms, method.missing))
        if method.heads:
            few_df |= float(str(row.columns.get("df", FEW_DF))) < FEW_DF
        yield row


def counts(arms: Compared, missing: Missing | None) -> dict[str, int]:
    """Columns that count the people and clusters of a difference; where scores are imputed, all measured clusters."""
    paired, in_arm = arms.paired, arms.in_arm
    used = ~np.isnan(arms.pre) if missing == Missing.IMPUTATION else paired
    both = {"n_comparison": int((in_arm[paired] == 0).sum()), "n_clusters": len(set(arms.clusters[used]))}
    return arms.group.counts | both


def _compute(method: Method, arms: Compared, study: Study) -> Result:
    check_compared(arms, study)
    result = method.estimate(arms, study).detailed(n_left=arms.n_left)
    heads = method.heads_in(study, arms.group.place.scale)
    return result.detailed(**both_arms(arms, study)) if heads else result
