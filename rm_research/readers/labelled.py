"""What SPSS and Stata files have in common: codes with labels, values declared missing, dates counted from a day."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.readers.cells import Steps
from rm_research.readers.crashing import read_apart
from rm_research.readers.export import Export, as_export
from rm_research.study.entries import per_entry
from rm_research.study.settings import File

PROGRAM = Path(__file__).with_name("statistical_file.py")
Dates = Callable[[str, float], str | None]
WHOLE = 1e15  # up to here floats represent whole numbers exactly


@dataclass(frozen=True, eq=False)
class Variable:
    """
    One variable of a file.

    Attributes
    ----------
    values : Series
        Numbers or text; missing where the file has no value.
    shown : str
        Display format, which distinguishes dates from numbers.
    stored : str
        Storage type of a cell; 'float' has seven digits.
    ranges : list of dict
        Lowest and highest of the values declared missing.
    markers : list of str
        Stata's letters for kinds of missing values.
    labels : list of (code, label)
    dates : callable
        Turns display format and number into a date or time as text; None for an ordinary number.
    """

    values: pd.Series
    shown: str
    stored: str
    ranges: list[dict[str, Any]]
    markers: list[str]
    labels: list[tuple[Any, str]]
    dates: Dates

    def cells(self) -> pd.Series:
        """Values as text, with codes unchanged; '' where there is no value or one declared missing."""
        return per_entry(self.values, lambda value: "" if self.is_missing(value) else self.text(value)).fillna("")

    def missing(self) -> int:
        """Count the values that are declared missing."""
        return int(per_entry(self.values, self.is_missing, dtype="bool").sum())

    def is_missing(self, value: Any) -> bool:
        """Whether a value is declared missing."""
        if isinstance(value, str):
            # in a variable of numbers, text can only be a marker
            listed = {edge["lo"].rstrip() for edge in self.ranges if isinstance(edge["lo"], str)}
            return value.rstrip() in listed or value in self.markers
        return any(edge["lo"] <= value <= edge["hi"] for edge in self.ranges if not isinstance(edge["lo"], str))

    def text(self, value: Any) -> str:
        """Write a value as text."""
        if isinstance(value, str):
            return value.rstrip()
        dated = self.dates(self.shown, value) if self.shown else None
        return number_text(value, single=self.stored == "float") if dated is None else dated

    def texts_of_codes(self) -> dict[str, str]:
        """Label by code, except for values declared missing, which are not answers."""
        return {self.text(code): label.strip() for code, label in self.labels if not self.is_missing(code)}


def number_text(value: float, *, single: bool = False) -> str:
    """
    Write a number as briefly as possible without losing anything: '1', not '1.0'.

    Parameters
    ----------
    value : float
    single : bool
        Whether it was stored in single precision, in which 0.1 is 0.10000000149.
    """
    if abs(value) < WHOLE and value == int(value):
        return str(int(value))
    return str(np.float32(value)) if single else repr(float(value))


def read_labelled(path: Path, file: File, dates: Dates) -> Export:
    """
    Read a file with its codes as text, and their labels separately.

    Parameters
    ----------
    path : Path
    file : File
    dates : callable
        See `Variable`.

    Raises
    ------
    ReadError
        When the file is damaged or cut off, or its encoding is not the one it declares.
    """
    content = _content(path, file)
    variables = {name: _variable(content, name, dates) for name in content["columns"]}
    rows = pd.DataFrame(
        {place: variable.cells() for place, variable in enumerate(variables.values())}, index=range(content["records"])
    ).astype("str")
    # the first record is row 2, as below a header
    rows.index = pd.RangeIndex(2, 2 + len(rows))
    texts = [content["texts"].get(name) or "" for name in variables]
    export = as_export(file.file, list(variables), rows, texts, steps=_steps(content, variables))
    labels = {name.strip(): labels for name, variable in variables.items() if (labels := variable.texts_of_codes())}
    return replace(export, labels=labels)


def _variable(content: dict[str, Any], name: str, dates: Dates) -> Variable:
    return Variable(
        pd.Series(content["columns"][name]),
        content["formats"].get(name) or "",
        content["kinds"].get(name) or "",
        content["missing_ranges"].get(name) or [],
        content["missing_values"].get(name) or [],
        content["labels"].get(name) or [],
        dates,
    )


def _steps(content: dict[str, Any], variables: dict[str, Variable]) -> Steps:
    emptied = sum(variable.missing() for variable in variables.values())
    unlabelled = sum(bool(labels) and name not in content["labels"] for name, labels in content["label_sets"].items())
    steps = (
        ("values declared missing emptied", emptied),
        ("columns whose set of labels is not in the file", unlabelled),
    )
    return tuple(step for step in steps if step[1])


def _content(path: Path, file: File) -> dict[str, Any]:
    """Columns of the file and its metadata, read in a separate process, which a damaged file may crash."""
    try:
        finished = read_apart(PROGRAM, path, file.format, str(path), file.encoding or "")
    except subprocess.TimeoutExpired as error:
        raise _damaged(file) from error
    if finished.returncode:
        # only the last line is the error; those above show where in the program it occurred
        fault = finished.stderr.splitlines()[-1:]
        if any(b"encod" in line or b"codec" in line for line in fault):
            raise ReadError(Said("reading.other_encoding", file=file.file))
        raise _damaged(file)
    content: dict[str, Any] = json.loads(finished.stdout)
    columns = content["columns"].values()
    if len(columns) != content["width"] or any(len(values) != content["records"] for values in columns):
        raise _damaged(file)
    if not columns:
        raise ReadError(Said("reading.no_variables", file=file.file))
    return content


def _damaged(file: File) -> ReadError:
    return ReadError(Said("reading.damaged", file=file.file))
