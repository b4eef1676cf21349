"""codebook.csv of a draft."""

import csv
import io

from rm_research.drafting.items import BAR, DraftItem
from rm_research.drafting.parts import Parts
from rm_research.study.codebook import NOT_ASKED

COLUMNS = ("item", "scale", "kind", "reverse", "low", "high", "answers", "missing", "label")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes what begins like this for a formula


def codebook_text(parts: Parts) -> str:
    """One row per item, one column per wave."""
    waves = [wave.name for wave in parts.waves]
    lines = [[*COLUMNS, *waves]]
    for item in parts.items:
        row = _row(item)
        cells = [*(row[name] for name in COLUMNS), *(item.cells[wave] for wave in waves)]
        lines.append([_harmless(cell) for cell in cells])
    # Python's writer would leave a lone carriage return unquoted, and a reader would end the line there
    bare = any("\r" in cell for line in lines for cell in line)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL if bare else csv.QUOTE_MINIMAL).writerows(lines)
    return text.getvalue()


def _row(item: DraftItem) -> dict[str, str]:
    low, high = item.answers.ends or ("", "")
    kind, answers = ("choice", "") if item.chosen else ("number", item.answers.name)
    return {
        "item": item.name, "scale": item.scale, "kind": kind, "reverse": "", "low": str(low), "high": str(high),
        "answers": answers, "missing": BAR.join(item.missing), "label": item.label,
    }  # fmt: skip


def _harmless(cell: str) -> str:
    """Cell that a spreadsheet takes for text; blanks at its ends are ignored when it is read."""
    is_number = cell.lstrip("-").isdecimal()
    return f" {cell}" if cell.startswith(FORMULA) and cell != NOT_ASKED and not is_number else cell
