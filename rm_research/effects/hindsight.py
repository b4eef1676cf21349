"""Change from the starting point as people judged it in hindsight."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from rm_research.effects.estimates import Estimates, Row, collected, estimate_row
from rm_research.effects.groups import groups
from rm_research.effects.methods import METHODS, Contrast, Measure, Name
from rm_research.frames import PANEL, SCORES, require_columns
from rm_research.stats.result import Result, Vector
from rm_research.stats.sensitivity import then_test
from rm_research.study import Study

THEN_TEST = METHODS[Contrast.CHANGE, Measure.MEAN, Name.THEN_TEST]


def estimate_hindsight(panel: pd.DataFrame, scores: pd.DataFrame, *, study: Study) -> Estimates:
    """
    Change from the starting point as people judged it afterwards (then-test).

    Parameters
    ----------
    panel : DataFrame
        Panel.
    scores : DataFrame
        Scores, with those of the study's retrospective wave.
    study : Study
        Its waves of kind 'retrospective'; each is compared with every later wave.

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
        When a frame lacks a column.
    """
    require_columns(panel, PANEL, verb="estimate_hindsight")
    require_columns(scores, SCORES, verb="estimate_hindsight")
    if not THEN_TEST.suits(study):
        return collected([], study)
    asked = [wave.name for wave in study.waves if wave.kind == "retrospective"]
    rows = (row for wave in asked for row in _rows(panel, scores[scores["wave"] == wave], wave, study))
    return collected(rows, study)


def _rows(panel: pd.DataFrame, then: pd.DataFrame, wave: str, study: Study) -> Iterator[Row]:
    keys = ["cohort", "person", "scale"]
    with_then = panel.merge(then[[*keys, "score"]], on=keys, how="inner", validate="many_to_one")
    for group in groups(with_then, study):
        if not study.measured(group.place.scale, study.baseline):
            continue
        compute = partial(_compute, group.pre, group.numbers("score"), group.post, study)
        has_then = ~np.isnan(group.numbers("score"))
        counts = group.counts_among(has_then)
        yield estimate_row(group.place, THEN_TEST, compute, study, counts, subgroup=wave)


def _compute(pre: Vector, then: Vector, post: Vector, study: Study) -> Result:
    changes = then_test(pre, then, post, level=study.reporting.level)
    details = {"n_fewest": changes.retrospective.df + 1}
    for name in ("change", "response_shift"):
        result = getattr(changes, name)
        details |= {name: result.estimate, f"{name}_low": result.ci_low, f"{name}_high": result.ci_high}
    return replace(changes.retrospective, details=details)
