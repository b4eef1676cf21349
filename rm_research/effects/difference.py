"""How much more the programme arm changed than the comparison."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from rm_research.effects.estimates import Estimates, Group, Row, collected, estimate_row, groups
from rm_research.frames import PANEL, require_columns
from rm_research.stats.regression import Matrix, cr2, hc2, least_squares
from rm_research.stats.result import NotEstimableError, Result, Vector
from rm_research.study import Study

TREATED = 1  # column of the arm in both designs
METHODS = ("ancova", "change_score")


def estimate_difference(panel: pd.DataFrame, *, study: Study) -> Estimates:
    """
    Difference of each programme arm from the comparison arm, by cohort, role, scale and later wave.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    study : Study
        Its comparison arm, the unit that was assigned, and whether one comparison serves several cohorts.

    Returns
    -------
    Estimates
        contrast 'difference', measure 'mean': ancova (post ~ arm + pre, the headline) and change_score
        (post − pre ~ arm), with CR2 and Satterthwaite degrees of freedom where the assigned unit holds several people,
        HC2 and t where it is the person. Programme − comparison. `n_pre`, `n_post` and `n_pairs` are of the programme
        arm; `n_clusters` is of both arms' pairs. No rows in a study without a comparison, or with unlinked waves.

    Raises
    ------
    FrameError
        When `panel` lacks a column, or has rows without a cohort or cluster or of another study's scales or waves.
    """
    require_columns(panel, PANEL, verb="estimate_difference")
    if study.comparison is None or study.link.method == "none":
        return collected([])
    found = list(groups(panel, study))
    comparisons: dict[tuple[str, ...], list[Group]] = defaultdict(list)
    for group in found:
        if group.place.arm == study.comparison:
            comparisons[_compared_within(group, study)].append(group)
    treated = ((g, comparisons[_compared_within(g, study)]) for g in found if g.place.arm != study.comparison)
    return collected(row for group, comparison in treated for row in _rows(group, comparison, study))


def _compared_within(group: Group, study: Study) -> tuple[str, ...]:
    """Whom a group is compared with: the comparison arm of the same key."""
    place = group.place
    everywhere = study.design.comparison_scope == "shared"
    return ("" if everywhere else place.cohort, place.role, place.scale, place.wave)


@dataclass(frozen=True)
class _Pairs:
    """
    People of both arms with both scores.

    Attributes
    ----------
    pre, post : array, shape (people,)
    in_arm : array, shape (people,)
        1 in the programme arm, 0 in the comparison.
    clusters : array of str, shape (people,)
    """

    pre: Vector
    post: Vector
    in_arm: Vector
    clusters: np.ndarray


def _pairs(group: Group, comparison: Sequence[Group]) -> _Pairs:
    members = [group, *comparison]
    paired = np.concatenate([member.paired for member in members])
    pre, post, clusters = (
        np.concatenate([getattr(member, name) for member in members])[paired] for name in ("pre", "post", "clusters")
    )
    in_arm = np.arange(len(paired)) < len(group.pre)
    return _Pairs(pre, post, in_arm[paired].astype(float), clusters)


def _rows(group: Group, comparison: Sequence[Group], study: Study) -> Iterator[Row]:
    pairs = _pairs(group, comparison)
    counts = group.counts | {
        "n_comparison": int((pairs.in_arm == 0).sum()),
        "n_clusters": len(set(pairs.clusters)),
    }
    for method in METHODS:
        compute = partial(_compute, method, pairs, group, study)
        yield estimate_row(group.place, "difference", "mean", method, compute, study, counts)


def _compute(method: str, pairs: _Pairs, group: Group, study: Study) -> Result:
    if not study.measured(group.place.scale, study.baseline):
        raise NotEstimableError("not_asked_at_baseline")
    if not pairs.in_arm.any():
        raise NotEstimableError("too_few_pairs")
    if pairs.in_arm.all():
        raise NotEstimableError("no_comparison_here")
    fit = least_squares(*_design(method, pairs))
    if study.clustered_by == "person" and len(set(pairs.clusters)) == len(pairs.clusters):
        return hc2(fit, TREATED, level=study.reporting.level)
    return cr2(fit, pairs.clusters, TREATED, level=study.reporting.level)


def _design(method: str, pairs: _Pairs) -> tuple[Matrix, Vector]:
    """Columns and outcome of a method's regression."""
    ones = np.ones(len(pairs.pre))
    if method == "ancova":
        return np.column_stack([ones, pairs.in_arm, pairs.pre]), pairs.post
    return np.column_stack([ones, pairs.in_arm]), pairs.post - pairs.pre
