"""Faults in the counted rows of one export, as Problems and ledger lines."""

import json
import re
from functools import partial

import numpy as np
import pandas as pd

from rm_research.catalogue.said import Said, rows_text
from rm_research.frames import CODE
from rm_research.journal import Severity
from rm_research.readers import qualtrics
from rm_research.responses.answers import FAULTS, USABLE, Answers, Fate, nearest_label, recodes, showable
from rm_research.responses.careless import seconds
from rm_research.responses.coding import FEW, report_coding
from rm_research.responses.decimals import report_likely, report_unclear, sign_remedy
from rm_research.responses.exports import Opened
from rm_research.responses.facts import CODES, date_remedy, is_finished, known_words
from rm_research.study import Item
from rm_research.study.entries import comparable, per_entry, tidy

BARE = re.compile(r"[A-Za-z0-9_-]+")
DECIMALS = r"\s*[+-]?\d*[.,]\d+\s*"
SIGNS = ("same_answers", "too_fast", "attention")
LOST = 0.1  # share of an item's answers from which an entry that cannot be used is a category, not a slip


def sign_text(sign: str) -> Said:
    """Say what a sign of careless answering is."""
    return Said(f"quality.sign_is.{sign}")


def report_previews(opened: Opened) -> None:
    """Report test answers that are not left out by `where`."""
    source, wave = opened.source, opened.wave.name
    column = opened.export.find("Status") if source.format == "qualtrics" else None
    if column is None or "Status" in source.where:
        return
    cells = opened.export.rows[column]
    is_preview = per_entry(cells, qualtrics.is_preview, dtype="bool")
    if is_preview.any():
        message = Said(
            "problems.preview_rows",
            file=source.title,
            n=int(is_preview.sum()),
            remedy=_without_previews(opened, cells[~is_preview]),
        )
        opened.journal.problem("preview_rows", "warning", message, wave=wave, file=source.title)


def _without_previews(opened: Opened, others: pd.Series) -> str:
    """Say which rows to take, by the entries of Status that this file has."""
    kept = sorted(entry for entry in others.str.strip().unique() if qualtrics.is_answered(entry))
    if not kept:
        return Said("problems.no_other_status")
    # JSON writes text, numbers and lists as TOML does
    wanted = opened.source.where | {"Status": kept[0] if len(kept) == 1 else kept}
    conditions = ", ".join(f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}" for key, value in wanted.items())
    verb = Said("problems.part.replace_where" if opened.source.where else "problems.part.add")
    return Said("problems.leave_out_previews", verb=verb, conditions=conditions, place=place_of(opened))


def _key(name: str) -> str:
    """Name as a key of TOML, in quotes where it needs them."""
    return name if BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def place_of(opened: Opened) -> str:
    """Where in study.toml a key of an export belongs."""
    several = len(opened.wave.sources) > 1 or opened.source.name
    wave = opened.wave.name
    if several:
        return Said("problems.part.to_source", source=opened.source.name, wave=wave)
    return Said("problems.part.to_wave", wave=wave)


def report_answers(opened: Opened, answers: dict[str, Answers], rows: pd.DataFrame) -> None:
    """Report unusable answers: a problem per cell, a ledger line per item, an error if none can be used."""
    _report_tidied(opened, answers, rows)
    reported = report_coding(opened, answers, rows.index)
    places = rows[["wave", "file", "source_row", "cohort"]]
    for item in [item for item in opened.study.items if item.name in answers]:
        item_answers = answers[item.name]
        report_likely(opened, item, item_answers, rows.index)
        if not (item_answers.fates.to_numpy() >= Fate.UNKNOWN_LABEL).any():
            continue
        faulty = item_answers.faulty(rows.index)
        elsewhere = item_answers.beyond[faulty.index].isin(reported.get(item.scale, ()))
        lost = _report_lost(opened, item, faulty, len(rows)) | report_unclear(opened, item, faulty)
        for (fault, column), alike in faulty[~(elsewhere | lost)].groupby(["fault", "column"]):
            _report_fault(opened, item, str(fault), str(column), alike["entry"], places.loc[alike.index])
        if len(faulty):
            opened.journal.step(Said("ledger.of.unusable", name=item.name), before=len(rows), after=len(rows),
                                wave=opened.wave.name, file=opened.source.title, cells=len(faulty))  # fmt: skip
        if len(faulty) == int(item_answers.answered[rows.index].sum()) >= FEW and not lost.all():
            signed = bool(faulty["entry"].str.fullmatch(DECIMALS).any())
            remedy = _remedy(opened, item, faulty["fault"].iloc[0], signed=signed)
            message = Said(
                "problems.no_usable_answer",
                file=opened.source.title,
                n=len(faulty),
                item=item.name,
                column=faulty["column"].iloc[0],
                remedy=remedy,
            )
            opened.fail("no_usable_answer", message)


