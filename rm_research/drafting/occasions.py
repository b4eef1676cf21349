"""Rows and columns that make up each wave: one wave per file, or several, recognised by a column or by names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from rm_research.drafting.columns import Counted, counted
from rm_research.drafting.layouts import by_moment, doubts_of, joined
from rm_research.drafting.opening import OpenedFile
from rm_research.drafting.returning import FEWEST_ROWS, separating_columns, who_returns
from rm_research.drafting.suffixes import in_time, parted_names
from rm_research.drafting.words import OCCASION, all_moments, moment, plain
from rm_research.errors import StudyFileError
from rm_research.readers.qualtrics import is_answered, is_preview
from rm_research.study.codebook import FIXED
from rm_research.study.entries import NUMBER, tidy, tidy_text

FEWEST_PAIRS = 2  # columns that must exist for several moments before a file counts as wide
MOST_OCCASIONS, MOST_OF_ROWS = 60, 0.7  # a column with more different entries holds times or codes, not occasions
EVENT_NAMES = ("redcap event name", "event name")
ARM = re.compile(r"_arm_\d+$")  # ends the names of REDCap's events if there are several arms


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
        Its rows that belong to the wave.
    where : dict of str to list of str
        The condition that selects them.
    headers : dict of str to str
        Columns that may be items, with their names without the part that names the occasion.
    known : dict
        Columns that have been counted.
    """

    name: str
    opened: OpenedFile
    rows: pd.DataFrame
    where: dict[str, list[str]]
    headers: dict[str, str]
    known: dict[str, Counted] = field(default_factory=dict)

    def counted(self, name: str) -> Counted:
        """How often each entry occurs in one of its columns, and which entries mean no answer."""
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
        In order of time.
    reason : str
        How they were recognised.
    side_by_side : bool
        Whether they are columns of the same rows.
    person : str or None
        Column that names the people of a long file, if they return on other occasions.
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
    Find the waves that a set of exports seems to hold.

    Parameters
    ----------
    opened : sequence of OpenedFile
    names : sequence of str, optional
        What to call the waves, in order.

    Returns
    -------
    Occasions
        One wave per file; or the waves of a long file (recognised by a column) or of a wide one (by column names).

    Raises
    ------
    StudyFileError
        When there are more or fewer names than waves, or a name cannot be that of a wave.
    """
    first, others = joined(opened)
    # one export must hold several waves by itself: joined, the same people of two waves would look like it
    several = next((find for find in (_long, _wide) if find(opened[0], ()) is not None), None)
    occasions = _separated(opened, names) if several is None else several(first, names)
    if occasions is None:
        at_moments, others = by_moment(opened), []
        occasions = _one_per_file(at_moments or opened, names)
        if at_moments is not None:
            occasions = replace(occasions, reason="Exports whose names mention the same moment make up one wave.")
    used = list({id(wave.opened): wave.opened for wave in occasions.waves}.values())
    people = {one.person for one in used}
    occasions = replace(occasions, waves=tuple(map(_without_previews, occasions.waves)),
                        person=occasions.person or (people.pop() if len(people) == 1 else None),
                        doubts=(*occasions.doubts, *doubts_of(used)))  # fmt: skip
    if not others:
        return occasions
    unused = ", ".join(one.file.title for one in others)
    doubt = (
        f"{unused}: not used in this draft, because {opened[0].file.title} already holds all waves. Add an export of "
        "other people under [[waves.NAME.sources]], and a list of everyone invited under [roster]: docs/study-files.md."
    )
    return replace(occasions, doubts=(*occasions.doubts, doubt))


def _without_previews(wave: Occasion) -> Occasion:
    """Leave out previews, tests and spam if a Qualtrics export has some."""
    if wave.opened.file.format != "qualtrics" or "Status" not in wave.rows:
        return wave
    status = wave.rows["Status"].str.strip()
    entries = [str(entry) for entry in status.unique()]
    real = sorted(entry for entry in entries if is_answered(entry))
    if not real or not any(map(is_preview, entries)):
        return wave
    rows = wave.rows[status.isin(real)]
    return replace(wave, rows=rows, where={**wave.where, "Status": real}, known={})


def _one_per_file(opened: Sequence[OpenedFile], names: Sequence[str]) -> Occasions:
    usual = ("pre", "post") if len(opened) <= 2 else tuple(f"wave{place}" for place in range(1, len(opened) + 1))
    opened, said = _sheets_in_time(opened)
    waves = [
        Occasion(name, one, one.export.rows, {}, {column: column for column in one.columns})
        for name, one in zip(_named(names, usual[: len(opened)]), opened, strict=True)
    ]
    return Occasions(tuple(waves), said if len(waves) > 1 else "One export, so one wave so far.")


def _sheets_in_time(opened: Sequence[OpenedFile]) -> tuple[Sequence[OpenedFile], str]:
    """Put the sheets of one workbook in the order of time if their names say it; and say which order that is."""
    if len({one.file.file for one in opened}) > 1 or len(opened) == 1:
        return opened, "One export per wave, in the order in which they were given."
    sheets = {str(one.file.sheet): one for one in opened}
    ordered, sure = _in_time(list(sheets))
    said = "as their names say" if sure else "as in the workbook"
    return [sheets[name] for name in ordered], f"One sheet per wave, in the order of time {said}."


def refuse_names(wanted: Sequence[str]) -> None:
    """
    Refuse names that waves cannot have.

    Raises
    ------
    StudyFileError
    """
    if wrong := [name for name in wanted if "." in name or not name.strip() or name.strip() in FIXED]:
        raise StudyFileError(
            f"--wave {wrong[0]!r}: a wave's name must not be empty, contain a dot, or be the name of a codebook "
            "column. Choose another name."
        )
    if len({name.strip() for name in wanted}) < len(wanted):
        raise StudyFileError("--wave gives two waves the same name. Choose a different name for each.")


def _named(wanted: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Names of the waves: those wanted, otherwise the usual ones, made unique and valid."""
    if wanted and len(wanted) != len(usual):
        raise StudyFileError(
            f"--wave names {len(wanted)} waves, but the exports hold {len(usual)}. Give it once per wave, or never."
        )
    refuse_names(wanted)
    names: list[str] = []
    for name in [name.strip() for name in wanted] or usual:
        safe = name if name not in (*FIXED, "") else f"wave_{name}"
        names.append(safe if safe not in names else f"{safe}_{len(names) + 1}")
    return names


