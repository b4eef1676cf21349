"""Cells of an item's columns into answers, each cell with what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import IntEnum
from math import isfinite, nan

import numpy as np
import pandas as pd

from rm_research.study import Item
from rm_research.study.entries import NUMBER, comparable, per_entry, tidy

LIKE_A_LABEL = 0.8  # difflib's ratio: 'Agre' to 'Agree' is 0.89
CODE_LENGTH = 3  # a longer number may be a year of birth or a person's code
SHOWN_LENGTH = 40


class Fate(IntEnum):
    """What became of a cell."""

    EMPTY = 0
    DECLARED_MISSING = 1
    GIVEN = 2
    TIDIED = 3  # a label but for case, blanks or Unicode forms
    UNKNOWN_LABEL = 4
    NOT_A_NUMBER = 5
    OUT_OF_RANGE = 6


FAULTS = {
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
    given : Series
        float64 for a number, text otherwise; missing where not answered or not usable.
    fates : Series of int8
        Fate of each cell, same index.
    places : Series of int8
        Which of the item's columns it comes from.
    cells : DataFrame
        Those columns, as the export has them.
    """

    given: pd.Series
    fates: pd.Series
    places: pd.Series
    cells: pd.DataFrame

    @property
    def answered(self) -> pd.Series:
        """Whether anything that is not declared missing stood there."""
        return self.fates >= Fate.GIVEN

    def faulty(self, rows: pd.Index) -> pd.DataFrame:
        """Cells of these rows that cannot be used: fault, column and entry, by row."""
        fates = self.fates[rows]
        at = fates.index[fates >= Fate.UNKNOWN_LABEL]
        places = self.places[at].to_numpy()
        entries = np.empty(len(at), dtype=object)
        for place in np.unique(places):
            entries[places == place] = self.cells.iloc[:, place][at[places == place]]
        columns = self.cells.columns.to_numpy()[places]
        faults = [FAULTS[Fate(fate)] for fate in fates[at]]
        return pd.DataFrame({"fault": faults, "column": columns, "entry": entries}, index=at, dtype="str")

    def otherwise(self, other: "Answers", place: int) -> "Answers":
        """These answers, and those of another column where there are none."""
        taken = ~self.answered & other.answered
        return replace(
            self,
            given=self.given.mask(taken, other.given),
            fates=self.fates.mask(taken | (self.fates == Fate.EMPTY), other.fates),
            places=self.places.mask(taken, np.int8(place)),
        )


def read_answers(cells: pd.DataFrame, item: Item, labels: dict[str, float], missing: tuple[str, ...]) -> Answers:
    """
    Answers of one item.

    Parameters
    ----------
    cells : DataFrame
        The columns that may hold the item, best first, all text; the first that is answered counts.
    item : Item
        Its kind, range and own missing codes.
    labels : dict of str to float
        Numbers by label; empty where the export has numbers.
    missing : tuple of str
        Entries that mean no answer in this study.
    """
    nothing = {comparable(entry) for entry in (*missing, *item.missing)}
    known = {comparable(label): (value, label.strip()) for label, value in labels.items()}
    read = [_column(cells.iloc[:, place], cells, item, known, nothing) for place in range(cells.shape[1])]
    whole = read[0]
    for place, other in enumerate(read[1:], start=1):
        whole = whole.otherwise(other, place)
    return whole


def is_answered(cells: pd.Series, missing: tuple[str, ...]) -> pd.Series:
    """Whether each cell holds anything that is not declared missing."""
    nothing = {comparable(entry) for entry in missing} | {""}
    return per_entry(cells, lambda entry: comparable(entry) not in nothing, dtype="bool")


def _column(
    column: pd.Series, cells: pd.DataFrame, item: Item, known: dict[str, tuple[float, str]], nothing: set[str]
) -> Answers:
    places, entries = pd.factorize(column)
    values, fates = [], []
    for entry in entries:
        value, fate = _read(entry, item, known, nothing)
        values.append(value)
        fates.append(fate)
    index = column.index
    of_cells = pd.Series(np.array(fates, dtype="int8")[places], index=index)
    if item.kind == "number":
        given = pd.Series(np.array(values, dtype="float64")[places], index=index)
    else:
        given = per_entry(column, str.strip).where(of_cells == Fate.GIVEN)
    return Answers(given, of_cells, pd.Series(np.zeros(len(column), dtype="int8"), index=index), cells)


def _read(
    entry: str, item: Item, known: dict[str, tuple[float, str]], nothing: set[str]
) -> tuple[float, Fate]:  # fmt: skip
    tidied = comparable(entry)
    if not tidied or tidied in nothing:
        return nan, Fate.DECLARED_MISSING if tidied else Fate.EMPTY
    if item.kind != "number":
        return nan, Fate.GIVEN
    fate = Fate.GIVEN
    if known:
        if tidied not in known:
            return nan, Fate.UNKNOWN_LABEL
        value, printed = known[tidied]
        fate = Fate.GIVEN if entry == printed else Fate.TIDIED
    elif NUMBER.fullmatch(tidied) and isfinite(float(tidied)):
        value = float(tidied)
    else:
        return nan, Fate.NOT_A_NUMBER
    if item.low is not None and item.high is not None and not item.low <= value <= item.high:
        return nan, Fate.OUT_OF_RANGE
    return value, fate


def showable(texts: pd.Series, labels: dict[str, float], *, smallest_group: int) -> pd.Series:
    """
    Entries that may stand in a message, missing where an entry may be a person's words or code.

    Shown are short numbers, what is nearly a label, and what at least `smallest_group` rows have.
    """
    entries = tidy(texts)
    known = [comparable(label) for label in labels]
    common = set(entries.value_counts().loc[lambda counts: counts >= smallest_group].index)
    harmless = {
        entry
        for entry in entries.unique()
        if entry in common
        or (NUMBER.fullmatch(entry) and len(entry.lstrip("+-")) <= CODE_LENGTH)
        or nearest_label(entry, known)
    }
    return texts.str.strip().str.slice(0, SHOWN_LENGTH).where(entries.isin(harmless))


def nearest_label(entry: str, labels: Iterable[str]) -> str | None:
    """Label that an entry is nearly, as labels are compared; None where it is like none of them."""
    by_form = {comparable(label): label for label in labels}
    near = get_close_matches(comparable(entry), list(by_form), n=1, cutoff=LIKE_A_LABEL)
    return by_form[near[0]] if near else None
