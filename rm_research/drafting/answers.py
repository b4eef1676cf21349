"""What kind of answers people gave to a question: numbers from a printed range, printed answers, or measurements."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from rm_research.drafting.columns import Counts, Numbers, numbers_of
from rm_research.drafting.families import VOCABULARIES, Vocabulary, grade_of, own_number, tail
from rm_research.drafting.pairing import Question
from rm_research.drafting.words import BLANK_NUMBERS, BLANK_WORDS
from rm_research.study.entries import NUMBER, tidy_text
from rm_research.study.folding import fold

MOSTLY = 0.9  # share of the answers that a kind must explain
MOST_NUMBERS = 11  # 0 to 10
MOST_LABELS = 12
LONGEST_LABEL, MOST_WORDS = 40, 6  # of an undeclared printed answer; free text is longer
SENTENCE = (".", "!", "?", ",")  # a printed answer does not end with these
REPEATED = 4  # rows that share a printed answer, on average; fewer share free text
# printed ranges, the narrow ones first; then those to guess when nobody gave the answers at the ends
USUAL = (
    (0, 1), (1, 2), (1, 3), (0, 2), (1, 4), (0, 3), (1, 5), (0, 4), (-2, 2), (1, 6), (0, 5), (1, 7), (0, 6), (-3, 3),
    (1, 8), (0, 7), (1, 9), (0, 8), (1, 10), (0, 9), (0, 10), (1, 11),
)  # fmt: skip
GUESSED = ((1, 5), (1, 7), (0, 4), (0, 6), (0, 10), (1, 10), (-2, 2), (-3, 3), *USUAL)

Range = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Answered:
    """
    A question and the answers to it.

    Attributes
    ----------
    question : Question
    kind : {'number', 'label', 'measure'}
        A number from a printed range, a printed answer, or a number without a range.
    numbers : dict of float to int
        Rows by number, the smallest first.
    codes : tuple of str
        Numbers that seem to mean no answer (99).
    printed : (int, int) or None
        Range that the export itself gives.
    vocabulary : Vocabulary or None
        Known words that the answers consist of.
    grades : dict of int to list of str
        Entries by grade of the vocabulary, or by the number they carry.
    others : tuple of str
        Quotable entries that have no grade.
    """

    question: Question
    kind: Literal["number", "label", "measure"]
    numbers: Numbers = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    printed: Range | None = None
    vocabulary: Vocabulary | None = None
    grades: dict[int, list[str]] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    @property
    def ends(self) -> Range:
        """Smallest and largest number answered."""
        return int(min(self.numbers)), int(max(self.numbers))


def judge(question: Question) -> Answered | None:
    """
    Say what kind of answers a question has; None for free text, a single answer, or a choice among things.

    What people wrote is kept only if it is part of a known vocabulary or at least three rows of one wave share it.
    """
    counts = question.counts
    if len(counts) < 2:
        return None
    for attempt in (_numbers, _numbered, _worded, _labelled):
        if (answered := attempt(question, counts)) is not None:
            return answered
    return None


def _numbers(question: Question, counts: Counts) -> Answered | None:
    numbers = numbers_of(counts)
    if sum(numbers.values()) < MOSTLY * sum(counts.values()) or len(numbers) < 2:
        return None
    printed, named_blank = _printed(question)
    core = {number: rows for number, rows in numbers.items() if number not in named_blank}
    in_range = {number: rows for number, rows in core.items() if number not in BLANK_NUMBERS}
    codes: Iterable[float] = named_blank
    if smallest_range(core) is None and len(in_range) > 1 and smallest_range(in_range) is not None:
        core, codes = in_range, [*named_blank, *(number for number in core if number not in in_range)]
    missing = tuple(f"{code:g}" for code in codes)
    if len(core) < 2:
        return None
    if smallest_range(core) is None or len(core) > MOST_NUMBERS:
        return Answered(question, "measure", core, missing)
    return Answered(question, "number", core, missing, printed if printed and _covers(printed, core) else None)


def _printed(question: Question) -> tuple[Range | None, list[float]]:
    """Range of the codes for which the export has labels, and the codes whose label means no answer."""
    labels = [column.labels for column in question.columns.values()]
    coded = ((tidy_text(code), label) for one in labels for code, label in one.items())
    known = {float(code): label for code, label in coded if NUMBER.fullmatch(code)}
    blank = [code for code, label in known.items() if tidy_text(label) in BLANK_WORDS]
    real = [code for code in known if code not in blank]
    if not all(labels) or len(real) < 2 or any(code != int(code) for code in real):
        return None, blank
    return (int(min(real)), int(max(real))), blank


def _covers(printed: Range, numbers: Collection[float]) -> bool:
    return printed[0] <= min(numbers) and max(numbers) <= printed[1]


def smallest_range(numbers: Collection[float]) -> Range | None:
    """Narrowest usual range that contains all of these whole numbers; None if there is none."""
    if any(number != int(number) for number in numbers):
        return None
    return next((ends for ends in USUAL if _covers(ends, numbers)), None)


def _numbered(question: Question, counts: Counts) -> Answered | None:
    """Answers that include their number, all of them or those at the ends: '1 - Not at all', '2', '3 - Very'."""
    if len(counts) > MOST_LABELS:
        return None
    carried = {entry: _carried(entry) for entry in counts}
    known = {entry: number for entry, number in carried.items() if number is not None}
    if _rows(counts, known) < MOSTLY * sum(counts.values()) or len(set(known.values())) < len(known):
        return None
    quoted = {entry: number for entry, number in known.items() if entry in question.quotable}
    if len(quoted) < 2:
        return None
    grades = {number: [entry] for entry, number in sorted(quoted.items(), key=lambda pair: pair[1])}
    return Answered(question, "label", grades=grades)


def _carried(entry: str) -> int | None:
    """Return the number that an answer is, or includes."""
    plain = fold(entry)
    return int(plain) if plain.isascii() and plain.isdigit() else own_number(entry)


def _rows(counts: Counts, entries: Iterable[str]) -> int:
    return sum(counts[entry] for entry in entries)


def _worded(question: Question, counts: Counts) -> Answered | None:
    """Answers from a known vocabulary."""
    best: tuple[int, dict[int, list[str]], Vocabulary] | None = None
    for vocabulary in VOCABULARIES if len(counts) <= 2 * MOST_LABELS else ():
        grades: dict[int, list[str]] = {}
        for entry in counts:
            if (grade := grade_of(entry, vocabulary)) is not None:
                grades.setdefault(grade, []).append(entry)
        graded = [entry for entries in grades.values() for entry in entries]
        rows = _rows(counts, graded)
        if (
            len(grades) > 1
            and len({tail(entry, vocabulary) for entry in graded} - {""}) <= 1
            and rows >= MOSTLY * sum(counts.values())
            and (best is None or rows > best[0])
        ):
            best = rows, grades, vocabulary
    if best is None:
        return None
    known = {entry for entries in best[1].values() for entry in entries}
    others = tuple(entry for entry in question.quotable if entry not in known)
    return Answered(question, "label", vocabulary=best[2], grades=dict(sorted(best[1].items())), others=others)


def _labelled(question: Question, counts: Counts) -> Answered | None:
    """Answers that many rows share, in words we do not know, so their order cannot be known."""
    shared = question.quotable
    if not 2 <= len(shared) <= MOST_LABELS or len(counts) > MOST_LABELS:
        return None
    if sum(counts.values()) < REPEATED * len(counts) or _rows(counts, shared) < MOSTLY * sum(counts.values()):
        return None
    if not all(len(entry) <= LONGEST_LABEL and len(entry.split()) <= MOST_WORDS for entry in shared):
        return None
    if any(entry.endswith(SENTENCE) for entry in shared):
        return None
    return Answered(question, "label", others=tuple(shared))
