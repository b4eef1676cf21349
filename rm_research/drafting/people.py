"""Which column names the person, so that waves can be linked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

import numpy as np
import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from rm_research.drafting.columns import titled
from rm_research.drafting.occasions import Occasion, Occasions
from rm_research.drafting.words import BLANK_WORDS, PERSON_CODE, PERSON_ID, ROW_ID, is_system, plain
from rm_research.study.entries import NUMBER, tidy
from rm_research.study.settings import ROW_NUMBER

ASKED_FOR = ("code", "pseudonym", "pin", "kürzel", "kennung")
LONGEST = 60  # length of a code; an e-mail address may serve as one
FEWEST = 3
UNIQUE = 0.9  # share of codes that occur in one row only: some people send a form twice
FILLED = 0.3  # some people give no code
BY_CODE, BY_ID, BY_QUESTION, BY_ROW, BY_CONTENT = range(5)
SHORTEST = 4  # length of a code that may hold a typing error; one edit makes too many shorter codes equal
MOST_COMPARED = 4_000_000  # pairs of codes


@dataclass(frozen=True, eq=False)
class Candidate:
    """
    A column of one wave that may name people.

    Attributes
    ----------
    column : str
    rank : int
        The evidence for it, from the strongest to the weakest: BY_CODE to BY_CONTENT.
    codes : frozenset of str
        Its tidied codes; held in memory only.
    repeated : int
        Codes that occur in several rows of one cohort.
    counts_rows : bool
        Whether it counts 1, 2, 3 … down the file.
    """

    column: str
    rank: int
    codes: frozenset[str]
    repeated: int
    counts_rows: bool


@dataclass(frozen=True)
class Person:
    """
    How people are recognised across the waves.

    Attributes
    ----------
    columns : dict of str to str
        Column of the code by wave; empty if waves cannot be linked.
    others : tuple of str
        Other columns that may hold the code.
    repeated : dict of str to int
        Codes that occur in several rows, by wave.
    shared : int
        Codes of the first wave that occur again later.
    nearly : int
        Codes without a match that differ from another such code by one character.
    doubt : str
        What has to be checked; empty if the column is certain.
    """

    columns: dict[str, str]
    others: tuple[str, ...]
    repeated: dict[str, int]
    shared: int
    nearly: int
    doubt: str


def find_person(occasions: Occasions, cohort: dict[str, str], personal: set[str]) -> Person:
    """
    Find the column that names the person in each wave.

    Parameters
    ----------
    occasions : Occasions
    cohort : dict of str to str
        Column of the cohort by wave: a code only needs to be unique within its cohort.
    personal : set of str
        Columns of personal data: the draft gives their names, but uses them only as a last resort.

    Returns
    -------
    Person
        Without columns if none is unique in each wave and has values that occur in another.
    """
    if occasions.person is not None:
        return _of_long(occasions, occasions.person, cohort)
    waves = occasions.waves[:1] if occasions.side_by_side else occasions.waves
    candidates = {wave.name: _candidates(wave, cohort.get(wave.name), personal) for wave in waves}
    if occasions.side_by_side:
        return _of_rows(occasions, candidates)
    chains = [_chain(first, list(candidates.values())[1:]) for first in candidates[waves[0].name]]
    usable = [chain for chain in chains if chain is not None and _can_link(chain)]
    if not usable:
        return Person({}, _names(candidates), {}, 0, 0, _why_none(_names(candidates), waves))
    best = min(
        usable, key=lambda chain: (max(one.rank for one in chain), sum(one.repeated for one in chain), -_overlap(chain))
    )
    return _person(waves, best, candidates)


def _person(waves: Sequence[Occasion], chain: list[Candidate], candidates: dict[str, list[Candidate]]) -> Person:
    named = {wave.name: one.column for wave, one in zip(waves, chain, strict=True)}
    left = _names(candidates, besides=set(named.values()))
    rank = max(one.rank for one in chain)
    rivals = _names(candidates, besides=set(named.values()), rank=max(rank, BY_QUESTION))
    repeated = {wave.name: one.repeated for wave, one in zip(waves, chain, strict=True) if one.repeated}
    later = frozenset().union(*(one.codes for one in chain[1:]))
    nearly = 0 if len(chain) == 1 else _nearly(chain[0].codes - later, later - chain[0].codes)
    return Person(named, left, repeated, len(chain[0].codes & later), nearly, _doubt(chain, rivals))


def _names(
    candidates: dict[str, list[Candidate]], *, besides: set[str] | frozenset[str] = frozenset(), rank: int = BY_CONTENT
) -> tuple[str, ...]:
    """Names of the candidates up to a rank, without repeats."""
    ranked = (one for of_wave in candidates.values() for one in of_wave if one.rank <= rank)
    return tuple(dict.fromkeys(one.column for one in ranked if one.column not in besides))


def _of_long(occasions: Occasions, column: str, cohort: dict[str, str]) -> Person:
    """Person of a long file: rows with the same code on several occasions belong to one person, whatever its column."""
    codes: list[frozenset[str]] = []
    repeated: dict[str, int] = {}
    for wave in occasions.waves:
        known, keys = _codes(wave, column, cohort.get(wave.name))
        codes.append(frozenset(known))
        repeated |= {wave.name: count} if (count := int((keys.value_counts() > 1).sum())) else {}
    shared = len(codes[0] & frozenset().union(*codes[1:]))
    return Person({wave.name: column for wave in occasions.waves}, (), repeated, shared, 0, "")


def _of_rows(occasions: Occasions, candidates: dict[str, list[Candidate]]) -> Person:
    """Person of a wide file: the code, otherwise the row."""
    named = [one for of_wave in candidates.values() for one in of_wave if one.rank <= BY_ROW]
    best = min(named, key=lambda one: one.rank, default=None)
    column = ROW_NUMBER if best is None else best.column
    columns = {wave.name: column for wave in occasions.waves}
    left = _names(candidates, besides={column})
    if best is None:
        return Person(columns, left, {}, 0, 0, "")
    repeated = {wave.name: best.repeated for wave in occasions.waves} if best.repeated else {}
    return Person(columns, left, repeated, 0, 0, _doubt([best], _names(candidates, besides={column}, rank=best.rank)))


def _codes(wave: Occasion, name: str, cohort: str | None) -> tuple[pd.Series, pd.Series]:
    """Tidied codes of a column, without blanks; and the same codes made distinct by cohort."""
    codes = tidy(wave.rows[name])
    codes = codes[~codes.isin(BLANK_WORDS | {""})]
    return codes, codes if cohort is None else codes + "\n" + tidy(wave.rows[cohort])[codes.index]


def _candidates(wave: Occasion, cohort: str | None, personal: set[str]) -> list[Candidate]:
    judged = (_candidate(wave, name, cohort, personal) for name in wave.rows.columns if name not in wave.where)
    return [one for one in judged if one is not None]


def _candidate(wave: Occasion, name: str, cohort: str | None, personal: set[str]) -> Candidate | None:
    rank = _rank(name, wave.opened.export.texts.get(name, ""), personal)
    if rank is None:
        return None
    counts = wave.counted(name)[0]
    filled = sum(counts.values())
    # codes of one cohort may occur again in another
    unique = UNIQUE * filled if cohort is None else FEWEST
    if filled < FILLED * len(wave.rows) or len(counts) < max(FEWEST, unique):
        return None
    codes, keys = _codes(wave, name, cohort)
    distinct = frozenset(codes)
    if len(distinct) < FEWEST or keys.nunique() < UNIQUE * len(keys):
        return None
    if max(map(len, distinct)) > LONGEST or mean(len(code.split()) for code in distinct) > 3:
        return None
    if rank >= BY_ROW and any("." in code and NUMBER.fullmatch(code) for code in distinct):
        return None  # measurements
    if rank == BY_CONTENT and _hardly_codes(distinct):
        return None
    in_order = list(codes) == [str(number) for number in range(1, len(codes) + 1)]
    return Candidate(name, rank, distinct, int((keys.value_counts() > 1).sum()), in_order)


def _rank(name: str, text: str, personal: set[str]) -> int | None:
    """How strongly a column seems to hold a person's code; None if its name rules that out."""
    code, question = titled(name, text)
    words = plain(code or name)
    if words in ("external reference", "external data reference") or (name in personal and "mail" in words):
        return BY_ROW
    if is_system(name) or name in personal:
        return None
    for rank, pattern in ((BY_CODE, PERSON_CODE), (BY_ID, PERSON_ID), (BY_ROW, ROW_ID)):
        if pattern.fullmatch(words):
            return rank
    asked = set(plain(question).split())
    return BY_QUESTION if len(asked) <= 40 and asked & {*ASKED_FOR} else BY_CONTENT


