"""The truth of the demo study lies in its headline intervals as often as it should, over many seeds."""

import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import rm_research as rm
from rm_research.disclosure import poolable
from rm_research.effects.estimates import joined
from rm_research.panel.prepare import prepare_openly

SEEDS = range(200)
KINDS = ("change", "difference", "pooled_change", "pooled_difference")


def held(seed: int) -> Counter[tuple[str, str, bool]]:
    """How many headline intervals of one seed hold the truth about these very people, and about all such people."""
    with TemporaryDirectory() as folder:
        rm.simulate_study(folder, seed=seed, dirt=False)
        prepared = prepare_openly(rm.read_study(folder))
        truth = json.loads((Path(folder) / "truth.json").read_text())
    study, panel = prepared.study, prepared.panel
    cohorts = joined([rm.estimate_change(panel, study=study), rm.estimate_difference(panel, study=study)])
    pooled = rm.estimate_programme(poolable(cohorts, study=study), study=study)
    table = joined([cohorts, pooled]).to_frame()
    table = table[table["method"].isin(["jackknife", "ancova", "reml_hk"]) & table["estimate"].notna()]
    population = {(row["scale"], row["role"]): row for row in truth["population"]["scales"]}
    of_these = {("change", *(row[key] for key in ("cohort", "arm", "role", "scale"))): row["mean_change"]
                for row in truth["changes"]}  # fmt: skip
    of_these |= {("difference", row["cohort"], "programme", row["role"], row["scale"]): row["effect"]
                 for row in truth["differences"]}  # fmt: skip
    counted: Counter[tuple[str, str, bool]] = Counter()
    for _, row in table[table["contrast"].isin(KINDS)].iterrows():
        kind = row["contrast"].removeprefix("pooled_")
        of_all = population[row["scale"], row["role"]]
        truths = {"all": of_all["effect"] if kind == "difference" else of_all[f"mean_change_{row['arm']}"]}
        if kind == row["contrast"]:
            truths["these"] = of_these[kind, row["cohort"], row["arm"], row["role"], row["scale"]]
        for whom, value in truths.items():
            counted[row["contrast"], whom, bool(row["ci_low"] <= value <= row["ci_high"])] += 1
    return counted


@pytest.fixture(scope="module")
def counted() -> Counter[tuple[str, str, bool]]:
    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
        return sum(pool.map(held, SEEDS), Counter())


# one test, so that no two processes simulate the same studies
@pytest.mark.slow
def test_headline_intervals_hold_the_truth(counted):
    """Of all such people as often as the level says; of these very people, who are a sample of them, more often."""
    for kind, whom in [(kind, "all") for kind in KINDS] + [("change", "these"), ("difference", "these")]:
        yes, no = counted[kind, whom, True], counted[kind, whom, False]
        share, error = yes / (yes + no), np.sqrt(0.95 * 0.05 / (yes + no))
        assert yes + no > 500, (kind, whom)
        assert share >= 0.95 - 2 * error, (kind, whom, share)
        assert whom == "these" or kind.startswith("pooled") or share <= 0.98, (kind, whom, share)
