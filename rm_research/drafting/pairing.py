"""Questions: the columns in several waves that ask the same thing."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process

from rm_research.drafting.columns import Column, Counts, grid, numbers_of, pooled, titled
from rm_research.drafting.families import VOCABULARIES, grade_of, is_known, parted, said
from rm_research.drafting.occasions import Occasion, Occasions
from rm_research.drafting.words import is_dated, is_system, may_name_people
from rm_research.study.entries import tidy_text
from rm_research.study.folding import fold

ALIKE = 90.0  # rapidfuzz's ratio from which two wordings may be one question
SAME_CODE = 60.0  # below this ratio, the same code stands for two questions
FEWEST_ROWS = 3
DATED = 0.9  # share of the answers that must be dates
MOST_COMPARED = 400_000  # pairs of wordings
SHORTEST = 20  # characters; a single word can turn a shorter question into another


@dataclass(frozen=True, eq=False)
class Question:
    """
    One question.

    Attributes
    ----------
    columns : dict of str to Column
        Its column by wave, the earliest first.
    reworded : bool
        Whether its waves word it differently.
    """

    columns: dict[str, Column]
    reworded: bool = False

    @property
    def first(self) -> Column:
        """Column of the earliest wave that asks it."""
        return next(iter(self.columns.values()))

    @property
    def waves(self) -> tuple[str, ...]:
        """Waves that ask it."""
        return tuple(self.columns)

    @cached_property
    def counts(self) -> Counts:
        """How often each entry was given, over all waves."""
        return pooled(self.columns.values())

    @cached_property
    def quotable(self) -> list[str]:
        """
        Entries that a draft may quote: at least three rows of one wave share each of them, or its words.

        A rare entry that differs from a shared one in punctuation or case alone is the same printed answer. Rows of
        several waves may belong to one person. If a question may be answered by people's names, which many rows may
        share, only known words are quoted.
        """
        often = [pooled([column]) for column in self.columns.values()]
        known = {tidy_text(entry) for counts in often for entry, rows in counts.items() if rows >= FEWEST_ROWS}
        shared = [entry for entry in self.counts if tidy_text(entry) in known]
        if self._may_name_people:
            return [entry for entry in shared if is_known(entry)]
        words = {said(entry) for entry in shared}
        return [entry for entry in self.counts if said(entry) in words]

    def printed_among(self, printed: frozenset[str]) -> list[str]:
        """Entries that may be quoted: those that rows share, and those that are printed for other questions."""
        if self._may_name_people:
            return self.quotable
        return [entry for entry in self.counts if entry in printed or entry in self.quotable]

    @cached_property
    def dated(self) -> bool:
        """Whether its answers are dates or times, apart from slips of the pen."""
        dated = sum(rows for entry, rows in self.counts.items() if is_dated(entry))
        return dated > 0 and dated >= DATED * sum(self.counts.values())

    @cached_property
    def _may_name_people(self) -> bool:
        return any(may_name_people(said) for column in self.columns.values() for said in (column.name, column.text))


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """
    All questions of the waves.

    Attributes
    ----------
    questions : tuple of Question
        In the order of the exports.
    renumbered : tuple of str
        Codes that stand for different questions in different waves.
    unlike : tuple of Column
        Columns of later waves that share a name or wording with an earlier one, but none of its answers.
    """

    questions: tuple[Question, ...]
    renumbered: tuple[str, ...]
    unlike: tuple[Column, ...] = ()


@dataclass
class _Pairing:
    """Questions while waves are added one by one."""

    columns: list[dict[str, Column]] = field(default_factory=list)
    reworded: set[int] = field(default_factory=set)
    unlike: list[Column] = field(default_factory=list)

    def unasked(self, wave: str) -> list[int]:
        """Places of the questions that have no column in a wave yet."""
        return [place for place, one in enumerate(self.columns) if wave not in one]


def pair_questions(occasions: Occasions, excluded: set[str]) -> Questionnaire:
    """
    Match the columns of all waves by question, by code, and by similar wording.

    Parameters
    ----------
    occasions : Occasions
    excluded : set of str
        Columns that hold facts or personal data; columns of survey software are also left out.

    Returns
    -------
    Questionnaire
        Every other column with an answer becomes a question, whatever the answers are.
    """
    pairing = _Pairing()
    for wave in occasions.waves:
        columns = [_column(wave, name) for name in wave.headers if name not in excluded and not is_system(name)]
        _add_wave(pairing, wave.name, [column for column in columns if column.filled])
    questions = [Question(columns, place in pairing.reworded) for place, columns in enumerate(pairing.columns)]
    return Questionnaire(tuple(questions), _renumbered(questions), tuple(pairing.unlike))


def _renumbered(questions: list[Question]) -> tuple[str, ...]:
    """Codes that waves use for different questions."""
    used = Counter(code for one in questions for code in dict.fromkeys(c.code for c in one.columns.values()) if code)
    return tuple(code for code, questions_of_it in used.items() if questions_of_it > 1)


def _column(wave: Occasion, name: str) -> Column:
    code, text = titled(wave.headers[name], wave.opened.export.texts.get(name, ""))
    counts, blanks = wave.counted(name)
    return Column(name, code, text, counts, blanks, wave.opened.export.labels.get(name, {}))


def _add_wave(pairing: _Pairing, wave: str, columns: list[Column]) -> None:
    left = _matched(pairing, wave, columns, _by_text(pairing, columns, wave))
    for how in (_by_code, _by_wording):
        found = how(pairing, left, wave)
        apart = {place for place, at in found.items() if are_unlike(_latest(pairing.columns[at]), left[place])}
        pairing.unlike += [left[place] for place in sorted(apart)]
        left = _matched(pairing, wave, left, {place: at for place, at in found.items() if place not in apart})
    pairing.columns.extend({wave: column} for column in left)


def _matched(pairing: _Pairing, wave: str, columns: list[Column], matches: dict[int, int]) -> list[Column]:
    """Add columns to the questions that they match; return those left over."""
    for place, at in matches.items():
        before, now = _latest(pairing.columns[at]).text, columns[place].text
        if before and now and tidy_text(before) != tidy_text(now):
            pairing.reworded.add(at)
        pairing.columns[at][wave] = columns[place]
    return [column for place, column in enumerate(columns) if place not in matches]


def _unique(keys: dict[int, str]) -> dict[str, int]:
    """Place of each key that is not empty and occurs only once."""
    counts = Counter(keys.values())
    return {key: place for place, key in keys.items() if key and counts[key] == 1}


def _latest(columns: dict[str, Column]) -> Column:
    return list(columns.values())[-1]


def _by_text(pairing: _Pairing, columns: list[Column], wave: str) -> dict[int, int]:
    known = _unique({place: tidy_text(_latest(pairing.columns[place]).text) for place in pairing.unasked(wave)})
    asked = _unique({place: tidy_text(column.text) for place, column in enumerate(columns)})
    return {place: known[text] for text, place in asked.items() if text in known}


def _by_code(pairing: _Pairing, columns: list[Column], wave: str) -> dict[int, int]:
    """Match by code, or by the whole name, unless both have a wording and the wordings differ."""
    latest = {place: _latest(pairing.columns[place]) for place in pairing.unasked(wave)}
    known = _unique({place: fold(one.code or one.name) for place, one in latest.items()})
    asked = _unique({place: fold(column.code or column.name) for place, column in enumerate(columns)})
    shared = {place: known[code] for code, place in asked.items() if code in known}
    return {place: at for place, at in shared.items() if _alike(latest[at].text, columns[place].text)}


def _alike(before: str, now: str) -> bool:
    return not before or not now or fuzz.ratio(tidy_text(before), tidy_text(now)) >= SAME_CODE


def are_unlike(before: Column, now: Column) -> bool:
    """Whether two columns have printed answers, and none in common: then the same name does not make them one item."""
    if not (before.repeated and now.repeated):
        return False
    numbers = numbers_of(before.counts), numbers_of(now.counts)
    if all(map(len, numbers)):
        (low, high), (least, most) = ((min(one), max(one)) for one in numbers)
        return high < least or most < low
    entries = [_said(column) for column in (before, now)]
    if entries[0] & entries[1]:
        return False
    return not any(all(any(grade_of(entry, one) is not None for entry in of) for of in entries) for one in VOCABULARIES)


def _said(column: Column) -> set[str]:
    """Answers in a column in the form in which they are compared, with and without the number that they carry."""
    words = (parts[1] for entry in column.counts if (parts := parted(entry)) is not None)
    return {said(entry) for entry in (*column.counts, *words)}


def _by_wording(pairing: _Pairing, columns: list[Column], wave: str) -> dict[int, int]:
    """Match similar wordings if each is nearest to the other. In a grid, the lines are compared."""
    open_ones = [place for place in pairing.unasked(wave) if len(_line(_latest(pairing.columns[place]))) >= SHORTEST]
    asked = [place for place, column in enumerate(columns) if len(_line(column)) >= SHORTEST]
    if not open_ones or not asked or len(open_ones) * len(asked) > MOST_COMPARED:
        return {}
    ratios = process.cdist(
        [_line(columns[place]) for place in asked],
        [_line(_latest(pairing.columns[place])) for place in open_ones],
        scorer=fuzz.ratio, score_cutoff=ALIKE,
    )  # fmt: skip
    nearest, back = ratios.argmax(axis=1), ratios.argmax(axis=0)
    rows = np.arange(len(asked))
    mutual = (ratios[rows, nearest] >= ALIKE) & (back[nearest] == rows)
    return {asked[row]: open_ones[nearest[row]] for row in np.flatnonzero(mutual)}


def _line(column: Column) -> str:
    return tidy_text(grid(column.text)[1])
