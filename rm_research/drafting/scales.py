"""Items grouped into scales, and items that run against the others of their scale."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from rm_research.drafting.columns import grid
from rm_research.drafting.items import DraftItem
from rm_research.drafting.occasions import Occasions
from rm_research.drafting.stems import slug, unique
from rm_research.scales import items_against
from rm_research.study.entries import comparable, tidy_text
from rm_research.study.numbers import Notation, notation_of, number_in

FEWEST_ITEMS = 2
STRAY = 20  # this many items with a name as short as 'q' are probably several scales


@dataclass(frozen=True, eq=False)
class DraftScale:
    """
    One scale of the draft.

    Attributes
    ----------
    name : str
    items : tuple of DraftItem
    reason : str
        What its items have in common.
    against : tuple of (str, float)
        Items that run against the others, with their correlations.
    doubts : tuple of str
        What has to be checked.
    """

    name: str
    items: tuple[DraftItem, ...]
    reason: str
    against: tuple[tuple[str, float], ...] = ()
    doubts: tuple[str, ...] = ()


def draft_scales(occasions: Occasions, items: Sequence[DraftItem]) -> tuple[DraftScale, ...]:
    """
    Group items that share the beginning of their names or a question, their answers, and the waves that ask them.

    If no items do, items with the same set of answers make up a scale; if there are none, each measurement is a scale.
    """
    taken: set[str] = set()
    asked = [item for item in items if not item.numeric]
    scales = _grouped(occasions, [item for item in asked if item.stem], lambda item: item.stem, taken, _by_stem)
    if not scales:
        scales = _grouped(occasions, asked, lambda _: "", taken, _by_answers)
    if not scales:
        scales = [_alone(item, taken) for item in items if not item.numeric or _is_repeated(item, items)]
    return tuple(scales)


def _is_repeated(item: DraftItem, items: Sequence[DraftItem]) -> bool:
    """Whether no other measurement is taken in more waves."""
    return len(item.question.waves) == max(len(one.question.waves) for one in items)


def _grouped(
    occasions: Occasions, items: Sequence[DraftItem], key: Callable[[DraftItem], str], taken: set[str],
    reason: Callable[[DraftItem], str],
) -> list[DraftScale]:  # fmt: skip
    """Scales of items that share a key and a set of answers; of these, the items that most waves ask."""
    groups: dict[tuple[object, ...], list[DraftItem]] = defaultdict(list)
    for item in items:
        groups[key(item), item.answers.name, item.answers.ends].append(item)
    scales = []
    for group in groups.values():
        rounds: dict[tuple[str, ...], list[DraftItem]] = defaultdict(list)
        for item in group:
            rounds[item.question.waves].append(item)
        usable = [members for members in rounds.values() if len(members) >= FEWEST_ITEMS]
        if usable:
            members = max(usable, key=lambda one: (len(one[0].question.waves), len(one)))
            scales.append(_scale(occasions, members, slug(key(group[0]) or _title(group[0]), words=4), taken, reason))
    return scales


def _title(item: DraftItem) -> str:
    low, high = item.answers.ends or ("", "")
    return item.answers.name or f"items_{low}_{high}"


def _by_stem(item: DraftItem) -> str:
    if grid(item.question.first.text)[0] == item.stem:
        return "lines of one question"
    return f"names that begin {item.stem!r}"


def _by_answers(item: DraftItem) -> str:
    return "the same answers; nothing else shows what they have in common"


def _scale(
    occasions: Occasions, members: Sequence[DraftItem], name: str, taken: set[str], reason: Callable[[DraftItem], str]
) -> DraftScale:
    said = reason(members[0])
    doubts = []
    if reason is _by_answers or (len(members[0].stem) == 1 and len(members) >= STRAY):
        doubts.append(
            "items with the same kind of answers were put together; make a scale of each set that belongs together."
        )
    if members[0].answers.ends == (0, 1):
        doubts.append("the answers are yes or no, 0 or 1; keep the scale only if its items measure one thing.")
    against = _against(occasions, members)
    if against:
        shown = ", ".join(f"{item} (r = {r:.2f})" for item, r in against)
        doubts.append(f"these items run against the others: {shown}. If one is worded in the opposite direction, write "
                      "yes under `reverse` in its row of codebook.csv.")  # fmt: skip
    doubts += list(dict.fromkeys(f"items of this scale: {item.answers.doubt}" for item in members
                                 if item.answers.doubt and not item.answers.name))  # fmt: skip
    name = unique(name, taken)
    return DraftScale(name, tuple(item.in_scale(name) for item in members), said, tuple(against), tuple(doubts))


def _alone(item: DraftItem, taken: set[str]) -> DraftScale:
    """Scale of one item."""
    name = unique(slug(item.name), taken)
    doubts = ["this scale is a single item; keep it if it is an outcome, and say whether more is `better`."]
    if item.answers.doubt and not item.answers.name:
        doubts.append(item.answers.doubt)
    return DraftScale(name, (item.in_scale(name),), "one item", doubts=tuple(doubts))


def _against(occasions: Occasions, members: Sequence[DraftItem]) -> list[tuple[str, float]]:
    """Items that correlate negatively with the sum of the others, in the first wave that asks them."""
    if members[0].answers.unordered:
        return []
    wave = next(wave for wave in occasions.waves if wave.name == members[0].question.waves[0])
    answers = np.column_stack([_as_numbers(wave.rows[item.question.columns[wave.name].name], item) for item in members])
    return [(members[place].name, r) for place, r in items_against(answers)]


def _as_numbers(cells: pd.Series, item: DraftItem) -> np.ndarray:
    known = {comparable(label): float(number) for label, number in item.answers.labels.items() if number is not None}
    missing = {comparable(code) for code in item.missing}
    encoded = pa.array(cells, pa.large_string()).dictionary_encode()
    entries = [tidy_text(entry) for entry in encoded.dictionary.to_pylist()]
    notation = notation_of(entry for entry in entries if entry and comparable(entry) not in missing)
    values = [_value(entry, known, missing, notation) for entry in entries]
    return np.array(values, dtype="float64")[encoded.indices.to_numpy()]


def _value(entry: str, known: dict[str, float], missing: Iterable[str], notation: Notation) -> float:
    form = comparable(entry)
    if form in known:
        return known[form]
    number = number_in(entry, notation) if not known and form not in missing else None
    return float("nan") if number is None else number
