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
from rm_research.effects.estimates import headlines, joined
from rm_research.panel.prepare import prepare_openly

SEEDS = range(120)
METHODS = ("jackknife", "ancova", "people", "people_both")
KINDS = ("change", "difference", "pooled_change", "pooled_difference")


def held(seed: int) -> Counter[tuple[str, str, bool]]:
    """How many headline intervals of one seed hold the truth about these very people, and about all such people."""
    with TemporaryDirectory() as folder:
        rm.simulate_study(folder, seed=seed, dirt=False)
        prepared = prepare_openly(rm.read_study(folder))
        truth = json.loads((Path(folder) / "truth.json").read_text())
    study, panel = prepared.study, prepared.panel
    cohorts = joined([rm.estimate_change(panel, study=study), rm.estimate_difference(panel, study=study)])
    shown = poolable(cohorts, study=study)
    pooled, averaged = (
        rm.estimate_programme(shown, study=study),
        shown.table[headlines(shown.table)].dropna(subset="std_error"),
    )
    table = joined([cohorts, pooled]).to_frame()
    table = table[table["method"].isin(METHODS) & table["ci_low"].notna()]
    population = {(row["scale"], row["role"]): row for row in truth["population"]["scales"]}
    of_these = {("change", *(row[key] for key in ("cohort", "arm", "role", "scale"))): row["mean_change"]
                for row in truth["changes"]}  # fmt: skip
    of_these |= {("difference", row["cohort"], "programme", row["role"], row["scale"]): row["effect"]
                 for row in truth["differences"]}  # fmt: skip
    counted: Counter[tuple[str, str, bool]] = Counter()
    for _, row in table[table["contrast"].isin(KINDS)].iterrows():
        kind = row["contrast"].removeprefix("pooled_")
        of_all, question = population[row["scale"], row["role"]], (row["arm"], row["role"], row["scale"])
        if kind == row["contrast"]:
            truths = {"all": of_all["effect"] if kind == "difference" else of_all[f"mean_change_{row['arm']}"],
                      "these": of_these[(kind, row["cohort"], *question)]}  # fmt: skip
        else:  # an average over people is about these cohorts
            n = "n_pre" if row["method"] == "people" and kind == "change" else "n_pairs"
            parts = averaged[
                averaged["contrast"].eq(kind) & averaged[["arm", "role", "scale"]].eq(list(question)).all(axis=1)
            ]
            truths = {"these": np.average([of_these[(kind, name, *question)] for name in parts["cohort"]],
                                          weights=parts[n].astype(float))}  # fmt: skip
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
    for kind, whom in [(kind, "all") for kind in KINDS if not kind.startswith("pooled")] + [
        (kind, "these") for kind in KINDS
    ]:
        yes, no = counted[kind, whom, True], counted[kind, whom, False]
        share, error = yes / (yes + no), np.sqrt(0.95 * 0.05 / (yes + no))
        assert yes + no > 500, (kind, whom)
        assert share >= 0.95 - 2 * error, (kind, whom, share)
        assert whom == "these" or share <= 0.98, (kind, whom, share)
