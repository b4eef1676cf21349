"""Agreement of coders: published examples, another program, and where no coefficient is told."""

import numpy as np
import pytest
from statsmodels.stats.inter_rater import fleiss_kappa

from rm_research.stats.agreement import Agreement, agreement, cohens_kappa, krippendorffs_alpha

NAN = float("nan")
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, examples B and C
BINARY = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]], dtype=float)
FOUR = np.array([
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
])  # fmt: skip
# fifty units of two coders: both 20, only the first 5, only the other 10, neither 15
FIFTY = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [20, 5, 10, 15], axis=0).T.astype(float)


def test_alpha_is_that_of_the_published_examples():
    assert krippendorffs_alpha(BINARY) == pytest.approx(0.095, abs=5e-4)
    assert krippendorffs_alpha(FOUR) == pytest.approx(0.743, abs=5e-4)


def test_alpha_is_scotts_pi_for_few_units(compare):
    both = np.column_stack([2 - FIFTY.sum(axis=0), FIFTY.sum(axis=0)])
    pi = fleiss_kappa(both.astype(int), method="fleiss")
    of_few = 1 - (1 - pi) * (2 * 50 - 1) / (2 * 50)
    compare({"alpha": krippendorffs_alpha(FIFTY)}, {"alpha": of_few}, of=[krippendorffs_alpha, agreement],
            against="statsmodels.stats.inter_rater.fleiss_kappa",
            because="two coders without gaps, where alpha is Scott's pi corrected for few units")  # fmt: skip


def test_kappa_is_that_of_the_two_by_two_table(compare):
    (a, b), (c, d) = (20, 5), (10, 15)
    closed = 2 * (a * d - b * c) / ((a + b) * (b + d) + (a + c) * (c + d))
    assert closed == pytest.approx(0.4)
    compare({"kappa": cohens_kappa(*FIFTY)}, {"kappa": closed}, of=[cohens_kappa, agreement],
            against="Cohen 1960, of four counts", because="statsmodels makes ours of the marks")  # fmt: skip


def test_two_coders_of_the_same_units_have_kappa():
    assert agreement(FIFTY) == Agreement(2, 50, pytest.approx(0.7), "kappa", pytest.approx(0.4))


def test_a_gap_or_a_third_coder_has_alpha():
    with_gap = FIFTY.copy()
    with_gap[0, 0] = NAN
    found = agreement(with_gap)
    assert (found.n_units, found.coefficient) == (49, "alpha")
    assert found.value == pytest.approx(krippendorffs_alpha(with_gap))
    third = agreement(np.vstack([FIFTY, FIFTY[0]]))
    assert (third.n_coders, third.coefficient) == (3, "alpha")
    assert third.share == pytest.approx((50 + 2 * 35) / 150)  # the first and the third agree throughout


@pytest.mark.parametrize(("n", "coefficient"), [(29, ""), (30, "kappa")])
def test_under_thirty_units_only_the_share_is_told(n, coefficient):
    found = agreement(FIFTY[:, -n:])
    assert found.coefficient == coefficient
    assert np.isnan(found.value) == (not coefficient)
    assert found.share == pytest.approx((FIFTY[0, -n:] == FIFTY[1, -n:]).mean())


def test_marks_that_never_differ_have_no_coefficient():
    assert agreement(np.zeros((2, 40))) == Agreement(2, 40, 1.0, "", pytest.approx(NAN, nan_ok=True))


def test_a_coder_alone_agrees_with_nobody():
    found = agreement(FIFTY[:1])
    assert (found.n_coders, found.n_units, found.coefficient) == (0, 0, "")
    assert np.isnan(found.share)
    assert agreement(np.empty((0, 0))).n_units == 0
