"""Printed answers and ranges that questions share: the set of answers to each question."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from rm_research.drafting.answers import GUESSED, USUAL, Answered, Range, smallest_range
from rm_research.drafting.families import Vocabulary, said, tail
from rm_research.drafting.stems import slug, stem, unique
from rm_research.study.entries import comparable, tidy_text

UNORDERED = (
    'nothing shows the order of these answers, which stand here by the alphabet. Write each number in place of "", '
    "from least to most. Add answers that nobody gave. Write the lowest and the highest number into low and high of "
    "the items in codebook.csv."
)
CODES = (
    "these are codes of the survey software, in their own order. Look up what they stand for: the lowest number must "
    "be the least."
)
ENOUGH_ENDS = 3  # answers needed at each end before a range counts as complete
ENOUGH = 30  # and answers needed in all
ALIKE = 0.6  # share of the answers to two questions that both must have in common
MOST_FIT = 2 / 3  # share of a stem's questions that must fit its range


@dataclass(frozen=True)
class AnswerSet:
    """
    Answers that questions share.

    Attributes
    ----------
    name : str
        Name of the [answers.…] table; empty if the export has numbers.
    labels : dict of str to int or None
        Number by printed answer; None where nothing shows the order.
    ends : (int, int) or None
        Ends of the range; None for measurements, and where nothing shows the order.
    doubt : str
        What has to be checked.
    """

    name: str
    labels: dict[str, int] | dict[str, None]
    ends: Range | None
    doubt: str = ""

    @property
    def measured(self) -> bool:
        """Whether the answers are measurements, without a printed scale."""
        return self.ends is None and not self.labels

    @property
    def unordered(self) -> bool:
        """Whether nothing shows the order of the answers."""
        return self.ends is None and bool(self.labels)


Sets = dict[int, AnswerSet]  # by the place of the question


def find_sets(answered: Sequence[Answered]) -> Sets:
    """
    Find the set of answers to each question, by its place; none for a choice that only one question offers.

    Questions with the same stem share a range; those with the same vocabulary share a table if its usual sets allow.
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
    """Places of the questions by stem; a question without a stem is its own unit."""
    units: dict[Hashable, list[int]] = defaultdict(list)
    for place in places:
        units[stem(answered[place].question) or place].append(place)
    return list(units.values())


def _ranges(answered: Sequence[Answered]) -> Sets:
    ranges: list[tuple[list[int], AnswerSet]] = []
    for unit in _units(answered, [place for place, one in enumerate(answered) if one.kind == "number"]):
        while unit:
            ends, fitting = _common_range([answered[place] for place in unit])
            places = [unit[at] for at in fitting]
            numbers: Counter[float] = Counter()
            for place in places:
                numbers.update(answered[place].numbers)
            sure = all(answered[place].printed == ends for place in places)
            ranges.append((places, AnswerSet("", {}, ends) if sure else _widened(ends, numbers)))
            unit = [place for at, place in enumerate(unit) if at not in fitting]
    # a guess is certain if the answers to other questions cover the whole range
    known = {one.ends for _, one in ranges if not one.doubt}
    return {
        place: AnswerSet("", {}, one.ends) if one.ends in known else one for places, one in ranges for place in places
    }


def _common_range(unit: Sequence[Answered]) -> tuple[Range, list[int]]:
    """Narrowest range that most questions of a unit fit, and which of them fit it."""
    ranges = [one.printed or one.ends for one in unit]
    for low, high in USUAL:
        fitting = [at for at, ends in enumerate(ranges) if low <= ends[0] and ends[1] <= high]
        left = [ends for at, ends in enumerate(ranges) if at not in fitting]
        # one step beyond is an end that few people chose, not a different range
        near = any(low - 1 <= ends[0] and ends[1] <= high + 1 for ends in left)
        if len(fitting) >= MOST_FIT * len(unit) and not near:
            return (low, high), fitting
    widest = min(ends[0] for ends in ranges), max(ends[1] for ends in ranges)
    return widest, list(range(len(unit)))


