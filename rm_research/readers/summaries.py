"""
Rows that are not records but sum them up: totals, means, counts.

Spreadsheets and survey tools write them with the answers. A word is not enough, because somebody's code may be 'Total'
or 'Max': a row is left out only if it also has nothing but numbers, and at least half of them, such as sums and
fractions, are none that a record has.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rm_research.catalogue.said import Said, rows_text
from rm_research.errors import ReadError
from rm_research.readers.export import Export
from rm_research.study.entries import per_entry, tidy_text

# in English, German, French, Spanish, Italian, Portuguese, Dutch, the Nordic languages and Polish
SUMS = (
    r"totals?|sub-? ?totals?|sums?|all|overall|summary|summe|gesamt\w*|insgesamt|zwischensumme|alle|somme|ensemble|suma"
    r"|totales|totale|somma|soma|totaal|eindtotaal|som|summa|totalt|i alt|razem|ogółem|[σ∑]"
)
MEANS = (
    r"means?|averages?|avg|medians?|mode|mittel|mittelwerte?|mw|durchschnitt\w*|schnitt|ø|moyennes?|médiane|promedios?"
    r"|medias?|mediana|médias?|gemiddelde?n?|mediaan|medelvärde|medel|genomsnitt|gennemsnit|gjennomsnitt|średnia|x̄|m"
)
SPREADS = (
    r"sd|s\.d\.?|std|std\.? ?dev\.?|stdev|stddev|standard deviations?|var|variance|se|std\.? error|standard error|range"
    r"|standardabweichung|stabw|varianz|spannweite|écart[- ]type|desviaci[óo]n \w+|deviazione standard|desvio padrão"
    r"|standaarddeviatie|standardavvi\w+|odchylenie standardowe|min|minimum|mín\w*|max|maximum|máx\w*"
)
COUNTS = (
    r"n|counts?|number|responses?|respondents?|percent\w*|anzahl|antworten|prozent|nombre|effectif|n[úu]mero|recuento"
    r"|conteggio|contagem|aantal|antal|antall|liczba"
)
LABEL = re.compile(
    rf"(?:(?:grand|overall|column|total|totals|number|no\.?|gesamt) (?:of )?)*(?:{SUMS}|{MEANS}|{SPREADS}|{COUNTS})"
    r"(?:[\s:=(/,.].{0,40})?"
)
WHOLE_LABEL = f"^(?:{LABEL.pattern})$"  # as RE2 reads it, for letters and digits of ASCII
FIGURE = re.compile(r"(?P<sign>-?)(?P<whole>\d+)(?:[.,](?P<part>\d+))?\s*%?")
LONGEST_NUMBER = 15  # digits; a longer one is a code
COUNTED = re.compile(r"\d+")
NOTHING = re.compile(r"(?:#[a-z0-9/!?]+|[-–—./]+|n/?a|nan)?")  # cells of a summary that say nothing
TAIL = 25  # rows at the end in which a label may stand in any column
FIRST_COLUMNS = 5  # where a label stands in the rows above
FEWEST_NAMELESS, FEWEST_ELSEWHERE = 3, 2  # figures of a summary without a label; of one that is not at the end
FEWEST_RECORDS = 3  # with fewer, a sum is no larger than an answer
FEWEST_BELOW = 9  # records below a second header: with fewer, somebody may answer like nobody else
REPEATED = 3  # rows that share an answer, on average
LARGEST_ANSWER = 5  # at least; further numbers are no answers if they are more than twice the largest of the others


@dataclass(frozen=True)
class Summaries:
    """
    Rows of a table that sum it up.

    Attributes
    ----------
    rows : tuple of int
        Places of the rows that are no records, counted from 0.
    doubtful : tuple of int
        Places of rows that begin like a summary, but whose entries may be somebody's answers.
    """

    rows: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class _Column:
    """The records' entries in one column: their numbers, and how many are filled."""

    numbers: np.ndarray
    filled: int
    records: int

    def fits(self, number: float, tolerance: float) -> bool:
        """Whether a number, as precise as it is printed, is a statistic of the records."""
        return any(abs(number - figure) <= tolerance * (1 + 1e-9) for figure in self._statistics())

    def _statistics(self) -> Iterator[float]:
        yield from (self.filled, self.records, self.records - self.filled)
        if not (n := len(self.numbers)):
            return
        yield from (self.numbers.sum(), self.numbers.mean(), np.median(self.numbers), self.numbers.min(),
                    self.numbers.max(), np.ptp(self.numbers), n)  # fmt: skip
        for less in (0, 1) if n > 1 else ():
            variance = float(self.numbers.var(ddof=less))
            yield from (variance, variance**0.5, (variance / n) ** 0.5)

    def is_odd(self, number: float) -> bool:
        """Whether no record has such a number: a fraction among whole ones, one far too large, or one among words."""
        if not len(self.numbers):
            return self.filled > 0
        fraction = number % 1 > 0 and not (self.numbers % 1).any()
        return fraction or abs(number) > 2 * max(LARGEST_ANSWER, float(np.abs(self.numbers).max()))


