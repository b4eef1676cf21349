"""Numbers whose decimals are written with a comma, or in a way that can be read as two numbers, as Problems."""

import pandas as pd

from rm_research.responses.answers import FAULTS, Answers, Fate
from rm_research.responses.exports import Opened
from rm_research.study import Item


def report_unclear(opened: Opened, item: Item, faulty: pd.DataFrame) -> pd.Series:
    """Report a column whose numbers can be read in two ways, one error each; returns which faulty cells these are."""
    unclear = faulty["fault"] == FAULTS[Fate.UNCLEAR_NUMBER]
    for column, n in faulty.loc[unclear, "column"].value_counts().items():
        message = (
            f"{opened.source.title}: {n} answers to {item.name!r} in column {str(column)!r} have commas or points, and "
            "whether these separate decimals or thousands cannot be told (1,234 may be 1.234 or 1234). None of them "
            'is read. Set decimal = "," or decimal = "." next to the file in study.toml: the sign before decimals.'
        )
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
    message = (
        f"{opened.source.title}: {likely} answers to {item.name!r} were read with a decimal comma (1,234 as 1.234), "
        f"because as thousands they would be outside {own.low:g} to {own.high:g}. If that is right, set "
        'decimal = "," next to the file in study.toml; if commas separate thousands, set decimal = ".".'
    )
    opened.journal.problem("likely_decimal_comma", "warning", message, wave=opened.wave.name, file=opened.source.title,
                           column=item.name)  # fmt: skip


def sign_remedy(opened: Opened, answer: str) -> str:
    """Say what to do about a number whose decimal sign is not that of its column."""
    declared = opened.source.decimal
    if declared is not None:
        return (
            f'{answer} does not fit decimal = "{declared}"; it counts as missing. Correct decimal in study.toml, '
            "or the answer in the export."
        )
    return (
        f"{answer} has a decimal comma, but not all answers of its column are such numbers; it counts as missing. If "
        'all should be, set decimal = "," next to the file in study.toml; if only this one, correct it in the export.'
    )
