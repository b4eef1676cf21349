"""Answers into scores. `keyed_items` is the only place that reverses."""

import numpy as np
import pandas as pd

from rm_research.errors import FrameError, ScoringError
from rm_research.frames import RESPONSES, SCORES, numbered, require_columns
from rm_research.journal import Journal
from rm_research.study import Study

QUESTIONNAIRE = ("cohort", "person", "wave")
PRINTED = 0.0051  # exports round totals to two decimals


def keyed_items(responses: pd.DataFrame, study: Study, scale: str) -> pd.DataFrame:
    """
    Items of a scale, keyed: high answers mean much of what the scale measures.

    Parameters
    ----------
    responses : DataFrame
        Responses.
    study : Study
        Its codebook says which items are reversed, and over which range.
    scale : str
        Name of the scale.

    Returns
    -------
    DataFrame
        Same index; one column an item that all waves with the scale ask, in item units: low + high − answer where
        the item is reversed, low and high being the declared ends.

    Raises
    ------
    ScoringError
        When `responses` lacks an item.
    """
    items = study.common_items(scale)
    missing = [item.name for item in study.items_of(scale) if item.name not in responses.columns]
    if missing or not items:
        lacking = ", ".join(missing) or "every item, in some wave"
        raise ScoringError(
            f"Scale {scale!r} cannot be scored: no wave asks {lacking}. Name the columns in codebook.csv or remove the "
            "items."
        )
    keyed = {
        item.name: (item.low + item.high - responses[item.name])
        if item.reverse and item.low is not None and item.high is not None
        else responses[item.name]
        for item in items
    }
    return pd.DataFrame(keyed, index=responses.index)


def score_scales(responses: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Score per person, wave and scale.

    Parameters
    ----------
    responses : DataFrame
        Responses, linked: one row per returned questionnaire, items as answered, in item units.
    study : Study
        Its scales say which items belong together, which are reversed and what share must be answered.

    Returns
    -------
    DataFrame
        Scores, one row per questionnaire and scale that its wave asks. `score` is in the scale's unit and NaN where
        fewer than `min_answered` of the items were answered; a sum is the person's mean times the number of items, so
        that a skipped item does not count as zero.

    Raises
    ------
    FrameError
        When `responses` lacks a column, or is not linked.
    ScoringError
        When a scale has an item that no wave asks.
    """
    require_columns(responses, RESPONSES, verb="score_scales")
    if responses["person"].isna().any() or numbered(responses, QUESTIONNAIRE).max(initial=-1) + 1 < len(responses):
        raise FrameError("score_scales needs linked Responses, one row a person and wave. Call link_waves first.")
    parts = []
    for scale in study.scales:
        score, n_answered = scale_scores(responses, study, scale.name)
        scores = responses[["cohort", "person", "wave"]].assign(scale=scale.name, score=score, n_answered=n_answered)
        asking = [wave.name for wave in study.waves if study.measured(scale.name, wave.name)]
        parts.append(scores[scores["wave"].isin(asking)])
    return SCORES.conform(pd.concat(parts, ignore_index=True), unique=True)


def scale_scores(responses: pd.DataFrame, study: Study, name: str) -> tuple[pd.Series, pd.Series]:
    """Score (scale's unit, NaN where too few items were answered) and number of items answered, same index."""
    scale, keyed = study.scale(name), keyed_items(responses, study, name)
    n_items, n_answered = keyed.shape[1], keyed.notna().sum(axis=1)
    # the small number keeps 0.28 × 25 items, which a computer makes 7.000000000000001, at seven
    enough = n_answered >= max(1, np.ceil(scale.min_answered * n_items - 1e-9))
    return (keyed.mean(axis=1) * (n_items if scale.score == "sum" else 1)).where(enough), n_answered


def report_items(study: Study) -> pd.DataFrame:
    """Problems: for each scale whose waves ask different items, which of them take no part in its score."""
    journal = Journal()
    for scale in study.scales:
        common = study.common_items(scale.name)
        left_out = [item.name for item in study.items_of(scale.name) if item not in common]
        if left_out:
            message = (
                f"Not every wave asks {', '.join(left_out)}, so the score of {scale.name!r} is made of the other "
                f"{len(common)} items. Name their columns in codebook.csv where they were asked."
            )
            journal.problem("items_left_out", "warning", message, file="codebook.csv", column=scale.name)
    return journal.problems


def compare_published(responses: pd.DataFrame, published: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Compare scores with the totals the exports bring.

    Parameters
    ----------
    responses, published : DataFrame
        Same index; one column of `published` a scale.

    Returns
    -------
    DataFrame
        Problems: for each such scale a note how many rows agree, and a warning for each row that does not.
    """
    journal = Journal()
    for name in published.columns:
        score, _ = scale_scores(responses, study, name)
        both = score.notna() & published[name].notna()
        differs = both & ((score - published[name]).abs() > PRINTED)
        column = study.scale(name).published or ""
        if not both.any():
            message = f"No row has both {column!r} and a score of {name!r}. Correct scales.{name}.published."
            journal.problem("published_total", "warning", message, column=column)
            continue
        message = f"{column} is reproduced on {int((both & ~differs).sum())} of {int(both.sum())} rows."
        journal.problem("published_total", "note", message, column=column)
        message = "The published total differs from the score. Check which items are reversed, and low and high."
        journal.row_problems("published_total", "warning", message, responses[differs], column=column)
    return journal.problems
