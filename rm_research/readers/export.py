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
from rm_research.readers.choices import parted_name, ticked
from rm_research.study.entries import tidy_text

PREFIX = "*"
NEAR = 60  # per cent of its letters that a name shares with one that was meant
LONGEST_HINT = 60  # characters; a longer header, or one with an @, may be a person's words where the header is lacking


@dataclass(frozen=True, eq=False)
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
    identifiers : frozenset of str
        Columns that the format's own dictionary says tell who someone is. They are here as they came: whoever takes
        the export empties those that no fact is declared to stand in.
    doubts : tuple of str
        Sentences on what was read in one of several possible ways; each says what to declare.
    added : frozenset of str
        Columns that the reader made beside those of the file, one a choice that people shared.
    joint : str
        What parts the choices of a cell that holds several; '' where no cell of the format does.
    """

    file: str
    rows: pd.DataFrame = field(repr=False)
    texts: dict[str, str] = field(repr=False)
    repeated: frozenset[str]
    short: tuple[int, ...] = ()
    labels: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    steps: Steps = ()
    identifiers: frozenset[str] = frozenset()
    doubts: tuple[str, ...] = ()
    added: frozenset[str] = frozenset()
    joint: str = ""

    @cached_property
    def _trimmed(self) -> dict[str, str]:
        return {name.strip(): name for name in reversed(list(self.rows.columns))}

    @cached_property
    def _tidied(self) -> dict[str, str]:
        """Columns by their name, tidied, as far as that tells them apart."""
        tidied = [tidy_text(name) for name in self.rows.columns]
        number = Counter(tidied)
        return {name: column for name, column in zip(tidied, self.rows.columns, strict=True) if number[name] == 1}

    @cached_property
    def _own(self) -> list[str]:
        """Columns of the file; those of single choices are found by their whole name alone."""
        made = {name for name in self.rows.columns if self.joint and self._question(name)}
        return [name for name in self.rows.columns if name not in self.added | made]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._own)

    @cached_property
    def _asking(self) -> dict[str, list[str]]:
        """Columns by their question, tidied."""
        asking: dict[str, list[str]] = {}
        for column in self._own:
            if tidied := tidy_text(self.texts.get(column, "")):
                asking.setdefault(tidied, []).append(column)
        return asking

    @cached_property
    def _choices(self) -> dict[str, str]:
        """Columns of single choices by their name, tidied."""
        return {tidy_text(name): name for name in self.rows.columns if name in self.added}

    def find(self, name: str) -> str | None:
        """
        Column of that name, or else the only one that starts with 'name*' or has that question text; None without one.

        Where cells hold several choices, 'question [choice]' names a column for whatever choice of a question that is
        there. One that too few people ticked to be told by the reader is put into `rows` when it is asked for: what was
        printed is the study's to say, and a choice that nobody ticked in one wave is no column lacking.

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
            shown = " and ".join(repr(column) for column in asking[:2] if _may_be_shown(column))
            raise ReadError(
                f"{self.file} has {len(asking)} columns with the question {name!r}{shown and f', of which {shown}'}. "
                "Give the column's name instead."
            )
        return asking[0] if asking else self._choice(name)

    def _choice(self, name: str) -> str | None:
        """Column of 'question [choice]', made where there is none; None where there is no such question."""
        if not self.joint:
            return None
        if known := self._choices.get(tidy_text(name)):
            return known
        if (found := self._question(name)) is None:
            return None
        if name not in self.rows.columns:
            self.rows[name] = ticked(self.rows[found[0]], found[1], self.joint)
        return name

    def _question(self, name: str) -> tuple[str, str] | None:
        """Column of the question in 'question [choice]', and the choice."""
        for question, choice in parted_name(name):
            column = self._trimmed.get(question) or self._tidied.get(tidy_text(question))
            if column and choice:
                return column, choice
        return None

    def _starting(self, start: str) -> list[str]:
        """Columns that start so, which stand together among the sorted ones."""
        first = bisect_left(self._sorted, start)
        behind = bisect_right(self._sorted, start, lo=first, key=lambda column: column[: len(start)])
        return self._sorted[first:behind]

    @cached_property
    def _hints(self) -> list[str]:
        return [name for name in self._trimmed if _may_be_shown(name)]

    def nearest(self, name: str) -> str:
        """Hint at the column that was meant, with its full stop; a name that may be somebody's words is no hint."""
        near = process.extractOne(name, self._hints, scorer=fuzz.ratio, score_cutoff=NEAR)
        return f"did you mean {near[0]!r}?" if near else f"it has {len(self.rows.columns)} columns."


def _may_be_shown(name: str) -> bool:
    return len(name) <= LONGEST_HINT and "@" not in name


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
