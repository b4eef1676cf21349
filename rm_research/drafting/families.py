"""Known printed answers: vocabularies of graded words in four languages, and the ladders that they form."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from rm_research.drafting.words import CACHED
from rm_research.study.entries import tidy_text
from rm_research.study.folding import fold

LANGUAGES = ("en", "de", "fr", "es")
OTHERWISE = "|"  # separates the ways to say an answer in ladders.toml
MARKS = re.compile(r"[.,;:!*\"'’()\[\]]+|\s*/\s*|\s+-\s+|\s+")
GENDERED = re.compile(r"\((?:e|a|s|es|as)\)|(?<=\w)/(?:a|e|as|es)\b")  # 'Satisfait(e)', 'satisfecho/a'
# adjectives of French and Spanish ladders, which agree with whoever answers or with what is asked about
WITH_E = (
    "satisfait insatisfait content mecontent approprie inapproprie mauvais excellent vrai incertain indifferent"
    " inferieur superieur aucun"
)
WITH_A = (
    "satisfecho insatisfecho bueno malo apropiado inapropiado comodo incomodo dudoso falso inseguro seguro negativo"
    " positivo pesimo verdadero ninguno mismo"
)
FEMININE = {
    **{f"{word}e": word for word in WITH_E.split()}, **{f"{word[:-1]}a": word for word in WITH_A.split()},
    "bonne": "bon", "fausse": "faux", "moyenne": "moyen", "negative": "negatif", "positive": "positif",
}  # fmt: skip
DASHES = re.compile(r"[‐-―]")  # hyphens and dashes of any length
AROUND = re.compile(r"(?P<begin>not|pas) (?P<word>\w+) (?P<end>at all|du tout)")  # 'Not effective at all'
# a number beside words: '5 - Agree', '(5) Agree', '5 (Agree)', 'Agree (5)', 'Agree = 5'
NUMBERED = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"[(\[]?(?P<number>-?\d{1,2})[)\]]?\s*[-–—=:.)\]]\s*(?P<words>[^\d\s].*)",
        r"(?P<number>-?\d{1,2})\s*[(\[](?P<words>[^\d\s].*)[)\]]",
        r"(?P<words>.*\D)\s*[-–—=:]?\s*[(\[](?P<number>-?\d{1,2})[)\]]",
        r"(?P<words>.*[^\d\s])\s*[-–—=:]\s+(?P<number>\d{1,2})",
    )
)


@dataclass(frozen=True, eq=False)
class Ladder:
    """
    Printed answers that a survey tool offers, from least to most.

    Attributes
    ----------
    source : str
        Whose library offers it.
    language : str
    answers : dict of int to tuple of str
        Ways to say each answer, by grade.
    """

    source: str
    language: str
    answers: dict[int, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """
    Words for one kind of answer, graded from least to most.

    Attributes
    ----------
    name : str
        Name of tables of these answers, which the number of answers follows.
    words : dict of int to tuple of str
        Ways to say each grade.
    sets : tuple of tuple of int
        Grades that make up a usual set of printed answers.
    ladders : tuple of Ladder
    first : int
        Number of the lowest answer.
    tails : bool
        Whether an answer may end in the word that it grades: 'Very confident'.
    """

    name: str
    words: dict[int, tuple[str, ...]]
    sets: tuple[tuple[int, ...], ...]
    ladders: tuple[Ladder, ...]
    first: int = 1
    tails: bool = False

    def smallest_set(self, grades: Iterable[int], *, known: Iterable[tuple[int, ...]] = ()) -> tuple[int, ...]:
        """Set with these grades, preferably one that others use; the grades themselves if no set has them."""
        wanted = set(grades)
        fitting = [one for one in self.sets if wanted <= set(one)]
        used = [one for one in known if wanted <= set(one)]
        return min(used or fitting, key=len, default=tuple(sorted(wanted)))

    def word(self, grade: int, beside: Iterable[str]) -> str:
        """Usual word for a grade, in the ladder that has most of the wordings beside it."""
        met = {said(entry) for entry in beside}
        with_it = [one for one in self.ladders if grade in one.answers]
        nearest = max(
            with_it,
            key=lambda one: sum(said(way) in met for ways in one.answers.values() for way in ways),
            default=None,
        )
        return self.words[grade][0] if nearest is None else nearest.answers[grade][0]


def _vocabulary(name: str, table: dict[str, Any]) -> Vocabulary:
    ladders = [
        Ladder(one["source"], language, {grade: tuple(answer.split(OTHERWISE)) for grade, answer in pairs})
        for one in table["ladders"]
        for language in LANGUAGES
        if language in one and (pairs := list(zip(one["grades"], one[language], strict=True)))
    ]
    words: dict[int, list[str]] = {}
    also = {int(grade): tuple(ways) for grade, ways in table.get("also", {}).items()}
    for answers in (*(one.answers for one in ladders), also):
        for grade, ways in answers.items():
            words.setdefault(grade, []).extend(ways)
    sets = dict.fromkeys(map(tuple, [*(one["grades"] for one in table["ladders"]), *table.get("sets", [])]))
    by_grade = {grade: tuple(dict.fromkeys(words[grade])) for grade in sorted(words)}
    return Vocabulary(
        name, by_grade, tuple(sets), tuple(ladders), table.get("first", 1), table.get("tails", False)
    )  # fmt: skip


def _vocabularies() -> tuple[Vocabulary, ...]:
    text = (files("rm_research.drafting") / "ladders.toml").read_text(encoding="utf-8")
    return tuple(_vocabulary(name, table) for name, table in tomllib.loads(text).items())


VOCABULARIES = _vocabularies()
YES_NO = next(one for one in VOCABULARIES if one.name == "yes_no")


@lru_cache(maxsize=CACHED)
def said(entry: str) -> str:
    """Words of a printed answer, without case, accents, blanks, punctuation and endings for gender."""
    split = unicodedata.normalize("NFKD", GENDERED.sub("", DASHES.sub("-", tidy_text(entry))))
    plain = "".join(letter for letter in split if not unicodedata.combining(letter))
    words = (FEMININE.get(word, word) for word in MARKS.sub(" ", plain).split())
    return AROUND.sub(r"\g<begin> \g<end> \g<word>", " ".join(words))


@cache
def graded(vocabulary: str) -> dict[str, int]:
    """Grade by wording, in the vocabulary of that name."""
    words = next(one.words for one in VOCABULARIES if one.name == vocabulary)
    return {said(word): grade for grade, ways in words.items() for word in ways}


def grade_of(entry: str, vocabulary: Vocabulary) -> int | None:
    """Grade of a printed answer; None if the vocabulary lacks it. 'Very confident' is read as 'very'."""
    known = graded(vocabulary.name)
    return known.get(said(entry).removesuffix(tail(entry, vocabulary)).strip())


def tail(entry: str, vocabulary: Vocabulary) -> str:
    """Return the word after the grade, 'confident' in 'very confident'; empty if the answer is only the grade."""
    words = said(entry)
    return "" if not vocabulary.tails or words in graded(vocabulary.name) else words.rpartition(" ")[2]


def is_known(entry: str) -> bool:
    """Whether an entry is a number, words from a vocabulary, or both: '5 - Very helpful'."""
    numbered = parted(fold(entry))
    if numbered is None:
        return entry.isdecimal() or any(said(entry) in graded(one.name) for one in VOCABULARIES)
    return any(grade_of(numbered[1], one) is not None for one in VOCABULARIES)


def parted(entry: str) -> tuple[int, str] | None:
    """Number in a printed answer and the words beside it; None if it has no number of its own."""
    for pattern in NUMBERED:
        if match := pattern.fullmatch(entry.strip()):
            return int(match["number"]), match["words"].strip()
    return None


def own_number(entry: str) -> int | None:
    """Return the number in a printed answer, as in '5 - Strongly agree' and '5 (Strongly agree)'."""
    numbered = parted(fold(entry))
    return None if numbered is None else numbered[0]
