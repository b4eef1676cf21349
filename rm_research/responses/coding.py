"""Whether every wave codes a question in the same way: answers outside the range, used ranges, labels of codes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.journal import Journal
from rm_research.responses.answers import Answers, put_on_scale
from rm_research.responses.exports import Opened
from rm_research.study import Item, Study
from rm_research.study.entries import NUMBER, comparable

FEW = 3  # this many answers, all of them unusable, cannot be slips of the pen
ENOUGH = 30  # answers of a wave, over the items of a scale, from which the range it uses can be judged
TIMES = 5  # as large as before, an answer without a range has another unit
PLENTY = 100  # answers from which an end that is often chosen cannot be missing by chance
OFTEN = 0.03  # share of answers at an end that would not be missing from another wave by chance
MANY = 0.1  # share of answers beyond a wave's highest from which that wave cannot have had these answers to choose from

Labels = dict[tuple[str, str, str], dict[str, float]]  # by wave, file and item, numbers of labels on the item's scale


@dataclass(frozen=True)
class Outside:
    """
    Whole numbers next to the declared range of a scale, in one export.

    Attributes
    ----------
    codes : tuple of int
        In order.
    n : int
        How many answers.
    error : bool
        Whether the export has another range; else the code looks like 'do not know'.
    """

    codes: tuple[int, ...]
    n: int
    error: bool


def outside(counts: dict[float, int], low: float, high: float) -> Outside | None:
    """
    Answers that lie next to a range, by what they seem to be; None where there are too few.

    Parameters
    ----------
    counts : dict of float to int
        How often each number was answered to the items of a scale, in the range or not.
    low, high : float
        Ends of the declared range.
    """
    below, above = list(_run(counts, low - 1, -1)), list(_run(counts, high + 1, 1))
    codes = tuple(sorted(below + above))
    n = sum(counts[code] for code in codes)
    if n < FEW:
        return None
    # the range has moved if the other end has no answers, and has more points if two or more are next to it
    moved = (below and not counts.get(high)) or (above and not counts.get(low))
    return Outside(codes, n, bool(moved or len(below) > 1 or len(above) > 1))


def _run(counts: dict[float, int], start: float, step: int) -> Iterator[int]:
    """Whole numbers that follow each other from the start, as far as there are answers."""
    while counts.get(start):
        yield int(start)
        start += step


def report_coding(opened: Opened, answers: dict[str, Answers], rows: pd.Index) -> dict[str, tuple[int, ...]]:
    """
    Report scales that an export codes in another range, and items of whole numbers with some fractions.

    Returns
    -------
    dict of str to tuple of int
        By scale, answers outside the range that are reported here, so that no cell of them needs a problem of its own.
    """
    reported, taken = {}, opened.export.rows.index.isin(rows)
    for scale, items in _by_scale(opened, answers).items():
        own = opened.coded(items[0])
        if own.low is None or own.high is None or own.answers:
            continue
        entries = np.concatenate([_numbers(answers[item.name], taken) for item in items])
        codes, counts = np.unique(entries, return_counts=True)
        found = outside(dict(zip(codes.tolist(), counts.tolist(), strict=True)), own.low, own.high)
        if found is not None:
            reported[scale] = found.codes
            _report_outside(opened, scale, own, found)
        if own.low == int(own.low) and own.high == int(own.high):
            _report_fractions(opened, scale, entries)
    return reported


def _by_scale(opened: Opened, answers: dict[str, Answers]) -> dict[str, list[Item]]:
    by_scale: dict[str, list[Item]] = defaultdict(list)
    for item in opened.study.items:
        if item.scale and item.name in answers:
            by_scale[item.scale].append(item)
    return by_scale


def _numbers(answers: Answers, taken: np.ndarray) -> np.ndarray:
    """Numbers as the export has them, whether in the range or not."""
    numbers = np.concatenate([one.to_numpy(float)[taken] for one in (answers.printed, answers.beyond)])
    return numbers[~np.isnan(numbers)]


def _report_outside(opened: Opened, scale: str, own: Item, found: Outside) -> None:
    wave, file = opened.wave.name, opened.source.title
    codes = ", ".join(map(str, found.codes))
    range_text = Said("problems.part.range", low=own.low, high=own.high)
    if found.error and any(place.partition(".")[0] == wave for place in own.codings):
        message = Said(
            "problems.outside_declared", file=file, n=found.n, scale=scale, codes=codes, range=range_text, wave=wave
        )
        opened.fail("other_range", message, column=scale)
        return
    if found.error:
        message = Said(
            "problems.other_range", file=file, n=found.n, scale=scale, codes=codes, range=range_text, wave=wave
        )
        opened.fail("other_range", message, column=scale)
        return
    message = Said("problems.next_to_range", file=file, n=found.n, scale=scale, codes=codes, range=range_text)
    opened.journal.problem("next_to_range", "warning", message, wave=wave, file=file, column=scale)


def _report_fractions(opened: Opened, scale: str, entries: np.ndarray) -> None:
    fractions = int((entries % 1 != 0).sum())
    if 0 < fractions < len(entries) / 2:
        message = Said("problems.fractions", file=opened.source.title, n=fractions, of=len(entries), scale=scale)
        opened.journal.problem("fractions", "warning", message, wave=opened.wave.name, file=opened.source.title,
                               column=scale)  # fmt: skip


def labels_of(opened: Opened) -> Labels:
    """What the labels of an export's codes are worth, on the scale of the item."""
    found: Labels = {}
    for item in opened.study.items:
        own, names = opened.coded(item), opened.columns(item)
        if not item.scale or own.answers or not names:
            continue
        codes = opened.export.labels.get(names[0], {})
        numbers = {comparable(label): float(tidied) for code, label in codes.items()
                   if NUMBER.fullmatch(tidied := comparable(code))}  # fmt: skip
        found[opened.wave.name, opened.source.title, item.name] = {
            label: put_on_scale(number, own, item) for label, number in numbers.items()
        }
    return found


