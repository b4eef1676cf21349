"""The sets that numbers declare are the true ones: who is in the same sets can exchange all answers, unnoticed."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from properties import seeds
from rendered_demo import DEMO
from swaps import WAVES, differing, drawn_study, exchangeable, exchanged, left_of, replace_hidden, signatures


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds())
def test_answers_of_people_in_the_same_sets_can_be_exchanged(tmp_path, seed):
    study = drawn_study(tmp_path / "study", seed)
    prepared, before = left_of(study, tmp_path / "one")
    assert exchanged(study, prepared)
    _, after = left_of(study, tmp_path / "other")
    assert differing(before, after) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds())
def test_what_people_in_no_set_answered_changes_nothing(tmp_path, seed):
    study = drawn_study(tmp_path / "study", seed)
    prepared, before = left_of(study, tmp_path / "one")
    replace_hidden(study, prepared, seed)
    _, after = left_of(study, tmp_path / "other")
    assert differing(before, after) == []


@pytest.mark.slow
def test_answers_of_the_demo_can_be_exchanged(tmp_path):
    """Of every kind of dyads, and of people without a partner, that the demo has."""
    study = Path(shutil.copytree(DEMO, tmp_path / "demo", ignore=shutil.ignore_patterns(".rm_research")))
    prepared, before = left_of(study, tmp_path / "one")
    places = {wave: dict(zip(zip(rows["cohort"], rows["person"], strict=True), rows["source_row"], strict=True))
              for wave, rows in prepared.responses.groupby("wave")}  # fmt: skip
    answered = {who: tuple(who in places[wave] for wave in WAVES) for who in signatures(prepared)}
    pairs = [pair for same in exchangeable(prepared, answered) for pair in zip(same[0], same[-1], strict=True)]
    assert len(pairs) > 10
    for wave in WAVES:
        rows = pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str)
        asked = [column for item in prepared.study.items for column in item.candidates(wave, wave)[:1]]
        items = rows.columns.get_indexer(asked)
        for one, other in (pair for pair in pairs if answered[pair[0]][WAVES.index(wave)]):
            at = [places[wave][who] - 2 for who in (one, other)]
            rows.iloc[at, items] = rows.iloc[at[::-1], items].to_numpy()
        rows.to_csv(study / f"{wave}.csv", index=False)
    _, after = left_of(study, tmp_path / "other")
    assert differing(before, after) == []
