"""How much people changed from the baseline to a later wave."""

from collections.abc import Callable, Iterator
from functools import partial

import pandas as pd

from rm_research.effects.estimates import Estimates, Group, Row, collected, estimate_row, groups
from rm_research.frames import PANEL, require_columns
from rm_research.stats.paired import hodges_lehmann, paired_t, welch
from rm_research.stats.result import NotEstimableError, Result
from rm_research.stats.standardised import standardised_change
from rm_research.study import Study

PAIRED = (
    ("mean", "paired_t", paired_t),
    ("median", "hodges_lehmann", hodges_lehmann),
    ("g_av", "bonett", standardised_change),
)
UNLINKED = (("mean", "welch", welch),)


def estimate_change(panel: pd.DataFrame, *, study: Study) -> Estimates:
    """
    Change from the baseline to each later wave, by cohort, role, arm and scale.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    study : Study
        Its level, outcomes and way of linking.

    Returns
    -------
    Estimates
        contrast 'change'. Linked waves: mean (paired_t, the headline), median (hodges_lehmann, of those who changed)
        and g_av (bonett). Unlinked waves: mean (welch). Post − pre, never flipped. Scales not asked at baseline have a
        row with that reason. People whose role or arm is missing count in no row.

    Raises
    ------
    FrameError
        When `panel` lacks a column, or has rows without a cohort or cluster or of another study's scales or waves.
    """
    require_columns(panel, PANEL, verb="estimate_change")
    return collected(row for group in groups(panel, study) for row in _rows(group, study))


def _rows(group: Group, study: Study) -> Iterator[Row]:
    for measure, method, estimator in UNLINKED if study.link.method == "none" else PAIRED:
        compute = partial(_compute, estimator, group, study)
        yield estimate_row(group.place, "change", measure, method, compute, study, group.counts)


def _compute(estimator: Callable[..., Result], group: Group, study: Study) -> Result:
    if not study.measured(group.place.scale, study.baseline):
        raise NotEstimableError("not_asked_at_baseline")
    return estimator(group.pre, group.post, level=study.reporting.level)
