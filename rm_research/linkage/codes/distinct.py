"""The distinct codes of a wave, each with its block and the number of people who have it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Codes:
    """
    Distinct codes of one wave, sorted by block and text so that nothing depends on the order of rows.

    Attributes
    ----------
    texts : array of str, shape (codes, elements)
        '' is unknown; at least one element is known.
    block : array, shape (codes,)
        Number of the block; the same number in both waves.
    people : array, shape (codes,)
        Rows of the wave with this code.
    rows, starts : array, shape (people,) and (codes,)
        Positions of the rows in the wave, code by code, and where each code's rows begin in that list.
    """

    texts: NDArray[np.object_]
    block: Whole
    people: Whole
    rows: Whole
    starts: Whole

    def __len__(self) -> int:
        return len(self.block)


def distinct_codes(
    first: pd.DataFrame, second: pd.DataFrame, first_blocks: pd.Series, second_blocks: pd.Series
) -> tuple[Codes, Codes]:
    """
    Find the distinct codes of both waves; rows without a block or with an entirely unknown code are left out.

    Parameters
    ----------
    first, second : DataFrame
        One row per person, one text column per element.
    first_blocks, second_blocks : Series
        Block of each row, by position.
    """
    block, _ = pd.factorize(pd.concat([first_blocks, second_blocks], ignore_index=True).astype("str"), sort=True)
    return _of_wave(first, block[: len(first)]), _of_wave(second, block[len(first) :])


def _of_wave(wave: pd.DataFrame, block: Whole) -> Codes:
    texts = wave.set_axis(range(wave.shape[1]), axis=1).reset_index(drop=True).fillna("").astype("str")
    known = (block >= 0) & (texts != "").any(axis=1).to_numpy()
    rows = np.flatnonzero(known)
    table = texts.assign(block=block).loc[rows]
    code = table.groupby(["block", *texts.columns], sort=True).ngroup().to_numpy()
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    heads = rows[order][starts]
    people = np.diff(starts, append=len(rows))
    return Codes(texts.to_numpy(dtype=object)[heads], block[heads], people, rows[order], starts)
