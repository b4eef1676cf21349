"""Change from the starting point as people judged it in hindsight."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from rm_research.effects.estimates import Estimates, Row, collected, estimate_row, picked
from rm_research.effects.groups import Group, groups, shared
from rm_research.effects.methods import METHODS, Contrast, Measure, Name
from rm_research.frames import SCORES
from rm_research.panel.asked import Asked, Data, Names
from rm_research.stats.result import Result
from rm_research.stats.sensitivity import then_test
from rm_research.study import Study

THEN_TEST = METHODS[Contrast.CHANGE, Measure.MEAN, Name.THEN_TEST]


def estimate_hindsight(
    data: Data, scores: pd.DataFrame | None = None, *, study: Study | None = None,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> Estimates:  # fmt: skip
    """
    Change from the starting point as people judged it afterwards (then-test).

    Parameters
    ----------
    data : Prepared or DataFrame
        What `prepare_study` returned, without its cohorts that have errors; or a Panel.
    scores : DataFrame, optional
        Scores of a Panel, with those of the study's retrospective wave; a Prepared has its own.
    study : Study, optional
        Of a Panel; a Prepared has its own. Its waves of kind 'retrospective' are each compared with every later wave.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Which rows come back, by one name or several; all unless given. They have the same numbers as among all rows.

    Returns
    -------
    Estimates
        contrast 'change', measure 'mean', method 'then_test': post − then, of people with all three scores, by
        cohort, role, arm, scale and later wave; `subgroup` names the retrospective wave. Details: change (post − pre of
        the same people) and response_shift (then − pre), with the ends of their intervals. No rows without a
        retrospective wave.

    Raises
    ------
    FrameError
        When a Panel has no study or Scores, lacks a column, or is of another study.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.

    Examples
    --------
    >>> len(rm.estimate_hindsight(prepared))  # the demo study asked nobody to judge the start in hindsight
    0
    """
    asked = Asked.of(data, study, verb="estimate_hindsight", cohort=cohort, role=role, scale=scale, wave=wave, arm=arm)
    study, scores = asked.study, asked.further("scores", scores, SCORES, verb="estimate_hindsight")
    if not THEN_TEST.suits(study):
        return collected([], study)
    waves = [wave.name for wave in study.waves if wave.kind == "retrospective"]
    rows = [row for wave in waves for row in _rows(asked.panel, scores[scores["wave"] == wave], wave, study)]
    return picked(collected(rows, study), asked)


def _rows(panel: pd.DataFrame, then: pd.DataFrame, wave: str, study: Study) -> Iterator[Row]:
    keys = ["cohort", "person", "scale"]
    with_then = panel.merge(then[[*keys, "score"]], on=keys, how="inner", validate="many_to_one")
    for group in groups(with_then, study):
        if not study.changes(group.place.scale):
            continue
        compute = partial(_compute, group, study)
        has_then = ~np.isnan(group.numbers("score"))
        counts = group.counts_among(has_then)
        yield estimate_row(group.place, THEN_TEST, compute, study, counts, subgroup=wave)


def _compute(group: Group, study: Study) -> Result:
    pre, then, post = group.pre, group.numbers("score"), group.post
    changes = then_test(pre, then, post, level=study.reporting.level, clusters=shared(group.clusters))
    details = {"n_fewest": float(np.isfinite(pre + then + post).sum())}
    for name in ("change", "response_shift"):
        result = getattr(changes, name)
        details |= {name: result.estimate, f"{name}_low": result.ci_low, f"{name}_high": result.ci_high}
    return replace(changes.retrospective, details=details)
