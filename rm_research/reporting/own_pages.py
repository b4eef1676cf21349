"""Which pages are ours, so that nothing else is ever written over."""

from pathlib import Path

from rm_research.errors import ReportError

MARK = '<meta name="generator" content="rm_research">'  # in the head of every page of ours
MANIFEST = "manifest.json"  # of a report
HEAD = 1000  # bytes of a page in which the mark must be


def is_page_of_ours(path: Path) -> bool:
    """Whether a path is a file with the mark of our pages in its head."""
    return path.is_file() and MARK.encode() in path.read_bytes()[:HEAD]


def _report_around(path: Path) -> Path | None:
    """Folder of a report that a file would be in; None if there is none."""
    whole = path.absolute()
    places = [*whole.parents, *whole.resolve().parents]
    found = (folder for folder in places if (folder / MANIFEST).is_file())
    return next((folder for folder in found if b'"rm_research"' in (folder / MANIFEST).read_bytes()), None)


def refuse_other_files(path: Path) -> None:
    """
    Refuse to write a private page into a report, or to a file that is not an earlier page of this package.

    Raises
    ------
    ReportError
        When the path is a folder, in the folder of a report, or has a file with anything else.
    """
    if path.is_dir():
        raise ReportError(f"{path} is a folder. Name a file in it, for example {path / 'quality.html'}.")
    if report := _report_around(path):
        raise ReportError(
            f"{path} is in {report}, a report, which others may get; this page is only for you. Name a file elsewhere "
            "with --html."
        )
    if path.exists() and not is_page_of_ours(path):
        raise ReportError(
            f"{path} is not an earlier page of this program, so it is kept. Name another file with --html."
        )
