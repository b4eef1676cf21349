"""
SurveyMonkey: two header rows, with questions and their subheadings.

A question with several columns (matrix, several answers, 'Other (please specify)') is written above the first only.
"""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.readers.export import Export, as_export
from rm_research.readers.markup import written
from rm_research.readers.tables import read_cells
from rm_research.study.entries import tidy_text
from rm_research.study.settings import File

RESPONSES = ("response", "open-ended response")
RESPONDENT = re.compile(r"respondent[ _]?id", re.IGNORECASE)


def read(folder: Path, file: File) -> Export:
    """Read a SurveyMonkey export; columns are named 'question' or 'question [subheading]'."""
    cells = read_cells(folder / file.file, file)
    questions, below = ([written(cell) for cell in cells.row(place)] for place in (0, 1))
    if not has_two_headers(questions, below):
        raise ReadError(Said("reading.no_second_header", file=file.file))
    names = _names(questions, below)
    return as_export(file.file, names, cells.records(2), names, short=cells.short, steps=cells.steps)


def has_two_headers(questions: Sequence[str], below: Sequence[str]) -> bool:
    """Whether row 2 is a header: nothing below the respondent's number or, without a number, words of headers."""
    pairs = list(zip(questions, below, strict=False))
    numbers = [sub for question, sub in pairs if RESPONDENT.fullmatch(question)]
    if numbers:
        return not any(numbers)
    return any(tidy_text(sub) in RESPONSES for _, sub in pairs) or any(sub for question, sub in pairs if not question)


def _names(questions: Sequence[str], below: Sequence[str]) -> list[str]:
    alone = _alone(questions)
    words = Counter(sub for sub, single in zip(below, alone, strict=True) if single and sub)
    # in any language, a subheading shared by several single-column questions says nothing about them
    responses = {word for word, number in words.items() if number > 1 or tidy_text(word) in RESPONSES}
    responses |= {sub for sub in below if tidy_text(sub) in RESPONSES}
    names, asked = [], ""
    for question, sub in zip(questions, below, strict=True):
        asked = question or asked
        if not sub:
            names.append(question)
        elif sub in responses or not asked:
            names.append(asked or sub)
        else:
            names.append(f"{asked} [{sub}]")
    return names


def _alone(questions: Sequence[str]) -> list[bool]:
    """Whether each column is the only one of its question."""
    following = [*questions[1:], "end"]
    return [bool(question and after) for question, after in zip(questions, following, strict=True)]
