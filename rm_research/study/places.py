"""
Where a study's files may be: in its folder, unless the person who runs says otherwise.

A study folder may come from somebody else. Its study.toml must not make this program read other files of yours; so the
permission is never in the file, but an argument, an option or an environment variable.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path, PureWindowsPath

from rm_research.study.model import Study
from rm_research.study.settings import File, is_elsewhere

ALLOWED = "RM_RESEARCH_ALLOW_OUTSIDE"  # environment variable: the study folder whose files may be outside it
REMEDY = (
    "leads out of the study's folder. Copy the file into the folder. If you wrote study.toml yourself, you may also "
    "run the command with --allow-outside (in Python: allow_outside=True)"
)


def leads_out(folder: Path, name: str) -> bool:
    """Whether a path of a study file is not in the study's folder: by its parts, or through a link."""
    if is_elsewhere(name):  # first, as only to look at an address on another computer sends it one's password
        return True
    try:
        return not (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):  # links in a circle; no name of a file
        return True


def without_folders(name: str) -> str:
    """Path of a file in the study's folder as it is; of another, which may tell of people, its last part."""
    return PureWindowsPath(name).name if is_elsewhere(name) else name


def outside(study: Study) -> list[str]:
    """One sentence for each key of study.toml that names a file outside the folder."""
    return [f"study.toml: {key}: {name!r} {REMEDY}" for key, name in _declared(study) if leads_out(study.path, name)]


def _declared(study: Study) -> Iterator[tuple[str, str]]:
    """Keys that name files, and the files."""
    tables: list[tuple[str, File]] = [(f"waves.{w.name}", source) for w in study.waves for source in w.sources]
    tables += [(name, file) for name, file in (("roster", study.roster), ("sessions", study.sessions)) if file]
    for table, file in tables:
        for key, name in (("file", file.file), ("dictionary", file.dictionary)):
            if name:
                yield f"{table}.{key}", name
    if quotes := study.settings.reflections.quotes:
        yield "reflections.quotes", quotes


def is_allowed(folder: Path) -> bool:
    """Whether the person who runs allowed files outside this study's folder for the whole run."""
    return os.environ.get(ALLOWED) == str(folder.resolve())


@contextmanager
def allowed(folder: Path) -> Iterator[None]:
    """Allow files outside a study's folder, in this process and in those that it starts meanwhile."""
    before = os.environ.get(ALLOWED)
    os.environ[ALLOWED] = str(folder.resolve())
    try:
        yield
    finally:
        del os.environ[ALLOWED]
        if before is not None:
            os.environ[ALLOWED] = before


def allowed_as_here(study: Study) -> AbstractContextManager[None]:
    """Let processes that are started meanwhile read a study as this one has read it."""
    return allowed(study.path) if outside(study) else nullcontext()
