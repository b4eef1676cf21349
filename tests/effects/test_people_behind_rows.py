"""No two numbers that are shown rest on people of whom few are in one alone: what they answered could be worked out."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from properties import examples
from small_panels import panel_of, stack, write_study

from rm_research.disclosure import disclose
from rm_research.effects import estimate_change, estimate_difference, estimate_dose, estimate_waves
from rm_research.effects.estimates import joined

SMALLEST = 4
WAVES = ("post", "later")
# people by what there is of them: scores before, after and at the later wave; and whether their dyad has a log
KINDS = {
    "all": (1, 1, 1, 1), "no log": (1, 1, 1, 0), "left": (1, 0, 0, 1), "left after post": (1, 1, 0, 1),
    "away at post": (1, 0, 1, 1), "came late": (0, 1, 1, 1), "came last": (0, 0, 1, 1),
}  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    design = 'comparison = "control"\nassignment = "randomised"'
    reporting = f"smallest_group = {SMALLEST}\n[missing]\nimputations = 2"
    return write_study(tmp_path_factory.mktemp("study"), design, reporting=reporting)


def panel_with(programme: dict[str, int], control: dict[str, int]) -> pd.DataFrame:
    """Panel of so many people of each kind in both arms, at both later waves."""
    draws, parts = np.random.default_rng(1), []
    for arm, counts in (("programme", programme), ("control", control)):
        there = np.array([KINDS[kind] for kind, n in counts.items() for _ in range(n)], dtype=bool)
        scores = draws.normal(3, 1, (len(there), 1)) + draws.normal(0, 0.5, (len(there), 3))
        pre, *after = np.where(there[:, :3], scores, np.nan).T
        met = pd.array(np.where(there[:, 3], draws.poisson(2, len(there)), -1), dtype="Int64")
        sessions = met.copy()
        sessions[met == -1] = pd.NA
        parts += [panel_of(pre, post, arm=arm, wave=wave, sessions=sessions if arm == "programme" else pd.NA)
                  for wave, post in zip(WAVES, after, strict=True)]  # fmt: skip
    return stack(*parts)


def behind(row: pd.Series, panel: pd.DataFrame) -> frozenset[str]:
    """People whose scores make a row, by the definition of its method."""
    at_wave = panel[panel["wave"] == row["wave"]]
    own = at_wave[at_wave["arm"] == row["arm"]] if row["contrast"] == "change" else at_wave
    paired = own[["pre", "post"]].notna().all(axis=1)
    everyone = {"jackknife", "likelihood", "imputed", "constrained_likelihood"}
    if row["method"] in everyone:
        who = own[own["pre"].notna()]
    elif row["method"] == "mixed_model":  # all waves and both arms, whatever it is that it tells of them
        who = panel[panel["pre"].notna() | panel["post"].notna()]
    elif row["method"] == "instrument":
        who = own[paired & (own["sessions"].notna() | own["arm"].eq("control"))]
    else:
        who = own[paired]
    return frozenset(who["person"])


few = st.integers(0, SMALLEST + 1)
arms = st.fixed_dictionaries({"all": st.integers(8, 10)}, optional=dict.fromkeys(list(KINDS)[1:], few))
WHOLE = {"all": 12}


@pytest.mark.slow
@given(programme=arms, control=arms)
@example(programme={"all": 10, "left": 2}, control=WHOLE)
@example(programme={"all": 10, "left": 5, "came late": 2}, control=WHOLE)
@example(programme={"all": 10, "no log": 2}, control=WHOLE)
@example(programme={"all": 10, "came last": 2}, control=WHOLE)
@example(programme=WHOLE, control={"all": 10, "left": 1})
@examples(6)
def test_numbers_that_are_shown_differ_by_nobody_or_by_many(study, programme, control):
    panel = panel_with(programme, control)
    verbs = (estimate_change, estimate_difference, estimate_waves, estimate_dose)
    table = disclose(joined([verb(panel, study=study) for verb in verbs]), study=study).table
    means = table[table["estimate"].notna() & table["measure"].eq("mean")]
    assert {"ancova"} < set(means["method"])
    assert {"jackknife", "paired_t"} & set(means["method"])
    for _, rows in means.groupby(["contrast", "arm", "wave"]):
        people = {row["method"]: behind(row, panel) for _, row in rows.iterrows()}
        for one, other in combinations(people, 2):
            apart = len(people[one] ^ people[other])
            assert not 0 < apart < SMALLEST, f"{one} and {other} differ by {apart}"
