"""codebook.csv of a draft."""

import csv
import io

from rm_research.drafting.items import BAR, DraftItem
from rm_research.drafting.parts import Parts
from rm_research.study.codebook import FIXED, NOT_ASKED

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute


def codebook_text(parts: Parts) -> str:
    """One row an item, one column a wave."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    waves = [wave.name for wave in parts.waves]
    writer.writerow([*FIXED, *waves])
    for item in parts.items:
        row = _row(item)
        cells = [*(row[name] for name in FIXED), *(item.cells[wave] for wave in waves)]
        writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def _row(item: DraftItem) -> dict[str, str]:
    low, high = item.answers.ends or ("", "")
    return {
        "item": item.name, "scale": item.scale, "kind": "number", "reverse": "", "low": str(low), "high": str(high),
        "answers": item.answers.name, "missing": BAR.join(item.missing), "label": item.label,
    }  # fmt: skip


def _harmless(cell: str) -> str:
    """Cell that a spreadsheet takes for text; blanks at its ends do not count when it is read."""
    is_number = cell.lstrip("-").isdecimal()
    return f" {cell}" if cell.startswith(FORMULA) and cell != NOT_ASKED and not is_number else cell
