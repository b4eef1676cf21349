"""People who left: how many, who they were, and what comes out if their scores are imputed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from rm_research.effects.estimates import EVERYONE, Group, Place, Row, estimate_row, generator, groups, units
from rm_research.frames import ATTRITION, PANEL, require_columns
from rm_research.stats.attrition import leaving_model, share_lost, standardised_difference
from rm_research.stats.imputed import Completed, complete_posts, imputed_ancova, imputed_change
from rm_research.stats.regression import Matrix
from rm_research.stats.result import NotEstimableError, Result
from rm_research.study import Study

if TYPE_CHECKING:
    from rm_research.effects.difference import Compared

SPREADS = 4  # standard deviations; how far who left is moved where the scale has no declared range


def imputed_changes(group: Group, study: Study) -> Iterator[Row]:
    """Row of the mean change of everyone with a score before, who left imputed; none where nobody left."""
    if group.left.any():
        compute = partial(impute_change, group, study)
        yield estimate_row(group.place, "change", "mean", "imputed", compute, study, group.counts)


def imputed_differences(arms: Compared, study: Study) -> Iterator[Row]:
    """Row of the ANCOVA of everyone with a score before, who left imputed within their arm; none where nobody left."""
    members = (arms.group, *arms.comparison)
    if any(member.left.any() for member in members):
        measured = ~np.isnan(arms.pre)
        counts = arms.group.counts | {
            "n_comparison": sum(member.counts["n_pairs"] for member in arms.comparison),
            "n_clusters": len(set(arms.clusters[measured])),
        }
        compute = partial(impute_difference, arms, study)
        yield estimate_row(arms.group.place, "difference", "mean", "imputed", compute, study, counts)


def impute_change(group: Group, study: Study) -> Result:
    """
    Mean change of everyone with a score before, who left imputed from their score before and declared attributes.

    Returns
    -------
    Result
        `details`: as `stats.imputed.imputed_change`; shifts are looked at up to the width of the scale's range.

    Raises
    ------
    NotEstimableError
        As `complete_posts` and `imputed_change`.
    """
    draws = generator(study, group.place.cohort, _row_id("change", group.place))
    completed = _completed([group], study, draws)
    return imputed_change(completed, level=study.reporting.level, largest_shift=_widest([group], study))


def impute_difference(arms: Compared, study: Study) -> Result:
    """
    Difference between the arms at equal score before, of everyone who has one; who left imputed within their arm.

    Returns
    -------
    Result
        `details`: as `stats.imputed.imputed_ancova`, and n_left; shifts are of those who left the programme.

    Raises
    ------
    NotEstimableError
        'no_comparison_here' when nobody of the comparison has both scores; else as `complete_posts`, `imputed_ancova`.
    """
    if not any(member.paired.any() for member in arms.comparison):
        raise NotEstimableError("no_comparison_here")
    place = arms.group.place
    draws = generator(study, place.cohort, _row_id("difference", place))
    arm, comparison = (_completed(members, study, draws) for members in ([arms.group], arms.comparison))
    clusters = arms.clusters[np.concatenate([arm.measured, comparison.measured])]
    widest = _widest([arms.group, *arms.comparison], study)
    result = imputed_ancova(
        arm, comparison, level=study.reporting.level, clusters=units(clusters, study), largest_shift=widest
    )
    return result.detailed(n_left=arms.n_left)


def _row_id(contrast: str, place: Place) -> str:
    return ":".join([contrast, "mean", "imputed", *place])


def _completed(members: Sequence[Group], study: Study, draws: np.random.Generator) -> Completed:
    """Impute groups that are one arm."""
    pre, post = (np.concatenate([getattr(member, name) for member in members]) for name in ("pre", "post"))
    limits, step = _possible(members[0].place.scale, study) if study.settings.missing.rounded else (None, None)
    auxiliary = _auxiliary(pd.concat([member.rows for member in members]), study)
    m = study.settings.missing.imputations
    return complete_posts(pre, post, draws, m=m, auxiliary=auxiliary, limits=limits, step=step)


def _possible(scale: str, study: Study) -> tuple[tuple[float, float] | None, float]:
    """Range of scores that people can have, and their distance where every item is answered in whole numbers."""
    step = 1.0 if study.scale(scale).score == "sum" else 1 / len(study.common_items(scale))
    return study.scale_range(scale), step


def _auxiliary(rows: pd.DataFrame, study: Study) -> Matrix | None:
    """Declared attributes as columns: numbers as such, of other attributes one a word but the first."""
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
    """How far who left is moved in search of the tipping point: the width of the scale's range."""
    limits = study.scale_range(members[0].place.scale)
    if limits is not None:
        return limits[1] - limits[0]
    before = np.concatenate([member.pre for member in members])
    return SPREADS * float(np.nanstd(before))


