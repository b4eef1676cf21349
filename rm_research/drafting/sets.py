"""Printed answers and ranges that questions share: each question with the set it is answered by."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from rm_research.drafting.answers import GUESSED, USUAL, Answered, Range, smallest_range
from rm_research.drafting.families import Vocabulary, tail
from rm_research.drafting.stems import slug, stem, unique
from rm_research.study.entries import comparable

ENOUGH_ENDS = 3  # answers at each end, before a range is taken as it was used
ENOUGH = 30  # and answers in all
ALIKE = 0.6  # share of all words of two questions that both were answered in
MOST_FIT = 2 / 3  # share of the questions of one stem that its range must have


@dataclass(frozen=True)
class AnswerSet:
    """
    Answers that questions share.

    Attributes
    ----------
    name : str
        Of the [answers.…] table; empty where the export has numbers.
    labels : dict of str to int
        Number by printed answer.
    ends : (int, int) or None
        Ends of the range; None for measurements.
    doubt : str
        What has to be checked.
    """

    name: str
    labels: dict[str, int]
    ends: Range | None
    doubt: str = ""


Sets = dict[int, AnswerSet]  # by the place of the question


def find_sets(answered: Sequence[Answered]) -> Sets:
    """
    Set of answers of each question, by its place; none for a choice that only one question offers.

    Questions of one stem share a range. Those of one vocabulary share a table, if its usual sets allow.
    """
    taken: set[str] = set()
    return {
        **{place: AnswerSet("", {}, None) for place, one in enumerate(answered) if one.kind == "measure"},
        **_ranges(answered),
        **_worded(answered, taken),
        **_numbered(answered, taken),
        **_unknown(answered, taken),
    }


def _units(answered: Sequence[Answered], places: Sequence[int]) -> list[list[int]]:
    """Places of the questions by stem; a question without one is a unit of its own."""
    units: dict[Hashable, list[int]] = defaultdict(list)
    for place in places:
        units[stem(answered[place].question) or place].append(place)
    return list(units.values())


def _ranges(answered: Sequence[Answered]) -> Sets:
    found: list[tuple[list[int], AnswerSet]] = []
    for unit in _units(answered, [place for place, one in enumerate(answered) if one.kind == "number"]):
        while unit:
            ends, fitting = _common_range([answered[place] for place in unit])
            places = [unit[at] for at in fitting]
            numbers: Counter[float] = Counter()
            for place in places:
                numbers.update(answered[place].numbers)
            sure = all(answered[place].printed == ends for place in places)
            found.append((places, AnswerSet("", {}, ends) if sure else _widened(ends, numbers)))
            unit = [place for at, place in enumerate(unit) if at not in fitting]
    # a guess is no guess where other questions were answered over all of that range
    known = {one.ends for _, one in found if not one.doubt}
    return {
        place: AnswerSet("", {}, one.ends) if one.ends in known else one for places, one in found for place in places
    }


def _common_range(unit: Sequence[Answered]) -> tuple[Range, list[int]]:
    """Narrowest range that most questions of a unit have, and which of them have it."""
    own = [one.printed or one.ends for one in unit]
    for low, high in USUAL:
        fitting = [at for at, ends in enumerate(own) if low <= ends[0] and ends[1] <= high]
        left = [ends for at, ends in enumerate(own) if at not in fitting]
        # one step beyond is the end that few have answered, not another range
        near = any(low - 1 <= ends[0] and ends[1] <= high + 1 for ends in left)
        if len(fitting) >= MOST_FIT * len(unit) and not near:
            return (low, high), fitting
    widest = min(ends[0] for ends in own), max(ends[1] for ends in own)
    return widest, list(range(len(unit)))


def _widened(ends: Range, numbers: Mapping[float, int]) -> AnswerSet:
    """Range as it was used, or the usual one that it is likely to be a part of."""
    used = int(min(numbers)), int(max(numbers))
    if used == (0, 1):
        return AnswerSet("", {}, used)
    whole = used == ends and len(numbers) == ends[1] - ends[0] + 1
    well = whole and min(numbers[used[0]], numbers[used[1]]) >= ENOUGH_ENDS and sum(numbers.values()) >= ENOUGH
    if well or (used == ends and ends in GUESSED[:2]):
        return AnswerSet("", {}, ends)
    guess = next((one for one in GUESSED if one[0] <= used[0] and used[1] <= one[1]), ends)
    return AnswerSet(
        "", {}, guess, f"answers go from {used[0]} to {used[1]}; set low and high to the ends that were printed."
    )


def _worded(answered: Sequence[Answered], taken: set[str]) -> Sets:
    sets: Sets = {}
    worded = [place for place, one in enumerate(answered) if one.vocabulary is not None]
    for vocabulary in dict.fromkeys(answered[place].vocabulary for place in worded):
        if vocabulary is None:
            continue
        units = _units(answered, [place for place in worded if answered[place].vocabulary is vocabulary])
        # one yes or no, asked once, is a fact about people rather than an answer to be scored
        units = [unit for unit in units if vocabulary.name != "yes_no" or _is_scored(answered, unit)]
        sets |= _of_vocabulary(answered, vocabulary, units, taken)
    return sets


def _is_scored(answered: Sequence[Answered], unit: Sequence[int]) -> bool:
    return len(unit) > 1 or len(answered[unit[0]].question.waves) > 1


def _of_vocabulary(
    answered: Sequence[Answered], vocabulary: Vocabulary, units: list[list[int]], taken: set[str]
) -> Sets:
    """Units of one vocabulary; those that use a usual set wholly come first, so that others may share it."""
    grades = {at: {grade for place in unit for grade in answered[place].grades} for at, unit in enumerate(units)}
    whole = [tuple(sorted(found)) for found in grades.values() if tuple(sorted(found)) in vocabulary.sets]
    by_set: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for at, found in grades.items():
        own = tuple(sorted(found))
        by_set[own if own in whole else vocabulary.smallest_set(found, known=whole)].append(at)
    sets: Sets = {}
    for levels, members in by_set.items():
        places = [place for at in members for place in units[at]]
        found_set = _table(vocabulary, levels, [answered[place] for place in places], taken)
        sets |= dict.fromkeys(places, found_set)
    return sets


def _table(vocabulary: Vocabulary, levels: tuple[int, ...], members: Sequence[Answered], taken: set[str]) -> AnswerSet:
    entries: dict[int, list[str]] = {level: [] for level in levels}
    for one in members:
        for grade, found in one.grades.items():
            entries[grade] += found
    unseen = [_unseen_word(vocabulary, level, members) for level in levels if not entries[level]]
    labels: dict[str, int] = {}
    for number, level in enumerate(levels, start=vocabulary.first):
        for entry in _spellings(entries[level] or [_unseen_word(vocabulary, level, members)]):
            labels[entry] = number
    name = vocabulary.name if vocabulary.name == "yes_no" else f"{vocabulary.name}{len(levels)}"
    ends = vocabulary.first, vocabulary.first + len(levels) - 1
    return AnswerSet(unique(name, taken), labels, ends, _table_doubt(unseen, levels in vocabulary.sets, members))


def _table_doubt(unseen: list[str], usual: bool, members: Sequence[Answered]) -> str:
    parts = []
    if unseen:
        parts.append(f"nobody answered {' or '.join(map(repr, unseen))}: check that it was printed, and in these words")
    if not usual:
        parts.append("check that these are all answers that were printed, and in this order")
    others = dict.fromkeys(entry for one in members for entry in one.others)
    if others:
        shown = ", ".join(map(repr, others))
        parts.append(f"also answered: {shown}; add it here, or to the `missing` of its items if it means no answer")
    return "; ".join(parts) + "." if parts else ""


def _unseen_word(vocabulary: Vocabulary, level: int, members: Sequence[Answered]) -> str:
    """Usual word of a grade, with the word that ends all others: 'Extremely' is 'Extremely confident'."""
    entries = (entry for one in members for found in one.grades.values() for entry in found)
    ending = next((end for entry in entries if (end := tail(entry, vocabulary))), "")
    return f"{vocabulary.words[level][0]} {ending}".strip()


def _spellings(entries: Sequence[str]) -> list[str]:
    """Entries that differ as a study compares them, the first spelling of each."""
    first: dict[str, str] = {}
    for entry in entries:
        first.setdefault(comparable(entry), entry)
    return list(first.values())


def _numbered(answered: Sequence[Answered], taken: set[str]) -> Sets:
    """Answers that carry their numbers."""
    sets: Sets = {}
    for unit in _units(answered, [p for p, one in enumerate(answered) if one.vocabulary is None and one.grades]):
        by_number: dict[int, list[str]] = defaultdict(list)
        for place in unit:
            for number, entries in answered[place].grades.items():
                by_number[number] += entries
        labels = {entry: number for number in sorted(by_number) for entry in _spellings(by_number[number])}
        ends = smallest_range(by_number) or (min(by_number), max(by_number))
        whole = len(by_number) == ends[1] - ends[0] + 1
        doubt = (
            ""
            if whole
            else "some numbers were answered by nobody, or by too few to be quoted; add them with their words."
        )
        name = unique(f"{slug(stem(answered[unit[0]].question) or _name(answered[unit[0]]))}_answers", taken)
        sets |= dict.fromkeys(unit, AnswerSet(name, labels, ends, doubt))
    return sets


def _name(one: Answered) -> str:
    return one.question.first.code or one.question.first.title


def _unknown(answered: Sequence[Answered], taken: set[str]) -> Sets:
    """Answers in words that nobody told us; a choice that one question offers once is no answer to be scored."""
    sets: Sets = {}
    for places in _alike(
        [place for place, one in enumerate(answered) if one.kind == "label" and not one.grades], answered
    ):
        if not _is_scored(answered, places):
            continue
        entries = _spellings([entry for place in places for entry in answered[place].others])
        labels = {entry: number for number, entry in enumerate(entries, start=1)}
        name = unique(f"{slug(stem(answered[places[0]].question) or _name(answered[places[0]]))}_answers", taken)
        doubt = "the order of these answers is that in which they were met; number them from least to most."
        sets |= dict.fromkeys(places, AnswerSet(name, labels, (1, len(entries)), doubt))
    return sets


def _alike(places: Sequence[int], answered: Sequence[Answered]) -> list[list[int]]:
    """Questions that were answered in mostly the same words."""
    groups: list[tuple[set[str], list[int]]] = []
    for place in places:
        words = {comparable(entry) for entry in answered[place].others}
        group = next((one for one in groups if len(words & one[0]) >= ALIKE * len(words | one[0])), None)
        if group is None:
            group = (words, [])
            groups.append(group)
        group[0].update(words)
        group[1].append(place)
    return [members for _, members in groups]
