"""estimate_hindsight: change from the start as people judged it afterwards, against stats, and whose it is."""

import numpy as np
import pandas as pd
import pytest
from small_panels import check_rows, drawn, numbers_in, numbers_of, panel_of, same_rows, stack

from rm_research.effects import estimate_change, estimate_hindsight
from rm_research.errors import FrameError
from rm_research.frames import SCORES
from rm_research.stats.power import detectable
from rm_research.stats.sensitivity import then_test

NAN = np.nan
THEN = '[waves.then]\nfile = "then.csv"\nkind = "retrospective"'
COUNTS = ["n_pre", "n_post", "n_pairs"]


def judged(panel: pd.DataFrame, values, wave: str = "then") -> pd.DataFrame:
    """Scores of these people about their start, as they look back."""
    rows = panel[["cohort", "person", "scale"]].assign(wave=wave, score=np.array(values, float), n_answered=1)
    return SCORES.conform(rows)


def then_of(panel: pd.DataFrame, seed: int = 9) -> np.ndarray:
    """People see their start as lower than they said."""
    return panel["pre"].fillna(3).to_numpy() - 0.4 + np.random.default_rng(seed).normal(0, 0.3, len(panel))


def test_row_is_that_of_stats(make_study):
    panel = panel_of(*drawn(1, 16))
    panel.loc[[0, 1], "post"] = NAN
    panel.loc[2, "pre"] = NAN
    then = np.where(np.arange(16) == 3, NAN, then_of(panel))
    estimates = estimate_hindsight(panel, judged(panel, then), study=make_study(waves=THEN, reporting="level = 0.9"))
    (row,) = (row for _, row in estimates.to_frame().iterrows() if row["wave"] == "post")
    pre, post = (panel[name].to_numpy(float) for name in ("pre", "post"))
    expected = then_test(pre, then, post, level=0.9)
    assert numbers_of(row) == pytest.approx(numbers_in(expected.retrospective), rel=1e-12)
    assert row["id"] == "change:mean:then_test:one:leader:programme:inclusion:post:then"
    assert row["subgroup"] == "then"
    assert row[COUNTS].tolist() == [14, 13, 12]  # of those who judged
    assert row["detectable"] == detectable(row["std_error"], row["df"], level=0.9)
    assert np.isnan(row["p_adjusted"])  # it stands beside the headline
    for name in ("change", "response_shift"):
        result = getattr(expected, name)
        found = [estimates.detail(row["id"], f"{name}{end}") for end in ("", "_low", "_high")]
        assert found == pytest.approx([result.estimate, result.ci_low, result.ci_high], rel=1e-12)
    assert estimates.detail(row["id"], "n_fewest") == 12  # with all three scores


def test_people_of_one_cluster_are_not_independent(make_study):
    panel = panel_of(*drawn(1, 16))
    panel, then = panel.assign(cluster=[f"d{place // 4}" for place in range(len(panel))]), then_of(panel)
    estimates = estimate_hindsight(panel, judged(panel, then), study=make_study(waves=THEN))
    row = estimates.to_frame().iloc[0]
    pre, post = (panel[name].to_numpy(float) for name in ("pre", "post"))
    expected = then_test(pre, then, post, level=0.95, clusters=panel["cluster"])
    assert numbers_of(row) == pytest.approx(numbers_in(expected.retrospective), rel=1e-12)
    assert row["df"] == pytest.approx(3)
    assert estimates.detail(row["id"], "n_fewest") == 16


def test_change_is_what_hindsight_sees_and_the_shift_of_the_yardstick(make_study):
    panel = panel_of(*drawn(2, 20))
    estimates = estimate_hindsight(panel, judged(panel, then_of(panel)), study=make_study(waves=THEN))
    row = estimates.table.iloc[0]
    change, shift = (estimates.detail(row["id"], name) for name in ("change", "response_shift"))
    assert change == pytest.approx(row["estimate"] + shift, rel=1e-12)
    assert shift < 0