def _long(opened: OpenedFile, names: Sequence[str]) -> Occasions | None:
    """Waves as rows: a column names the occasion, and people return on another one."""
    rows = opened.export.rows
    for column in opened.columns:
        if not OCCASION.fullmatch(plain(column)) or column in opened.export.identifiers:
            continue
        counts, _ = counted(rows[column])
        # survey designers name REDCap's events; any other entry is quoted only if rows share it
        least = 1 if plain(column) in EVENT_NAMES else FEWEST_ROWS
        entries = [entry for entry, number in counts.items() if number >= least]
        if not 2 <= len(entries) <= min(MOST_OCCASIONS, MOST_OF_ROWS * len(rows)):
            continue
        person = who_returns(rows, column)
        if person is not None or all_moments(entries):
            rare = sum(counts.values()) - sum(counts[entry] for entry in entries)
            return replace(_by_column(opened, column, entries, names, rare), person=person)
    return None


def _separated(opened: Sequence[OpenedFile], names: Sequence[str]) -> Occasions | None:
    """Waves as rows of the only file, told apart by a column of any name, because people return in it."""
    if len(opened) > 1 or not (found := separating_columns(opened[0].export.rows, opened[0].export.identifiers)):
        return None
    (column, person), *others = found
    waves = _by_column(opened[0], column, list(counted(opened[0].export.rows[column])[0]), names, rare=0)
    also = f"; so does {', '.join(repr(name) for name, _ in others)}" if others else ""
    doubt = f"whether {column!r} says which wave a row belongs to. It tells the rows of each person apart{also}."
    return replace(waves, person=person, doubts=(doubt, *waves.doubts))


