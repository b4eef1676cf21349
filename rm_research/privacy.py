"""
Finds personal data and keeps them out; turns person codes into keyed hashes.

The name or question of a column shows that it holds personal data if ASKED lists every word of it and at least one of
them is a particular: 'Please enter your e-mail address', 'mentorName', but not 'Name one thing you learned'. Its
content shows it if at least half of its filled cells are nothing but contacts, as listed in CONTACTS. Contacts within
other text are removed from it.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from rm_research.study.entries import in_batches, per_entry, tidy


class Pattern(NamedTuple):
    """What is recognised: in words, as an expression, and by an example."""

    meaning: str
    expression: re.Pattern[str]
    example: str


def _words(*alternatives: str, apart: bool = False) -> re.Pattern[str]:
    """Match one of these: whole words if `apart`, otherwise also parts of words, as in 'RecipientEmail'."""
    any_of_them = f"(?:{'|'.join(alternatives)})"
    return re.compile(rf"(?<![^\W_]){any_of_them}(?![^\W_])" if apart else any_of_them, re.IGNORECASE)


# all the words that the name or question of a column with personal data may consist of, in English and German; they may
# run together, as in 'studentsurname'
ASKED = {
    "particular": Pattern("what tells who someone is", _words(
        r"name[sn]?", r"e-?mail", r"linkedin(?:[ _.]*profile)?",
        r"(?:tele|mobile[ _.]*|cell[ _.]*)?phone(?:[ _.]*(?:number|no))?", r"mobile(?:[ _.]*(?:number|no))?",
        r"(?:telefon|handy)(?:nummer)?", r"contact[ _.]*(?:details?|information|data)", "kontaktdaten",
        r"(?:(?:postal|street)[ _.]*)?address", "adresse", "anschrift", r"(?:post|zip)[ _.]*code", "postleitzahl",
        "ip", r"(?:location[ _.]*)?(?:latitude|longitude)", r"(?:geo|gps)[ _.-]*(?:location|coordinates?)",
        "coordinates?", r"date[ _.]*of[ _.]*birth", r"birth[ _.]*(?:date|day)", "geburts(?:datum|tag)",
    ), "e-mail"),
    "person": Pattern("whose it is: a person's, not a programme's or a team's", _words(
        r"(?:(?:team|line|group|project|class)[ _.]*)?"
        "(?:recipient|respondent|participant|student|pupil|child|employee|staff|member|person|contact|mentor|mentee"
        "|leader|manager|facilitator|coach|trainer|teacher|instructor|supervisor|tutor|teilnehmer|mitarbeiter|schüler"
        "|betreuer|vorgesetzte[rn]?|führungskraft|leiter)(?:in)?(?:['’]?s['’]?|['’]|es)?",
        "the", "your", "my", "de[rs]",
        "(?:ihr|dein|mein|unser)(?:e[rsmn]?)?",
    ), "team leader's"),
    "which": Pattern("which of several", _words(
        "first", "last", "full", "sur", "family", "given", "middle", "nick", "fore", "vor", "nach", "zu", "familien",
        "home", "work", "private",
    ), "first"),
    "form": Pattern("how a form puts it", _words(
        "please", r"(?:what|which)[ _.]*(?:is|are)", r"wie[ _.]*lautet", "what", "which", "is", "are", "enter", "give",
        "us", "provide", "type", "optional", "and", "or", "of", "bitte", "wie", "lautet", "geben", "nennen", "sie",
        "ein", "an", "und", "oder", apart=True,
    ), "please"),
    "blank": Pattern("what parts words", re.compile(r"[\s_.,:?*/&+()-]+"), " / "),
}  # fmt: skip
# contacts within text; lengths are limited, or the search of a long text without blanks would take minutes
CONTACTS = {
    "e-mail": Pattern("e-mail addresses", re.compile(
        r"[^\s@,;<>()\"']{1,64}@[^\s@,;<>()\"']{1,250}\.[A-Za-z]{2,}"
    ), "mary@example.org"),
    "coordinates": Pattern("pairs of coordinates with three decimals or more", re.compile(
        r"(?<![\d.])-?\d{1,3}\.\d{3,},\s{0,3}-?\d{1,3}\.\d{3,}(?![\d.])"
    ), "52.5200, 13.4050"),
    "IP": Pattern("IP addresses", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"), "192.0.2.1"),
    "telephone": Pattern("numbers with a prefix (+44, 0, brackets), which are no dates", re.compile(
        r"(?<![\w.+-])(?!\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d))"
        r"(?:\+\d|0[1-9]|\(\+?\d)(?:[ ()/.-]{0,2}\d){6,13}(?![\w-])"
    ), "+44 7700 900123"),
    "American telephone": Pattern("numbers in groups of three, three and four; a bare number may be anything",
        re.compile(r"(?<![\w.-])\d{3}[ .-]\d{3}[ .-]\d{4}(?![\w-])"), "555-123-4567"),
}  # fmt: skip
EMAIL = CONTACTS["e-mail"].expression
AT_OR_DIGIT = re.compile(r"[@\d]")
SHORTEST = len("a@b.cd")
TAKEN_OUT = "[…]"
MOSTLY = 0.5  # share of the filled cells of a column


def personal_columns(
    rows: pd.DataFrame, texts: Mapping[str, str] | None = None, *, exempt: Collection[str] = ()
) -> list[str]:
    """
    Columns that hold personal data: judged by name, by question, or because most of their cells are contacts.

    Parameters
    ----------
    rows : DataFrame
        An export's rows, all text.
    texts : mapping of str to str, optional
        Question text by column.
    exempt : collection of str, optional
        Columns that are not judged.

    Returns
    -------
    list of str
        Columns of names, e-mail, postal and IP addresses, telephone numbers, coordinates or dates of birth.
    """
    asked, contacts = texts or {}, set(_mostly_contacts(rows, exempt))
    return [
        name
        for name in rows.columns
        if name not in exempt and (name in contacts or asks_who(name) or asks_who(asked.get(name, "")))
    ]


def asks_who(text: str) -> bool:
    """Whether the name or question of a column asks for a personal particular and nothing else."""
    # wherever a word may end, the next may begin: 'ihremail' is 'ihr' and 'email', though 'ihrem' would be longer
    seen, waiting = set(), [(0, False)]
    while waiting:
        place, has_particular = state = waiting.pop()
        if place == len(text):
            if has_particular:
                return True
            continue
        if state not in seen:
            seen.add(state)
            waiting += [(end, has_particular or kind == "particular") for kind, end in _words_at(text, place)]
    return False


def _words_at(text: str, place: int) -> Iterator[tuple[str, int]]:
    """Kind and end of each word that may begin at a place of a text, the longest of each kind first."""
    for kind, words in ASKED.items():
        match = words.expression.match(text, place)
        while match:
            yield kind, match.end()
            # words that stand apart have one end, where the text does
            match = None if kind == "form" else words.expression.match(text, place, match.end() - 1)


def _mostly_contacts(rows: pd.DataFrame, exempt: Collection[str]) -> Iterator[str]:
    """Columns of which most filled cells are contacts; many short columns are looked at together."""
    for names, cells in in_batches(rows, (name for name in rows.columns if name not in exempt)):
        encoded = cells.combine_chunks().dictionary_encode(null_encoding="encode")
        entries, places = encoded.dictionary.to_pylist(), np.asarray(encoded.indices).reshape(len(names), -1)
        contacts = np.array([_is_contact(entry) for entry in entries], dtype=bool)
        if contacts.any():
            filled = np.array([entry != "" for entry in entries])[places].sum(axis=1)
            mostly = contacts[places].sum(axis=1) >= np.maximum(MOSTLY * filled, 1)
            yield from (name for name, most in zip(names, mostly, strict=True) if most)


def _is_contact(entry: str | None) -> bool:
    return entry is not None and freed_of_contacts(entry).strip() == TAKEN_OUT


def freed_of_contacts(entry: str) -> str:
    """Text with each e-mail and IP address, telephone number and pair of coordinates in it replaced by '[…]'."""
    # no contact is shorter or without one of these; this saves most entries the searches
    if len(entry) < SHORTEST or not AT_OR_DIGIT.search(entry):
        return entry
    for contact in CONTACTS.values():
        entry = contact.expression.sub(TAKEN_OUT, entry)
    return entry


def without_contacts(cells: pd.Series) -> pd.Series:
    """Cells with contacts replaced; the rest of the text stays."""
    return per_entry(cells, freed_of_contacts)


def hash_codes(codes: pd.Series, key: bytes, *, kind: str = "person") -> pd.Series:
    """
    Keyed hashes of codes: 16 hexadecimal digits (keyed BLAKE2b, RFC 7693).

    Parameters
    ----------
    codes : Series of str
        As typed; `tidy` comes first, so differences in case or stray blanks do not split one person into two.
    key : bytes
        The study's key.
    kind : str
        What the codes identify, so that a pair and a person with the same code differ.

    Returns
    -------
    Series of str
        Missing if the code is blank.
    """
    begun = hashlib.blake2b(f"{kind}:".encode(), key=key, digest_size=8)

    def digest(text: str) -> str | None:
        if not text:
            return None
        whole = begun.copy()
        whole.update(text.encode())
        return whole.hexdigest()

    return per_entry(tidy(codes), digest)
