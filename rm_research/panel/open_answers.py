"""Who wrote something in answer to items of kind text: named for good, without what was written."""

import unicodedata

import pandas as pd

from rm_research.frames import OPEN_ANSWERS
from rm_research.privacy import TAKEN_OUT, hash_codes
from rm_research.private import study_key
from rm_research.study import Study

SAYING = frozenset(("L", "N", "S"))  # kinds of characters that say something: letters, digits, emoji
UNIT = "A"  # before digits and letters that a spreadsheet program would take for a number
DIGITS = 12
KEY = ["cohort", "person", "wave", "item"]


def who_wrote(responses: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Open answers: one row per person, wave and item with something written.

    Parameters
    ----------
    responses : DataFrame
        Responses, linked, with their texts.
    study : Study
    """
    return OPEN_ANSWERS.conform(written(responses, study).drop(columns="text"))


def written(responses: pd.DataFrame, study: Study) -> pd.DataFrame:
    """
    Open answers with what was written, in the order of the items and then of the responses.

    A cell of blanks, dots or dashes is none, and neither is one from which everything was taken out.
    """
    columns = [*OPEN_ANSWERS.columns, "text"]
    parts = [
        responses.loc[responses[item.name].map(says_something, na_action="ignore").eq(True), [*KEY[:3], item.name]]
        .rename(columns={item.name: "text"}).assign(item=item.name)
        for item in study.text_items
    ]  # fmt: skip
    if not parts or not any(map(len, parts)):
        return OPEN_ANSWERS.empty().assign(text=pd.Series(dtype="str"))
    rows, key = pd.concat(parts, ignore_index=True), study_key(study.path)
    places = rows[KEY].astype("str").agg("\n".join, axis=1)
    units = UNIT + hash_codes(places, key, kind="open answer").str[:DIGITS]
    versions = UNIT + hash_codes(places + "\n" + rows["text"], key, kind="text of an answer").str[:DIGITS]
    return rows.assign(unit=units, version=versions)[columns]


def says_something(text: str) -> bool:
    """Whether a text has a letter, a digit or a picture, beside marks of what was taken out."""
    return any(unicodedata.category(letter)[0] in SAYING for letter in text.replace(TAKEN_OUT, ""))
