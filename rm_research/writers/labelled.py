"""What SPSS and Stata files have in common: plain columns, and labels that are cut if they are too long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pandas as pd
from pyreadstat import PyreadstatError, ReadstatError

from rm_research.errors import ReportError
from rm_research.writers.sheets import Sheet

NOTHING = "\0"  # ends a text in both formats, wherever it occurs
MORE = "…"


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers as float64 with NaN if missing; text is empty if missing, because neither program has missing text."""
    return pd.DataFrame({name: _plain(frame[name]) for name in frame.columns}, index=frame.index)


def _plain(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return values
    if pd.api.types.is_numeric_dtype(values):
        return values.astype("float64")
    return values.fillna("").str.replace(NOTHING, "", regex=False)


def column_labels(sheet: Sheet, cut: Callable[[str], str]) -> dict[str, str]:
    """Labels of variables by name."""
    return {variable.name: cut(variable.label.replace(NOTHING, "")) for variable in sheet.variables}


def labels_of_values(sheet: Sheet, cut: Callable[[str], str]) -> dict[str, dict[float, str]]:
    """Labels of values by variable."""
    return {
        variable.name: {value: cut(label.replace(NOTHING, "")) for value, label in variable.value_labels.items()}
        for variable in sheet.variables
        if variable.value_labels
    }


def cut_to_characters(text: str, most: int) -> str:
    """Text of at most that many characters."""
    return text if len(text) <= most else text[: most - 1] + MORE


def cut_to_bytes(text: str, most: int) -> str:
    """Text of at most that many bytes in UTF-8, without cutting a letter in two."""
    stored = text.encode()
    if len(stored) <= most:
        return text
    return stored[: most - len(MORE.encode())].decode(errors="ignore") + MORE


@contextmanager
def refusals(sheet: Sheet, program: str) -> Iterator[None]:
    """Say which file could not be written, and what to do."""
    try:
        yield
    except (ReadstatError, PyreadstatError) as error:
        raise ReportError(
            f"{program} cannot hold some data in {sheet.name} ({error}). Choose the format parquet or csv."
        ) from error
