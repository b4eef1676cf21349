"""
Google Forms: the question is the column's name, followed in a grid by the row in brackets.

Times become ISO 8601, in the local time of the form's owner. Choices of checkboxes come joined by ';' in one column;
each choice that enough people share also gets its own column, and `Export.find` adds the others when needed.
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

from rm_research.catalogue.said import Said
from rm_research.readers.cells import Steps
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
SHARED = 3  # least number of people who tick a choice; a rarer entry, as a column's name, could identify its author
MOSTLY = 0.5  # least share of entries between joints that are shared choices; below it, the question was free text


def read(folder: Path, file: File) -> Export:
    """Read a Google Forms export."""
    cells = read_cells(folder / file.file, file)
    names = cells.row(0)
    export = as_export(file.file, names, cells.records(1), names, short=cells.short, steps=cells.steps)
    # times in a declared format are left as they are
    return _with_choices(export if file.date_format else _with_times(export))


def _with_times(export: Export) -> Export:
    """Write the times of an export as ISO 8601; entries that cannot be read stay as they are."""
    changed: dict[str, pd.Series] = {}
    steps: Steps = ()
    doubts: tuple[str, ...] = ()
    for name in [name for name in export.rows.columns if tidy_text(name) in TIMESTAMPS]:
        cells = export.rows[name]
        times = [match for match in map(TIME.fullmatch, cells.str.strip().unique()) if match]
        order = _order(times)
        changed[name] = per_entry(cells, partial(iso_time, order=order))
        if rewritten := int((changed[name] != cells).sum()):
            steps += ((Said("ledger.of.times", order="/".join(order)), rewritten),)
        if times and order == MONTH_FIRST and all(int(match["two"]) <= MONTHS for match in times):
            doubts += (_doubt(export.file, name, times[0]),)
    return replace(export, rows=export.rows.assign(**changed), steps=(*export.steps, *steps), doubts=doubts)


def _order(times: Sequence[re.Match[str]]) -> tuple[str, str, str]:
    """Order of year, month and day: months come first unless that makes an entry impossible."""
    if any(len(match["one"]) == 4 for match in times):
        return ("year", "month", "day")
    if any(match["mark"] == "." or int(match["one"]) > MONTHS for match in times):
        return ("day", "month", "year")
    return MONTH_FIRST


def _doubt(file: str, column: str, time: re.Match[str]) -> str:
    """Say that days may come first, and how to declare either order."""
    mark, clock = time["mark"], ""
    if time["hour"]:
        clock = " %I:%M" if time["half"] else " %H:%M"
        clock += (":%S" if time["second"] else "") + (" %p" if time["half"] else "")
    days, months = (f'"{order.replace("/", mark)}{clock}"' for order in ("%d/%m/%Y", "%m/%d/%Y"))
    return Said("problems.doubtful_dates", file=file, column=column, days=days, months=months)


def iso_time(entry: str, order: tuple[str, str, str]) -> str:
    """
    Return a time as ISO 8601, without its zone; unchanged if it cannot be read or is already ISO 8601.

    Parameters
    ----------
    entry : str
        Such as '2025/04/04 1:08:48 pm EET', '4/4/2025 13:08:48' or '2019-2-01'.
    order : tuple of str
        'year', 'month' and 'day' in the order of the entry.
    """
    match = TIME.fullmatch(entry.strip())
    if not match or ISO.fullmatch(entry.strip()):
        return entry
    date = dict(zip(order, map(int, match.group("one", "two", "three")), strict=True))
    hour = int(match["hour"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return entry
        hour = hour % 12 + 12 * (match["half"].lower() == "p")
    try:
        minute, second = int(match["minute"] or 0), int(match["second"] or 0)
        time = datetime(date["year"], date["month"], date["day"], hour, minute, second)
    except ValueError:
        return entry
    if time.year < 1900:  # a year of two digits
        return entry
    return time.isoformat() if match["hour"] else time.date().isoformat()


def _with_choices(export: Export) -> Export:
    """Add a column to an export for each choice of the checkbox questions."""
    columns: dict[str, pd.Series] = {}
    for name in export.rows.columns:
        cells = export.rows[name]
        for choice in _choices(cells):
            column = f"{name} [{choice}]"
            if column not in export.rows.columns:
                columns[column] = ticked(cells, choice, JOINT)
    export = replace(export, joint=JOINT)
    if not columns:
        return export
    filled = int(sum((cells != "").sum() for cells in columns.values()))
    return replace(
        export,
        rows=pd.concat([export.rows, pd.DataFrame(columns)], axis=1),
        texts={**export.texts, **{name: name for name in columns}},
        steps=(*export.steps, (Said("ledger.of.checkboxes", n=len(columns)), filled)),
        added=frozenset(columns),
    )


def _choices(cells: pd.Series) -> list[str]:
    """Choices that enough people ticked, in order of appearance; none if the question has no checkboxes."""
    joined = np.asarray(pc.match_substring(pa.array(cells), JOINT))
    if not joined.any():
        return []
    people = Counter(choice for entry in cells for choice in dict.fromkeys(parts(entry, JOINT)))
    between = [choice for entry in cells[joined] for choice in parts(entry, JOINT)]
    shared = [choice for choice in people if people[choice] >= SHARED]
    if sum(people[choice] >= SHARED for choice in between) < MOSTLY * max(len(between), 1):
        return []
    return shared
