"""A study made by hand of pairs whose meetings, goals, agreements and answers about these are known."""

from pathlib import Path

import numpy as np
import pandas as pd
from small_studies import as_csv

TOML = """title = "Pairs"
outcomes = ["inclusion"]
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
submitted = "when"
[roster]
file = "roster.csv"
[sessions]
file = "log.csv"
[goals]
file = "goals.csv"
low = -2
high = 2
[programme]
start = 2025-03-01
planned_meetings = 5
every_days = 30
planned_minutes = 60
agreed = { purpose = "purpose", confidentiality = "confidential" }
[scales.inclusion]
[scales.safety]
kind = "process"
label = "Safety"
[reporting]
smallest_group = 10
"""
CODEBOOK = """item,scale,low,high,pre,post
i1,inclusion,1,5,,
i2,inclusion,1,5,,
s1,safety,1,5,-,
s2,safety,1,5,-,
"""
SIDES = {"L": "leader", "M": "mentor"}


def process_files(n: int = 28, cohorts: int = 2, seed: int = 3, toml: str = TOML) -> dict[str, str]:
    """Files of n pairs; the pair at place k meets 3 to 5 times, a month apart, and every seventh never."""
    rng = np.random.default_rng(seed)
    usual = rng.normal(0, 1, n)
    people = [(f"{side}{k:03}", k, role) for k in range(n) for side, role in SIDES.items()]
    before = {code: np.clip(np.rint(3 + rng.normal(0, 1, 2)), 1, 5).astype(int) for code, *_ in people}
    safe = {code: np.clip(np.rint(3.4 + usual[k] + rng.normal(0, 0.7, 2)), 1, 5).astype(int) for code, k, _ in people}
    pre = [[code, "2025-03-01", *before[code]] for code, *_ in people]
    post = [[code, "2025-09-01", *np.clip(before[code] + rng.integers(0, 2, 2), 1, 5), *safe[code]]
            for code, *_ in people]  # fmt: skip
    roster = [[code, "AB"[k % cohorts], role, f"P{k:03}", "yes" if k % 5 else "no", "yes"] for code, k, role in people]
    log = [[f"P{k:03}", f"2025-{month + 3:02}-1{k % 5}", 45 if k % 2 else 60]
           for k in range(n) if k % 7 for month in range(3 + k % 3)]  # fmt: skip
    goals = [[f"P{k:03}", "2025-03-20", (k % 5) - 2] for k in range(n) for _ in range(1 + k % 2)]
    return {
        "study.toml": toml, "codebook.csv": CODEBOOK,
        "pre.csv": as_csv(["code", "when", "i1", "i2"], pre),
        "post.csv": as_csv(["code", "when", "i1", "i2", "s1", "s2"], post),
        "roster.csv": as_csv(["code", "cohort", "role", "dyad", "purpose", "confidential"], roster),
        "log.csv": as_csv(["dyad", "date", "minutes"], log),
        "goals.csv": as_csv(["dyad", "set_on", "attainment"], goals),
    }  # fmt: skip


def process_study(folder: Path, **options) -> Path:
    """Write such a study into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in process_files(**options).items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def edited(file, edit):
    """Change the rows of a file, given as a frame of texts."""

    def change(files):
        rows = pd.DataFrame([line.split(",") for line in files[file].splitlines()])
        rows = edit(rows.iloc[1:].set_axis(rows.iloc[0].tolist(), axis=1).reset_index(drop=True))
        return files | {file: rows.to_csv(index=False)}

    return change
