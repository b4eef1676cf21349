"""Who is who, how many came back and how codes change, estimated together (EM)."""

from dataclasses import dataclass

import numpy as np

from rm_research.linkage.codes.candidates import Pairs
from rm_research.linkage.codes.distinct import Codes
from rm_research.linkage.codes.evidence import Evidence, Rates
from rm_research.linkage.codes.frequencies import Numbers, Whole
from rm_research.linkage.codes.partners import partner_probabilities, side

STEPS = 25
SETTLED = 1e-3  # change of a probability
NEGLIGIBLE = 1e-3  # odds of pairs that are not followed further
# people of the smaller wave who are in the other too, before the data are seen; as strongly as so many people of the
# study show it, and how strongly a block is drawn to the study
RETURNED, PRIOR_STUDY, PRIOR_BLOCK = 0.7, 4, 4


@dataclass(frozen=True, eq=False)
class Fit:
    """
    The outcome of the estimation.

    Attributes
    ----------
    probability : array, shape (pairs,)
        That one person of the first code is one of the second.
    rates : Rates
    returned : float
        Share of people of the smaller wave who are in the other wave too.
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
        """Probability of each pair when so many people are expected to return in each block."""
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
        """Share of the smaller wave that returned in the study, and people of each block, drawn to that share."""
        found = np.bincount(self.block, expected, len(self.first))
        smaller = np.minimum(self.first, self.second)
        rate = (found.sum() + PRIOR_STUDY * RETURNED) / (smaller.sum() + PRIOR_STUDY)
        return rate, np.maximum(smaller * (found + PRIOR_BLOCK * rate) / (smaller + PRIOR_BLOCK), 1e-9)


def population(first: Codes, second: Codes, pairs: Pairs) -> Population:
    """People behind pairs of codes."""
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
    """Probabilities and rates that agree with each other, from the rates thought before the data are seen."""
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
