"""Text that matched only because characters that look alike count as equal: counted in the ledger, by kind."""

from collections.abc import Iterable

import pandas as pd

from rm_research.readers import Export
from rm_research.responses.exports import Opened
from rm_research.responses.facts import CODES, YES, known_words
from rm_research.study.entries import comparable, per_entry
from rm_research.study.folding import fold, only_alike
from rm_research.study.settings import FACTS

ALIKE = "in look-alike characters"


def report_look_alikes(opened: Opened) -> None:
    """Count headings, conditions, words of facts and codes that an export writes in look-alike characters."""
    study, wave, source, export = opened.study, opened.wave, opened.source, opened.export
    of_facts = {name: study.fact_columns(name, wave, source) for name in (*FACTS, *study.settings.attributes)}
    of_items = [name for item in study.items for name in item.candidates(wave.name, source.name)]
    wanted = {*of_items, *source.where, *(name for names in of_facts.values() for name in names)}
    counts = {f"names of columns {ALIKE}": sum(export.is_alike(name) for name in sorted(wanted))}
    for name, entry in source.where.items():
        known = map(str, entry if isinstance(entry, list) else [entry])
        counts[f"entries of {name} {ALIKE}"] = _entries(export, [name], known)
    for name, columns in of_facts.items():
        counts[f"entries of {name} {ALIKE}"] = _fact(opened, name, columns)
    rows = len(export.rows)
    for rule, cells in counts.items():
        if cells:
            opened.journal.step(rule, before=rows, after=rows, wave=wave.name, file=source.file, cells=cells)


def _fact(opened: Opened, name: str, columns: Iterable[str]) -> int:
    """Cells of a fact that are a known word in look-alike characters; for codes, all that are not in plain ones."""
    if name in CODES:
        return _codes(opened.export, columns)
    words = known_words(opened.study, name)
    known = [text for word, entries in words.items() for text in (word, *entries)]
    return _entries(opened.export, columns, [*known, *(YES if name in ("consent", "finished") else ())])


def _entries(export: Export, columns: Iterable[str], known: Iterable[str]) -> int:
    """Cells that are a known text, in none of the characters in which it is known."""
    spellings: dict[str, list[str]] = {}
    for text in known:
        spellings.setdefault(comparable(text), []).append(text)
    total = 0
    for cells in _cells(export, columns) if spellings else ():
        for entry, n in cells.value_counts().items():
            ways = spellings.get(comparable(str(entry)), ())
            total += int(n) if ways and all(only_alike(str(entry), way) for way in ways) else 0
    return total


def _codes(export: Export, columns: Iterable[str]) -> int:
    cells = _cells(export, columns)
    return sum(
        int(per_entry(of_one, lambda code: only_alike(code, fold(code)), dtype="bool").sum()) for of_one in cells
    )


def _cells(export: Export, columns: Iterable[str]) -> Iterable[pd.Series]:
    return (export.rows[place] for name in columns if (place := export.find(name)) is not None)