def _report_lost(opened: Opened, item: Item, faulty: pd.DataFrame, n_rows: int) -> pd.Series:
    """Report labels that many people gave and that are unknown: an error each; returns which cells they are."""
    unknown = faulty["fault"] == FAULTS[Fate.UNKNOWN_LABEL]
    entries = tidy(faulty["entry"])
    counts = entries[unknown].value_counts()
    common = counts[counts >= max(FEW, LOST * n_rows)]
    labels = opened.study.settings.answers.get(opened.coded(item).answers, {})
    shown = showable(faulty["entry"], labels, smallest_group=opened.study.reporting.smallest_group)
    for entry, n in common.items():
        text = shown[entries == entry].iloc[0]
        remedy = _remedy(opened, item, FAULTS[Fate.UNKNOWN_LABEL], "" if pd.isna(text) else str(text))
        rows = rows_text(entries.index[unknown & (entries == entry)])
        message = Said("problems.answer_lost", file=opened.source.title, n=n, rows=rows, item=item.name, remedy=remedy)
        opened.fail("answer_lost", Said("problems.means_no_answer", message=message), column=item.name)
    return unknown & entries.isin(common.index)


def _report_tidied(opened: Opened, answers: dict[str, Answers], rows: pd.DataFrame) -> None:
    """Add ledger lines for entries that were translated: labels into numbers, missing codes into no answer."""
    asked = [(opened.coded(item), item) for item in opened.study.items if item.name in answers]
    labelled = [item.name for own, item in asked if own.answers]
    rules = (
        ("labels read as numbers", labelled, USABLE),
        ("labels among them that differed in case or blanks", labelled, (Fate.TIDIED,)),
        ("answers in look-alike characters", list(answers), (Fate.ALIKE,)),
        ("numbers with a decimal comma", list(answers), (Fate.COMMA, Fate.LIKELY_COMMA)),
        ("entries declared missing", list(answers), (Fate.DECLARED_MISSING,)),
        ("answers put on the scale of the item", [item.name for own, item in asked if recodes(own, item)], USABLE),
    )
    taken = opened.export.rows.index.isin(rows.index)
    counts = {name: np.bincount(answers[name].fates.to_numpy()[taken], minlength=len(Fate)) for name in answers}
    for rule, names, fates in rules:
        cells = sum(int(counts[name][list(fates)].sum()) for name in names)
        if cells:
            opened.journal.step(rule, before=len(rows), after=len(rows), wave=opened.wave.name,
                                file=opened.source.title, cells=cells)  # fmt: skip


def _report_fault(
    opened: Opened, item: Item, fault: str, column: str, entries: pd.Series, rows: pd.DataFrame
) -> None:  # fmt: skip
    labels = opened.study.settings.answers.get(opened.coded(item).answers, {})
    shown = showable(entries, labels, smallest_group=opened.study.reporting.smallest_group)
    for (entry, signed), alike in shown.groupby([shown.fillna(""), entries.str.fullmatch(DECIMALS)]):
        message = _remedy(opened, item, fault, str(entry), signed=bool(signed))
        opened.journal.row_problems(fault, "warning", message, rows.loc[alike.index], column=column,
                                    values=shown[alike.index])  # fmt: skip


def _remedy(opened: Opened, item: Item, fault: str, entry: str = "", *, signed: bool = False) -> str:
    """Say what is wrong with an answer and what to do; `entry` is quoted only if it may be shown."""
    answer = Said("problems.part.answer_shown", entry=entry) if entry else Said("problems.part.answer")
    item = opened.coded(item)
    if fault == "unknown_label":
        labels = opened.study.settings.answers[item.answers]
        near = nearest_label(entry, labels)
        known = ", ".join(repr(label) for label in labels)
        hint = Said("problems.part.meant", name=near) if near else Said("problems.part.known_stop", names=known)
        return Said("problems.unknown_label", answer=answer, labels=item.answers, hint=hint)
    if fault == "not_a_number" and signed:
        return sign_remedy(opened, answer)
    if fault == "not_a_number":
        return Said("problems.not_a_number", answer=answer)
    return Said("problems.out_of_range", answer=answer, low=item.low, high=item.high)


