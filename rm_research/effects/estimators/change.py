"""Estimators of the change of one group of people."""

import numpy as np

from rm_research.effects.groups import Group, generator, row_id, shared
from rm_research.effects.long_scores import long_scores, person_terms
from rm_research.stats.baseline import change_of_both, change_of_everyone
from rm_research.stats.individual import reliable_change, share_improved
from rm_research.stats.mixed.inference import kenward_roger
from rm_research.stats.mixed.ladder import fit_by_ladder
from rm_research.stats.mixed.two_waves import likelihood_change
from rm_research.stats.paired import complete_pairs, paired_t
from rm_research.stats.resampling import sign_flips
from rm_research.stats.result import Result
from rm_research.stats.sensitivity import regression_to_the_mean
from rm_research.study import Study


def everyone(group: Group, study: Study) -> Result:
    """Mean change of everyone with a score before; with the change to expect where people were picked by score."""
    clusters, level = shared(group.clusters), study.reporting.level
    return _picked(change_of_everyone(group.pre, group.post, level=level, clusters=clusters), group, study)


def both(group: Group, study: Study) -> Result:
    """Mean change of those with both scores; with the change to expect where people were picked by score."""
    pre, post, level = group.pre, group.post, study.reporting.level
    result = change_of_both(pre, post, level=level, clusters=shared(group.clusters))
    spread = paired_t(pre, post, level=level).details
    return _picked(result.detailed(**{**spread, **result.details}), group, study)


def likelihood(group: Group, study: Study) -> Result:
    """Mean change of everyone with a score before, with equal variances; from a mixed model of people in clusters."""
    if shared(group.clusters[~np.isnan(group.pre)]) is None:
        return likelihood_change(group.pre, group.post, level=study.reporting.level)
    return _by_cluster(group, study)


def flipped(group: Group, study: Study) -> Result:
    """Mean change of those with both scores, with a p-value from flipping the signs of whole clusters."""
    pairs = group.paired
    draws = generator(study, group.place.cohort, row_id("change", "mean", "sign_flips", group.place))
    return sign_flips((group.post - group.pre)[pairs], group.clusters[pairs], generator=draws)


def _picked(result: Result, group: Group, study: Study) -> Result:
    """Add the change to expect where people were picked by their score."""
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
    """Mean change from a mixed model in which scores and changes are correlated within clusters."""
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


def improved(group: Group, study: Study) -> Result:
    """Share of people with both scores who gained."""
    return share_improved(group.pre, group.post, level=study.reporting.level, sign=_up(group, study))


def changed_reliably(group: Group, study: Study) -> Result:
    """Share of reliable gains; the share of reliable losses is in the details."""
    level = study.reporting.level
    shares = reliable_change(group.pre, group.post, retest=group.retest, level=level, sign=_up(group, study))
    worse = shares.deteriorated
    return shares.improved.detailed(
        retest=group.retest, threshold=shares.threshold, share_worse=worse.estimate, share_worse_low=worse.ci_low,
        share_worse_high=worse.ci_high,
    )  # fmt: skip


def _up(group: Group, study: Study) -> int:
    return 1 if study.scale(group.place.scale).better == "higher" else -1
