"""A classroom-randomised trial of children: what the toolkit estimates against statsmodels on the raw file."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from real_studies import DATA, copied, needs_data
from scipy import stats

from rm_research.checks import check_study
from rm_research.effects import estimate_difference
from rm_research.panel.prepare import prepare_openly
from rm_research.study import read_study

pytestmark = needs_data
COLUMNS = {
    "arithmetic": "arithmeticTotal", "calculation": "woodcockTotal", "place_value": "pvAvg", "reasoning": "ravens",
    "spatial_memory": "swm", "inhibition": "gonogo",
}  # fmt: skip
GRADES = {"first grade": (35, 26), "second grade": (59, 44)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return copied("mental_abacus", tmp_path_factory.mktemp("abacus") / "study")


@pytest.fixture(scope="module")
def prepared(folder):
    return prepare_openly(read_study(folder, allow_outside=True))


@pytest.fixture(scope="module")
def raw():
    """Children in rows, both years of each test beside each other."""
    rows = pd.read_csv(DATA / "mental-abacus" / "mental_abacus_data.csv")
    wide = rows.pivot(index=["subid", "class_num", "grade", "group"], columns="year")
    wide.columns = [f"{test}_{ {2015: 'pre', 2016: 'post'}[year] }" for test, year in wide.columns]
    return wide.reset_index()


def by_statsmodels(raw, grade, test):
    """
    ANCOVA of one grade, its standard error corrected for few classes.

    Residuals of a class are divided by the square root of I minus its block of the hat matrix (Bell & McCaffrey 2002),
    and a moment match gives the degrees of freedom.
    """
    rows = raw[raw["grade"] == grade].dropna(subset=[f"{test}_pre", f"{test}_post"])
    fit = smf.ols(f"{test}_post ~ {test}_pre + C(group, Treatment('CNTL'))", rows).fit()
    X, residuals = fit.model.exog, fit.resid.to_numpy()
    column = next(place for place, name in enumerate(fit.model.exog_names) if name.endswith("[T.MA]"))
    bread = np.linalg.inv(X.T @ X)
    rest = np.eye(len(X)) - X @ bread @ X.T
    weights = []
    for name in rows["class_num"].unique():
        own = (rows["class_num"] == name).to_numpy()
        roots, vectors = np.linalg.eigh(rest[np.ix_(own, own)])
        inverse = np.where(roots > 1e-10, roots, np.inf) ** -0.5
        weight = np.zeros(len(X))
        weight[own] = (vectors * inverse) @ vectors.T @ X[own] @ bread[column]
        weights.append(weight)
    spread = np.array(weights) @ rest @ np.array(weights).T
    std_error, df = np.sqrt(np.sum((np.array(weights) @ residuals) ** 2)), np.trace(spread) ** 2 / np.sum(spread**2)
    estimate, half = fit.params.iloc[column], stats.t.ppf(0.975, df) * std_error
    n = rows["group"].value_counts()
    return {"estimate": estimate, "std_error": std_error, "df": df, "ci_low": estimate - half,
            "ci_high": estimate + half, "n_pairs": n["MA"], "n_comparison": n["CNTL"],
            "n_clusters": rows["class_num"].nunique()}  # fmt: skip


def test_study_files_are_accepted_without_a_remark(folder):
    assert check_study(read_study(folder, allow_outside=True)).table.empty


@pytest.mark.parametrize("grade", GRADES)
def test_every_child_is_met_twice_in_the_arm_of_their_class(prepared, raw, grade):
    people = prepared.people[prepared.people["cohort"] == grade]
    arms = people["arm"].value_counts()
    assert (arms["programme"], arms["control"]) == GRADES[grade]
    assert people.groupby("cluster")["arm"].nunique().eq(1).all()
    assert people["cluster"].nunique() == raw.loc[raw["grade"] == grade, "class_num"].nunique()


@pytest.mark.quick(6)
@pytest.mark.parametrize("grade", GRADES)
@pytest.mark.parametrize("scale", COLUMNS)
def test_differences_are_those_of_statsmodels(prepared, raw, grade, scale):
    table = estimate_difference(prepared.panel, study=prepared.study).table
    rows = table[(table["cohort"] == grade) & (table["scale"] == scale) & (table["method"] == "ancova")]
    row = rows.iloc[0]
    expected = by_statsmodels(raw, grade, COLUMNS[scale])
    assert len(rows) == 1
    # both solve the same few equations: what is left is rounding
    assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-8)


def test_mean_change_is_that_of_the_raw_file(prepared, raw):
    panel = prepared.panel[(prepared.panel["scale"] == "arithmetic") & (prepared.panel["arm"] == "programme")]
    ours = (panel["post"] - panel["pre"]).groupby(panel["cohort"]).mean()
    programme = raw[raw["group"] == "MA"]
    theirs = (programme["arithmeticTotal_post"] - programme["arithmeticTotal_pre"]).groupby(programme["grade"]).mean()
    assert ours.to_dict() == pytest.approx(theirs.to_dict())
