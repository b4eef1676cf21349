"""Coding sheets read back: every fault of every sheet at once, by file and row, and nothing of what cells say."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rm_research.catalogue.said import Said, rows_text
from rm_research.errors import ReadError
from rm_research.panel import Prepared
from rm_research.readers.export import as_export
from rm_research.readers.tables import read_cells
from rm_research.reflections.coding import coded_themes
from rm_research.reflections.sheet import NONE, QUESTION, TEXT, UNIT, VERSION
from rm_research.study import Study
from rm_research.study.entries import tidy_text
from rm_research.study.settings import File
from rm_research.study.wording import suggest

YES = frozenset(("x", "1", "1.0", "yes", "y", "true", "ja", "j", "wahr", "✓", "✔", "☑"))  # ✗ may mean either
NO = frozenset(("", "0", "0.0", "no", "n", "false", "nein", "falsch", "-"))
HEADING = "The coding sheets cannot be used"
FROM_SHEET = "Write a new sheet with --out, and copy the marks of the other rows."


@dataclass(frozen=True, eq=False)
class Sheet:
    """
    One coder's sheet.

    Attributes
    ----------
    coder : str
        Name of the file without its ending, in small letters.
    file : str
    rows : DataFrame
        All text, by row number; columns unit, version, `none` and names of themes.
    """

    coder: str
    file: str
    rows: pd.DataFrame


@dataclass(frozen=True)
class Read:
    """
    What coding sheets hold.

    Attributes
    ----------
    codes : list of dict
        One a coder and coded answer: coder, unit, version, marks by theme.
    uncoded : int
        Answers that no sheet has coded.
    """

    codes: list[dict[str, Any]]
    uncoded: int


def read_table(path: Path) -> pd.DataFrame:
    """
    Rows of a CSV or of the one sheet of a workbook, by row number; what it is shows its content, not its name.

    Raises
    ------
    ReadError
        When it is not there, or is neither.
    """
    file = File(file=path.name)
    if not path.is_file():
        raise ReadError(Said("reading.not_there", file=path.name))
    cells = read_cells(path, file)
    if not any(cells.row(0)):
        raise ReadError(Said("reading.empty_table", file=path.name))
    rows = as_export(path.name, cells.row(0), cells.records(1)).rows
    return rows.rename(columns=_plain).map(_plain)


def _plain(text: str) -> str:
    """A cell without the apostrophe that keeps it from being a formula."""
    return text.strip().removeprefix("'")


def read_sheets(prepared: Prepared, paths: Sequence[Path]) -> Read:
    """
    Read the sheets of all coders.

    Raises
    ------
    ReadError
        Naming file, row and remedy of everything that is wrong.
    """
    problems, sheets = list[str](), list[Sheet]()
    for path in paths:
        try:
            sheets.append(_sheet(path, prepared.study))
        except ReadError as error:
            problems += [text if path.name in text else f"{path.name}: {text}" for text in error.problems]
    twice = [coder for coder, times in Counter(path.stem.casefold() for path in paths).items() if times > 1]
    if twice:
        problems.append(
            "Two sheets have the same name, which is that of their coder. Give each coder's sheet a name of its own."
        )
    for sheet in sheets:
        problems += _faults(sheet, prepared)
    if problems:
        raise ReadError(*problems, heading=HEADING)
    codes = [code for sheet in sheets for code in _codes(sheet, prepared.study)]
    sound = set(prepared.open_answers.loc[prepared.open_answers["cohort"].isin(prepared.sound_cohorts), UNIT])
    return Read(codes, len(sound - {code["unit"] for code in codes}))


def _sheet(path: Path, study: Study) -> Sheet:
    """A sheet with its columns under their own names; its columns must be those that it was written with."""
    rows, themes = read_table(path), {name: study.settings.themes[name] for name in coded_themes(study)}
    own = {tidy_text(title): name for name, theme in themes.items() for title in (name, theme.title)}
    fixed = {name: name for name in (UNIT, VERSION, QUESTION, TEXT, NONE)}
    renamed = {column: {**own, **fixed}.get(tidy_text(column)) for column in rows.columns}
    problems = [
        _unknown(path.name, column, place, [theme.title for theme in themes.values()])
        for place, (column, name) in enumerate(renamed.items(), start=1) if name is None
    ]  # fmt: skip
    known = [name for name in renamed.values() if name is not None]
    problems += [
        f"{path.name}: has several columns for {name!r}. Keep one of them."
        for name, times in Counter(known).items() if times > 1
    ]  # fmt: skip
    if lacking := [title for name, title in _needed(themes).items() if name not in known]:
        problems.append(
            f"{path.name}: lacks the column {', '.join(map(repr, lacking))}. All coders mark the same themes: write a "
            "new sheet with --out, and copy the marks."
        )
    if problems:
        raise ReadError(*problems)
    rows = rows.rename(columns=renamed)
    return Sheet(tidy_text(path.stem), path.name, rows[(rows != "").any(axis=1)])


def _needed(themes: dict[str, Any]) -> dict[str, str]:
    return {UNIT: UNIT, VERSION: VERSION, NONE: NONE} | {name: theme.title for name, theme in themes.items()}


def _unknown(file: str, column: str, place: int, titles: list[str]) -> str:
    """Sentence on a column that is neither a theme nor the sheet's own; its heading may be somebody's words or name."""
    return (
        f"{file}: the heading of column {place} is no theme of study.toml; {suggest(column, titles)} A new theme is "
        "declared under [themes] before coding begins."
    )


def _faults(sheet: Sheet, prepared: Prepared) -> Iterator[str]:
    """What is wrong with the rows of a sheet."""
    rows, file, answers = sheet.rows, sheet.file, prepared.open_answers
    if rows.empty:
        yield f"{file}: has no rows. Write a new sheet with --out."
        return
    if repeated := _at(rows, rows[UNIT].ne("") & rows[UNIT].duplicated(keep=False)):
        yield f"{file}: {rows_text(repeated)} name a unit that another row names, too. Keep one row of each."
    known = rows[UNIT].isin(answers[UNIT])
    if unknown := _at(rows, ~known):
        yield (
            f"{file}: {rows_text(unknown)}: no open answer of this study is called so. The sheet is of another study, "
            f"of other data, or of a key that was removed since. {FROM_SHEET}"
        )
    versions = rows[UNIT].map(dict(zip(answers[UNIT], answers[VERSION], strict=True)))
    if older := _at(rows, known & rows[VERSION].ne(versions)):
        yield (
            f"{file}: {rows_text(older)}: the sheet is of an older edition of the data, and these answers changed "
            f"since. {FROM_SHEET}"
        )
    yield from _faults_of_marks(sheet, prepared.study)


def _faults_of_marks(sheet: Sheet, study: Study) -> Iterator[str]:
    """Cells that hold no mark, rows with a theme and `none`, and a sheet in which nothing is marked."""
    file, themes = sheet.file, coded_themes(study)
    marks = sheet.rows[[*themes, NONE]].map(tidy_text)
    for name in (*themes, NONE):
        if odd := _at(marks, ~marks[name].isin(YES | NO)):
            title = name if name == NONE else study.settings.themes[name].title
            yield (
                f"{file}: {rows_text(odd)}: the cell under {title!r} has neither an x nor nothing. Put an x where the "
                "answer mentions the theme; notes and names have no place in a sheet."
            )
    ticked = marks.isin(YES)
    if both := _at(marks, ticked[NONE] & ticked[themes].any(axis=1)):
        yield f"{file}: {rows_text(both)} have an x under a theme and under 'none'. Remove one of them."
    if not ticked.any(axis=None):
        yield f"{file}: no row has an x. Put one under each theme that an answer mentions, or under 'none'."


def _at(rows: pd.DataFrame, mask: pd.Series) -> list[int]:
    """Row numbers where something holds."""
    return [int(number) for number in rows.index[mask]]


def _codes(sheet: Sheet, study: Study) -> Iterator[dict[str, Any]]:
    """Marks of the rows that have any: a row without an x is not coded yet."""
    themes = coded_themes(study)
    ticked = sheet.rows[[*themes, NONE]].map(tidy_text).isin(YES)
    for number in ticked.index[ticked.any(axis=1)]:
        marks = {theme: bool(ticked.loc[number, theme]) for theme in themes}
        row = sheet.rows.loc[number]
        yield {"coder": sheet.coder, "unit": row[UNIT], "version": row[VERSION], "marks": marks}
