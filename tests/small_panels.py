"""Small studies and Panels for the tests of the estimates, and R's results."""

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import rm_research
from rm_research.frames import PANEL
from rm_research.stats.result import Result
from rm_research.study import Study, read_study

REFERENCE = Path(__file__).parent / "reference"
WORDED = set(tomllib.loads((Path(rm_research.__file__).parent / "catalogue" / "en.toml").read_text())["reason"])
NUMBERS = ["estimate", "std_error", "df", "statistic", "p_value", "ci_low", "ci_high"]

STUDY = """
title = "A small study"
outcomes = ["inclusion", "engagement"]
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[waves.later]
file = "later.csv"
{waves}
[columns]
person = "code"
cohort = "cohort"
role = "role"
dyad = "pair"
arm = "arm"
[attributes]
division = "division"
[scales.mood]
[scales.energy]
[scales.engagement]
[scales.inclusion]
{inclusion}
[scales.aftermath]
[link]
{link}
[design]
{design}
[reporting]
{reporting}
"""
CODEBOOK = """item,scale,pre
a,inclusion,
b,engagement,
c,mood,
d,energy,
e,aftermath,-
"""


def write_study(
    folder: Path, design: str = "", link: str = "", reporting: str = "", inclusion: str = "", waves: str = ""
) -> Study:
    """Write a study folder with these lines in their tables and these further waves, and read it."""
    lines = {"design": design, "link": link, "reporting": reporting, "inclusion": inclusion, "waves": waves}
    (folder / "study.toml").write_text(STUDY.format(**lines))
    (folder / "codebook.csv").write_text(CODEBOOK)
    return read_study(folder)


def panel_of(pre, post, **columns: Any) -> pd.DataFrame:
    """
    Make a Panel, one row a person, everyone a cluster of their own unless `cluster` is given.

    Other columns are one value for all or one a person; several such frames may be joined by `stack`.
    """
    n = len(pre)
    usual = {"cohort": "one", "role": "leader", "arm": "programme", "scale": "inclusion", "wave": "post"}
    rows = pd.DataFrame({"pre": np.array(pre, float), "post": np.array(post, float)}).assign(**{**usual, **columns})
    persons = [f"{arm}{place}" for place, arm in zip(range(n), rows["arm"], strict=True)]
    rows["person"] = columns.get("person", persons)
    rows["cluster"] = columns.get("cluster", rows["cohort"] + rows["person"])
    return PANEL.conform(rows)


def stack(*panels: pd.DataFrame) -> pd.DataFrame:
    return pd.concat(panels, ignore_index=True)


def drawn(seed: int, n: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Scores before and after of n people."""
    draws = np.random.default_rng(seed)
    pre = draws.normal(3, 1, n)
    return pre, 0.6 * pre + draws.normal(1.5, 0.8, n)


def only(estimates, method: str, measure: str = "mean", **place: str) -> pd.Series:
    """Return the one row of a method and measure, at a place where there are several."""
    table = estimates.to_frame()
    wanted = {"method": method, "measure": measure, **place}
    (at,) = table.index[(table[list(wanted)] == wanted).all(axis=1)]
    return table.loc[at]


def numbers_of(row: pd.Series) -> list[float]:
    """Estimate, standard error, degrees of freedom, statistic, p-value and interval of a row."""
    return row[NUMBERS].astype(float).tolist()


def numbers_in(result: Result) -> list[float]:
    """Return the same of what a function of stats gives."""
    return [float(getattr(result, name)) for name in NUMBERS]


def check_rows(estimates) -> None:
    """
    Every row has an estimate and a finite interval, or a reason that the catalogue words and nothing else.

    People who are all one cluster have an estimate and the reason why it has no interval.
    """
    table = estimates.to_frame()
    alone = table["reason"].eq("too_few_clusters") & table["estimate"].notna()
    assert table.loc[alone, ["std_error", "df", "p_value", "ci_low", "ci_high"]].isna().all(axis=None)
    table = table[~alone]
    empty = table["reason"].notna()
    assert not (set(table.loc[empty, "reason"]) - WORDED)
    assert table.loc[empty, [*NUMBERS, "p_adjusted", "detectable"]].isna().all(axis=None)
    assert not estimates.details["id"].isin(table.loc[empty, "id"]).any()
    assert np.isfinite(table.loc[~empty, "estimate"]).all()
    ends = table.loc[
        ~empty & ~table["method"].isin(["randomisation", "sign_flips"]), ["estimate", "ci_low", "ci_high"]
    ].to_numpy(float)
    assert np.isfinite(ends).all()
    assert (ends[:, 1] <= ends[:, 0] + 1e-12 * np.abs(ends[:, 0])).all()
    assert (ends[:, 0] <= ends[:, 2] + 1e-12 * np.abs(ends[:, 0])).all()


def same_rows(one, other, *, rel: float = 1e-9) -> None:
    """Both have the same rows in the same order, numbers equal but for rounding, and the same details."""
    pd.testing.assert_frame_equal(one.table, other.table, rtol=rel, atol=1e-12)
    mine, yours = (estimates.details.set_index(["id", "quantity"])["value"] for estimates in (one, other))
    assert set(mine.index) == set(yours.index)
    np.testing.assert_allclose(mine.to_numpy(), yours[mine.index].to_numpy(), rtol=rel, atol=1e-9)


def golden(name: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """Read R's results and their data."""
    results = json.loads((REFERENCE / f"{name}.json").read_text())["results"]
    return results, pd.read_csv(REFERENCE / f"{name}.csv")