def test_one_row_a_group_and_retrospective_wave(make_study):
    waves = THEN + "\n" + THEN.replace("then", "recall")
    groups = [("leader", "programme", "post"), ("leader", "control", "post"), ("mentor", "programme", "later")]
    parts = [panel_of(*drawn(seed), role=role, arm=arm, wave=wave) for seed, (role, arm, wave) in enumerate(groups)]
    panel = stack(*(part.assign(person=part["person"] + part["role"]) for part in parts))
    asked = pd.concat([judged(panel, then_of(panel)), judged(panel, then_of(panel, 4), "recall")])
    table = estimate_hindsight(panel, asked, study=make_study('comparison = "control"', waves=waves)).to_frame()
    found = table[["subgroup", "role", "arm", "wave"]]
    assert list(found.itertuples(index=False, name=None)) == [
        (wave, role, arm, later) for wave in ("then", "recall") for role, arm, later in groups
    ]
    assert table["id"].is_unique
    assert table["reason"].isna().all()


def test_studies_that_never_asked_in_hindsight_have_no_rows(make_study):
    panel = panel_of(*drawn(1))
    asked = judged(panel, then_of(panel))
    assert len(estimate_hindsight(panel, asked, study=make_study())) == 0
    assert len(estimate_hindsight(panel, asked, study=make_study(waves=THEN, link='method = "none"'))) == 0
    assert len(estimate_hindsight(panel, SCORES.empty(), study=make_study(waves=THEN))) == 0
    others = judged(panel, then_of(panel), "post")
    assert len(estimate_hindsight(panel, others, study=make_study(waves=THEN))) == 0


def test_a_scale_not_asked_at_baseline_has_no_start_to_judge(make_study):
    panel = panel_of(np.full(12, NAN), drawn(1)[1], scale="aftermath")
    assert len(estimate_hindsight(panel, judged(panel, drawn(1)[0]), study=make_study(waves=THEN))) == 0


def test_hindsight_is_not_a_wave_of_the_study(make_study):
    """A retrospective wave neither makes changes nor alters those of the others."""
    panel = panel_of(*drawn(3))
    with_it, without = (estimate_change(panel, study=make_study(waves=waves)) for waves in (THEN, ""))
    same_rows(with_it, without)


FEW, ALIKE = "too_few_pairs", "no_variation"
CASES = {
    "one person": (lambda panel: panel.iloc[:1], then_of, FEW),
    "nobody twice": (lambda panel: panel.assign(post=NAN), then_of, FEW),
    "nobody judged": (lambda panel: panel, lambda panel: np.full(len(panel), NAN), FEW),
    "all moved alike since then": (lambda panel: panel, lambda panel: panel["post"] - 1, ALIKE),
    "all judged as they had said": (lambda panel: panel, lambda panel: panel["pre"], ALIKE),
    "all alike throughout": (lambda panel: panel.assign(pre=3.0, post=4.0), lambda panel: panel["pre"] - 1, ALIKE),
}


@pytest.mark.parametrize("case", CASES)
def test_reasons(case, make_study):
    spoil, look_back, reason = CASES[case]
    panel = spoil(panel_of(*drawn(1)))
    estimates = estimate_hindsight(panel, judged(panel, look_back(panel)), study=make_study(waves=THEN))
    check_rows(estimates)
    assert estimates.table["reason"].tolist() == [reason]


def test_frames_that_lack_a_column_are_refused(make_study):
    panel, study = panel_of(*drawn(1)), make_study(waves=THEN)
    asked = judged(panel, then_of(panel))
    with pytest.raises(FrameError, match=r"estimate_hindsight needs Panel.* pre"):
        estimate_hindsight(panel.drop(columns="pre"), asked, study=study)
    with pytest.raises(FrameError, match=r"estimate_hindsight needs Scores.* score"):
        estimate_hindsight(panel, asked.drop(columns="score"), study=study)


def test_order_of_rows_does_not_matter(make_study):
    panel, study = panel_of(*drawn(1)), make_study(waves=THEN)
    asked = judged(panel, then_of(panel))
    shuffled = estimate_hindsight(
        panel.sample(frac=1, random_state=1), asked.sample(frac=1, random_state=2), study=study
    )
    same_rows(estimate_hindsight(panel, asked, study=study), shuffled)
