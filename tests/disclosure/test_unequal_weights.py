"""Numbers that weigh people by what everybody knows of them: how often they met, with whom they share a cluster."""

import numpy as np
import pandas as pd
import pytest
from rendered_demo import DEMO
from small_studies import TOML, Group, small_study

from rm_research.disclosure.answers import own_answers
from rm_research.disclosure.numbers import decide
from rm_research.panel import prepare_study

SMALLEST = "[reporting]\nsmallest_group = 10\n"
LOGGED = TOML + '[sessions]\nfile = "sessions.csv"\n' + SMALLEST
BY_LOT = LOGGED + '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n'


def met(folder, groups, often, toml=LOGGED):
    """A study in which the people of the first group met so often."""
    study = small_study(folder, *groups, toml=toml)
    rows = [(f"D0-{person}", f"2025-{4 + at % 5:02}-{1 + at:02}") for person, n in enumerate(often) for at in range(n)]
    pd.DataFrame(rows, columns=["pair", "date"]).to_csv(study / "sessions.csv", index=False)
    return decide(prepare_study(study))


def is_shown(numbers, **key) -> list[bool]:
    rows = numbers.table
    for name, value in key.items():
        rows = rows[rows[name].eq(value)]
    assert len(rows)
    return rows["estimate"].notna().tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("often", "shown"),
    [
        ([12, 3, *[2] * 28], False),  # nearly all met as often
        ([*[2] * 15, *[5] * 15], True),
        ([25, *[2, 3] * 14, 2], False),  # one decides
        ([*[2] * 11, *[6] * 10, 13], False),
        ([*range(1, 16)] * 2, True),
    ],
)
def test_a_slope_of_meetings_rests_on_many_who_met_otherwise(tmp_path, often, shown):
    assert is_shown(met(tmp_path, [Group(n=len(often))], often), contrast="dose") == [shown]


@pytest.mark.slow
@pytest.mark.parametrize(("absent", "shown"), [(1, False), (9, False), (10, True)])
def test_the_effect_of_attending_names_who_met_at_least_once(tmp_path, absent, shown):
    groups = [Group(n=24, arm="programme"), Group(n=24, arm="waitlist")]
    numbers = met(tmp_path, groups, [0] * absent + [3] * (24 - absent), BY_LOT)
    assert is_shown(numbers, method="instrument") == [shown]
    assert is_shown(numbers, method="ancova", cohort="Spring") == [True]


@pytest.mark.slow
@pytest.mark.parametrize(("sharing", "shown"), [(0, True), (2, False), (12, True)])
def test_spreads_without_clusters_are_hidden_where_few_people_share_one(tmp_path, sharing, shown):
    """Next to spreads with them, they would tell the product of what two people differ from the mean by."""
    study = small_study(tmp_path, Group(n=24), toml=TOML + SMALLEST)
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str, keep_default_na=False)
        rows.loc[: sharing - 1, "pair"] = [f"shared {at // 2}" for at in range(sharing)]
        rows.to_csv(study / f"{wave}.csv", index=False)
    numbers = decide(prepare_study(study))
    for measure in ("g_av", "d_rm"):
        assert is_shown(numbers, measure=measure) == [shown]
    assert is_shown(numbers, method="jackknife") == [True]
    assert is_shown(numbers, method="likelihood") == [shown]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sharing", "shown"), [((), True), ((0, 16), False), ((0, 1), False)], ids=["0", "across", "2"]
)
def test_spreads_at_the_start_are_hidden_where_few_people_share_a_cluster(tmp_path, sharing, shown):
    """Two people of one arm, or of both: then the error of their difference knows of it, and the spreads do not."""
    toml = TOML + '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n' + SMALLEST
    study = small_study(tmp_path, Group(n=16, arm="programme"), Group(n=16, arm="waitlist"), toml=toml)
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str, keep_default_na=False)
        rows.loc[list(sharing), "pair"] = "shared"
        rows.to_csv(study / f"{wave}.csv", index=False)
    balance = decide(prepare_study(study)).tables["balance"]
    assert balance["is_scale"].astype(bool).any() == shown


def test_bands_of_answers_weigh_people_as_scores_do(tmp_path):
    """Else the sum of all scores less that of all answers would be the answer of the one who left out a question."""
    codebook = "item,scale,low,high\nm1,mood,1,3\nm2,mood,1,3\n"
    study = small_study(tmp_path, Group(n=31), toml=TOML + SMALLEST, files={"codebook.csv": codebook})
    for wave in ("pre", "post"):
        rows = pd.read_csv(study / f"{wave}.csv", dtype=str)
        rows[["m1", "m2"]] = rows[["m1", "m2"]].astype(int).clip(1, 3).astype(str)
        rows.loc[7, "m1"] = ""
        rows.to_csv(study / f"{wave}.csv", index=False)
    prepared = prepare_study(study)
    bands = own_answers(prepared).query("cohort == 'Spring'").set_index("asked")
    for wave, score in (("pre", "pre"), ("post", "post")):
        of_bands = bands.loc[wave]
        assert (of_bands["low"] * of_bands["share"]).sum() == pytest.approx(prepared.panel[score].mean())


@pytest.mark.slow
def test_the_demo_keeps_its_slopes():
    """Where people met in many ways, nothing is lost."""
    numbers = decide(prepare_study(DEMO))
    dose = numbers.table[numbers.table["contrast"].eq("dose")]
    assert dose["estimate"].notna().any()
    assert np.isfinite(dose["estimate"].dropna()).all()
