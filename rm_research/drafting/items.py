"""Items of the codebook: questions with a name, a range, and the column that holds them in each wave."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rm_research.drafting.answers import Answered
from rm_research.drafting.columns import grid
from rm_research.drafting.occasions import Occasion, Occasions
from rm_research.drafting.pairing import Question
from rm_research.drafting.sets import AnswerSet
from rm_research.drafting.stems import slug, stem
from rm_research.frames import RESPONSES
from rm_research.readers.export import PREFIX
from rm_research.study.codebook import NOT_ASKED

LONGEST_LABEL = 120
CUT = "…"
BAR = "|"  # separates alternatives in a cell of codebook.csv


@dataclass(frozen=True, eq=False)
class DraftItem:
    """
    One row of the future codebook.

    Attributes
    ----------
    name : str
    question : Question
    answers : AnswerSet
    missing : tuple of str
        Entries that mean no answer to it.
    label : str
        The question, shortened; empty if the export does not have it.
    cells : dict of str to str
        Its cell under each wave: the column, or '-' if the wave does not ask it.
    stem : str
        What it has in common with its neighbours.
    scale : str
        Its scale; empty for none.
    """

    name: str
    question: Question
    answers: AnswerSet
    missing: tuple[str, ...]
    label: str
    cells: dict[str, str]
    stem: str
    scale: str = ""

    def in_scale(self, scale: str) -> "DraftItem":
        """Return the item as part of a scale."""
        return replace(self, scale=scale)

    @property
    def chosen(self) -> bool:
        """Whether it is a choice among things: in no scale, and nothing shows an order of its answers."""
        return self.answers.unordered and not self.scale

    @property
    def numeric(self) -> bool:
        """Whether it is a measurement, which has no range."""
        return self.answers.measured


def draft_items(
    occasions: Occasions, answered: Sequence[Answered], sets: dict[int, AnswerSet]
) -> tuple[DraftItem, ...]:
    """Items in the order of the exports: every question that has a set of answers and a column that can be named."""
    taken = {name.casefold() for name in RESPONSES.columns}
    items = []
    for place, one in enumerate(answered):
        if place not in sets:
            continue
        cells = {wave.name: _cell(wave, one.question) for wave in occasions.waves}
        if None not in cells.values():
            name = _unique_name(one.question, taken)
            known = {wave: "" if cell == name else cell for wave, cell in cells.items() if cell is not None}
            label = _cut(grid(one.question.first.text)[1])
            items.append(DraftItem(name, one.question, sets[place], one.codes, label, known, stem(one.question)))
    return tuple(items)


def _unique_name(question: Question, taken: set[str]) -> str:
    """Column name if it is short, otherwise the beginning of the question; names differ in more than case."""
    column = question.first
    name = slug(column.code) if column.code else slug(grid(column.text)[1] or column.name)
    number, free = 2, name
    while free.casefold() in taken:
        free, number = f"{name}_{number}", number + 1
    taken.add(free.casefold())
    return free


def _cell(wave: Occasion, question: Question) -> str | None:
    """Cell of codebook.csv that leads to a column; None if no cell can."""
    if wave.name not in question.columns:
        return NOT_ASKED
    name = question.columns[wave.name].name
    if BAR not in name and name != NOT_ASKED:
        return name
    beginning = name.split(BAR)[0].strip()
    alike = [column for column in wave.opened.columns if beginning and column.startswith(beginning)]
    return beginning + PREFIX if len(alike) == 1 else None


def _cut(text: str) -> str:
    """Question shortened to a label, cut between words."""
    if len(text) <= LONGEST_LABEL:
        return text
    return text[:LONGEST_LABEL].rsplit(" ", 1)[0].rstrip(" ,;:-") + CUT


def names_of(items: Iterable[DraftItem], *, most: int = 12) -> str:
    """Names of items as a list that stays short."""
    names = [item.name for item in items]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
