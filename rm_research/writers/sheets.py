"""Content of the files: each frame with a label, a measure and value labels for every column."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

from rm_research.catalogue import catalogue
from rm_research.frames import COUNT, FLAG, LEDGER, LINKS, NUMBER, PANEL, RESPONSES, SCORES, TEXT, WHEN, Frame
from rm_research.panel import Prepared
from rm_research.study import Item
from rm_research.writers.names import legal_names

Measure = Literal["nominal", "ordinal", "scale"]
MEASURES: dict[str, Measure] = {TEXT: "nominal", FLAG: "nominal", NUMBER: "scale", COUNT: "scale", WHEN: "scale"}
MOST_STEPS = 11  # a printed answer scale with more steps than 0 to 10 does not count as ordinal
EXACT = 2.0**53  # above it, not every whole number has a float


@dataclass(frozen=True)
class Variable:
    """
    One column of a file.

    Attributes
    ----------
    name, column : str
        Its name in the file, and in the frame.
    label : str
    measure : {'nominal', 'ordinal', 'scale'}
    value_labels : dict of float to str
        What each number stands for; empty if the numbers need no label.
    low, high : float or None
        Ends of the printed answer scale; None if there is none.
    """

    name: str
    column: str
    label: str
    measure: Measure
    value_labels: dict[float, str] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, eq=False)
class Sheet:
    """
    One file.

    Attributes
    ----------
    name, title : str
        Name of the file without its extension, and the title inside it.
    frame : DataFrame
        Its columns have the names of `variables`.
    variables : tuple of Variable
    """

    name: str
    title: str
    frame: pd.DataFrame
    variables: tuple[Variable, ...]

    def renamed(self, longest: int | None) -> "Sheet":
        """Return the sheet with names of at most that many characters that every program accepts; None changes none."""
        if longest is None:
            return self
        names = legal_names([variable.name for variable in self.variables], longest=longest)
        variables = tuple(replace(variable, name=names[variable.name]) for variable in self.variables)
        return replace(self, variables=variables, frame=self.frame.rename(columns=names))


def build_sheets(prepared: Prepared) -> tuple[Sheet, ...]:
    """Describe Responses, Scores, Panel and Links of a prepared study."""
    items = [_of_item(item, prepared) for item in prepared.study.items]
    words = catalogue(prepared.study.reporting.language)
    attributes = [
        Variable(name, name, words.say("codebook.attribute"), "nominal") for name in prepared.study.settings.attributes
    ]
    return (
        _sheet(RESPONSES, prepared.responses, items, prepared),
        _sheet(SCORES, prepared.scores, [], prepared),
        _sheet(PANEL, prepared.panel, attributes, prepared),
        _sheet(LINKS, prepared.links, [], prepared),
    )


def ledger_sheet(prepared: Prepared) -> Sheet:
    """Describe the ledger of what cleaning did."""
    return _sheet(LEDGER, prepared.ledger, [], prepared)


def _sheet(declared: Frame, frame: pd.DataFrame, further: Iterable[Variable], prepared: Prepared) -> Sheet:
    words = catalogue(prepared.study.reporting.language)
    known = {
        name: Variable(name, name, words.say(f"meaning.{declared.name.lower()}.{name}"), MEASURES[kind])
        for name, (kind, _) in declared.columns.items() if name != "said"  # for pages
    }  # fmt: skip
    known |= {variable.column: variable for variable in further if variable.column in frame}
    name = declared.name.lower()
    return Sheet(name, f"{prepared.study.title}: {name}", frame[list(known)], tuple(known.values()))


def _of_item(item: Item, prepared: Prepared) -> Variable:
    texts = (prepared.texts.get((wave.name, item.name)) for wave in prepared.study.waves)
    label = item.label or next((text for text in texts if text), "")
    labels = joined_labels(prepared.study.settings.answers.get(item.answers, {}))
    return Variable(item.name, item.name, label, _measure(item, labels), labels, item.low, item.high)


def _measure(item: Item, labels: dict[float, str]) -> Measure:
    if item.kind != "number":
        return "nominal"
    few_steps = item.low is not None and item.high is not None and item.high - item.low < MOST_STEPS
    return "ordinal" if labels or few_steps else "scale"


def joined_labels(answers: dict[str, float]) -> dict[float, str]:
    """What each number stands for, lowest first; labels for the same number are joined."""
    labels: dict[float, str] = {}
    for label, value in sorted(answers.items(), key=lambda pair: pair[1]):
        labels[value] = f"{labels[value]} / {label}" if value in labels else label
    return labels


def is_whole(values: pd.Series) -> bool:
    """Whether a column holds only whole numbers; an empty column does not."""
    filled = values.dropna()
    if not len(filled) or not pd.api.types.is_numeric_dtype(values):
        return False
    return bool(((filled % 1 == 0) & (filled.abs() < EXACT)).all())
