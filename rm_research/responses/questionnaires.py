"""From the rows of an export to questionnaires: which count, who they are from, and the answers."""

from dataclasses import replace

import numpy as np
import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.frames import CODE, CONTENT, FACT, TOTAL
from rm_research.privacy import hash_codes
from rm_research.responses.alike import report_look_alikes
from rm_research.responses.answers import Answers, Fate, is_answered, read_answers
from rm_research.responses.careless import careless_rows
from rm_research.responses.exports import Opened
from rm_research.responses.facts import (
    YES,
    as_dates,
    code_parts,
    equal_codes,
    is_finished,
    other_forms,
    source_facts,
    where_mask,
)
from rm_research.responses.faults import report_answers, report_careless, report_facts, report_previews, sign_text
from rm_research.study import Item, Wave
from rm_research.study.entries import tidy
from rm_research.study.numbers import read_numbers
from rm_research.study.settings import ROW_NUMBER

PERSONAL_FACTS = ("role", "arm", "dyad")
ALL_FACTS = ("person", "cohort", "consent", "finished", "submitted", "duration", *PERSONAL_FACTS)
LEAST_THOUSAND = 1_000


def read_questionnaires(opened: Opened, key: bytes, in_roster: set[str]) -> pd.DataFrame | None:
    """
    Responses, facts and totals of the rows that count; None if the export cannot be used.

    Parameters
    ----------
    opened : Opened
        One export of one wave.
    key : bytes
        The study's key.
    in_roster : set of str
        Facts that the roster has, so that the export need not.

    Returns
    -------
    DataFrame or None
        The columns of Responses and one per item; then, by prefix, FACT role, arm, dyad (hashed) and attributes, TOTAL
        published totals, CODE codes that are to be compared. The index has row numbers as in a spreadsheet.
    """
    try:
        report_look_alikes(opened)
        opened = _taken(opened)
        return _read(opened, key, in_roster)
    except ReadError as error:
        opened.fail("wrong_column", *error.problems)
        opened.journal.step("export that cannot be used", before=len(opened.export.rows), after=0,
                            wave=opened.wave.name, file=opened.source.title)  # fmt: skip
        return None


def _read(opened: Opened, key: bytes, in_roster: set[str]) -> pd.DataFrame:
    study, export = opened.study, opened.export
    names = (*ALL_FACTS, *study.settings.attributes)
    facts = source_facts(export, study, opened.wave, opened.source, names, in_roster=in_roster)
    report_previews(opened)
    keep = _dropped("consent", _consenting(facts, opened), pd.Series(True, index=facts.index), opened)
    answers, who = _all_answers(opened), _who(facts, opened, key)
    returned = _returned(answers, opened)
    opened.journal.came(opened.wave.name, who.loc[returned | _any_answered(answers, opened), "submitted"])
    keep = _dropped("not returned", returned, keep, opened)
    keep = _dropped("unfinished", _finished(facts, opened), keep, opened)
    keep = _careful(careless_rows(opened, answers, facts), keep, opened)
    parts = [
        who,
        _forms(facts, opened, key),
        _items(answers, opened),
        _facts(facts, opened, key),
        _totals(opened),
    ]
    parts += [_codes(opened)] if study.link.method == "code" else []
    rows = pd.concat(parts, axis=1)[keep]
    report_answers(opened, answers, rows)
    report_facts(opened, facts[keep], rows)
    return rows


def _taken(opened: Opened) -> Opened:
    """Keep only the rows of the export that `where` selects."""
    export = opened.export
    mask = where_mask(export, opened.source)
    if not mask.any():
        raise ReadError(Said("reading.where_selects_none", file=export.file, n=len(mask)))
    _dropped("where", mask, pd.Series(True, index=mask.index), opened)
    return replace(opened, export=replace(export, rows=export.rows[mask]))


def _dropped(rule: str, mask: pd.Series, before: pd.Series, opened: Opened) -> pd.Series:
    """Rows that remain after a rule; the ledger records it if it leaves any out."""
    after = before & mask
    if after.sum() < before.sum():
        opened.journal.step(rule, before=int(before.sum()), after=int(after.sum()), wave=opened.wave.name,
                            file=opened.source.title)  # fmt: skip
        if not after.any():
            _report_nobody(rule, before, opened)
    return after


