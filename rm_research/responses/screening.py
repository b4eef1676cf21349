"""
Open answers without contacts and without the names that the study's own files hold.

Names are known by keyed digests only: nothing that holds them tells who takes part.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.journal import Journal
from rm_research.privacy import EMAIL, TAKEN_OUT, Pattern, asks_who, freed_of_contacts, personal_columns
from rm_research.readers import Export
from rm_research.study import Study
from rm_research.study.entries import per_entry

WORD = re.compile(r"[^\W_]+")
GAP = re.compile(r"[^\w\n]{1,3}|_{1,3}")  # what may stand between the words of one name
UNSEEN = re.compile(r"(?<=[^\W_])[\u00ad\u200b-\u200f\u2060\ufeff]+(?=[^\W_])")
MOST_WORDS = 4  # of a name or code that is looked for as a whole
LEAST_LETTERS = 2  # of a name; one that short counts only where it is written with a capital letter
LONGEST_WORD = 40  # letters of what may be several names run together
LEAST_SIGNS, LEAST_OF_A_KIND, LEAST_DIGITS = 3, 4, 5  # of a code, of one without digits, and of one that is a number
ENDINGS = ("s", "es", "n", "en", "ns")  # of a name in a sentence: 'Annas Idee', 'mit Petern'
STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h"})
SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
NAMED = re.compile(r"name|vorname|nachname", re.IGNORECASE)
# words of names that are everybody's
SHARED = frozenset((
    "mr", "mrs", "ms", "miss", "dr", "prof", "sir", "herr", "frau", "and", "und", "of", "the", "von", "van", "vom",
    "zu", "zur", "de", "der", "den", "des", "di", "da", "la", "le", "el", "al", "bin", "ibn",
))  # fmt: skip
# what open answers are freed of beside CONTACTS; lengths are limited, or a long text without blanks would take minutes
OF_TEXT = {
    "address of a page": Pattern("addresses of pages", re.compile(
        r"(?:https?://|www\.)[^\s<>\"]{1,2000}"
        r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|edu|gov|info|io|me|ly|de|at|ch|eu|uk|fr|es|it|nl)"
        r"(?![\w-])(?:/[^\s<>\"]{0,2000})?", re.IGNORECASE,
    ), "https://example.org/mary"),
    "handle": Pattern("names on networks", re.compile(r"(?<![\w@.])@[\w.-]{2,64}"), "@mary_j"),
}  # fmt: skip


@dataclass
class Names:
    """
    Names, codes and cohorts of a study, as keyed digests.

    Attributes
    ----------
    key : bytes
        The study's key.
    digests : set of str
        Of single words and of runs of words.
    """

    key: bytes = field(repr=False)
    digests: set[str] = field(default_factory=set, repr=False)

    def of_people(self, cells: Iterable[str]) -> None:
        """Add each word of people's names."""
        for cell in set(cells):
            self._add(way for word in folded_words(cell) if _is_name(word) for way in _ways(word))
            self._add(word for word in folded_words(cell.translate(SPELLED_OUT)) if _is_name(word))

    def of_codes(self, cells: Iterable[str]) -> None:
        """Add codes and names of groups as a whole."""
        self._add(" ".join(words) for words in map(folded_words, set(cells)) if _is_code(words))

    def of_persons(self, cells: Iterable[str]) -> None:
        """Add codes of people; one that is an e-mail address, or several words without a digit, is a name too."""
        cells = set(cells)
        self.of_codes(cells)
        self.of_addresses(cell for cell in cells if EMAIL.fullmatch(cell.strip()))
        self.of_people(cell for cell in cells if cell.strip().count(" ") and not any(map(str.isdigit, cell)))

    def of_addresses(self, cells: Iterable[str]) -> None:
        """Add the words before the @ of e-mail addresses."""
        for cell in set(cells):
            for address in EMAIL.findall(cell):
                local = folded_words(address.partition("@")[0].replace("_", " "))
                self._add(word for word in local if _is_name(word) and len(word) >= LEAST_SIGNS)

    def _add(self, texts: Iterable[str]) -> None:
        self.digests.update(self._digest(text) for text in texts)

    def _digest(self, text: str) -> str:
        return hashlib.blake2b(f"name:{text}".encode(), key=self.key, digest_size=8).hexdigest()

    def has(self, words: Iterable[str]) -> bool:
        """Whether some words, one after the other, are a name."""
        text = " ".join(words)
        ways = {text, *(text.removesuffix(end) for end in ENDINGS if len(text) - len(end) >= LEAST_SIGNS)}
        return any(self._digest(way) in self.digests for way in ways) or self._run_together(text)

    def _run_together(self, text: str) -> bool:
        """Whether names stand one after the other without anything between them: 'annaschmidt'."""
        cuts = range(LEAST_SIGNS, len(text) - LEAST_SIGNS + 1) if len(text) <= LONGEST_WORD and " " not in text else ()
        return any(self._digest(text[:cut]) in self.digests and self.has([text[cut:]]) for cut in cuts)

    def screened(self, text: str) -> str:
        """Text with each contact, address, handle, name and code in it replaced by '[…]'; marks stay as they are."""
        text = UNSEEN.sub("", unicodedata.normalize("NFC", text))
        text = freed_of_contacts(text)
        for pattern in OF_TEXT.values():
            text = pattern.expression.sub(TAKEN_OUT, text)
        if not self.digests:
            return text
        kept, place = list[str](), 0
        for start, end in self._found(text):
            kept += [text[place:start], TAKEN_OUT]
            place = end
        return "".join([*kept, text[place:]])

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Where names begin and end, the longest first."""
        words = [(match.start(), match.end(), _fold(match.group())) for match in WORD.finditer(text)]
        at = 0
        while at < len(words):
            last = min(at + MOST_WORDS, len(words))
            while last > at + 1 and not _hang_together(text, words[at:last]):
                last -= 1
            short = len(words[at][2]) == LEAST_LETTERS and not text[words[at][0]].isupper()
            ends = (end for end in range(last, at + short, -1) if self.has(word for _, _, word in words[at:end]))
            if end := next(ends, 0):
                yield words[at][0], words[end - 1][1]
            at = end or at + 1


def _hang_together(text: str, words: list[tuple[int, int, str]]) -> bool:
    """Whether nothing but a blank, a hyphen or the like stands between words."""
    gaps = (text[one[1] : other[0]] for one, other in pairwise(words))
    return all(GAP.fullmatch(gap) for gap in gaps)


@cache
def _fold(word: str) -> str:
    """A word without case, accents and full width."""
    plain = unicodedata.normalize("NFKD", word).casefold().translate(STROKES)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def folded_words(cell: str) -> list[str]:
    """Words of a text as names and keywords are compared: without case, accents and characters that nobody sees."""
    return [_fold(word) for word in WORD.findall(UNSEEN.sub("", unicodedata.normalize("NFC", cell)))]


def _ways(word: str) -> Iterator[str]:
    """A folded name as it is, and without the e that spells out an umlaut: 'mueller' is 'müller', too."""
    yield word
    if (short := re.sub("(?<=[aou])e", "", word)) != word and len(short) >= LEAST_SIGNS:
        yield short


def _is_name(word: str) -> bool:
    return word.isalpha() and len(word) >= LEAST_LETTERS and word not in SHARED


def _is_code(words: list[str]) -> bool:
    """Whether words are particular enough to be looked for: 'P7' and '12' stand in many a text."""
    signs = "".join(words)
    least = LEAST_DIGITS if signs.isdigit() else LEAST_OF_A_KIND if signs.isalpha() else LEAST_SIGNS
    return len(words) <= MOST_WORDS and len(signs) >= least


def collect(names: Names, export: Export, facts: Mapping[str, Iterable[str]], *, given: Iterable[str] = ()) -> None:
    """
    Add the names, codes and cohorts that a file holds.

    Parameters
    ----------
    names : Names
    export : Export
        Before personal data are removed.
    facts : mapping of str to iterable of str
        Its columns by fact: person, dyad, cohort.
    given : iterable of str
        Cohorts that study.toml states for the whole file.
    """
    rows = export.rows
    for fact, add in (("person", names.of_persons), ("dyad", names.of_codes), ("cohort", names.of_codes)):
        columns = [column for name in facts.get(fact, ()) if (column := export.find(name)) is not None]
        if columns:  # parts of a code are no code: the first letters of a name are words in many a text
            add(rows[columns[0]] if len(columns) == 1 else rows[columns].agg(" ".join, axis=1))
    names.of_codes(given)
    for column in {*personal_columns(rows, export.texts), *(export.identifiers & set(rows.columns))}:
        asked = (column, export.texts.get(column, ""))
        if any(NAMED.search(text) and (asks_who(text) or column in export.identifiers) for text in asked):
            names.of_people(rows[column])
        else:
            names.of_addresses(rows[column])


def screen(questionnaires: pd.DataFrame, names: Names, study: Study, journal: Journal) -> pd.DataFrame:
    """Free open answers of contacts and names; the ledger counts those that changed."""
    changed = {}
    for item in study.text_items:
        texts = per_entry(questionnaires[item.name], names.screened)
        if cells := int((texts != questionnaires[item.name])[texts.notna()].sum()):
            changed[item.name] = texts
            rows = len(questionnaires)
            journal.step(Said("ledger.of.screened", name=item.name), before=rows, after=rows, cells=cells)
    return questionnaires.assign(**changed)
