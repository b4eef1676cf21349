"""Quotes that a researcher allows: a file of units, with a text in place of what was written where it is to be edited."""

import unicodedata
from collections.abc import Iterator

import pandas as pd

from rm_research.catalogue.said import rows_text
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
    rows = read_table(prepared.study.path / file)
    names = {name: name for name in (UNIT, TEXT)}
    odd = [column for column in rows.columns if column.casefold() not in names]
    problems = [f"{file}: {column!r} is no column of quotes; {suggest(column, names)}" for column in odd]
    rows = rows.rename(columns=str.casefold)
    if UNIT not in rows:
        problems.append(f"{file}: lacks the column 'unit', which names the answer to quote as the coding sheet does.")
    if problems:
        raise ReadError(*problems, heading=HEADING)
    rows = rows.reindex(columns=[UNIT, TEXT], fill_value="")
    rows = rows[(rows != "").any(axis=1)].rename_axis("source_row").reset_index()
    texts, known_names = texts_of(prepared)
    edited = rows[TEXT].ne("")
    shown = rows.assign(text=rows[TEXT].where(edited, rows[UNIT].map(texts)).astype("str"))
    found = shown.merge(chosen_answers(prepared), on=UNIT, how="left")
    if problems := list(_faults(found, edited, known_names, file)):
        raise ReadError(*problems, heading=HEADING)
    return found[QUOTED]


def _faults(found: pd.DataFrame, edited: pd.Series, names: Names, file: str) -> Iterator[str]:
    """What is wrong with quotes, one sentence for each fault."""
    unknown = found["item"].isna()
    texts = found[TEXT].fillna("").map(lambda text: unicodedata.normalize("NFC", text))
    named = edited & texts.ne(texts.map(names.screened))
    faults = (
        (unknown, "no open answer of this study is called so; copy the unit from a coding sheet"),
        (found[UNIT].duplicated(keep=False) & ~unknown, "the same answer is quoted twice; keep one row of it"),
        (~unknown & found["role"].isna(), "the role of who wrote this is not known, so no group can be named; remove it"),
        (named, "the text holds a name, a code, an address or a number; take it out"),
        (~unknown & texts.eq(""), "there is no text"),
        (texts.str.split().str.len() > MOST_WORDS,
         f"the quote has more than {MOST_WORDS} words; write a shorter one into the column 'text'"),
    )  # fmt: skip
    for mask, what in faults:
        if rows := [int(number) for number in found.loc[mask, "source_row"]]:
            yield f"{file}: {rows_text(rows)}: {what}."
    if len(found) > MOST_QUOTES:
        yield f"{file}: has {len(found)} quotes, and a page shows {MOST_QUOTES} at most. Choose among them."