def _hardly_codes(codes: frozenset[str]) -> bool:
    """Whether entries under any name are numbers or words rather than codes: dates, answers, measurements."""
    return sum(
        not any(mark.isdigit() for mark in code) or not any(mark.isalpha() for mark in code) for code in codes
    ) > (len(codes) / 2)


def _chain(first: Candidate, later: list[list[Candidate]]) -> list[Candidate] | None:
    """One candidate per wave: the column of the same name, otherwise the one with most codes of earlier waves."""
    chain = [first]
    for candidates in later:
        same = [one for one in candidates if one.column == first.column]
        known = frozenset().union(*(one.codes for one in chain))
        alike = sorted(candidates, key=lambda one: (-len(one.codes & known), one.rank))
        if not (same or alike):
            return None
        chain.append((same or alike)[0])
    return chain


def _can_link(chain: list[Candidate]) -> bool:
    """Whether codes occur again, and stand for people and not for rows."""
    if len(chain) == 1:
        return chain[0].rank <= BY_ID
    if all(one.counts_rows for one in chain) and any(one.rank >= BY_ROW for one in chain):
        return False
    needed = 0.5 if any(one.rank == BY_CONTENT for one in chain) else 0.0
    return all(one.codes & other.codes for one, other in pairwise(chain)) and _overlap(chain) >= needed


