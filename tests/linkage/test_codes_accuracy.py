"""How many people are found, how many rightly, and whether stated probabilities hold."""

import resource

import numpy as np
import pandas as pd
import pytest
from bench_linkage import CASES, FEBRL, SEEDS, Case, as_one_study, draw_cohorts, many, ours, score

from rm_research.linkage.codes import match_codes

needs_febrl = pytest.mark.skipif(not FEBRL.is_dir(), reason=f"{FEBRL} is not here")
by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.mark.slow
@needs_febrl
@by_case
def test_people_are_found_in_ten_cohorts(case):
    recall, precision = score(ours, case, draw_cohorts(11, "second", cohorts=10))
    # of 800 people, two more wrong than asked and a recall two standard errors lower are left to chance
    assert recall > case.recall - 2 * np.sqrt(case.recall * (1 - case.recall) / 800)
    assert precision > case.precision - 2 / 800


def error(share, people):
    """Standard error of a share of so many people."""
    return np.sqrt(share * (1 - share) / people)


@needs_febrl
@pytest.mark.slow
@by_case
@pytest.mark.parametrize("left_out", ["second", "each"])
def test_people_are_found_in_150_cohorts(case, left_out):
    """Cohorts that had no part in choosing priors and probabilities; three standard errors are left to chance."""
    cohorts = [waves for seed in SEEDS for waves in draw_cohorts(seed, left_out)]
    recall, precision = score(ours, case, cohorts)
    asked = case.precision - (0.003 if left_out == "each" else 0)
    assert precision >= asked - 3 * error(asked, 9000)
    if left_out == "second":
        assert recall >= case.recall - 3 * error(case.recall, 12_000)


@needs_febrl
@pytest.mark.slow
@by_case
def test_cohorts_learn_from_each_other(case):
    recall, precision = score(ours, case, as_one_study(draw_cohorts(SEEDS[0], "second")))
    assert recall >= case.recall - 3 * error(case.recall, 4000)
    assert precision >= case.precision - 3 * error(case.precision, 3300)


def simulated(people, cohorts, seed, absent=0.25):
    """Codes of day, initial and initial, 5 % of each changed, 5 % unknown; the index tells who is who."""
    draws = np.random.default_rng(seed)
    count = people * cohorts
    initials = draws.dirichlet(np.full(26, 0.8), 2)
    truth = pd.DataFrame({
        "day": draws.integers(1, 32, count).astype(str),
        "given": draws.choice(list("abcdefghijklmnopqrstuvwxyz"), count, p=initials[0]),
        "surname": draws.choice(list("abcdefghijklmnopqrstuvwxyz"), count, p=initials[1]),
    })  # fmt: skip
    waves = []
    for _ in range(2):
        other = truth.sample(frac=1, random_state=draws).reset_index(drop=True)
        changed, unknown = (draws.random(truth.shape) < 0.05 for _ in range(2))
        waves.append(truth.mask(changed, other).mask(unknown, "")[draws.random(count) >= absent])
    blocks = [pd.Series(wave.index // people, index=wave.index) for wave in waves]
    return match_codes(*waves, first_blocks=blocks[0], second_blocks=blocks[1], min_probability=0.51).pairs


@pytest.mark.slow
@pytest.mark.parametrize(("people", "cohorts"), [(12, 150), (40, 30), (100, 6)])
def test_stated_probabilities_hold(people, cohorts):
    taken = pd.concat([simulated(people, cohorts, seed) for seed in (1, 2)], ignore_index=True)
    right = taken["first"] == taken["second"]
    bands = pd.cut(taken["probability"], [0.5, 0.8, 0.95, 0.99, 1.0])
    for _, band in taken.groupby(bands, observed=True):
        stated = band["probability"].mean()
        assert abs(right[band.index].mean() - stated) < 0.04 + 3 * error(stated, len(band))


@pytest.mark.slow
def test_a_hundred_thousand_people_in_one_block():
    recall, precision = score(ours, Case("code8", (8,), 0, 0), [many(100_000)])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 2**20
    assert min(recall, precision) > 0.999
