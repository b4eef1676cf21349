"""Estimates together who is who, how many people return and how codes change (EM)."""

from dataclasses import dataclass

import numpy as np

from rm_research.linkage.codes.candidates import Pairs
from rm_research.linkage.codes.distinct import Codes
from rm_research.linkage.codes.evidence import Evidence, Rates
from rm_research.linkage.codes.frequencies import Numbers, Whole
from rm_research.linkage.codes.partners import partner_probabilities, side

STEPS = 25
SETTLED = 1e-3  # change of a probability
NEGLIGIBLE = 1e-3  # odds below which a pair is ignored
# prior share of the smaller wave that is in the other wave too; its weight as a number of people in the study; and the
# weight that draws a block towards the study's share
RETURNED, PRIOR_STUDY, PRIOR_BLOCK = 0.7, 4, 4


@dataclass(frozen=True, eq=False)
class Fit:
    """
    The outcome of the estimation.

    Attributes
    ----------
    probability : array, shape (pairs,)
        Probability that one person with the first code is one with the second.
    rates : Rates
    returned : float
        Share of people in the smaller wave who are in the other wave too.
    """

    probability: Numbers
    rates: Rates
    returned: float


@dataclass(frozen=True, eq=False)
class Population:
    """
    The people behind the pairs.

    Attributes
    ----------
    pairs : Pairs
    block : array, shape (pairs,)
    first, second : array, shape (blocks,)
        People of each wave.
    first_size, second_size : array, shape (pairs,)
        People who share the code.
    """

    pairs: Pairs
    block: Whole
    first: Numbers
    second: Numbers
    first_size: Numbers
    second_size: Numbers

    def probability(self, log_ratio: Numbers, returning: Numbers) -> Numbers:
        """Probability of each pair, given the expected number of people who return in each block."""
        # the odds at which that number of pairs is the most probable one
        odds = returning / ((self.first - returning + 1) * (self.second - returning + 1))
        log_weight = log_ratio + np.log(odds)[self.block]
        likely = np.flatnonzero(log_weight > np.log(NEGLIGIBLE))
        probability = np.zeros(len(log_weight))
        probability[likely] = partner_probabilities(
            log_weight[likely],
            side(self.pairs.first[likely], self.first_size[likely]),
            side(self.pairs.second[likely], self.second_size[likely]),
        )
        return probability

    def returning(self, expected: Numbers) -> tuple[float, Numbers]:
        """Share of the smaller wave that returned in the study, and people per block, drawn towards that share."""
        in_block = np.bincount(self.block, expected, len(self.first))
        smaller = np.minimum(self.first, self.second)
        rate = (in_block.sum() + PRIOR_STUDY * RETURNED) / (smaller.sum() + PRIOR_STUDY)
        return rate, np.maximum(smaller * (in_block + PRIOR_BLOCK * rate) / (smaller + PRIOR_BLOCK), 1e-9)


def population(first: Codes, second: Codes, pairs: Pairs) -> Population:
    """Count the people behind pairs of codes."""
    blocks = max(first.block.max(initial=-1), second.block.max(initial=-1)) + 1
    return Population(
        pairs=pairs,
        block=first.block[pairs.first],
        first=np.bincount(first.block, first.people, blocks).astype(float),
        second=np.bincount(second.block, second.people, blocks).astype(float),
        first_size=first.people[pairs.first].astype(float),
        second_size=second.people[pairs.second].astype(float),
    )


def estimate(evidence: Evidence, people: Population) -> Fit:
    """Estimate probabilities and rates in turn, from prior rates until they agree with each other."""
    rates, probability = evidence.start(), np.zeros(evidence.pairs)
    rate, returning = RETURNED, RETURNED * np.minimum(people.first, people.second) + 1e-9
    for _ in range(STEPS):
        before, probability = probability, people.probability(evidence.log_ratio(rates), returning)
        expected = probability * people.first_size * people.second_size
        rate, returning = people.returning(expected)
        rates = evidence.refit(expected, rates)
        if np.abs(probability - before).max(initial=0) < SETTLED:
            break
    return Fit(probability, rates, rate)
