"""What every reader returns."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, count

import pandas as pd
from rapidfuzz import fuzz, process

from rm_research.catalogue.said import Said
from rm_research.errors import ReadError
from rm_research.limits import check_columns
from rm_research.readers.cells import Steps
from rm_research.readers.choices import parted_name, ticked
from rm_research.readers.long_layout import Layout, recognised
from rm_research.readers.titles import title_rows
from rm_research.study.entries import tidy_text
from rm_research.study.folding import fold

PREFIX = "*"
LOOKED_AT = 20  # rows among which the header may be
NAMELESS = re.compile(r"column \d+")
DAY_ZERO = "1899-12-30"  # of spreadsheet programs, for days from March 1900
NEAR = 60  # per cent of letters shared by a name and the one that was meant
LONGEST_HINT = 60  # characters; if the header row is missing, a longer name or one with an @ may be a person's words


@dataclass(frozen=True, eq=False)
class Export:
    """
    A file as text.

    Attributes
    ----------
    file : str
        Its name as study.toml gives it, with the sheet if that is declared.
    rows : DataFrame
        One row per record, all text, '' where a cell is empty; the index has row numbers as in a spreadsheet.
    texts : dict of str to str
        Question text by column, if the format has one.
    repeated : frozenset of str
        Names shared by several columns; the second of them is renamed to 'name (2)'.
    short : tuple of int
        Rows that had fewer cells than the header.
    labels : dict of str to dict of str to str
        Label by code, by column, if the format has both; `rows` then has the codes.
    steps : tuple of (str, int)
        What reading decided or changed by itself, and in how many cells; each becomes a line of the ledger.
    identifiers : frozenset of str
        Columns that identify people according to the format's own dictionary. They are unchanged here: the caller
        empties those that are not declared as a fact.
    doubts : tuple of str
        Sentences about what was read in one of several possible ways; each says what to declare.
    added : frozenset of str
        Columns that the reader added to those of the file, one per choice that several people ticked.
    joint : str
        What separates the choices in a cell with several; '' if the format has no such cells.
    summaries : tuple of int
        Rows that sum up the others and are no records; they are not among `rows`.
    maybe_summaries : tuple of int
        Rows that begin like that, but may be somebody's answers; they are among `rows`.
    day_zero : str
        Day from which numbers that stand for dates are counted.
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
    summaries: tuple[int, ...] = ()
    maybe_summaries: tuple[int, ...] = ()
    day_zero: str = field(default=DAY_ZERO, repr=False)

    @cached_property
    def _trimmed(self) -> dict[str, str]:
        return {name.strip(): name for name in reversed(list(self.rows.columns))}

    @cached_property
    def _tidied(self) -> dict[str, str]:
        """Columns by their tidied name, where only one column has it."""
        tidied = [tidy_text(name) for name in self.rows.columns]
        times = Counter(tidied)
        return {name: column for name, column in zip(tidied, self.rows.columns, strict=True) if times[name] == 1}

    @cached_property
    def _of_file(self) -> list[str]:
        """Columns of the file, without those of single choices, which are found by their full name only."""
        choices = {name for name in self.rows.columns if self.joint and self._question(name)}
        return [name for name in self.rows.columns if name not in self.added | choices]

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._of_file)

    @cached_property
    def _asking(self) -> dict[str, list[str]]:
        """Columns by their tidied question."""
        asking: dict[str, list[str]] = {}
        for column in self._of_file:
            if tidied := tidy_text(self.texts.get(column, "")):
                asking.setdefault(tidied, []).append(column)
        return asking

    @cached_property
    def _folded(self) -> dict[str, list[str]]:
        """Columns of the file by their name in plain characters."""
        folded: dict[str, list[str]] = {}
        for name in self._of_file:
            folded.setdefault(fold(name), []).append(name)
        return folded

    @cached_property
    def _choices(self) -> dict[str, str]:
        """Columns of single choices by their tidied name."""
        return {tidy_text(name): name for name in self.rows.columns if name in self.added}

    def find(self, name: str) -> str | None:
        """
        Find the column with that name, else the only one that matches 'name*', has that question text or looks alike.

        None if there is no such column.

        In a format where a cell can hold several choices, 'question [choice]' finds the column of any choice of an
        existing question. If too few people ticked it for the reader to add it, the column is added to `rows` now: the
        study knows which choices were offered, and a choice that nobody ticked in a wave is not a missing column.

        Raises
        ------
        ReadError
            When several columns fit.
        """
        if name in self.repeated:
            numbers = {"first": f"{name} (1)", "second": f"{name} (2)"}
            raise ReadError(Said("reading.several_named", file=self.file, name=name, **numbers))
        if name in self._trimmed:
            return self._trimmed[name]
        if name.endswith(PREFIX) and (starting := self._starting(name.removesuffix(PREFIX))):
            if len(starting) > 1:
                raise ReadError(Said("reading.several_begin", file=self.file, n=len(starting), name=name))
            return starting[0]
        asking = self._asking.get(tidy_text(name), [])
        if len(asking) > 1:
            shown = ", ".join(repr(column) for column in asking[:2] if _may_be_shown(column))
            found = {"file": self.file, "n": len(asking), "name": name}
            raise ReadError(
                Said("reading.several_ask_as", **found, names=shown) if shown else Said("reading.several_ask", **found)
            )
        return asking[0] if asking else self._alike(name) or self._choice(name)

    def is_alike(self, name: str) -> bool:
        """Whether the column of that name is written with characters that only look alike."""
        return name.strip() not in self._trimmed and self._alike(name) is not None

    def _alike(self, name: str) -> str | None:
        """Column whose name looks like this one."""
        alike = self._folded.get(fold(name), [])
        if len(alike) > 1:
            raise ReadError(Said("reading.look_alike", file=self.file, n=len(alike), name=name))
        return alike[0] if alike else None

    def _choice(self, name: str) -> str | None:
        """Column of 'question [choice]', added if it does not exist; None if there is no such question."""
        if not self.joint:
            return None
        if known := self._choices.get(tidy_text(name)):
            return known
        if (question := self._question(name)) is None:
            return None
        if name not in self.rows.columns:
            self.rows[name] = ticked(self.rows[question[0]], question[1], self.joint)
        return name

    def _question(self, name: str) -> tuple[str, str] | None:
        """Column of the question in 'question [choice]', and the choice; None if there is no such question."""
        for question, choice in parted_name(name):
            column = self._trimmed.get(question) or self._tidied.get(tidy_text(question))
            if column and choice:
                return column, choice
        return None

    def _starting(self, start: str) -> list[str]:
        """Columns whose name starts with `start`: neighbours in sorted order."""
        first = bisect_left(self._sorted, start)
        end = bisect_right(self._sorted, start, lo=first, key=lambda column: column[: len(start)])
        # a name that ends with a blank goes on with another word
        plain = fold(start) + (" " if start[-1:].isspace() else "")
        alike = (names for name, names in self._folded.items() if plain and name.startswith(plain))
        return self._sorted[first:end] or list(chain.from_iterable(alike))

    @cached_property
    def _header(self) -> int | None:
        """Row in which the header seems to be, if it is below the row of the names; None otherwise."""
        names, head = list(self.rows.columns), self.rows.head(LOOKED_AT)
        # a nameless column was named by its place
        names = ["" if NAMELESS.fullmatch(name) else name for name in names]
        above = title_rows([names, *head.to_numpy().tolist()])
        return int(head.index[above - 1]) if above else None

    @cached_property
    def _layout(self) -> Layout | None:
        """Layout of a file with one row per answer; None if it seems to have one row per person."""
        return recognised(self.rows)

    @cached_property
    def _hints(self) -> list[str]:
        return [name for name in self._trimmed if _may_be_shown(name)]

    def nearest(self, name: str) -> str:
        """Suggest the column that was meant, as a full sentence; never a name that may be someone's words."""
        if (header := self._header) is not None:
            return Said("problems.part.header_in_row", row=header, above=header - 1)
        if self._layout is not None:
            return Said("reading.part.one_answer_each", question=self._layout.question, answer=self._layout.answer)
        near = process.extractOne(name, self._hints, scorer=fuzz.ratio, score_cutoff=NEAR)
        if near:
            return Said("problems.part.meant", name=near[0])
        return Said("problems.part.has_columns", n=len(self.rows.columns))


