"""Decides which pairs are accepted and which a person should look at, and tabulates how codes change."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from rm_research.linkage.codes.candidates import Pairs
from rm_research.linkage.codes.distinct import Codes
from rm_research.linkage.codes.evidence import Rates
from rm_research.linkage.codes.frequencies import Numbers
from rm_research.linkage.codes.partners import side

PAIRS = ["first", "second", "probability", "runner_up", "how"]
MISSES = ["first", "second", "probability", "reason"]
PROBABLE = 0.1  # least probability of a pair that was not taken but is shown


def judge(first: Codes, second: Codes, pairs: Pairs, probability: Numbers, min_probability: float) -> pd.DataFrame:
    """
    Judge pairs of codes.

    Returns
    -------
    DataFrame
        One row per pair of codes: first, second (numbers of the codes), probability, runner_up, how, taken, reason.
    """
    alone = (first.people[pairs.first] == 1) & (second.people[pairs.second] == 1)
    first_side, second_side = (
        side(pairs.first, first.people[pairs.first]),
        side(pairs.second, second.people[pairs.second]),
    )
    runner_up = np.maximum(first_side.best_other(probability), second_side.best_other(probability))
    runner_up = np.where(alone, runner_up, np.maximum(runner_up, probability))
    texts = first.texts[pairs.first]
    exact = ((texts == second.texts[pairs.second]) & (texts != "")).all(axis=1)
    ambiguous = ~alone | (probability + runner_up >= min_probability)
    return pd.DataFrame({
        "first": pairs.first,
        "second": pairs.second,
        "probability": probability,
        "runner_up": runner_up,
        "how": np.where(exact, "exact", "near"),
        "taken": alone & (probability >= min_probability) & (probability > runner_up),
        "reason": np.where(ambiguous, "ambiguous", "below min_probability"),
    })  # fmt: skip


def near_misses(judged: pd.DataFrame, first: Codes, second: Codes, max_edits: int) -> pd.DataFrame:
    """Pairs of codes that are both unmatched, but probable or at most `max_edits` edits apart."""
    taken = judged[judged["taken"]]
    free = judged[~judged["first"].isin(taken["first"]) & ~judged["second"].isin(taken["second"])]
    if free.empty:
        return free
    left = ["".join(texts) for texts in first.texts[free["first"]]]
    right = ["".join(texts) for texts in second.texts[free["second"]]]
    close = cpdist(left, right, scorer=OSA.distance, score_cutoff=max_edits) <= max_edits
    return free[close | (free["probability"] >= PROBABLE)]


def with_labels(
    judged: pd.DataFrame, first: Codes, second: Codes, first_index: pd.Index, second_index: pd.Index
) -> pd.DataFrame:
    """
    Replace numbers of codes by index labels, and sort by probability.

    Rows of equal codes are put side by side, each at least once.
    """
    times = np.maximum(first.people[judged["first"]], second.people[judged["second"]])
    table = judged.loc[judged.index.repeat(times)]
    turn = np.arange(len(table)) - np.repeat(np.cumsum(times) - times, times)
    for name, codes, index in (("first", first, first_index), ("second", second, second_index)):
        code = table[name].to_numpy()
        table = table.assign(**{name: index[codes.rows[codes.starts[code] + turn % codes.people[code]]]})
    return table.sort_values("probability", ascending=False, kind="stable", ignore_index=True)


def rates_table(
    rates: Rates, names: Sequence[str], levels: Sequence[str], chance: Numbers, swaps: Sequence[str], crossed: Numbers
) -> pd.DataFrame:
    """One row per element and level, and per swap: element, level, matched, chance."""
    elements = pd.DataFrame({
        "element": np.repeat(names, len(levels)),
        "level": list(levels) * len(names),
        "matched": rates.levels.ravel(),
        "chance": chance.ravel(),
    })  # fmt: skip
    arranged = {"element": list(swaps), "level": "swapped", "matched": rates.arranged[1:], "chance": crossed}
    return pd.concat([elements, pd.DataFrame(arranged)], ignore_index=True) if swaps else elements