@dataclass(frozen=True)
class _Figures:
    """What a row that may be a summary holds: its numbers by column, with half a unit of their last decimal."""

    labelled: bool
    counted: tuple[int, ...]  # numbers inside its label
    numbers: dict[int, tuple[float, float]]
    facts: bool  # whether it has other entries

    def sums_up(self, columns: dict[int, _Column], records: int, *, at_the_end: bool) -> bool:
        """Whether these are figures about the records."""
        if records < FEWEST_RECORDS:
            return False
        if not self.numbers:
            return at_the_end and not self.facts and records in self.counted
        if not self.is_odd(columns):
            return False
        if self.labelled and at_the_end and not self.facts:
            return True
        return len(self.numbers) >= (FEWEST_ELSEWHERE if self.labelled else FEWEST_NAMELESS) and self.fits(columns)

    def is_odd(self, columns: dict[int, _Column]) -> bool:
        """Whether at least half of the numbers are none that a record has."""
        return 2 * sum(columns[at].is_odd(number) for at, (number, _) in self.numbers.items()) >= len(self.numbers)

    def fits(self, columns: dict[int, _Column]) -> bool:
        """Whether each number is a statistic of its column."""
        return not self.facts and all(columns[at].fits(*number) for at, number in self.numbers.items())


def find_summaries(rows: pd.DataFrame) -> Summaries:
    """
    Find the rows of a table that sum up others.

    Parameters
    ----------
    rows : DataFrame
        Records as text, '' where a cell is empty.

    Returns
    -------
    Summaries
        At the end of the table, a row with a label such as 'Total' and nothing but numbers, at least half of which are
        none that a record has; and rows beside it whose numbers are statistics of their columns, such as the maximum.
        Elsewhere, or without a label, a row of such numbers that are all statistics of their columns.
    """
    labels = _labels(rows)
    tail = _tail(rows, labels)
    figures = {place: _figures(rows.iloc[place].tolist(), labels.get(place)) for place in sorted({*tail, *labels})}
    if not figures:
        return Summaries()
    others = [place for place in range(len(rows)) if place not in figures]
    columns = _columns(rows.iloc[others], figures.values())
    left = {at for at, one in figures.items() if one.sums_up(columns, len(others), at_the_end=at in tail)}
    left |= {at for at in figures if at not in left and at not in tail and _sums_up_above(rows, at, figures)}
    if left & {*tail}:
        left |= {at for at in tail if figures[at].fits(columns) and (figures[at].labelled or figures[at].numbers)}
    doubtful = [at for at, one in figures.items() if at not in left and one.labelled and one.numbers
                and (at in tail or one.is_odd(columns))]  # fmt: skip
    return Summaries(tuple(sorted(left)), tuple(doubtful))


def has_second_header(rows: pd.DataFrame) -> bool:
    """
    Whether the first row names the columns once more, as codes and questions in two rows do.

    All that it holds is words, each once; none is in its column again, and two columns or more hold only numbers or a
    few repeated answers below.
    """
    first = [cell.strip() for cell in rows.iloc[0]] if len(rows) > FEWEST_BELOW else []
    filled = {at: cell for at, cell in enumerate(first) if cell}
    if len(filled) < 2 or len({*filled.values()}) < len(filled) or any(map(_number, filled.values())):
        return False
    answered = 0
    for at, cell in filled.items():
        entries = rows.iloc[1:, at].str.strip()
        counts = entries[entries != ""].value_counts()
        if cell in counts.index:
            return False
        answered += bool(counts.sum() >= FEWEST_RECORDS and (
            all(map(_number, counts.index)) or REPEATED * len(counts) <= counts.sum()))  # fmt: skip
    return answered >= max(2, len(filled) / 2)


def without_summaries(export: Export, declared: Literal["drop", "keep"] | tuple[int, ...]) -> Export:
    """
    Take the rows that sum up others out of an export.

    Parameters
    ----------
    export : Export
    declared : {'drop', 'keep'} or tuple of int
        Whether they are found and taken out, or which rows are taken out, numbered as in a spreadsheet.

    Raises
    ------
    ReadError
        When a declared row does not exist.
    """
    if declared == "keep":
        return export
    numbers = export.rows.index
    if declared == "drop":
        found = find_summaries(export.rows)
        rows, maybe = (tuple(map(int, numbers[list(places)])) for places in (found.rows, found.doubtful))
        header = has_second_header(export.rows)
        rows = (*map(int, numbers[:1]), *(row for row in rows if row != numbers[0])) if header else rows
    else:
        rows, maybe = tuple(sorted({*declared})), ()
        if lacking := [row for row in rows if row not in numbers]:
            raise ReadError(Said("reading.no_summary_rows", file=export.file, rows=rows_text(lacking)))
    if not rows:
        return replace(export, maybe_summaries=maybe)
    return replace(export, rows=export.rows.drop(list(rows)), summaries=rows, maybe_summaries=maybe)


