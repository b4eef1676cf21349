"""The files of a run: each is written whole or not at all, and only into a folder of ours."""

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from rm_research.disclosure.numbers import study_numbers
from rm_research.errors import ReportError
from rm_research.findings.tables import csv_text
from rm_research.panel import Prepared
from rm_research.panel.cache import input_hashes
from rm_research.private import private_folder, study_key, write_private
from rm_research.readers.export import unique_names
from rm_research.reporting.forms.asked import DOCX, FIGURES, PDF, SUMMARY
from rm_research.reporting.forms.package import is_untouched
from rm_research.reporting.forms.pictures import is_ours
from rm_research.reporting.own_pages import MANIFEST, is_page_of_ours
from rm_research.study.places import without_folders

EXECUTED = "findings.ipynb"
RELEASED = "released"  # key in the manifest: ids of all editions that were made in a folder, the oldest first
TABLES = ("estimates.csv", "tables.csv")
FULL = "estimates-full.csv"  # for the researcher alone
NAMES = ("index.html", *TABLES, MANIFEST, PDF, SUMMARY, DOCX)  # of files at the top
PACKAGES = ("rm_research", "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn", "papermill", "nbconvert")


def claim(out: Path, slugs: Iterable[str], notebook: str = EXECUTED) -> None:
    """
    Make a folder ready for reports, and remove pages of cohorts that are gone.

    Parameters
    ----------
    out : Path
    slugs : iterable of str
        Folder names of the current cohorts.
    notebook : str
        Name of the executed notebook beside each page.

    Raises
    ------
    ReportError
        When the folder is a file, cannot be written to, or holds files that are not our reports.
    """
    if out.exists() and not out.is_dir():
        raise ReportError(f"{out} is a file. Name a folder with --out.")
    if out.is_dir() and not _is_ours(out):
        held = ", ".join(sorted(path.name for path in out.iterdir())[:3])
        raise ReportError(f"{out} holds files that are not reports ({held} …). Name an empty folder with --out.")
    _refuse_links(out)
    try:
        (out / "cohorts").mkdir(parents=True, exist_ok=True)
        _remove_parts(out)
    except OSError as error:
        raise ReportError(f"{out} cannot be written to ({error.strerror}). Name another folder with --out.") from error
    current, ours = set(slugs), {"index.html", notebook, PDF, SUMMARY, DOCX, FIGURES}
    for folder in (out / "cohorts").iterdir():
        if folder.name not in current and _is_folder(folder) and {path.name for path in folder.iterdir()} <= ours:
            remove_page(folder, notebook)


def _refuse_links(out: Path) -> None:
    """Refuse links in place of our folders: whoever made one would have our pages written over other files."""
    for folder in (out / "cohorts", *out.glob("cohorts/*"), *out.glob(f"cohorts/*/{FIGURES}"), out / FIGURES):
        if folder.is_symlink():
            raise ReportError(f"{folder} is a link. Remove it, or name another folder with --out.")


def _remove_parts(out: Path) -> None:
    """Remove parts of our files, which a run that was killed while it wrote them has left."""
    for folder in (out, *out.glob("cohorts/*")):
        parts = [folder / _part(name) for name in (*NAMES, EXECUTED)]
        for part in (*parts, *(folder / FIGURES).glob(_part("*.png"))):
            part.unlink(missing_ok=True)


def _part(name: str) -> str:
    return f".{name}.part"


def _is_ours(out: Path) -> bool:
    """Whether a folder is empty or holds our reports; an interrupted run leaves no manifest and maybe no index."""
    if (out / MANIFEST).is_file():
        versions = _written(out).get("versions")
        return isinstance(versions, dict) and "rm_research" in versions
    known = {"cohorts", FIGURES, *NAMES, *map(_part, NAMES)}
    pages = (*out.glob("*.html"), *out.glob("cohorts/*/*.html"))
    return {path.name for path in out.iterdir()} <= known and all(map(is_page_of_ours, pages))


def released_in(out: Path) -> list[str]:
    """Ids of the editions that a folder holds or held: drafts that took their place keep them in the manifest."""
    released = _written(out).get(RELEASED)
    return [str(edition) for edition in released] if isinstance(released, list) else []


def clear_other_data(out: Path, digest: str) -> None:
    """
    Remove pages, tables and manifest unless the manifest says that they were made of files with this keyed digest.

    This comes before the first new page, so that a run that is killed never leaves two editions side by side: next to
    the new numbers, an old page would identify people. The manifest goes last: until then the next run, too, knows that
    the rest has to go.
    """
    if _written(out).get("digest") == digest:
        return
    released = released_in(out)
    remove_page(out, None)
    for folder in filter(_is_folder, out.glob("cohorts/*")):
        remove_page(folder, EXECUTED)
    for name in TABLES:
        (out / name).unlink(missing_ok=True)
    if released:  # a killed run must not forget what was sent from here
        write(out / MANIFEST, json.dumps({"versions": {"rm_research": version("rm_research")}, RELEASED: released}))
    else:
        (out / MANIFEST).unlink(missing_ok=True)


