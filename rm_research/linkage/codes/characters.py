"""Evidence from undivided codes: by how many edits they differ, and how rare their shared characters are."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from rapidfuzz.distance import Levenshtein

from rm_research.linkage.codes.candidates import Pairs
from rm_research.linkage.codes.distinct import Codes
from rm_research.linkage.codes.edits import as_numbers, possible_swaps
from rm_research.linkage.codes.evidence import Evidence
from rm_research.linkage.codes.frequencies import NEW, Numbers, Whole, alphabet_size

LEVELS = ("exact", "one edit", "edits in one place", "edits in several places")
EXACT, ONE, PLACE, SEVERAL = range(4)
NEXT = 15  # weight of unobserved characters after a given one
PRIOR = 20 * np.array([0.70, 0.10, 0.12, 0.08])  # as if 20 people had been observed


def compare_characters(close: pd.DataFrame, first: Codes, second: Codes) -> tuple[Pairs, Evidence]:
    """Compare the undivided codes of `close_codes`, which may have a pair in several arrangements."""
    table = close[["first", "second"]].drop_duplicates(ignore_index=True)
    pair: Whole = np.asarray(close.groupby(["first", "second"], sort=True).ngroup(), dtype=np.int64)
    shared = CharacterShares(first, second)
    right = second.texts[close["second"], 0]
    second_code, text = close["second"].to_numpy(), close["text"].to_numpy(dtype=object)
    level, surprise = np.zeros(len(close), dtype=int), shared.whole(second_code)
    for row in np.flatnonzero(close["distance"]):
        level[row], copied, ways = _edited(text[row], right[row])
        surprise[row] = shared.of(second_code[row], copied) - np.log(ways)
    evidence = Evidence(
        pairs=len(table),
        pair=pair,
        arrangement=close["swap"].to_numpy(),
        level=level[:, None],
        surprise=surprise,
        prior=PRIOR[None, :],
        arrangements=1 + len(possible_swaps(first.texts[:, 0])),
    )
    return Pairs(table["first"].to_numpy(), table["second"].to_numpy()), evidence


def level_chances(evidence: Evidence, probability: Numbers, pairs: Pairs, first: Codes, second: Codes) -> Numbers:
    """Share of pairs of different people at each level, shape (1, 4), as counted."""
    people = first.people[pairs.first] * second.people[pairs.second]
    different = (people * (1 - probability))[evidence.pair]
    stands = evidence.arrangement == 0
    met = np.bincount(evidence.level[stands, 0], different[stands], len(LEVELS))
    blocks = max(first.block.max(initial=-1), second.block.max(initial=-1)) + 1
    everyone = np.bincount(first.block, first.people, blocks) @ np.bincount(second.block, second.people, blocks)
    return met[None, :] / max(everyone - (people * probability).sum(), 1)


def _edited(text: str, other: str) -> tuple[int, list[int], float]:
    """Level of two different codes, places of `other` that were copied, and the number of ways to get there."""
    edits = Levenshtein.editops(text, other)
    written = {edit.dest_pos for edit in edits if edit.tag != "delete"}
    copied = [place for place in range(len(other)) if place not in written]
    once = 3 * len(text) + 1  # any character changed or omitted, or one inserted anywhere
    if len(edits) == 1:
        return ONE, copied, once
    span = max(_span(edit.src_pos for edit in edits), _span(edit.dest_pos for edit in edits))
    if span < len(edits):
        return PLACE, copied, once
    return SEVERAL, copied, once ** len(edits) / 2


def _span(places: Iterable[int]) -> int:
    ordered = sorted(places)
    return ordered[-1] - ordered[0]


class CharacterShares:
    """
    How often people write each character of the second wave's codes in its place, alone and after its predecessor.

    Parameters
    ----------
    first, second : Codes
        Undivided codes of both waves.
    """

    def __init__(self, first: Codes, second: Codes) -> None:
        texts = np.concatenate([first.texts[:, 0], second.texts[:, 0]])
        people = np.concatenate([first.people, second.people]).astype(float)
        letters = as_numbers(texts).astype(np.int64)
        alone = np.ones(letters.shape)
        after = np.ones(letters.shape)
        for place in range(letters.shape[1]):
            here = letters[:, place]
            even = 1 / alphabet_size("".join(map(chr, np.unique(here[here > 0]))))
            alone[:, place] = _share(here, people, even)
            after[:, place] = alone[:, place]
            if place:
                before = letters[:, place - 1]
                after[:, place] = _share_after(before, here, people, alone[:, place])
        there = slice(len(first.texts), None)
        absent = letters[there] == 0
        self.alone = np.where(absent, 0, -np.log(alone[there]))
        self.after = np.where(absent, 0, -np.log(after[there]))

    def whole(self, codes: Whole) -> Numbers:
        """Log(1 / chance) of the whole code."""
        return self.after[codes].sum(axis=1)

    def of(self, code: int, places: list[int]) -> float:
        """Log(1 / chance) of these characters; those that follow another of them are less surprising."""
        if not places:
            return 0.0
        at = np.array(places)
        follows = np.diff(at, prepend=-2) == 1
        return float(np.where(follows, self.after[code, at], self.alone[code, at]).sum())


def _share(here: Whole, people: Numbers, even: float) -> Numbers:
    """Share of people with each character in one place; Witten & Bell's share is spread evenly over unseen ones."""
    characters, different = pd.factorize(here)
    count = np.bincount(characters, people)[characters] / 2
    new = len(different) + NEW
    return (count + new * even) / (people.sum() / 2 + new)


def _share_after(before: Whole, here: Whole, people: Numbers, alone: Numbers) -> Numbers:
    """The same among people with the same character before it; unseen ones share as they do in the whole place."""
    context, _ = pd.factorize(before)
    both, _ = pd.factorize(context * (int(here.max(initial=0)) + 1) + here)
    followers = np.bincount(context[np.unique(both, return_index=True)[1]])[context] + NEXT
    count, total = np.bincount(both, people)[both] / 2, np.bincount(context, people)[context] / 2
    return (count + followers * alone) / (total + followers)
