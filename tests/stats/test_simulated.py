"""Intervals hold the truth as often as they say, over many simulated studies; where they do not, that is known."""

import pytest
from simulated import Case, cases, simulate

CASES = list(cases())


def label(case: Case) -> str:
    return f"{case.method}: {case.situation}"


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case.valid], ids=label)
def test_intervals_hold_the_truth_as_often_as_they_should(case):
    outcome = simulate(case)
    assert outcome.estimated > 0.75 * case.replicates  # with a dozen people some studies have too few pairs
    assert outcome.covers, outcome
    assert outcome.unbiased, outcome


@pytest.mark.slow
@pytest.mark.parametrize(("method", "situation"), [
    ("paired_t", "change, 160 people, 35% leave"),
    ("reml_hk", "average of 6 cohorts of 16 people that share 30 compared, no effect"),
    ("one effect, an intercept a cohort",
     "difference over people, 3 cohorts with arms of 12:3, 9:5 and 6:8, effects .1, .3 and .7"),
    ("people, mentors apart",
     "change over people, 6 cohorts of 10 people, 20 mentors met in 3 of them each, whose people change alike"),
])  # fmt: skip
def test_methods_that_do_not_hold_are_seen_to_fail(method, situation):
    (case,) = [case for case in CASES if (case.method, case.situation) == (method, situation)]
    assert not case.valid
    found = simulate(case)
    assert found.coverage < 0.93 or abs(found.bias) > 0.05


@pytest.mark.slow
def test_a_further_cohort_is_foretold_from_cohorts_better_than_from_pairs_of_them():
    """The range from 12 cohorts holds about nine of ten further ones; were pairs taken for cohorts, three of four."""
    alone, pairs = (simulate(case).coverage for case in CASES
                    if case.method == "prediction interval" and "beside 12" in case.situation)  # fmt: skip
    assert alone > 0.88
    assert pairs < 0.87
