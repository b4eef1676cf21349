"""What every reader returns."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count

import pandas as pd
from rapidfuzz import fuzz, process

from rm_research.errors import ReadError
from rm_research.readers.cells import Steps
from rm_research.study.entries import tidy_text

PREFIX = "*"
NEAR = 60  # per cent of its letters that a name shares with one that was meant


@dataclass(frozen=True)
class Export:
    """
    A file as text.

    Attributes
    ----------
    file : str
        Its name as study.toml gives it.
    rows : DataFrame
        One row a record, all text, '' where a cell is empty; the index is the row as a spreadsheet counts it.
    texts : dict of str to str
        Question text by column, where the format has one.
    repeated : frozenset of str
        Names that more than one column bears; the second is kept as 'name (2)'.
    short : tuple of int
        Rows that had fewer cells than the header.
    labels : dict of str to dict of str to str
        Label by code, by column, where the format keeps both; `rows` then has the codes.
    steps : tuple of (str, int)
        What reading found or changed without being told, and in how many cells; each becomes a line of the ledger.
    """

    file: str
    rows: pd.DataFrame = field(repr=False)
    texts: dict[str, str] = field(repr=False)
    repeated: frozenset[str]
    short: tuple[int, ...] = ()
    labels: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    steps: Steps = ()

    @cached_property
    def _trimmed(self) -> dict[str, str]:
        return {name.strip(): name for name in reversed(list(self.rows.columns))}

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.rows.columns)

    @cached_property
    def _asking(self) -> dict[str, list[str]]:
        """Columns by their question, tidied."""
        asking: dict[str, list[str]] = {}
        for column, text in self.texts.items():
            if tidied := tidy_text(text):
                asking.setdefault(tidied, []).append(column)
        return asking

    def find(self, name: str) -> str | None:
        """
        Column of that name, or else the only one that starts with 'name*' or has that question text; None without one.

        Raises
        ------
        ReadError
            When several columns fit.
        """
        if name in self.repeated:
            raise ReadError(
                f"{self.file} has several columns called {name!r}. Call them {name + ' (1)'!r}, {name + ' (2)'!r} … "
                "from left to right, in study.toml or codebook.csv."
            )
        if name in self._trimmed:
            return self._trimmed[name]
        if name.endswith(PREFIX) and (starting := self._starting(name.removesuffix(PREFIX))):
            if len(starting) > 1:
                raise ReadError(
                    f"{self.file} has {len(starting)} columns that start as {name!r} does. Give more of the name."
                )
            return starting[0]
        asking = self._asking.get(tidy_text(name), [])
        if len(asking) > 1:
            raise ReadError(
                f"{self.file} has {len(asking)} columns with the question {name!r}, of which {asking[0]!r} and "
                f"{asking[1]!r}. Give the column's name instead."
            )
        return asking[0] if asking else None

    def _starting(self, start: str) -> list[str]:
        """Columns that start so, which stand together among the sorted ones."""
        first = bisect_left(self._sorted, start)
        behind = bisect_right(self._sorted, start, lo=first, key=lambda column: column[: len(start)])
        return self._sorted[first:behind]

    def nearest(self, name: str) -> str:
        """Hint at the column that was meant, with its full stop."""
        near = process.extractOne(name, list(self._trimmed), scorer=fuzz.ratio, score_cutoff=NEAR)
        return f"did you mean {near[0]!r}?" if near else f"it has {len(self.rows.columns)} columns."


def as_export(
    file: str, names: Sequence[str], rows: pd.DataFrame, texts: Sequence[str] = (), *, short: tuple[int, ...] = (),
    steps: Steps = (),
) -> Export:  # fmt: skip
    """Export from column names, rows and question texts; nameless empty columns are dropped, twins numbered."""
    kept = [place for place, name in enumerate(names) if name.strip() or (rows.iloc[:, place] != "").any()]
    called = [names[place].strip() or f"column {place + 1}" for place in kept]
    repeated = frozenset(name for name, number in Counter(called).items() if number > 1)
    taken = set(called)
    numbered = {name: _numbered(name) for name in repeated}
    unique: list[str] = []
    for name in called:
        # a column may really be called 'name (2)'
        unique.append(next(n for n in numbered[name] if n not in taken) if name in repeated else name)
        taken.add(unique[-1])
    frame = rows.iloc[:, kept].set_axis(unique, axis=1)
    known = {name: texts[place] for name, place in zip(unique, kept, strict=True) if texts and texts[place]}
    return Export(file, frame, known, repeated, short, steps=steps)


def _numbered(name: str) -> Iterator[str]:
    return (f"{name} ({number})" for number in count(1))
