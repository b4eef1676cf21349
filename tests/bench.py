"""
Ratios measured in one run: `make bench`.

Seconds depend on the machine; the ratio to something everybody knows, measured beside it, says more.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

import rm_research as rm
from rm_research.panel.prepare import prepare_openly
from rm_research.reporting import kernels
from rm_research.reporting.render import run_notebook, shipped_notebook

COHORTS = (40,) * 50


def best_of(times: int, work: Callable[[], object]) -> float:
    """Shortest of several runs, in seconds."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return min(spent)


def reading(folder: Path) -> tuple[str, float, float]:
    study = rm.read_study(folder)
    files = [folder / name for name in ("pre.csv", "post.csv")]
    bare = best_of(3, lambda: [pd.read_csv(file, skiprows=[1, 2]) for file in files])
    return "exports to Panel / pandas.read_csv", best_of(3, lambda: prepare_openly(study)), bare


def estimating(folder: Path) -> tuple[str, float, float]:
    study = rm.read_study(folder)
    panel = rm.prepare_study(study).panel
    groups = panel.groupby(["cohort", "role", "arm", "scale"])
    bare = best_of(3, lambda: [rows["post"].sub(rows["pre"]).describe() for _, rows in groups])
    ours = best_of(3, lambda: (rm.estimate_change(panel, study=study), rm.estimate_difference(panel, study=study)))
    return "all estimates / describe() of each group", ours, bare


def reporting(folder: Path) -> tuple[str, float, float]:
    rm.prepare_study(folder)
    cohort = rm.prepare_study(folder).cohorts[0]
    parameters = {"study": folder.name, "cohort": cohort}
    notebook = shipped_notebook("cohort_findings")

    def run() -> object:
        return run_notebook(notebook, parameters, folder=folder.parent)

    run()  # the fork server starts once
    warm = best_of(3, run)
    can_fork, kernels.CAN_FORK = kernels.CAN_FORK, False
    try:
        ordinary = best_of(2, run)
    finally:
        kernels.CAN_FORK = can_fork
    return "notebook in a warm kernel / in an ordinary one", warm, ordinary


def main() -> None:
    """Print a table of ratios."""
    table = Table("what", "seconds", "beside", "ratio", title=f"{sum(COHORTS)} dyads in {len(COHORTS)} cohorts")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        rm.simulate_study(folder, cohorts=COHORTS)
        for measure in (reading, estimating, reporting):
            name, ours, beside = measure(folder)
            table.add_row(name, f"{ours:.2f}", f"{beside:.2f}", f"{ours / beside:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
