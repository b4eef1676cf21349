"""codebook.csv: one row per item, with its column in each wave's export."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from math import isfinite
from pathlib import Path
from typing import Literal

from rm_research.errors import StudyFileError
from rm_research.frames import RESPONSES
from rm_research.limits import MOST_BYTES, MOST_ITEMS
from rm_research.study.folding import printable
from rm_research.study.wording import suggest

CODING = ("answers", "low", "high", "reverse")  # a wave or an export may have its own, as low.after
FIXED = ("item", "scale", "of", "kind", "reverse", "low", "high", "answers", "missing", "label", "question")
OF_ROLE = "question@"  # begins the heading of a column of questions to one role
YES, NO = {"yes", "true", "1", "x"}, {"", "no", "false", "0"}
NOT_ASKED = "-"
Kind = Literal["number", "choice", "text"]


@dataclass(frozen=True)
class Coding:
    """
    How one wave or export codes an item; None where it is coded as the item is.

    Attributes
    ----------
    answers : str or None
    low, high : float or None
    reverse : bool or None
    """

    answers: str | None = None
    low: float | None = None
    high: float | None = None
    reverse: bool | None = None

    def over(self, other: "Coding") -> "Coding":
        """Take from another what this coding leaves open."""
        own = {name: value for name, value in vars(self).items() if value is not None}
        return replace(other, **own)


@dataclass(frozen=True)
class Item:
    """
    One question.

    Attributes
    ----------
    name, scale, label : str
        `scale` is empty for an item that belongs to no scale.
    kind : {'number', 'choice', 'text'}
    reverse : bool
        Whether a high answer means little of what the scale measures.
    low, high : float or None
        Ends of the printed answer scale, after `answers`; None = unbounded.
    answers : str
        Name of the table that turns labels into numbers; empty if the export has numbers.
    missing : tuple of str
        Entries that mean no answer to this item; other items are unaffected.
    columns : dict of str to str
        Column of the export by wave, or by 'wave.source'; absent = the item's name, '-' = not asked, 'A|B' = whichever
        is answered first in this order.
    row : int
        Row in codebook.csv; the header is row 1.
    codings : dict of str to Coding
        Own coding by wave, or by 'wave.source'.
    of : int or None
        Its number in the instrument that its scale names.
    says_reverse : bool
        Whether its cell under `reverse` says yes or no; an empty cell leaves it to the instrument.
    questions : dict of str to str
        What a questionnaire asks, by role; '' for all roles without a question of their own.
    """

    name: str
    scale: str
    kind: Kind
    reverse: bool
    low: float | None
    high: float | None
    answers: str
    missing: tuple[str, ...]
    label: str
    columns: dict[str, str]
    row: int
    codings: dict[str, Coding] = field(default_factory=dict)
    of: int | None = None
    says_reverse: bool = False
    questions: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The label, or the name if there is no label."""
        return self.label or self.name

    def candidates(self, wave: str, source: str) -> tuple[str, ...]:
        """Columns that may hold the item in one export, best first; empty if it is not asked."""
        declared = self.columns.get(f"{wave}.{source}") or self.columns.get(wave) or self.name
        return () if declared == NOT_ASKED else tuple(part.strip() for part in declared.split("|"))

    def coded(self, wave: str, source: str) -> "Item":
        """The item as one export codes it: answers are read by it, then put on the item's own scale."""
        coding = self.codings.get(f"{wave}.{source}", Coding()).over(self.codings.get(wave, Coding()))
        return replace(self, **{name: value for name, value in vars(coding).items() if value is not None})


def read_codebook(path: Path, places: list[str] | None) -> tuple[tuple[Item, ...], list[str]]:
    """
    Read the items of codebook.csv, and find what is wrong with them.

    Parameters
    ----------
    path : Path
        The file.
    places : list of str or None
        Names that columns may have in addition to the fixed ones: the waves, and each 'wave.source'. None if
        study.toml could not be read; then any name is accepted.

    Returns
    -------
    items : tuple of Item
        Those that could be read.
    problems : list of str
        One sentence each, naming row, column and remedy.

    Raises
    ------
    StudyFileError
        When the file is missing, is not UTF-8 text, or has no column `item`.
    """
    header, rows = _read_rows(path)
    own = [f"{name}.{place}" for place in places or () for name in CODING]
    known = [*FIXED, *(header if places is None else [*places, *own])]
    problems = [
        f"codebook.csv: column {name!r} is neither a codebook column nor a wave; {suggest(name, known)}"
        for name in header
        if name and name not in known and not (name.startswith(OF_ROLE) and name != OF_ROLE)
    ]
    problems += [
        f"codebook.csv: two columns are named {name!r}; remove one"
        for name in sorted({*header} - {""})
        if header.count(name) > 1
    ]
    items: list[Item] = []
    for number, cells in rows:
        row = dict(zip(header, cells, strict=False))
        if any(cell for cell, name in zip_longest(cells, header, fillvalue="") if not name):
            problems.append(
                f"codebook.csv row {number}: has a cell without a heading; put cells that contain a comma in quotes"
            )
        if any(cells):
            items.append(_item(row, number, places or [], problems.append))
    problems += _repeated(items)
    return tuple(items), problems


