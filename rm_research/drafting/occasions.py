"""Which rows and columns of the exports make up each wave: one a file, or several told by a column or by names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from rm_research.drafting.columns import Counted, counted
from rm_research.drafting.opening import OpenedFile
from rm_research.drafting.words import (
    BLANK_WORDS,
    FACT_NAMES,
    OCCASION,
    PERSON_CODE,
    PERSON_ID,
    ROW_ID,
    all_moments,
    moment,
    plain,
)
from rm_research.errors import StudyFileError
from rm_research.study.codebook import FIXED
from rm_research.study.entries import NUMBER, tidy, tidy_text

MOMENT = r"(?i:pre|post|before|after|baseline|follow-?up|vorher|nachher|(?:t|w|wave|time)\d)"
# 'pre_Q1', 'Q9Pre: How much …', 'How much … (after)'
MARKED = (
    re.compile(rf"[\[(]?(?P<token>{MOMENT})[\])]?[_.:\- ]+(?P<base>\S.*)", re.DOTALL),
    re.compile(
        rf"(?P<base>[^\W\d_][\w\-#]*?)(?:[_\-.]|(?<=\d)|(?<=[\da-zäöüß])(?=[A-Z]))(?P<token>{MOMENT})(?P<rest>\s*[:.]\s.*)?",
        re.DOTALL,
    ),
    re.compile(rf"(?P<base>.*\S)(?:[_.\- ]+[\[(]?|[\[(])(?P<token>{MOMENT})[\])]?", re.DOTALL),
)
FEWEST_PAIRS = 2  # columns that must come in several moments before a file counts as wide
MOST_OCCASIONS, MOST_OF_ROWS = 60, 0.7  # entries that are occasions; more of them are times or codes
FEWEST_ROWS = 3
EVENT_NAMES = ("redcap event name", "event name")
ONCE, RETURNING = 0.95, 0.2  # shares of rows that are a person's only one of an occasion, of people with several
ARM = re.compile(r"_arm_\d+$")  # REDCap's events of several arms


@dataclass(frozen=True, eq=False)
class Occasion:
    """
    One wave of the draft.

    Attributes
    ----------
    name : str
    opened : OpenedFile
        The export that holds it.
    rows : DataFrame
        Those of its rows that belong to the wave.
    where : dict of str to list of str
        The condition that takes them.
    headers : dict of str to str
        Columns that may be items, each with its name without what tells the occasion.
    known : dict
        Columns that were counted already.
    """

    name: str
    opened: OpenedFile
    rows: pd.DataFrame
    where: dict[str, list[str]]
    headers: dict[str, str]
    known: dict[str, Counted] = field(default_factory=dict)

    def counted(self, name: str) -> Counted:
        """How often each entry stands in one of its columns, and which of them mean no answer."""
        if name not in self.known:
            self.known[name] = counted(self.rows[name])
        return self.known[name]


@dataclass(frozen=True, eq=False)
class Occasions:
    """
    All waves of the draft.

    Attributes
    ----------
    waves : tuple of Occasion
        In their order in time.
    reason : str
        By what they were told.
    side_by_side : bool
        Whether they are columns of the same rows.
    person : str or None
        Column that names the people of a long file, where they come again at other occasions.
    doubts : tuple of str
        What the study's owner has to check about them.
    """

    waves: tuple[Occasion, ...]
    reason: str
    side_by_side: bool = False
    person: str | None = None
    doubts: tuple[str, ...] = ()


def find_occasions(opened: Sequence[OpenedFile], names: Sequence[str] = ()) -> Occasions:
    """
    Waves that a set of exports seems to hold.

    Parameters
    ----------
    opened : sequence of OpenedFile
    names : sequence of str, optional
        What to call the waves, in order.

    Returns
    -------
    Occasions
        One wave a file; or those of a long file (told by a column) or a wide one (told by the names of its columns).

    Raises
    ------
    StudyFileError
        When the names are not as many as the waves, or cannot be names of waves.
    """
    found = _long(opened[0], names) or _wide(opened[0], names) or _one_a_file(opened, names)
    found = replace(found, waves=tuple(map(_without_previews, found.waves)))
    if len({wave.opened.file.file for wave in found.waves}) == len(opened):
        return found
    unused = ", ".join(one.file.file for one in opened[1:])
    doubt = (
        f"{unused}: not used in this draft, because {opened[0].file.file} holds all waves already. An export "
        "of further people is added under [[waves.NAME.sources]], a list of everyone invited under [roster]: "
        "docs/study-files.md."
    )
    return replace(found, doubts=(*found.doubts, doubt))


def _without_previews(wave: Occasion) -> Occasion:
    """Leave out previews, tests and spam, where an export of Qualtrics has some."""
    if wave.opened.file.format != "qualtrics" or "Status" not in wave.rows:
        return wave
    status = tidy(wave.rows["Status"])
    real = next((entry for entry in ("IP Address", "0") if (status == tidy_text(entry)).any()), None)
    if real is None or (status == tidy_text(real)).all():
        return wave
    rows = wave.rows[status == tidy_text(real)]
    return replace(wave, rows=rows, where={**wave.where, "Status": [real]}, known={})


def _one_a_file(opened: Sequence[OpenedFile], names: Sequence[str]) -> Occasions:
    usual = ("pre", "post") if len(opened) <= 2 else tuple(f"wave{place}" for place in range(1, len(opened) + 1))
    waves = [
        Occasion(name, one, one.export.rows, {}, {column: column for column in one.columns})
        for name, one in zip(_named(names, usual[: len(opened)]), opened, strict=True)
    ]
    said = "One export a wave, in the order they were given."
    return Occasions(tuple(waves), said if len(waves) > 1 else "One export, so one wave so far.")


def _named(given: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Names given, or those usual, which are made unique and fit to be names of waves."""
    if given and len(given) != len(usual):
        raise StudyFileError(
            f"--wave names {len(given)} waves, but the exports hold {len(usual)}. Give it as often, or not."
        )
    if wrong := [name for name in given if "." in name or not name.strip() or name.strip() in FIXED]:
        raise StudyFileError(
            f"--wave {wrong[0]!r}: a wave's name may not be empty, hold a dot, or be that of a codebook column. "
            "Name it otherwise."
        )
    if len({name.strip() for name in given}) < len(given):
        raise StudyFileError("--wave gives two waves one name. Name each otherwise.")
    names: list[str] = []
    for name in [name.strip() for name in given] or usual:
        safe = name if name not in (*FIXED, "") else f"wave_{name}"
        names.append(safe if safe not in names else f"{safe}_{len(names) + 1}")
    return names


