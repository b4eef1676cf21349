"""Known printed answers: vocabularies of graded words in English and German, and the sets that they form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from rm_research.study.entries import tidy_text
from rm_research.study.folding import fold

MARKS = re.compile(r"[.,;:!*\"'’()\[\]]+|\s*/\s*|\s+-\s+|\s+")
NUMBERED = re.compile(r"(?:\(?(-?\d{1,2})\)?\s*[-–—=:.)]\s*(\D.*)|(.*\D)\s*[-–—=:]?\s*\((-?\d{1,2})\))", re.DOTALL)


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """
    Words for one kind of answer, graded from least to most.

    Attributes
    ----------
    name : str
        Name of tables of these answers, which the number of answers follows.
    words : dict of int to tuple of str
        Ways to say each grade; drafts use the first.
    sets : tuple of tuple of int
        Grades that make up a usual set of printed answers.
    first : int
        Number of the lowest answer.
    """

    name: str
    words: dict[int, tuple[str, ...]]
    sets: tuple[tuple[int, ...], ...]
    first: int = 1

    def smallest_set(self, grades: Iterable[int], *, known: Iterable[tuple[int, ...]] = ()) -> tuple[int, ...]:
        """Set with these grades, preferably one that others use; the grades themselves if no set has them."""
        wanted = set(grades)
        fitting = [one for one in self.sets if wanted <= set(one)]
        used = [one for one in known if wanted <= set(one)]
        return min(used or fitting, key=len, default=tuple(sorted(wanted)))


AGREEMENT = Vocabulary(
    "agree",
    {
        1: ("Strongly disagree", "Disagree strongly", "Completely disagree", "Totally disagree", "Fully disagree",
            "Very strongly disagree", "Disagree completely", "Definitely disagree", "Stimme überhaupt nicht zu",
            "Stimme gar nicht zu", "Trifft überhaupt nicht zu", "Trifft gar nicht zu", "Lehne völlig ab"),
        2: ("Disagree", "Mostly disagree", "Moderately disagree", "Stimme nicht zu", "Trifft nicht zu", "Lehne ab"),
        3: ("Somewhat disagree", "Slightly disagree", "Rather disagree", "Tend to disagree", "Disagree somewhat",
            "Disagree slightly", "Disagree a little", "Stimme eher nicht zu", "Trifft eher nicht zu"),
        4: ("Neither agree nor disagree", "Neither agree or disagree", "Neither", "Neutral", "Undecided", "Unsure",
            "Neither disagree nor agree", "Neither disagree or agree", "Teils/teils",
            "Weder noch", "Unentschieden", "Weder Zustimmung noch Ablehnung", "Neutral/unsure"),
        5: ("Somewhat agree", "Slightly agree", "Rather agree", "Tend to agree", "Agree somewhat", "Agree slightly",
            "Agree a little", "Stimme eher zu", "Trifft eher zu"),
        6: ("Agree", "Mostly agree", "Moderately agree", "Stimme zu", "Trifft zu", "Stimme überwiegend zu"),
        7: ("Strongly agree", "Agree strongly", "Completely agree", "Totally agree", "Fully agree", "Agree completely",
            "Very strongly agree", "Definitely agree", "Stimme voll und ganz zu", "Stimme völlig zu", "Stimme voll zu",
            "Stimme stark zu", "Stimme sehr zu", "Trifft voll und ganz zu", "Trifft völlig zu", "Trifft voll zu",
            "Trifft genau zu"),
    },
    ((1, 2, 4, 6, 7), (1, 3, 4, 5, 7), (1, 2, 3, 4, 5, 6, 7), (1, 2, 6, 7), (1, 3, 5, 7), (2, 3, 4, 5, 6),
     (2, 3, 5, 6), (1, 2, 3, 5, 6, 7), (2, 4, 6), (2, 6)),
)  # fmt: skip
FREQUENCY = Vocabulary(
    "often",
    {
        1: ("Never", "Not at all often", "None of the time", "At no time", "Nie", "Niemals", "Überhaupt nie"),
        2: ("Almost never", "Hardly ever", "Very rarely", "Nearly never", "Fast nie", "Sehr selten"),
        3: ("Rarely", "Seldom", "A little of the time", "Once in a while", "Selten"),
        4: ("Occasionally", "Some of the time", "Gelegentlich", "Ab und zu"),
        5: ("Sometimes", "Manchmal", "Hin und wieder"),
        6: ("About half the time", "Half of the time", "About half of the time", "Etwa die Hälfte der Zeit"),
        7: ("Often", "Frequently", "Regularly", "Fairly often", "Oft", "Häufig", "Regelmäßig"),
        8: ("Very often", "Very frequently", "Sehr oft", "Sehr häufig"),
        9: ("Most of the time", "Usually", "Almost always", "Nearly always", "Meistens", "Fast immer", "Meist"),
        10: ("Always", "All of the time", "All the time", "At all times", "Every time", "Immer", "Stets"),
    },
    ((1, 3, 5, 7, 10), (1, 3, 5, 7, 8), (1, 5, 7, 8, 10), (1, 5, 6, 9, 10), (1, 2, 5, 7, 8), (1, 3, 5, 9, 10),
     (1, 3, 4, 7, 10), (1, 3, 5, 7), (1, 5, 7, 10), (1, 5, 10), (1, 2, 3, 5, 7, 8, 10), (1, 2, 5, 7, 9, 10),
     (1, 2, 3, 4, 7, 9, 10), (1, 2, 5, 9, 10), (1, 4, 7, 10), (1, 3, 4, 9, 10)),
)  # fmt: skip
SATISFACTION = Vocabulary(
    "satisfied",
    {
        1: ("Extremely dissatisfied", "Completely dissatisfied", "Äußerst unzufrieden", "Völlig unzufrieden"),
        2: ("Very dissatisfied", "Sehr unzufrieden"),
        3: ("Dissatisfied", "Moderately dissatisfied", "Unsatisfied", "Unzufrieden"),
        4: ("Somewhat dissatisfied", "Slightly dissatisfied", "Rather dissatisfied", "Eher unzufrieden"),
        5: ("Neither satisfied nor dissatisfied", "Neither satisfied or dissatisfied", "Neutral", "Neither",
            "Neither dissatisfied nor satisfied", "Teils/teils", "Weder noch", "Weder zufrieden noch unzufrieden"),
        6: ("Somewhat satisfied", "Slightly satisfied", "Rather satisfied", "Eher zufrieden"),
        7: ("Satisfied", "Moderately satisfied", "Zufrieden"),
        8: ("Very satisfied", "Sehr zufrieden"),
        9: ("Extremely satisfied", "Completely satisfied", "Äußerst zufrieden", "Völlig zufrieden"),
    },
    ((2, 3, 5, 7, 8), (2, 4, 5, 6, 8), (1, 4, 5, 6, 9), (2, 3, 4, 5, 6, 7, 8), (1, 3, 4, 5, 6, 7, 9), (2, 3, 7, 8),
     (2, 4, 6, 8), (1, 2, 3, 4, 5, 6, 7, 8, 9)),
)  # fmt: skip
LIKELIHOOD = Vocabulary(
    "likely",
    {
        1: ("Extremely unlikely", "Äußerst unwahrscheinlich"),
        2: ("Very unlikely", "Definitely not", "Not at all likely", "Sehr unwahrscheinlich", "Auf keinen Fall"),
        3: ("Unlikely", "Moderately unlikely", "Probably not", "Unwahrscheinlich", "Wahrscheinlich nicht"),
        4: ("Somewhat unlikely", "Slightly unlikely", "Rather unlikely", "Eher unwahrscheinlich"),
        5: ("Neither likely nor unlikely", "Neither likely or unlikely", "Neutral", "Neither", "Might or might not",
            "Possibly", "Maybe", "Weder noch", "Teils/teils", "Vielleicht"),
        6: ("Somewhat likely", "Slightly likely", "Rather likely", "Eher wahrscheinlich"),
        7: ("Likely", "Moderately likely", "Probably", "Wahrscheinlich"),
        8: ("Very likely", "Definitely", "Sehr wahrscheinlich", "Auf jeden Fall"),
        9: ("Extremely likely", "Äußerst wahrscheinlich"),
    },
    ((2, 3, 5, 7, 8), (1, 4, 5, 6, 9), (2, 4, 5, 6, 8), (2, 3, 4, 5, 6, 7, 8), (1, 3, 4, 5, 6, 7, 9), (2, 3, 7, 8),
     (1, 2, 3, 4, 5, 6, 7, 8, 9)),
)  # fmt: skip
EXTENT = Vocabulary(
    "extent",
    {
        1: ("Not at all", "Überhaupt nicht", "Gar nicht"),
        2: ("Slightly", "A little", "A little bit", "Hardly", "Not very", "To a small extent", "Wenig", "Kaum"),
        3: ("Somewhat", "To some extent", "Etwas", "Ein wenig"),
        4: ("Moderately", "A moderate amount", "To a moderate extent", "Mäßig", "Mittelmäßig", "Teilweise"),
        5: ("Fairly", "Quite", "Quite a bit", "A lot", "To a large extent", "Mostly", "Ziemlich", "Überwiegend"),
        6: ("Very", "Very much", "A great deal", "To a great extent", "Sehr", "Stark"),
        7: ("Extremely", "Completely", "Fully", "To a very great extent", "Absolutely", "Äußerst", "Völlig",
            "Voll und ganz", "Außerordentlich"),
    },
    ((1, 2, 4, 6, 7), (1, 2, 3, 5, 6), (1, 2, 3, 6, 7), (1, 2, 4, 5, 7), (1, 2, 3, 5, 7), (1, 2, 3, 4, 5, 6, 7),
     (1, 2, 4, 5, 6), (1, 3, 4, 5, 7), (1, 3, 5, 6), (1, 2, 5, 6), (1, 2, 3, 6), (1, 3, 4, 6, 7), (1, 3, 6)),
)  # fmt: skip
QUALITY = Vocabulary(
    "quality",
    {
        1: ("Terrible", "Extremely poor", "Extremely bad", "Miserabel"),
        2: ("Very poor", "Very bad", "Sehr schlecht"),
        3: ("Poor", "Bad", "Below average", "Schlecht"),
        4: ("Fair", "Average", "Acceptable", "Neutral", "Neither good nor bad", "Mittelmäßig", "Befriedigend"),
        5: ("Good", "Above average", "Gut"),
        6: ("Very good", "Sehr gut"),
        7: ("Excellent", "Outstanding", "Extremely good", "Ausgezeichnet", "Hervorragend"),
    },
    ((2, 3, 4, 5, 6), (3, 4, 5, 6, 7), (2, 3, 4, 5, 7), (3, 4, 5, 7), (1, 3, 4, 5, 7), (1, 2, 3, 4, 5, 6, 7)),
)  # fmt: skip
FAVOUR = Vocabulary(
    "favour",
    {
        1: ("Very unfavorably", "Very unfavourably", "Very unfavorable", "Very unfavourable", "Very negative"),
        2: ("Somewhat unfavorably", "Somewhat unfavourably", "Somewhat unfavorable", "Somewhat unfavourable",
            "Somewhat negative", "Unfavorable", "Unfavourable", "Negative"),
        3: ("Neither favorably nor unfavorably", "Neither favorably nor unfavorably (neutral)", "Neutral", "Neither",
            "Neither favorable nor unfavorable", "Neither positive nor negative"),
        4: ("Somewhat favorably", "Somewhat favourably", "Somewhat favorable", "Somewhat favourable",
            "Somewhat positive", "Favorable", "Favourable", "Positive"),
        5: ("Very favorably", "Very favourably", "Very favorable", "Very favourable", "Very positive"),
    },
    ((1, 2, 3, 4, 5), (1, 2, 4, 5)),
)  # fmt: skip
YES_NO = Vocabulary(
    "yes_no", {0: ("No", "Nein", "False", "Falsch"), 1: ("Yes", "Ja", "True", "Richtig")}, ((0, 1),), first=0
)
VOCABULARIES = (AGREEMENT, FREQUENCY, SATISFACTION, LIKELIHOOD, QUALITY, FAVOUR, EXTENT, YES_NO)


def said(entry: str) -> str:
    """Words of a printed answer, without case, blanks and punctuation."""
    return " ".join(MARKS.sub(" ", tidy_text(entry)).split())


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
    return "" if vocabulary is not EXTENT or words in graded(vocabulary.name) else words.rpartition(" ")[2]


def is_known(entry: str) -> bool:
    """Whether an entry is a number, words from a vocabulary, or both: '5 - Very helpful'."""
    numbered = NUMBERED.fullmatch(fold(entry))
    if numbered is None:
        return entry.isdecimal() or any(said(entry) in graded(one.name) for one in VOCABULARIES)
    return any(grade_of(numbered[2] or numbered[3], one) is not None for one in VOCABULARIES)


def own_number(entry: str) -> int | None:
    """Return the number in a printed answer, as in '5 - Strongly agree' and 'Strongly agree (5)'."""
    numbered = NUMBERED.fullmatch(fold(entry))
    return None if numbered is None else int(numbered[1] or numbered[4])