def report_careless(opened: Opened, sign: str, rows: pd.Index, *, dropped: bool) -> None:
    """Report questionnaires with a sign of careless answering."""
    counted = Said("problems.part.left_out" if dropped else "problems.part.still_counts")
    message = Said("problems.careless", sign=sign_text(sign), counted=counted)
    places = pd.DataFrame({"source_row": rows, "file": opened.source.title, "wave": opened.wave.name, "cohort": None})
    opened.journal.row_problems(f"careless_{sign}", "warning", message, places)


def report_facts(opened: Opened, facts: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Report facts that are declared but blank, that cannot be read, or that are not among the declared words."""
    if opened.study.link.method != "none":
        message = Said("problems.blank_code")
        # codes that are compared may be partly filled
        parts = rows[[name for name in rows.columns if name.startswith(CODE)]]
        blank = rows["person"].isna()
        if len(parts.columns):
            blank &= ~(parts != "").any(axis=1)
        if blank.any():
            opened.journal.row_problems("blank_code", "warning", message, rows[blank])
    _report_durations(opened, facts, rows)
    _report_dates(opened, facts, rows)
    _report_words(opened, facts, rows)
    declared = opened.study.has_fact("finished", opened.wave, opened.source)
    unfinished = int((~is_finished(facts["finished"])).sum()) if declared else 0
    if unfinished:
        message = Said("problems.unfinished", file=opened.source.title, n=unfinished)
        opened.journal.problem("unfinished", "note", message, wave=opened.wave.name, file=opened.source.title)


def _report_durations(opened: Opened, facts: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Report durations that cannot be read, if fast answering is to be detected."""
    if opened.study.settings.careless.fastest is None:
        return
    unread = facts["duration"].notna() & seconds(facts["duration"], opened.source.decimal).isna()
    if unread.any():
        message = Said(
            "problems.unreadable_duration",
            file=opened.source.title,
            n=int(unread.sum()),
            rows=rows_text(rows.loc[unread, "source_row"]),
        )
        opened.journal.problem("unreadable_duration", "warning", message, wave=opened.wave.name,
                               file=opened.source.title)  # fmt: skip


def _report_dates(opened: Opened, facts: pd.DataFrame, rows: pd.DataFrame) -> None:
    unread = facts["submitted"].notna() & rows["submitted"].isna()
    undated = rows.loc[unread, "source_row"]
    if not len(undated):
        return
    place, example = Said("problems.part.next_to_file"), "%d/%m/%Y %H:%M"
    remedy = date_remedy(facts.loc[unread, "submitted"], place, example)
    message = Said(
        "problems.unreadable_date", file=opened.source.title, n=len(undated), rows=rows_text(undated), remedy=remedy
    )
    # a few unreadable dates do not affect the order of the others; if most are unreadable, the format is wrong
    wrong_format = opened.wave.duplicates != "error" and 2 * len(undated) > int(facts["submitted"].notna().sum())
    severity: Severity = "error" if wrong_format else "warning"
    opened.journal.problem("unreadable_date", severity, message, wave=opened.wave.name, file=opened.source.title)


def _is_among(words: set[str], entry: str) -> bool:
    return comparable(entry) in words


def _report_words(opened: Opened, facts: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Report entries of a recoded fact that no word of [values.…] covers."""
    for name in opened.study.words:
        # words of cohorts give some of them another name; the others keep theirs
        if name not in facts or name in (*CODES, "cohort"):
            continue
        words = {comparable(word) for word in known_words(opened.study, name)}
        read = partial(_is_among, words)
        stray = ~per_entry(facts[name], read, dtype="bool")
        stray &= facts[name].notna()
        if not stray.any():
            continue
        message = Said("problems.unknown_word", name=name)
        opened.journal.row_problems("unknown_word", "warning", message, rows[stray], column=name)