def _by_column(opened: OpenedFile, column: str, entries: list[str], names: Sequence[str], rare: int) -> Occasions:
    groups: dict[str, list[str]] = {}
    for entry in entries:
        groups.setdefault(ARM.sub("", entry), []).append(entry)
    ordered, sure = _in_time(list(groups))
    usual = ["pre", "post"] if len(ordered) == 2 else [_entry_name(column, entry) for entry in ordered]
    cells, headers = tidy(opened.export.rows[column]), {name: name for name in opened.columns if name != column}
    waves = []
    for name, entry in zip(_named(names, usual), ordered, strict=True):
        in_wave = cells.isin([tidy_text(one) for one in groups[entry]])
        waves.append(Occasion(name, opened, opened.export.rows[in_wave], {column: groups[entry]}, headers))
    order = "the order of these waves in time, and whether each entry is its own wave: a list joins several entries."
    left = f"rows whose entry in {column!r} is shared by fewer than {FEWEST_ROWS} rows are in no wave ({rare} in all)."
    doubts = (*(() if sure else (order,)), *((left,) if rare else ()))
    said = f"Waves as rows of one file: column {column!r} says which wave a row belongs to."
    return Occasions(tuple(waves), said, doubts=doubts)


def _in_time(entries: list[str]) -> tuple[list[str], bool]:
    """Entries in order of time, and whether that order is certain."""
    if all(NUMBER.fullmatch(tidy_text(entry)) for entry in entries):
        return sorted(entries, key=lambda entry: float(tidy_text(entry))), True
    moments = [moment(entry) for entry in entries]
    if None not in moments and len(set(moments)) == len(moments):
        return [entries[place] for place in np.argsort(np.array(moments, dtype=float), kind="stable")], True
    return entries, False


def _entry_name(column: str, entry: str) -> str:
    """Name of a wave, made from its entry."""
    numeric = NUMBER.fullmatch(tidy_text(entry))
    words = re.sub(r"\W+", "_", f"{column} {float(numeric[0]):g}" if numeric else entry).strip("_")
    return re.sub(r"_(?=\d+$)", "", words)[:40]


def _wide(opened: OpenedFile, names: Sequence[str]) -> Occasions | None:
    """Waves as columns: the columns' names differ only in the moment that they mention."""
    parted = parted_names(opened.columns)
    tokens: dict[str, dict[str, str]] = {}
    for name, (base, token) in parted.items():
        tokens.setdefault(token, {}).setdefault(base, name)
    by_base = pd.Series([base for base, _ in set(parted.values())], dtype="str").value_counts()
    repeated = set(by_base.index[by_base > 1])
    ordered, sure = in_time(
        [token for token, of_token in tokens.items() if len(repeated & set(of_token)) >= FEWEST_PAIRS]
    )
    if len(ordered) < 2:
        return None
    usual = ["pre", "post"] if len(ordered) == 2 else [re.sub(r"\W+", "_", token) for token in ordered]
    marked = {name for token in ordered for name in tokens[token].values()}
    waves: list[Occasion] = []
    for name, token in zip(_named(names, usual), ordered, strict=True):
        headers = {column: base for base, column in tokens[token].items()}
        # a question without a moment in its name was asked once; nothing says when
        alone = {} if waves else {column: column for column in opened.columns if column not in marked}
        waves.append(Occasion(name, opened, opened.export.rows, {}, headers | alone))
    doubt = "the order of these waves in time."
    said = f"Waves side by side in one file: {', '.join(map(repr, ordered))} in a column's name says which wave it is."
    return Occasions(tuple(waves), said, side_by_side=True, doubts=() if sure else (doubt,))
