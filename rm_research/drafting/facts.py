"""Columns that hold facts about people besides their code: cohort, role, arm, dyad, consent, finished, submitted."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from rm_research.drafting.columns import Counts, titled
from rm_research.drafting.families import VOCABULARIES, YES_NO, grade_of
from rm_research.drafting.occasions import Occasion, Occasions
from rm_research.drafting.pairing import FEWEST_ROWS
from rm_research.drafting.words import (
    AGREED,
    ASKS,
    BLANK_WORDS,
    CLUSTER,
    COMPARED,
    DEMOGRAPHIC,
    FACT_NAMES,
    LEADERS,
    MENTORS,
    SUBMITTED,
    YES,
    plain,
)
from rm_research.privacy import asks_who, personal_columns
from rm_research.responses.facts import as_dates
from rm_research.study.entries import NUMBER, tidy, tidy_text
from rm_research.study.model import PROGRAMME
from rm_research.study.numbers import read_numbers
from rm_research.study.settings import SERIAL_DATES

LONGEST = 80
SHORTEST_CONTACT = 6  # 'a@b.de'
LONGEST_QUESTION = 15  # words; a question that asks for a fact is short
DATE_FORMATS = (
    None, "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M", "%m/%d/%y %H:%M:%S", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y",
    SERIAL_DATES,
)  # fmt: skip
DATED = 0.9  # share of entries that must be dates


@dataclass(frozen=True)
class Fact:
    """
    The columns that hold a fact.

    Attributes
    ----------
    columns : dict of str to str
        Column by wave.
    entries : dict of str to int
        Rows by entry, in the wave where most rows have it; empty for facts with many entries.
    others : tuple of str
        Other columns that may hold it.
    words : dict of str to list of str
        Entries by the word of ours to which they are recoded.
    of_waves : dict of str to list of str
        Entries by wave; empty for facts with many entries.
    date_formats : dict of str to str
        How dates are written, by wave, unless they are ISO 8601.
    doubt : str
        What has to be checked.
    """

    columns: dict[str, str]
    entries: dict[str, int] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    words: dict[str, list[str]] = field(default_factory=dict)
    of_waves: dict[str, list[str]] = field(default_factory=dict)
    date_formats: dict[str, str] = field(default_factory=dict)
    doubt: str = ""


@dataclass(frozen=True)
class Facts:
    """
    All facts that the exports hold.

    Attributes
    ----------
    by_name : dict of str to Fact
        By the fact's name in study.toml.
    attributes : tuple of str
        Columns that describe people and are not answers: age, grade, department.
    cluster : str or None
        The attribute whose groups are each in one arm.
    personal : frozenset of str
        Columns of personal data.
    identifiers : frozenset of str
        Other columns that identify people according to the export's dictionary; one may be a person's code.
    """

    by_name: dict[str, Fact]
    attributes: tuple[str, ...]
    cluster: str | None
    personal: frozenset[str]
    identifiers: frozenset[str]

    def columns_of(self, fact: str) -> dict[str, str]:
        """Column of a fact by wave; empty if there is none."""
        return self.by_name[fact].columns if fact in self.by_name else {}


def find_facts(occasions: Occasions) -> Facts:
    """
    Find the columns of facts by their names, their questions and their entries.

    An entry is quoted only if at least three rows share it; of personal data, only the column's name is used.
    """
    personal = frozenset().union(*(_personal(wave) for wave in occasions.waves))
    identifiers = frozenset().union(*(wave.opened.export.identifiers for wave in occasions.waves)) - personal
    facts: dict[str, Fact] = {}
    for name, suits in SUITS.items():
        if (fact := _find(name, occasions, personal | identifiers, suits)) is not None:
            facts[name] = fact
    for name, describe in DESCRIBED.items():
        if name in facts:
            facts[name] = describe(facts[name])
    if (submitted := _submitted(occasions)) is not None:
        facts["submitted"] = submitted
    used = {column for fact in facts.values() for column in fact.columns.values()}
    attributes = _attributes(occasions, personal | identifiers | used)
    return Facts(facts, attributes, _cluster(occasions, facts.get("arm"), attributes), personal, identifiers)


def _personal(wave: Occasion) -> set[str]:
    """Columns of personal data; if the entries are too short to be contacts, only the column's name counts."""
    rows, texts = wave.rows, wave.opened.export.texts
    long = [name for name in rows.columns if max(map(len, wave.counted(name)[0]), default=0) >= SHORTEST_CONTACT]
    asked = ((name, said) for name in rows.columns for said in (name, texts.get(name, "")))
    named = (name for name, said in asked if asks_who(said))
    return {*named, *personal_columns(rows[long], texts)}


