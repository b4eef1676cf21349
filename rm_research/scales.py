"""Scores from answers; `keyed_items` is the only place where items are reversed."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rm_research.catalogue.said import Said
from rm_research.errors import FrameError, ScoringError
from rm_research.frames import RESPONSES, SCORES, numbered, require_columns
from rm_research.journal import Journal
from rm_research.study import Item, Study
from rm_research.study.given import wrong_data
from rm_research.study.selection import Names, OfStudy, Selection, names_in, scales_of_roles

Matrix = NDArray[np.float64]

QUESTIONNAIRE = ("cohort", "person", "wave")
AGAINST = -0.15  # an item whose correlation with the sum of the others is lower seems to be worded the opposite way
ENOUGH_ROWS = 10
TURNED = -0.3  # correlation of scores before and later below which a wave seems to be coded the other way
USUAL = 0.5  # share of questionnaires that answer an item where it was asked
HARDLY = 0.05  # share of questionnaires that answer an item, up to which it seems not to have been asked
PRINTED = 0.0051  # exports round totals to two decimals


def keyed_items(responses: pd.DataFrame, study: Study, scale: str) -> pd.DataFrame:
    """
    Items of a scale, keyed so that a high answer means much of what the scale measures.

    Parameters
    ----------
    responses : DataFrame
        Responses.
    study : Study
        Its codebook says which items are reversed, and between which ends.
    scale : str
        Name of the scale.

    Returns
    -------
    DataFrame
        Same index; one column, in item units, per item that all waves with the scale ask. A reversed item is
        low + high − answer, with its declared low and high.

    Raises
    ------
    ScoringError
        When `responses` lacks an item.
    """
    items = study.common_items(scale)
    missing = [item.name for item in study.items_of(scale) if item.name not in responses.columns]
    if missing or not items:
        reason = f"no wave asks {', '.join(missing)}" if missing else "its waves have no item in common"
        raise ScoringError(
            f"Scale {scale!r} cannot be scored: {reason}. Name the columns in codebook.csv or remove the items."
        )
    keyed = {
        item.name: responses[item.name] if (ends := turned_in(item)) is None else ends - responses[item.name]
        for item in items
    }
    return pd.DataFrame(keyed, index=responses.index)


def turned_in(item: Item) -> float | None:
    """Sum of both ends, from which answers to a reversed item are taken; None for an item that is not reversed."""
    return item.low + item.high if item.reverse and item.low is not None and item.high is not None else None


def score_scales(
    responses: pd.DataFrame | OfStudy, study: Study | None = None, *,
    cohort: Names = None, role: Names = None, scale: Names = None, wave: Names = None, arm: Names = None,
) -> pd.DataFrame:  # fmt: skip
    """
    Score per person, wave and scale.

    Parameters
    ----------
    responses : DataFrame or Prepared
        Responses, linked: one row per returned questionnaire, items as answered, in item units; or what
        `prepare_study` returned.
    study : Study, optional
        Of Responses; a Prepared has its own. Its scales say which items belong together, which are reversed, and what
        share must be answered.
    cohort, role, scale, wave, arm : str or sequence of str, optional
        Which rows come back; all unless given. Role and arm are known of a Prepared only.

    Returns
    -------
    DataFrame
        Scores, one row per questionnaire and scale that its wave asks. `score` is in the scale's unit, and NaN if a
        smaller share of the items than `min_answered` was answered. A sum is the person's mean times the number of
        items, so a skipped item does not count as zero.

    Raises
    ------
    FrameError
        When Responses have no study, lack a column, or are not linked.
    SelectionError
        When there is no such name, or nothing has all names together; the message says what there is.
    ScoringError
        When a scale has an item that no wave asks.

    Examples
    --------
    >>> scores = rm.score_scales(prepared, scale="inclusion", wave="pre", role="leader")
    >>> scores["score"].describe()[["count", "mean", "std"]].round(2).to_dict()
    {'count': 185.0, 'mean': 3.77, 'std': 0.68}
    """
    people, among = None, dict[str, tuple[str, ...]]()
    if not isinstance(responses, pd.DataFrame | OfStudy):
        raise wrong_data("score_scales", responses, "what prepare_study returned, or linked Responses with their study")
    if not isinstance(responses, pd.DataFrame):
        people, among = responses.people, dict(responses.chosen)
        study, responses = study or responses.study, responses.responses
    if study is None:
        raise FrameError("score_scales: Responses need their study. Or give what prepare_study returned.")
    require_columns(responses, RESPONSES, verb="score_scales")
    if responses["person"].isna().any() or numbered(responses, QUESTIONNAIRE).max(initial=-1) + 1 < len(responses):
        raise FrameError("score_scales needs linked Responses, one row per person and wave. Call link_waves first.")
    parts = []
    for known, rows in zip(study.scales, _rows_by_scale(responses, study), strict=True):
        score, n_answered = scale_scores(responses, study, known.name)
        scores = responses[["cohort", "person", "wave"]].assign(scale=known.name, score=score, n_answered=n_answered)
        parts.append(scores.iloc[rows])
    scores = SCORES.conform(pd.concat(parts, ignore_index=True), unique=True)
    asked = {"cohort": cohort, "role": role, "scale": scale, "wave": wave, "arm": arm}
    if all(names is None for names in asked.values()):
        return scores
    return _among(scores, people, asked, study, among)


def _among(
    scores: pd.DataFrame, people: pd.DataFrame | None, asked: dict[str, Names], study: Study,
    among: dict[str, tuple[str, ...]],
) -> pd.DataFrame:  # fmt: skip
    """Scores with the names that were asked for; of a scale, those of the roles that it is meant for."""
    if people is None and (asked["role"] is not None or asked["arm"] is not None):
        raise FrameError("score_scales: Responses alone do not tell roles and arms. Give what prepare_study returned.")
    facts = ["cohort", "person", "role", "arm"]
    rows = scores if people is None else scores.reset_index().merge(people[facts], on=facts[:2])
    if people is not None:
        rows = rows.merge(scales_of_roles(study, people["role"].dropna().unique()), on=["scale", "role"])
        rows = rows.set_index("index").sort_index()
    known = {keyword: names for keyword, names in asked.items() if keyword in rows}
    selection = Selection.of(names_in(rows, tuple(known)), known, among=among)
    return scores.loc[rows.index[selection.mask(rows)]].reset_index(drop=True)


def scored_rows(responses: pd.DataFrame, study: Study) -> NDArray[np.int64]:
    """Place among `responses` of the questionnaire behind each row of its Scores."""
    return np.concatenate([np.zeros(0, dtype=int), *_rows_by_scale(responses, study)])


def _rows_by_scale(responses: pd.DataFrame, study: Study) -> list[NDArray[np.int64]]:
    """Places of the questionnaires whose wave asks each scale."""
    asking = [{wave.name for wave in study.waves if study.measured(scale.name, wave.name)} for scale in study.scales]
    return [np.flatnonzero(responses["wave"].isin(waves)) for waves in asking]


def scale_scores(responses: pd.DataFrame, study: Study, name: str) -> tuple[pd.Series, pd.Series]:
    """Score (scale's unit, NaN if too few items were answered) and number of items answered, same index."""
    scale, keyed = study.scale(name), keyed_items(responses, study, name)
    n_items, n_answered = keyed.shape[1], keyed.notna().sum(axis=1)
    # the small number keeps 0.28 × 25 items, which a computer makes 7.000000000000001, at seven
    enough = n_answered >= max(1, np.ceil(scale.min_answered * n_items - 1e-9))
    return (keyed.mean(axis=1) * (n_items if scale.score == "sum" else 1)).where(enough), n_answered


def report_items(study: Study) -> pd.DataFrame:
    """Problems: for each scale whose waves ask different items, which of them are left out of which score."""
    journal = Journal()
    for scale in study.scales:
        common = study.common_items(scale.name)
        left_out = [item.name for item in study.items_of(scale.name) if item not in common]
        if left_out:
            message = Said("problems.items_left_out", items=", ".join(left_out), scale=scale.name, n=len(common))
            journal.problem("items_left_out", "warning", message, file="codebook.csv", column=scale.name)
        for wave in study.waves:
            asked = study.asked(scale.name, wave.name)
            lacking = [item.name for item in common if asked and item not in asked]
            if lacking:  # of a retrospective wave, which has no say in what is common
                message = Said(
                    "problems.items_left_out_of_wave", wave=wave.name, items=", ".join(lacking), scale=scale.name
                )
                journal.problem("items_left_out", "warning", message, file="codebook.csv", wave=wave.name,
                                column=scale.name)  # fmt: skip
    return journal.problems


def items_against(answers: Matrix) -> list[tuple[int, float]]:
    """
    Find items that run against the others of their scale.

    Parameters
    ----------
    answers : array, shape (people, items)
        NaN where an item was not answered; for the sum of the others it then counts as its mean.

    Returns
    -------
    list of (int, float)
        Column and its correlation with the sum of the others, where that is below AGAINST. Empty with fewer than three
        items, and where half of them or more do so: then there is no direction to run against.
    """
    if answers.shape[1] < 3:
        return []
    answered = ~np.isnan(answers)
    means = np.where(answered, answers, 0).sum(axis=0) / np.maximum(answered.sum(axis=0), 1)
    filled = np.where(answered, answers, means)
    rest = filled.sum(axis=1, keepdims=True) - filled
    against = []
    for place in range(answers.shape[1]):
        scores, others = filled[answered[:, place], place], rest[answered[:, place], place]
        if len(scores) >= ENOUGH_ROWS and np.ptp(scores) > 0 and np.ptp(others) > 0:
            r = float(np.corrcoef(scores, others)[0, 1])
            against += [(place, r)] if r < AGAINST else []
    return against if len(against) < answers.shape[1] / 2 else []


def report_direction(responses: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Problems: items that, keyed as declared, run against the others of their scale, by wave."""
    journal = Journal()
    for scale in study.scales:
        if not study.common_items(scale.name):
            continue
        keyed = keyed_items(responses, study, scale.name)
        found = {
            wave.name: dict(items_against(keyed[responses["wave"] == wave.name].to_numpy(float)))
            for wave in study.waves
            if study.measured(scale.name, wave.name)
        }
        for wave, items in found.items():
            for place, r in items.items():
                elsewhere = [name for name in found if name != wave and place in found[name]]
                item = str(keyed.columns[place])
                message = _against(item, scale.name, wave, r, study, in_one=len(found) > 1 and not elsewhere)
                journal.problem("runs_against", "warning", message, wave=wave, column=item)
    return journal.problems


def report_unanswered(responses: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Problems: items that hardly anybody answered in one wave, though many did in another: its score would change."""
    journal = Journal()
    waves = responses["wave"].to_numpy(object)
    for scale in study.scales:
        names = np.array([item.name for item in study.common_items(scale.name)], dtype=object)
        answered = responses[[*names]].notna().to_numpy()
        returned = answered.any(axis=1)
        of_waves = {wave: answered[returned & (waves == wave)] for wave in sorted({*waves[returned]})}
        shares = {wave: of_wave.mean(axis=0) for wave, of_wave in of_waves.items()}
        usual = np.max([*shares.values(), np.zeros(len(names))], axis=0) >= USUAL
        hardly = [(wave, name) for wave, of_wave in of_waves.items() if len(of_wave) >= ENOUGH_ROWS
                  for name in names[usual & (shares[wave] <= HARDLY)]]  # fmt: skip
        for wave, name in hardly:
            message = Said("problems.hardly_answered", item=name, wave=wave, scale=scale.name)
            journal.problem("hardly_answered", "error", message, wave=str(wave), column=name)
    return journal.problems


def report_turned(scores: pd.DataFrame, who: NDArray[np.int64], study: Study) -> pd.DataFrame:
    """
    Problems: scales on which people who were high before are low later, as if a wave were coded the other way.

    `who` numbers the person of each score.
    """
    journal = Journal()
    rows_of: dict[Any, Any] = scores.groupby(["scale", "wave"], sort=False).indices
    for scale in study.scales:
        for wave in study.later_waves:
            sides = np.full((2, who.max(initial=-1) + 1), np.nan)
            for side, at in zip(sides, (study.baseline, wave), strict=True):
                rows = rows_of.get((scale.name, at), [])
                side[who[rows]] = scores["score"].to_numpy(float)[rows]
            pairs = sides[:, ~np.isnan(sides).any(axis=0)]
            if pairs.shape[1] < ENOUGH_ROWS or not np.ptp(pairs, axis=1).all():
                continue
            r = float(np.corrcoef(pairs)[0, 1])
            if r < TURNED:
                message = Said("problems.turned", scale=scale.name, wave=wave, r=r)
                journal.problem("turned", "warning", message, wave=wave, column=scale.name)
    return journal.problems


def _against(item: str, scale: str, wave: str, r: float, study: Study, *, in_one: bool) -> str:
    """Say that an item runs against the others, and what to write."""
    reverse = next(known.reverse for known in study.items_of(scale) if known.name == item)
    turned = "no" if reverse else "yes"
    text = Said("problems.against", item=item, scale=scale, wave=wave, r=r)
    if in_one:
        return Said("problems.against_once", text=text, turned=turned, wave=wave)
    return Said("problems.against_always", text=text, turned=turned)


def compare_published(responses: pd.DataFrame, published: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Compare scores with the published totals in the exports.

    Parameters
    ----------
    responses, published : DataFrame
        Same index; `published` has one column per scale.

    Returns
    -------
    DataFrame
        Problems: for each of these scales, a note of how many rows agree and a warning for each row that does not.
    """
    journal = Journal()
    for name in published.columns:
        score, _ = scale_scores(responses, study, name)
        both = score.notna() & published[name].notna()
        differs = both & ((score - published[name]).abs() > PRINTED)
        column = study.scale(name).published or ""
        if not both.any():
            message = Said("problems.published_nowhere", column=column, scale=name)
            journal.problem("published_total", "warning", message, column=column)
            continue
        message = Said("problems.published_agrees", column=column, n=int((both & ~differs).sum()), of=int(both.sum()))
        journal.problem("published_total", "note", message, column=column)
        message = Said("problems.published_differs")
        journal.row_problems("published_total", "warning", message, responses[differs], column=column)
    return journal.problems
