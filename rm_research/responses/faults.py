"""What is the matter with the rows of one export that count, as Problems and ledger lines."""

import pandas as pd

from rm_research.errors import rows_text
from rm_research.journal import Severity
from rm_research.privacy import tidy
from rm_research.responses.answers import Answers, showable
from rm_research.responses.exports import Opened
from rm_research.responses.facts import CODES, YES, known_words
from rm_research.study import Item
from rm_research.study.entries import comparable

PREVIEWS = ("survey preview", "survey test", "preview", "test", "1", "2", "spam", "8")
FEW = 3  # so many answers, all unusable, are no slips of the pen


def report_previews(opened: Opened) -> None:
    """Point at test answers that nobody asked to leave out."""
    source, wave = opened.source, opened.wave.name
    column = opened.export.find("Status") if source.format == "qualtrics" else None
    if column is None or "Status" in source.where:
        return
    previews = int(tidy(opened.export.rows[column]).isin(PREVIEWS).sum())
    if previews:
        message = (
            f"{source.file}: {previews} rows are previews, tests or spam by their Status and are counted as answers. "
            f'Add where = {{ Status = "IP Address" }} to [waves.{wave}] to leave them out.'
        )
        opened.journal.problem("preview_rows", "warning", message, wave=wave, file=source.file)


def report_answers(opened: Opened, answers: dict[str, Answers], rows: pd.DataFrame) -> None:
    """Answers that cannot be used: one problem a cell, a ledger line an item, an error where none can be."""
    for item in opened.study.items:
        if item.name not in answers:
            continue
        found = answers[item.name]
        faults = found.faults[rows.index].dropna()
        for fault, alike in faults.groupby(faults):
            _report_fault(opened, item, str(fault), found, rows.loc[alike.index])
        if len(faults):
            opened.journal.step(f"unusable answers of {item.name}", before=len(rows), after=len(rows),
                                wave=opened.wave.name, file=opened.source.file, cells=len(faults))  # fmt: skip
        if len(faults) == int(found.answered[rows.index].sum()) >= FEW:
            message = (
                f"{opened.source.file}: none of the {len(faults)} answers to {item.name!r} in column "
                f"{found.column[faults.index].iloc[0]!r} can be used. {_remedy(opened, item, str(faults.iloc[0]))}"
            )
            opened.fail("no_usable_answer", message)


def _report_fault(opened: Opened, item: Item, fault: str, found: Answers, rows: pd.DataFrame) -> None:
    labels = opened.study.settings.answers.get(item.answers, {})
    shown = showable(found.text[rows.index], labels, smallest_group=opened.study.reporting.smallest_group)
    for column, cells in found.column[rows.index].groupby(found.column[rows.index]):
        opened.journal.row_problems(fault, "warning", _remedy(opened, item, fault), rows.loc[cells.index],
                                    column=str(column), values=shown[cells.index])  # fmt: skip


def _remedy(opened: Opened, item: Item, fault: str) -> str:
    if fault == "unknown_label":
        known = ", ".join(repr(label) for label in opened.study.settings.answers[item.answers])
        return f"The answer is none of [answers.{item.answers}] ({known}); it counts as missing. Add it there."
    if fault == "not_a_number":
        return (
            "The answer is no number; it counts as missing. Declare labels under [answers.…] and name them in "
            "codebook.csv, or list the entry under [missing]."
        )
    return (
        f"The answer is outside {item.low:g} to {item.high:g}; it counts as missing. If it is right, correct low and "
        "high in codebook.csv."
    )


def report_facts(opened: Opened, facts: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Facts that are declared but blank, that cannot be read, or that are none of the declared words."""
    if opened.study.link.method != "none":
        message = "The person code is blank, so this questionnaire cannot be linked; it counts in its wave alone."
        opened.journal.row_problems("blank_code", "warning", message, rows[rows["person"].isna()])
    _report_dates(opened, facts, rows)
    _report_words(opened, facts, rows)
    unfinished = int((~tidy(facts["finished"].dropna()).isin(YES)).sum())
    if unfinished:
        message = f"{opened.source.file}: {unfinished} questionnaires were not finished; what was answered counts."
        opened.journal.problem("unfinished", "note", message, wave=opened.wave.name, file=opened.source.file)


def _report_dates(opened: Opened, facts: pd.DataFrame, rows: pd.DataFrame) -> None:
    undated = rows.loc[facts["submitted"].notna() & rows["submitted"].isna(), "source_row"]
    if not len(undated):
        return
    message = (
        f"{opened.source.file}: {len(undated)} entries of 'submitted' cannot be read as dates "
        f'({rows_text(undated)}). Set date_format beside the file in study.toml, for example "%d/%m/%Y %H:%M".'
    )
    # a few odd dates leave the order of the others as it is; most of them are dates of another format
    wrong_format = opened.wave.duplicates != "error" and 2 * len(undated) > int(facts["submitted"].notna().sum())
    severity: Severity = "error" if wrong_format else "warning"
    opened.journal.problem("unreadable_date", severity, message, wave=opened.wave.name, file=opened.source.file)


def _report_words(opened: Opened, facts: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Point at entries of a recoded fact that no word of [values.…] covers."""
    for name in opened.study.words:
        if name not in facts or name in CODES:
            continue
        words = {comparable(word) for word in known_words(opened.study, name)}
        stray = rows[~facts[name].dropna().map(comparable).isin(words).reindex(rows.index, fill_value=True)]
        message = f"The {name} is none of the words under [values.{name}]; it counts as it stands. Add it there."
        opened.journal.row_problems("unknown_word", "warning", message, stray, column=name)
