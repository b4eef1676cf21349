"""People who left: how many, and how they differed from those who stayed."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rm_research.effects.groups import EVERYONE, Group, groups
from rm_research.frames import ATTRITION
from rm_research.panel.asked import Asked, Data, Names
from rm_research.stats.attrition import leaving_model, share_lost, standardised_difference
from rm_research.stats.result import NotEstimableError, Result
from rm_research.study import Study


def assess_attrition(
    data: Data, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> pd.DataFrame:  # fmt: skip
    """
    How many people left, how they differed at the start, and what predicted leaving.

    People left if they have a score of the scale at baseline and none at the later wave.

    Parameters
    ----------
    data : Prepared or DataFrame
        What `prepare_study` returned, without its cohorts that have errors; or a Panel.
    study : Study, optional
        Of a Panel; a Prepared has its own. Its level, comparison arm and way of linking count.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Which rows come back, by one name or several; all unless given. The models of leaving are of everyone: they come
        back unless a role or an arm is named.

    Returns
    -------
    DataFrame
        Attrition. By cohort, role, arm, scale and later wave: the share of people who left, with Wilson's interval,
        and their standardised difference before from people who stayed (Hedges' g, pooled standard deviation).
        By cohort, scale and later wave: log odds of leaving by score before, arm and role (logistic regression, Wald
        tests), each arm against the comparison, each role against the first; clusters are ignored. Rows that could
        not be computed stay, with a `reason`. No rows of scales not asked at baseline, or of unlinked waves.
        Differences and odds come from answers, possibly of few people: they are for the evaluator only.

    Raises
    ------
    FrameError
        When a Panel has no study, lacks a column, has rows without a cohort or cluster, or is of another study.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> left = rm.assess_attrition(prepared, cohort="2022 spring", role="leader", scale="inclusion")
    >>> left.loc[left["measure"] == "share", ["arm", "estimate", "n_pre"]].round(2)
             arm  estimate  n_pre
    0  programme      0.28     25
    2   waitlist      0.07     15
    """
    asked = Asked.of(data, study, verb="assess_attrition", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    study = asked.study
    if study.link.method == "none":
        return ATTRITION.empty()
    together: dict[tuple[str, str, str], list[Group]] = defaultdict(list)
    for group in groups(asked.panel, study):
        place = group.place
        if study.changes(place.scale):
            together[place.cohort, place.scale, place.wave].append(group)
    level = study.reporting.level
    rows = [
        row
        for members in together.values()
        for row in [*(row for group in members for row in _of_group(group, level)), *_of_leaving(members, study)]
    ]
    return asked.among(ATTRITION.conform(pd.DataFrame(rows, columns=list(ATTRITION.columns))))


def _of_group(group: Group, level: float) -> Iterator[dict[str, object]]:
    """Share of people who left, and how they differed before."""
    counts = {name: group.counts[name] for name in ("n_pre", "n_pairs")}
    share = _tried(share_lost, counts["n_pre"], counts["n_pairs"], level=level)
    difference = _tried(standardised_difference, group.pre[group.left], group.pre[group.paired], level=level)
    for measure, columns in (("share", share), ("standardised_difference", difference)):
        yield group.place._asdict() | {"measure": measure} | counts | columns


def _tried(estimator: Callable[..., Result], *of: Any, level: float) -> dict[str, object]:
    """Columns of the result, or the reason why there is none."""
    try:
        return _columns(estimator(*of, level=level))
    except NotEstimableError as error:
        return {"reason": str(error.reason)}


def _columns(result: Result) -> dict[str, object]:
    known = {**vars(result), **result.details}
    return {name: value for name, value in known.items() if name in ATTRITION.columns}


def _of_leaving(members: Sequence[Group], study: Study) -> Iterator[dict[str, object]]:
    """Rows of the model of leaving of a cohort, scale and later wave, one per term."""
    terms = _terms(members, study)
    left = np.concatenate([member.left[~np.isnan(member.pre)] for member in members])
    X = np.column_stack([np.ones(len(left)), *terms.values()])
    try:
        cells = [_columns(result) for result in leaving_model(X, left, level=study.reporting.level)[1:]]
    except NotEstimableError as error:
        cells = [{"reason": str(error.reason)}] * len(terms)
    place = members[0].place._replace(role=EVERYONE, arm=EVERYONE)._asdict()
    counts = {"n_pre": len(left), "n_pairs": int((~left).sum())}
    for term, columns in zip(terms, cells, strict=True):
        yield place | {"measure": "log_odds", "term": term} | counts | columns


def _terms(members: Sequence[Group], study: Study) -> dict[str, np.ndarray]:
    """For everyone with a score before: that score, and a column for each arm and role except the first."""
    measured = [member for member in members if member.counts["n_pre"]]
    terms = {"pre": np.concatenate([member.pre[~np.isnan(member.pre)] for member in members])}
    for fact in ("arm", "role"):
        words = [getattr(member.place, fact) for member in measured]
        labels = np.repeat(words, [member.counts["n_pre"] for member in measured])
        first = study.comparison if study.comparison in words else next(iter(words), None)
        others = [word for word in dict.fromkeys(words) if word != first]
        terms |= {f"{fact} {word}": (labels == word).astype(float) for word in others}
    return terms
