"""An item as the codebook page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from rm_research.catalogue import Catalogue, catalogue
from rm_research.panel import Prepared
from rm_research.study import Item, Study
from rm_research.writers.answers import Cell, Row, answer_rows
from rm_research.writers.sheets import Variable


@dataclass(frozen=True)
class ItemEntry:
    """
    The description of an item.

    Attributes
    ----------
    variable : Variable
        The variable as it is named in the file.
    texts : tuple of (str, str)
        The waves that share a wording, and the wording; no waves are named if all share one wording.
    facts : tuple of str
    caption : str
        Caption of the table of answers.
    columns : tuple of str
        Its headings: the waves.
    rows, totals : tuple of Row
        Answers; then questionnaires without an answer, and how the item correlates with the others of its scale.
    """

    variable: Variable
    texts: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]


def describe_item(
    item: Item, variable: Variable, prepared: Prepared, answers: Mapping[str, pd.DataFrame],
    rest: Mapping[tuple[str, str], float],
) -> ItemEntry:  # fmt: skip
    """
    Describe one item.

    Parameters
    ----------
    item : Item
    variable : Variable
    prepared : Prepared
    answers : dict of str to DataFrame
        Responses by wave; a wave without responses is absent.
    rest : dict of (str, str) to float
        Correlation with the sum of the other items of its scale, by item and wave.
    """
    words, study = catalogue(prepared.study.reporting.language), prepared.study
    nothing = prepared.responses[item.name].iloc[:0]
    asked = {wave.name: bool(_places(item, study, wave.name)) for wave in study.waves}
    by_wave = {name: answers[name][item.name] if asked[name] and name in answers else nothing for name in asked}
    missing = [_missing(by_wave[name], asked[name], words) for name in asked]
    beside = [_correlation(rest.get((item.name, name), float("nan")), words) for name in asked]
    totals = [Row(words.say("codebook.missing"), tuple(missing))]
    if any(cell.text for cell in beside):
        totals.append(Row(words.say("codebook.item_rest"), tuple(beside)))
    return ItemEntry(
        variable=variable,
        texts=_texts(item, prepared),
        facts=tuple(_facts(item, variable, study, words)),
        caption=words.say("codebook.answers_to", name=variable.name),
        columns=tuple(words.say("codebook.wave_heading", wave=name, n=len(by_wave[name])) for name in asked),
        rows=answer_rows(item, by_wave, variable.value_labels, words),
        totals=tuple(totals),
    )


def role_name(role: str, words: Catalogue) -> str:
    """Plural of a role as pages write it; as the study writes it where it is the study's own."""
    return words.say(f"people.{role}") if words.has(f"people.{role}") else role


def _places(item: Item, study: Study, wave: str) -> list[str]:
    """Columns in a wave's exports that may hold the item, without repeats."""
    named = (column for source in study.wave(wave).sources for column in item.candidates(wave, source.name))
    return list(dict.fromkeys(named))


def _missing(answers: pd.Series, asked: bool, words: Catalogue) -> Cell:
    if not asked:
        return Cell(words.say("codebook.not_asked"))
    if not len(answers):
        return Cell("")
    return Cell(f"{int(answers.isna().sum())} ({words.share(float(answers.isna().mean()))})")


def _correlation(value: float, words: Catalogue) -> Cell:
    return Cell("" if pd.isna(value) else words.number(value))


def _texts(item: Item, prepared: Prepared) -> tuple[tuple[str, str], ...]:
    """Question texts of the exports, otherwise the label in codebook.csv."""
    waves: dict[str, list[str]] = {}
    for wave in prepared.study.waves:
        if text := prepared.texts.get((wave.name, item.name), ""):
            waves.setdefault(text, []).append(wave.name)
    if len(waves) > 1:
        return tuple((", ".join(names), text) for text, names in waves.items())
    text = next(iter(waves), item.label)
    return (("", text),) if text else ()


def _facts(item: Item, variable: Variable, study: Study, words: Catalogue) -> list[str]:
    """Further information about an item, as short phrases."""
    facts = [_range(item, words)]
    if item.reverse:
        facts.append(words.say("codebook.reversed"))
    if item.scale and item not in study.common_items(item.scale):
        facts.append(words.say("codebook.not_scored"))
    if variable.name != variable.column:
        facts.append(words.say("codebook.called", name=variable.column))
    places = {wave.name: " | ".join(_places(item, study, wave.name)) for wave in study.waves}
    shown = "; ".join(f"{wave}: {place}" for wave, place in places.items() if place)
    return [*facts, words.say("codebook.columns", places=shown)]


def _range(item: Item, words: Catalogue) -> str:
    if item.kind != "number":
        return words.say("codebook.texts")
    if item.low is None or item.high is None:
        return words.say("codebook.unbounded")
    return words.say("format.range", low=f"{item.low:.12g}", high=f"{item.high:.12g}")
