"""Change of everyone measured at baseline, against arithmetic written out, brute force and the paired t."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from properties import examples

from rm_research.stats.baseline import change_of_both, change_of_everyone, df_of_mean, difference_of_changes
from rm_research.stats.paired import paired_t
from rm_research.stats.regression import cluster_terms, least_squares
from rm_research.stats.result import NotEstimableError

NAN = np.nan
NUMBERS = ("estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high")
PRE = np.array([3, 4, NAN, 2, 3, NAN, 4, 4, 3, 3, 3])
POST = np.array([4, 4, 4, NAN, NAN, NAN, 4, NAN, NAN, 4, 4])
few = examples(20)


def numbers(result) -> list[float]:
    return [getattr(result, name) for name in NUMBERS]


def studies(least: int = 4, most: int = 16) -> st.SearchStrategy[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Scores in quarters, some people gone after, and a cluster of each."""
    person = st.tuples(st.integers(4, 28), st.one_of(st.none(), st.integers(4, 28)), st.integers(0, 5))

    def as_arrays(rows):
        pre, post, cluster = zip(*rows, strict=True)
        after = np.array([NAN if score is None else score / 4 for score in post])
        return np.array(pre) / 4, after, np.array([f"g{number}" for number in cluster])

    return st.lists(person, min_size=least, max_size=most).map(as_arrays)


def estimated(pre, post, **settings):
    """Change of everyone; nothing is asked of studies that have none, or no interval."""
    try:
        result = change_of_everyone(pre, post, level=0.95, **settings)
    except NotEstimableError:
        assume(False)
    assume(not np.isnan(result.df))
    return result


def by_formula(pre, post) -> float:
    """The estimate as METHODS writes it."""
    both = ~np.isnan(post)
    if both.all():
        return float((post - pre).mean())
    slope = np.polyfit(pre[both], post[both], 1)[0]
    return float(post[both].mean() + slope * (pre.mean() - pre[both].mean()) - pre.mean())


@pytest.mark.parametrize("of", ["clusters", "people"])
def test_equals_arithmetic_written_out(of, golden, compare):
    r, data = golden("jackknife_change")
    clusters = data["cluster"].to_numpy(str) if of == "clusters" else None
    result = change_of_everyone(
        data["pre"].to_numpy(float), data["post"].to_numpy(float), level=0.95, clusters=clusters
    )
    ours = {"estimate": result.estimate, "slope": result.details["slope"], "std_error": result.std_error,
            "df": result.df, "low": result.ci_low, "high": result.ci_high,
            "n_clusters": result.details["n_clusters"]}  # fmt: skip
    compare(ours, r[of], of=[change_of_everyone], against="jackknife_change")


@few
@given(studies())
def test_equals_the_paired_t_where_nobody_left(compare, study):
    pre, post, _ = study
    both = ~np.isnan(post)
    assume(both.sum() >= 2 and np.ptp((post - pre)[both]) > 0)
    theirs = dict(zip(NUMBERS, numbers(paired_t(pre[both], post[both], level=0.9)), strict=True))
    for function, after in ((change_of_everyone, post[both]), (change_of_both, post[both])):
        ours = dict(zip(NUMBERS, numbers(function(pre[both], after, level=0.9)), strict=True))
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    ours = dict(zip(NUMBERS, numbers(change_of_both(pre, post, level=0.9)), strict=True))
    compare(ours, theirs, of=[change_of_both], against="identity", rel=1e-9, absolute=1e-12)


@few
@given(studies(), st.booleans())
def test_equals_leaving_out_each_cluster_by_brute_force(study, shared):
    pre, post, cluster = study
    labels = cluster if shared else np.arange(len(pre)).astype(str)
    names = np.unique(labels)
    assume(len(names) > 1)
    for left_out in [None, *names]:
        kept = labels != left_out
        both = kept & ~np.isnan(post)
        assume(both.any() and (np.ptp(pre[both]) > 0 or both.sum() == kept.sum()))
    result = estimated(pre, post, clusters=labels if shared else None)
    whole = by_formula(pre, post)
    parts = np.array([by_formula(pre[labels != name], post[labels != name]) for name in names])
    error = np.sqrt((len(names) - 1) / len(names) * ((parts - whole) ** 2).sum())
    assert [result.estimate, result.std_error] == pytest.approx([whole, error], rel=1e-8, abs=1e-10)
    assert result.details["of_everyone"] == 1


