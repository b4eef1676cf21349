"""What hidden people answered is told by nothing that leaves, however the study hides them."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from audits import smallest_cut
from by_hand import STUDIES, study_by_hand
from swaps import differing, exchanged, left_of, replace_hidden, signatures, waves_of

from rm_research.disclosure.editions import read_editions
from rm_research.disclosure.numbers import decide, named_groups, release
from rm_research.panel import prepare_study

FAST = "alike"  # of which a group is told of in words alone


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name if name == FAST else pytest.param(name, marks=pytest.mark.slow) for name in STUDIES]
)
def test_neither_other_answers_of_hidden_people_nor_an_exchange_within_a_set_shows(tmp_path, name):
    study = study_by_hand(tmp_path / "study", name)
    prepared, first = left_of(study, tmp_path / "first")
    hidden = replace_hidden(study, prepared, seed=1)
    assert hidden or name == "one alone in a team"  # who is in the sets of everybody
    prepared, second = left_of(study, tmp_path / "second")
    assert differing(first, second) == []
    assert exchanged(study, prepared)
    _, third = left_of(study, tmp_path / "third")
    assert differing(second, third) == []


def reported_once(study):
    """Release a report before one person answers at all and another answers again; a third is gone afterwards."""
    whole = {wave: pd.read_csv(study / f"{wave}.csv", keep_default_na=False, dtype=str) for wave in waves_of(study)}
    joins, goes, comes_back = list(dict.fromkeys(whole["pre"]["code"]))[:3]
    for wave, rows in whole.items():
        away = [joins] if wave == "pre" else [joins, comes_back]
        rows[~rows["code"].isin(away)].to_csv(study / f"{wave}.csv", index=False)
    release(prepare_study(study), "board")
    for wave, rows in whole.items():
        rows[rows["code"].ne(goes)].to_csv(study / f"{wave}.csv", index=False)


def fewest_of_all_editions(study) -> float:
    """Fewest people on whom a combination of numbers of this edition and the one before rests."""
    prepared = prepare_study(study)
    groups = named_groups(prepared)
    for edition in read_editions(prepared.study):
        groups += edition.groups
    piles, people = defaultdict(list), {name: name for group in groups for name in group.questionnaires}
    for group in groups:
        piles[group.pile].append(group)
    return min((smallest_cut(of_pile, people) for of_pile in piles.values()), default=np.inf)


@pytest.mark.slow
@pytest.mark.parametrize("name", STUDIES)
def test_a_second_edition_tells_of_nobody_who_came_or_went(tmp_path, name):
    study = study_by_hand(tmp_path / "study", name)
    reported_once(study)
    assert fewest_of_all_editions(study) >= 10
    if name == "unlinked":
        return  # who has no code is known by the answers: with others, it would be somebody else
    prepared, second = left_of(study, tmp_path / "second")
    assert replace_hidden(study, prepared, seed=1)
    _, again = left_of(study, tmp_path / "again")
    assert differing(second, again) == []


@pytest.mark.slow
def test_words_on_measurement_are_of_those_whom_numbers_name_now(tmp_path):
    """Of a cohort that somebody left after its release no number is shown, and no word: it would be compared."""
    study = study_by_hand(tmp_path / "study", "alike")
    reported_once(study)
    numbers = decide(prepare_study(study))
    assert {row.cohort for row in numbers.headline_rows if row.is_known} == {"b"}
    assert set(numbers.tables["reliability"]["n"]) == {14}


def test_words_in_place_of_numbers_name_their_people(tmp_path):
    """So that a later report allows for them, as for those of whom there were numbers."""
    prepared = prepare_study(study_by_hand(tmp_path / "study", "alike"))
    named = {who[0] for who, (sets, *_) in signatures(prepared).items() if all(sets)}
    assert named == {"a", "b"}
