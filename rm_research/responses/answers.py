"""Cells of an item's columns into answers, with what does not fit counted."""

import re
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from rm_research.privacy import tidy
from rm_research.study import Item

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?")
Fault = Literal["unknown_label", "not_a_number", "out_of_range"]


@dataclass(frozen=True)
class Answers:
    """
    One item in one export.

    Attributes
    ----------
    values : Series
        float64 for a number, text otherwise; missing where not answered or not usable.
    answered : Series of bool
        Whether anything that is not declared missing stood there.
    faults : Series of str
        Fault by row, missing where there is none.
    """

    values: pd.Series
    answered: pd.Series
    faults: pd.Series


def comparable(text: str) -> str:
    """Text as two entries are compared: numbers as numbers ('1.0' is '1')."""
    return repr(float(text)) if NUMBER.fullmatch(text) else text


def comparable_cells(cells: pd.Series) -> pd.Series:
    """All cells as they are compared with declared entries."""
    tidied = tidy(cells)
    return tidied.map({text: comparable(text) for text in tidied.unique()}).astype("str")


def comparable_entries(entries: list[str]) -> list[str]:
    """Return declared entries as they are compared with cells."""
    return list(comparable_cells(pd.Series(entries, dtype="str"))) if entries else []


def first_answered(cells: pd.DataFrame, missing: set[str]) -> pd.Series:
    """Text of the first column that is neither empty nor declared missing, '' where none is."""
    chosen = pd.Series("", index=cells.index, dtype="str")
    for name in cells.columns:
        usable = (cells[name].str.strip() != "") & ~comparable_cells(cells[name]).isin(missing)
        chosen = chosen.mask((chosen == "") & usable, cells[name])
    return chosen


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
    text = first_answered(cells, set(comparable_entries([*missing, *item.missing])))
    answered = text != ""
    nothing = pd.Series(pd.NA, index=text.index, dtype="str")
    if item.kind != "number":
        return Answers(text.str.strip().where(answered), answered, nothing)
    compared = comparable_cells(text)
    known = dict(zip(comparable_entries(list(labels)), labels.values(), strict=True))
    results = {entry: _number(entry, item, known) for entry in compared[answered].unique()}
    values = compared.map({entry: value for entry, (value, _) in results.items()}).astype("float64")
    faults = compared.map({entry: fault for entry, (_, fault) in results.items()}).astype("str")
    return Answers(values, answered, faults)


def _number(entry: str, item: Item, labels: dict[str, float]) -> tuple[float | None, Fault | None]:
    if labels:
        value = labels.get(entry)
        if value is None:
            return None, "unknown_label"
    elif NUMBER.fullmatch(entry):
        value = float(entry)
    else:
        return None, "not_a_number"
    if item.low is not None and item.high is not None and not item.low <= value <= item.high:
        return None, "out_of_range"
    return value, None