def _widened(ends: Range, numbers: Mapping[float, int]) -> AnswerSet:
    """Range that the answers cover, or the usual range of which it is probably a part."""
    used = int(min(numbers)), int(max(numbers))
    if used == (0, 1):
        return AnswerSet("", {}, used)
    whole = used == ends and len(numbers) == ends[1] - ends[0] + 1
    well = whole and min(numbers[used[0]], numbers[used[1]]) >= ENOUGH_ENDS and sum(numbers.values()) >= ENOUGH
    if well or (used == ends and ends in GUESSED[:2]):
        return AnswerSet("", {}, ends)
    guess = next((one for one in GUESSED if one[0] <= used[0] and used[1] <= one[1]), ends)
    return AnswerSet("", {}, guess, f"answers range from {used[0]} to {used[1]}; set low and high to the printed ends.")


def _worded(answered: Sequence[Answered], taken: set[str]) -> Sets:
    sets: Sets = {}
    worded = [place for place, one in enumerate(answered) if one.vocabulary is not None]
    for vocabulary in dict.fromkeys(answered[place].vocabulary for place in worded):
        if vocabulary is None:
            continue
        units = _units(answered, [place for place in worded if answered[place].vocabulary is vocabulary])
        # a single yes-or-no question, asked once, is a fact about people and not an answer to be scored
        units = [unit for unit in units if vocabulary.name != "yes_no" or _is_scored(answered, unit)]
        sets |= _of_vocabulary(answered, vocabulary, units, taken)
    return sets


def _is_scored(answered: Sequence[Answered], unit: Sequence[int]) -> bool:
    return len(unit) > 1 or len(answered[unit[0]].question.waves) > 1


def _of_vocabulary(
    answered: Sequence[Answered], vocabulary: Vocabulary, units: list[list[int]], taken: set[str]
) -> Sets:
    """Units of one vocabulary; those that use the whole of a usual set come first, so that others may share it."""
    levels_of = [tuple(sorted({grade for place in unit for grade in answered[place].grades})) for unit in units]
    whole = [levels for levels in levels_of if levels in vocabulary.sets]
    by_set: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for at, levels in enumerate(levels_of):
        by_set[levels if levels in whole else vocabulary.smallest_set(levels, known=whole)].append(at)
    sets: Sets = {}
    for levels, members in by_set.items():
        places = [place for at in members for place in units[at]]
        table = _table(vocabulary, levels, [answered[place] for place in places], taken)
        sets |= dict.fromkeys(places, table)
    return sets


def _table(vocabulary: Vocabulary, levels: tuple[int, ...], members: Sequence[Answered], taken: set[str]) -> AnswerSet:
    entries: dict[int, list[str]] = {level: [] for level in levels}
    for one in members:
        for grade, spelled in one.grades.items():
            entries[grade] += spelled
    unseen = [_unseen_word(vocabulary, level, members) for level in levels if not entries[level]]
    sure = levels in vocabulary.sets and not _is_part(levels, vocabulary, rows=sum(one.rows for one in members))
    labels: dict[str, int] = {}
    for number, level in enumerate(levels, start=vocabulary.first):
        for entry in _spellings(entries[level] or [_unseen_word(vocabulary, level, members)]):
            labels[entry] = number
    name = vocabulary.name if vocabulary.name == "yes_no" else f"{vocabulary.name}{len(levels)}"
    ends = vocabulary.first, vocabulary.first + len(levels) - 1
    return AnswerSet(unique(name, taken), labels, ends, _table_doubt(unseen, sure, members))


