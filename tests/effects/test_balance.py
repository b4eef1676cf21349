"""assess_balance: the arms at the start."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from small_panels import drawn, panel_of, stack

from rm_research import assess_balance

NAN = float("nan")
COMPARED = 'comparison = "control"'


@pytest.fixture
def panel():
    programme = panel_of(*drawn(1), division=np.repeat(["A", "B"], 6))
    control = panel_of(*drawn(2), arm="control", division=np.repeat(["A", "B"], [4, 8]))
    return stack(programme, control)


def test_scores_of_everyone_with_one_before(panel, make_study):
    panel.loc[:3, "post"] = NAN  # they count all the same
    row = assess_balance(panel, study=make_study(COMPARED)).iloc[0]
    arms = [panel.loc[panel["arm"] == arm, "pre"] for arm in ("programme", "control")]
    assert row[["variable", "n", "n_comparison"]].tolist() == ["inclusion", 12, 12]
    assert row[["mean", "sd"]].tolist() == pytest.approx([arms[0].mean(), arms[0].std()])
    assert row[["mean_comparison", "sd_comparison"]].tolist() == pytest.approx([arms[1].mean(), arms[1].std()])
    welch = ttest_ind(*arms, equal_var=False).confidence_interval()  # arms of one size: HC2 and its df are Welch's
    assert row["difference"] == pytest.approx(arms[0].mean() - arms[1].mean())
    assert (row["ci_low"] + row["ci_high"]) / 2 == pytest.approx(row["difference"])
    assert row["ci_high"] - row["ci_low"] == pytest.approx(welch.high - welch.low, rel=0.05)


def test_entries_of_attributes_are_counted(panel, make_study):
    table = assess_balance(panel, study=make_study(COMPARED))
    counts = table.loc[table["variable"] == "division", ["entry", "n", "n_comparison"]].to_numpy().tolist()
    assert counts == [["A", 6, 4], ["B", 6, 8]]


def test_numbers_are_compared_as_numbers(panel, make_study):
    table = assess_balance(panel.assign(division=np.arange(24.0)), study=make_study(COMPARED))
    row = table[table["variable"] == "division"].iloc[0]
    assert row["difference"] == pytest.approx(-12)
    assert pd.isna(row["entry"])


def test_each_person_counts_once_whatever_waves_there_are(panel, make_study):
    table = assess_balance(stack(panel, panel.assign(wave="later")), study=make_study(COMPARED))
    assert table["variable"].tolist() == ["inclusion", "division", "division"]
    assert table.loc[0, "n"] == 12


def test_one_empty_arm_has_a_reason(panel, make_study):
    panel.loc[panel["arm"] == "control", "pre"] = NAN
    row = assess_balance(panel, study=make_study(COMPARED)).iloc[0]
    assert row["n_comparison"] == 0
    assert isinstance(row["reason"], str)


def test_no_comparison_no_rows(panel, make_study):
    assert assess_balance(panel, study=make_study()).empty
