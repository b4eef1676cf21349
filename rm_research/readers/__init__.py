"""Export formats: one file each, from a file on disk to a frame of text with the question texts."""

from collections.abc import Callable
from pathlib import Path

from rm_research.errors import ReadError
from rm_research.readers import delimited, qualtrics
from rm_research.readers.export import Export
from rm_research.study.settings import File

READERS: dict[str, Callable[[Path, File], Export]] = {
    "csv": delimited.read,
    "qualtrics": qualtrics.read,
}


def read_export(folder: Path, file: File) -> Export:
    """
    Read an export, the roster or the sessions file as its declaration says.

    Parameters
    ----------
    folder : Path
        The study folder, which paths are relative to.
    file : File
        Path, format, encoding and delimiter.

    Returns
    -------
    Export

    Raises
    ------
    ReadError
        When the file is missing, empty, in another encoding or delimiter, cut off, or of a format without a reader.
    """
    if file.format not in READERS:
        readable = " or ".join(READERS)
        raise ReadError(f"{file.file}: format {file.format!r} has no reader yet. Export the survey as {readable}.")
    path = folder / file.file
    if not path.is_file():
        raise ReadError(f"{file.file} is not in the study folder. Put it there, or correct its file in study.toml.")
    try:
        return READERS[file.format](path, file)
    except OSError as error:
        raise ReadError(
            f"{file.file} cannot be opened: {error.strerror}. Close it elsewhere and check who may read it."
        ) from error


__all__ = ["READERS", "Export", "read_export"]
