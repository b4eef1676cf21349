"""Sign flips and re-dealt arms: against refitting each of them, and against simulated truth."""

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from scipy import stats

from rm_research.stats.regression import cr2, least_squares
from rm_research.stats.resampling import FEW_DF, Randomisation, randomisation, sign_flips, wild_bootstrap
from rm_research.stats.result import NotEstimableError

few = examples(6)
SIZES, ARMS = (2, 3, 4, 3, 5, 2), (1, 1, 0, 0, 1, 0)


def trial(seed: int, sizes=SIZES, arms=ARMS, *, effect: float = 0.0):
    """Intercept, arm by cluster and score before; outcome; clusters, in any order."""
    draws = np.random.default_rng(seed)
    clusters = draws.permutation(np.repeat(np.arange(len(sizes)), sizes))
    arm, pre = np.array(arms, float)[clusters], draws.normal(size=sum(sizes))
    y = effect * arm + 0.5 * pre + 0.6 * draws.normal(size=len(sizes))[clusters] + draws.normal(size=sum(sizes))
    return np.column_stack([np.ones(len(y)), arm, pre]), y, clusters


def bootstrapped(X, y, clusters, *, level: float = 0.95, draws: int = 9999, seed: int = 1):
    fit, generator = least_squares(X, y), np.random.default_rng(seed)
    return wild_bootstrap(fit, clusters, 1, level=level, generator=generator, draws=draws)


def refitted(X, y, clusters, effect: float = 0.0) -> list[float]:
    """Statistic of the hypothesis that the effect is this one, for every sign vector, by fitting each anew."""
    others, shifted = np.delete(X, 1, axis=1), y - effect * X[:, 1]
    fitted = others @ np.linalg.lstsq(others, shifted)[0]
    found = []
    for signs in product((-1.0, 1.0), repeat=clusters.max() + 1):
        flipped = fitted + np.array(signs)[clusters] * (shifted - fitted)
        found.append(cr2(least_squares(X, flipped), clusters, 1, level=0.95).statistic)
    return found


def share_beyond(X, y, clusters, effect: float = 0.0) -> float:
    observed = cr2(least_squares(X, y - effect * X[:, 1]), clusters, 1, level=0.95).statistic
    return float(np.mean(np.abs(refitted(X, y, clusters, effect)) >= abs(observed) * (1 - 1e-9)))


@pytest.mark.parametrize("seed", range(4))
def test_the_wild_bootstrap_goes_through_all_signs(seed, compare):
    X, y, clusters = trial(seed, effect=seed / 2)
    result, robust = bootstrapped(X, y, clusters), cr2(least_squares(X, y), clusters, 1, level=0.95)
    ours = {"p": result.p_value, "estimate": result.estimate, "se": result.std_error, "t": result.statistic}
    theirs = {"p": share_beyond(X, y, clusters), "estimate": robust.estimate, "se": robust.std_error,
              "t": robust.statistic}  # fmt: skip
    because = "every sign vector fitted anew, n × n matrices and all"
    compare(ours, theirs, of=[wild_bootstrap], against="formula written out", because=because)
    assert result.details == {"n_clusters": 6, "draws": 64, "enumerated": 1, "smallest_p": 2 / 64}
    assert np.isnan(result.df)


