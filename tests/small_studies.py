"""Small study folders made of drawn answers, and Panels of a few rows, for tests of what is made of estimates."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rm_research.frames import DETAILS, ESTIMATES
from rm_research.study import Study, read_study

TOML = """title = "A small study"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = "cohort"
role = "role"
arm = "arm"
dyad = "pair"
submitted = "when"
[scales.mood]
label = "Mood"
smallest_effect = 0.3
"""
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nm3,mood,1,5\n"
COLUMNS = ("code", "cohort", "role", "arm", "pair", "when", "m1", "m2", "m3")


@dataclass(frozen=True)
class Group:
    """People of one cohort, role and arm; the last `left` of them do not answer after, the last `late` only then."""

    cohort: str = "Spring"
    n: int = 12
    role: str = ""
    arm: str = ""
    gain: float = 0.5
    left: int = 0
    late: int = 0


def small_study(folder: Path, *groups: Group, toml: str = TOML, files: Mapping[str, str] | None = None) -> Path:
    """Write a study folder: three items a person and wave, equal groups giving equal files."""
    folder.mkdir(parents=True, exist_ok=True)
    waves: dict[str, list[list[Any]]] = {"pre": [], "post": []}
    for place, group in enumerate(groups):
        draws = np.random.default_rng(place)
        for person in range(group.n):
            usual = draws.normal(3, 0.7)
            facts = [f"P{place}-{person}", group.cohort, group.role, group.arm, f"D{place}-{person}"]
            for wave, gain in (("pre", 0.0), ("post", group.gain)):
                answers = np.clip(np.rint(usual + gain + draws.normal(0, 0.7, 3)), 1, 5).astype(int)
                waves[wave].append([*facts, {"pre": "2025-03-03", "post": "2025-09-08"}[wave], *answers])
        waves["post"][len(waves["post"]) - group.left :] = []
        waves["pre"][len(waves["pre"]) - group.late :] = []
    contents = {"study.toml": toml, "codebook.csv": CODEBOOK}
    contents |= {f"{wave}.csv": as_csv(COLUMNS, rows) for wave, rows in waves.items()}
    for name, content in (contents | dict(files or {})).items():
        (folder / name).write_text(content, encoding="utf-8", newline="")
    return folder


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue()


STUDY = """title = "Rows"
outcomes = ["mood"]
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = "cohort"
role = "role"
arm = "arm"
[scales.mood]
better = "{better}"
{smallest}
[scales.zeal]
[link]
method = "{link}"
[design]
{design}
[reporting]
smallest_group = 10
"""


def study_of(
    folder: Path, *, design: str = "", better: str = "higher", smallest_effect: float | None = 0.3, link: str = "exact"
) -> Study:
    """Write and read a study of two scales without data."""
    smallest = "" if smallest_effect is None else f"smallest_effect = {smallest_effect}"
    (folder / "study.toml").write_text(STUDY.format(design=design, better=better, smallest=smallest, link=link))
    (folder / "codebook.csv").write_text("item,scale,low,high\na,mood,1,5\nb,zeal,1,5\n")
    return read_study(folder)


RANDOMISED = 'comparison = "waitlist"\nassignment = "randomised"'


def row_of(**columns: Any) -> dict[str, Any]:
    """One row of Estimates: a change of twelve leaders, unless told otherwise."""
    usual = {"cohort": "one", "role": "leader", "arm": "programme", "subgroup": "everyone", "scale": "mood",
             "wave": "post", "contrast": "change", "measure": "mean", "method": "jackknife", "estimate": 0.5,
             "std_error": 0.0908, "df": 11.0, "statistic": 5.0, "p_value": 0.001, "ci_low": 0.3, "ci_high": 0.7,
             "n_pre": 12, "n_post": 12, "n_pairs": 12, "detectable": 0.3, "planned": True}  # fmt: skip
    row = usual | columns
    keys = ("contrast", "measure", "method", "cohort", "role", "arm", "scale", "wave")
    name = ":".join(str(row[key]) for key in keys)
    return {"id": name} | row


def table_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return ESTIMATES.conform(pd.DataFrame(list(rows)))


def details_of(*details: tuple[str, str, float]) -> pd.DataFrame:
    return DETAILS.conform(pd.DataFrame(list(details), columns=list(DETAILS.columns)))
