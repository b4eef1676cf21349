"""The folder of cleaned data: only a folder of ours is used, and all of its files are written or none."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from rm_research.errors import ReportError
from rm_research.panel.cache import input_files
from rm_research.private import private_place
from rm_research.reporting.own_pages import is_page_of_ours
from rm_research.study import Study

DATA, LEDGER, PAGE = ("responses", "scores", "panel", "links"), "ledger.csv", "codebook.html"


def claim(out: Path, study: Study, extension: str, known: tuple[str, ...]) -> None:
    """
    Make a folder ready for cleaned data of one format.

    Parameters
    ----------
    out : Path
    study : Study
        The study whose own files must not end up among ours.
    extension : str
        Extension of the files to be written.
    known : tuple of str
        Extensions of all formats.

    Raises
    ------
    ReportError
        When it is a file, cannot be made, is a folder of the study's own files, or holds files that are not ours or
        are of another format.
    """
    remedy = "Name a new or empty folder with --out."
    if out.exists() and not out.is_dir():
        raise ReportError(f"{out} is a file. {remedy}")
    if _belongs_to(study, out):
        raise ReportError(f"{out} is where the study keeps its own files. {remedy}")
    held = {path.name for path in out.iterdir()} if out.is_dir() else set()
    ours = {other: _names(other) for other in known}
    if foreign := sorted(held - set().union(*ours.values())):
        raise ReportError(f"{out} holds files that are not ours ({', '.join(foreign[:3])}). {remedy}")
    if any(not name.endswith(".part") for name in held) and not is_page_of_ours(out / PAGE):
        raise ReportError(f"{out} holds files, but no {PAGE} of ours. {remedy}")
    if others := sorted(held - ours[extension]):
        raise ReportError(f"{out} holds cleaned data of another format ({others[0]}). {remedy}")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportError(f"{out} cannot be made ({error.strerror}). {remedy}") from error


def _belongs_to(study: Study, out: Path) -> bool:
    place, home = out.resolve(), private_place(study.path).resolve()
    sources = {study.path.resolve(), *(file.resolve().parent for file in input_files(study))}
    return place in sources or place == home or home in place.parents


def _names(extension: str) -> set[str]:
    """Our files, and the parts of them that a stopped run leaves."""
    names = {LEDGER, PAGE, *(f"{name}.{extension}" for name in DATA)}
    return names | {part_of(Path(name)).name for name in names}


def part_of(path: Path) -> Path:
    """Path to which a file is written before it takes its place."""
    return path.with_name(f".{path.name}.part")


def write_all(files: Mapping[Path, Callable[[Path], object]]) -> tuple[Path, ...]:
    """
    Write all files or none: each into a part of its own, which then takes the file's place.

    Raises
    ------
    ReportError
        When the folder cannot be written to.
    """
    try:
        for path, write in files.items():
            part_of(path).unlink(missing_ok=True)  # a link that stands there would lead to another file
            write(part_of(path))
        for path in files:
            os.replace(part_of(path), path)
    except OSError as error:
        folder = next(iter(files)).parent
        raise ReportError(
            f"{folder} cannot be written to ({error.strerror}). Name another folder with --out."
        ) from error
    finally:
        for path in files:
            part_of(path).unlink(missing_ok=True)
    return tuple(files)
