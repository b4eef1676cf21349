"""estimate_programme: pooled rows against metafor, what is pooled with what, and what cannot be pooled."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rm_research.effects import Estimates
from rm_research.errors import FrameError
from rm_research.frames import DETAILS, ESTIMATES
from rm_research.stats.power import detectable
from rm_research.study import read_study
from rm_research.synthesis import estimate_programme

REFERENCE = Path(__file__).parent / "reference"
STUDY = """
title = "A small study"
outcomes = ["inclusion", "engagement"]
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
arm = "arm"
[scales.inclusion]
[scales.engagement]
[scales.mood]
[design]
comparison = "control"
"""
CODEBOOK = "item,scale\na,inclusion\nb,engagement\nc,mood\n"


@pytest.fixture
def make_study(tmp_path):
    def make(further: str = ""):
        (tmp_path / "study.toml").write_text(STUDY + further)
        (tmp_path / "codebook.csv").write_text(CODEBOOK)
        return read_study(tmp_path)

    return make


def cohort_rows(estimates, std_errors, **columns) -> pd.DataFrame:
    """Headline rows of as many cohorts."""
    usual = {
        "role": "leader", "arm": "programme", "subgroup": "everyone", "scale": "inclusion", "wave": "post",
        "contrast": "change", "measure": "mean", "method": "paired_t", "n_pre": 12, "n_post": 10, "n_pairs": 9,
    }  # fmt: skip
    rows = pd.DataFrame({"estimate": np.array(estimates, float), "std_error": np.array(std_errors, float)})
    rows["cohort"] = [f"cohort {place}" for place in range(len(rows))]
    rows = rows.assign(**{**usual, **columns})
    rows["id"] = rows[["contrast", "method", "cohort", "role", "arm", "scale", "wave"]].agg(":".join, axis=1)
    return rows


def as_estimates(*rows: pd.DataFrame) -> Estimates:
    return Estimates(ESTIMATES.conform(pd.concat(rows, ignore_index=True)), DETAILS.empty())


@pytest.mark.parametrize(
    ("name", "part"), [("meta_bcg", None), ("meta_normand1999", "all"), ("meta_normand1999", "first3")]
)
def test_row_equals_metafor(name, part, make_study):
    results = json.loads((REFERENCE / f"{name}.json").read_text())["results"]
    r = (results[part] if part else results)["REML_HKSJ_adhoc"]
    data = pd.read_csv(REFERENCE / f"{name}.csv").iloc[: r["k"]]
    pooled = estimate_programme(as_estimates(cohort_rows(data["yi"], np.sqrt(data["vi"]))), study=make_study())
    row = pooled.to_frame().loc[0]
    assert len(pooled) == 1
    ours = row[["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]].astype(float).tolist()
    assert ours == pytest.approx([r["mu"], r["se"], r["k"] - 1, r["stat"], r["p"], *r["ci95"]], rel=1e-6, abs=0)
    quantities = {"tau2": r["tau2"], "i2": r["I2"] / 100, "q": r["Q"], "q_p": r["Qp"],
                  "prediction_low": r["pi95_HTS_t_km2"][0], "prediction_high": r["pi95_HTS_t_km2"][1]}  # fmt: skip
    for quantity, value in quantities.items():
        assert pooled.detail(row["id"], quantity) == pytest.approx(value, rel=1e-6, abs=0), quantity
    facts = {"id": "pooled_change:mean:reml_hk:all cohorts:leader:programme:inclusion:post", "cohort": "all cohorts",
             "role": "leader", "arm": "programme", "subgroup": "everyone", "scale": "inclusion", "wave": "post",
             "contrast": "pooled_change", "measure": "mean", "method": "reml_hk", "planned": True,
             "n_pre": 12 * r["k"], "n_post": 10 * r["k"], "n_pairs": 9 * r["k"], "n_clusters": r["k"]}  # fmt: skip
    assert row[list(facts)].to_dict() == facts
    assert row[["n_comparison", "reason"]].isna().all()
    assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.95)
    assert row["p_adjusted"] == row["p_value"]


def test_only_rows_of_one_kind_are_pooled(make_study):
    parts = [
        cohort_rows([0.1, 0.3], [0.1, 0.2], role=role, arm=arm, scale=scale)
        for role in ("leader", "mentor")
        for arm in ("programme", "control")
        for scale in ("inclusion", "mood")
    ]
    differences = cohort_rows([0.1, 0.2], [0.1, 0.1], contrast="difference", method="ancova", n_comparison=7)
    beside = cohort_rows([9, 9], [1, 1], method="hodges_lehmann", measure="median")
    lord = cohort_rows([9, 9], [1, 1], contrast="difference", method="change_score", n_comparison=7)
    table = estimate_programme(as_estimates(*parts, differences, beside, lord), study=make_study()).to_frame()
    assert table["contrast"].value_counts().to_dict() == {"pooled_change": 8, "pooled_difference": 1}
    assert (table["estimate"] < 1).all()
    difference = table[table["contrast"] == "pooled_difference"].iloc[0]
    assert (difference["n_comparison"], difference["n_clusters"]) == (14, 2)
    assert table.loc[table["contrast"] == "pooled_change", "n_comparison"].isna().all()


def test_the_programme_is_a_family_of_its_own(make_study):
    parts = [cohort_rows([size, size + 0.1], [0.1, 0.1], scale=scale, p_value=0.04, p_adjusted=0.08)
             for size, scale in ((0.1, "inclusion"), (0.5, "engagement"), (0.3, "mood"))]  # fmt: skip
    table = estimate_programme(as_estimates(*parts), study=make_study()).to_frame().set_index("scale")
    first, second = sorted(table.loc[["inclusion", "engagement"], "p_value"])
    holm = sorted(table.loc[["inclusion", "engagement"], "p_adjusted"])
    assert holm == pytest.approx([min(1, 2 * first), min(1, max(2 * first, second))])
    assert table.loc["mood", "p_adjusted"] == table.loc["mood", "p_value"]
    assert table["planned"].tolist() == [True, True, False]


def test_cohorts_without_an_estimate_are_left_out_and_not_counted(make_study):
    lacking = cohort_rows([np.nan], [np.nan], reason="too_few_pairs").assign(cohort="small", id="small")
    rows = cohort_rows([0.1, 0.3, 0.2], [0.1, 0.2, 0.1])
    with_it, without = (estimate_programme(as_estimates(*parts), study=make_study()).to_frame().loc[0]
                        for parts in ((rows, lacking), (rows,)))  # fmt: skip
    assert (with_it["n_clusters"], with_it["n_pairs"]) == (3, 27)
    assert with_it.equals(without)


@pytest.mark.parametrize(("estimates", "n_clusters"), [([0.2], 1), ([np.nan], 0)])
def test_one_cohort_is_no_average(estimates, n_clusters, make_study):
    table = estimate_programme(as_estimates(cohort_rows(estimates, [0.1])), study=make_study()).to_frame()
    assert table["reason"].tolist() == ["too_few_cohorts"]
    assert table["n_clusters"].tolist() == [n_clusters]
    assert table[["estimate", "std_error", "p_value", "p_adjusted", "detectable"]].isna().all(axis=None)


def test_two_cohorts_have_no_prediction_interval(make_study):
    pooled = estimate_programme(as_estimates(cohort_rows([0.1, 0.5], [0.1, 0.1])), study=make_study())
    place = pooled.table["id"][0]
    assert np.isnan([pooled.detail(place, "prediction_low"), pooled.detail(place, "prediction_high")]).all()
    assert pooled.table["df"][0] == 1


def test_differences_from_a_shared_comparison_are_not_pooled(make_study):
    study = make_study('comparison_scope = "shared"\n')
    differences = cohort_rows([0.1, 0.2], [0.1, 0.1], contrast="difference", method="ancova", n_comparison=7)
    changes = cohort_rows([0.1, 0.2], [0.1, 0.1])
    table = estimate_programme(as_estimates(differences, changes), study=study).to_frame().set_index("contrast")
    assert table["reason"].to_dict()["pooled_difference"] == "shared_comparison"
    assert table.loc["pooled_change", "estimate"] == pytest.approx(0.15)


def test_unlinked_cohorts_are_pooled_too(make_study):
    rows = cohort_rows([0.1, 0.5], [0.1, 0.1], method="welch")
    assert estimate_programme(as_estimates(rows), study=make_study()).to_frame()["estimate"].tolist() == pytest.approx(
        [0.3]
    )


def test_nothing_to_pool(make_study):
    nothing = Estimates(ESTIMATES.empty(), DETAILS.empty())
    assert len(estimate_programme(nothing, study=make_study())) == 0
    with pytest.raises(FrameError, match=r"estimate_programme needs Estimates.* std_error"):
        estimate_programme(Estimates(ESTIMATES.empty().drop(columns="std_error"), DETAILS.empty()), study=make_study())
