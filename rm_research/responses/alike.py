"""Text that matched only because characters that look alike count as equal: counted in the ledger, by kind."""

from collections.abc import Iterable

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.journal import Journal
from rm_research.readers import Export
from rm_research.responses.exports import Opened
from rm_research.responses.facts import CODES, YES, known_words
from rm_research.study import Study
from rm_research.study.entries import comparable, may_be_folded, per_entry
from rm_research.study.folding import fold, only_alike
from rm_research.study.settings import FACTS

Columns = dict[str, tuple[str, ...]]  # of an export, by fact


def report_look_alikes(opened: Opened) -> None:
    """Count headings, conditions, words of facts and codes that an export writes in look-alike characters."""
    study, wave, source, export = opened.study, opened.wave, opened.source, opened.export
    of_items = [name for item in study.items for name in item.candidates(wave.name, source.name)]
    counts: dict[str, int] = {}
    for name, entry in source.where.items():
        known = map(str, entry if isinstance(entry, list) else [entry])
        counts[Said("ledger.of.look_alike", name=name)] = _entries(export, [name], known)
    of_facts = {name: study.fact_columns(name, wave, source) for name in (*FACTS, *study.settings.attributes)}
    counts |= count_look_alikes(export, study, of_facts, others=(*of_items, *source.where))
    record_look_alikes(counts, export, opened.journal, wave=wave.name)


def count_look_alikes(export: Export, study: Study, facts: Columns, *, others: Iterable[str] = ()) -> dict[str, int]:
    """Number of headings, and of entries of each fact, in look-alike characters, by rule of the ledger."""
    wanted = {*others, *(name for names in facts.values() for name in names)}
    counts = {"names of columns in look-alike characters": sum(export.is_alike(name) for name in sorted(wanted))}
    for name, columns in facts.items():
        words = known_words(study, name)
        known = [text for word, entries in words.items() for text in (word, *entries)]
        known += YES if name in ("consent", "finished") else ()
        found = _codes(export, columns) if name in CODES else _entries(export, columns, known)
        counts[Said("ledger.of.look_alike", name=name)] = found
    return counts


def record_look_alikes(counts: dict[str, int], export: Export, journal: Journal, *, wave: str = "") -> None:
    """Add a line to the ledger for each rule that met something."""
    rows = len(export.rows)
    for rule, cells in counts.items():
        if cells:
            journal.step(rule, before=rows, after=rows, wave=wave, file=export.file, cells=cells)


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
    cells = (of_one[may_be_folded(of_one)] for of_one in _cells(export, columns))
    return sum(
        int(per_entry(of_one, lambda code: only_alike(code, fold(code)), dtype="bool").sum()) for of_one in cells
    )


def _cells(export: Export, columns: Iterable[str]) -> Iterable[pd.Series]:
    return (export.rows[place] for name in columns if (place := export.find(name)) is not None)