@few
@given(st.lists(st.integers(1, 9), min_size=2, max_size=12))
def test_degrees_of_freedom_are_those_of_cr2_for_an_intercept(compare, sizes):
    clusters = np.repeat(np.arange(len(sizes)), sizes)
    X = np.ones((len(clusters), 1))
    assume(len(clusters) > 1)
    expected = cluster_terms(least_squares(X, X[:, 0]), clusters, 0).df
    compare({"df": df_of_mean(np.array(sizes, float))}, {"df": expected}, of=[df_of_mean], against="identity", rel=1e-9)


def test_degrees_of_freedom_follow_from_the_design_alone():
    clusters = np.array(["a", "a", "b", "b", "c", "c"])
    assert df_of_mean(np.ones(17)) == pytest.approx(16)
    assert np.isnan(df_of_mean(np.array([5.0])))
    found = [
        change_of_everyone(pre, post, level=0.95, clusters=clusters).df
        for pre, post in [(np.array([3.0, 2, 4, 1, 5, 3]), np.array([4.0, 2, 5, 3, NAN, 3])),
                          (np.array([1.0, 2, 3, 4, 5, 6]), np.array([2.0, 2, 2, 5, 5, NAN]))]
    ]  # fmt: skip
    assert found == pytest.approx([2, 2])


def test_equal_scores_after_give_a_finite_interval():
    """The likelihood with equal variances gave ± 1.5 million here."""
    result = change_of_everyone(PRE, POST, level=0.95)
    assert result.estimate == pytest.approx(7 / 9)  # all who answered after have 4; 29 / 9 before
    assert (result.std_error, result.df) == (pytest.approx(2 / 9), pytest.approx(8))
    assert (result.ci_low, result.ci_high) == pytest.approx((0.265332, 1.290223), abs=1e-6)