def report_labels(labels: Labels, study: Study, journal: Journal) -> None:
    """Report labels that stand for different numbers in different exports, one error per scale and pair of files."""
    by_item: dict[str, list[tuple[str, str, dict[str, float]]]] = defaultdict(list)
    for (wave, file, name), numbers in labels.items():
        by_item[name].append((wave, file, numbers))
    reported = set()
    for item in study.items:
        for (_, file, first), (wave, other_file, second) in combinations(by_item[item.name], 2):
            differing = [label for label in first if label in second and first[label] != second[label]]
            if not differing or (item.scale, file, other_file) in reported:
                continue
            reported.add((item.scale, file, other_file))
            label = differing[0]
            message = Said(
                "problems.labels_differ",
                other=other_file,
                n=len(differing),
                item=item.name,
                file=file,
                label=label,
                second=second[label],
                first=first[label],
                wave=wave,
            )
            journal.problem("labels_differ", "error", message, wave=wave, file=other_file, column=item.scale)


def report_ranges(questionnaires: pd.DataFrame, study: Study, journal: Journal) -> None:
    """Report scales that one wave answers in another part of the declared range than another wave."""
    for scale in study.scales:
        used = list(_used(questionnaires, study, scale.name))
        for (wave, first), (other, second) in combinations(used, 2):
            limits = _limits(study, scale.name)
            answered = Said("problems.answered_with", scale=scale.name, wave=wave, other=other, low=float(first.min()),
                            high=float(first.max()), low_other=float(second.min()),
                            high_other=float(second.max()))  # fmt: skip
            if limits is None and _in_other_units(first, second):
                message = Said("problems.other_units", answered=answered, other=other)
                journal.problem("ranges_differ", "warning", message, wave=other, column=scale.name)
            elif limits is not None and _cannot_be_one(first, second, *limits):
                low, high = limits
                message = Said("problems.other_coding", answered=answered, other=other, low=low, high=high)
                journal.problem("ranges_differ", "error", message, wave=other, column=scale.name)


def _used(questionnaires: pd.DataFrame, study: Study, scale: str) -> Iterator[tuple[str, np.ndarray]]:
    """Answers to a scale in each wave that declares no coding of its own and has enough of them."""
    items = study.common_items(scale)
    for wave in study.waves:
        if any(place.partition(".")[0] == wave.name for item in items for place in item.codings):
            continue
        answers = questionnaires.loc[questionnaires["wave"] == wave.name, [item.name for item in items]].to_numpy(float)
        answers = answers[~np.isnan(answers)]
        if len(answers) >= ENOUGH:
            yield wave.name, answers


def _limits(study: Study, scale: str) -> tuple[float, float] | None:
    """Ends of the range of a scale's items."""
    item = next(iter(study.common_items(scale)), None)
    return None if item is None or item.low is None or item.high is None else (item.low, item.high)


def _in_other_units(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether the answers of one wave are many times those of the other, as percentages are of tenths."""
    less, more = sorted((first, second), key=np.max)
    return bool(less.min() >= 0 and np.median(less) > 0 and all(
        size(more) >= TIMES * size(less) for size in (np.median, np.max)))  # fmt: skip


def _cannot_be_one(first: np.ndarray, second: np.ndarray, low: float, high: float) -> bool:
    """Whether two waves use different ranges: moved against each other, or one with at least two points fewer."""
    (a, b), (c, d) = ((answers.min(), answers.max()) for answers in (first, second))
    moved = a != c and a - c == b - d and (min(a, c), max(b, d)) == (low, high)
    # ends that hardly anybody chooses may be missing by chance
    lower, upper = (first, second) if a < c else (second, first)
    moved = moved and min((lower == lower.min()).mean(), (upper == upper.max()).mean()) >= OFTEN
    moved = moved and min(len(first), len(second)) >= PLENTY
    fewer = (
        a == c == low
        and max(b, d) == high
        and any(
            short.max() <= high - 2 and (wide > short.max()).mean() >= MANY
            for short, wide in ((first, second), (second, first))
        )
    )
    return bool(moved or fewer)
