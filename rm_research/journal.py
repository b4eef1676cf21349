"""The ledger, the Problems and the first days of a study's surveys, collected while it is being prepared."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from rm_research.catalogue.said import stored
from rm_research.frames import ARRIVALS, LEDGER, PROBLEMS, Frame

Severity = Literal["error", "warning", "note"]


@dataclass(eq=False)
class Journal:
    """Collects ledger lines, problems and the first days of surveys while a study is prepared."""

    steps: list[dict[str, object]] = field(default_factory=list)
    problem_rows: list[dict[str, object]] = field(default_factory=list)
    days: list[pd.DataFrame] = field(default_factory=list)

    def step(self, rule: str, *, before: int, after: int, wave: str = "", file: str = "", cells: int = 0) -> None:
        """Add a ledger line: rows before and after, cells changed."""
        self.steps.append({
            "step": len(self.steps) + 1, "rule": str(rule), "said": stored(rule), "file": file or None,
            "wave": wave or None, "rows_before": before, "rows_after": after, "cells": cells,
        })  # fmt: skip

    def problem(
        self, rule: str, severity: Severity, message: str, *, wave: str = "", file: str = "", column: str = "",
        cohort: str | None = None,
    ) -> None:  # fmt: skip
        """Add a problem with a file, a column or a cohort; without a cohort it concerns the whole study."""
        self.problem_rows.append({
            "rule": rule, "severity": severity, "file": file or None, "wave": wave or None, "cohort": cohort,
            "column": column or None, "message": str(message), "said": stored(message),
        })  # fmt: skip

    def row_problems(
        self, rule: str, severity: Severity, message: str, rows: pd.DataFrame, *, column: str = "",
        values: Iterable[str] | None = None,
    ) -> None:  # fmt: skip
        """Add the same problem for each of `rows` (columns wave, file, source_row and cohort)."""
        text, said = str(message), stored(message)
        shown = [None] * len(rows) if values is None else list(values)
        places = (np.asarray(rows[name], dtype=object) for name in ("wave", "file", "source_row", "cohort"))
        for wave, file, source_row, cohort, value in zip(*places, shown, strict=True):
            self.problem_rows.append({
                "rule": rule, "severity": severity, "file": file, "wave": wave, "cohort": cohort,
                "source_row": source_row, "column": column or None, "value": value, "message": text, "said": said,
            })  # fmt: skip

    def came(self, wave: str, submitted: pd.Series) -> None:
        """Note when questionnaires of a wave came in, before any is left out; only the first day is kept."""
        if len(submitted):
            first, undated = submitted.min(), int(submitted.isna().sum())
            self.days.append(pd.DataFrame({"wave": [wave], "first": [first], "undated": [undated]}))

    @property
    def arrivals(self) -> pd.DataFrame:
        """Arrivals so far: one row per wave of which anything came in."""
        if not self.days:
            return ARRIVALS.empty()
        by_wave = pd.concat(self.days).groupby("wave", sort=False)
        return ARRIVALS.conform(by_wave.agg({"first": "min", "undated": "sum"}).reset_index())

    @property
    def ledger(self) -> pd.DataFrame:
        """The ledger so far."""
        return _framed(self.steps, LEDGER)

    @property
    def problems(self) -> pd.DataFrame:
        """The problems so far."""
        return _framed(self.problem_rows, PROBLEMS)


def _framed(lines: list[dict[str, object]], frame: Frame) -> pd.DataFrame:
    return frame.conform(pd.DataFrame(lines, columns=list(frame.columns))) if lines else frame.empty()
