"""Columns of an export as a draft sees them: a short code, a question, and how often each answer was given."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import unescape
from math import isfinite

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rm_research.drafting.words import BLANK_WORDS, CACHED
from rm_research.study.entries import NUMBER, tidy_text

IDENTIFIER = re.compile(r"[^\W\d_][\w.\-#]{0,29}")
# 'affSat1. I like my job', 'Q9Pre: How much do you know'
CODED = re.compile(r"([^\W\d_][\w\-#]{0,19}(?:\[\w{1,20}\])?)\s*[.:]\s+(\S.*)", re.DOTALL)
GRID = re.compile(r"(\S.*?)[:\s]*\[([^\[\]]+)\]\s*", re.DOTALL)
DASHED = re.compile(r"(\S.{9,}?)[:\s]*\s[-–]\s+(\S.*)", re.DOTALL)
TAGS = re.compile(r"<[^<>]{0,200}>")

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
        Short name of the question, without what tells the occasion; empty where there is none.
    text : str
        The question; empty where the export does not have it.
    counts : dict of str to int
        Rows by entry as typed, in order of first appearance; without empty cells and entries that mean no answer.
    blanks : frozenset of str
        Entries in it that mean no answer.
    labels : dict of str to str
        Printed answer by entry, where the export has codes and knows what they stand for.
    """

    name: str
    code: str
    text: str
    counts: Counts
    blanks: frozenset[str] = frozenset()
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """How people know it: its question, else its code."""
        return self.text or self.code or self.name

    @cached_property
    def filled(self) -> int:
        """Rows with an answer."""
        return sum(self.counts.values())


@lru_cache(maxsize=CACHED)
def titled(name: str, text: str = "") -> tuple[str, str]:
    """Short code and question of a column, from its name and what the export says beside it."""
    said = " ".join(unescape(TAGS.sub(" ", text)).split())
    if said and said != name:
        return (name if IDENTIFIER.fullmatch(name) else ""), said
    if IDENTIFIER.fullmatch(name):
        return name, ""
    if coded := CODED.fullmatch(name):
        return coded[1], " ".join(coded[2].split())
    return "", " ".join(unescape(TAGS.sub(" ", name)).split())


def grid(text: str) -> tuple[str, str]:
    """Question of a grid and the line that a column holds: 'How true is this? [I speak up]'; else '' and the text."""
    found = GRID.fullmatch(text) or DASHED.fullmatch(text)
    return (found[1], found[2].strip()) if found else ("", text)


def counted(cells: pd.Series) -> Counted:
    """How often each entry stands in a column, and which entries in it mean no answer."""
    # a table of thousands of columns would take minutes by pandas' own counting
    found = pc.value_counts(pa.array(cells, pa.large_string()))
    counts: Counts = {}
    blanks = set()
    for entry, rows in zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True):
        stripped = entry.strip()
        if tidy_text(stripped) in BLANK_WORDS:
            blanks.add(stripped)
        elif stripped:
            counts[stripped] = counts.get(stripped, 0) + rows
    return counts, frozenset(blanks)


def pooled(columns: Iterable[Column]) -> Counts:
    """How often each entry stands in several columns together."""
    together: Counter[str] = Counter()
    for column in columns:
        together.update(column.counts)
    return dict(together)


def numbers_of(counts: Counts) -> Numbers:
    """Rows by number, the smallest first, of the entries that are numbers."""
    numbers: Counter[float] = Counter()
    for entry, rows in counts.items():
        tidied = tidy_text(entry)
        if NUMBER.fullmatch(tidied) and isfinite(float(tidied)):
            numbers[float(tidied)] += rows
    return dict(sorted(numbers.items()))
