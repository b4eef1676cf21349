"""Exports whose text was read in a wrong encoding: one error per file, with the encoding to set."""

from collections.abc import Iterator

import pandas as pd
import pyarrow.compute as pc

from rm_research.catalogue.said import Said
from rm_research.readers import Export
from rm_research.readers.encodings import encoding_for, is_text
from rm_research.responses.facts import known_words
from rm_research.study import Source, Study, Wave
from rm_research.study.entries import all_within, texts
from rm_research.study.garbling import Garbled, find_garbled
from rm_research.study.settings import FACTS

ASCII = (0, 0x7F)


def garbled_text(export: Export, study: Study, wave: Wave, source: Source) -> str | None:
    """
    Describe what an export has garbled among the texts that a study knows; None if it has nothing.

    Only texts of the study are quoted: what the file has is shown as the study's own text would look.
    """
    text = is_text(study.path / source.file, source)
    likely = (
        one
        for one in _found(export, study, wave, source)
        if one.in_study or not text or encoding_for(one.how, source, export.steps)
    )
    found = next(likely, None)
    if found is None:
        return None
    if found.in_study:
        return Said(
            "problems.garbled_here",
            file=source.file,
            known=found.known,
            how=found.how,
            right=found.how.undo(found.known),
        )
    shown = found.how.apply(found.known)
    # quotes or dashes that only the file has may be what is garbled
    stands = (
        Said("problems.part.stands_for", shown=shown, known=found.known)
        if shown != found.known
        else Said("problems.part.where_meant", known=found.known)
    )
    return Said(
        "problems.garbled",
        file=source.file,
        stands=stands,
        how=found.how,
        remedy=_remedy(export, source, found, text=text),
    )


def _remedy(export: Export, source: Source, found: Garbled, *, text: bool) -> str:
    if text:
        encoding = encoding_for(found.how, source, export.steps)
        return Said("problems.part.set_encoding", encoding=encoding)
    if source.format in ("spss", "stata"):
        return Said("problems.part.set_encoding_or", encoding=found.how.really)
    return Said("problems.part.open_as", encoding=found.how.really)


def _found(export: Export, study: Study, wave: Wave, source: Source) -> Iterator[Garbled]:
    names, columns = _columns(study, wave, source)
    lacking = [name for name in names if export.find(name) is None]
    if lacking:
        yield from find_garbled(map(str.strip, export.rows.columns), lacking)
    for name, known in columns:
        if known and (column := export.find(name)) is not None:
            yield from find_garbled(_beyond_ascii(export.rows[column]), [*known, *study.missing])


def _columns(study: Study, wave: Wave, source: Source) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Names of the columns that the study reads, and the texts that it knows in each."""
    columns: list[tuple[str, list[str]]] = []
    for item in study.items:
        labels = list(study.settings.answers.get(item.coded(wave.name, source.name).answers, {}))
        columns += [(name, labels) for name in item.candidates(wave.name, source.name)]
    for fact in (*FACTS, *study.settings.attributes):
        words = [text for word, entries in known_words(study, fact).items() for text in (word, *entries)]
        columns += [(name, words) for name in study.fact_columns(fact, wave, source)]
    return [name for name, _ in columns], columns


def _beyond_ascii(cells: pd.Series) -> list[str]:
    """Distinct entries that hold more than ASCII."""
    if all_within(held := texts(cells), *ASCII):
        return []
    entries = pc.unique(held)
    kept: list[str] = entries.filter(pc.invert(pc.string_is_ascii(entries))).to_pylist()
    return kept
