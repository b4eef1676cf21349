"""Probability of each pair if nobody has more than one partner: sum-product on the possible pairs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]

ROUNDS = 200
SETTLED = 1e-4  # change of a log message


@dataclass(frozen=True, eq=False)
class Side:
    """
    The pairs seen from one wave, with the pairs of each code in a row.

    Attributes
    ----------
    order : array, shape (pairs,)
        Pairs sorted by their code in this wave.
    starts : array, shape (codes with a pair,)
        Where each code's pairs begin in `order`.
    code : array, shape (pairs,)
        Number of the code of each pair in `order`, counted from 0 in the order of `starts`.
    size : array, shape (pairs,)
        People with the code that a pair has in this wave, in the original order of pairs.
    """

    order: Whole
    starts: Whole
    code: Whole
    size: Numbers

    def others(self, values: Numbers) -> Numbers:
        """For each pair, the sum of `values` over the other pairs of its code, without cancellation."""
        if not len(values):
            return values
        ordered = values[self.order]
        largest = np.maximum.reduceat(ordered, self.starts)[self.code] == ordered
        first = np.flatnonzero(largest)
        first = first[np.concatenate([[True], self.code[first][1:] != self.code[first][:-1]])]
        total = np.add.reduceat(ordered, self.starts)[self.code]
        rest = ordered.copy()
        rest[first] = 0
        left = total - ordered
        left[first] = np.add.reduceat(rest, self.starts)
        result = np.empty_like(values)
        result[self.order] = np.maximum(left, 0)
        return result

    def best_other(self, values: Numbers) -> Numbers:
        """For each pair, the largest of `values` among the other pairs of its code; 0 if it is the only one."""
        if not len(values):
            return values
        ranked = np.lexsort((-values[self.order], self.code))
        place = np.arange(len(values)) - self.starts[self.code]
        top = values[self.order][ranked]
        second = np.zeros(len(self.starts))
        second[self.code[place == 1]] = top[place == 1]
        result = np.empty_like(values)
        result[self.order[ranked]] = np.where(place == 0, second[self.code], top[self.starts][self.code])
        return result


def side(codes: Whole, size: Numbers | Whole) -> Side:
    """Arrange pairs by their code in one wave; `codes` has a number per pair, `size` the people with that code."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    code = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(codes)))
    return Side(order, starts, code, size.astype(float))


def partner_probabilities(log_weight: Numbers, first: Side, second: Side) -> Numbers:
    """
    Probability that the two people in each pair are the same person.

    A set of pairs in which nobody occurs twice has the product of its pairs' weights as its weight. The messages are
    exact if the possible pairs form no ring, and always have a single solution (monomer-dimer model; Bayati et al.
    2007, Simple deterministic approximation algorithms for counting matchings, STOC). People with equal codes send
    equal messages, so one code represents all of them.

    Parameters
    ----------
    log_weight : array, shape (pairs,)
        Log of likelihood ratio times prior odds.
    first, second : Side
        The pairs by their code in the earlier and the later wave.

    Returns
    -------
    array, shape (pairs,)
        For one person with either code; 0 to 1, with a sum of at most 1 per person.
    """
    log_weight = np.clip(log_weight, -300, 300)
    to_first, to_second = log_weight.copy(), log_weight.copy()
    for _ in range(ROUNDS):
        # half steps in logs, because full steps oscillate between two solutions if rivals are alike
        step_first = (log_weight - _crowd(to_second, second, first.size) - to_first) / 2
        to_first = to_first + step_first
        step_second = (log_weight - _crowd(to_first, first, second.size) - to_second) / 2
        to_second = to_second + step_second
        if max(np.abs(step_first).max(initial=0), np.abs(step_second).max(initial=0)) < SETTLED:
            break
    log_odds = to_first + to_second - log_weight
    return 1 / (1 + np.exp(-log_odds))


def _crowd(messages: Numbers, here: Side, across: Numbers) -> Numbers:
    """Log of 1 plus what all other pairs offer to the person of this pair."""
    offers = np.exp(messages)
    return np.log1p(here.others(offers * across) + offers * (across - 1))
