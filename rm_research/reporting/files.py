"""The files of a run: written whole or not at all, and only into a folder that is ours."""

import json
import os
import platform
import shutil
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from rm_research.errors import ReportError
from rm_research.findings.numbers import participation, programme_numbers
from rm_research.findings.tables import csv_text
from rm_research.panel import Prepared
from rm_research.panel.cache import input_hashes

MANIFEST, EXECUTED = "manifest.json", "findings.ipynb"
MARK = '<meta name="generator" content="rm_research">'  # in the head of every page of ours
PACKAGES = ("rm_research", "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn", "papermill", "nbconvert")


def claim(out: Path, slugs: Iterable[str], notebook: str = EXECUTED) -> None:
    """
    Make a folder ready for reports, and remove pages of cohorts that are gone.

    Parameters
    ----------
    out : Path
    slugs : iterable of str
        Folder names of the cohorts there are.
    notebook : str
        Name of the executed notebook beside each page.

    Raises
    ------
    ReportError
        When it is a file, cannot be written to, or holds files that are no reports of ours.
    """
    if out.exists() and not out.is_dir():
        raise ReportError(f"{out} is a file. Name a folder with --out.")
    if out.is_dir() and not _is_ours(out):
        held = ", ".join(sorted(path.name for path in out.iterdir())[:3])
        raise ReportError(f"{out} holds files that are no reports ({held} …). Name an empty folder with --out.")
    try:
        (out / "cohorts").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"{out} cannot be written to ({error.strerror}). Name another folder with --out.") from error
    kept, pages = set(slugs), {"index.html", notebook}
    for folder in (out / "cohorts").iterdir():
        if folder.name not in kept and _is_folder(folder) and {path.name for path in folder.iterdir()} <= pages:
            shutil.rmtree(folder)


def _is_ours(out: Path) -> bool:
    """Whether a folder is empty or holds our reports; a run that was stopped leaves no manifest, perhaps no index."""
    if (out / MANIFEST).is_file():
        try:
            written = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
            return "rm_research" in written["versions"]
        except (ValueError, KeyError, TypeError):
            return False
    known = all(path.name in ("cohorts", "index.html", "estimates.csv", "tables.csv") for path in out.iterdir())
    return known and all(_is_page(path) for path in (*out.glob("*.html"), *out.glob("cohorts/*/*.html")))


def _is_page(path: Path) -> bool:
    return MARK in path.read_text(encoding="utf-8", errors="replace")


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def remove_page(folder: Path, notebook: str | None) -> None:
    """Remove a page and the notebook beside it, and their folder where nothing else is in it."""
    for name in ("index.html", notebook):
        if name:
            (folder / name).unlink(missing_ok=True)
    if _is_folder(folder) and not any(folder.iterdir()):
        folder.rmdir()


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
        _long(participation(prepared, cohort), cohort) for cohort in prepared.cohorts if not prepared.errors_of(cohort)
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


def manifest(prepared: Prepared, created: str) -> dict[str, Any]:
    """What went into a run, and with what; the only file with times."""
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
    }  # fmt: skip
