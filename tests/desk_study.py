"""A small study as a researcher has it: two roles, a comparison, two cohorts, an attribute and two outcomes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rm_research.panel import Prepared, prepare_study

TOML = """title = "Desk & <study>"
outcomes = ["mood", "zeal"]
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
[attributes]
grade = "grade"
age = "age"
[scales.mood]
label = "Mood"
smallest_effect = 0.3
[scales.zeal]
label = "Zeal"
roles = ["leader"]
[design]
comparison = "waitlist"
assignment = "randomised"
unit = "dyad"
[reporting]
smallest_group = 3
"""
CODEBOOK = "item,scale,low,high\nm1,mood,1,5\nm2,mood,1,5\nz1,zeal,1,5\nz2,zeal,1,5\n"
HEADER = "code,cohort,role,arm,pair,grade,age,m1,m2,z1,z2"


def desk_study(folder: Path, *, cohorts: int = 2, dyads: int = 7, toml: str = TOML, codebook: str = CODEBOOK) -> Path:
    """Write the study: so many dyads in each arm of each cohort; the last dyad of each arm does not answer after."""
    folder.mkdir(parents=True, exist_ok=True)
    draws, rows = np.random.default_rng(5), {"pre": [HEADER], "post": [HEADER]}
    for cohort in ("Spring", "Autumn", "Winter")[:cohorts]:
        for arm, gain in (("programme", 1.0), ("waitlist", 0.2)):
            for at in range(dyads):
                for role in ("leader", "mentor"):
                    facts = f"{cohort[0]}{arm[0]}{role[0]}{at},{cohort},{role},{arm},{cohort[0]}{arm[0]}{at}"
                    facts += f",{'ABC'[at % 3]},{30 + at}"
                    usual = draws.normal(3, 0.8)
                    for wave, more in (("pre", 0.0), ("post", gain)):
                        answers = np.clip(np.rint(usual + more + draws.normal(0, 0.7, 4)), 1, 5).astype(int)
                        if wave == "pre" or at < dyads - 1:
                            rows[wave].append(f"{facts},{','.join(map(str, answers))}")
    contents: Mapping[str, Any] = {"study.toml": toml, "codebook.csv": codebook}
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    for wave, lines in rows.items():
        (folder / f"{wave}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def prepared_desk(folder: Path, **options: Any) -> Prepared:
    """The study, prepared."""
    return prepare_study(desk_study(folder, **options))
