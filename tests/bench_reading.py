"""
Read to Panel at 10,000, 100,000 and 1,000,000 people: `make bench`.

Each measurement is a process of its own, so that peak memory is that of one run. The files are two waves of 34 items
with labels as text, as survey platforms export them.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from rich.console import Console
from rich.table import Table

import rm_research as rm
from rm_research.panel.prepare import prepare_openly

SIZES = (10_000, 100_000, 1_000_000)
ITEMS, COHORT = 34, 50
LABELS = ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree")
WAVES = ("pre", "post")
SCALES = ("engagement", "inclusion", "adaptability", "safety")
STUDY = """title = "Many people"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = "cohort"
role = "role"
submitted = "submitted"
"""


def write_study(folder: Path, people: int) -> None:
    """Write a study of so many people who answer both waves, in another order each."""
    draws = np.random.default_rng(people)
    letters = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"))
    codes = draws.choice(letters, (people, 9)).view("U9").ravel()
    for wave in WAVES:
        order = draws.permutation(people)
        when = np.datetime64("2025-01-06T08:00:00") + draws.integers(0, 10**6, people).astype("timedelta64[s]")
        facts = {"code": codes[order], "cohort": np.char.add("cohort ", (order // COHORT).astype(str)),
                 "role": np.where(order % 2, "leader", "mentor"), "submitted": when}  # fmt: skip
        answers = {f"q{k}": pa.array(LABELS).take(pa.array(draws.integers(0, 5, people))) for k in range(ITEMS)}
        pa.csv.write_csv(pa.table(facts | answers), folder / f"{wave}.csv")
    scales = "".join(f"[scales.{scale}]\n" for scale in SCALES)
    labels = "".join(f'"{label}" = {value}\n' for value, label in enumerate(LABELS, start=1))
    (folder / "study.toml").write_text(f"{STUDY}{scales}[answers.agree5]\n{labels}", encoding="utf-8")
    rows = [f"q{k},{SCALES[k % len(SCALES)]},{'yes' if k % 5 == 0 else ''},1,5,agree5" for k in range(ITEMS)]
    (folder / "codebook.csv").write_text("item,scale,reverse,low,high,answers\n" + "\n".join(rows), encoding="utf-8")


def measure(folder: Path, what: str) -> dict[str, float]:
    """Seconds, processor seconds and peak memory (GB) of one way of reading, in this process."""
    study = rm.read_study(folder)
    started, busy = time.perf_counter(), time.process_time()
    if what == "panel":
        rows = len(prepare_openly(study).panel)
    else:
        rows = sum(len(pd.read_csv(folder / f"{wave}.csv")) for wave in WAVES)
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))[1]) / 1024**2
    return {"seconds": time.perf_counter() - started, "busy": time.process_time() - busy, "peak": peak, "rows": rows}


def measured(folder: Path, what: str) -> dict[str, float]:
    """Measure in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--measure", what, str(folder)], capture_output=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Print a table: reading to Panel beside pandas' own reading of the same files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(Path(given.measure[1]), given.measure[0])))
        return
    ways = [f"{way}, {unit}" for way in ("to Panel", "read_csv") for unit in ("s", "processor s", "GB")]
    table = Table("people", *ways, "processor ratio", title=f"Two waves, {ITEMS} items with labels")
    for people in given.sizes:
        with tempfile.TemporaryDirectory() as place:
            write_study(Path(place), people)
            ours, bare = (measured(Path(place), what) for what in ("panel", "read_csv"))
        cells = [f"{way[name]:.2f}" for way in (ours, bare) for name in ("seconds", "busy", "peak")]
        table.add_row(f"{people:,}", *cells, f"{ours['busy'] / bare['busy']:.1f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
