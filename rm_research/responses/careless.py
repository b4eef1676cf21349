"""Signs of careless answering: the same answer throughout, answering too fast, or failing an attention item."""

from collections import defaultdict

import numpy as np
import pandas as pd

from rm_research.responses.answers import Answers
from rm_research.responses.exports import Opened
from rm_research.study import Item
from rm_research.study.entries import comparable, per_entry, tidy
from rm_research.study.numbers import read_numbers

FEWEST_ITEMS = 6  # with fewer, the same answer throughout is not suspicious


def careless_rows(opened: Opened, answers: dict[str, Answers], facts: pd.DataFrame) -> dict[str, pd.Series]:
    """
    Whether each row shows each sign of careless answering: 'same_answers', 'too_fast', 'attention'.

    The signs follow [careless]. Without `same_answers`, giving the same answer is a sign if it covers every item of one
    range and there are at least six (long runs: Johnson 2005, doi:10.1016/j.jrp.2004.09.009).
    """
    settings, signs = opened.study.settings.careless, dict[str, pd.Series]()
    asked = [opened.coded(item) for item in opened.study.items if item.name in answers and item.kind == "number"]
    alike = _same_answers(asked, answers, settings.same_answers)
    if alike:
        signs["same_answers"] = pd.concat(alike, axis=1).any(axis=1)
    if settings.fastest is not None:
        signs["too_fast"] = seconds(facts["duration"], opened.source.decimal) < settings.fastest
    labels = {item.name: opened.study.settings.answers.get(item.answers, {}) for item in opened.study.items}
    expected = {
        name: right_answer(right, labels[name]) for name, right in settings.attention.items() if name in answers
    }
    wrong = [_failed(answers[name], right) for name, right in expected.items()]
    if wrong:
        signs["attention"] = pd.concat(wrong, axis=1).any(axis=1)
    return signs


def _same_answers(asked: list[Item], answers: dict[str, Answers], limit: int | None) -> list[pd.Series]:
    """Whether each row has too long a run of one answer: over all items, or over all those of one range."""
    if limit:
        return [longest_run(asked, answers) >= limit] if len(asked) >= limit else []
    by_range: dict[tuple[float | None, float | None], list[Item]] = defaultdict(list)
    for item in asked:
        by_range[item.low, item.high].append(item)
    long = [items for items in by_range.values() if len(items) >= FEWEST_ITEMS]
    return [longest_run(items, answers) >= len(items) for items in long]


def longest_run(items: list[Item], answers: dict[str, Answers]) -> pd.Series:
    """Longest run of the same printed answer, over items of one range in the order of the codebook."""
    index = answers[items[0].name].usable.index
    run, longest = np.zeros(len(index), dtype=int), np.zeros(len(index), dtype=int)
    before, ends = np.full(len(index), np.nan), None
    for item in items:
        here = answers[item.name].printed.to_numpy()
        same = (here == before) & (ends == (item.low, item.high))
        run = np.where(same, run + 1, ~np.isnan(here))
        longest, before, ends = np.maximum(longest, run), here, (item.low, item.high)
    return pd.Series(longest, index=index)


def seconds(durations: pd.Series, decimal: str | None = None) -> pd.Series:
    """Durations in seconds, read from a number of seconds, m:ss or h:mm:ss; missing if it is none of these."""
    as_number = read_numbers(durations, decimal)
    clock = tidy(durations).str.extract(r"^\s*(?:(\d{1,4}):)?(\d{1,4}):(\d{2})\s*$").astype("float64")
    return as_number.fillna(clock[0].fillna(0) * 3600 + clock[1] * 60 + clock[2])


def right_answer(right: str | float, labels: dict[str, float]) -> str:
    """Expected answer to an attention item, in comparable form: the number of a label, else the entry itself."""
    numbers = {comparable(label): value for label, value in labels.items()}
    return comparable(str(numbers.get(comparable(str(right)), right)))


def _failed(answer: Answers, right: str) -> pd.Series:
    """Whether an attention item is answered, but not as instructed."""
    if pd.api.types.is_float_dtype(answer.usable.dtype):
        return answer.answered & (answer.usable != float(right))
    return per_entry(answer.usable, lambda entry: comparable(entry) != right, dtype="bool")
