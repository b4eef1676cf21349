"""How much people changed from the baseline to a later wave."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from rm_research.effects.estimates import Estimates, Row, collected, estimate_row, picked
from rm_research.effects.groups import Group, Place, groups
from rm_research.effects.interaction import change_interactions
from rm_research.effects.methods import METHODS, Contrast, Method, Need
from rm_research.effects.verdicts import has_few_df
from rm_research.panel.asked import Asked, Data, Names
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study

ENOUGH_RETEST = 20  # pairs of the comparison from which a retest correlation is taken


def estimate_change(
    data: Data, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
    reference: pd.DataFrame | None = None,
) -> Estimates:  # fmt: skip
    """
    Change from the baseline to each later wave, by cohort, role, arm and scale.

    Parameters
    ----------
    data : Prepared or DataFrame
        What `prepare_study` returned, without its cohorts that have errors; or a Panel.
    study : Study, optional
        Of a Panel; a Prepared has its own. Its level, outcomes, declared interactions and way of linking count.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Which rows come back, by one name or several; all unless given. They have the same numbers as among all rows.
    reference : DataFrame, optional
        Panel whose comparison arm gives the retest correlation, where `data` is only a part of the study.

    Returns
    -------
    Estimates
        contrast 'change'. Linked waves: mean of everyone with a score before (jackknife over clusters, the headline;
        likelihood with equal variances or a mixed model; imputed where some people left), mean of those with both
        scores (paired_t, by cluster, the headline where `disclose` finds that few people left; sign_flips, with a
        p-value only, where the headline has fewer than four degrees of freedom), median (hodges_lehmann, of those who
        changed), g_av (bonett), d_rm (paired_t), share_improved and, where there is a retest correlation,
        reliable_change (wilson). Unlinked waves: mean (welch). Post − pre,
        never flipped; shares are of gains, as the scale's `better` says. Scales not asked at baseline have a row with
        that reason. contrast 'role_difference', and 'interaction' where declared and there is no comparison: difference
        in mean change (jackknife, paired_t and likelihood alike). People whose role or arm is missing are in no row.

    Raises
    ------
    FrameError
        When a Panel has no study, lacks a column, has rows without a cohort or cluster, or is of another study.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> change = rm.estimate_change(prepared, cohort="2022 spring", scale="inclusion")
    >>> change.headlines().where(contrast="change").table[["role", "arm", "estimate", "ci_low", "ci_high"]].round(2)
         role        arm  estimate  ci_low  ci_high
    0  leader  programme      0.28    0.01     0.55
    1  leader   waitlist      0.29   -0.03     0.62
    2  mentor  programme      0.26   -0.03     0.54
    3  mentor   waitlist      0.36   -0.16     0.88
    """
    asked = Asked.of(data, study, verb="estimate_change", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    study, panel = asked.study, asked.of_cohorts
    if reference is None and len(panel) < len(asked.panel):
        reference = asked.panel
    all_groups = list(groups(panel, study))
    compared = all_groups if reference is None else groups(reference[reference["arm"].isin([study.comparison])], study)
    retest = retest_correlations(all_groups, list(compared), study)
    all_groups = [replace(group, retest=retest[group.place]) for group in all_groups]
    rows = [row for group in all_groups for row in _rows(group, study)]
    return picked(collected([*rows, *change_interactions(all_groups, study)], study), asked)


def _rows(group: Group, study: Study) -> Iterator[Row]:
    few_df = False
    for method in METHODS.of(Contrast.CHANGE):
        if not (method.estimator and method.suits(study) and method.suits_people(group, study)):
            continue
        if Need.FEW_DF in method.needs and not few_df:
            continue
        row = estimate_row(group.place, method, partial(_compute, method, group, study), study, counts(method, group))
        few_df |= bool(method.heads) and has_few_df(row.columns.get("df"))
        yield row


def counts(method: Method, group: Group) -> dict[str, int]:
    """Columns that count people, and clusters where the method knows them."""
    if method.unlinked or not method.heads:
        return group.counts
    counted = ~np.isnan(group.pre) if method.of_everyone_before else group.paired
    return group.counts | {"n_clusters": group.n_clusters(counted)}


def _compute(method: Method, group: Group, study: Study) -> Result:
    if not study.changes(group.place.scale):
        raise NotEstimableError(Reason.NOT_ASKED_AT_BASELINE)
    return method.estimate(group, study)


def retest_correlations(
    wanted: Sequence[Group], reference: Sequence[Group], study: Study
) -> dict[Place, float]:  # fmt: skip
    """
    Correlation of two measurements without a programme, by place: as declared, or from the reference over all cohorts.

    NaN where there is neither, and for the comparison itself, which would be judged by its own correlation.
    """
    pairs: dict[tuple[str, ...], list[np.ndarray]] = defaultdict(list)
    for group in reference:
        if group.place.arm == study.comparison:
            pairs[_question(group.place)].append(np.stack([group.pre[group.paired], group.post[group.paired]]))
    of_comparison = {key: _correlation(np.concatenate(parts, axis=1)) for key, parts in pairs.items()}
    correlations = {}
    for place in (group.place for group in wanted):
        observed = float("nan") if place.arm == study.comparison else of_comparison.get(_question(place), float("nan"))
        declared = study.scale(place.scale).retest
        correlations[place] = observed if declared is None else declared
    return correlations


def _question(place: Place) -> tuple[str, ...]:
    return place.role, place.scale, place.wave


def _correlation(pairs: np.ndarray) -> float:
    if pairs.shape[1] < ENOUGH_RETEST:
        return float("nan")
    # where everybody has one score nothing wavers: there is a row with a reason, so that no row tells nothing
    return float(np.corrcoef(pairs)[0, 1]) if np.ptp(pairs, axis=1).all() else 1.0