def _find(fact: str, occasions: Occasions, personal: frozenset[str], suits: Callable[[pd.Series], bool]) -> Fact | None:
    columns: dict[str, str] = {}
    others: dict[str, None] = {}
    for wave in occasions.waves:
        named = [
            name
            for name in wave.rows.columns
            if name not in personal | set(wave.where) and _is_called(fact, wave, name)
        ]
        fitting = [name for name in named if suits(_entries(wave, name)) and not _is_opinion(wave.counted(name)[0])]
        # a later wave has the same column as an earlier one
        fitting.sort(key=lambda name: name not in columns.values())
        if fitting:
            columns[wave.name] = fitting[0]
            others |= dict.fromkeys(fitting[1:])
    if not columns:
        return None
    counts = [_entries(wave, columns[wave.name]).value_counts() for wave in occasions.waves if wave.name in columns]
    # rows of several waves may belong to one person, so only the rows of a single wave count
    most = pd.concat(counts).groupby(level=0, sort=False).max()
    entries = {} if fact == "dyad" else {str(entry): int(rows) for entry, rows in most.items()}
    of_waves = {wave: list(map(str, of.index)) for wave, of in zip(columns, counts, strict=True)} if entries else {}
    return Fact(columns, entries, tuple(name for name in others if name not in columns.values()), of_waves=of_waves)


def _is_called(fact: str, wave: Occasion, name: str) -> bool:
    code, question = titled(name, wave.opened.export.texts.get(name, ""))
    if FACT_NAMES[fact].fullmatch(plain(code or name)):
        return True
    asked = plain(question)
    return fact in ASKS and len(asked.split()) <= LONGEST_QUESTION and ASKS[fact].search(asked) is not None


def _entries(wave: Occasion, name: str) -> pd.Series:
    """Stripped entries of a column, without those that mean no answer."""
    cells = wave.rows[name].str.strip()
    return cells[~tidy(cells).isin(BLANK_WORDS | {""})]


def _is_opinion(entries: Counts) -> bool:
    """Whether all entries are graded words: 'My role in the programme is clear' is not a role."""
    if all(grade_of(entry, YES_NO) is not None for entry in entries):
        return False
    scored = (one for one in VOCABULARIES if one is not YES_NO)
    return any(all(grade_of(entry, one) is not None for entry in entries) for one in scored)


