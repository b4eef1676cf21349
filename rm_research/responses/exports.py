"""Opens the exports of a wave, removes personal data, and checks that they have the columns of the codebook."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from rm_research.catalogue.said import Said, joined, rows_text
from rm_research.errors import ReadError
from rm_research.journal import Journal
from rm_research.privacy import freed_of_contacts, personal_columns, without_contacts
from rm_research.readers import Export, read_export
from rm_research.readers.excel import named_sheet
from rm_research.readers.long_layout import Layout, in_columns
from rm_research.responses.facts import where_mask
from rm_research.responses.garbled import garbled_text
from rm_research.responses.screening import Names, collect
from rm_research.study import Item, Source, Study, Wave
from rm_research.study.settings import FACTS, ROW_NUMBER

SUMMARIES = "totals, means, headers and the like"  # rule of the ledger

SIMULATED = "simulated_by_rm_research"  # column of exports that nobody's answers are in


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
        Collects its problems and steps.
    """

    study: Study
    wave: Wave
    source: Source
    export: Export
    journal: Journal

    def columns(self, item: Item) -> list[str]:
        """Columns of the export that have an item."""
        places = [self.export.find(name) for name in item.candidates(self.wave.name, self.source.name)]
        return [place for place in places if place is not None]

    def coded(self, item: Item) -> Item:
        """An item as this export codes it."""
        return item.coded(self.wave.name, self.source.name)

    def fail(self, rule: str, *messages: str, column: str = "") -> None:
        """Report errors of the export."""
        _fail(self.wave, self.source, self.journal, rule, *messages, column=column)

    def texts(self) -> dict[tuple[str, str], str]:
        """Question text by wave and item."""
        columns = {item.name: self.columns(item)[:1] for item in self.study.items}
        texts = self.export.texts
        return {
            (self.wave.name, name): texts[first[0]] for name, first in columns.items() if first and first[0] in texts
        }


def open_sources(study: Study, wave: Wave, journal: Journal, names: Names) -> Iterator[Opened]:
    """Open the exports of a wave, and report an error for each that cannot be read; names in them are added."""
    for source in wave.sources:
        try:
            export = read_export(study.path, source)
            source = named_sheet(study.path / source.file, source)
            export = replace(export, file=source.title)
        except ReadError as error:
            _fail(wave, source, journal, "unreadable_file", *error.problems)
            continue
        if source.layout == "long":
            try:
                source, export = _put_into_columns(study, wave, source, export)
            except ReadError as error:
                _fail(wave, source, journal, "wrong_column", *error.problems)
                continue
        note_reading(export, journal, wave=wave.name)
        if not len(export.rows):
            message = Said("problems.empty_export", file=source.title)
            _fail(wave, source, journal, "empty_export", message)
            continue
        _note_short_rows(export, wave, journal)
        for doubt in export.doubts:
            journal.problem("doubtful_dates", "warning", doubt, wave=wave.name, file=source.title)
        try:
            check_header(export)
            if garbled := garbled_text(export, study, wave, source):
                _fail(wave, source, journal, "garbled_text", garbled)
                continue
            yield _freed(Opened(study, wave, source, export, journal), names)
        except ReadError as error:
            _fail(wave, source, journal, "wrong_column", *error.problems)


def _put_into_columns(study: Study, wave: Wave, source: Source, export: Export) -> tuple[Source, Export]:
    """Make one row per person of one row per answer, after `where`, which then has nothing left to select."""
    mask = where_mask(export, source)
    people = [*study.fact_columns("person", wave, source), *study.fact_columns("cohort", wave, source)]
    if ROW_NUMBER in people or not people:
        raise ReadError(Said("reading.long_without_codes", file=export.file))
    columns = {name: export.find(name) for name in (source.question or "", source.answer or "", *people)}
    if lacking := [name for name, column in columns.items() if column is None]:
        hints = joined([Said("reading.part.hint", name=name, hint=export.nearest(name)) for name in lacking])
        raise ReadError(Said("reading.long_without_columns", file=export.file, names=hints))
    question, answer, *by = (column or "" for column in columns.values())
    used = {name for item in study.items for name in item.candidates(wave.name, source.name)}
    rows, steps = in_columns(export.rows[mask], Layout(question, answer, tuple(by)), export.file, used)
    left = int((~mask).sum())
    steps = (*steps, *((("answers that `where` does not match", left),) if left else ()))
    return source.model_copy(update={"where": {}}), replace(export, rows=rows, texts={}, steps=(*export.steps, *steps))


def note_reading(export: Export, journal: Journal, *, wave: str = "") -> None:
    """Record what was read of a file, what reading changed, and which rows are no records."""
    rows, left = len(export.rows), export.summaries
    journal.step("read", before=0, after=rows + len(left), wave=wave, file=export.file)
    for rule, cells in export.steps:
        journal.step(rule, before=rows + len(left), after=rows + len(left), wave=wave, file=export.file, cells=cells)
    if SIMULATED in export.rows:
        journal.problem(
            "simulated", "warning", Said("problems.simulated", file=export.file), wave=wave, file=export.file
        )
    if left:
        journal.step(SUMMARIES, before=rows + len(left), after=rows, wave=wave, file=export.file)
        message = Said("problems.summary_rows", file=export.file, rows=rows_text(left))
        journal.problem("summary_rows", "warning", message, wave=wave, file=export.file)
    if export.maybe_summaries:
        message = Said("problems.maybe_summary_rows", file=export.file, rows=rows_text(export.maybe_summaries))
        journal.problem("maybe_summary_rows", "warning", message, wave=wave, file=export.file)


