"""Answers from the cells of an item's columns, with the fate of each cell."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import IntEnum
from functools import partial
from math import isfinite, nan
from typing import TypeVar

import numpy as np
import pandas as pd

from rm_research.study import Item
from rm_research.study.entries import NUMBER, comparable, per_entry, tidy, tidy_text
from rm_research.study.folding import only_alike
from rm_research.study.numbers import Notation, is_unclear, notation_of, number_text

LIKE_A_LABEL = 0.8  # difflib's ratio: 'Agre' to 'Agree' is 0.89
CODE_LENGTH = 3  # digits; a longer number may be a year of birth or a person's code
SHOWN_LENGTH = 40

Numbers = TypeVar("Numbers", float, pd.Series)


class Fate(IntEnum):
    """What happened to a cell."""

    EMPTY = 0
    DECLARED_MISSING = 1
    GIVEN = 2
    TIDIED = 3  # a label, apart from case or blanks
    ALIKE = 4  # a label or number, apart from characters that look alike
    COMMA = 5  # a number with a decimal comma
    LIKELY_COMMA = 6  # which might separate thousands, if that were in the range
    UNKNOWN_LABEL = 7
    NOT_A_NUMBER = 8
    UNCLEAR_NUMBER = 9  # which sign separates its decimals cannot be told
    OUT_OF_RANGE = 10


USABLE = (Fate.GIVEN, Fate.TIDIED, Fate.ALIKE, Fate.COMMA, Fate.LIKELY_COMMA)
WITH_COMMA = {Notation.COMMA: Fate.COMMA, Notation.LIKELY_COMMA: Fate.LIKELY_COMMA}
FAULTS = {
    Fate.UNCLEAR_NUMBER: "unclear_number",
    Fate.UNKNOWN_LABEL: "unknown_label",
    Fate.NOT_A_NUMBER: "not_a_number",
    Fate.OUT_OF_RANGE: "out_of_range",
}


@dataclass(frozen=True, eq=False)
class Answers:
    """
    One item in one export.

    Attributes
    ----------
    usable : Series
        float64 for a number, text otherwise; missing if not answered or not usable.
    fates : Series of int8
        Fate of each cell, same index.
    places : Series of int8
        Number of the item's column that each answer comes from.
    cells : list of Series
        Those columns, as the export has them.
    printed : Series
        As `usable`, in the export's own coding.
    beyond : Series of float64
        Numbers outside the range, in the export's own coding; NaN elsewhere.
    """

    usable: pd.Series
    fates: pd.Series
    places: pd.Series
    cells: list[pd.Series]
    printed: pd.Series
    beyond: pd.Series

    @property
    def answered(self) -> pd.Series:
        """Whether each cell had an entry that is not declared missing."""
        return self.fates >= Fate.GIVEN

    def faulty(self, rows: pd.Index) -> pd.DataFrame:
        """Cells in these rows that cannot be used: fault, column and entry, by row."""
        fates = self.fates[rows]
        unusable = fates.index[fates >= Fate.UNKNOWN_LABEL]
        places = self.places[unusable].to_numpy()
        entries = np.empty(len(unusable), dtype=object)
        for place in np.unique(places):
            entries[places == place] = self.cells[place][unusable[places == place]]
        columns = np.array([column.name for column in self.cells], dtype=object)[places]
        faults = [FAULTS[Fate(fate)] for fate in fates[unusable]]
        return pd.DataFrame({"fault": faults, "column": columns, "entry": entries}, index=unusable, dtype="str")

    def filled_from(self, other: "Answers", place: int) -> "Answers":
        """Fill the unanswered cells with the answers of another column."""
        taken = ~self.answered & other.answered
        return replace(
            self,
            usable=(usable := self.usable.mask(taken, other.usable)),
            printed=usable,
            beyond=self.beyond.mask(taken, other.beyond),
            fates=self.fates.mask(taken | (self.fates == Fate.EMPTY), other.fates),
            places=self.places.mask(taken, np.int8(place)),
        )

    def recoded(self, own: Item, item: Item) -> "Answers":
        """
        Put numbers that one export codes in its own way on the scale of the item.

        The ends of the export's own range become the ends of the item's, and what lies between keeps its place.
        """
        if not recodes(own, item):
            return self
        return replace(self, usable=put_on_scale(self.usable, own, item), printed=self.usable)


def put_on_scale(numbers: Numbers, own: Item, item: Item) -> Numbers:
    """Numbers of an export's own coding on the scale of the item, in which NaN and unbounded items stay."""
    if not recodes(own, item):
        return numbers
    share = (numbers - own.low) / (own.high - own.low)  # type: ignore[operator]  # study files: both or neither
    if own.reverse != item.reverse:
        share = 1 - share
    return item.low + share * (item.high - item.low)  # type: ignore[operator]


def recodes(own: Item, item: Item) -> bool:
    """Whether an export's own coding of an item changes its numbers."""
    same = (own.low, own.high, own.reverse) == (item.low, item.high, item.reverse)
    return item.kind == "number" and not same and own.low is not None and item.low is not None