def _few(least: int, most: int) -> Callable[[pd.Series], bool]:
    """Say whether a column has only a few short entries, which rows share."""

    def suits(cells: pd.Series) -> bool:
        kinds = cells.nunique()
        return bool(least <= kinds <= min(most, max(least, len(cells) // 2)) and cells.str.len().max() <= LONGEST)

    return suits


def _in_pairs(cells: pd.Series) -> bool:
    sizes = cells.value_counts()
    return len(sizes) >= 2 and 1.5 <= sizes.mean() <= 5


SUITS: dict[str, Callable[[pd.Series], bool]] = {
    "cohort": _few(1, 60), "role": _few(2, 6), "arm": _few(2, 8), "dyad": _in_pairs, "consent": _few(1, 4),
    "finished": _few(1, 3),
}  # fmt: skip


def quotable(entries: dict[str, int]) -> list[str]:
    """Entries that at least three rows of one wave share."""
    return [entry for entry, rows in entries.items() if rows >= FEWEST_ROWS]


def _consent(fact: Fact) -> Fact:
    meaning = {entry for entry in fact.entries if tidy_text(entry) in YES}
    agreed = [entry for entry in quotable(fact.entries) if tidy_text(entry) in AGREED and entry not in meaning]
    known = {wave for wave, entries in fact.of_waves.items() if meaning & {*entries} or {*agreed} & {*entries}}
    columns = {wave: column for wave, column in fact.columns.items() if wave in known}
    words = {"yes": [*sorted(meaning), *agreed]} if agreed else {}
    # where no entry means yes, every row would be left out
    unknown = tuple(dict.fromkeys(column for wave, column in fact.columns.items() if wave not in known))
    somewhere = "in some wave no entry is known to mean yes, so all its rows are kept."
    doubt = "" if not unknown else somewhere if columns else "no entry is known to mean yes"
    return Fact(columns, fact.entries, (*fact.others, *unknown), words, doubt=doubt)


def _role(fact: Fact) -> Fact:
    if all(tidy_text(entry) in ("leader", "mentor") for entry in fact.entries):
        return fact
    known = {"leader": LEADERS, "mentor": MENTORS}
    words = {word: [entry for entry in quotable(fact.entries) if pattern.search(tidy_text(entry))]
             for word, pattern in known.items()}  # fmt: skip
    # 'junior mentor' is clear; 'senior mentor' is not
    clear = all(words.values()) and not set(words["leader"]) & set(words["mentor"])
    doubt = "which entry is the senior person who is mentored (leader) and which the junior one who guides (mentor)."
    return Fact(fact.columns, fact.entries, fact.others, words if clear else {}, doubt="" if clear else doubt)


def _arm(fact: Fact) -> Fact:
    compared = [entry for entry in quotable(fact.entries) if COMPARED.search(plain(entry))]
    if len(compared) != 1:
        return Fact(fact.columns, fact.entries, fact.others, doubt="which group is the one without the programme.")
    others = [entry for entry in quotable(fact.entries) if entry not in compared]
    # several groups with a programme stay separate and keep their names
    words = {PROGRAMME: others} if len(others) == 1 else {}
    doubt = "which group had the programme, which did not, and how people came into them."
    return Fact(fact.columns, fact.entries, fact.others, words | {"comparison": compared}, doubt=doubt)


DESCRIBED: dict[str, Callable[[Fact], Fact]] = {"consent": _consent, "role": _role, "arm": _arm}


def _submitted(occasions: Occasions) -> Fact | None:
    columns: dict[str, str] = {}
    formats: dict[str, str] = {}
    for wave in occasions.waves:
        named = [name for name in wave.rows.columns if _is_called("submitted", wave, name)]
        named.sort(key=lambda name: next(place for place, said in enumerate(SUBMITTED) if said in plain(name)))
        for name in named:
            cells = _entries(wave, name)
            read = next(
                (form for form in DATE_FORMATS if len(cells) and as_dates(cells, form).notna().mean() >= DATED), ""
            )
            if read != "":
                columns[wave.name] = name
                formats |= {wave.name: read} if read else {}
                break
    return Fact(columns, date_formats=formats) if columns else None


def _attributes(occasions: Occasions, excluded: set[str] | frozenset[str]) -> tuple[str, ...]:
    suits = _few(2, 60)
    names = dict.fromkeys(
        name
        for wave in occasions.waves
        for name in wave.rows.columns
        if name not in excluded and name not in wave.where and describes(name, wave.opened.export.texts.get(name, ""))
        if suits(entries := _entries(wave, name)) or (len(entries) > 0 and read_numbers(entries).notna().all())
    )
    return tuple(names)


def describes(name: str, text: str = "") -> bool:
    """Whether a column's name says that it describes people and does not ask what they think."""
    code, question = titled(name, text)
    asked = re.sub(
        r"^(?:please (?:select|state|indicate) |what is |which is |how old are )?(?:your |the )?", "", plain(question)
    )
    return bool(
        DEMOGRAPHIC.fullmatch(plain(code or name)) or (len(asked.split()) <= 4 and DEMOGRAPHIC.fullmatch(asked))
    )


def _cluster(occasions: Occasions, arm: Fact | None, attributes: tuple[str, ...]) -> str | None:
    """Attribute whose groups were assigned as a whole: everybody in a group is in one arm."""
    if arm is None or len(set(arm.columns.values())) != 1:
        return None
    column = next(iter(arm.columns.values()))
    for name in attributes:
        held = [wave.rows for wave in occasions.waves if name in wave.rows and column in wave.rows]
        if not CLUSTER.fullmatch(plain(name)) or not held:
            continue
        arms = pd.concat([rows[[name, column]] for rows in held]).drop_duplicates()
        groups = arms[name].nunique()
        if groups > 2 * arms[column].nunique() and len(arms) == groups and not _is_measured(arms[name]):
            return name
    return None


def _is_measured(cells: pd.Series) -> bool:
    return bool(cells.map(lambda entry: "." in entry and NUMBER.fullmatch(entry) is not None).any())
