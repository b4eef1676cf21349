"""Answers that a questionnaire prints, in the words and codes that the study reads."""

from collections.abc import Iterable, Mapping

from rm_research.catalogue import Catalogue
from rm_research.questionnaires.form import Option
from rm_research.study import Item, Study
from rm_research.study.entries import NUMBER, comparable

MOST_POINTS = 11  # of a scale without words, such as 0 to 10; beyond, a number is typed


def printed_words(words: Mapping[str, tuple[str, ...]]) -> tuple[Option, ...]:
    """Entries of one fact as options: the first that is no number, or the word; its code is a number if it has one."""
    codes = {word: next(filter(_is_number, entries), "") for word, entries in words.items()}
    free = (str(number) for number in range(1, 2 * len(words) + 1) if str(number) not in codes.values())
    return tuple(
        (codes[word] or next(free), next((entry for entry in entries if not _is_number(entry)), word))
        for word, entries in words.items()
    )


def printed_answers(item: Item, study: Study) -> tuple[Option, ...]:
    """Options of an item, least first; none where a number is typed. Read as entries, label and code are one answer."""
    labels = study.settings.answers.get(item.answers, {})
    if not labels:
        return tuple((str(point), str(point)) for point in _points(item))
    options = []
    for value in sorted(set(labels.values())):
        entries = [label for label, worth in labels.items() if worth == value]
        code = next(filter(_is_number, entries), f"{value:g}")
        options.append((code, next((entry for entry in entries if not _is_number(entry)), code)))
    return tuple(options)


def misread_codes(item: Item, study: Study) -> list[str]:
    """Codes of an item's options that the study reads as another answer."""
    worth = {comparable(label): value for label, value in study.settings.answers.get(item.answers, {}).items()}
    options = printed_answers(item, study)
    return [
        code for code, label in options
        if worth and worth.get(comparable(code), worth.get(comparable(label))) != worth.get(comparable(label))
    ]  # fmt: skip


def has_words(item: Item, study: Study) -> bool:
    """Whether every point of an item is an option, and its ends have words; so too where a number is typed."""
    options = printed_answers(item, study)
    if not options:
        return True
    ends = (options[0][1], options[-1][1])
    return not any(map(_is_number, ends)) and len(options) >= len([*_points(item)])


def _points(item: Item) -> Iterable[int]:
    low, high = item.low, item.high
    if low is None or high is None or low != int(low) or high != int(high) or high - low >= MOST_POINTS:
        return ()
    return range(int(low), int(high) + 1)


def agreement(words: Catalogue) -> tuple[str, ...]:
    """Return the printed answers of the open set, least first."""
    return tuple(words.say(f"questionnaire.agree_{point}") for point in range(1, 6))


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(comparable(text)) is not None
