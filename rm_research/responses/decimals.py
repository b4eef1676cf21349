"""Numbers whose decimals are written with a comma, or in a way that can be read as two numbers, as Problems."""

import pandas as pd

from rm_research.catalogue.said import Said
from rm_research.responses.answers import FAULTS, Answers, Fate
from rm_research.responses.exports import Opened
from rm_research.study import Item


def report_unclear(opened: Opened, item: Item, faulty: pd.DataFrame) -> pd.Series:
    """Report a column whose numbers can be read in two ways, one error each; returns which faulty cells these are."""
    unclear = faulty["fault"] == FAULTS[Fate.UNCLEAR_NUMBER]
    for column, n in faulty.loc[unclear, "column"].value_counts().items():
        message = Said("problems.unclear_number", file=opened.source.title, n=n, item=item.name, column=str(column))
        opened.fail("unclear_number", message, column=item.name)
    return unclear


def report_likely(opened: Opened, item: Item, answers: Answers, rows: pd.Index) -> None:
    """Warn of numbers such as 1,234 that were read with a decimal comma because of the range of their item."""
    if not (answers.fates.to_numpy() == Fate.LIKELY_COMMA).any():
        return
    likely = int((answers.fates[rows] == Fate.LIKELY_COMMA).sum())
    if not likely:
        return
    own = opened.coded(item)
    message = Said(
        "problems.likely_decimal_comma", file=opened.source.title, n=likely, item=item.name, low=own.low, high=own.high
    )
    opened.journal.problem("likely_decimal_comma", "warning", message, wave=opened.wave.name, file=opened.source.title,
                           column=item.name)  # fmt: skip


def sign_remedy(opened: Opened, answer: str) -> str:
    """Say what to do about a number whose decimal sign is not that of its column."""
    declared = opened.source.decimal
    if declared is not None:
        return Said("problems.decimal_misfit", answer=answer, declared=declared)
    return Said("problems.decimal_comma", answer=answer)
