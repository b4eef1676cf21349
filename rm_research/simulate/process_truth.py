"""What is true of meetings, goals, both sides and open answers of a simulated study."""

from typing import Any

import numpy as np
import pandas as pd

from rm_research.simulate.answering import Answers
from rm_research.simulate.people import AS_PLANNED, PLAN, Programme
from rm_research.simulate.population import ARMS, INCLUSION, ROLES
from rm_research.simulate.process import AGREED, SIDES, Process, expected_shares
from rm_research.simulate.wording import THEMES

Row = dict[str, Any]


def process_truth(programme: Programme, answers: Answers, process: Process, sessions: pd.DataFrame) -> dict[str, Any]:
    """
    Return what is true, whether people stay or leave.

    `meetings`: by cohort, pairs of the programme, those that met as planned, and their mean. `agreed`: chances.
    `sides`: by scale and role, the mean of all such people and of those asked here. `safety_and_effect`: by role,
    how the effect on the inclusion of those asked goes with their safety; both grow with meetings, and neither acts on
    the other. `themes`: by role and theme, the share of answers to the question about meetings that is about it, of all
    such people and of those who write here.
    """
    dyads = programme.dyads[programme.dyads["arm"] == "programme"]
    held = dyads["pair"].map(sessions["pair"].value_counts()).fillna(0)
    return {
        "meetings": [
            {"cohort": cohort, "pairs": len(here), "as_planned": int((here >= AS_PLANNED).sum()), "mean": here.mean()}
            for cohort, here in held.groupby(dyads["cohort"])
        ],
        "planned_meetings": PLAN["planned_meetings"],
        "agreed": AGREED,
        **_of_people(programme.people["role"], answers, process),
    }  # fmt: skip


def _of_people(role: pd.Series, answers: Answers, process: Process) -> dict[str, list[Row]]:
    scores = {side.name: process.keyed[side.name].mean(axis=1) for side in SIDES}
    gained = np.subtract(*(answers.post_if[arm][INCLUSION.name].mean(axis=1) for arm in ARMS))
    sides, going, themes = list[Row](), list[Row](), list[Row]()
    for one in ROLES:
        here = process.asked & role.eq(one).to_numpy()
        if not here.any():
            continue
        sides += [
            {"scale": side.name, "role": one, "mean": side.expected_score(one), "n": int(here.sum()),
             "mean_of_these": scores[side.name][here].mean()} for side in SIDES
        ]  # fmt: skip
        going.append({"role": one, "correlation": _correlation(scores["safety"][here], gained[here])})
        wrote = here & process.reflection.ne("").to_numpy()
        shares = expected_shares(one)
        themes += [
            {"role": one, "theme": theme.name, "share": shares[theme.name], "n_wrote": int(wrote.sum()),
             "n_about_it": int(process.themes.loc[wrote, theme.name].sum())} for theme in THEMES
        ]  # fmt: skip
    return {"sides": sides, "safety_and_effect": going, "themes": themes}


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Pearson's r; 0 where one of the two is the same for everybody."""
    return float(np.corrcoef(one, other)[0, 1]) if np.ptp(one) and np.ptp(other) else 0.0
