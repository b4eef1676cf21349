"""Numbers as they leave: with the decimals that pages print, in every table, file and chart."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from rm_research.catalogue import decimals_of_ends, rounded
from rm_research.effects.methods import SHARES

USUAL = 2
DECIMALS = {  # of columns and quantities that are printed with others than two
    "df": 1, "linked_wrong": 1, "hours": 0, "ladder_step": 0,
    "p_value": 3, "p_adjusted": 3, "tost_p": 3, "p_distinguishable": 3, "smallest_p": 3,
}  # fmt: skip
SMALLEST_P = 0.001  # smaller ones are printed as that, and are 0 in files
# intervals that show on which side of 0 they lie, with as many decimals as that takes
SIDED = ("ci", "prediction", "tost", "ar", "gap")
LONG = ["quantity", "value"]


def printed(frame: pd.DataFrame) -> pd.DataFrame:
    """
    A table with the decimals that pages print.

    Parameters
    ----------
    frame : DataFrame
        One column per quantity; or rows of `quantity` and `value`, told apart by the other columns.
    """
    if set(LONG) <= set(frame.columns):
        return frame.assign(value=_long(frame))
    names = [str(name) for name in frame.columns if pd.api.types.is_float_dtype(frame[name])]
    columns = {name: _rounded(name, frame[name]) for name in names}
    sided = ~frame["measure"].isin(SHARES) if "measure" in frame else np.ones(len(frame), dtype=bool)
    for low, high in (ends for ends in _pairs() if set(ends) <= set(columns)):
        found = [printed_ends(*ends) for ends in zip(frame[low], frame[high], strict=True)]
        for place, name in enumerate((low, high)):
            columns[name] = columns[name].mask(sided, pd.Series([ends[place] for ends in found], index=frame.index))
    return frame.assign(**columns)


def printed_number(value: float, quantity: str = "") -> float:
    """A number with the decimals that pages print."""
    value, decimals = float(value), DECIMALS.get(quantity, USUAL)
    if decimals == DECIMALS["p_value"] and value < SMALLEST_P:
        return 0.0
    return rounded(value, decimals)


def printed_ends(low: float, high: float) -> tuple[float, float]:
    """Both ends of an interval with the decimals that pages print."""
    low, high = float(low), float(high)
    first, last = decimals_of_ends(low, high)
    return rounded(low, first), rounded(high, last)


def printed_interval(estimate: float, low: float, high: float) -> tuple[float, float, float]:
    """An estimate and both ends of its interval, as charts draw them."""
    return printed_number(estimate), *printed_ends(low, high)


def _pairs() -> Iterator[tuple[str, str]]:
    return ((f"{name}_low", f"{name}_high") for name in SIDED)


def _rounded(name: str, values: pd.Series) -> pd.Series:
    numbers = values.to_numpy("float64", na_value=np.nan).tolist()
    return pd.Series([printed_number(number, name) for number in numbers], index=values.index, dtype="float64")


def _long(frame: pd.DataFrame) -> list[float]:
    rows = frame.drop(columns=LONG).astype("str").agg("\0".join, axis=1)
    keys = list(zip(rows, frame["quantity"].astype("str"), strict=True))
    known = dict(zip(keys, frame["value"], strict=True))
    found = {key: printed_number(value, key[1]) for key, value in known.items()}
    for low, high in _pairs():
        for row in (row for row, quantity in keys if quantity == low and (row, high) in known):
            found[row, low], found[row, high] = printed_ends(known[row, low], known[row, high])
    return [found[key] for key in keys]
