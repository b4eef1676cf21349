"""Small studies and Panels for the tests of the estimates, and R's results."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rm_research.frames import PANEL
from rm_research.study import Study, read_study

REFERENCE = Path(__file__).parents[1] / "reference"

STUDY = """
title = "A small study"
outcomes = ["inclusion", "engagement"]
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[waves.later]
file = "later.csv"
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


def write_study(folder: Path, design: str = "", link: str = "", reporting: str = "") -> Study:
    """Write a study folder with these lines under [design], [link] and [reporting], and read it."""
    (folder / "study.toml").write_text(STUDY.format(design=design, link=link, reporting=reporting))
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


def only(estimates, method: str) -> pd.Series:
    """Return the one row of a method."""
    table = estimates.to_frame()
    (place,) = table.index[table["method"] == method]
    return table.loc[place]


def golden(name: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """Read R's results and their data."""
    results = json.loads((REFERENCE / f"{name}.json").read_text())["results"]
    return results, pd.read_csv(REFERENCE / f"{name}.csv")
