"""Questionnaires answered without care: the same answer throughout, too fast, or an attention item failed."""

import numpy as np
import pandas as pd

from rm_research.responses.answers import Answers
from rm_research.responses.exports import Opened
from rm_research.study import Item
from rm_research.study.entries import comparable, per_entry

FEWEST_ITEMS = 6  # with fewer, the same answer throughout is nothing odd


def careless_rows(opened: Opened, answers: dict[str, Answers], facts: pd.DataFrame) -> dict[str, pd.Series]:
    """
    Whether each row was answered without care, by sign: 'same_answers', 'too_fast', 'attention'.

    The signs are those of [careless]; without a number, the same answer counts as a sign when it stands in every item
    that the export asks, of which there must be six (long runs: Johnson 2005, doi:10.1016/j.jrp.2004.09.009).
    """
    settings, found = opened.study.settings.careless, dict[str, pd.Series]()
    asked = [item for item in opened.study.items if item.name in answers and item.kind == "number"]
    limit = settings.same_answers or max(len(asked), FEWEST_ITEMS)
    if len(asked) >= limit:
        found["same_answers"] = longest_run(asked, answers) >= limit
    if settings.fastest is not None:
        found["too_fast"] = seconds(facts["duration"]) < settings.fastest
    labels = {item.name: opened.study.settings.answers.get(item.answers, {}) for item in opened.study.items}
    told = {name: right_answer(right, labels[name]) for name, right in settings.attention.items() if name in answers}
    wrong = [_failed(answers[name], right) for name, right in told.items()]
    if wrong:
        found["attention"] = pd.concat(wrong, axis=1).any(axis=1)
    return found


def longest_run(items: list[Item], answers: dict[str, Answers]) -> pd.Series:
    """Most items in a row, of one range and in the codebook's order, with the same answer as printed."""
    index = answers[items[0].name].given.index
    run, longest = np.zeros(len(index), dtype=int), np.zeros(len(index), dtype=int)
    before, ends = np.full(len(index), np.nan), None
    for item in items:
        here = answers[item.name].given.to_numpy()
        same = (here == before) & (ends == (item.low, item.high))
        run = np.where(same, run + 1, ~np.isnan(here))
        longest, before, ends = np.maximum(longest, run), here, (item.low, item.high)
    return pd.Series(longest, index=index)


def seconds(durations: pd.Series) -> pd.Series:
    """Durations in seconds, from a number of seconds, m:ss or h:mm:ss; missing where it is none of these."""
    as_number = pd.to_numeric(durations, errors="coerce").astype("float64")
    clock = durations.str.extract(r"^\s*(?:(\d{1,4}):)?(\d{1,4}):(\d{2})\s*$").astype("float64")
    return as_number.fillna(clock[0].fillna(0) * 3600 + clock[1] * 60 + clock[2])


def right_answer(right: str | float, labels: dict[str, float]) -> str:
    """What an attention item should hold, as entries are compared: the number of a label, else the entry itself."""
    numbers = {comparable(label): value for label, value in labels.items()}
    return comparable(str(numbers.get(comparable(str(right)), right)))


def _failed(answer: Answers, right: str) -> pd.Series:
    """Whether an attention item is answered, and otherwise than told."""
    if pd.api.types.is_float_dtype(answer.given.dtype):
        return answer.answered & (answer.given != float(right))
    return per_entry(answer.given, lambda entry: comparable(entry) != right, dtype="bool")