@pytest.mark.slow
@few
@given(st.integers(0, 10_000), st.sampled_from([0.0, 2.0]))
def test_the_interval_is_the_test_inverted(seed, effect):
    X, y, clusters = trial(seed, effect=effect)
    result = bootstrapped(X, y, clusters, level=0.9)
    assert result.ci_low < result.estimate < result.ci_high
    for end, outwards in ((result.ci_low, -1), (result.ci_high, 1)):
        step = outwards * 1e-6 * result.std_error
        assert share_beyond(X, y, clusters, end - step) > 0.1 >= share_beyond(X, y, clusters, end + step)
    if not result.ci_low <= 0 <= result.ci_high:
        assert result.p_value <= 0.1


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1e6]))
def test_unit_shift_order_and_labels_do_not_matter(seed, unit):
    X, y, clusters = trial(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    labels = np.array([f"dyad {name}" for name in clusters])[order]
    moved = np.column_stack([X[:, 0], X[:, 1], 3 * X[:, 2] + 2])[order]
    before, after = bootstrapped(X, y, clusters), bootstrapped(moved, (unit * (y + 7))[order], labels)
    ends = [before.estimate, before.ci_low, before.ci_high]
    assert [after.estimate, after.ci_low, after.ci_high] == pytest.approx([unit * end for end in ends], rel=1e-6)
    assert after.p_value == before.p_value
    back = bootstrapped(np.column_stack([X[:, 0], 1 - X[:, 1], X[:, 2]]), y, clusters)
    assert [back.estimate, back.ci_low] == pytest.approx([-before.estimate, -before.ci_high])
    assert back.p_value == before.p_value
    dealt = [randomisation(least_squares(*pair), names, 1, generator=np.random.default_rng(0)).p_value
             for *pair, names in ((X, y, clusters), (moved, (unit * (y + 7))[order], labels))]  # fmt: skip
    assert dealt[0] == dealt[1]


def test_drawn_signs_are_repeatable_and_close_to_all_of_them():
    X, y, clusters = trial(3, sizes=(3,) * 10, arms=(1, 0) * 5, effect=1.0)
    every, drawn, again = bootstrapped(X, y, clusters), *(bootstrapped(X, y, clusters, draws=1000) for _ in range(2))
    assert (every.details["draws"], every.details["enumerated"]) == (1024, 1)
    assert (drawn.details["draws"], drawn.details["enumerated"]) == (1000, 0)
    assert replace(drawn, df=0.0) == replace(again, df=0.0)
    assert drawn.details["smallest_p"] == 1 / 1001
    assert drawn.p_value * 1001 == pytest.approx(round(drawn.p_value * 1001))
    assert drawn.p_value == pytest.approx(every.p_value, abs=4 * np.sqrt(every.p_value / 1000))
    assert [drawn.ci_low, drawn.ci_high] == pytest.approx([every.ci_low, every.ci_high], abs=0.2 * every.std_error)


def test_five_clusters_are_too_few_for_an_interval_at_95_per_cent():
    X, y, clusters = trial(1, sizes=(4,) * 5, arms=(1, 1, 0, 0, 0))
    with pytest.raises(NotEstimableError, match=r"^too_few_clusters$"):
        bootstrapped(X, y, clusters)
    assert bootstrapped(X, y, clusters, level=0.9).details["smallest_p"] == 2 / 32


def test_what_cr2_refuses_is_refused():
    X, y, clusters = trial(1, arms=(1, 0, 0, 0, 0, 0))
    with pytest.raises(NotEstimableError, match=r"^too_few_clusters$"):
        bootstrapped(X, y, clusters)
    X, y, clusters = trial(1)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        bootstrapped(X, X @ [1.0, 2.0, 3.0], clusters)
    with pytest.raises(ValueError, match="missing"):
        bootstrapped(X, y, np.where(clusters == 1, np.nan, clusters))


def redealt(X, y, units) -> list[float]:
    """Coefficient of the arm for every way to give the programme to as many units, by fitting each anew."""
    n_units = units.max() + 1
    n_treated = len(set(units[X[:, 1] == X[:, 1].max()]))
    found = []
    for chosen in combinations(range(n_units), n_treated):
        arm = np.isin(units, chosen).astype(float)
        dealt = np.column_stack([X[:, 0], arm, X[:, 2]])
        found.append(np.linalg.lstsq(dealt, y)[0][1])
    return found


@pytest.mark.parametrize("seed", range(4))
def test_randomisation_goes_through_all_assignments(seed, compare):
    X, y, units = trial(seed, effect=seed / 2, arms=(1, 1, 0, 0, 0, 0))
    fit = least_squares(X, y)
    result, found = randomisation(fit, units, 1, generator=np.random.default_rng(0)), redealt(X, y, units)
    share = np.mean(np.abs(found) >= abs(fit.coefficients[1]) * (1 - 1e-9))
    ours = {"p": result.p_value, "statistic": result.statistic, "draws": result.draws}
    theirs = {"p": share, "statistic": fit.coefficients[1], "draws": 15}
    because = "every assignment fitted anew"
    compare(ours, theirs, of=[randomisation], against="formula written out", because=because)
    assert result.enumerated
    assert result.smallest_p == 1 / 15


@pytest.mark.parametrize("seed", range(3))
def test_randomisation_of_single_people_equals_scipy(seed, compare):
    """Without a covariate the coefficient is the difference of the means, whose permutation test scipy has."""
    draws = np.random.default_rng(seed)
    y, arm = draws.normal(size=10), np.repeat([1.0, 0.0], [4, 6])
    fit = least_squares(np.column_stack([np.ones(10), arm]), y)
    ours = randomisation(fit, np.arange(10), 1, generator=draws)

    def distance(one, other, axis):
        return np.abs(one.mean(axis=axis) - other.mean(axis=axis))

    groups = (y[arm == 1], y[arm == 0])
    theirs = stats.permutation_test(groups, distance, alternative="greater", n_resamples=np.inf, vectorized=True)
    against = "scipy.stats.permutation_test"
    compare({"p": ours.p_value}, {"p": theirs.pvalue}, of=[randomisation], against=against)


def test_drawn_assignments_are_repeatable_and_close_to_all_of_them():
    X, y, units = trial(5, sizes=(2,) * 12, arms=(1, 0) * 6, effect=1.0)
    fit = least_squares(X, y)
    every = randomisation(fit, units, 1, generator=np.random.default_rng(0))
    drawn, again = (randomisation(fit, units, 1, generator=np.random.default_rng(0), draws=900) for _ in range(2))
    assert (every.draws, every.enumerated) == (924, True)
    assert drawn == again
    assert (drawn.draws, drawn.enumerated, drawn.smallest_p) == (900, False, 1 / 901)
    assert drawn.p_value == pytest.approx(every.p_value, abs=4 * np.sqrt(every.p_value / 900))


def test_arms_within_units_cannot_be_dealt_anew():
    X, y, units = trial(2)
    told = {"generator": np.random.default_rng(0)}
    with pytest.raises(NotEstimableError, match=r"^arms_mixed$"):
        randomisation(least_squares(X, y), np.arange(len(y)) % 3, 1, **told)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        randomisation(least_squares(X, X[:, 2] / 3 + 0.1), units, 1, **told)
    for column, names in ((2, units), (1, np.where(units == 1, np.nan, units))):
        with pytest.raises(ValueError, match="one of two arms"):
            randomisation(least_squares(X, y), names, column, **told)


def test_arms_that_differ_in_nothing_else_are_told_apart_exactly():
    """A difference without any residual is the clearest; and where the outcome is the same for all there is none."""
    X, _, units = trial(2)
    fit = least_squares(X[:, :2], 1 + X[:, 1])
    found = randomisation(fit, units, 1, generator=np.random.default_rng(0))
    assert found == Randomisation(pytest.approx(1.0), 2 / 20, 20, True, 1 / 20)
    with pytest.raises(NotEstimableError, match=r"^no_variation$"):
        randomisation(least_squares(X[:, :2], 0.1 + 0 * X[:, 1]), units, 1, generator=np.random.default_rng(0))


def test_there_are_few_degrees_of_freedom_where_there_are_few_clusters():
    X, y, clusters = trial(1)
    assert cr2(least_squares(X, y), clusters, 1, level=0.95).df < FEW_DF
    X, y, clusters = trial(1, sizes=(4,) * 12, arms=(1, 0) * 6)
    assert cr2(least_squares(X, y), clusters, 1, level=0.95).df > FEW_DF


@pytest.mark.slow
@pytest.mark.parametrize(("sizes", "arms"), [((5,) * 6, (1, 1, 1, 0, 0, 0)), ((2, 3, 4, 6, 8, 12), (1, 0, 1, 0, 1, 0))])
def test_type_one_error_with_six_clusters(sizes, arms):
    """
    Randomisation is exact where the arms are dealt at random; its p-values are multiples of 1/20, twice over.

    The wild bootstrap rejects at p = 2/64 alone; simulation finds 4 to 6 %, which is allowed up to 7 %. Now and then
    its interval has no end.
    """
    runs, rejected, refused = 2000, np.zeros(2), 0
    for seed in range(runs):
        X, y, clusters = trial(seed, sizes, np.random.default_rng(seed).permutation(arms))
        try:
            rejected[0] += bootstrapped(X, y, clusters).p_value <= 0.05
        except NotEstimableError:
            refused += 1
        dealt = randomisation(least_squares(X, y), clusters, 1, generator=np.random.default_rng(0))
        rejected[1] += dealt.p_value <= 0.1
    assert refused / runs < 0.01
    assert rejected[0] / runs < 0.07
    assert rejected[1] / runs == pytest.approx(0.1, abs=3 * np.sqrt(0.1 * 0.9 / runs))


class TestSignFlips:
    """All ways to flip the signs of whole clusters, of a mean change."""

    def test_is_the_share_of_signs_that_lead_as_far(self, compare):
        change, clusters = np.array([1.0, 2.0, -0.5, 1.5, 0.25]), ["a", "a", "b", "c", "c"]
        result = sign_flips(change, clusters, generator=np.random.default_rng(1))
        totals = [3.0, -0.5, 1.75]
        flipped = [abs(sum(s * t for s, t in zip(signs, totals, strict=True))) for signs in product((-1, 1), repeat=3)]
        assert result.estimate == pytest.approx(change.mean())
        share = np.mean(np.array(flipped) >= sum(totals) - 1e-12)
        compare({"p": result.p_value}, {"p": share}, of=[sign_flips], against="formula written out")
        assert result.details == {"n_clusters": 3, "draws": 8, "smallest_p": 0.25}
        assert np.isnan([result.std_error, result.ci_low, result.df]).all()

    def test_draws_signs_where_there_are_too_many_to_go_through(self):
        change = np.random.default_rng(2).normal(0.3, 1, 30)
        drawn = sign_flips(change, np.arange(30), generator=np.random.default_rng(1), draws=999)
        t = stats.ttest_1samp(change, 0).pvalue
        assert drawn.p_value == pytest.approx(t, abs=0.05)
        assert drawn.details["smallest_p"] == 1 / 1000

    @pytest.mark.parametrize(("change", "reason"), [([], "too_few_pairs"), ([0.0, 0.0], "no_variation")])
    def test_says_why_there_is_nothing(self, change, reason):
        with pytest.raises(NotEstimableError, match=reason):
            sign_flips(np.array(change), np.arange(len(change)), generator=np.random.default_rng(1))