def _report_nobody(rule: str, before: pd.Series, opened: Opened) -> None:
    """Report that a rule of the study left nobody, and what to do."""
    file = opened.source.title
    if rule == "consent":
        opened.fail("nobody_consents", Said("problems.nobody_consents", file=file))
    elif rule == "unfinished" and before.any():
        opened.fail("nobody_left", Said("problems.nobody_finished", file=file))
    elif isinstance(rule, Said) and before.any():
        opened.fail("nobody_left", Said("problems.everybody_careless", file=file, sign=rule.blanks["sign"]))
    elif rule == "not returned":
        opened.journal.problem("nobody_returned", "warning", Said("problems.nobody_returned", file=file),
                               wave=opened.wave.name, file=file)  # fmt: skip


def _consenting(facts: pd.DataFrame, opened: Opened) -> pd.Series:
    """Rows with a yes, or all rows if the export did not ask for consent."""
    if not opened.study.has_fact("consent", opened.wave, opened.source):
        return pd.Series(True, index=facts.index)
    return tidy(facts["consent"].fillna("")).isin(YES)


def _finished(facts: pd.DataFrame, opened: Opened) -> pd.Series:
    """Rows that were finished, or all rows if the wave keeps unfinished ones."""
    if opened.wave.unfinished == "keep" or not opened.study.has_fact("finished", opened.wave, opened.source):
        return pd.Series(True, index=facts.index)
    return is_finished(facts["finished"])


def _careful(signs: dict[str, pd.Series], keep: pd.Series, opened: Opened) -> pd.Series:
    """Rows that remain after careless ones are dropped, if that is declared; each sign is counted."""
    drop = opened.study.settings.careless.action == "drop"
    for sign, shows_sign in signs.items():
        flagged = keep & shows_sign
        if not flagged.any():
            continue
        report_careless(opened, sign, flagged.index[flagged], dropped=drop)
        if drop:
            keep = _dropped(Said("ledger.of.careless", sign=sign_text(sign)), ~shows_sign, keep, opened)
        else:
            rule, n = Said("ledger.of.flagged", sign=sign_text(sign)), int(keep.sum())
            opened.journal.step(rule, before=n, after=n, wave=opened.wave.name, file=opened.source.title,
                                cells=int(flagged.sum()))  # fmt: skip
    return keep


def _all_answers(opened: Opened) -> dict[str, Answers]:
    """Answers by item; where some columns have decimal commas, points in others are not taken for granted."""
    asked = [item for item in opened.study.items if opened.columns(item)]
    answers = {item.name: _answers(item, opened) for item in asked}
    if any((one.fates == Fate.COMMA).any() for one in answers.values()):
        # a range that ends below tells 1.234 from 1234
        highs = ((item, opened.coded(item).high) for item in asked if item.kind == "number")
        open_ones = [item for item, high in highs if high is None or high >= LEAST_THOUSAND]
        answers |= {item.name: _answers(item, opened, beside_commas=True) for item in open_ones}
    return answers


def _answers(item: Item, opened: Opened, *, beside_commas: bool = False) -> Answers:
    rows, own = opened.export.rows, opened.coded(item)
    cells = [rows[name] for name in opened.columns(item)]
    labels = opened.study.settings.answers.get(own.answers, {})
    study, decimal = opened.study, opened.source.decimal
    return read_answers(cells, own, labels, study.missing, decimal, beside_commas=beside_commas).recoded(own, item)


def _returned(answers: dict[str, Answers], opened: Opened) -> pd.Series:
    """Rows in which the wave's `returned` item or column is answered or, if the export has neither, any item."""
    name, rows = opened.wave.returned, opened.export.rows
    if name in answers:
        return answers[name].answered
    if name is not None and (column := opened.export.find(name)) is not None:
        return is_answered(rows[column], opened.study.missing)
    return _any_answered(answers, opened)


def _any_answered(answers: dict[str, Answers], opened: Opened) -> pd.Series:
    """Rows in which any item is answered."""
    rows = opened.export.rows
    answered = np.zeros(len(rows), dtype=bool)
    for answer in answers.values():
        answered |= answer.answered.to_numpy()
    return pd.Series(answered, index=rows.index)


