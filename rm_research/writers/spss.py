"""SPSS: labels, value labels and measures; roles, arms and waves as text, so that they mean the same in every run."""

from functools import partial
from pathlib import Path

import pandas as pd
import pyreadstat

from rm_research.errors import ReportError
from rm_research.writers.labelled import column_labels, cut_to_bytes, labels_of_values, plain, refusals
from rm_research.writers.sheets import Sheet, is_whole

LONGEST_TITLE, LONGEST_LABEL, LONGEST_VALUE_LABEL, LONGEST_TEXT = 64, 255, 120, 32767
CREATED = slice(92, 109)  # date and time in the header (PSPP's "System File Format", file header record)
ALWAYS = b"01 Jan 7000:00:00"


def write(sheet: Sheet, path: Path) -> None:
    """
    Write a .sav file with equal bytes for equal data.

    Raises
    ------
    ReportError
        When a text is longer than SPSS can hold.
    """
    frame = plain(sheet.frame)
    _check_texts(frame, sheet.name)
    with refusals(sheet, "SPSS"):
        pyreadstat.write_sav(
            frame, path, file_label=cut_to_bytes(sheet.title, LONGEST_TITLE),
            column_labels=dict(column_labels(sheet, partial(cut_to_bytes, most=LONGEST_LABEL))),
            variable_value_labels=dict(labels_of_values(sheet, partial(cut_to_bytes, most=LONGEST_VALUE_LABEL))),
            variable_measure={variable.name: variable.measure for variable in sheet.variables},
            variable_format={name: "F8.0" if is_whole(frame[name]) else "F8.3" for name in _numbers(frame)},
        )  # fmt: skip
    _leave_out_time(path)


def _numbers(frame: pd.DataFrame) -> list[str]:
    return frame.select_dtypes("float64").columns.tolist()


def _check_texts(frame: pd.DataFrame, name: str) -> None:
    for column in frame.columns:
        if pd.api.types.is_string_dtype(frame[column]) and len(frame):
            longest = int(frame[column].str.len().max())
            # a letter has up to four bytes
            if 4 * longest > LONGEST_TEXT and max(len(text.encode()) for text in frame[column]) > LONGEST_TEXT:
                raise ReportError(
                    f"{name} has a text of more than {LONGEST_TEXT} bytes in column {column!r}, which is too long for "
                    "SPSS. Choose the format parquet, csv or dta."
                )


def _leave_out_time(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(CREATED.start)
        file.write(ALWAYS)
