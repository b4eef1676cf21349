"""Answers that a questionnaire prints, in the words and codes that the study reads."""

from collections.abc import Iterable

from rm_research.catalogue import Catalogue
from rm_research.questionnaires.form import Option
from rm_research.study import Item, Study
from rm_research.study.entries import NUMBER, comparable

MOST_POINTS = 11  # of a scale without words, such as 0 to 10; beyond, a number is typed


def printed_words(words: dict[str, tuple[str, ...]]) -> tuple[Option, ...]:
    """Entries of one fact as options: the first that is no number, or the word; its code is a number if it has one."""
    options = []
    for place, (word, entries) in enumerate(words.items(), start=1):
        texts = [entry for entry in entries if not _is_number(entry)]
        codes = [entry for entry in entries if _is_number(entry)]
        options.append(((codes or [str(place)])[0], (texts or [word])[0]))
    return tuple(options)


def printed_answers(item: Item, study: Study) -> tuple[Option, ...]:
    """Options of an item, least first; none where a number is typed."""
    labels = study.settings.answers.get(item.answers, {})
    if labels:
        words: dict[float, str] = {}
        for label, value in sorted(labels.items(), key=lambda pair: pair[1]):
            # a table may list the codes of a platform beside the words
            if value not in words or _is_number(words[value]):
                words[value] = label
        return tuple((f"{value:g}", label) for value, label in words.items())
    points = _points(item)
    return tuple((str(point), str(point)) for point in points)


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