@few
@given(studies(), st.integers(-8, 8), st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_moves_and_stretches_with_the_scores(study, shift, scale):
    pre, post, cluster = study
    before = estimated(pre, post, clusters=cluster)
    after = change_of_everyone(scale * (pre + shift), scale * (post + shift), level=0.95, clusters=cluster)
    wanted = [scale * before.estimate, scale * before.std_error, before.df, before.statistic, before.p_value,
              scale * before.ci_low, scale * before.ci_high]  # fmt: skip
    assert numbers(after) == pytest.approx(wanted, rel=1e-8, abs=1e-10)
    assert after.details["mean_pre"] == pytest.approx(scale * (before.details["mean_pre"] + shift))


@few
@given(studies(), st.randoms(use_true_random=False))
def test_order_of_people_and_names_of_clusters_do_not_matter(study, random):
    pre, post, cluster = study
    before = estimated(pre, post, clusters=cluster)
    order = list(range(len(pre)))
    random.shuffle(order)
    renamed = np.char.add("z", np.char.replace(cluster, "g", "h"))
    after = change_of_everyone(pre[order], post[order], level=0.95, clusters=renamed[order])
    assert numbers(after) == pytest.approx(numbers(before), rel=1e-9, abs=1e-12)


def test_people_without_a_score_before_do_not_count():
    pre, post = np.array([3.0, 2, 4, 5, 3]), np.array([4.0, 2, 5, 4, NAN])
    alone = change_of_everyone(pre, post, level=0.95)
    more = change_of_everyone(np.append(pre, [NAN, NAN]), np.append(post, [1.0, NAN]), level=0.95)
    assert numbers(more) == numbers(alone)


class TestOneCluster:
    """Everyone shares it: the estimate is of everyone, and nothing tells how sure it is."""

    def test_has_an_estimate_of_everyone_without_an_interval(self):
        pre, post = np.array([3.0, 2, 4, 5, 3, 1]), np.array([4.0, 2, 5, 4, NAN, NAN])
        result = change_of_everyone(pre, post, level=0.95, clusters=["a"] * 6)
        assert result.estimate == pytest.approx(by_formula(pre, post))
        assert np.isnan(numbers(result)[1:]).all()
        assert (result.details["of_everyone"], result.details["n_clusters"]) == (1, 1)
        assert result.details["mean_pre"] == pytest.approx(3)

    def test_has_that_of_both_where_they_give_no_slope(self):
        result = change_of_everyone(np.array([3.0, 3, 5]), np.array([4.0, 3, NAN]), level=0.95, clusters=["a"] * 3)
        assert (result.estimate, result.details["of_everyone"]) == (0.5, 0)
        assert np.isnan(result.ci_low)

    @pytest.mark.parametrize("labels", [list("xxyyyyzzz"), list("yyxxxxzzz"), list("zzxxxxyyy")])
    def test_that_is_a_whole_cohort_is_joined_to_the_next(self, labels):
        """Nobody leaves the programme for it: the first to the second, the last to the one before."""
        rng = np.random.default_rng(3)
        pre = rng.normal(3, 1, 9)
        post, clusters = pre + rng.normal(0.5, 0.5, 9), list("aabcdefgh")
        result = change_of_everyone(pre, post, level=0.95, clusters=clusters, cohorts=labels)
        order = sorted(set(labels))
        neighbour = order[min(order.index(labels[0]) + 1, 2)] if labels[0] != "z" else "y"
        joined = [neighbour if label == labels[0] else label for label in labels]
        expected = change_of_everyone(pre, post, level=0.95, clusters=clusters, cohorts=joined)
        assert numbers(result) == numbers(expected)
        assert result.estimate == pytest.approx((post - pre).mean())
        assert np.isfinite(numbers(result)).all()


def test_without_a_slope_it_is_of_those_with_both_scores():
    pre, post = np.array([3.0, 3, 3, 4]), np.array([4.0, 3, 5, NAN])
    result = change_of_everyone(pre, post, level=0.95)
    assert numbers(result) == numbers(change_of_both(pre, post, level=0.95))
    assert np.isnan(result.details["slope"])
    assert result.details["of_everyone"] == 0


def test_a_slope_that_one_person_alone_decides_is_none():
    """Without the last person all scores before are equal."""
    pre, post = np.array([3.0, 3, 3, 4, 2]), np.array([4.0, 3, 5, 5, NAN])
    assert change_of_everyone(pre, post, level=0.95).details["of_everyone"] == 0


@pytest.mark.parametrize(("pre", "post", "reason"), [
    ([3.0], [4.0], "too_few_pairs"), ([3.0, 4.0], [4.0, NAN], "too_few_pairs"),
    ([3.0, 4.0], [4.0, 5.0], "no_variation"),
])  # fmt: skip
def test_says_why_there_is_nothing(pre, post, reason):
    with pytest.raises(NotEstimableError) as error:
        change_of_everyone(np.array(pre), np.array(post), level=0.95)
    assert error.value.reason == reason


class TestCohorts:
    def test_count_by_their_people(self):
        rng = np.random.default_rng(1)
        pre = rng.normal(3, 1, 20)
        post, cohorts = pre + rng.normal(0.5, 0.4, 20), np.repeat(["x", "y"], [15, 5])
        result = change_of_everyone(pre, post, level=0.95, cohorts=cohorts)
        assert result.estimate == pytest.approx((post - pre).mean())
        assert result.df == pytest.approx(df_of_two(15, 5), rel=1e-9)

    def test_a_cluster_met_in_several_is_one(self):
        """What it does in each is added before it is squared, so a shared cluster moves more."""
        pre = np.array([3.0, 2, 4, 3, 2, 4])
        post = pre + np.array([2.0, 0, 0, 2.0, 0, 0])
        cohorts = np.repeat(["x", "y"], 3)
        apart, shared = (
            change_of_everyone(pre, post, level=0.95, clusters=list(labels), cohorts=cohorts)
            for labels in ("abcdef", "abcaef")
        )
        moved = np.array([2.0, -1, -1]) / 3 * np.sqrt(2 / 3) * 0.5
        of_each = np.append(2 * moved[0], np.repeat(moved[1:], 2))
        assert shared.std_error == pytest.approx(np.sqrt((of_each**2).sum()))
        assert shared.std_error > apart.std_error
        assert (shared.details["n_clusters"], apart.details["n_clusters"]) == (5, 6)


def df_of_two(n: int, m: int) -> float:
    X = np.column_stack([np.ones(n + m), np.repeat([0.0, 1.0], [n, m]) - m / (n + m)])
    return cluster_terms(least_squares(X, X[:, 0]), np.arange(n + m), 0).df


class TestDifferenceOfChanges:
    PRE = np.array([3.0, 2, 4, 5, 3, 1, 2, 4, 3])
    POST = np.array([4.0, 2, 5, 4, NAN, 3, 2, 5, NAN])
    FIRST = np.arange(9) < 5

    def test_is_the_difference_of_both_changes(self, compare):
        result = difference_of_changes(self.PRE, self.POST, self.FIRST, level=0.95)
        parts = [change_of_everyone(self.PRE[side], self.POST[side], level=0.95) for side in (self.FIRST, ~self.FIRST)]
        theirs = {"estimate": parts[0].estimate - parts[1].estimate,
                  "std_error": np.hypot(*(part.std_error for part in parts))}  # fmt: skip
        ours = {name: getattr(result, name) for name in theirs}
        compare(ours, theirs, of=[difference_of_changes], against="identity", rel=1e-9)

    def test_of_those_with_both_scores(self):
        result = difference_of_changes(self.PRE, self.POST, self.FIRST, level=0.95, of_everyone=False)
        parts = [change_of_both(self.PRE[side], self.POST[side], level=0.95) for side in (self.FIRST, ~self.FIRST)]
        assert result.estimate == pytest.approx(parts[0].estimate - parts[1].estimate)
        assert result.std_error == pytest.approx(np.hypot(*(part.std_error for part in parts)))

    def test_partners_who_move_together_narrow_it(self):
        rng = np.random.default_rng(2)
        shared, pre = rng.normal(0, 1, 12), rng.normal(3, 1, 24)
        post = pre + np.tile(shared, 2) + rng.normal(0, 0.1, 24)
        first, pairs = np.arange(24) < 12, np.tile(np.arange(12), 2)
        alone = difference_of_changes(pre, post, first, level=0.95)
        paired = difference_of_changes(pre, post, first, level=0.95, clusters=pairs)
        difference = (post - pre)[:12] - (post - pre)[12:]
        assert paired.std_error == pytest.approx(difference.std(ddof=1) / np.sqrt(12))
        assert (paired.df, paired.details["n_clusters"]) == (pytest.approx(11), 12)
        assert paired.std_error < alone.std_error / 5

    def test_a_group_that_is_one_cluster_leaves_no_interval(self):
        clusters = ["a"] * 5 + list("bcde")
        result = difference_of_changes(self.PRE, self.POST, self.FIRST, level=0.95, clusters=clusters)
        assert np.isfinite(result.estimate)
        assert np.isnan([result.std_error, result.ci_low, result.df]).all()

    def test_groups_without_a_slope_are_both_of_those_with_both_scores(self):
        pre = np.where(self.FIRST, 3.0, self.PRE)
        result = difference_of_changes(pre, self.POST, self.FIRST, level=0.95)
        both = difference_of_changes(pre, self.POST, self.FIRST, level=0.95, of_everyone=False)
        assert numbers(result) == numbers(both)
        assert result.details["of_everyone"] == 0

    def test_says_why_there_is_nothing(self):
        with pytest.raises(NotEstimableError, match="too_few_pairs"):
            difference_of_changes(self.PRE, self.POST, np.arange(9) < 1, level=0.95)
        with pytest.raises(NotEstimableError, match="no_variation"):
            difference_of_changes(self.PRE, self.PRE + 1, self.FIRST, level=0.95)
