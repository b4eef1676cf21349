"""
LimeSurvey: one header row with codes, question texts, or both as 'code. text'.

If there are both, the code becomes the column's name and the text its question. If there are only texts, they are the
names, numbered if they repeat.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from rm_research.readers.export import Export, as_export
from rm_research.readers.tables import read_cells
from rm_research.study.settings import File

CODED = re.compile(r"(?P<code>[A-Za-z]\w*(?:\[[^\[\]]*\]){0,2})\.(?:\s+(?P<text>.*))?", re.DOTALL)
MOSTLY = 0.9  # share of headers with a code; even without codes, a question may begin like one


def read(folder: Path, file: File) -> Export:
    """Read a LimeSurvey export."""
    cells = read_cells(folder / file.file, file)
    header = cells.row(0)
    names, texts, steps = header, header, cells.steps
    if has_codes(header):
        pairs = [_code_and_text(name) for name in header]
        names, texts = [code for code, _ in pairs], [text for _, text in pairs]
        divided = sum(name != heading for name, heading in zip(names, header, strict=True))
        steps = (*steps, ("column names divided into code and question text", divided))
    return as_export(file.file, names, cells.records(1), texts, short=cells.short, steps=steps)


def has_codes(header: Sequence[str]) -> bool:
    """Whether columns are named 'code. text'."""
    named = [name.strip() for name in header if name.strip()]
    return bool(named) and sum(bool(CODED.fullmatch(name)) for name in named) >= MOSTLY * len(named)


def _code_and_text(name: str) -> tuple[str, str]:
    """Code and text of a name; without a code, the whole name is both."""
    match = CODED.fullmatch(name.strip())
    return (match["code"], match["text"] or "") if match else (name, name)
