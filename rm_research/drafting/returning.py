"""People who appear in several rows of one file, and the column that tells these rows apart."""

from collections.abc import Collection

import pandas as pd

from rm_research.drafting.columns import counted
from rm_research.drafting.words import BLANK_WORDS, FACT_NAMES, PERSON_CODE, PERSON_ID, ROW_ID, all_moments, plain
from rm_research.study.entries import tidy

ONCE, RETURNING = 0.95, 0.2  # share of rows that are a person's only one in an occasion; of people with several
MOST_ENTRIES = 8  # of a column that is not named like one of occasions
FEWEST_ROWS = 3  # that share an entry


def who_returns(rows: pd.DataFrame, column: str, *, once: float = ONCE) -> str | None:
    """Column that names people who appear once per occasion and on several occasions, perhaps within their cohort."""
    cohorts = [name for name in rows.columns if name != column and FACT_NAMES["cohort"].fullmatch(plain(name))]
    patterns = (PERSON_CODE, PERSON_ID, ROW_ID)
    named = [n for n in rows.columns if n != column and any(pattern.fullmatch(plain(n)) for pattern in patterns)]
    within: list[list[str]] = [[], *([cohort] for cohort in cohorts)]
    return next((name for name in named for group in within if _return(rows, [*group, name], column, once)), None)


def _return(rows: pd.DataFrame, person: list[str], column: str, least: float) -> bool:
    """Whether these columns together name people who appear once per occasion and on several occasions."""
    sheets = pd.DataFrame({name: tidy(rows[name]) for name in [*person, column]})
    sheets = sheets[~sheets.isin(BLANK_WORDS | {""}).any(axis=1)]
    once = sheets.drop_duplicates()
    again = once.groupby(person).size()
    return len(once) >= least * len(sheets) and len(again) > 2 and bool((again > 1).mean() >= RETURNING)


def separating_columns(rows: pd.DataFrame, left_out: Collection[str]) -> list[tuple[str, str]]:
    """
    Find columns of any name that tell the rows of people who return apart: no person has two rows with one entry.

    Parameters
    ----------
    rows : DataFrame
    left_out : collection of str
        Columns that identify people.

    Returns
    -------
    list of (column, person)
        The best first: entries that mention a moment, then fewer entries. Each entry is in several rows, and somebody
        has rows with all of them. Facts such as a role, in which rows of one time may differ, are left out.
    """
    found = []
    for column in rows.columns:
        if column in left_out or any(pattern.fullmatch(plain(column)) for pattern in FACT_NAMES.values()):
            continue
        counts, blanks = counted(rows[column])
        if not 2 <= len(counts) <= MOST_ENTRIES or min(counts.values()) < FEWEST_ROWS or blanks:
            continue
        if sum(counts.values()) < len(rows) or (person := who_returns(rows, column, once=1.0)) is None:
            continue
        # an answer may differ each time, but nobody gives every answer
        if len(counts) <= tidy(rows[person]).value_counts().max():
            found.append((column, person, (not all_moments(counts), len(counts))))
    return [(column, person) for column, person, _ in sorted(found, key=lambda one: one[2])]