def _long(opened: OpenedFile, names: Sequence[str]) -> Occasions | None:
    """Waves as rows: a column tells the occasion, and people come again at another one."""
    rows = opened.export.rows
    for column in opened.columns:
        if not OCCASION.fullmatch(plain(column)) or column in opened.export.identifiers:
            continue
        counts, _ = counted(rows[column])
        # names of REDCap's events are the designers' own; another entry is quoted only if rows share it
        least = 1 if plain(column) in EVENT_NAMES else FEWEST_ROWS
        entries = [entry for entry, number in counts.items() if number >= least]
        if not 2 <= len(entries) <= min(MOST_OCCASIONS, MOST_OF_ROWS * len(rows)):
            continue
        person = _who_returns(rows, column)
        if person is not None or all_moments(entries):
            rare = sum(counts.values()) - sum(counts[entry] for entry in entries)
            return replace(_by_column(opened, column, entries, names, rare), person=person)
    return None


def _who_returns(rows: pd.DataFrame, column: str) -> str | None:
    """Column that names people who are there once an occasion and at several occasions, perhaps within their cohort."""
    cohorts = [name for name in rows.columns if name != column and FACT_NAMES["cohort"].fullmatch(plain(name))]
    patterns = (PERSON_CODE, PERSON_ID, ROW_ID)
    named = [n for n in rows.columns if n != column and any(pattern.fullmatch(plain(n)) for pattern in patterns)]
    within: list[list[str]] = [[], *([cohort] for cohort in cohorts)]
    return next((name for name in named for group in within if _return(rows, [*group, name], column)), None)


