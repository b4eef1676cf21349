"""Mean change of people who met similarly often, in bands that tell of no few of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rm_research.panel import prepare_study
from rm_research.process import change_by_meetings

DEMO = "data/demo"


@pytest.fixture(scope="module")
def prepared(request):
    return prepare_study(request.config.rootpath / DEMO)


def bands(prepared, **changed) -> pd.DataFrame:
    """Bands of the leaders' inclusion, with columns of their Panel rows changed."""
    panel = prepared.panel[prepared.panel["role"] == "leader"].assign(**changed)
    altered = replace(prepared, panel=panel)
    return change_by_meetings(altered, prepared.cohorts, scale="inclusion", wave="post")


def people_of(prepared) -> pd.DataFrame:
    panel = prepared.panel
    mine = panel[panel["role"].eq("leader") & panel["scale"].eq("inclusion") & panel["arm"].eq("programme")]
    return mine.dropna(subset=["pre", "post"])


def test_each_band_is_the_mean_change_of_its_people(prepared):
    found, people = bands(prepared), people_of(prepared)
    assert len(found) == 3
    assert found["n_people"].sum() == len(people)
    for row in found.itertuples():
        changes = (people["post"] - people["pre"])[people["sessions"].between(row.low, row.high)].to_numpy(float)
        expected = stats.ttest_1samp(changes, 0).confidence_interval(0.95)
        assert row.n_people == len(changes)
        assert row.estimate == pytest.approx(changes.mean(), abs=1e-12)
        assert (row.ci_low, row.ci_high) == pytest.approx((expected.low, expected.high), abs=1e-10)


def test_bands_do_not_overlap(prepared):
    found = bands(prepared)
    assert (found["low"].iloc[1:].to_numpy() > found["high"].iloc[:-1].to_numpy()).all()


def test_halves_where_thirds_would_be_small(prepared):
    some = people_of(prepared).index[:24]
    panel = prepared.panel.loc[some].assign(sessions=pd.array([1] * 12 + [2] * 6 + [3] * 6, dtype="Int64"))
    altered = replace(prepared, panel=panel)
    found = change_by_meetings(altered, prepared.cohorts, scale="inclusion", wave="post")
    assert found[["low", "high", "n_people"]].to_numpy().tolist() == [[1, 1, 12], [2, 3, 12]]


def test_none_where_everyone_met_as_often(prepared):
    assert bands(prepared, sessions=pd.array([3] * int((prepared.panel["role"] == "leader").sum()), "Int64")).empty


@pytest.mark.parametrize(("unlogged", "seen"), [(0, True), (1, False), (9, False), (10, True)])
def test_none_where_few_people_are_in_no_band(prepared, unlogged, seen):
    sessions = prepared.panel.loc[prepared.panel["role"] == "leader", "sessions"].copy()
    sessions.loc[people_of(prepared).index[:unlogged]] = pd.NA
    assert bool(len(bands(prepared, sessions=sessions))) is seen


def test_the_comparison_has_none(prepared):

    assert set(bands(prepared)["arm"]) == {"programme"}


def test_none_where_changes_do_not_vary(prepared):
    assert bands(prepared, pre=1.0, post=np.float64(2.0)).empty
