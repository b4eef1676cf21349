"""draft_study: drafts the two files of a study from its exports."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from rm_research.drafting.answers import judge_all
from rm_research.drafting.codebook_file import codebook_text
from rm_research.drafting.columns import grid
from rm_research.drafting.facts import Facts, find_facts
from rm_research.drafting.items import DraftItem, draft_items
from rm_research.drafting.occasions import Occasions, find_occasions
from rm_research.drafting.opening import OpenedFile, open_files
from rm_research.drafting.pairing import Questionnaire, pair_questions
from rm_research.drafting.parts import Parts
from rm_research.drafting.people import Person, find_person
from rm_research.drafting.scales import DraftScale, draft_scales
from rm_research.drafting.sets import find_sets
from rm_research.drafting.study_file import study_text, study_title
from rm_research.errors import StudyFileError
from rm_research.study.entries import comparable
from rm_research.study.marks import open_marks

NAMES = ("study.toml", "codebook.csv")


@dataclass(frozen=True, eq=False)
class Draft:
    """
    A drafted study, not written yet.

    Attributes
    ----------
    study : str
        Text of study.toml.
    codebook : str
        Text of codebook.csv.
    files : DataFrame
        One row per export: file, format, waves, rows, columns, items (in any of its waves), paired (items that more
        than one wave asks).
    checks : DataFrame
        One row per mark: line (of study.toml), check (what has to be decided).
    """

    study: str
    codebook: str
    files: pd.DataFrame
    checks: pd.DataFrame


def draft_study(folder: str | Path, files: Sequence[str | Path], *, waves: Sequence[str] = ()) -> Draft:
    """
    Draft study.toml and codebook.csv from exports; nothing is written.

    Parameters
    ----------
    folder : path
        The future study folder; paths of exports in study.toml are relative to it.
    files : sequence of path
        Exports, the earliest wave first; paths relative to the current folder or, failing that, to the study folder.
    waves : sequence of str, optional
        What to call the waves.

    Returns
    -------
    Draft
        It quotes words that people wrote only if they are printed answers: part of a known vocabulary, or shared by
        at least three rows of one wave. It also holds the names of columns, and questions.

    Raises
    ------
    ReadError
        Naming every export that cannot be read.
    StudyFileError
        When `waves` cannot be the names of the waves found.
    """
    folder = Path(folder)
    opened = open_files(folder, files)
    parts = _parts(study_title(folder), find_occasions(opened, waves))
    return drafted(study_text(parts), codebook_text(parts), _files(opened, parts))


def drafted(study: str, codebook: str, files: pd.DataFrame) -> Draft:
    """Draft of these texts, with the marks in them."""
    marks = [(mark.line, mark.said) for mark in open_marks(study)]
    return Draft(study, codebook, files, pd.DataFrame(marks, columns=["line", "check"]))


def _parts(title: str, occasions: Occasions) -> Parts:
    facts = find_facts(occasions)
    person = find_person(occasions, facts.columns_of("cohort"), set(facts.personal))
    asked = pair_questions(occasions, _no_items(facts, person))
    answered = judge_all(asked.questions)
    items = draft_items(occasions, answered, find_sets(answered))
    scales = draft_scales(occasions, items)
    listed = _listed(items, scales)
    return Parts(title, occasions, facts, person, listed, scales, _blanks(occasions, facts, person, listed),
                 _left_out(asked, listed), asked.renumbered, _unlike(asked, listed),
                 _returned(occasions, asked, listed), _personal(occasions, facts, person))  # fmt: skip


def _no_items(facts: Facts, person: Person) -> set[str]:
    """Columns that hold or may hold a fact, describe people, or hold personal data."""
    of_facts = {name for fact in facts.by_name.values() for name in (*fact.columns.values(), *fact.others)}
    of_people = {*facts.attributes, *facts.personal, *facts.identifiers}
    return {*of_facts, *of_people, *person.columns.values(), *person.others}


def _listed(items: Sequence[DraftItem], scales: Sequence[DraftScale]) -> tuple[DraftItem, ...]:
    """Items of the codebook, with their scales; measurements only if they are a scale."""
    scaled = {item.name: item for scale in scales for item in scale.items}
    return tuple(scaled.get(item.name, item) for item in items if item.name in scaled or not item.numeric)


def _blanks(occasions: Occasions, facts: Facts, person: Person, items: Sequence[DraftItem]) -> tuple[str, ...]:
    """Entries that mean no answer in the columns that will be read, each in one spelling."""
    blanks = {entry for item in items for column in item.question.columns.values() for entry in column.blanks}
    of_facts = [person.columns, *(fact.columns for fact in facts.by_name.values())]
    for wave in occasions.waves:
        for columns in of_facts:
            name = columns.get(wave.name, "")
            if name in wave.rows:
                blanks |= wave.counted(name)[1]
    return tuple({comparable(entry): entry for entry in sorted(blanks)}.values())


def _left_out(asked: Questionnaire, items: Sequence[DraftItem]) -> tuple[str, ...]:
    used = {id(item.question) for item in items}
    names = {one.first.name for one in asked.questions}
    # each choice of a question has a column of its own
    left = [one.first for one in asked.questions if id(one) not in used and grid(one.first.text)[0] not in names]
    return tuple(column.name for column in left)


def _unlike(asked: Questionnaire, items: Sequence[DraftItem]) -> tuple[str, ...]:
    apart = {id(column) for column in asked.unlike}
    return tuple(item.name for item in items if id(item.question.first) in apart)


def _personal(occasions: Occasions, facts: Facts, person: Person) -> tuple[str, ...]:
    """Columns of personal data, in the order of the exports."""
    columns = dict.fromkeys(name for wave in occasions.waves for name in wave.rows.columns)
    used = {*person.columns.values(), *facts.columns_of("submitted").values()}
    return tuple(name for name in columns if name in facts.personal | facts.identifiers and name not in used)


def _returned(occasions: Occasions, asked: Questionnaire, items: Sequence[DraftItem]) -> dict[str, str]:
    """Column filled in most rows, for each wave that asks no item; without it no row of the wave would count."""
    with_items = {wave for item in items for wave in item.question.waves}
    returned = {}
    for wave in occasions.waves:
        columns = [one.columns[wave.name] for one in asked.questions if wave.name in one.columns]
        if wave.name not in with_items and columns:
            returned[wave.name] = max(columns, key=lambda column: column.filled).name
    return returned


def _files(opened: Sequence[OpenedFile], parts: Parts) -> pd.DataFrame:
    rows = []
    for one in opened:
        waves = [wave.name for wave in parts.waves if one in (wave.opened.sources or (wave.opened,))]
        asked = [item for item in parts.items if {*item.question.waves} & {*waves}]
        paired = sum(len(item.question.waves) > 1 for item in asked)
        rows.append((one.file.title, one.file.format, ", ".join(waves) or "not used", len(one.export.rows),
                     len(one.columns), len(asked), paired))  # fmt: skip
    return pd.DataFrame(rows, columns=["file", "format", "waves", "rows", "columns", "items", "paired"])


def write_draft(draft: Draft, folder: str | Path) -> tuple[Path, ...]:
    """
    Write both files of a draft into its folder, or neither.

    Raises
    ------
    StudyFileError
        When the folder already has one of them, or cannot be written to.
    """
    folder = Path(folder)
    refuse_existing(folder)
    paths = tuple(folder / name for name in NAMES)
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in zip(paths, (draft.study, draft.codebook), strict=True):
            with path.open("x", encoding="utf-8", newline="") as file:
                written.append(path)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise StudyFileError(f"{folder} cannot be written to ({error.strerror}). Name another folder.") from error
    return paths


def refuse_existing(folder: Path) -> None:
    """
    Refuse a folder that already has study files, or is a file.

    Raises
    ------
    StudyFileError
        Naming them.
    """
    if folder.exists() and not folder.is_dir():
        raise StudyFileError(
            f"{folder} is a file. Name the study folder first: rm-research init DIR --from pre.csv post.csv."
        )
    if there := [name for name in NAMES if (folder / name).exists()]:
        raise StudyFileError(
            f"{folder} already has {' and '.join(there)}, which init never overwrites. Name another folder."
        )
