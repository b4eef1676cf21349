"""Exports of a wave opened, freed of personal data, and compared with what the codebook says they hold."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from rm_research.errors import ReadError, rows_text
from rm_research.journal import Journal
from rm_research.privacy import freed_of_contacts, personal_columns, without_contacts
from rm_research.readers import Export, read_export
from rm_research.study import Item, Source, Study, Wave
from rm_research.study.settings import FACTS


@dataclass(frozen=True, eq=False)
class Opened:
    """
    One export of one wave.

    Attributes
    ----------
    study : Study
    wave : Wave
    source : Source
    export : Export
        Without personal data; columns named under [columns] are exempt.
    journal : Journal
        Takes what is found in it.
    """

    study: Study
    wave: Wave
    source: Source
    export: Export
    journal: Journal

    def columns(self, item: Item) -> list[str]:
        """Columns of the export that hold an item."""
        places = [self.export.find(name) for name in item.candidates(self.wave.name, self.source.name)]
        return [place for place in places if place is not None]

    def fail(self, rule: str, *messages: str, column: str = "") -> None:
        """Note errors of the export."""
        _fail(self.wave, self.source, self.journal, rule, *messages, column=column)

    def texts(self) -> dict[tuple[str, str], str]:
        """Question text by wave and item."""
        placed = {item.name: self.columns(item)[:1] for item in self.study.items}
        known = self.export.texts
        return {(self.wave.name, name): known[at[0]] for name, at in placed.items() if at and at[0] in known}


def open_sources(study: Study, wave: Wave, journal: Journal) -> Iterator[Opened]:
    """Open the exports of a wave; an error is noted for each that cannot be read."""
    for source in wave.sources:
        try:
            export = read_export(study.path, source)
        except ReadError as error:
            _fail(wave, source, journal, "unreadable_file", *error.problems)
            continue
        journal.step("read", before=0, after=len(export.rows), wave=wave.name, file=source.file)
        for rule, cells in export.steps:
            rows = len(export.rows)
            journal.step(rule, before=rows, after=rows, wave=wave.name, file=source.file, cells=cells)
        if not len(export.rows):
            message = f"{source.file} has a header but no answers. Export it again."
            _fail(wave, source, journal, "empty_export", message)
            continue
        _note_short_rows(export, wave, journal)
        for doubt in export.doubts:
            journal.problem("doubtful_dates", "warning", doubt, wave=wave.name, file=source.file)
        try:
            check_header(export)
            yield _freed(Opened(study, wave, source, export, journal))
        except ReadError as error:
            _fail(wave, source, journal, "wrong_column", *error.problems)


def check_header(export: Export) -> None:
    """
    Refuse a header that is a record: a contact in it would be quoted as the name of a column.

    Raises
    ------
    ReadError
        Naming the place, never what stands there.
    """
    odd = [place for place, name in enumerate(export.rows.columns, start=1) if freed_of_contacts(name) != name]
    if odd:
        raise ReadError(
            f"{export.file}: column {odd[0]} of the header holds a contact of someone, so the header seems to be an "
            "answer. Export it again with its header, or correct title_rows."
        )


def _fail(wave: Wave, source: Source, journal: Journal, rule: str, *messages: str, column: str = "") -> None:
    """Note errors; they cost a cohort alone where the export is of that cohort alone."""
    for message in messages:
        journal.problem(rule, "error", message, wave=wave.name, file=source.file, column=column,
                        cohort=source.set.get("cohort"))  # fmt: skip


def _note_short_rows(export: Export, wave: Wave, journal: Journal) -> None:
    if export.short:
        message = (
            f"{export.file} has fewer cells than its header in {rows_text(export.short)}; what is lacking counts as "
            "empty. If a line break in an answer has split them, export the file again."
        )
        journal.problem("short_rows", "warning", message, wave=wave.name, file=export.file)


def _freed(opened: Opened) -> Opened:
    """
    Export freed of personal data.

    Facts (of which codes are hashed) are exempt; so are numbers, because nothing else is kept of their columns. What
    is also kept as text is not.
    """
    study, wave, source, export = opened.study, opened.wave, opened.source, opened.export
    facts = {export.find(name) for fact in FACTS for name in study.fact_columns(fact, wave, source)}
    numbers = {name for item in study.items if item.kind == "number" for name in opened.columns(item)}
    written = {name for item in study.items if item.kind != "number" for name in opened.columns(item)}
    for attribute in study.settings.attributes:
        written |= {export.find(name) or "" for name in study.fact_columns(attribute, wave, source)}
    facts, numbers = facts - written, numbers - written
    others = export.rows[[name for name in export.rows.columns if name not in facts | numbers]]
    changed = without_personal_data(others, written, opened.journal, file=source.file, wave=wave.name,
                                    texts=export.texts, marked=export.identifiers)  # fmt: skip
    return replace(opened, export=replace(export, rows=export.rows.assign(**changed)))


def without_personal_data(
    rows: pd.DataFrame, used: set[str], journal: Journal, *, file: str, wave: str = "",
    texts: dict[str, str] | None = None, marked: frozenset[str] = frozenset(),
) -> dict[str, pd.Series]:  # fmt: skip
    """Columns that change: those of personal data emptied, and `used` ones freed of contacts."""
    found = {*personal_columns(rows, texts), *marked}
    personal = [name for name in rows.columns if name in found and (rows[name].str.strip() != "").any()]
    changed = {name: pd.Series("", index=rows.index, dtype="str") for name in personal}
    if personal:
        message = f"{file}: personal data in {', '.join(personal)} were found and left out."
        journal.problem("personal_data", "note", message, wave=wave, file=file)
    for name in [name for name in rows.columns if name in used and name not in personal]:
        cleaned = without_contacts(rows[name])
        if cells := int((cleaned != rows[name]).sum()):
            changed[name] = cleaned
            journal.step(f"contacts taken out of {name}", before=len(rows), after=len(rows), wave=wave, file=file,
                         cells=cells)  # fmt: skip
    return changed


def check_asked(study: Study, wave: Wave, exports: list[Opened]) -> None:
    """Note an error for each column that a wave is said to have and no export of it has."""
    for item in study.items:
        asking = [opened for opened in exports if item.candidates(wave.name, opened.source.name)]
        # what codebook.csv says of one export must hold there; what it says of the wave, in any of its exports
        own = [opened for opened in asking if f"{wave.name}.{opened.source.name}" in item.columns]
        for opened in own:
            _check_found(item, [opened])
        # an export that could not be opened may have held it, and has an error of its own
        if len(exports) == len(wave.sources):
            _check_found(item, [opened for opened in asking if opened not in own])


def _check_found(item: Item, exports: list[Opened]) -> None:
    wanted = {name for opened in exports for name in item.candidates(opened.wave.name, opened.source.name)}
    found = {name for opened in exports for name in wanted if opened.export.find(name) is not None}
    for name in sorted(wanted - found):
        for opened in exports:
            message = (
                f"{opened.source.file} has no column {name!r} for item {item.name!r} (codebook.csv row {item.row}); "
                f"{opened.export.nearest(name)} Name the column in codebook.csv, or '-' if wave "
                f"{opened.wave.name!r} did not ask it."
            )
            opened.fail("item_not_in_export", message, column=name)