def _may_be_shown(name: str) -> bool:
    return len(name) <= LONGEST_HINT and "@" not in name


def as_export(
    file: str, names: Sequence[str], rows: pd.DataFrame, texts: Sequence[str] = (), *, short: tuple[int, ...] = (),
    steps: Steps = (),
) -> Export:  # fmt: skip
    """Make an Export of names, rows and question texts; nameless empty columns are dropped, repeated names numbered."""
    check_columns(file, len(names))
    places = [place for place, name in enumerate(names) if name.strip() or (rows.iloc[:, place] != "").any()]
    unique, repeated = unique_names([names[place].strip() or f"column {place + 1}" for place in places])
    frame = (rows if len(places) == len(names) else rows.iloc[:, places]).set_axis(unique, axis=1)
    questions = {name: texts[place] for name, place in zip(unique, places, strict=True) if texts and texts[place]}
    return Export(file, frame, questions, repeated, short, steps=steps)


def unique_names(headings: Sequence[str]) -> tuple[list[str], frozenset[str]]:
    """Number the headings that several columns have; also returns which these are."""
    repeated = frozenset(name for name, times in Counter(headings).items() if times > 1)
    taken = set(headings)
    numbered = {name: _numbered(name) for name in repeated}
    unique: list[str] = []
    for name in headings:
        # a column of the file may itself be named 'name (2)'
        unique.append(next(n for n in numbered[name] if n not in taken) if name in repeated else name)
        taken.add(unique[-1])
    return unique, repeated


def _numbered(name: str) -> Iterator[str]:
    return (f"{name} ({number})" for number in count(1))