def _is_part(levels: tuple[int, ...], vocabulary: Vocabulary, *, rows: int) -> bool:
    """Whether these may be a part of a longer ladder: one of a library, or any if few people answered."""
    offered = {tuple(one.answers) for one in vocabulary.ladders}
    longer = offered if levels not in offered and rows >= ENOUGH else {*offered, *vocabulary.sets}
    return (levels not in offered or rows < ENOUGH) and any({*levels} < {*one} for one in longer)


def _table_doubt(unseen: list[str], usual: bool, members: Sequence[Answered]) -> str:
    parts = []
    if unseen:
        parts.append(f"nobody answered {' or '.join(map(repr, unseen))}: check that it was printed in these words")
    if not usual:
        parts.append("check that these are all the printed answers, in this order")
    others = dict.fromkeys(entry for one in members for entry in one.others)
    if others:
        shown = ", ".join(map(repr, others))
        parts.append(f"also answered: {shown}; add it here, or to the `missing` of its items if it means no answer")
    return "; ".join(parts) + "." if parts else ""


def _unseen_word(vocabulary: Vocabulary, level: int, members: Sequence[Answered]) -> str:
    """Usual word for a grade, with the word that ends the other answers: 'Extremely' is 'Extremely confident'."""
    entries = [entry for one in members for spelled in one.grades.values() for entry in spelled]
    endings = [tail(entry, vocabulary) for entry in entries]
    met = [said(entry).removesuffix(ending).strip() for entry, ending in zip(entries, endings, strict=True)]
    return f"{vocabulary.word(level, met)} {next(filter(None, endings), '')}".strip()


def _spellings(entries: Sequence[str]) -> list[str]:
    """First spelling of each entry; a study compares spellings of the same entry as equal."""
    first: dict[str, str] = {}
    for entry in entries:
        first.setdefault(comparable(entry), entry)
    return list(first.values())


def _numbered(answered: Sequence[Answered], taken: set[str]) -> Sets:
    """Answers that include their numbers."""
    sets: Sets = {}
    for unit in _units(answered, [p for p, one in enumerate(answered) if one.vocabulary is None and one.grades]):
        by_number: dict[int, list[str]] = defaultdict(list)
        for place in unit:
            for number, entries in answered[place].grades.items():
                by_number[number] += entries
        labels = {entry: number for number in sorted(by_number) for entry in _spellings(by_number[number])}
        ends = smallest_range(by_number) or (min(by_number), max(by_number))
        given = {comparable(entry) for place in unit for entry in answered[place].question.counts}
        whole = len(by_number) == ends[1] - ends[0] + 1 and given <= {comparable(entry) for entry in labels}
        gaps = "nobody gave some of the answers, or too few people did to quote them; add them with their numbers."
        coded = CODES if any(answered[place].coded for place in unit) else ""
        doubt = " ".join(part for part in (coded, "" if whole else gaps) if part)
        name = unique(f"{slug(stem(answered[unit[0]].question) or _name(answered[unit[0]]))}_answers", taken)
        sets |= dict.fromkeys(unit, AnswerSet(name, labels, ends, doubt))
    return sets


def _name(one: Answered) -> str:
    return one.question.first.code or one.question.first.title


def _unknown(answered: Sequence[Answered], taken: set[str]) -> Sets:
    """Answers in unknown words; a choice that only one question offers once is not an answer to be scored."""
    sets: Sets = {}
    for places in _alike(
        [place for place, one in enumerate(answered) if one.kind == "label" and not one.grades], answered
    ):
        if not _is_scored(answered, places):
            continue
        entries = _spellings([entry for place in places for entry in answered[place].others])
        name = unique(f"{slug(stem(answered[places[0]].question) or _name(answered[places[0]]))}_answers", taken)
        labels = dict.fromkeys(sorted(entries, key=tidy_text))
        sets |= dict.fromkeys(places, AnswerSet(name, labels, None, UNORDERED))
    return sets


def _alike(places: Sequence[int], answered: Sequence[Answered]) -> list[list[int]]:
    """Questions with mostly the same answers."""
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
