"""Estimators for everyone with a score before; later scores of people who left are imputed."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rm_research.effects.groups import Compared, Group, generator, row_id, units
from rm_research.stats.imputed import Completed, complete_posts, imputed_ancova, imputed_change
from rm_research.stats.regression import Matrix
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study

SPREADS = 4  # standard deviations; how far people who left are shifted where the scale has no declared range


def impute_change(group: Group, study: Study) -> Result:
    """
    Mean change of everyone with a score before, imputing people who left from that score and declared attributes.

    Returns
    -------
    Result
        `details`: as `stats.imputed.imputed_change`; shifts go up to the width of the scale's range.

    Raises
    ------
    NotEstimableError
        As `complete_posts` and `imputed_change`.
    """
    draws = generator(study, group.place.cohort, row_id("change", "mean", "imputed", group.place))
    completed = _completed([group], study, draws)
    return imputed_change(completed, level=study.reporting.level, largest_shift=_widest([group], study))


def impute_difference(arms: Compared, study: Study) -> Result:
    """
    Difference between the arms at equal score before, of everyone who has one; people who left imputed by arm.

    Returns
    -------
    Result
        `details`: as `stats.imputed.imputed_ancova`; only people who left the programme are shifted.

    Raises
    ------
    NotEstimableError
        'no_comparison_here' when nobody in the comparison has both scores; else as `complete_posts`, `imputed_ancova`.
    """
    if not any(member.paired.any() for member in arms.comparison):
        raise NotEstimableError(Reason.NO_COMPARISON_HERE)
    place = arms.group.place
    draws = generator(study, place.cohort, row_id("difference", "mean", "imputed", place))
    arm, comparison = (_completed(members, study, draws) for members in ([arms.group], arms.comparison))
    clusters = arms.clusters[np.concatenate([arm.measured, comparison.measured])]
    widest = _widest([arms.group, *arms.comparison], study)
    return imputed_ancova(
        arm, comparison, level=study.reporting.level, clusters=units(clusters, study), largest_shift=widest
    )


def _completed(members: Sequence[Group], study: Study, draws: np.random.Generator) -> Completed:
    """Impute groups that form one arm."""
    pre, post = (np.concatenate([getattr(member, name) for member in members]) for name in ("pre", "post"))
    limits, step = _possible(members[0].place.scale, study) if study.settings.missing.rounded else (None, None)
    auxiliary = _auxiliary(pd.concat([member.rows for member in members]), study)
    m = study.settings.missing.imputations
    return complete_posts(pre, post, draws, m=m, auxiliary=auxiliary, limits=limits, step=step)


def _possible(scale: str, study: Study) -> tuple[tuple[float, float] | None, float]:
    """Range of possible scores, and the step between them where every item is answered in whole numbers."""
    step = 1.0 if study.scale(scale).score == "sum" else 1 / len(study.common_items(scale))
    return study.scale_range(scale), step


def _auxiliary(rows: pd.DataFrame, study: Study) -> Matrix | None:
    """Declared attributes as columns: numbers as they are, other attributes one column per word except the first."""
    columns = [_coded(rows[name]) for name in study.settings.missing.auxiliary]
    return np.column_stack(columns) if columns else None


def _coded(values: pd.Series) -> Matrix:
    numbers = pd.to_numeric(values, errors="coerce")
    if numbers.notna().equals(values.notna()):
        return numbers.to_numpy(float, na_value=np.nan)[:, None]
    words = np.array(sorted(values.dropna().unique())[1:], object)
    coded = values.fillna("").to_numpy(object)[:, None] == words
    return np.where(values.isna().to_numpy()[:, None], np.nan, coded)


def _widest(members: Sequence[Group], study: Study) -> float:
    """How far people who left are shifted to find the tipping point: the width of the scale's range."""
    limits = study.scale_range(members[0].place.scale)
    if limits is not None:
        return limits[1] - limits[0]
    before = np.concatenate([member.pre for member in members])
    return SPREADS * float(np.nanstd(before))
