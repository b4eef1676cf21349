"""What is true of a simulated study, as JSON."""

import json
from typing import Any

import numpy as np
import pandas as pd

from rm_research.simulate.answering import Answers
from rm_research.simulate.people import Programme
from rm_research.simulate.population import ARMS, SCALES, WAVES
from rm_research.simulate.process import Process
from rm_research.simulate.process_truth import process_truth

DECIMALS = 6
Row = dict[str, Any]


def truth_json(
    programme: Programme,
    answers: Answers,
    process: Process,
    sessions: pd.DataFrame,
    returns: pd.DataFrame,
    counts: dict[str, dict[str, int]],
    *,
    seed: int,
    effect: float,
    attrition: float,
) -> str:
    """
    Return the truth as JSON.

    `changes` and `differences` cover everyone whose baseline questionnaire counts, `process` everyone who is asked.
    """
    people, baseline = programme.people, returns["pre"].eq("full").to_numpy()
    truth = {
        "seed": seed,
        "population": {"attrition": attrition, "scales": _population(effect)},
        "changes": _changes(people, answers, baseline),
        "differences": _differences(people, answers, baseline),
        "dirt": {**counts, "post_only_people": int((~baseline & returns["post"].eq("full")).sum())},
        "process": process_truth(programme, answers, process, sessions),
    }
    return json.dumps(_rounded(truth), indent=1) + "\n"


def _population(effect: float) -> list[Row]:
    """List what is true for an infinite population; d, r and icc before rounding, the rest in points after it."""
    rows = []
    for scale in SCALES:
        for role, d in scale.d.items():
            changes = {f"mean_change_{arm}": scale.expected_change(role, arm, effect) for arm in ARMS}
            gained = changes["mean_change_programme"] - changes["mean_change_waitlist"]
            values = {"d": effect * d, "r": scale.r, "icc": scale.icc, **changes, "effect": gained}
            rows.append({"scale": scale.name, "role": role, **values})
    return rows


def _changes(people: pd.DataFrame, answers: Answers, baseline: np.ndarray) -> list[Row]:
    """Mean change in each arm, whether people stayed or left."""
    pre, post = (answers.keyed[wave] for wave in WAVES)
    changes = {scale.name: post[scale.name].mean(axis=1) - pre[scale.name].mean(axis=1) for scale in SCALES}
    return _means(people[baseline], ["cohort", "arm", "role"], changes, "mean_change")


def _differences(people: pd.DataFrame, answers: Answers, baseline: np.ndarray) -> list[Row]:
    """
    Return programme − waitlist in two forms: the difference in mean changes, and the effect on these very people.

    `difference` includes chance differences between the arms. `effect` does not: it is the mean, over both arms, of
    the score each person would have with the programme minus the score the same person would have without it.
    """
    with_it, without = (answers.post_if[arm] for arm in ARMS)
    effects = {scale.name: with_it[scale.name].mean(axis=1) - without[scale.name].mean(axis=1) for scale in SCALES}
    rows = _means(people[baseline], ["cohort", "role"], effects, "effect")
    changes = {
        (row["cohort"], row["role"], row["scale"], row["arm"]): row["mean_change"]
        for row in _changes(people, answers, baseline)
    }
    for row in rows:
        treated, waiting = (changes[row["cohort"], row["role"], row["scale"], arm] for arm in ARMS)
        row["difference"] = treated - waiting
    return rows


def _means(people: pd.DataFrame, keys: list[str], values: dict[str, np.ndarray], name: str) -> list[Row]:
    """Mean over these people of each scale's values (which cover everyone invited), by the keys and scale."""
    rows: list[Row] = []
    for (*facts, role), group in people.groupby(keys):
        asked = {scale.name: values[scale.name][group.index] for scale in SCALES if role in scale.d}
        shared = dict(zip(keys, [*facts, role], strict=True))
        rows += [
            {**shared, "scale": scale, "n_baseline": len(group), name: float(of_group.mean())}
            for scale, of_group in asked.items()
        ]
    return rows


def _rounded(value: object) -> object:
    """Floats to six decimals, at any depth: enough for any comparison, and the same on every platform."""
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(float(value), DECIMALS) if isinstance(value, float) else value
