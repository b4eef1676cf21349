"""Marks in study.toml: what a draft leaves open, until the study's owner has looked."""

import re
from dataclasses import dataclass

from rm_research.catalogue.said import Said

CHECK = "CHECK [ ]"  # any sign between the brackets settles a mark, as does removing it
INDENT = "#   "  # begins the second and later lines of a comment
# drafts made before marks had brackets wrote 'CHECK:'
OPEN = re.compile(r"\s*#\s*CHECK\s*(?:\[\s*\]\s*:?|:)\s*(?P<said>.*)")


@dataclass(frozen=True)
class Mark:
    """
    Something that study.toml leaves open.

    Attributes
    ----------
    line : int
        Line of study.toml; the first is 1.
    said : str
        What has to be decided.
    """

    line: int
    said: str

    @property
    def sentence(self) -> str:
        """The mark as an error: where it is, what it says, and how it is settled."""
        said = self.said.rstrip(".") or Said("problems.part.left_open")
        return Said("problems.open_mark", line=self.line, said=said, settle=Said("problems.part.settle"))


def open_marks(text: str) -> tuple[Mark, ...]:
    """Marks in study.toml that nobody has settled, in their order."""
    marks: list[Mark] = []
    continued = False
    for number, line in enumerate(text.splitlines(), start=1):
        if opened := OPEN.fullmatch(line):
            marks.append(Mark(number, opened["said"].strip()))
            continued = True
        elif continued := continued and line.startswith(INDENT):
            marks[-1] = Mark(marks[-1].line, f"{marks[-1].said} {line.removeprefix(INDENT).strip()}".strip())
    return tuple(marks)