def _read_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    if not path.is_file():
        raise StudyFileError(f"There is no {path.name} in {path.parent}. It lists the items, one per row; add it.")
    if path.stat().st_size > MOST_BYTES:
        raise StudyFileError(f"{path.name} has more than {MOST_BYTES:,} bytes. Is it another file?")
    try:
        text = printable(path.read_bytes().decode("utf-8-sig"))
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise StudyFileError(f"{path.name} is not saved as UTF-8. Save it as 'CSV UTF-8'.") from error
    except csv.Error as error:
        raise StudyFileError(f"{path.name} is not a CSV file: {error}. Save it as 'CSV UTF-8' again.") from error
    if len(lines) > MOST_ITEMS:
        raise StudyFileError(f"{path.name} has more than {MOST_ITEMS:,} rows. It lists the items, one per row.")
    header = [name.strip() for name in lines[0]] if lines else []
    if "item" not in header:
        remedy = " Its columns seem to be separated by semicolons: save it with commas." if ";" in text[:200] else ""
        raise StudyFileError(f"{path.name} has no column 'item' in its first row.{remedy or ' Add that heading.'}")
    return header, [(number, [cell.strip() for cell in line]) for number, line in enumerate(lines[1:], start=2)]


def _item(row: dict[str, str], number: int, places: list[str], complain: Callable[[str], None]) -> Item:
    where = f"codebook.csv row {number}"
    name = row.get("item", "")
    if not name:
        complain(f"{where}: the item has no name; give it one")
    if name in RESPONSES.columns:
        complain(
            f"{where}: an item cannot be named {name!r}, because every study has a column with that name; rename it"
        )
    kind = row.get("kind", "") or "number"
    if kind not in ("number", "choice", "text"):
        complain(f"{where}: kind is {kind!r}; it must be number, choice or text")
    coding = _coding(row, "", where, complain)
    return Item(
        name=name,
        scale=row.get("scale", ""),
        kind=kind,  # type: ignore[arg-type]  # checked above; any other word is refused
        reverse=bool(coding.reverse),
        low=coding.low,
        high=coding.high,
        answers=coding.answers or "",
        missing=tuple(part.strip() for part in row.get("missing", "").split("|") if part.strip()),
        label=row.get("label", ""),
        columns={place: row[place] for place in places if row.get(place)},
        row=number,
        codings={place: own for place in places if (own := _coding(row, f".{place}", where, complain)) != Coding()},
        of=_place_in_instrument(row.get("of", ""), where, complain),
        says_reverse=coding.reverse is not None,
        questions=_questions(row),
    )


def _questions(row: dict[str, str]) -> dict[str, str]:
    """What is asked, by role; '' for all of them."""
    asked = {name.removeprefix(OF_ROLE): cell for name, cell in row.items() if name.startswith(OF_ROLE)}
    return {role: cell for role, cell in {"": row.get("question", ""), **asked}.items() if cell}


def _place_in_instrument(cell: str, where: str, complain: Callable[[str], None]) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and int(cell)):
        complain(f"{where}: of is {cell!r}; write the item's number in its instrument, such as 3")
        return None
    return int(cell)


def _coding(row: dict[str, str], place: str, where: str, complain: Callable[[str], None]) -> Coding:
    """How an item is coded everywhere, or in the place whose name ends the headings; empty cells are None."""
    reverse = row.get(f"reverse{place}", "").casefold()
    if reverse not in YES | NO:
        allowed = "yes, no or empty" if place else "yes or empty"
        complain(f"{where}: reverse{place} is {row[f'reverse{place}']!r}; it must be {allowed}")
    low, high = (_number(row.get(f"{end}{place}", ""), f"{where}: {end}{place}", complain) for end in ("low", "high"))
    return Coding(row.get(f"answers{place}") or None, low, high, reverse in YES if reverse else None)


def _number(cell: str, where: str, complain: Callable[[str], None]) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        complain(f"{where} is {cell!r}, which is not a number; write it like 1 or 1.5")
        return None
    return value


def _repeated(items: list[Item]) -> list[str]:
    first: dict[str, Item] = {}
    return [
        f"codebook.csv row {item.row}: item {item.name!r} is already in row {first[item.name].row}; rename one"
        for item in items
        if first.setdefault(item.name, item) is not item
    ]
