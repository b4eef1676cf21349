"""
Google Forms: the question is the column's name; rows of a grid stand in brackets behind it.

Times become ISO 8601, as the clock of the form's owner showed them. The choices of checkboxes, joined by ';', are put
into columns of their own beside the one they came in, as far as people share them; `Export.find` makes the others.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rm_research.readers.cells import Steps, records
from rm_research.readers.choices import parts, ticked
from rm_research.readers.export import Export, as_export
from rm_research.readers.tables import read_cells
from rm_research.study.entries import per_entry, tidy_text
from rm_research.study.settings import File

# the first column in English, German, French, Spanish, Portuguese, Italian, Dutch, Swedish and Polish
TIMESTAMPS = (
    "timestamp", "zeitstempel", "horodateur", "marca temporal", "carimbo de data/hora", "informazioni cronologiche",
    "tijdstempel", "tidsstämpel", "sygnatura czasowa",
)  # fmt: skip
TIME = re.compile(
    r"(?P<one>\d{1,4})(?P<mark>[/.-])(?P<two>\d{1,2})(?P=mark)(?P<three>\d{1,4})"
    r"(?:[ T,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:\s*(?P<half>[ap])\.?m\b\.?)?"
    r"\s*(?:[a-z]{1,5}(?:[+-]\d{1,2}(?::?\d{2})?)?)?)?",
    re.IGNORECASE,
)
MONTH_FIRST = ("month", "day", "year")
MONTHS = 12
ISO = re.compile(r"\d{4}-\d\d(-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?")
JOINT = ";"
SHARED = 3  # people who tick a choice, at least; what fewer wrote would name them in a column's name
MOSTLY = 0.5  # of what stands between the joints, ticked by so many: else the question was free text


def read(folder: Path, file: File) -> Export:
    """Read a Google Forms export."""
    cells = read_cells(folder / file.file, file)
    names = cells.row(0)
    export = as_export(file.file, names, records(cells.frame, 1), names, short=cells.short, steps=cells.steps)
    # a format that is declared is one in which the times stay
    return _with_choices(export if file.date_format else _with_times(export))


def _with_times(export: Export) -> Export:
    """Export whose times are ISO 8601; what cannot be read stays as it is."""
    changed: dict[str, pd.Series] = {}
    steps: Steps = ()
    doubts: tuple[str, ...] = ()
    for name in [name for name in export.rows.columns if tidy_text(name) in TIMESTAMPS]:
        cells = export.rows[name]
        found = [match for match in map(TIME.fullmatch, cells.str.strip().unique()) if match]
        order = _order(found)
        changed[name] = per_entry(cells, partial(iso_time, order=order))
        if number := int((changed[name] != cells).sum()):
            steps += ((f"times read as {'/'.join(order)} and written as ISO 8601", number),)
        if found and order == MONTH_FIRST and all(int(match["two"]) <= MONTHS for match in found):
            doubts += (_doubt(export.file, name, found[0]),)
    return replace(export, rows=export.rows.assign(**changed), steps=(*export.steps, *steps), doubts=doubts)


def _order(found: Sequence[re.Match[str]]) -> tuple[str, str, str]:
    """In which order year, month and day stand: months come first unless that gives no date somewhere."""
    if any(len(match["one"]) == 4 for match in found):
        return ("year", "month", "day")
    if any(match["mark"] == "." or int(match["one"]) > MONTHS for match in found):
        return ("day", "month", "year")
    return MONTH_FIRST


def _doubt(file: str, column: str, found: re.Match[str]) -> str:
    """Say that days may stand first, and in what format either is declared."""
    mark, clock = found["mark"], ""
    if found["hour"]:
        clock = " %I:%M" if found["half"] else " %H:%M"
        clock += (":%S" if found["second"] else "") + (" %p" if found["half"] else "")
    days, months = (f'"{order.replace("/", mark)}{clock}"' for order in ("%d/%m/%Y", "%m/%d/%Y"))
    return (
        f"{file}: no entry of {column!r} tells whether days or months come first; they were read with months first. "
        f"Set date_format beside the file in study.toml: {days} where days come first, {months} where months do."
    )


def iso_time(entry: str, order: tuple[str, str, str]) -> str:
    """
    Return a time as ISO 8601, without its zone; as it is if it cannot be read, or is ISO 8601 already.

    Parameters
    ----------
    entry : str
        Such as '2025/04/04 1:08:48 pm EET', '4/4/2025 13:08:48' or '2019-2-01'.
    order : tuple of str
        'year', 'month' and 'day' as they stand in it.
    """
    found = TIME.fullmatch(entry.strip())
    if not found or ISO.fullmatch(entry.strip()):
        return entry
    date = dict(zip(order, map(int, found.group("one", "two", "three")), strict=True))
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return entry
        hour = hour % 12 + 12 * (found["half"].lower() == "p")
    try:
        minute, second = int(found["minute"] or 0), int(found["second"] or 0)
        time = datetime(date["year"], date["month"], date["day"], hour, minute, second)
    except ValueError:
        return entry
    if time.year < 1900:  # a year of two digits
        return entry
    return time.isoformat() if found["hour"] else time.date().isoformat()


def _with_choices(export: Export) -> Export:
    """Export with a column more for each choice of the checkbox questions."""
    found: dict[str, pd.Series] = {}
    for name in export.rows.columns:
        cells = export.rows[name]
        for choice in _choices(cells):
            column = f"{name} [{choice}]"
            if column not in export.rows.columns:
                found[column] = ticked(cells, choice, JOINT)
    export = replace(export, joint=JOINT)
    if not found:
        return export
    number = int(sum((cells != "").sum() for cells in found.values()))
    return replace(
        export,
        rows=pd.concat([export.rows, pd.DataFrame(found)], axis=1),
        texts={**export.texts, **{name: name for name in found}},
        steps=(*export.steps, (f"choices of checkboxes put into {len(found)} columns of their own", number)),
        added=frozenset(found),
    )


def _choices(cells: pd.Series) -> list[str]:
    """Choices of a checkbox question that enough people ticked, in order of appearance; none of another question."""
    joined = np.asarray(pc.match_substring(pa.array(cells), JOINT))
    if not joined.any():
        return []
    number = Counter(part for entry in cells for part in dict.fromkeys(parts(entry, JOINT)))
    between = [part for entry in cells[joined] for part in parts(entry, JOINT)]
    shared = [part for part in number if number[part] >= SHARED]
    if sum(number[part] >= SHARED for part in between) < MOSTLY * max(len(between), 1):
        return []
    return shared
