"""match_codes: matches people across two waves by the codes they typed themselves."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rm_research.errors import FrameError
from rm_research.linkage.codes import agreement, characters
from rm_research.linkage.codes.candidates import Pairs, element_pairs
from rm_research.linkage.codes.decision import MISSES, PAIRS, judge, near_misses, rates_table, with_labels
from rm_research.linkage.codes.distinct import Codes, distinct_codes
from rm_research.linkage.codes.edits import close_codes, possible_swaps
from rm_research.linkage.codes.estimation import Fit, estimate, population
from rm_research.linkage.codes.evidence import Evidence
from rm_research.linkage.codes.frequencies import element_values

# with a probability of one half or less, a person could have two partners
LEAST, CERTAIN = 0.5, 0.95


@dataclass(frozen=True, eq=False, repr=False)
class Matches:
    """
    Who is who in two waves.

    Attributes
    ----------
    pairs : DataFrame
        One row per matched person: `first`, `second` (index labels), `probability` that it is one person, `runner_up`
        (probability of the most probable other pair of either row), `how` ('exact': the whole code is known and
        equal; 'near'). No label occurs twice.
    misses : DataFrame
        Pairs for a person to look at; neither row is in `pairs`. `first`, `second`, `probability`, and `reason`:
        'ambiguous' (several people are possible) or 'below min_probability'. People with equal codes are listed once
        each, not in all combinations.
    rates : DataFrame
        One row per element and level of agreement: `matched`, the share at this level of the people who are in both
        waves, and `chance`, the share of the pairs of different people (NaN if it was not counted). Swapped parts have
        separate rows, with level 'swapped'.
    returned : float
        Estimated share of people in the smaller wave who are in the other one.
    """

    pairs: pd.DataFrame
    misses: pd.DataFrame
    rates: pd.DataFrame
    returned: float

    def __repr__(self) -> str:
        return f"Matches: {len(self.pairs)} pairs taken, {len(self.misses)} near misses"


def match_codes(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    first_blocks: pd.Series,
    second_blocks: pd.Series,
    max_edits: int = 1,
    min_probability: float = CERTAIN,
) -> Matches:
    """
    Match people across two waves by the codes they typed themselves.

    Parameters
    ----------
    first, second : DataFrame
        One row per person in the wave, with a unique index; one text column per element, '' where it is unknown.
        A single column is an undivided code. Texts are compared unchanged: fold case and spaces first.
    first_blocks, second_blocks : Series
        Cohort of each row, with the index of `first` and `second`. People are matched within their cohort; how codes
        change is learnt from all cohorts. Rows without a cohort match nobody.
    max_edits : int, default 1
        Largest number of edits at which an element is near, or at which an undivided code can be one person's.
    min_probability : float, default 0.95
        Least probability of a pair that is accepted; above 0.5 and below 1.

    Returns
    -------
    Matches
        At most one pair per row. Rows with equal codes in one wave and cohort are never matched.

    Raises
    ------
    FrameError
        When the columns of the waves differ, an index has repeats, or blocks have another index.
    ValueError
        When `max_edits` is negative, or `min_probability` outside its range.

    Notes
    -----
    Likelihood ratios of agreement by element (Fellegi & Sunter 1969, JASA 64, 1183–1210), depending on how often each
    value is given; rates by EM; probabilities under the condition that nobody has two partners (Sadinle 2017, JASA 112,
    600–612, with the most probable number of pairs in each block instead of that paper's prior).
    """
    _refuse(first, second, first_blocks, second_blocks, max_edits, min_probability)
    # sorted by label, so that the order of rows does not affect how people with equal codes are listed
    first, second = (wave.sort_index(key=lambda labels: labels.astype("str")) for wave in (first, second))
    one, two = distinct_codes(first, second, first_blocks.loc[first.index], second_blocks.loc[second.index])
    compare = _compare_whole if first.shape[1] == 1 else _compare_elements
    pairs, evidence, describe = compare(one, two, [str(name) for name in first.columns], max_edits)
    fit = estimate(evidence, population(one, two, pairs))
    judged = judge(one, two, pairs, fit.probability, min_probability)
    return Matches(
        pairs=with_labels(judged[judged["taken"]], one, two, first.index, second.index)[PAIRS],
        misses=with_labels(near_misses(judged, one, two, max_edits), one, two, first.index, second.index)[MISSES],
        rates=describe(fit),
        returned=float(fit.returned),
    )


Compared = tuple[Pairs, Evidence, Callable[[Fit], pd.DataFrame]]


def _compare_whole(one: Codes, two: Codes, names: list[str], max_edits: int) -> Compared:
    pairs, evidence = characters.compare_characters(close_codes(one, two, max_edits), one, two)
    swaps = [f"{names[0]}: {_places(i, size)} ↔ {_places(j, size)}" for i, j, size in possible_swaps(one.texts[:, 0])]

    def describe(fit: Fit) -> pd.DataFrame:
        chance = characters.level_chances(evidence, fit.probability, pairs, one, two)
        table = rates_table(fit.rates, names, characters.LEVELS, chance, swaps, np.full(len(swaps), np.nan))
        seen = np.append(
            np.ones(len(table) - len(swaps), dtype=bool), fit.rates.arranged[1:] > evidence.start().arranged[1:]
        )
        return table[seen].reset_index(drop=True)

    return pairs, evidence, describe


def _compare_elements(one: Codes, two: Codes, names: list[str], max_edits: int) -> Compared:
    values = element_values(one, two)
    swaps = agreement.possible_swaps(values)
    pairs = element_pairs(one, two, values, swaps)
    evidence = agreement.compare_elements(values, pairs, swaps, max_edits)

    def describe(fit: Fit) -> pd.DataFrame:
        named = [f"{names[i]} ↔ {names[j]}" for i, j in swaps]
        chance = agreement.level_chances(values, max_edits)
        return rates_table(fit.rates, names, agreement.LEVELS, chance, named, agreement.swap_chances(values, swaps))

    return pairs, evidence, describe


def _places(start: int, size: int) -> str:
    """Places of a piece's characters, counted from 1: '3' or '3–4'."""
    return str(start + 1) if size == 1 else f"{start + 1}–{start + size}"


def _refuse(
    first: pd.DataFrame, second: pd.DataFrame, first_blocks: pd.Series, second_blocks: pd.Series,
    max_edits: int, min_probability: float,
) -> None:  # fmt: skip
    if not len(first.columns) or list(first.columns) != list(second.columns):
        raise FrameError("Both waves need the same columns of code elements, and at least one.")
    for wave, rows, blocks in (("first", first, first_blocks), ("second", second, second_blocks)):
        if not rows.index.is_unique:
            raise FrameError(f"The index of the {wave} wave has repeats. Number its rows.")
        if not rows.index.equals(blocks.index):
            raise FrameError(
                f"The blocks of the {wave} wave have another index than its codes. Take both from one frame."
            )
    if max_edits < 0:
        raise ValueError(f"max_edits = {max_edits} is negative. Use 0 for exact codes, or 1 to 3.")
    if not LEAST < min_probability < 1:
        raise ValueError(f"min_probability = {min_probability} is not between {LEAST} and 1.")