def _overlap(chain: list[Candidate]) -> float:
    """Share of the smaller wave's codes that the larger wave also has, averaged over successive waves."""
    if len(chain) == 1:
        return 0.0
    return float(np.mean([len(a.codes & b.codes) / min(len(a.codes), len(b.codes)) for a, b in pairwise(chain)]))


def _doubt(chain: list[Candidate], rivals: tuple[str, ...]) -> str:
    also = f" Equally good candidates: {', '.join(rivals)}." if rivals else ""
    if len(chain) > 1 and all(one.counts_rows for one in chain):
        return f"whether this column names people; it counts 1, 2, 3 … in each file, as row numbers do.{also}"
    if rivals or max(one.rank for one in chain) > BY_ID or (len(chain) > 1 and _overlap(chain) < 0.5):
        return f"whether this column holds each person's code.{also}"
    return ""


def _why_none(others: tuple[str, ...], waves: Sequence[Occasion]) -> str:
    said = "no column is unique in each wave with values that occur in another, so waves are compared unpaired."
    lacking = {other: [wave.name for wave in waves if other not in wave.rows] for other in others}
    if whole := [other for other in others if not lacking[other]]:
        return (
            f"{said} Candidates: {', '.join(whole)}. If one holds each person's code, name it under [columns] as "
            "person and remove this table."
        )
    if others:
        shown = ", ".join(f"{other} (not in {' and '.join(lacking[other])})" for other in others)
        return (
            f"{said} Columns that may hold codes: {shown}. If people gave codes in every wave, export it again with "
            "that column and run init in another folder, or name the column of each wave under [columns] as person "
            "and remove this table."
        )
    return ""


def _nearly(first: frozenset[str], second: frozenset[str]) -> int:
    """Number of unmatched codes that are one edit away from another such code: typing errors, or other people."""
    if not first or not second or len(first) * len(second) > MOST_COMPARED:
        return 0
    long = [[code for code in sorted(codes) if len(code) >= SHORTEST] for codes in (first, second)]
    edits = process.cdist(*long, scorer=DamerauLevenshtein.distance, score_cutoff=1, dtype=np.uint8)
    return int((edits <= 1).any(axis=1).sum()) if edits.size else 0
