"""Probability of each pair when nobody has more than one partner."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.linkage.codes.partners import partner_probabilities, side

ONE = 1.0


def probabilities(pairs, weights, sizes=None):
    first, second = (np.array([pair[k] for pair in pairs], dtype=int) for k in (0, 1))
    many = sizes or ({}, {})
    counts = [np.array([many[k].get(pair[k], ONE) for pair in pairs]) for k in (0, 1)]
    return partner_probabilities(np.log(np.array(weights)), side(first, counts[0]), side(second, counts[1]))


def enumerated(pairs, weights):
    """The same from all sets of pairs in which nobody occurs twice."""
    total, found = 0.0, np.zeros(len(pairs))
    for size in range(len(pairs) + 1):
        for chosen in combinations(range(len(pairs)), size):
            ones, twos = [pairs[k][0] for k in chosen], [pairs[k][1] for k in chosen]
            if len(set(ones)) == len(set(twos)) == size:
                weight = np.prod([weights[k] for k in chosen])
                total += weight
                found[list(chosen)] += weight
    return found / total


TREES = [
    [(0, 0)],
    [(0, 0), (0, 1)],
    [(0, 0), (1, 0), (1, 1)],
    [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2)],
    [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2)],
    [(0, 0), (1, 1), (2, 1)],
]


@pytest.mark.parametrize("pairs", TREES, ids=str)
@examples(6)
@given(powers=st.lists(st.floats(-3, 6), min_size=5, max_size=5))
def test_where_pairs_form_no_ring_probabilities_are_exact(pairs, powers):
    weights = [10.0**power for power in powers[: len(pairs)]]
    np.testing.assert_allclose(probabilities(pairs, weights), enumerated(pairs, weights), atol=2e-3)


def test_in_a_ring_they_are_near():
    pairs, weights = [(0, 0), (0, 1), (1, 0), (1, 1)], [30.0, 2.0, 1.0, 20.0]
    np.testing.assert_allclose(probabilities(pairs, weights), enumerated(pairs, weights), atol=0.02)


def test_two_people_who_cannot_be_told_apart_share_the_probability():
    found = probabilities([(0, 0), (0, 1), (1, 0), (1, 1)], [1e8] * 4)
    np.testing.assert_allclose(found, 0.5, atol=1e-3)


def test_people_of_equal_code_count_as_so_many():
    one_by_one = probabilities([(0, 0), (1, 0), (2, 0), (0, 1)], [9.0, 9.0, 9.0, 0.0001])
    together = probabilities([(0, 0)], [9.0], ({0: 3.0}, {}))
    np.testing.assert_allclose(together[0], one_by_one[1], atol=1e-3)


def test_no_pairs_have_no_probabilities():
    assert len(probabilities([], [])) == 0


@examples(15)
@given(st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.floats(-6, 12), min_size=1))
def test_nobody_has_more_than_one_partner_on_the_whole(weights):
    found = probabilities(list(weights), [10.0**power for power in weights.values()])
    assert ((found >= 0) & (found <= 1)).all()
    for k in (0, 1):
        assert max(np.bincount([pair[k] for pair in weights], found)) < 1 + 1e-3


def test_the_best_other_pair_of_a_code():
    pairs = side(np.array([0, 1, 0, 0, 2]), np.ones(5))
    assert pairs.best_other(np.array([0.5, 0.9, 0.3, 0.1, 0.2])).tolist() == [0.3, 0, 0.5, 0.5, 0]


def test_the_sum_of_the_others_survives_a_giant():
    pairs = side(np.array([0, 0, 0]), np.ones(3))
    np.testing.assert_allclose(pairs.others(np.array([1e20, 1.0, 2.0])), [3, 1e20, 1e20])