def read_answers(
    cells: list[pd.Series], item: Item, labels: dict[str, float], missing: tuple[str, ...], decimal: str | None = None,
    *, beside_commas: bool = False,
) -> Answers:  # fmt: skip
    """
    Read the answers to one item.

    Parameters
    ----------
    cells : list of Series
        The columns that may have the item, best first, all text; the first that is answered counts.
    item : Item
        Its kind, its range and its missing codes.
    labels : dict of str to float
        Numbers by label; empty if the export has numbers.
    missing : tuple of str
        Entries that mean no answer in this study.
    decimal : {'.', ','}, optional
        What separates decimals; found out for each column if it is not declared.
    beside_commas : bool
        Whether other columns of the file have decimal commas.
    """
    nothing = {comparable(entry) for entry in (*missing, *item.missing)}
    known = {comparable(label): (value, label.strip()) for label, value in labels.items()}
    how = partial(notation_of, declared=decimal, ends=(item.low, item.high), beside_commas=beside_commas)
    columns = [_column(column, cells, item, known, nothing, how) for column in cells]
    answers = columns[0]
    for place, other in enumerate(columns[1:], start=1):
        answers = answers.filled_from(other, place)
    return answers


def is_answered(cells: pd.Series, missing: tuple[str, ...]) -> pd.Series:
    """Whether each cell has an entry that is not declared missing."""
    nothing = {comparable(entry) for entry in missing} | {""}
    return per_entry(cells, lambda entry: comparable(entry) not in nothing, dtype="bool")


def _column(
    column: pd.Series, cells: list[pd.Series], item: Item, known: dict[str, tuple[float, str]], nothing: set[str],
    how: Callable[[Iterable[str]], Notation],
) -> Answers:  # fmt: skip
    places, entries = pd.factorize(column)
    given = (tidied for entry in entries if comparable(tidied := tidy_text(entry)) not in nothing and tidied)
    notation = how(given) if item.kind == "number" else Notation.POINT
    read = [_read(entry, item, known, nothing, notation) for entry in entries]
    numbers = np.array([value for value, _ in read], dtype="float64")[places]
    fates = np.array([fate for _, fate in read], dtype="int8")[places]
    far, of_rows = fates == Fate.OUT_OF_RANGE, partial(pd.Series, index=column.index)
    if item.kind == "number":
        values = of_rows(np.where(far, nan, numbers))
    else:
        values = per_entry(column, str.strip).where(fates == Fate.GIVEN)
    return Answers(values, of_rows(fates), of_rows(np.zeros(len(column), dtype="int8")), cells, values,
                   of_rows(np.where(far, numbers, nan)))  # fmt: skip


def _read(
    entry: str, item: Item, known: dict[str, tuple[float, str]], nothing: set[str], notation: Notation
) -> tuple[float, Fate]:  # fmt: skip
    """Number that an entry stands for, and its fate; a number outside the range is returned too."""
    tidied = tidy_text(entry)
    text = number_text(tidied, notation)
    form = tidied if text is None else comparable(text)
    if not tidied or {form, comparable(tidied)} & nothing:
        return nan, Fate.DECLARED_MISSING if tidied else Fate.EMPTY
    if item.kind != "number":
        return nan, Fate.GIVEN
    if is_unclear(tidied, notation):
        return nan, Fate.UNCLEAR_NUMBER
    if known:
        if form not in known:
            return nan, Fate.UNKNOWN_LABEL
        value, printed = known[form]
        fate = Fate.GIVEN if entry == printed else Fate.ALIKE if _only_alike(entry, printed) else Fate.TIDIED
    elif text is not None and isfinite(float(text)):
        value, fate = float(text), _fate_of_number(entry, tidied, notation)
    else:
        return nan, Fate.NOT_A_NUMBER
    if item.low is not None and item.high is not None and not item.low <= value <= item.high:
        return value, Fate.OUT_OF_RANGE
    return value, fate


def _only_alike(entry: str, printed: str) -> bool:
    """Whether an entry has other characters than the label that it is, and not just another way to write a number."""
    return tidy_text(entry) == tidy_text(printed) and only_alike(entry, printed)


def _fate_of_number(entry: str, tidied: str, notation: Notation) -> Fate:
    if "," in tidied and notation in WITH_COMMA:
        return WITH_COMMA[notation]
    return Fate.ALIKE if only_alike(entry, tidied) else Fate.GIVEN


def showable(texts: pd.Series, labels: dict[str, float], *, smallest_group: int) -> pd.Series:
    """
    Entries that messages may show; missing if an entry may be a person's words or code.

    Short numbers, entries close to a label, and entries shared by at least `smallest_group` rows are shown.
    """
    entries = tidy(texts)
    known = [comparable(label) for label in labels]
    common = set(entries.value_counts().loc[lambda counts: counts >= smallest_group].index)
    harmless = {
        entry
        for entry in entries.unique()
        if entry in common
        or (NUMBER.fullmatch(entry.replace(",", ".")) and len(entry.lstrip("+-")) <= CODE_LENGTH)
        or nearest_label(entry, known)
    }
    return texts.str.strip().str.slice(0, SHOWN_LENGTH).where(entries.isin(harmless))


def nearest_label(entry: str, labels: Iterable[str]) -> str | None:
    """Label closest to an entry, compared without case and the like; None if no label is close."""
    by_form = {comparable(label): label for label in labels}
    near = get_close_matches(comparable(entry), list(by_form), n=1, cutoff=LIKE_A_LABEL)
    return by_form[near[0]] if near else None
