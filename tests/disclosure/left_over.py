"""How much of a page is left, over drawn studies of several designs: what secrecy costs."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from small_studies import TOML, Group, small_study

from rm_research.disclosure.numbers import decide
from rm_research.panel import prepare_study

ROLES = ("leader", "mentor")
SINGLE = TOML + "[reporting]\nsmallest_group = 10\n"
COMPARED = SINGLE + '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n'


class Design(NamedTuple):
    """Cohorts of so many dyads in the programme and waiting, of whom each person leaves by chance, or some do."""

    cohorts: int
    programme: int
    waiting: int = 0
    lost: float = 0.0
    most_left: int = 0


DESIGNS = {
    "12 dyads, 0 to 4 left": Design(1, 12, most_left=4),
    "6 cohorts of 8": Design(6, 8, lost=0.1),
    "4 cohorts of 12": Design(4, 12, lost=0.1),
    "12 and 8 waiting": Design(1, 12, 8),
    "6 cohorts of 20 and 14, a fifth lost": Design(6, 20, 14, lost=0.2),
}


def shares(design: Design, seeds: range) -> dict[str, float]:
    """Share of pages with any result, of changes and differences by role, and of averages that are shown."""
    counted: Counter[tuple[str, bool]] = Counter()
    for seed in seeds:
        with TemporaryDirectory() as folder:
            numbers = decide(prepare_study(_drawn(Path(folder), design, seed)))
        rows = [row for row in numbers.headline_rows if row.contrast in ("change", "difference")]
        rows = [row for row in rows if " + " not in row.cohort and row.arm == "programme"]
        for cohort in {row.cohort for row in rows}:
            counted["page", any(row.is_known for row in rows if row.cohort == cohort)] += 1
        for row in rows:
            if " + " not in row.role:
                counted[row.contrast, row.is_known] += 1
        for row in numbers.headline_rows:
            if row.is_pooled and design.cohorts > 1:
                counted["average", row.is_known] += 1
    kinds = {kind for kind, _ in counted}
    return {kind: counted[kind, True] / (counted[kind, True] + counted[kind, False]) for kind in sorted(kinds)}


def _drawn(folder: Path, design: Design, seed: int) -> Path:
    draws, groups = np.random.default_rng(seed), []
    for cohort in range(design.cohorts):
        for arm, n in (("programme", design.programme), ("waitlist", design.waiting)):
            for role in ROLES:
                left = int(draws.integers(0, design.most_left + 1)) + int(draws.binomial(n, design.lost)) if n else 0
                groups += [Group(f"c{cohort}", n, role, arm=arm if design.waiting else "", left=left)] if n else []
    return small_study(folder / "study", *groups, toml=COMPARED if design.waiting else SINGLE)
