"""Cells of an item's columns into answers, with what does not fit counted."""

from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import Literal

import pandas as pd

from rm_research.privacy import tidy
from rm_research.study import Item
from rm_research.study.entries import NUMBER, comparable

Fault = Literal["unknown_label", "not_a_number", "out_of_range"]
LIKE_A_LABEL = 0.8  # difflib's ratio: 'Agre' to 'Agree' is 0.89
CODE_LENGTH = 3  # a longer number may be a year of birth or a person's code
SHOWN_LENGTH = 40


@dataclass(frozen=True)
class Answers:
    """
    One item in one export.

    Attributes
    ----------
    given : Series
        float64 for a number, text otherwise; missing where not answered or not usable.
    text : Series of str
        What stood in the first column that is answered; '' where none is.
    column : Series of str
        That column; missing where none is answered.
    faults : Series of str
        Fault by row, missing where there is none.
    """

    given: pd.Series
    text: pd.Series
    column: pd.Series
    faults: pd.Series

    @property
    def answered(self) -> pd.Series:
        """Whether anything that is not declared missing stood there."""
        return self.text != ""


def first_answered(cells: pd.DataFrame, missing: set[str]) -> tuple[pd.Series, pd.Series]:
    """Text of the first column that is neither empty nor declared missing, '' where none is; and that column."""
    chosen = pd.Series("", index=cells.index, dtype="str")
    column = pd.Series(pd.NA, index=cells.index, dtype="str")
    for name in cells.columns:
        nothing = {text for text in cells[name].unique() if not text.strip() or comparable(text) in missing}
        usable = (chosen == "") & ~cells[name].isin(nothing)
        chosen, column = chosen.mask(usable, cells[name]), column.mask(usable, name)
    return chosen, column


def read_answers(cells: pd.DataFrame, item: Item, labels: dict[str, float], missing: tuple[str, ...]) -> Answers:
    """
    Answers of one item.

    Parameters
    ----------
    cells : DataFrame
        The columns that may hold the item, best first, all text.
    item : Item
        Its kind, range and own missing codes.
    labels : dict of str to float
        Numbers by label; empty where the export has numbers.
    missing : tuple of str
        Entries that mean no answer in this study.
    """
    text, column = first_answered(cells, {comparable(entry) for entry in (*missing, *item.missing)})
    if item.kind != "number":
        return Answers(text.str.strip().where(text != ""), text, column, pd.Series(pd.NA, text.index, dtype="str"))
    known = {comparable(label): value for label, value in labels.items()}
    read = {entry: _number(comparable(entry), item, known) for entry in text.unique() if entry}
    values = text.map({entry: value for entry, (value, _) in read.items()}).astype("float64")
    faults = text.map({entry: fault for entry, (_, fault) in read.items()}).astype("str")
    return Answers(values, text, column, faults)


def _number(entry: str, item: Item, labels: dict[str, float]) -> tuple[float | None, Fault | None]:
    if labels:
        value = labels.get(entry)
        if value is None:
            return None, "unknown_label"
    elif NUMBER.fullmatch(entry) and isfinite(float(entry)):
        value = float(entry)
    else:
        return None, "not_a_number"
    if item.low is not None and item.high is not None and not item.low <= value <= item.high:
        return None, "out_of_range"
    return value, None


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
        or get_close_matches(entry, known, n=1, cutoff=LIKE_A_LABEL)
    }
    return texts.str.strip().str.slice(0, SHOWN_LENGTH).where(entries.isin(harmless))
