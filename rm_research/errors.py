"""Errors about a study, worded so that its owner can fix them."""

from collections.abc import Sequence


class StudyError(Exception):
    """
    A fault of the study that its owner can fix: what is wrong, where, and what to do.

    Messages name files, columns and row numbers, never what a person wrote or who they are.

    Parameters
    ----------
    *problems : str
        One sentence each.
    heading : str
        Stands above them in the message, with their number; without one, the message is the problems, one a line.

    Attributes
    ----------
    problems : tuple of str

    Examples
    --------
    >>> try:
    ...     rm.estimate_change(prepared, scale="inclusoin")
    ... except rm.StudyError as error:
    ...     print(error)
    There is no scale 'inclusoin'; did you mean 'inclusion'?
    """

    def __init__(self, *problems: str, heading: str = "") -> None:
        super().__init__(listed(problems, heading) if heading else "\n".join(problems))
        self.problems = problems


class StudyFileError(StudyError):
    """study.toml or codebook.csv is invalid; the message lists every problem."""


class ReadError(StudyError):
    """An export, the roster or the sessions file cannot be read as declared."""


class LinkError(StudyError):
    """The waves of a cohort cannot be linked as declared."""


class ScoringError(StudyError):
    """A scale cannot be scored from the items that were read."""


class FrameError(StudyError):
    """A frame passed to a verb lacks a column or repeats a key."""


class SelectionError(StudyError):
    """What was asked for by name is not there; the message says what is."""


class ReportError(StudyError):
    """A report cannot be made as requested: unknown cohort, parameter or notebook."""


def listed(problems: Sequence[str], heading: str) -> str:
    """Join problems into one message: the heading, then one problem per line."""
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"{heading} ({count})", *(f"  - {problem}" for problem in problems)])
