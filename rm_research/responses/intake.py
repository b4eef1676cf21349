"""read_responses: every export of every wave, cleaned as declared, with nothing lost unrecorded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from rm_research.errors import ReadError, listed
from rm_research.frames import RESPONSES
from rm_research.journal import Journal
from rm_research.privacy import hash_codes, personal_columns, study_key, tidy
from rm_research.readers import Export, read_export
from rm_research.responses.answers import Answers, read_answers
from rm_research.responses.facts import as_dates, source_facts, where_mask
from rm_research.responses.roster import read_roster, read_sessions
from rm_research.study import Item, Source, Study, Wave, read_study
from rm_research.study.model import ONE_COHORT
from rm_research.study.settings import FACTS, ROW_NUMBER

PERSONAL_FACTS = ("role", "arm", "dyad")
YES = ("yes", "y", "true", "1")
PREVIEWS = ("survey preview", "survey test", "preview", "test", "1", "2", "spam", "8")


@dataclass(frozen=True)
class Intake:
    """
    What the exports of all waves hold, before anyone is linked.

    Attributes
    ----------
    responses : DataFrame
        Responses: one row a questionnaire, items as answered.
    facts : DataFrame
        One row a questionnaire, same index: role, arm, dyad (hashed) and attributes as that questionnaire states them.
    published : DataFrame
        One row a questionnaire, same index: totals the export brings, by scale.
    ledger, problems : DataFrame
        What was done and what was found.
    roster : DataFrame or None
        One row a roster line: source_row, person, cohort and facts; None without a roster.
    sessions : DataFrame or None
        One row a meeting: cohort, dyad (hashed), date, minutes; None without a log.
    texts : dict of (str, str) to str
        Question text by wave and item, where the export has one.
    """

    responses: pd.DataFrame
    facts: pd.DataFrame
    published: pd.DataFrame
    ledger: pd.DataFrame
    problems: pd.DataFrame
    roster: pd.DataFrame | None
    sessions: pd.DataFrame | None
    texts: dict[tuple[str, str], str]


def read_responses(study: Study | str | Path) -> Intake:
    """
    Read and clean the exports of all waves.

    Parameters
    ----------
    study : Study or path
        The study.

    Returns
    -------
    Intake
        `responses` has one row per returned questionnaire, before duplicates are resolved; item columns are in item
        units and never reversed. Cells that fit no declared answer are missing, and each is a Problem.

    Raises
    ------
    ReadError
        When an export that every cohort needs cannot be read as declared; all such problems at once.
    """
    intake = take_in(study if isinstance(study, Study) else read_study(study))
    raise_study_errors(intake.problems)
    return intake


def raise_study_errors(problems: pd.DataFrame) -> None:
    """Raise the errors that concern the whole study, all at once."""
    errors = problems[(problems["severity"] == "error") & problems["cohort"].isna()]
    if len(errors):
        raise ReadError(listed(list(dict.fromkeys(errors["message"])), "The survey data cannot be used yet"))


def take_in(study: Study) -> Intake:
    """Read all exports; what cannot be read becomes an error among the problems."""
    journal, key, texts = Journal(), study_key(study.path), dict[tuple[str, str], str]()
    parts = []
    roster, sessions = read_roster(study, key, journal), read_sessions(study, key, journal)
    in_roster = set() if roster is None else set(roster.columns[roster.notna().any()]) - {"person"}
    for wave in study.waves:
        exports = list(_open_sources(study, wave, journal))
        _check_asked(study, wave, exports, journal)
        for source, export in exports:
            part = _SourceReader(study, wave, source, export, in_roster, journal).read(key)
            if part is not None:
                parts.append(part)
                texts |= _texts(study, wave, source, export)
    facts = [*PERSONAL_FACTS, *study.settings.attributes]
    totals = [scale.name for scale in study.scales if scale.published]
    whole = pd.concat([part for part in parts if len(part)], ignore_index=True) if any(map(len, parts)) else None
    if whole is None:
        columns = [f"fact:{name}" for name in facts] + [f"total:{name}" for name in totals]
        whole = RESPONSES.empty().reindex(columns=[*RESPONSES.columns, *(i.name for i in study.items), *columns])
    return Intake(
        responses=RESPONSES.conform(whole[[*RESPONSES.columns, *(item.name for item in study.items)]]),
        facts=whole[[f"fact:{name}" for name in facts]].set_axis(facts, axis=1),
        published=whole[[f"total:{name}" for name in totals]].set_axis(totals, axis=1).astype("float64"),
        ledger=journal.ledger,
        problems=journal.problems,
        roster=roster,
        sessions=sessions,
        texts=texts,
    )


def _open_sources(study: Study, wave: Wave, journal: Journal) -> Iterator[tuple[Source, Export]]:
    for source in wave.sources:
        try:
            export = read_export(study.path, source)
        except ReadError as error:
            journal.problem("unreadable_file", "error", str(error), wave=wave.name, file=source.file,
                            cohort=source.set.get("cohort"))  # fmt: skip
            continue
        journal.step("read", before=0, after=len(export.rows), wave=wave.name, file=source.file)
        if not len(export.rows):
            journal.problem("empty_export", "error", f"{source.file} has a header but no answers. Export it again.",
                            wave=wave.name, file=source.file, cohort=source.set.get("cohort"))  # fmt: skip
            continue
        try:
            yield source, _without_personal_data(study, wave, source, export, journal)
        except ReadError as error:
            journal.problem("wrong_column", "error", str(error), wave=wave.name, file=source.file,
                            cohort=source.set.get("cohort"))  # fmt: skip


def _without_personal_data(study: Study, wave: Wave, source: Source, export: Export, journal: Journal) -> Export:
    """The export with columns of personal data emptied; facts (which are hashed) and numbers are not such columns."""
    facts = {export.find(name) for fact in FACTS for name in study.fact_columns(fact, wave, source)}
    placed = [(item, name) for item in study.items for name in _found(export, item, wave, source)]
    numbers = {name for item, name in placed if item.kind == "number"}
    personal = [name for name in personal_columns(export.rows) if name not in facts | numbers]
    if not personal:
        return export
    message = f"{source.file}: personal data in {', '.join(personal)} were found and left out."
    journal.problem("personal_data", "note", message, wave=wave.name, file=source.file)
    return replace(export, rows=export.rows.assign(**dict.fromkeys(personal, "")))


def _check_asked(study: Study, wave: Wave, exports: list[tuple[Source, Export]], journal: Journal) -> None:
    """An item must be in some export of each wave that is said to ask it."""
    for item in study.items if exports else ():
        asking = [(source, export) for source, export in exports if item.candidates(wave.name, source.name)]
        named = f"{wave.name}.{{}}".format
        strict = [(s, e) for s, e in asking if named(s.name) in item.columns and not _found(e, item, wave, s)]
        lacking = strict or ([] if any(_found(e, item, wave, s) for s, e in asking) else asking)
        for source, export in lacking:
            column = item.candidates(wave.name, source.name)[0]
            message = (
                f"{source.file} has no column {column!r} for item {item.name!r} (codebook.csv row {item.row}); "
                f"{export.nearest(column)}. Name the column in codebook.csv, or '-' if wave {wave.name!r} did not ask it."
            )
            journal.problem("item_not_in_export", "error", message, wave=wave.name, file=source.file, column=column)


def _found(export: Export, item: Item, wave: Wave, source: Source) -> list[str]:
    """Columns of an export that hold an item."""
    places = [export.find(name) for name in item.candidates(wave.name, source.name)]
    return [place for place in places if place is not None]


def _texts(study: Study, wave: Wave, source: Source, export: Export) -> dict[tuple[str, str], str]:
    placed = {item.name: _found(export, item, wave, source)[:1] for item in study.items}
    return {(wave.name, name): export.texts[at[0]] for name, at in placed.items() if at and at[0] in export.texts}


@dataclass(frozen=True)
class _SourceReader:
    """One export of one wave, step by step."""

    study: Study
    wave: Wave
    source: Source
    export: Export
    in_roster: set[str]
    journal: Journal

    def read(self, key: bytes) -> pd.DataFrame | None:
        """Responses, facts and totals of the rows that count; None where the export cannot be used."""
        try:
            keep = self._drop("where", where_mask(self.export, self.source))
            facts = source_facts(
                self.export, self.study, self.wave, self.source, self._fact_names, in_roster=self.in_roster
            )
            totals = self._totals()
        except ReadError as error:
            self._fail("wrong_column", str(error))
            return None
        self._note_previews(keep)
        keep &= self._drop("consent", self._consent(facts), keep)
        answers = {item.name: self._answers(item) for item in self.study.items if self._columns(item)}
        keep &= self._drop("not returned", self._returned(answers), keep)
        rows = self._assemble(facts, answers, key).join(totals)[keep]
        self._report_faults(answers, rows)
        self._report_facts(facts[keep], rows)
        return rows

    @property
    def _fact_names(self) -> list[str]:
        return [
            "person",
            "cohort",
            "consent",
            "finished",
            "submitted",
            *PERSONAL_FACTS,
            *self.study.settings.attributes,
        ]

    def _columns(self, item: Item) -> list[str]:
        return _found(self.export, item, self.wave, self.source)

    def _drop(self, rule: str, mask: pd.Series, among: pd.Series | None = None) -> pd.Series:
        """Enter into the ledger how many rows a rule leaves."""
        before = mask | True if among is None else among
        if not mask[before].all():
            self.journal.step(rule, before=int(before.sum()), after=int((before & mask).sum()),
                              wave=self.wave.name, file=self.source.file)  # fmt: skip
        return mask

    def _fail(self, rule: str, message: str) -> None:
        self.journal.problem(rule, "error", message, wave=self.wave.name, file=self.source.file,
                             cohort=self.source.set.get("cohort"))  # fmt: skip

    def _consent(self, facts: pd.DataFrame) -> pd.Series:
        if "consent" not in self.study.settings.columns and "consent" not in self.source.columns:
            return pd.Series(True, index=facts.index)
        return tidy(facts["consent"].fillna("")).isin(YES)

    def _answers(self, item: Item) -> Answers:
        cells = self.export.rows[self._columns(item)]
        labels = self.study.settings.answers.get(item.answers, {})
        return read_answers(cells, item, labels, self.study.settings.missing.values)

    def _returned(self, answers: dict[str, Answers]) -> pd.Series:
        """Rows in which the wave's `returned` item or column is answered, or any item unless one is declared."""
        index = self.export.rows.index
        name = self.wave.returned
        if name in answers:
            return answers[name].answered
        if name is not None and (column := self.export.find(name)) is not None:
            return self.export.rows[column].str.strip() != ""
        answered = [answer.answered for answer in answers.values()]
        return pd.concat(answered, axis=1).any(axis=1) if answered else pd.Series(False, index=index)

    def _totals(self) -> pd.DataFrame:
        """Published totals, where the export has them."""
        totals = {}
        for scale in self.study.scales:
            if scale.published and (column := self.export.find(scale.published)) is not None:
                numbers = pd.to_numeric(self.export.rows[column], errors="coerce")
                totals[f"total:{scale.name}"] = numbers.astype("float64")
        return pd.DataFrame(totals, index=self.export.rows.index)

    def _assemble(self, facts: pd.DataFrame, answers: dict[str, Answers], key: bytes) -> pd.DataFrame:
        rows = pd.DataFrame(index=self.export.rows.index)
        rows["wave"], rows["file"] = self.wave.name, self.source.file
        rows["source_row"] = self.export.rows.index
        rows["person"] = self._persons(facts, key)
        declared = "cohort" in self.source.set or "cohort" in self.study.settings.columns or self.study.roster
        rows["cohort"] = facts["cohort"] if declared else ONE_COHORT
        rows["submitted"] = as_dates(facts["submitted"], self.source.date_format)
        items = {
            item.name: answers[item.name].values
            if item.name in answers
            else pd.Series(pd.NA, index=rows.index).astype("float64" if item.kind == "number" else "str")
            for item in self.study.items
        }
        of_person = facts[[*PERSONAL_FACTS, *self.study.settings.attributes]].assign(
            dyad=hash_codes(facts["dyad"].fillna(""), key, kind="dyad")
        )
        return pd.concat([rows, pd.DataFrame(items, index=rows.index), of_person.add_prefix("fact:")], axis=1)

    def _persons(self, facts: pd.DataFrame, key: bytes) -> pd.Series:
        """Hash of the code, or of file and row where rows are people; blank codes stay missing."""
        codes = facts["person"].fillna("")
        columns = self.study.fact_columns("person", self.wave, self.source)
        return hash_codes(self.source.file + ":" + codes if columns == (ROW_NUMBER,) else codes, key)

    def _note_previews(self, keep: pd.Series) -> None:
        """Point at test answers that nobody asked to leave out."""
        column = self.export.find("Status") if self.source.format == "qualtrics" else None
        if column is None or "Status" in self.source.where:
            return
        previews = int((tidy(self.export.rows[column]).isin(PREVIEWS) & keep).sum())
        if previews:
            message = (
                f"{self.source.file}: {previews} rows are previews, tests or spam by their Status and are counted as "
                f'answers. Add where = {{ Status = "IP Address" }} to [waves.{self.wave.name}] to leave them out.'
            )
            self.journal.problem("preview_rows", "warning", message, wave=self.wave.name, file=self.source.file)

    def _report_faults(self, answers: dict[str, Answers], rows: pd.DataFrame) -> None:
        for item in self.study.items:
            if item.name not in answers:
                continue
            found = answers[item.name]
            faults, column = found.faults[rows.index].dropna(), self._columns(item)[0]
            for fault, share in faults.groupby(faults):
                cells = self.export.rows.loc[share.index, self._columns(item)]
                shown = cells.iloc[:, 0].str.strip().str.slice(0, 40)
                message = self._fault_message(str(fault), item)
                self.journal.row_problems(str(fault), "warning", message, rows.loc[share.index], column=column,
                                          values=shown)  # fmt: skip
            if len(faults):
                self.journal.step(f"unusable answers of {item.name}", before=len(rows), after=len(rows),
                                  wave=self.wave.name, file=self.source.file, cells=len(faults))  # fmt: skip
            if len(faults) == int(found.answered[rows.index].sum()) > 0:
                self._fail(
                    "no_usable_answer",
                    f"{self.source.file}: none of the answers to {item.name!r} in column {column!r} can be used. "
                    + self._fault_message(str(faults.iloc[0]), item),
                )

    def _fault_message(self, fault: str, item: Item) -> str:
        if fault == "unknown_label":
            known = ", ".join(repr(label) for label in self.study.settings.answers[item.answers])
            return f"The answer is none of [answers.{item.answers}] ({known}); it counts as missing. Add it there."
        if fault == "not_a_number":
            return (
                "The answer is no number; it counts as missing. Declare labels under [answers.…] and name them in "
                "codebook.csv, or list the entry under [missing]."
            )
        return (
            f"The answer is outside {item.low:g} to {item.high:g}; it counts as missing. Correct low and high if not."
        )

    def _report_facts(self, facts: pd.DataFrame, rows: pd.DataFrame) -> None:
        """Facts that are declared but blank, or that cannot be read."""
        if self.study.link.method != "none":
            blank = rows[rows["person"].isna()]
            message = "The person code is blank, so this questionnaire cannot be linked; it counts in its wave alone."
            self.journal.row_problems("blank_code", "warning", message, blank)
        undated = rows[facts["submitted"].notna() & rows["submitted"].isna()]
        if len(undated):
            message = (
                f"{self.source.file}: {len(undated)} entries of 'submitted' are no ISO date. Set date_format beside the "
                'file, for example "%d/%m/%Y %H:%M".'
            )
            severity = "error" if self.wave.duplicates != "error" else "warning"
            self.journal.problem("unreadable_date", severity, message, wave=self.wave.name, file=self.source.file)
        if "finished" in self.study.settings.columns:
            unfinished = int((~tidy(facts["finished"].fillna("")).isin(YES)).sum())
            if unfinished:
                message = (
                    f"{self.source.file}: {unfinished} questionnaires were not finished; what was answered counts."
                )
                self.journal.problem("unfinished", "note", message, wave=self.wave.name, file=self.source.file)
