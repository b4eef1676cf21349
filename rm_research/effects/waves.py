"""All later waves in one model."""

from collections.abc import Callable, Iterator
from functools import cache, partial

import numpy as np
import pandas as pd

from rm_research.effects.difference import Compared, comparisons
from rm_research.effects.estimates import Estimates, Group, Place, Row, collected, estimate_row, groups
from rm_research.frames import PANEL, require_columns
from rm_research.stats.mixed.waves import WaveModel, fit_waves
from rm_research.stats.result import NotEstimableError, Result
from rm_research.study import Study


def estimate_waves(panel: pd.DataFrame, *, study: Study) -> Estimates:
    """
    Change to each later wave, and difference from the comparison, from one mixed model of all waves.

    Parameters
    ----------
    panel : DataFrame
        Panel.
    study : Study
        Its waves, comparison arm and assignment.

    Returns
    -------
    Estimates
        By cohort, role, arm and scale, for each later wave: contrast 'change' and, where there is a comparison,
        'difference'; measure 'mean', method 'mixed_model'. Everyone with any score counts. Random intercepts of people,
        of clusters where they hold several people of a role, and with two later waves or more a slope of people over
        time; what is singular is given up (detail ladder_step). Arms share one mean before where they were randomised.
        Detail n_left: people who count here and not in the headline of that contrast. No rows with unlinked waves.

    Raises
    ------
    FrameError
        When `panel` lacks a column, or has rows without a cohort or cluster or of another study's scales or waves.
    """
    require_columns(panel, PANEL, verb="estimate_waves")
    if study.link.method == "none":
        return collected([])
    found = list(groups(panel, study))
    by_question: dict[Place, list[Compared]] = {}
    for arms in comparisons(found, study):
        by_question.setdefault(arms.group.place._replace(wave=""), []).append(arms)
    return collected(row for waves in by_question.values() for row in _rows(waves, study))


def _rows(waves: list[Compared], study: Study) -> Iterator[Row]:
    asked = [arms for arms in waves if study.measured(arms.group.place.scale, arms.group.place.wave)]

    @cache
    def model() -> WaveModel:
        if not study.measured(waves[0].group.place.scale, study.baseline):
            raise NotEstimableError("not_asked_at_baseline")
        return _fitted(asked, study)

    for number, arms in enumerate(asked, start=1):
        place, counts = arms.group.place, arms.group.counts
        compute = partial(_contrast, model, "change", number, arms, study)
        yield estimate_row(place, "change", "mean", "mixed_model", compute, study, counts)
        if arms.comparison:
            paired = sum(member.counts["n_pairs"] for member in arms.comparison)
            compute = partial(_contrast, model, "difference", number, arms, study)
            counts = counts | {"n_comparison": paired}
            yield estimate_row(place, "difference", "mean", "mixed_model", compute, study, counts)


def _contrast(model: Callable[[], WaveModel], kind: str, number: int, arms: Compared, study: Study) -> Result:
    estimate = model().difference if kind == "difference" else partial(model().change, arm=1)
    result = estimate(number, level=study.reporting.level)
    # the headline of a change is of everyone with a score before, that of a difference of those with both scores
    later_only = int((np.isnan(arms.pre) & ~np.isnan(arms.post)).sum())
    n_left = later_only + (arms.n_left if kind == "difference" else 0)
    return Result(**(vars(result) | {"details": {**result.details, "n_left": float(n_left)}}))


def _fitted(waves: list[Compared], study: Study) -> WaveModel:
    """Scores of everybody at the baseline and each later wave, once each."""
    parts = [_scores(group, number, float(group is arms.group))
             for number, arms in enumerate(waves, start=1) for group in (arms.group, *arms.comparison)]  # fmt: skip
    rows = pd.concat(parts).drop_duplicates(["who", "number"])
    rows = rows.dropna(subset=["y"])
    clusters = None
    if rows.groupby("cluster")["who"].nunique().max() > 1:
        clusters = pd.factorize(rows["cluster"])[0]
    return fit_waves(
        rows["y"].to_numpy(float), rows["number"].to_numpy(int), rows["in_arm"].to_numpy(float),
        pd.factorize(rows["who"])[0], dyad=clusters, constrained=study.design.assignment == "randomised",
    )  # fmt: skip


def _scores(group: Group, number: int, in_arm: float) -> pd.DataFrame:
    who = (group.rows["cohort"] + "\0" + group.rows["person"]).to_numpy(object)
    facts = {"who": np.tile(who, 2), "cluster": np.tile(group.clusters, 2), "in_arm": in_arm}
    return pd.DataFrame(
        {**facts, "y": np.concatenate([group.pre, group.post]), "number": np.repeat([0, number], len(who))}
    )
