"""Tables of the data-quality page in the words of its language."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from rm_research.catalogue import Catalogue, capital
from rm_research.catalogue.said import spoken

OF_THE_STUDY = ("response", "missing")  # tables whose columns, but for the first, are waves
FOR_CODE = ("rule", "said")  # columns of Problems that a page does without
# tables of the catalogue that have the entries of a column; others have their own, named like the column
KINDS: dict[str, tuple[str, ...]] = {
    "role": ("people",), "arm": ("arms", "people"), "contrast": ("contrast",), "compared": ("people",),
    "term": ("quality.term_is", "arms", "people"), "reason": ("reason", "quality.miss_is"),
    "verdict": ("verdict_short", "quality.verdict_is"), "without_one": ("verdict_short", "quality.verdict_is"),
}  # fmt: skip
BETWEEN = {"without_one": ", ", "compared": " – "}  # several entries of one cell


def worded(name: str, table: pd.DataFrame, words: Catalogue, ledger: pd.DataFrame) -> pd.DataFrame:
    """
    Put a table of the data-quality page into words.

    Parameters
    ----------
    name : str
        Which table it is, as `SECTIONS` names it.
    table : DataFrame
        Its columns and cells as code names them.
    words : Catalogue
    ledger : DataFrame
        Ledger of the study: its rules are headings of the flow.

    Returns
    -------
    DataFrame
        Text. Names of the study (waves, scales, items, files, cohorts) stay as they are; a column without an entry is
        left out.
    """
    if name in ("problems", "ledger"):
        text = "message" if name == "problems" else "rule"
        told = [spoken(_rule(one, words) if text == "rule" else one, said, words)
                for one, said in zip(table[text], table["said"], strict=True)]  # fmt: skip
        table = table.assign(**{text: told}).drop(columns=[column for column in FOR_CODE if column != text])
    table = table.dropna(axis=1, how="all")
    cells = {place: table[column].map(_cell(name, str(column), words)) for place, column in enumerate(table)}
    titles = _titles(name, [str(column) for column in table], words, ledger)
    return pd.DataFrame({place: column.astype(object) for place, column in cells.items()}).set_axis(titles, axis=1)


def _titles(name: str, columns: list[str], words: Catalogue, ledger: pd.DataFrame) -> list[str]:
    """Headings; those of waves and of rules are not in the catalogue under their own names."""
    said = dict(zip(ledger["rule"], ledger["said"], strict=True)) if name == "flow" else {}
    titles = []
    for place, column in enumerate(columns):
        named = place == 0 or name not in OF_THE_STUDY
        if column in said and column != "read":
            titles.append(capital(spoken(_rule(column, words), said[column], words)))
        else:
            titles.append(words.say(f"quality.columns.{column}") if named else column)
    return titles


def _rule(rule: str, words: Catalogue) -> str:
    """A rule of the ledger; as it is where the catalogue does not know it."""
    return words.say(f"ledger.{rule}") if words.has(f"ledger.{rule}") else rule


def _cell(table: str, column: str, words: Catalogue) -> Callable[[Any], str]:
    """What makes text of the cells of a column."""
    tables = KINDS.get(column, (f"quality.{column}_is",)) if table not in OF_THE_STUDY else ()

    def named(text: str) -> str:
        return next((words.say(f"{known}.{text}") for known in tables if words.has(f"{known}.{text}")), text)

    def say(value: Any) -> str:
        if pd.isna(value):
            return ""
        if isinstance(value, bool | np.bool_):
            return words.say(f"quality.flag_is.{str(value).lower()}")
        if isinstance(value, float):
            return words.plain(value)
        fact, _, entry = str(value).partition(" ")
        if column == "term" and entry and fact in ("arm", "role"):
            return f"{words.say(f'quality.columns.{fact}')}: {named(entry)}"
        between = BETWEEN.get(column)
        return between.join(map(named, value.split(between))) if between else named(str(value))

    return say
