"""Quotes that a researcher allows: a file of units, with a text where what was written is to be edited."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from rm_research.catalogue.said import Said, rows_text
from rm_research.errors import ReadError
from rm_research.panel import Prepared
from rm_research.reflections.answers import WHO, chosen_answers
from rm_research.reflections.keeping import texts_of
from rm_research.reflections.reading import read_table
from rm_research.responses.screening import Names
from rm_research.study.wording import suggest

UNIT, TEXT = "unit", "text"
MOST_QUOTES, MOST_WORDS = 6, 40
HEADING = "The quotes cannot be shown"
QUOTED = ["source_row", UNIT, *WHO, "role", "arm", "wave", TEXT]


def quoted(prepared: Prepared) -> pd.DataFrame:
    """
    Quotes of the file that study.toml names: source_row, unit, cohort, person, role, arm, wave, text.

    Raises
    ------
    ReadError
        Naming rows: of units that are unknown, named twice or of nobody's known role, of texts that are empty, too
        long, or hold a name or contact. What they say stands in no message.
    """
    file = prepared.study.settings.reflections.quotes
    if not file:
        return pd.DataFrame(columns=QUOTED)
    rows = _read(prepared.study.path / file)
    texts, names = texts_of(prepared)
    edited = rows[TEXT].ne("")
    shown = rows.assign(text=rows[TEXT].where(edited, rows[UNIT].map(texts)).astype("str"))
    found = shown.merge(chosen_answers(prepared), on=UNIT, how="left")
    if problems := list(_faults(found, edited, names, file)):
        raise ReadError(*problems, heading=HEADING)
    return found[QUOTED]


def _read(path: Path) -> pd.DataFrame:
    """Rows of the file that are not empty: source_row, unit, text."""
    rows = read_table(path).rename(columns=str.casefold)
    columns = {UNIT: UNIT, TEXT: TEXT}
    problems: list[str] = [
        Said("reading.quotes_column", file=path.name, hint=suggest(name, columns))
        for name in rows.columns if name not in columns
    ]  # fmt: skip
    if UNIT not in rows:
        problems.append(Said("reading.quotes_without_unit", file=path.name))
    if problems:
        raise ReadError(*problems, heading=HEADING)
    rows = rows.reindex(columns=[UNIT, TEXT], fill_value="")
    return rows[(rows != "").any(axis=1)].rename_axis("source_row").reset_index()


def _faults(found: pd.DataFrame, edited: pd.Series, names: Names, file: str) -> Iterator[str]:
    """What is wrong with quotes, one sentence for each fault."""
    unknown = found["item"].isna()
    texts = found[TEXT].fillna("").map(lambda text: unicodedata.normalize("NFC", text))
    faults = {
        "reading.quotes_unknown": unknown,
        "reading.quotes_twice": found[UNIT].duplicated(keep=False) & ~unknown,
        "reading.quotes_nobody": ~unknown & found[["role", "arm"]].isna().any(axis=1),
        "reading.quotes_named": edited & texts.ne(texts.map(names.screened)),
        "reading.quotes_empty": ~unknown & texts.eq(""),
        "reading.quotes_long": texts.map(lambda text: len(text.split())) > MOST_WORDS,
    }
    for fault, mask in faults.items():
        if rows := [int(number) for number in found.loc[mask, "source_row"]]:
            yield Said(fault, file=file, rows=rows_text(rows), most=MOST_WORDS)
    if len(found) > MOST_QUOTES:
        yield Said("reading.quotes_many", file=file, n=len(found), most=MOST_QUOTES)
