"""What kind of answers people gave to a question: numbers from a printed range, printed answers, or measurements."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from rm_research.drafting.columns import REPEATED, Counts, Numbers, numbers_of
from rm_research.drafting.families import VOCABULARIES, Vocabulary, grade_of, parted, said, tail
from rm_research.drafting.pairing import Question
from rm_research.drafting.words import BLANK_NUMBERS, BLANK_WORDS
from rm_research.study.entries import NUMBER, tidy_text
from rm_research.study.folding import fold

MOSTLY = 0.9  # share of the answers that a kind must explain
HALF, FEWEST_STEPS = 0.5, 4  # share of the answers that a whole ladder of so many steps must explain
MOST_NUMBERS = 11  # 0 to 10
MOST_LABELS = 12
# codes that survey software gives to answers, as in AO01
CODED = re.compile(r"(?P<letters>[^\W\d_]{1,3})[_\-]?0*(?P<number>\d{1,2})")
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
    coded : bool
        Whether the answers are codes of the survey software, which tell their order but not its direction.
    """

    question: Question
    kind: Literal["number", "label", "measure"]
    numbers: Numbers = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    printed: Range | None = None
    vocabulary: Vocabulary | None = None
    grades: dict[int, list[str]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    coded: bool = False

    @property
    def rows(self) -> int:
        """Rows with an answer, over all waves."""
        return sum(self.question.counts.values())

    @property
    def ends(self) -> Range:
        """Smallest and largest number answered."""
        return int(min(self.numbers)), int(max(self.numbers))


def judge_all(questions: Iterable[Question]) -> list[Answered]:
    """
    Say what kind of answers each question has, without free text and single answers.

    What several rows share in one question is a printed answer in the others, too: few people share each answer of a
    long ladder.
    """
    asked = list(questions)
    first = [judge(question) for question in asked]
    printed = frozenset(entry for one in first if one is not None and one.kind == "label" for entry in one.others)
    judged = (one or judge(question, printed) for one, question in zip(first, asked, strict=True))
    return [one for one in judged if one is not None]


def judge(question: Question, printed: frozenset[str] = frozenset()) -> Answered | None:
    """
    Say what kind of answers a question has; None for free text, dates, or a single answer.

    What people wrote is kept only if it is part of a known vocabulary, is printed for another question, or at least
    three rows of one wave share it. How long it is says nothing: printed answers may be sentences.
    """
    counts = question.counts
    if len(counts) < 2 or question.dated:
        return None
    for attempt in (_numbers, _numbered, _coded, _worded):
        if (answered := attempt(question, counts)) is not None:
            return answered
    return _labelled(question, counts, printed)


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
    """Answers that include their number, all of them or those at the ends: '1 - Not at all', '2', '3 (Very)'."""
    if len(counts) > 2 * MOST_LABELS:
        return None
    carried = {entry: _carried(entry) for entry in counts}
    known = {entry: pair for entry, pair in carried.items() if pair is not None}
    words: dict[int, set[str]] = {}
    for number, beside in known.values():
        words.setdefault(number, set()).update({said(beside)} - {""})
    if _rows(counts, known) < MOSTLY * sum(counts.values()) or any(len(ways) > 1 for ways in words.values()):
        return None
    return _graded(question, {entry: number for entry, (number, _) in known.items()})


def _graded(question: Question, numbers: dict[str, int], *, coded: bool = False) -> Answered | None:
    quoted = [(number, entry) for entry, number in numbers.items() if entry in question.quotable]
    grades: dict[int, list[str]] = {}
    for number, entry in sorted(quoted):
        grades.setdefault(number, []).append(entry)
    return Answered(question, "label", grades=grades, coded=coded) if len(grades) > 1 else None


def _carried(entry: str) -> tuple[int, str] | None:
    """Return the number that an answer is, or includes, and the words beside it."""
    plain = fold(entry)
    return (int(plain), "") if plain.isascii() and plain.isdigit() else parted(entry)


def _coded(question: Question, counts: Counts) -> Answered | None:
    """Codes that survey software gives to answers: 'AO01', 'AO02'."""
    found = {entry: CODED.fullmatch(fold(entry)) for entry in counts}
    known = {entry: match for entry, match in found.items() if match is not None}
    if len(known) < len(counts) or len({match["letters"].casefold() for match in known.values()}) != 1:
        return None
    return _graded(question, {entry: int(match["number"]) for entry, match in known.items()}, coded=True)


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
            and rows >= (HALF if _is_whole(grades, vocabulary) else MOSTLY) * sum(counts.values())
            and (best is None or rows > best[0])
            and not _told_apart(question, grades)
        ):
            best = rows, grades, vocabulary
    if best is None:
        return None
    known = {entry for entries in best[1].values() for entry in entries}
    others = tuple(entry for entry in question.quotable if entry not in known)
    return Answered(question, "label", vocabulary=best[2], grades=dict(sorted(best[1].items())), others=others)


def _is_whole(grades: Collection[int], vocabulary: Vocabulary) -> bool:
    """Whether the answers are a whole ladder, so that a further one stands beside it ('Unfamiliar')."""
    return len(grades) >= FEWEST_STEPS and tuple(sorted(grades)) in vocabulary.sets


def _told_apart(question: Question, grades: dict[int, list[str]]) -> bool:
    """Whether one wave offers two answers that the vocabulary holds for one: then its order is not the printed one."""
    return any(
        len({said(entry) for entry in entries if entry in column.counts}) > 1
        for entries in grades.values()
        for column in question.columns.values()
    )


def _labelled(question: Question, counts: Counts, printed: frozenset[str]) -> Answered | None:
    """Answers that many rows share, in words we do not know, so their order cannot be known."""
    shared = question.printed_among(printed)
    if not 2 <= len(shared) <= MOST_LABELS or len(counts) > MOST_LABELS:
        return None
    own = [entry for entry in counts if entry not in printed]
    if sum(counts.values()) < REPEATED * len(own) or _rows(counts, shared) < MOSTLY * sum(counts.values()):
        return None
    return Answered(question, "label", others=tuple(shared))
