"""build_panel: combines scores, people and sessions into one row per person, scale and later wave."""

import numpy as np
import pandas as pd

from rm_research.frames import PANEL, PEOPLE, SCORES, numbered, require_columns
from rm_research.people import WHO, Participants, located_sessions
from rm_research.study import Scale, Study


def build_panel(
    scores: pd.DataFrame, people: pd.DataFrame, study: Study, *, sessions: pd.DataFrame | None = None
) -> pd.DataFrame:
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

    Returns
    -------
    DataFrame
        Panel. Everyone in People has a row for each scale meant for their role and each later occasion that asks it;
        `pre` and `post` are NaN if there is no score.

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
    places = _places(scores, people)
    known = people.drop(columns="invited")
    of_people = scores[places >= 0].assign(place=places[places >= 0]).groupby(["scale", "wave"], sort=False)
    rows_of = {(str(scale), str(wave)): rows.set_index("place")["score"] for (scale, wave), rows in of_people}
    parts = [
        _side_by_side(rows_of, known, scale, wave, study.baseline)
        for scale in study.scales
        for wave in study.later_waves
        if study.measured(scale.name, wave)
    ]
    if not parts:
        return PANEL.empty()
    panel = pd.concat(parts, ignore_index=True)
    if sessions is not None:
        panel = panel.merge(sessions, on=[*WHO, "wave"], how="left")
    return PANEL.conform(panel, unique=True)


def _places(scores: pd.DataFrame, people: pd.DataFrame) -> np.ndarray:
    """Row in `people` for each score; -1 if the person is not among them."""
    numbers = numbered(pd.concat([people[WHO], scores[WHO]], ignore_index=True), WHO)
    at = np.full(numbers.max(initial=-1) + 1, -1)
    at[numbers[: len(people)]] = np.arange(len(people))
    return at[numbers[len(people) :]]


def _side_by_side(
    scores: dict[tuple[str, str], pd.Series], people: pd.DataFrame, scale: Scale, wave: str, baseline: str
) -> pd.DataFrame:
    """Rows of People with the scores of a scale, which are given by scale and wave, at their places in People."""
    panel = people.assign(scale=scale.name, wave=wave)
    for label, name in (("pre", baseline), ("post", wave)):
        values = np.full(len(people), np.nan)
        if (found := scores.get((scale.name, name))) is not None:
            values[found.index] = found.to_numpy(dtype=float)
        panel[label] = values
    return panel[people["role"].isin(scale.roles)] if scale.roles else panel


def sessions_before(responses: pd.DataFrame, who: Participants, met: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Meetings of each person that were held before their questionnaire of each later wave.

    A meeting also counts if its date or that of the questionnaire is missing. People without a dyad have no row,
    because their meetings are unknown.
    """
    attended = located_sessions(met, who.members).merge(who.members, on=["cohort", "dyad"])
    in_dyads = who.members[WHO].drop_duplicates()
    due = pd.concat([in_dyads.assign(wave=wave) for wave in study.later_waves] or [in_dyads.assign(wave="")])
    answered = responses[[*WHO, "wave", "submitted"]]
    held = due.merge(answered, on=[*WHO, "wave"], how="left").merge(attended[[*WHO, "date"]], on=WHO)
    counted = held[~(held["date"] > held["submitted"])]
    totals = counted.groupby([*WHO, "wave"]).size().rename("sessions").reset_index()
    return due.merge(totals, on=[*WHO, "wave"], how="left").fillna({"sessions": 0})