def check_header(export: Export) -> None:
    """
    Refuse a header that is an answer: messages would quote a contact in it as the name of a column.

    Raises
    ------
    ReadError
        Naming the place, never its content.
    """
    odd = [place for place, name in enumerate(export.rows.columns, start=1) if freed_of_contacts(name) != name]
    if odd:
        raise ReadError(Said("reading.contacts_in_header", file=export.file, place=odd[0]))


def _fail(wave: Wave, source: Source, journal: Journal, rule: str, *messages: str, column: str = "") -> None:
    """Report errors; if the export belongs to a single cohort, they affect only that cohort."""
    for message in messages:
        journal.problem(rule, "error", message, wave=wave.name, file=source.title, column=column,
                        cohort=source.set.get("cohort"))  # fmt: skip


def _note_short_rows(export: Export, wave: Wave, journal: Journal) -> None:
    if export.short:
        message = Said("problems.short_rows", file=export.file, rows=rows_text(export.short))
        journal.problem("short_rows", "warning", message, wave=wave.name, file=export.file)


def _freed(opened: Opened, names: Names) -> Opened:
    """
    Remove personal data from an export, once it is known which names they hold.

    Facts are exempt (codes among them are hashed), and so are numbers, because only numbers are kept of their columns.
    A column that is also kept as text is not exempt.
    """
    study, wave, source, export = opened.study, opened.wave, opened.source, opened.export
    declared = {fact: study.fact_columns(fact, wave, source) for fact in FACTS}
    if study.text_items:
        collect(names, export, declared, given=[source.set.get("cohort", "")])
    facts = {export.find(name) or "" for columns in declared.values() for name in columns}
    numbers = {name for item in study.items if item.kind == "number" for name in opened.columns(item)}
    written = {name for item in study.items if item.kind != "number" for name in opened.columns(item)}
    for attribute in study.settings.attributes:
        written |= {export.find(name) or "" for name in study.fact_columns(attribute, wave, source)}
    facts, numbers = facts - written, numbers - written
    changed = without_personal_data(export.rows, written, opened.journal, file=source.title, wave=wave.name,
                                    exempt=facts | numbers, texts=export.texts, marked=export.identifiers)  # fmt: skip
    return replace(opened, export=replace(export, rows=export.rows.assign(**changed))) if changed else opened


def without_personal_data(
    rows: pd.DataFrame, used: set[str], journal: Journal, *, file: str, wave: str = "",
    exempt: Collection[str] = (), texts: dict[str, str] | None = None, marked: frozenset[str] = frozenset(),
) -> dict[str, pd.Series]:  # fmt: skip
    """Return the columns that change: personal data emptied, and contacts removed from `used` columns."""
    suspect = {*personal_columns(rows, texts, exempt=exempt), *marked.difference(exempt)}
    personal = [name for name in rows.columns if name in suspect and (rows[name].str.strip() != "").any()]
    changed = {name: pd.Series("", index=rows.index, dtype="str") for name in personal}
    if personal:
        message = Said("problems.personal_data", file=file, columns=", ".join(personal))
        journal.problem("personal_data", "note", message, wave=wave, file=file)
    for name in [name for name in rows.columns if name in used and name not in personal]:
        cleaned = without_contacts(rows[name])
        if cells := int((cleaned != rows[name]).sum()):
            changed[name] = cleaned
            journal.step(Said("ledger.of.contacts", name=name), before=len(rows), after=len(rows), wave=wave, file=file,
                         cells=cells)  # fmt: skip
    return changed


def check_asked(study: Study, wave: Wave, exports: list[Opened]) -> None:
    """Report an error for each column that a wave should have but none of its exports has."""
    for item in study.items:
        asking = [opened for opened in exports if item.candidates(wave.name, opened.source.name)]
        # a column that codebook.csv names for one export must be there; one named for the wave, in any of its exports
        named = [opened for opened in asking if f"{wave.name}.{opened.source.name}" in item.columns]
        for opened in named:
            _check_present(item, [opened])
        # an export that could not be opened may have the column, and already has an error
        if len(exports) == len(wave.sources):
            _check_present(item, [opened for opened in asking if opened not in named])


def _check_present(item: Item, exports: list[Opened]) -> None:
    wanted = {name for opened in exports for name in item.candidates(opened.wave.name, opened.source.name)}
    present = {name for opened in exports for name in wanted if opened.export.find(name) is not None}
    for name in sorted(wanted - present):
        for opened in exports:
            message = Said(
                "problems.item_not_in_export",
                file=opened.source.title,
                column=name,
                item=item.name,
                row=item.row,
                hint=opened.export.nearest(name),
                wave=opened.wave.name,
            )
            opened.fail("item_not_in_export", message, column=name)