def _return(rows: pd.DataFrame, person: list[str], column: str) -> bool:
    """Whether these columns together name people who are there once an occasion and at several occasions."""
    sheets = pd.DataFrame({name: tidy(rows[name]) for name in [*person, column]})
    sheets = sheets[~sheets.isin(BLANK_WORDS | {""}).any(axis=1)]
    once = sheets.drop_duplicates()
    again = once.groupby(person).size()
    return len(once) >= ONCE * len(sheets) and len(again) > 2 and bool((again > 1).mean() >= RETURNING)


def _by_column(opened: OpenedFile, column: str, entries: list[str], names: Sequence[str], rare: int) -> Occasions:
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(ARM.sub("", entry), []).append(entry)
    ordered, sure = _in_time(list(groups))
    usual = ["pre", "post"] if len(ordered) == 2 else [_entry_name(column, entry) for entry in ordered]
    cells, headers = tidy(opened.export.rows[column]), {name: name for name in opened.columns if name != column}
    waves = []
    for name, entry in zip(_named(names, usual), ordered, strict=True):
        taken = cells.isin([tidy_text(one) for one in groups[entry]])
        waves.append(Occasion(name, opened, opened.export.rows[taken], {column: groups[entry]}, headers))
    order = "the order of these waves in time, and whether each entry is a wave of its own: a list takes several."
    left = f"rows with an entry of {column!r} that fewer than {FEWEST_ROWS} rows share are in no wave ({rare} in all)."
    doubts = (*(() if sure else (order,)), *((left,) if rare else ()))
    said = f"Waves as rows of one file: column {column!r} tells which wave a row is of."
    return Occasions(tuple(waves), said, doubts=doubts)


def _in_time(entries: list[str]) -> tuple[list[str], bool]:
    """Entries in their order in time, and whether that is sure."""
    if all(NUMBER.fullmatch(tidy_text(entry)) for entry in entries):
        return sorted(entries, key=float), True
    moments = [moment(entry) for entry in entries]
    if None not in moments and len(set(moments)) == len(moments):
        return [entries[place] for place in np.argsort(np.array(moments, dtype=float), kind="stable")], True
    return entries, False


def _entry_name(column: str, entry: str) -> str:
    """Name of a wave made of its entry."""
    numeric = NUMBER.fullmatch(tidy_text(entry))
    words = re.sub(r"\W+", "_", f"{column} {float(entry):g}" if numeric else entry).strip("_")
    return re.sub(r"_(?=\d+$)", "", words)[:40]


def _wide(opened: OpenedFile, names: Sequence[str]) -> Occasions | None:
    """Waves as columns: names of columns that differ only in the moment they speak of."""
    parted = {name: found for name in opened.columns if (found := _parted(name)) is not None}
    tokens: dict[str, dict[str, str]] = {}
    for name, (base, token) in parted.items():
        tokens.setdefault(token, {}).setdefault(base, name)
    by_base = pd.Series([base for base, _ in set(parted.values())], dtype="str").value_counts()
    repeated = set(by_base.index[by_base > 1])
    ordered, sure = _in_time(
        [token for token, of_token in tokens.items() if len(repeated & set(of_token)) >= FEWEST_PAIRS]
    )
    if len(ordered) < 2:
        return None
    usual = ["pre", "post"] if len(ordered) == 2 else [re.sub(r"\W+", "_", token) for token in ordered]
    marked = {name for token in ordered for name in tokens[token].values()}
    waves: list[Occasion] = []
    for name, token in zip(_named(names, usual), ordered, strict=True):
        headers = {column: base for base, column in tokens[token].items()}
        # what is not asked twice was asked once; nothing tells when
        alone = {} if waves else {column: column for column in opened.columns if column not in marked}
        waves.append(Occasion(name, opened, opened.export.rows, {}, headers | alone))
    doubt = "the order of these waves in time."
    said = (
        f"Waves side by side in one file: names of columns with {', '.join(map(repr, ordered))} in them tell the wave."
    )
    return Occasions(tuple(waves), said, side_by_side=True, doubts=() if sure else (doubt,))


def _parted(name: str) -> tuple[str, str] | None:
    """Name of a column without the moment it speaks of, and that moment."""
    for pattern in MARKED:
        if found := pattern.fullmatch(name):
            return found["base"] + (found.groupdict().get("rest") or ""), found["token"].casefold()
    return None
