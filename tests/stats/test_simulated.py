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
])  # fmt: skip
def test_methods_that_do_not_hold_are_seen_to_fail(method, situation):
    (case,) = [case for case in CASES if (case.method, case.situation) == (method, situation)]
    assert not case.valid
    assert simulate(case).coverage < 0.93
