"""
Ratios measured in one run: `make bench`.

Seconds depend on the machine; the ratio to something everybody knows, measured beside it, says more.
"""

import io
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import statsmodels.api as sm
from matplotlib.figure import Figure
from rich.live import Live
from rich.table import Table

import rm_research as rm
from rm_research.disclosure.numbers import decide
from rm_research.findings.build import build_findings
from rm_research.findings.pictures import chart_style
from rm_research.panel.prepare import prepare_openly
from rm_research.reporting import apart
from rm_research.reporting.render import run_notebook, shipped_notebook
from rm_research.stats.mixed.inference import satterthwaite
from rm_research.stats.mixed.reml import fit_reml
from rm_research.stats.mixed.terms import Term
from rm_research.stats.regression import cr2, least_squares

COHORTS = (40,) * 50
DEMO = Path(__file__).parents[1] / "data" / "demo"
COMMAND = "from rm_research.cli import main; main()"
# what R took on a machine with two cores: lme4 with lmerTest, clubSandwich
R_LARGE_MIXED, R_SMALL_MIXED, R_CR2 = 3.4, 0.3, 7.2


def best_of(times: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Shortest of several runs, in seconds."""
    spent = []
    for _ in range(times):
        started = clock()
        work()
        spent.append(clock() - started)
    return min(spent)


def processor_time(script: str, *arguments: str) -> float:
    """Shortest of several runs of a script in Python of its own, in seconds of processor time."""
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", script, *arguments], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def importing(_: Path) -> tuple[str, float, float]:
    return "import rm_research / import pandas", processor_time("import rm_research"), processor_time("import pandas")


def asking_for_help(_: Path) -> tuple[str, float, float]:
    return "rm-research --help / import pandas", processor_time(COMMAND, "--help"), processor_time("import pandas")


def checking(_: Path) -> tuple[str, float, float]:
    ours = processor_time(COMMAND, "check", str(DEMO))
    return "rm-research check of the demo / import pandas", ours, processor_time("import pandas")


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
    can_fork, apart.CAN_FORK = apart.CAN_FORK, False
    try:
        ordinary = best_of(2, run)
    finally:
        apart.CAN_FORK = can_fork
    return "notebook in a warm kernel / in an ordinary one", warm, ordinary


def one_cohort(folder: Path) -> tuple[str, float, float]:
    """All estimates of a cohort's page: 50 dyads, two roles, three outcomes."""
    rm.simulate_study(folder / "one", cohorts=(50,))
    prepared = rm.prepare_study(folder / "one")
    bare = best_of(3, lambda: prepared.panel.groupby(["role", "arm", "scale"])["post"].describe())
    return "estimates of a cohort / describe()", best_of(3, lambda: decide(prepared)), bare


def mixed(cohorts: int) -> tuple[np.ndarray, np.ndarray, list[Term], np.ndarray]:
    """Two waves of 25 dyads a cohort: scores, design and nested terms; the programme is a cohort's."""
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(cohorts * 50), 2)
    dyad, cohort, wave = person // 2, person // 50, np.tile([0.0, 1.0], cohorts * 50)
    sizes = ((cohorts, 0.3, cohort), (cohorts * 25, 0.3, dyad), (cohorts * 50, 0.6, person))
    y = sum(rng.normal(0, spread, n)[codes] for n, spread, codes in sizes) + rng.normal(0, 0.5, len(person))
    X = np.column_stack([np.ones(len(y)), wave, cohort % 2, wave * (cohort % 2)])
    return y, X, [Term("cohort", cohort), Term("dyad", dyad), Term("person", person)], cohort


def large_mixed(_: Path) -> tuple[str, float, float]:
    y, X, terms, _cohort = mixed(400)
    ours = best_of(1, lambda: satterthwaite(fit_reml(y, X, terms), [0, 0, 0, 1], level=0.95))
    return "mixed model, 40,000 rows / lme4 and lmerTest, as noted", ours, R_LARGE_MIXED


def small_mixed(_: Path) -> tuple[str, float, float]:
    y, X, terms, _cohort = mixed(40)
    ours = best_of(3, lambda: satterthwaite(fit_reml(y, X, terms), [0, 0, 0, 1], level=0.95))
    return "mixed model, 4,000 rows / lme4 and lmerTest, as noted", ours, R_SMALL_MIXED


def beside_statsmodels(_: Path) -> tuple[str, float, float]:
    """What MixedLM can fit: people within cohorts as nested groups."""
    y, X, terms, cohort = mixed(40)
    nested = [terms[0], terms[2]]
    person = np.asarray(terms[2].groups)
    codes = {"person": "0 + C(person)"}
    frame = pd.DataFrame({"y": y, "person": person, "cohort": cohort, **{f"x{k}": X[:, k] for k in range(1, 4)}})
    model = sm.MixedLM.from_formula("y ~ x1 + x2 + x3", frame, groups="cohort", vc_formula=codes, re_formula="1")
    return (
        "mixed model, 4,000 rows / statsmodels MixedLM",
        best_of(3, lambda: fit_reml(y, X, nested)),
        best_of(1, model.fit),
    )


