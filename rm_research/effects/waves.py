"""All later waves in one model."""

from collections.abc import Iterator, Mapping
from functools import cache, partial

import numpy as np
import pandas as pd

from rm_research.effects.estimates import Estimates, Row, collected, estimate_row, picked
from rm_research.effects.groups import Compared, Group, Place, comparisons, fewest, groups
from rm_research.effects.methods import METHODS, Contrast, Measure, Name
from rm_research.panel.asked import Asked, Data, Names
from rm_research.stats.mixed.waves import WaveModel, fit_waves
from rm_research.stats.result import NotEstimableError, Reason, Result
from rm_research.study import Study

CHANGE = METHODS[Contrast.CHANGE, Measure.MEAN, Name.MIXED_MODEL]
DIFFERENCE = METHODS[Contrast.DIFFERENCE, Measure.MEAN, Name.MIXED_MODEL]


def estimate_waves(
    data: Data, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> Estimates:  # fmt: skip
    """
    Change to each later wave, and difference from the comparison, from one mixed model of all waves.

    Parameters
    ----------
    data : Prepared or DataFrame
        What `prepare_study` returned, without its cohorts that have errors; or a Panel.
    study : Study, optional
        Of a Panel; a Prepared has its own. Its waves, comparison arm and assignment count.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Which rows come back, by one name or several; all unless given. They have the same numbers as among all rows.

    Returns
    -------
    Estimates
        By cohort, role, arm and scale, for each later wave: contrast 'change' and, where there is a comparison,
        'difference'; measure 'mean', method 'mixed_model'. Everyone with any score counts. Random intercepts of people,
        of clusters where they have several people of a role, and with two or more later waves a slope of people over
        time; singular terms are dropped (detail ladder_step). Arms share one mean before where they were randomised.
        Details, each for the arm with the fewest of them: n_left, people who count here and not in the headline,
        and n_late, people who count here and have no score before. No rows with unlinked waves.

    Raises
    ------
    FrameError
        When a Panel has no study, lacks a column, has rows without a cohort or cluster, or is of another study.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> waves = rm.estimate_waves(prepared, cohort="2022 spring", scale="inclusion", role="leader")
    >>> waves.to_frame()[["arm", "contrast", "estimate"]].round(2)
             arm    contrast  estimate
    0  programme      change      0.31
    1  programme  difference      0.05
    """
    asked = Asked.of(data, study, verb="estimate_waves", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    study = asked.study
    if not CHANGE.suits(study):
        return collected([], study)
    all_groups = list(groups(asked.panel, study))
    by_question: dict[Place, list[Compared]] = {}
    for arms in comparisons(all_groups, study):
        by_question.setdefault(arms.group.place._replace(wave=""), []).append(arms)
    rows = (row for waves in by_question.values() for row in _rows(waves, study))
    return picked(collected(rows, study), asked)


def _rows(waves: list[Compared], study: Study) -> Iterator[Row]:
    asked = [arms for arms in waves if study.measured(arms.group.place.scale, arms.group.place.wave)]
    scores = _scores(asked)
    people = _people_by_arm(scores)
    n_late = fewest(people[arm] - at_baseline for arm, at_baseline in _people_by_arm(scores, number=0).items())

    @cache
    def model() -> WaveModel:
        return _fitted(scores, study)

    def contrast(kind: str, number: int, headline: Mapping[int, int]) -> Result:
        arms = asked[number - 1]
        _check(arms if kind == "difference" else Compared(arms.group, ()), study)
        estimate = model().difference if kind == "difference" else partial(model().change, arm=1)
        result = estimate(number, level=study.reporting.level)
        n_left = fewest(people[arm] - count for arm, count in headline.items())
        return result.detailed(n_left=n_left, n_late=n_late)

    for number, arms in enumerate(asked, start=1):
        place, counts = arms.group.place, arms.group.counts
        # the headline of a change includes everyone with a score before, that of a difference only people with both
        compute = partial(contrast, "change", number, _by_arm(arms, "n_pre"))
        yield estimate_row(place, CHANGE, compute, study, counts)
        if arms.comparison:
            counts = counts | {"n_comparison": sum(member.counts["n_pairs"] for member in arms.comparison)}
            compute = partial(contrast, "difference", number, _by_arm(arms, "n_pairs"))
            yield estimate_row(place, DIFFERENCE, compute, study, counts)


def _people_by_arm(scores: pd.DataFrame, *, number: int | None = None) -> dict[int, int]:
    """People with any score, or with one at a wave: 1 in the programme, 0 in the comparison."""
    rows = scores if number is None else scores[scores["number"] == number]
    counts = rows.groupby("in_arm")["who"].nunique()
    return {arm: int(counts.get(arm, 0)) for arm in (1, 0)}


def _by_arm(arms: Compared, count: str) -> dict[int, int]:
    return {1: arms.group.counts[count], 0: sum(member.counts[count] for member in arms.comparison)}


def _check(arms: Compared, study: Study) -> None:
    """Refuse where fewer than two people of an arm have a score before, or after."""
    if not study.changes(arms.group.place.scale):
        raise NotEstimableError(Reason.NOT_ASKED_AT_BASELINE)
    for members in ((arms.group,), arms.comparison):
        for name in ("n_pre", "n_post"):
            if members and sum(member.counts[name] for member in members) < 2:
                raise NotEstimableError(Reason.TOO_FEW_PEOPLE)


def _scores(waves: list[Compared]) -> pd.DataFrame:
    """Scores of everybody at the baseline and each later wave, each once."""
    parts = [_long(group, number, float(group is arms.group))
             for number, arms in enumerate(waves, start=1) for group in (arms.group, *arms.comparison)]  # fmt: skip
    return pd.concat(parts).drop_duplicates(["who", "number"]).dropna(subset=["y"])


def _long(group: Group, number: int, in_arm: float) -> pd.DataFrame:
    who = (group.rows["cohort"] + "\0" + group.rows["person"]).to_numpy(object)
    facts = {"who": np.tile(who, 2), "cluster": np.tile(group.clusters, 2), "in_arm": in_arm}
    return pd.DataFrame(
        {**facts, "y": np.concatenate([group.pre, group.post]), "number": np.repeat([0, number], len(who))}
    )


def _fitted(rows: pd.DataFrame, study: Study) -> WaveModel:
    clusters = None
    if rows.groupby("cluster")["who"].nunique().max() > 1:
        clusters = pd.factorize(rows["cluster"])[0]
    return fit_waves(
        rows["y"].to_numpy(float), rows["number"].to_numpy(int), rows["in_arm"].to_numpy(float),
        pd.factorize(rows["who"])[0], dyad=clusters, constrained=study.design.assignment == "randomised",
    )  # fmt: skip