def _sums_up_above(rows: pd.DataFrame, place: int, figures: dict[int, _Figures]) -> bool:
    """Whether a row sums up the records since the summary before it."""
    first = max((at + 1 for at in figures if at < place), default=0)
    columns = _columns(rows.iloc[first:place], [figures[place]])
    return figures[place].sums_up(columns, place - first, at_the_end=False)


def _labels(rows: pd.DataFrame) -> dict[int, int]:
    """Rows whose first text is a label, and the column where it stands."""
    last = max(len(rows) - TAIL, 0)
    return {**_labels_of(rows.iloc[:last, :FIRST_COLUMNS], 0), **_labels_of(rows.iloc[last:], last)}


def _labels_of(rows: pd.DataFrame, first: int) -> dict[int, int]:
    found: dict[int, int] = {}
    places = np.arange(len(rows))
    for at in range(rows.shape[1]):
        which, entries = pd.factorize(rows.iloc[places, at])
        labels = _are_labels(entries)[which]
        found |= {first + int(place): at for place in places[labels == 1]}
        places = places[np.isnan(labels)]
        if not len(places):
            break
    return found


def _are_labels(entries: pd.Index) -> np.ndarray:
    """Whether each entry is a label, 1 or 0; NaN of numbers and empty cells, which may stand before one."""
    text = pa.array(entries, pa.large_string())
    labels = np.asarray(pc.match_substring_regex(pc.ascii_lower(text), WHOLE_LABEL)).astype(float)
    # most codes have no other form, and are no numbers
    odd = np.asarray(pc.or_(pc.invert(pc.ascii_is_alnum(text)), pc.ascii_is_decimal(text)))
    labels[odd] = [_is_label(entry) for entry in text.filter(odd).to_pylist()]
    return labels


def _is_label(entry: str) -> bool | None:
    """Whether an entry is a label; None of numbers and empty cells, which may stand before one."""
    return None if not entry.strip() or _number(entry) else LABEL.fullmatch(tidy_text(entry)) is not None


def _tail(rows: pd.DataFrame, labels: dict[int, int]) -> list[int]:
    """Rows at the end with a label or with numbers alone, and notes of one cell between them; without the notes."""
    tail: list[int] = []
    for place in range(len(rows) - 1, max(len(rows) - TAIL, 0) - 1, -1):
        cells = [cell.strip() for cell in map(str, rows.iloc[place])]
        filled = [cell for cell in cells if cell]
        nameless = not cells[0] and all(map(_number, filled))
        if place in labels or (nameless and len(filled) >= FEWEST_NAMELESS):
            tail.append(place)
        elif len(filled) > 1:
            break
    return tail


def _figures(cells: Sequence[str], label: int | None) -> _Figures:
    others = {at: cell for at, cell in enumerate(cells) if at != label and not NOTHING.fullmatch(tidy_text(cell))}
    numbers = {at: number for at, cell in others.items() if (number := _number(cell)) is not None}
    counted = () if label is None else tuple(map(int, COUNTED.findall(cells[label])))
    return _Figures(label is not None, counted, numbers, facts=len(numbers) < len(others))


def _number(cell: str) -> tuple[float, float] | None:
    """Number in a cell and half a unit of its last decimal; None if it holds anything else."""
    figure = FIGURE.fullmatch(cell.strip())
    if figure is None or len(figure["whole"]) > LONGEST_NUMBER:
        return None
    decimals = figure["part"] or ""
    return float(f"{figure['sign']}{figure['whole']}.{decimals or 0}"), 0.5 * 10.0 ** -len(decimals)


def _value(cell: str) -> float | None:
    number = _number(cell)
    return None if number is None else number[0]


def _columns(records: pd.DataFrame, figures: Iterable[_Figures]) -> dict[int, _Column]:
    """Columns in which any of these rows has a number."""
    columns = {}
    for at in sorted({at for one in figures for at in one.numbers}):
        cells = records.iloc[:, at]
        numbers = per_entry(cells, _value, dtype="float64").dropna().to_numpy()
        columns[at] = _Column(numbers, int((cells.str.strip() != "").sum()), len(records))
    return columns
