"""Stata 14 and later: labels and value labels; roles, arms and waves as text (`encode` makes numbers of them)."""

import re
from functools import partial
from pathlib import Path

import pyreadstat

from rm_research.writers.labelled import column_labels, cut_to_characters, labels_of_values, plain, refusals
from rm_research.writers.sheets import Sheet

LONGEST_LABEL, LONGEST_VALUE_LABEL = 80, 8000  # a value label may have 32,000 bytes
LARGEST_LABELLED = 2_147_483_620
RELEASE = 14  # the newest format that every edition of Stata opens; 15 is for files with more variables
CREATED = re.compile(rb"(?<=<timestamp>\x11).{17}(?=</timestamp>)", re.DOTALL)
ALWAYS = b"01 Jan 1970 00:00"
HEADER = 1000  # the first bytes, which hold the timestamp


def write(sheet: Sheet, path: Path) -> None:
    """Write a .dta file, with equal bytes for equal data; only whole numbers can have value labels."""
    with refusals(sheet, "Stata"):
        pyreadstat.write_dta(
            plain(sheet.frame), path, version=RELEASE, file_label=cut_to_characters(sheet.title, LONGEST_LABEL),
            column_labels=dict(column_labels(sheet, partial(cut_to_characters, most=LONGEST_LABEL))),
            variable_value_labels=_whole_labels(sheet),
        )  # fmt: skip
    _leave_out_time(path)


def _whole_labels(sheet: Sheet) -> dict[str, dict[int | float, str]]:
    labels = labels_of_values(sheet, partial(cut_to_characters, most=LONGEST_VALUE_LABEL))
    whole: dict[str, dict[int | float, str]] = {
        name: {int(value): label for value, label in of_one.items() if _can_have_label(value)}
        for name, of_one in labels.items()
    }
    return {name: of_one for name, of_one in whole.items() if of_one}


def _can_have_label(value: float) -> bool:
    return value == int(value) and abs(value) <= LARGEST_LABELLED


def _leave_out_time(path: Path) -> None:
    with path.open("r+b") as file:
        header = file.read(HEADER)
        file.seek(0)
        file.write(CREATED.sub(ALWAYS, header, count=1))