def clustered(_: Path) -> tuple[str, float, float]:
    rng = np.random.default_rng(0)
    cluster = rng.integers(0, 2000, 100_000)
    X = np.column_stack([np.ones(len(cluster)), cluster % 2, rng.normal(size=len(cluster))])
    fit = least_squares(X, rng.normal(size=len(cluster)) + rng.normal(size=2000)[cluster])
    ours = best_of(3, lambda: cr2(fit, cluster, 1, level=0.95))
    return "CR2 with df, 100,000 rows, 2,000 clusters / clubSandwich, as noted", ours, R_CR2


def specifying(folder: Path) -> tuple[str, float, float]:
    prepared = rm.prepare_study(folder / "one")
    found = rm.estimate_specifications(prepared)
    ours = best_of(2, lambda: rm.estimate_specifications(prepared)) * 500 / len(found)
    return "500 specifications / preparing the study once", ours, best_of(2, lambda: prepare_openly(prepared.study))


def planning(folder: Path) -> tuple[str, float, float]:
    study = rm.read_study(folder / "one")
    ours = best_of(1, lambda: rm.plan_study(study, n=30, simulations=1000))
    return "1,000 simulated studies / one plan in closed form", ours, best_of(3, lambda: rm.plan_study(study, n=30))


def charting(_: Path) -> tuple[str, float, float]:
    """
    All charts of a cohort's page as SVG, with their font, beside the same charts drawn by hand, without measuring.

    Both in processor time: no layout engine, axes at fixed places, text put where it belongs.
    """
    prepared = rm.prepare_study(DEMO)
    pictures = build_findings(prepared, cohort=prepared.cohorts[0]).pictures
    kinds = [picture.name.rsplit("-", 1)[-1] for picture in pictures]
    chart_style(pictures)
    ours = best_of(5, lambda: chart_style([replace(picture) for picture in pictures]), clock=time.process_time)
    bare = best_of(5, lambda: [by_hand(kind) for kind in kinds], clock=time.process_time)
    return "charts of a cohort's page / drawn by hand in matplotlib", ours, bare


def by_hand(kind: str) -> str:
    """
    SVG of a chart with as many marks and words as a page's: of changes with means below, of answers, of who answered.

    Nothing is measured, shortened or named for a page.
    """
    with plt.rc_context({"svg.fonttype": "none", "text.parse_math": False}):
        figure = Figure(figsize=(3.5, 3.5))
        if kind == "change":
            upper, lower = figure.add_axes((0.02, 0.5, 0.96, 0.48)), figure.add_axes((0.1, 0.1, 0.6, 0.35))
            for at, colour in enumerate(("#12436D", "#3D3D3D", "#801650")):
                upper.errorbar([0.2 + at / 10], [at], xerr=[[0.3], [0.3]], marker="o", color=colour, linewidth=2.4)
                upper.axvspan(-0.2, 0.2, at / 3 + 0.1, at / 3 + 0.2, facecolor="#E8E8E8", edgecolor="#767676")
                for x, text in (
                    (-0.4, "Programme, 18 who answered"),
                    (-0.4, "both times"),
                    (0.2, "+0.25 (0.02 to 0.47)"),
                ):
                    upper.text(x, at + 0.3, text)
            for mean, colour in ((3.5, "#12436D"), (3.4, "#3D3D3D")):
                lower.errorbar([0, 1], [mean, mean + 0.2], yerr=0.2, marker="o", color=colour)
                lower.text(-0.2, mean, "3.76", ha="right")
                lower.text(1.2, mean, "4.01 Programme")
            lower.set(
                ylim=(1, 5), xticks=[0, 1], xticklabels=["Before", "After"], yticks=range(1, 6), title="Mean score"
            )
            lower.grid(axis="y")
            upper.set_title("Change from before to after, and difference")
        else:
            ax = figure.add_axes((0.2, 0.1, 0.75, 0.8))
            groups, bars = (2, 2) if kind == "answers" else (4, 4)
            for group in range(groups):
                ax.text(0, group * (bars + 1) - 1, "Programme, 18 leaders")
                for bar in range(bars):
                    at = group * (bars + 1) + bar
                    lengths = [18, 12] if kind == "answers" else [18]
                    drawn = ax.barh([at] * len(lengths), lengths, left=[sum(lengths[:k]) for k in range(len(lengths))])
                    ax.bar_label(drawn, [f"{length}%" for length in lengths])
                    ax.text(-1, at, "Before", ha="right")
            ax.set_axis_off()
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg")
    return buffer.getvalue()


MEASURES = (
    importing, asking_for_help, checking, reading, estimating, one_cohort, large_mixed, small_mixed,
    beside_statsmodels, clustered, specifying, planning, charting, reporting,
)  # fmt: skip


def main() -> None:
    """Print a table of ratios."""
    table = Table("what", "seconds", "beside", "ratio", title=f"{sum(COHORTS)} dyads in {len(COHORTS)} cohorts")
    with tempfile.TemporaryDirectory() as place, Live(table):
        folder = Path(place) / "study"
        rm.simulate_study(folder, cohorts=COHORTS)
        for measure in MEASURES:
            name, ours, beside = measure(folder)
            table.add_row(name, f"{ours:.2f}", f"{beside:.2f}", f"{ours / beside:.2f}")


if __name__ == "__main__":
    main()
