"""build_panel: combines scores, people and sessions into one row per person, scale and later wave."""

from typing import Any

import numpy as np
import pandas as pd

from rm_research.frames import PANEL, PEOPLE, SCORES, numbered, require_columns
from rm_research.people import WHO, Participants
from rm_research.study import Scale, Study


def build_panel(
    scores: pd.DataFrame, people: pd.DataFrame, study: Study, *, sessions: pd.DataFrame | None = None,
    places: np.ndarray | None = None,
) -> pd.DataFrame:  # fmt: skip
    """
    Put each person's baseline and later scores side by side.

    Parameters
    ----------
    scores : DataFrame
        Scores.
    people : DataFrame
        People.
    study : Study
        Its design names the baseline; its scales name the roles for which they are meant.
    sessions : DataFrame, optional
        Meetings of each person before each wave: cohort, person, wave, sessions.
    places : array of int, optional
        Row in `people` for each score, -1 if the person is not among them; found out if it is not known.

    Returns
    -------
    DataFrame
        Panel. Everyone in People has a row for each scale meant for their role and each later occasion that asks it;
        `pre` and `post` are NaN if there is no score. A scale of the process has no `pre`, and a row for the baseline,
        too, if that asks it.

    Raises
    ------
    FrameError
        When a frame lacks a column.

    Examples
    --------
    >>> panel = rm.build_panel(prepared.scores, prepared.people, study)
    >>> len(panel) == len(prepared.panel)
    True
    """
    require_columns(scores, SCORES, verb="build_panel")
    require_columns(people, PEOPLE, verb="build_panel")
    places = places_among(people, scores) if places is None else places
    known, found = people.drop(columns="invited"), scores["score"].to_numpy(float)
    rows_of = scores.groupby(["scale", "wave"], sort=False).indices
    sides = {key: _of_each(len(people), places[rows], found[rows]) for key, rows in rows_of.items()}
    parts = [
        _side_by_side(sides, known, scale, wave, study.baseline)
        for scale in study.scales
        for wave in study.occasions(scale.name)
    ]
    if not parts:
        return PANEL.empty()
    panel = pd.concat(parts, ignore_index=True)
    if sessions is not None:
        panel = panel.merge(sessions, on=[*WHO, "wave"], how="left")
    return PANEL.conform(panel, unique=True)


def places_among(people: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Row in `people` for the person of each of these rows; -1 if the person is not among them."""
    numbers = numbered(pd.concat([people[WHO], rows[WHO]], ignore_index=True), WHO)
    at = np.full(numbers.max(initial=-1) + 1, -1)
    at[numbers[: len(people)]] = np.arange(len(people))
    return at[numbers[len(people) :]]


def _of_each(n: int, places: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Score of each of `n` people, given at their places; NaN of those without one."""
    values, known = np.full(n, np.nan), places >= 0
    values[places[known]] = scores[known]
    return values


def _side_by_side(
    sides: dict[Any, np.ndarray], people: pd.DataFrame, scale: Scale, wave: str, baseline: str
) -> pd.DataFrame:
    """Rows of People with the scores of a scale, which are given by scale and wave."""
    panel = people.assign(scale=scale.name, wave=wave)
    for label, name in (("pre", baseline), ("post", wave)):
        known = label == "post" or not scale.is_process
        panel[label] = sides.get((scale.name, name), np.nan) if known else np.nan
    return panel[people["role"].isin(scale.roles)] if scale.roles else panel


def sessions_before(responses: pd.DataFrame, who: Participants, study: Study) -> pd.DataFrame:
    """
    Meetings of each person that were held before their questionnaire of each later wave.

    A meeting also counts if its date or that of the questionnaire is missing. People without a dyad have no row,
    because their meetings are unknown.
    """
    attended = who.meetings.merge(who.members, on=["cohort", "dyad"])
    in_dyads = who.members[WHO].drop_duplicates()
    due = pd.concat([in_dyads.assign(wave=wave) for wave in study.later_waves] or [in_dyads.assign(wave="")])
    answered = responses[[*WHO, "wave", "submitted"]]
    held = due.merge(answered, on=[*WHO, "wave"], how="left").merge(attended[[*WHO, "date"]], on=WHO)
    counted = held[~(held["date"] > held["submitted"])]
    totals = counted.groupby([*WHO, "wave"]).size().rename("sessions").reset_index()
    return due.merge(totals, on=[*WHO, "wave"], how="left").fillna({"sessions": 0})
