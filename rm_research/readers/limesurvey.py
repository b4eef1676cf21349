"""
LimeSurvey: one header row of codes, of question texts, or of both as 'code. text'.

Of both, the code becomes the column's name and the text its question. Texts alone are names, numbered where they
repeat.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from rm_research.readers.cells import records
from rm_research.readers.export import Export, as_export
from rm_research.readers.tables import read_cells
from rm_research.study.settings import File

CODED = re.compile(r"(?P<code>[A-Za-z]\w*(?:\[[^\[\]]*\]){0,2})\.(?:\s+(?P<text>.*))?", re.DOTALL)
MOSTLY = 0.9  # of the headers: one question in a text may begin like a code


def read(folder: Path, file: File) -> Export:
    """Read a LimeSurvey export."""
    cells = read_cells(folder / file.file, file)
    header = cells.row(0)
    names, texts, steps = header, header, cells.steps
    if has_codes(header):
        pairs = [_parted(name) for name in header]
        names, texts = [code for code, _ in pairs], [text for _, text in pairs]
        parted = sum(name != whole for name, whole in zip(names, header, strict=True))
        steps = (*steps, ("names of columns parted into code and question text", parted))
    return as_export(file.file, names, records(cells.frame, 1), texts, short=cells.short, steps=steps)


def has_codes(header: Sequence[str]) -> bool:
    """Whether columns are called 'code. text'."""
    named = [name.strip() for name in header if name.strip()]
    return bool(named) and sum(bool(CODED.fullmatch(name)) for name in named) >= MOSTLY * len(named)


def _parted(name: str) -> tuple[str, str]:
    """Code and text; the whole name as both where it has no code."""
    found = CODED.fullmatch(name.strip())
    return (found["code"], found["text"] or "") if found else (name, name)
