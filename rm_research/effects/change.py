"""How much people changed from the baseline to a later wave."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from rm_research.effects.estimates import (
    Estimates,
    Group,
    Place,
    Row,
    collected,
    estimate_row,
    groups,
    people_share_clusters,
)
from rm_research.effects.interaction import change_interactions, long_scores, person_terms
from rm_research.effects.missing import imputed_changes
from rm_research.frames import PANEL, require_columns
from rm_research.stats.individual import reliable_change, share_improved
from rm_research.stats.mixed.inference import kenward_roger
from rm_research.stats.mixed.ladder import fit_by_ladder
from rm_research.stats.mixed.two_waves import likelihood_change
from rm_research.stats.paired import complete_pairs, hodges_lehmann, paired_t, welch
from rm_research.stats.result import NotEstimableError, Result
from rm_research.stats.sensitivity import regression_to_the_mean
from rm_research.stats.standardised import d_rm, standardised_change
from rm_research.study import Study

ENOUGH_RETEST = 20  # pairs of the comparison from which a retest correlation is taken
Estimator = Callable[[Group, Study], Result]


def estimate_change(panel: pd.DataFrame, *, study: Study, reference: pd.DataFrame | None = None) -> Estimates:
    """
    Change from the baseline to each later wave, by cohort, role, arm and scale.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    study : Study
        Its level, outcomes, declared interactions and way of linking.
    reference : DataFrame, optional
        Panel whose comparison arm gives the retest correlation, where `panel` is but a part of the study.

    Returns
    -------
    Estimates
        contrast 'change'. Linked waves: mean of everyone with a score before (likelihood, the headline; imputed where
        somebody left), mean of those with both scores (paired_t), median (hodges_lehmann, of those who changed), g_av
        (bonett), d_rm (paired_t), share_improved and, where
        there is a retest correlation, reliable_change (wilson). Unlinked waves: mean (welch). Post − pre,
        never flipped; shares are of gains, as the scale's `better` says. Scales not asked at baseline have a row with
        that reason. contrast 'role_difference', and 'interaction' where declared and there is no comparison: difference
        in mean change (likelihood). People whose role or arm is missing count in no row.

    Raises
    ------
    FrameError
        When `panel` lacks a column, or has rows without a cohort or cluster or of another study's scales or waves.
    """
    require_columns(panel, PANEL, verb="estimate_change")
    found = list(groups(panel, study))
    compared = found if reference is None else groups(reference[reference["arm"].isin([study.comparison])], study)
    retest = retest_correlations(found, list(compared), study)
    rows = [row for group in found for row in _rows(group, retest[group.place], study)]
    return collected([*rows, *change_interactions(found, study)])


def _rows(group: Group, retest: float, study: Study) -> Iterator[Row]:
    for (measure, method), estimator in _estimators(retest, study).items():
        compute = partial(_compute, estimator, group, study)
        yield estimate_row(group.place, "change", measure, method, compute, study, group.counts)
    if study.link.method != "none":
        yield from imputed_changes(group, study)


def _estimators(retest: float, study: Study) -> dict[tuple[str, str], Estimator]:
    """Estimator by measure and method."""
    if study.link.method == "none":
        return {("mean", "welch"): _of_scores(welch)}
    linked: dict[tuple[str, str], Estimator] = {
        ("mean", "likelihood"): likelihood,
        ("mean", "paired_t"): _of_scores(paired_t),
        ("median", "hodges_lehmann"): _of_scores(hodges_lehmann),
        ("g_av", "bonett"): _of_scores(standardised_change),
        ("d_rm", "paired_t"): _of_scores(d_rm),
        ("share_improved", "wilson"): _improved,
    }
    return linked if np.isnan(retest) else linked | {("reliable_change", "wilson"): partial(_reliably, retest)}


def _compute(estimator: Estimator, group: Group, study: Study) -> Result:
    if not study.measured(group.place.scale, study.baseline):
        raise NotEstimableError("not_asked_at_baseline")
    return estimator(group, study)


def _of_scores(estimator: Callable[..., Result]) -> Estimator:
    def estimate(group: Group, study: Study) -> Result:
        return estimator(group.pre, group.post, level=study.reporting.level)

    return estimate


def likelihood(group: Group, study: Study) -> Result:
    """Mean change of everyone with a score before; with it what to expect where people were picked for their score."""
    clustered = people_share_clusters(group.clusters, study)
    result = (_by_cluster if clustered else _of_scores(likelihood_change))(group, study)
    scale = study.scale(group.place.scale)
    picked, retest = scale.picked, scale.retest
    if picked is None or retest is None:
        return result
    limit = picked.below if picked.below is not None else picked.above
    expected = regression_to_the_mean(
        float(limit or 0.0), mean=picked.mean, sd=picked.sd, retest=retest, below=picked.below is not None
    )
    return result.detailed(expected_by_selection=expected)


def _by_cluster(group: Group, study: Study) -> Result:
    """Mean change by a mixed model in which members of a cluster are alike, in change too."""
    complete_pairs(group.pre, group.post)
    rows = long_scores(group.rows)
    after = rows["after"].to_numpy(float)
    X = np.column_stack([np.ones(len(rows)), after])
    ladder = fit_by_ladder(rows["y"].to_numpy(float), X, person_terms(rows), keep=("cluster", "cluster_wave"))
    change, before, later = (
        kenward_roger(ladder.fit, contrast, level=study.reporting.level) for contrast in ([0, 1], [1, 0], [1, 1])
    )
    return change.detailed(
        mean_pre=before.estimate, mean_pre_low=before.ci_low, mean_pre_high=before.ci_high,
        mean_post=later.estimate, mean_post_low=later.ci_low, mean_post_high=later.ci_high,
    )  # fmt: skip


def _improved(group: Group, study: Study) -> Result:
    return share_improved(group.pre, group.post, level=study.reporting.level, sign=_up(group, study))


def _reliably(retest: float, group: Group, study: Study) -> Result:
    """Share of reliable gains; that of reliable losses stands in the details."""
    level = study.reporting.level
    found = reliable_change(group.pre, group.post, retest=retest, level=level, sign=_up(group, study))
    worse = found.deteriorated
    return found.improved.detailed(
        retest=retest, threshold=found.threshold, share_worse=worse.estimate, share_worse_low=worse.ci_low,
        share_worse_high=worse.ci_high,
    )  # fmt: skip


def _up(group: Group, study: Study) -> int:
    return 1 if study.scale(group.place.scale).better == "higher" else -1


def retest_correlations(
    found: Sequence[Group], reference: Sequence[Group], study: Study
) -> dict[Place, float]:  # fmt: skip
    """
    Correlation of two measurements without a programme, by place: as declared, or the reference's over all cohorts.

    NaN where there is neither, and for the comparison itself, whose people would be judged by themselves.
    """
    pairs: dict[tuple[str, ...], list[np.ndarray]] = defaultdict(list)
    for group in reference:
        if group.place.arm == study.comparison:
            pairs[_question(group.place)].append(np.stack([group.pre[group.paired], group.post[group.paired]]))
    of_comparison = {key: _correlation(np.concatenate(parts, axis=1)) for key, parts in pairs.items()}
    correlations = {}
    for place in (group.place for group in found):
        own = float("nan") if place.arm == study.comparison else of_comparison.get(_question(place), float("nan"))
        declared = study.scale(place.scale).retest
        correlations[place] = own if declared is None else declared
    return correlations


def _question(place: Place) -> tuple[str, ...]:
    return place.role, place.scale, place.wave


def _correlation(pairs: np.ndarray) -> float:
    enough = pairs.shape[1] >= ENOUGH_RETEST and np.ptp(pairs, axis=1).all()
    return float(np.corrcoef(pairs)[0, 1]) if enough else float("nan")
