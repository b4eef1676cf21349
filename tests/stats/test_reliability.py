"""Alpha and its companions, against R, pingouin and intraclass correlations; scores of the same answers."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import pytest
from factor_samples import drawn
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.scales import scale_scores
from rm_research.stats.intraclass import intraclass_correlations
from rm_research.stats.reliability import (
    alpha_if_dropped,
    cronbach_alpha,
    feldt_interval,
    item_rest,
    mean_inter_item,
    reliability,
)
from rm_research.stats.result import NotEstimableError
from rm_research.study import read_study

BFI = "reliability_bfi400"
SCALES = "ACENO"
few = examples(10)


def answers():
    return pd.read_csv(Path(__file__).parents[1] / "reference" / f"{BFI}.csv")


@pytest.fixture(params=SCALES)
def case(request, golden):
    r = golden(BFI)[0][request.param]
    items = answers()[[f"{request.param}{item}" for item in range(1, 6)]].to_numpy(float)
    return r, np.where(np.array(r["keys"]) > 0, items, 7 - items)


def test_complete_rows_equal_psych(case, compare):
    r, items = case
    result = reliability(items, level=0.95)
    ours = {name: getattr(result, name) for name in ("n", "n_items", "alpha", "alpha_low", "alpha_high",
                                                     "mean_inter_item", "item_rest", "alpha_if_dropped")}  # fmt: skip
    theirs = {
        "n": r["n_complete"], "n_items": r["k"], "alpha": r["alpha_listwise"]["raw"],
        "alpha_low": r["feldt_ci_listwise"][0], "alpha_high": r["feldt_ci_listwise"][1],
        "mean_inter_item": r["alpha_listwise"]["average_r"],
        "item_rest": [row["r_drop"] for row in r["item_stats_listwise"]],
        "alpha_if_dropped": [row["alpha_if_dropped"] for row in r["item_stats_listwise"]],
    }  # fmt: skip
    ours["standardised"] = cronbach_alpha(np.corrcoef(items[~np.isnan(items).any(axis=1)].T))
    theirs["standardised"] = r["alpha_listwise"]["std"]
    of = [cronbach_alpha, feldt_interval, mean_inter_item, item_rest, alpha_if_dropped, reliability]
    compare(ours, theirs, of=of, against=BFI)


def test_omega_equals_semtools(case, compare):
    r, items = case
    result = reliability(items, level=0.95)
    because = "by the variance that the model implies, not semTools' default; lavaan stops its search a little earlier"
    theirs = {"omega": r["omega_cfa_listwise_modelvar"]}
    compare({"omega": result.omega}, theirs, of=[reliability], against=BFI, rel=1e-4, because=because)
    assert (result.omega_reason, result.omega_improper) == ("", False)


def test_pairwise_covariances_equal_psych(case, compare):
    r, items = case
    covariances = pd.DataFrame(items).cov().to_numpy()
    spread = np.sqrt(np.diag(covariances))
    alpha = cronbach_alpha(covariances)
    low, high = feldt_interval(alpha, r["n_rows"], r["k"], level=0.95)
    ours = {
        "alpha": alpha, "low": low, "high": high, "mean_inter_item": mean_inter_item(covariances),
        "standardised": cronbach_alpha(covariances / np.outer(spread, spread)),
    }  # fmt: skip
    theirs = {
        "alpha": r["alpha_pairwise"]["raw"], "low": r["feldt_ci_pairwise_nrows"][0],
        "high": r["feldt_ci_pairwise_nrows"][1], "mean_inter_item": r["alpha_pairwise"]["average_r"],
        "standardised": r["alpha_pairwise"]["std"],
    }  # fmt: skip
    because = "from covariances of the people who answered both items; `reliability` itself takes complete rows"
    compare(ours, theirs, of=[cronbach_alpha, feldt_interval, mean_inter_item], against=BFI, because=because)


def test_scores_equal_r(write_study, golden):
    """Person means of these answers, reversed over the printed range, as `rm_research.scales` makes them."""
    r, data = golden(BFI)[0], answers()
    scales = "".join(f"[scales.{name}]\nmin_answered = 0.5\n" for name in SCALES)
    toml = f'title = "T"\n[waves.pre]\nfile = "pre.csv"\n[columns]\nperson = "code"\n{scales}'
    rows = [f"{name}{item + 1},{name},{'yes' if key < 0 else ''},1,6"
            for name in SCALES for item, key in enumerate(r[name]["keys"])]  # fmt: skip
    study = read_study(write_study(toml=toml, codebook="\n".join(["item,scale,reverse,low,high", *rows, ""])))
    for name in SCALES:
        theirs = r[name]["scores"]
        score, n_answered = scale_scores(data, study, name)
        assert score.notna().sum() == theirs["n_scored"]
        assert [score.mean(), score.std()] == pytest.approx([theirs["mean"], theirs["sd"]], rel=1e-8)
        assert score.head(20).tolist() == pytest.approx(theirs["first20"], rel=1e-8)
        missing = (5 - n_answered).value_counts()
        assert {str(number): int(count) for number, count in missing.items()} == theirs["n_missing_pattern"]


def test_alpha_equals_pingouin(compare):
    """On complete rows: told of missing answers it would take n from before dropping them."""
    items = answers()[[f"N{item}" for item in range(1, 6)]].dropna()
    result = reliability(items.to_numpy(float), level=0.9)
    alpha, interval = pingouin.cronbach_alpha(items, ci=0.9)
    compare({"alpha": result.alpha}, {"alpha": alpha}, of=[cronbach_alpha], against="pingouin.cronbach_alpha")
    ours, theirs = {"interval": [result.alpha_low, result.alpha_high]}, {"interval": interval}
    because = "pingouin rounds the interval to three decimals"
    of = [feldt_interval]
    compare(ours, theirs, of=of, against="pingouin.cronbach_alpha", rel=0, absolute=5.1e-4, because=because)


@few
@given(st.integers(0, 10_000), st.integers(3, 40), st.integers(2, 6))
def test_alpha_is_the_consistency_of_the_mean_of_items(seed, n, k):
    items = np.random.default_rng(seed).normal(size=(n, k)) + np.random.default_rng(seed + 1).normal(size=(n, 1))
    ours, icc = reliability(items, level=0.9), intraclass_correlations(items, level=0.9)["ICC3k"]
    expected = [icc.estimate, icc.ci_low, icc.ci_high]
    assert [ours.alpha, ours.alpha_low, ours.alpha_high] == pytest.approx(expected, rel=1e-8)


@few
@given(st.integers(0, 10_000), st.sampled_from([1e-3, 1.0, 1e6]), st.booleans())
def test_order_unit_and_reversal_of_all_do_not_matter(seed, unit, reverse):
    items = drawn(seed, n=50, gaps=0.05)[0]
    people, turned = np.random.default_rng(seed).permutation(50), [3, 1, 0, 2]
    one = reliability(items, level=0.95)
    other = reliability((items[people][:, turned] + 4) * (-unit if reverse else unit), level=0.95)
    assert other.n == one.n
    for name, value in asdict(one).items():
        if isinstance(value, float):
            assert getattr(other, name) == pytest.approx(value, rel=1e-4, nan_ok=True)
    assert other.item_rest == pytest.approx(one.item_rest[turned])
    assert other.alpha_if_dropped == pytest.approx(one.alpha_if_dropped[turned])


def test_an_item_that_was_not_reversed_shows():
    items = drawn(3, n=200)[0]
    wrong = items * [1, 1, 1, -1]
    assert reliability(wrong, level=0.95).item_rest[3] < 0
    assert reliability(wrong, level=0.95).alpha < reliability(items, level=0.95).alpha


def test_two_items_have_alpha_but_no_omega():
    result = reliability(drawn(1)[0][:, :2], level=0.95)
    assert 0 < result.alpha < 1
    assert (np.isnan(result.omega), result.omega_reason) == (True, "too_few_items")
    assert np.isnan(result.alpha_if_dropped).all()
    assert result.item_rest == pytest.approx([result.mean_inter_item] * 2)


def test_an_item_that_all_answer_alike():
    result = reliability(drawn(1)[0] * [1, 0, 1, 1] + 3, level=0.95)
    assert np.isnan([result.omega, result.mean_inter_item, result.item_rest[1]]).all()
    assert result.omega_reason == "no_variation"
    assert np.isfinite([result.alpha, *result.alpha_if_dropped, *result.item_rest[[0, 2, 3]]]).all()


def test_items_that_are_one_item():
    result = reliability(drawn(1)[0][:, [0, 0, 0]], level=0.95)
    assert [result.alpha, result.alpha_low, result.alpha_high] == pytest.approx([1, 1, 1])
    assert (np.isnan(result.omega), result.omega_reason) == (True, "items_alike")


def test_items_that_cancel_when_one_is_dropped():
    first, second = drawn(1)[0][:, :2].T
    result = reliability(np.column_stack([first, -first, second]), level=0.95)
    assert np.isnan([result.alpha_if_dropped[2], result.item_rest[2]]).all()
    assert np.isfinite(result.alpha_if_dropped[:2]).all()


ITEMS = drawn(1)[0]


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (ITEMS[:, :1], "too_few_items"),
        (ITEMS[:, :0], "too_few_items"),
        (ITEMS[:0], "too_few_people"),
        (ITEMS[:1], "too_few_people"),
        (ITEMS * [1, 1, np.nan, 1], "too_few_people"),
        (ITEMS * 0 + 0.1, "no_variation"),
        (np.column_stack([ITEMS[:, 0], -ITEMS[:, 0]]), "no_variation"),
    ],
)
def test_what_has_no_alpha(items, reason):
    with pytest.raises(NotEstimableError, match=rf"^{reason}$"):
        reliability(items, level=0.95)