def assess_attrition(panel: pd.DataFrame, *, study: Study) -> pd.DataFrame:
    """
    How many left, how those who left differed at the start, and what went with leaving.

    Who left: people with a score of the scale at baseline and none at the later wave.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    study : Study
        Its level, comparison arm and way of linking.

    Returns
    -------
    DataFrame
        Attrition. By cohort, role, arm, scale and later wave: the share who left, with Wilson's interval, and the
        standardised difference before of those who left from those who stayed (Hedges' g, pooled standard deviation).
        By cohort, scale and later wave: log odds of leaving by score before, arm and role (logistic regression, Wald
        tests), each arm beside the comparison, each role beside the first; clusters are not reckoned with. Rows that
        could not be computed stay, with a `reason`. No rows of scales not asked at baseline, or of unlinked waves.
        Differences and odds are made of answers, of few people it may be: they are for the evaluator.

    Raises
    ------
    FrameError
        When `panel` lacks a column, or has rows without a cohort or cluster or of another study's scales or waves.
    """
    require_columns(panel, PANEL, verb="assess_attrition")
    if study.link.method == "none":
        return ATTRITION.empty()
    together: dict[tuple[str, str, str], list[Group]] = defaultdict(list)
    for group in groups(panel, study):
        place = group.place
        if study.measured(place.scale, study.baseline):
            together[place.cohort, place.scale, place.wave].append(group)
    level = study.reporting.level
    rows = [
        row
        for members in together.values()
        for row in [*(row for group in members for row in _of_group(group, level)), *_of_leaving(members, study)]
    ]
    return ATTRITION.conform(pd.DataFrame(rows, columns=list(ATTRITION.columns)))


def _of_group(group: Group, level: float) -> Iterator[dict[str, object]]:
    """Share who left, and how they differed before."""
    counts = {name: group.counts[name] for name in ("n_pre", "n_pairs")}
    share = _tried(share_lost, counts["n_pre"], counts["n_pairs"], level=level)
    apart = _tried(standardised_difference, group.pre[group.left], group.pre[group.paired], level=level)
    for measure, columns in (("share", share), ("standardised_difference", apart)):
        yield group.place._asdict() | {"measure": measure} | counts | columns


def _tried(estimator: Callable[..., Result], *of: Any, level: float) -> dict[str, object]:
    """Columns of the result, or the reason why there is none."""
    try:
        return _columns(estimator(*of, level=level))
    except NotEstimableError as error:
        return {"reason": str(error)}


def _columns(result: Result) -> dict[str, object]:
    known = {**vars(result), **result.details}
    return {name: value for name, value in known.items() if name in ATTRITION.columns}


def _of_leaving(members: Sequence[Group], study: Study) -> Iterator[dict[str, object]]:
    """Rows of the model of leaving of a cohort, scale and later wave, one a term."""
    terms = _terms(members, study)
    left = np.concatenate([member.left[~np.isnan(member.pre)] for member in members])
    X = np.column_stack([np.ones(len(left)), *terms.values()])
    try:
        found = [_columns(result) for result in leaving_model(X, left, level=study.reporting.level)[1:]]
    except NotEstimableError as error:
        found = [{"reason": str(error)}] * len(terms)
    place = members[0].place._replace(role=EVERYONE, arm=EVERYONE)._asdict()
    counts = {"n_pre": len(left), "n_pairs": int((~left).sum())}
    for term, columns in zip(terms, found, strict=True):
        yield place | {"measure": "log_odds", "term": term} | counts | columns


def _terms(members: Sequence[Group], study: Study) -> dict[str, np.ndarray]:
    """Of everyone with a score before: that score, and a column for each arm and role but the first."""
    measured = [member for member in members if member.counts["n_pre"]]
    terms = {"pre": np.concatenate([member.pre[~np.isnan(member.pre)] for member in members])}
    for fact in ("arm", "role"):
        words = [getattr(member.place, fact) for member in measured]
        each = np.repeat(words, [member.counts["n_pre"] for member in measured])
        first = study.comparison if study.comparison in words else next(iter(words), None)
        others = [word for word in dict.fromkeys(words) if word != first]
        terms |= {f"{fact} {word}": (each == word).astype(float) for word in others}
    return terms
