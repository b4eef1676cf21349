"""How the answers to one item are spread, by wave."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rm_research.catalogue import Catalogue
from rm_research.study import Item
from rm_research.writers.sheets import is_whole

Counts = dict[Any, int]  # by answer, in one wave
MOST_ROWS = 21  # answers listed individually: 0 to 20
SUMMARY = {"lowest": 0.0, "quarter": 0.25, "median": 0.5, "three_quarters": 0.75, "highest": 1.0}


@dataclass(frozen=True)
class Cell:
    """
    One cell of the table of answers.

    Attributes
    ----------
    text : str
    share : float or None
        Share of those who answered, 0 to 1; None if the cell is not a count.
    """

    text: str
    share: float | None = None


@dataclass(frozen=True)
class Row:
    """One answer, with a cell per wave."""

    answer: str
    cells: tuple[Cell, ...]


def answer_rows(
    item: Item, waves: Mapping[str, pd.Series], labels: Mapping[float, str], words: Catalogue
) -> tuple[Row, ...]:  # fmt: skip
    """
    Rows of the table of an item's answers.

    Parameters
    ----------
    item : Item
    waves : dict of str to Series
        Answers by wave, missing where nobody answered; a wave that did not ask the item has no rows.
    labels : dict of float to str
        What the numbers stand for.
    words : Catalogue

    Returns
    -------
    tuple of Row
        One for each answer that is printed or was given, if these are few. Otherwise five rows that summarise numbers,
        or the most frequent texts.
    """
    counts = [answers.value_counts().to_dict() for answers in waves.values()]
    if item.kind != "number":
        return _rows_of_texts(counts, words)
    steps = _steps(item, counts, labels)
    if len(steps) > MOST_ROWS:
        return _summary(waves, words)
    return tuple(Row(_named(step, labels), _cells([step], counts, words)) for step in steps)


def _steps(item: Item, counts: list[Counts], labels: Mapping[float, str]) -> list[float]:
    """Answers that are printed or were given, lowest first."""
    answered = {float(value) for of_wave in counts for value in of_wave}
    printed = set(labels)
    if not labels and item.low is not None and item.high is not None:
        few = item.high - item.low < MOST_ROWS and item.low % 1 == 0
        printed = {item.low + step for step in range(int(item.high - item.low) + 1)} if few else {item.low, item.high}
    return sorted(answered | printed)


def _named(step: float, labels: Mapping[float, str]) -> str:
    return f"{step:.12g} {labels.get(step, '')}".strip()


def _cells(answers: list[Any], counts: list[Counts], words: Catalogue) -> tuple[Cell, ...]:
    """How often any of these answers was given in each wave; empty if the wave has no answers at all."""
    cells = []
    for of_wave in counts:
        count, answered = sum(of_wave.get(answer, 0) for answer in answers), sum(of_wave.values())
        share = count / answered if answered else None
        cells.append(Cell("" if share is None else f"{count} ({words.share(share)})", share))
    return tuple(cells)


def _summary(waves: Mapping[str, pd.Series], words: Catalogue) -> tuple[Row, ...]:
    decimals = 0 if all(is_whole(answers) for answers in waves.values() if answers.notna().any()) else 2

    def cell(answers: pd.Series, share: float) -> Cell:
        # one of the answers, not a number between two
        value = answers.quantile(share, interpolation="lower")
        return Cell("" if pd.isna(value) else words.number(float(value), decimals=decimals))

    return tuple(
        Row(words.say(f"codebook.{name}"), tuple(cell(answers, share) for answers in waves.values()))
        for name, share in SUMMARY.items()
    )


def _rows_of_texts(counts: list[Counts], words: Catalogue) -> tuple[Row, ...]:
    """Most frequent first, in alphabetical order if equally frequent; the rest together."""
    whole: Counter[Any] = Counter()
    for of_wave in counts:
        whole.update(of_wave)
    ordered = sorted(whole, key=lambda text: (-whole[text], text))
    rows = [Row(text, _cells([text], counts, words)) for text in ordered[:MOST_ROWS]]
    if rest := ordered[MOST_ROWS:]:
        rows.append(Row(words.say("codebook.other_answers", n=len(rest)), _cells(rest, counts, words)))
    return tuple(rows)