def check_returned(wave: Wave, exports: list[Opened]) -> None:
    """Report a `returned` that an export lacks: an error if all lack it, else a note of what counts instead."""
    name = wave.returned
    if name is None:
        return
    lacking = []
    for opened in exports:
        try:
            lacking += [] if _can_tell(opened, name) else [opened]
        except ReadError as error:  # the name may mean several columns
            opened.fail("wrong_column", *error.problems)
    if len(lacking) == len(wave.sources):
        for opened in lacking:
            message = Said(
                "problems.returned_unknown",
                file=opened.source.title,
                name=name,
                wave=wave.name,
                hint=opened.export.nearest(name),
            )
            opened.fail("wrong_column", message)
    for opened in lacking if len(lacking) < len(wave.sources) else ():
        message = Said("problems.returned_by_any_item", file=opened.source.title, name=name)
        opened.journal.problem("returned_by_any_item", "note", message, wave=wave.name, file=opened.source.title)


def _can_tell(opened: Opened, name: str) -> bool:
    of_items = [item for item in opened.study.items if item.name == name and opened.columns(item)]
    return bool(of_items) or name in opened.export.repeated or opened.export.find(name) is not None


def _totals(opened: Opened) -> pd.DataFrame:
    """Published totals in the export, by scale."""
    totals, rows = {}, opened.export.rows
    for scale in opened.study.scales:
        if scale.published and (column := opened.export.find(scale.published)) is not None:
            totals[TOTAL + scale.name] = read_numbers(rows[column], opened.source.decimal)
    return pd.DataFrame(totals, index=rows.index)


def _who(facts: pd.DataFrame, opened: Opened, key: bytes) -> pd.DataFrame:
    persons = _persons(facts, opened, key)
    return pd.DataFrame({
        "wave": opened.wave.name,
        "file": opened.source.title,
        "source_row": opened.export.rows.index,
        "person": persons,
        CONTENT: _contents(opened, persons),
        "cohort": facts["cohort"],
        "submitted": as_dates(facts["submitted"], opened.source.date_format, opened.export.day_zero),
    }, index=facts.index)  # fmt: skip


def _contents(opened: Opened, persons: pd.Series) -> pd.Series:
    """Hash of all that a row holds, of rows that no code names: it may stand in another place of a later export."""
    nameless = persons.isna() if opened.study.link.method != "none" else pd.Series(True, index=persons.index)
    hashes = pd.util.hash_pandas_object(opened.export.rows[nameless], index=False)
    return hashes.astype("str").reindex(persons.index)


def _persons(facts: pd.DataFrame, opened: Opened, key: bytes) -> pd.Series:
    """Hash of the code, or of file and row if rows are people; blank codes stay missing."""
    columns = opened.study.fact_columns("person", opened.wave, opened.source)
    codes = equal_codes(facts["person"].fillna(""), opened.study)
    return hash_codes(opened.source.title + ":" + codes if columns == (ROW_NUMBER,) else codes, key)


def _forms(facts: pd.DataFrame, opened: Opened, key: bytes) -> pd.DataFrame:
    """Codes in other forms, in which more of them may be equal."""
    rows_are_people = opened.study.fact_columns("person", opened.wave, opened.source) == (ROW_NUMBER,)
    codes = equal_codes(facts["person"].fillna(""), opened.study)
    return other_forms(codes.iloc[:0] if rows_are_people else codes, opened.study, key).reindex(facts.index)


def _codes(opened: Opened) -> pd.DataFrame:
    """Codes as typed, one column per part; only link_waves uses them."""
    columns = opened.study.fact_columns("person", opened.wave, opened.source)
    return code_parts(opened.export, columns, opened.study).add_prefix(CODE)


def _items(answers: dict[str, Answers], opened: Opened) -> pd.DataFrame:
    index = opened.export.rows.index
    return pd.DataFrame({
        item.name: answers[item.name].usable
        if item.name in answers
        else pd.Series(index=index, dtype="float64" if item.kind == "number" else "str")
        for item in opened.study.items
    }, index=index)  # fmt: skip


def _facts(facts: pd.DataFrame, opened: Opened, key: bytes) -> pd.DataFrame:
    personal = facts[[*PERSONAL_FACTS, *opened.study.settings.attributes]]
    hashed = hash_codes(facts["dyad"].fillna(""), key, kind="dyad")
    return personal.assign(dyad=hashed).add_prefix(FACT)