def _written(out: Path) -> dict[str, Any]:
    """Manifest of an earlier run; empty if there is none that can be read."""
    try:
        written = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return written if isinstance(written, dict) else {}


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def remove_page(folder: Path, notebook: str | None) -> None:
    """Remove a page, its other forms and its notebook, and their folder if it is then empty."""
    for name in ("index.html", notebook):
        if name:
            (folder / name).unlink(missing_ok=True)
    remove_forms(folder)
    _remove_if_empty(folder)


def remove_forms(folder: Path) -> None:
    """Remove the other forms of an earlier page; an edited document stays."""
    for name in (PDF, SUMMARY):
        if (folder / name).is_file():
            (folder / name).unlink()
    if (folder / DOCX).is_file() and is_untouched(folder / DOCX):
        (folder / DOCX).unlink()
    if _is_folder(folder / FIGURES):
        for path in (folder / FIGURES).glob("*.png"):
            if path.is_file() and is_ours(path):
                path.unlink()
        _remove_if_empty(folder / FIGURES)


def _remove_if_empty(folder: Path) -> None:
    if _is_folder(folder) and not any(folder.iterdir()):
        folder.rmdir()


def write(path: Path, text: str) -> Path:
    """Write a text file whole or not at all."""
    return write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> Path:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(_part(path.name))
    part.unlink(missing_ok=True)
    try:
        with part.open("xb") as file:  # a new one: a link that stands there would lead to another file
            file.write(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def write_tables(prepared: Prepared, out: Path) -> list[Path]:
    """
    Write estimates.csv and tables.csv: what the pages show, with their decimals.

    The full numbers of the rows that are shown go into the study's private folder.
    """
    numbers = study_numbers(prepared)
    details = numbers.estimates.details.rename(columns={"id": "row"}).assign(table="estimates", cohort="")
    tables = [_long(name, table) for name, table in numbers.tables.items() if len(table)]
    all_rows = pd.concat([*tables, details], ignore_index=True)[["table", "cohort", "row", "quantity", "value"]]
    estimates, tables_file = (out / name for name in TABLES)
    write_private(private_folder(prepared.study.path) / FULL, numbers.table.to_csv(index=False).encode())
    return [
        write(estimates, csv_text(numbers.table)),
        write(tables_file, csv_text(all_rows.dropna(subset=["value"]))),
    ]


def _long(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """One table as rows: table, cohort, row (its labels), quantity, value."""
    bands = {end: table[end].map("{:g}".format) for end in ("low", "high") if end in table}  # labels, not results
    table = table.assign(**bands)
    labels = [column for column in table.columns if not pd.api.types.is_numeric_dtype(table[column])]
    named = [label for label in labels if label != "cohort"]
    rows = table[named].astype("str").fillna("").agg(" / ".join, axis=1) if named else ""
    numbers = table.drop(columns=named).assign(row=rows, table=name)
    values = [column for column in table.columns if column not in labels]
    return numbers.astype(dict.fromkeys(values, "float64")).melt(
        id_vars=["table", "cohort", "row"], value_vars=values, var_name="quantity"
    )


def keyed_digest(prepared: Prepared) -> str:
    """Digest of all inputs, as the manifest has it."""
    return _keyed(prepared.digest, prepared)


def _keyed(found: str, prepared: Prepared) -> str:
    """A hash that says nothing without the key: who knows all rows of a file but one could find this one by trying."""
    return hashlib.blake2b(found.encode(), key=study_key(prepared.study.path), digest_size=16).hexdigest()


def _inputs(prepared: Prepared) -> dict[str, str]:
    """Hashes of the inputs by their names, without folders outside the study's own."""
    hashes = {name: _keyed(found, prepared) for name, found in input_hashes(prepared.study).items()}
    names, _ = unique_names([without_folders(name) for name in hashes])
    return dict(zip(names, hashes.values(), strict=True))


def manifest(prepared: Prepared, created: str) -> dict[str, Any]:
    """Contents of the manifest: inputs, settings and versions of a run; the only file with times."""
    reporting = prepared.study.reporting
    return {
        "study": prepared.study.title,
        "created": created,
        "inputs": _inputs(prepared),
        "digest": keyed_digest(prepared),
        "parameters": {
            "level": reporting.level, "smallest_group": reporting.smallest_group, "language": reporting.language,
        },
        "seed": reporting.seed,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
    }  # fmt: skip
