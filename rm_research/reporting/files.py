"""The files of a run: written whole or not at all, and only into a folder that is ours."""

import os
import platform
import shutil
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from rm_research.errors import ReportError
from rm_research.findings.numbers import cohort_numbers, programme_numbers
from rm_research.findings.tables import csv_text
from rm_research.panel import Prepared
from rm_research.panel.cache import input_hashes

MANIFEST = "manifest.json"
OURS = {"index.html", "findings.ipynb"}
PACKAGES = ("rm_research", "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn", "papermill", "nbconvert")


def claim(out: Path, slugs: Iterable[str]) -> None:
    """
    Make a folder ready for reports, and remove pages of cohorts that are gone.

    Raises
    ------
    ReportError
        When it is a file, or holds files that are no reports of ours.
    """
    if out.exists() and not out.is_dir():
        raise ReportError(f"{out} is a file. Name a folder with --out.")
    known = {"index.html", "estimates.csv", "tables.csv", MANIFEST, "cohorts"}
    foreign = [path.name for path in out.iterdir() if path.name not in known] if out.is_dir() else []
    if foreign and not (out / MANIFEST).is_file():
        raise ReportError(f"{out} holds other files ({', '.join(sorted(foreign)[:3])} …). Name an empty folder with --out.")
    try:
        (out / "cohorts").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"{out} cannot be written to ({error.strerror}). Name another folder with --out.") from error
    for folder in (out / "cohorts").iterdir():
        if folder.is_dir() and folder.name not in slugs and {path.name for path in folder.iterdir()} <= OURS:
            shutil.rmtree(folder)


def write(path: Path, text: str) -> Path:
    """Write a text file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)
    return path


def write_tables(prepared: Prepared, out: Path) -> list[Path]:
    """Write estimates.csv and tables.csv: what the pages show, at three decimals."""
    programme = programme_numbers(prepared)
    tables = [_long(programme.tables, "")]
    tables += [
        _long(cohort_numbers(prepared, cohort).tables, cohort)
        for cohort in prepared.cohorts
        if not prepared.errors_of(cohort)
    ]
    details = programme.estimates.details.rename(columns={"id": "row"}).assign(table="estimates", cohort="")
    whole = pd.concat([*tables, details], ignore_index=True)[["table", "cohort", "row", "quantity", "value"]]
    return [
        write(out / "estimates.csv", csv_text(programme.table)),
        write(out / "tables.csv", csv_text(whole)),
    ]


def _long(tables: dict[str, pd.DataFrame], cohort: str) -> pd.DataFrame:
    """Tables of one page as one: table, cohort, row, quantity, value."""
    parts = []
    for name, table in tables.items():
        labels = [column for column in table.columns if not pd.api.types.is_numeric_dtype(table[column])]
        rows = table[labels].astype("str").agg(" / ".join, axis=1) if len(table) else pd.Series(dtype="str")
        numbers = table.drop(columns=labels).astype("float64").assign(row=rows)
        parts.append(numbers.melt(id_vars="row", var_name="quantity").assign(table=name, cohort=cohort))
    return pd.concat(parts, ignore_index=True).dropna(subset=["value"])


def manifest(prepared: Prepared, cohorts: dict[str, Any], created: str) -> dict[str, Any]:
    """What went in, with what, and what became of each cohort; the only place with times."""
    reporting = prepared.study.reporting
    return {
        "study": prepared.study.title,
        "created": created,
        "inputs": input_hashes(prepared.study),
        "digest": prepared.digest,
        "parameters": {
            "level": reporting.level, "smallest_group": reporting.smallest_group, "language": reporting.language,
        },
        "seed": reporting.seed,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "cohorts": cohorts,
    }  # fmt: skip
