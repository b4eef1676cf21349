"""CSV: full precision, and no text that a spreadsheet would take for a formula."""

from pathlib import Path

import pandas as pd

from rm_research.study.entries import neutral
from rm_research.writers.sheets import Sheet, is_whole


def write(sheet: Sheet, path: Path) -> None:
    """Write UTF-8 with commas, empty cells for missing values, and whole numbers without decimals."""
    columns = {name: _column(sheet.frame[name]) for name in sheet.frame.columns}
    frame = pd.DataFrame(columns, index=sheet.frame.index)
    header = neutral(pd.Series(frame.columns, dtype="str")).tolist()
    frame.to_csv(path, index=False, header=header, encoding="utf-8", lineterminator="\n")


def _column(values: pd.Series) -> pd.Series:
    if pd.api.types.is_string_dtype(values):
        return neutral(values)
    return values.astype("Int64") if is_whole(values) else values
