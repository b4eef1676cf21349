"""Intraclass correlations, against psych and pingouin, and by what must hold."""

from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.stats.intraclass import intraclass_correlations, retest_correlation
from rm_research.stats.result import NotEstimableError

GOLDEN = "icc_shroutfleiss_sai_bh1996"
few = examples(15)


def read(name):
    return pd.read_csv(Path(__file__).parents[1] / "reference" / f"icc_{name}.csv")


def as_psych(result):
    """Name the quantities as R does."""
    return {
        "ICC": result.estimate, "F": result.statistic, "df1": result.details["df1"], "df2": result.details["df2"],
        "p": result.p_value, "lower.bound": result.ci_low, "upper.bound": result.ci_high,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "name", "columns"),
    [("shroutfleiss", "shroutfleiss", ["J1", "J2", "J3", "J4"]), ("sai_shed_retest", "sai_shed", ["s.1", "s.2"])],
)
def test_six_forms_equal_psych(key, name, columns, golden, compare):
    r, _ = golden(GOLDEN)
    results = intraclass_correlations(read(name)[columns].to_numpy(float), level=0.95)
    assert list(results) == [row["type"] for row in r[key]]
    for row in r[key]:
        theirs = {name: value for name, value in row.items() if name != "type"}
        compare(as_psych(results[row["type"]]), theirs, of=[intraclass_correlations], against=GOLDEN)


def test_retest_equals_psych(golden, compare):
    r, _ = golden(GOLDEN)
    waves = read("sai_shed")[["s.1", "s.2"]].to_numpy(float)
    pre, post = np.vstack([waves, [[1.0, np.nan], [np.nan, 2.0]]]).T
    theirs = {name: value for name, value in r["sai_shed_retest"][1].items() if name != "type"}
    result = retest_correlation(pre, post, level=0.95)
    compare(as_psych(result), theirs, of=[retest_correlation], against=GOLDEN)
    assert result.details["n"] == len(waves)


def ratings(seed, n, k, spread=1.0):
    draws = np.random.default_rng(seed)
    return draws.normal(size=(n, k)) + spread * draws.normal(size=(n, 1)) + draws.normal(size=k)


PINGOUIN = {"ICC1": "ICC(1,1)", "ICC2": "ICC(A,1)", "ICC3": "ICC(C,1)",
            "ICC1k": "ICC(1,k)", "ICC2k": "ICC(A,k)", "ICC3k": "ICC(C,k)"}  # fmt: skip


@pytest.mark.filterwarnings("ignore:The inplace keyword")  # pingouin's own
@pytest.mark.parametrize(("seed", "k"), [(1, 2), (2, 3), (3, 5)])
def test_six_forms_equal_pingouin(seed, k, compare):
    values = ratings(seed, 15, k)
    long = pd.DataFrame(values).melt(ignore_index=False).reset_index(names="person")
    theirs = pingouin.intraclass_corr(long, "person", "variable", "value").set_index("Type")
    for form, result in intraclass_correlations(values, level=0.95).items():
        other, forms = theirs.loc[PINGOUIN[form]], [intraclass_correlations]
        compare({"icc": result.estimate, "F": result.statistic, "p": result.p_value},
                {"icc": other["ICC"], "F": other["F"], "p": other["pval"]}, of=forms,
                against="pingouin.intraclass_corr")  # fmt: skip
        compare({"interval": [result.ci_low, result.ci_high]}, {"interval": other["CI95"]}, of=forms, rel=0,
                absolute=0.0051, against="pingouin.intraclass_corr",
                because="pingouin rounds its interval to two decimals")  # fmt: skip


@few
@given(st.integers(0, 10_000), st.integers(3, 12), st.integers(2, 5), st.sampled_from([1e-3, 1e6]))
def test_order_and_unit_do_not_matter(seed, n, k, unit):
    values = ratings(seed, n, k)
    draws = np.random.default_rng(seed)
    turned = values[draws.permutation(n)][:, draws.permutation(k)] * unit + 2 * unit
    for one, other in zip(
        *(intraclass_correlations(each, level=0.9).values() for each in (values, turned)), strict=True
    ):
        assert as_psych(other) == pytest.approx(as_psych(one), rel=1e-6)
        assert one.ci_low <= one.ci_high <= 1
        # the interval of agreement has approximate degrees of freedom, as in R: below 0 it may lie beside the estimate
        assert one.estimate < 0 or one.ci_low <= one.estimate <= one.ci_high


def test_levels_of_raters_count_for_agreement_alone():
    values = ratings(4, 30, 2)
    moved = values + np.array([0, 3])
    one, other = intraclass_correlations(values, level=0.95), intraclass_correlations(moved, level=0.95)
    assert other["ICC3"].estimate == pytest.approx(one["ICC3"].estimate)
    assert other["ICC2"].estimate < one["ICC2"].estimate


def test_means_that_do_not_differ_at_all_have_no_reliability():
    """People agree less than raters' chance would make them, so the mean of their ratings has no variance left."""
    values = ratings(3, 3, 4, spread=0.0)
    forms = intraclass_correlations(values, level=0.9)
    assert forms["ICC2k"].ci_low == -np.inf
    assert np.isfinite([forms["ICC2"].estimate, forms["ICC2"].ci_low]).all()


RATED = ratings(1, 8, 3)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (RATED[:, :1], "too_few_items"),
        (RATED[:0], "too_few_people"),
        (RATED[:1], "too_few_people"),
        (RATED * [1, np.nan, 1], "too_few_people"),
        (RATED * 0 + 0.1, "no_variation"),
        (RATED[:, [0, 0, 0]], "no_variation"),
        (RATED[:, [0, 0]] + np.array([0, 0.3]), "no_variation"),
        (np.array([[1.0, 3.0], [3.0, 1.0], [2.0, 2.0]]), "no_variation"),
    ],
)
def test_what_has_no_intraclass_correlation(values, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        intraclass_correlations(values, level=0.95)


@pytest.mark.parametrize(
    ("pre", "post", "reason"),
    [([1.0, 2, np.nan], [1.0, np.nan, 2], "too_few_pairs"), ([1.0, 2, 3], [2.0, 3, 4], "no_variation")],
)
def test_what_has_no_retest_correlation(pre, post, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        retest_correlation(np.array(pre), np.array(post), level=0.95)
