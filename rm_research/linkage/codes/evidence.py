"""What the comparison of two codes says about whether they are from one person or two."""

from dataclasses import dataclass

import numpy as np

from rm_research.linkage.codes.frequencies import Numbers, Whole

UNKNOWN = -1
SWAPPED = 0.01  # prior share of people who swap two given parts …
PRIOR_SWAPPED = 40  # … and its weight as a number of people


@dataclass(frozen=True, eq=False)
class Rates:
    """
    How people's codes change from wave to wave.

    Attributes
    ----------
    levels : array, shape (elements, levels)
        Share of people whose element agrees at each level.
    arranged : array, shape (arrangements,)
        Share of people whose code is in order or has two given parts swapped.
    """

    levels: Numbers
    arranged: Numbers


@dataclass(frozen=True, eq=False)
class Evidence:
    """
    Comparisons of pairs of codes, each in every possible arrangement.

    Attributes
    ----------
    pairs : int
        Every pair has at least one comparison.
    pair, arrangement : array, shape (comparisons,)
        Which pair is compared, and with which parts swapped; 0 means none.
    level : array, shape (comparisons, elements)
        Level of agreement; −1 is unknown and carries no evidence.
    surprise : array, shape (comparisons,)
        Log(1 / chance) that another person agrees like this, summed over the elements.
    prior : array, shape (elements, levels)
        Prior number of people who agree at each level.
    arrangements : int
    """

    pairs: int
    pair: Whole
    arrangement: Whole
    level: Whole
    surprise: Numbers
    prior: Numbers
    arrangements: int

    def start(self) -> Rates:
        """Prior rates."""
        swaps = self.arrangements - 1
        arranged = np.full(self.arrangements, SWAPPED / max(swaps / 2, 1))
        arranged[0] = 1 - arranged[1:].sum()
        return Rates(self.prior / self.prior.sum(axis=1, keepdims=True), arranged)

    def log_ratio(self, rates: Rates) -> Numbers:
        """Log likelihood ratio of each pair, one person against two; arrangements are weighted by their rates."""
        each = self._each(rates)
        top = np.full(self.pairs, -np.inf)
        np.maximum.at(top, self.pair, each)
        return top + np.log(np.bincount(self.pair, np.exp(each - top[self.pair]), self.pairs))

    def refit(self, probability: Numbers, rates: Rates) -> Rates:
        """Rates given the expected number of people in each pair (EM, with prior counts added)."""
        share = np.exp(self._each(rates) - self.log_ratio(rates)[self.pair]) * probability[self.pair]
        seen = [np.bincount(level[level >= 0], share[level >= 0], self.prior.shape[1]) for level in self.level.T]
        levels = np.array(seen) + self.prior
        arranged = np.bincount(self.arrangement, share, self.arrangements) + PRIOR_SWAPPED * self.start().arranged
        return Rates(levels / levels.sum(axis=1, keepdims=True), arranged / arranged.sum())

    def _each(self, rates: Rates) -> Numbers:
        # level −1 selects the last column, which is zero
        by_level = np.hstack([np.log(rates.levels), np.zeros((len(rates.levels), 1))])
        agreement = by_level[np.arange(len(by_level)), self.level].sum(axis=1)
        return agreement + self.surprise + np.log(rates.arranged)[self.arrangement]
