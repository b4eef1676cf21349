"""The exports from which a study is drafted: located, their format detected, and read."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rm_research.drafting.garbled import ungarbled
from rm_research.errors import ReadError
from rm_research.privacy import TAKEN_OUT, freed_of_contacts
from rm_research.readers import Export, read_export
from rm_research.readers.cells import Detection
from rm_research.readers.detection import Detected, detect_tables
from rm_research.readers.long_layout import in_columns, recognised
from rm_research.study.entries import NUMBER
from rm_research.study.settings import File

DICTIONARY = "Variable / Field Name"


@dataclass(frozen=True, eq=False)
class OpenedFile:
    """
    One export, and how it was read.

    Attributes
    ----------
    file : File
        What study.toml says about it; its path is relative to the study folder if it can be.
    reason : str
        How its format was recognised.
    export : Export
        With one row per questionnaire.
    person : str or None
        Column that names the people, if the file has one row per answer.
    sources : tuple of OpenedFile
        The exports of one layout whose rows it holds together; empty if it is a single file.
    """

    file: File
    reason: str
    export: Export
    person: str | None = None
    sources: tuple["OpenedFile", ...] = ()

    @property
    def columns(self) -> list[str]:
        """Names of its columns."""
        return list(self.export.rows.columns)


def open_files(folder: Path, files: Sequence[str | Path]) -> tuple[OpenedFile, ...]:
    """
    Read exports whose format has not been declared yet; they are neither moved nor changed.

    Parameters
    ----------
    folder : Path
        The future study folder.
    files : sequence of path
        Relative to the current folder or, failing that, to the study folder.

    Returns
    -------
    tuple of OpenedFile
        In the order given, sheets in that of the workbook. REDCap's data dictionary is not an export; REDCap's exports
        refer to it.

    Raises
    ------
    ReadError
        Naming every file that cannot be read, or that has no answers or no header.
    """
    problems: list[str] = []
    paths: list[Path] = []
    for file in files:
        path = _located(folder, Path(file), problems)
        if path is not None and path.resolve() not in {one.resolve() for one in paths}:
            paths.append(path)
    dictionary = next((path for path in paths if _is_dictionary(path)), None)
    opened = [one for path in paths if path != dictionary for one in _opened(folder, path, dictionary, problems)]
    if not opened and not problems:
        problems.append(f"{dictionary} is a data dictionary. Also name the export that it describes.")
    if problems:
        raise ReadError(*problems, heading="The exports cannot be read")
    return _ungarbled(folder, opened)


def _ungarbled(folder: Path, opened: list[OpenedFile]) -> tuple[OpenedFile, ...]:
    """Files whose text is that of another file, garbled, are read in the right encoding."""
    found = []
    for one in opened:
        if one.file.layout == "long":  # its columns are no longer those of the file
            found.append(one)
            continue
        others = [other.export for other in opened if other is not one]
        export = ungarbled((folder / one.file.file).resolve(), one.file, one.export, others)
        changed = export is not one.export
        file = one.file.model_copy(update=_found_out(export)) if changed else one.file
        found.append(replace(one, file=file, export=export))
    return tuple(found)


def _located(folder: Path, file: Path, problems: list[str]) -> Path | None:
    path = next((path for path in (file, folder / file) if path.is_file()), None)
    if path is None:
        what = "is a folder. Name the files in it" if file.is_dir() else "is not there. Correct its path"
        problems.append(f"{file} {what}.")
    return path


def _is_dictionary(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(200).lstrip(b'\xef\xbb\xbf"').startswith(DICTIONARY.encode())


def relative_to(folder: Path, path: Path) -> str:
    """Path from the study folder, with forward slashes; the whole path if there is no way (another drive)."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()


def _opened(folder: Path, path: Path, dictionary: Path | None, problems: list[str]) -> list[OpenedFile]:
    """Open a file: once, unless it is a workbook with several sheets of answers."""
    opened = (_table(folder, path, detected, dictionary, problems) for detected in detect_tables(path))
    return [one for one in opened if one is not None]


def _table(
    folder: Path, path: Path, detected: Detected, dictionary: Path | None, problems: list[str]
) -> OpenedFile | None:  # fmt: skip
    try:
        whose = dictionary if detected.format == "redcap" else None
        # read from its own folder, because the study folder may not exist yet
        file = File(file=path.name, format=detected.format, title_rows=detected.title_rows, sheet=detected.sheet,
                    dictionary=relative_to(path.parent, whose) if whose else None)  # fmt: skip
        export = read_export(path.parent, file)
        _check_usable(export)
        if (layout := recognised(export.rows)) is not None:
            rows, steps = in_columns(export.rows, layout, export.file)
            export = replace(export, rows=rows, texts={}, steps=(*export.steps, *steps))
            file = file.model_copy(update={"layout": "long", "question": layout.question, "answer": layout.answer})
    except ReadError as error:
        problems.extend(error.problems)
        return None
    placed = {"file": relative_to(folder, path), "dictionary": relative_to(folder, whose) if whose else None}
    return OpenedFile(file.model_copy(update=_found_out(export) | placed), detected.reason, export,
                      None if layout is None else layout.by[0])  # fmt: skip


def _check_usable(export: Export) -> None:
    names = list(export.rows.columns)
    numbers = [name for name in names if NUMBER.fullmatch(name)]
    # a header is not quoted here: if it is missing, its cells are somebody's answers
    if len(numbers) > len(names) / 2:
        raise ReadError(
            f"{export.file}: row 1 mostly holds numbers, so the column names seem to be missing. Export it again."
        )
    if any(freed_of_contacts(name).strip() == TAKEN_OUT for name in names):
        raise ReadError(
            f"{export.file}: row 1 holds somebody's address or number, so the column names seem to be missing. "
            "Export it again."
        )
    if not len(export.rows):
        raise ReadError(f"{export.file} has a header but no answers. Export it again.")


def _found_out(export: Export) -> dict[str, str]:
    """Encoding and delimiter detected in reading, by the key of study.toml that declares them."""
    return {step.key: step.value for step, _ in export.steps if isinstance(step, Detection)}
