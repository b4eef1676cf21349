"""What SPSS and Stata files share: codes with labels, values declared missing, dates counted from a day."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rm_research.errors import ReadError
from rm_research.readers.cells import Steps
from rm_research.readers.export import Export, as_export
from rm_research.study.entries import per_entry
from rm_research.study.settings import File

PROGRAM = Path(__file__).with_name("statistical_file.py")
Dates = Callable[[str, float], str | None]
LEAST_SECONDS, SECONDS_PER_BYTE = 60, 1e-6  # after that, a file still not read is taken for damaged
WHOLE = 1e15  # up to here floats tell whole numbers apart


@dataclass(frozen=True, eq=False)
class Variable:
    """
    One variable of a file.

    Attributes
    ----------
    values : Series
        Numbers or text; missing where the file has nothing.
    shown : str
        How the program displays it, by which dates are told from numbers.
    stored : str
        What a cell is stored as; 'float' has seven digits.
    ranges : list of dict
        Lowest and highest of the values declared missing.
    markers : list of str
        Stata's letters for kinds of missing.
    labels : list of (code, label)
    dates : callable
        From display format and number to a date or time as text; None for a number.
    """

    values: pd.Series
    shown: str
    stored: str
    ranges: list[dict[str, Any]]
    markers: list[str]
    labels: list[tuple[Any, str]]
    dates: Dates

    def cells(self) -> pd.Series:
        """Values as text, codes as they are, '' where nothing is or a value declared missing."""
        return per_entry(self.values, lambda value: "" if self.is_missing(value) else self.text(value)).fillna("")

    def missing(self) -> int:
        """How many values are declared missing."""
        return int(per_entry(self.values, self.is_missing, dtype="bool").sum())

    def is_missing(self, value: Any) -> bool:
        """Whether a value is declared missing."""
        if isinstance(value, str):
            given = value.rstrip()
            # in a variable of numbers, text can only be a marker
            listed = {edge["lo"].rstrip() for edge in self.ranges if isinstance(edge["lo"], str)}
            return given in listed or value in self.markers
        return any(edge["lo"] <= value <= edge["hi"] for edge in self.ranges if not isinstance(edge["lo"], str))

    def text(self, value: Any) -> str:
        """Write a value as text."""
        if isinstance(value, str):
            return value.rstrip()
        dated = self.dates(self.shown, value) if self.shown else None
        return number_text(value, single=self.stored == "float") if dated is None else dated

    def texts_of_codes(self) -> dict[str, str]:
        """Label by code; those of values declared missing stand for no answer, and are left out."""
        return {self.text(code): label.strip() for code, label in self.labels if not self.is_missing(code)}


def number_text(value: float, *, single: bool = False) -> str:
    """
    Write a number as briefly as tells it apart: '1', not '1.0'.

    Parameters
    ----------
    value : float
    single : bool
        Whether it was stored in single precision, where 0.1 is 0.10000000149.
    """
    if abs(value) < WHOLE and value == int(value):
        return str(int(value))
    return str(np.float32(value)) if single else repr(float(value))


def read_labelled(path: Path, file: File, dates: Dates) -> Export:
    """
    Read a file with its codes as text, their labels beside them.

    Parameters
    ----------
    path : Path
    file : File
    dates : callable
        See `Variable`.

    Raises
    ------
    ReadError
        When the file is damaged, cut off, or in another encoding than it says.
    """
    content = _content(path, file)
    variables = {name: _variable(content, name, dates) for name in content["columns"]}
    rows = pd.DataFrame(
        {place: variable.cells() for place, variable in enumerate(variables.values())}, index=range(content["records"])
    ).astype("str")
    # the first record stands where a header leaves it room
    rows.index = pd.RangeIndex(2, 2 + len(rows))
    texts = [content["texts"].get(name) or "" for name in variables]
    export = as_export(file.file, list(variables), rows, texts, steps=_steps(content, variables))
    labels = {name.strip(): labels for name, found in variables.items() if (labels := found.texts_of_codes())}
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
        ("columns whose set of labels the file does not hold", unlabelled),
    )
    return tuple(step for step in steps if step[1])


def _content(path: Path, file: File) -> dict[str, Any]:
    """Columns of the file and what it says of them, read in a process that a damaged file may bring down."""
    command = [sys.executable, "-P", str(PROGRAM), file.format, str(path), file.encoding or ""]
    patience = LEAST_SECONDS + path.stat().st_size * SECONDS_PER_BYTE
    try:
        done = subprocess.run(command, capture_output=True, timeout=patience, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise _damaged(file) from error
    if done.returncode:
        # the last line alone is the fault; those above show where in the program
        fault = done.stderr.splitlines()[-1:]
        if any(b"encod" in line or b"codec" in line for line in fault):
            raise ReadError(
                f"{file.file} holds text in another encoding than it says. Set encoding beside its file in "
                'study.toml, for example encoding = "cp1252".'
            )
        raise _damaged(file)
    content: dict[str, Any] = json.loads(done.stdout)
    columns = content["columns"].values()
    if len(columns) != content["width"] or any(len(values) != content["records"] for values in columns):
        raise _damaged(file)
    if not columns:
        raise ReadError(f"{file.file} has no variables. Export it again.")
    return content


def _damaged(file: File) -> ReadError:
    return ReadError(f"{file.file} is damaged or cut off. Export it again.")
