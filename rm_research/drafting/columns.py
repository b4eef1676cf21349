"""Columns of an export as the draft uses them: a short code, a question, and how often each answer was given."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import unescape

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rm_research.drafting.words import BLANK_WORDS, CACHED
from rm_research.study.entries import tidy_text
from rm_research.study.numbers import notation_of, number_in

IDENTIFIER = re.compile(r"[^\W\d_][\w.\-#]{0,29}")
# 'affSat1. I like my job', 'Q9Pre: How much do you know'
CODED = re.compile(r"([^\W\d_][\w\-#]{0,19}(?:\[\w{1,20}\])?)\s*[.:]\s+(\S.*)", re.DOTALL)
GRID = re.compile(r"(\S.*?)[:\s]*\[([^\[\]]+)\]\s*", re.DOTALL)
DASHED = re.compile(r"(\S.{9,}?)[:\s]*\s[-–]\s+(\S.*)", re.DOTALL)
TAGS = re.compile(r"<[^<>]{0,200}>")

REPEATED = 4  # rows that share a printed answer, on average; fewer share free text

Counts = dict[str, int]  # rows by entry
Counted = tuple[Counts, frozenset[str]]  # and entries that mean no answer
Numbers = dict[float, int]  # rows by number


@dataclass(frozen=True, eq=False)
class Column:
    """
    One column of one occasion.

    Attributes
    ----------
    name : str
        In the export.
    code : str
        Short name of the question, without the part that names the occasion; empty if there is none.
    text : str
        The question; empty if the export does not have it.
    counts : dict of str to int
        Rows by entry as typed, in order of first appearance, without empty cells and entries that mean no answer.
    blanks : frozenset of str
        Its entries that mean no answer.
    labels : dict of str to str
        Printed answer by entry, if the export has codes and knows what they mean.
    """

    name: str
    code: str
    text: str
    counts: Counts
    blanks: frozenset[str] = frozenset()
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What people know it by: its question, otherwise its code."""
        return self.text or self.code or self.name

    @property
    def repeated(self) -> bool:
        """Whether its answers come up again and again, as printed ones do."""
        return len(self.counts) > 1 and self.filled >= REPEATED * len(self.counts)

    @cached_property
    def filled(self) -> int:
        """Rows with an answer."""
        return sum(self.counts.values())


@lru_cache(maxsize=CACHED)
def titled(name: str, text: str = "") -> tuple[str, str]:
    """Short code and question of a column, from its name and its text in the export."""
    said = " ".join(unescape(TAGS.sub(" ", text)).split())
    if said and said != name:
        return (name if IDENTIFIER.fullmatch(name) else ""), said
    if IDENTIFIER.fullmatch(name):
        return name, ""
    if coded := CODED.fullmatch(name):
        return coded[1], " ".join(coded[2].split())
    return "", " ".join(unescape(TAGS.sub(" ", name)).split())


def grid(text: str) -> tuple[str, str]:
    """Question of a grid and the column's line in it: 'How true is this? [I speak up]'; otherwise '' and the text."""
    match = GRID.fullmatch(text) or DASHED.fullmatch(text)
    return (match[1], match[2].strip()) if match else ("", text)


def counted(cells: pd.Series) -> Counted:
    """How often each entry occurs in a column, and which of its entries mean no answer."""
    # with pandas' own counting, a table of thousands of columns would take minutes
    tallied = pc.value_counts(pa.array(cells, pa.large_string()))
    counts: Counts = {}
    blanks = set()
    for entry, rows in zip(tallied.field("values").to_pylist(), tallied.field("counts").to_pylist(), strict=True):
        stripped = entry.strip()
        if tidy_text(stripped) in BLANK_WORDS:
            blanks.add(stripped)
        elif stripped:
            counts[stripped] = counts.get(stripped, 0) + rows
    return counts, frozenset(blanks)


def pooled(columns: Iterable[Column]) -> Counts:
    """How often each entry occurs in several columns together, in its first spelling: equal text is one entry."""
    first: dict[str, str] = {}
    together: Counter[str] = Counter()
    for column in columns:
        for entry, rows in column.counts.items():
            together[first.setdefault(tidy_text(entry), entry)] += rows
    return dict(together)


def numbers_of(counts: Counts) -> Numbers:
    """Rows by number, the smallest first, for the entries that are numbers; those with a decimal comma are, too."""
    numbers: Counter[float] = Counter()
    tidied = {entry: tidy_text(entry) for entry in counts}
    notation = notation_of(tidied.values())
    for entry, rows in counts.items():
        if (number := number_in(tidied[entry], notation)) is not None:
            numbers[number] += rows
    return dict(sorted(numbers.items()))
