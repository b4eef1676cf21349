"""read_study: make a Study from the two files, or report every problem in them at once."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rm_research.errors import StudyFileError
from rm_research.limits import LONG_KEY, MOST_BYTES, MOST_NUMBER
from rm_research.study.checking import check_codebook, check_settings
from rm_research.study.codebook import Item, read_codebook
from rm_research.study.filling import filled_items, filled_settings
from rm_research.study.folding import printable
from rm_research.study.locking import FILE, LockedPlan, read_plan
from rm_research.study.marks import open_marks
from rm_research.study.model import Study
from rm_research.study.places import is_allowed, leads_out, outside
from rm_research.study.settings import Settings
from rm_research.study.wording import sentences, suggest

OWN = ("study.toml", "codebook.csv", FILE)
REMEDY_OF_LINK = "is a link out of the study's folder. Put the file itself into the folder."
AS_WRITTEN = ("file", "dictionary", "delimiter")  # keys whose value must be found in a folder or a file


def read_study(path: str | Path, *, allow_outside: bool = False) -> Study:
    """
    Read and check a study folder's study.toml and codebook.csv, and its plan.toml if a plan was locked.

    Parameters
    ----------
    path : str or Path
        The study folder. No survey data are read.
    allow_outside : bool
        Whether study.toml may name files outside the folder. Allow it only for a study.toml that you wrote yourself.

    Returns
    -------
    Study
        Frozen, with every default of study.toml filled in. What is still marked in study.toml is in `marks`.

    Raises
    ------
    StudyFileError
        Naming file, key and remedy for everything that is wrong, all at once.

    Examples
    --------
    >>> study = rm.read_study("data/demo")
    >>> study.comparison
    'waitlist'
    """
    if not isinstance(path, str | os.PathLike):
        raise StudyFileError(f"A study is read from its folder, a path; this is a {type(path).__name__}.")
    return _study(Path(path), allow_outside=allow_outside, options={})


def varied(study: Study, options: Mapping[str, Any]) -> Study:
    """
    Read a study again with other options than its study.toml has; see `Study.varied`.

    Parameters
    ----------
    study : Study
    options : mapping of str to object
        By dotted key.

    Raises
    ------
    StudyFileError
        As `read_study`, or when the files changed since the study was read.
    """
    outside_too = bool(outside(study))
    now = _study(study.path, allow_outside=outside_too, options=study.options)
    if (now.settings, now.items) != (study.settings, study.items):
        raise StudyFileError(
            f"study.toml or codebook.csv in {study.path} changed since the study was read. Call read_study again."
        )
    if unknown := list(_unknown_tables(study.settings, options)):
        raise StudyFileError(*unknown)
    return _study(study.path, allow_outside=outside_too, options={**study.options, **options})


def _unknown_tables(settings: Settings, options: Mapping[str, Any]) -> Iterator[str]:
    """Sentences on scales and waves that options name and study.toml lacks: a misspelt name would make another one."""
    given = with_options({}, options)
    for kind, known in (("scales", settings.scales), ("waves", settings.waves)):
        tables = given.get(kind)
        for name in tables if isinstance(tables, Mapping) else ():
            if name not in known:
                yield f"study.toml: has no table [{kind}.{name}] whose options could differ; {suggest(name, known)}"


def _study(folder: Path, *, allow_outside: bool, options: Mapping[str, Any]) -> Study:
    """Study of a folder, with options in place of those that study.toml has."""
    if linked := [name for name in OWN if leads_out(folder, name)]:
        raise StudyFileError(*(f"{name} {REMEDY_OF_LINK}" for name in linked))
    text, problems = _read_text(folder)
    settings = None if text is None else _read_settings(text, problems, options)
    items, codebook_problems = _read_items(folder, settings)
    marks = open_marks(text or "")
    study = None
    if settings is not None:
        settings, items = filled_settings(settings), filled_items(items, settings)
        study = Study(folder, settings, items, marks, dict(options), _read_plan(folder, settings, items, problems))
        problems += [] if allow_outside or is_allowed(folder) else outside(study)
        problems += check_settings(study)
        # these would also report an item that could not be read as missing
        problems += [] if codebook_problems else check_codebook(study)
    if study is None or problems or codebook_problems:
        left_open = [mark.sentence for mark in marks]
        raise StudyFileError(*problems, *codebook_problems, *left_open, heading=f"The study in {folder} is not ready")
    return study


def _read_text(folder: Path) -> tuple[str | None, list[str]]:
    """Text of study.toml; None, and why, if it is not text."""
    file = folder / "study.toml"
    if not os.path.isdir(folder):  # False for what can be no folder's name, where Path's own raises
        raise StudyFileError(f"There is no folder {folder}. Name the folder that contains study.toml.")
    if not file.is_file():
        raise StudyFileError(f"{folder} has no study.toml. It declares waves, columns and scales: docs/study-files.md.")
    try:
        if file.stat().st_size > MOST_BYTES:
            raise StudyFileError(f"study.toml has more than {MOST_BYTES:,} bytes. Is it another file?")
        return file.read_text(encoding="utf-8-sig"), []
    except UnicodeDecodeError:
        return None, ["study.toml: is not encoded in UTF-8; save it as UTF-8"]


def _read_settings(text: str, problems: list[str], options: Mapping[str, Any]) -> Settings | None:
    """Settings that the text declares; None if there are none, and `problems` then has why."""
    try:
        if LONG_KEY.search(text):  # reading it would take minutes
            raise RecursionError
        content = _printable(with_options(tomllib.loads(text), options))
    except tomllib.TOMLDecodeError as error:
        problems.append(f"study.toml: is not valid TOML: {error}; correct it there")
        return None
    except RecursionError:
        problems.append("study.toml: has brackets within brackets, or names with dots, of no use here; remove them")
        return None
    except ValueError:  # Python's own limit, or ours
        problems.append(f"study.toml: has a whole number above {MOST_NUMBER:,}; correct it")
        return None
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        problems += sentences(error.errors(), content)
        return None


def with_options(content: Any, options: Mapping[str, Any]) -> Any:
    """
    Content of study.toml with options put over it.

    Parameters
    ----------
    content : object
        As parsed.
    options : mapping of str to object
        By key, which dots divide into a table and a key of it. A mapping is put over a table; None removes a key.
    """
    content = dict(content) if isinstance(content, Mapping) else {}
    for name, value in options.items():
        key, _, rest = str(name).partition(".")
        value = {rest: value} if rest else value
        if isinstance(value, Mapping):
            content[key] = with_options(content.get(key), value)
        elif value is None:
            content.pop(key, None)
        else:
            content[key] = list(value) if isinstance(value, tuple) else value
    return content


def _printable(value: Any) -> Any:
    """Content without characters that a terminal or a page would act on; they may come with copied text."""
    if isinstance(value, dict):
        return {printable(key): part if key in AS_WRITTEN else _printable(part) for key, part in value.items()}
    if isinstance(value, int) and abs(value) > MOST_NUMBER:
        raise ValueError
    if isinstance(value, list):
        return [_printable(part) for part in value]
    return printable(value) if isinstance(value, str) else value


def _read_plan(
    folder: Path, settings: Settings, items: tuple[Item, ...], problems: list[str]
) -> LockedPlan | None:  # fmt: skip
    """Locked plan of a study; None if there is none that can be used, and `problems` then has why."""
    try:
        plan = read_plan(folder)
    except StudyFileError as error:
        problems += error.problems
        return None
    if plan is None or plan.title == settings.title:
        return plan
    shared = set(plan.rules.get("scales", ())) & set(settings.scales)
    shared |= set(plan.rules.get("items", ())) & {item.name for item in items}
    if items and not shared:  # a study may get a new title, but not become another one
        problems.append(
            f"{FILE}: is the plan of the study {plan.title!r}, which has no scale and no item of this one, "
            f"{settings.title!r}. It came from another study; move it out of the folder"
        )
        return None
    return plan


def _read_items(folder: Path, settings: Settings | None) -> tuple[tuple[Item, ...], list[str]]:
    try:
        return read_codebook(folder / "codebook.csv", None if settings is None else _places(settings))
    except StudyFileError as error:
        return (), list(error.problems)


def _places(settings: Settings) -> list[str]:
    """Columns that codebook.csv may have in addition to the fixed ones: the waves, and each 'wave.source'."""
    named = [f"{wave.name}.{source.name}" for wave in settings.waves.values() for source in wave.sources if source.name]
    return [*settings.waves, *named]
