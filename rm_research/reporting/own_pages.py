"""Which pages are ours, so that nothing else is ever written over."""

from pathlib import Path

from rm_research.errors import ReportError

MARK = '<meta name="generator" content="rm_research">'  # in the head of every page of ours
HEAD = 1000  # bytes of a page in which the mark must be


def is_page_of_ours(path: Path) -> bool:
    """Whether a path is a file with the mark of our pages in its head."""
    return path.is_file() and MARK.encode() in path.read_bytes()[:HEAD]


def refuse_other_files(path: Path) -> None:
    """
    Refuse to write a page to a file that is not an earlier page of this package.

    Raises
    ------
    ReportError
        When the path is a folder, or has a file with anything else.
    """
    if path.is_dir():
        raise ReportError(f"{path} is a folder. Name a file in it, for example {path / 'quality.html'}.")
    if path.exists() and not is_page_of_ours(path):
        raise ReportError(
            f"{path} is not an earlier page of this program, so it is kept. Name another file with --html."
        )
