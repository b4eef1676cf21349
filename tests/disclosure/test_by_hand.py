"""What hidden people answered is told by nothing that leaves, however the study hides them."""

import pytest
from by_hand import STUDIES, study_by_hand
from swaps import differing, exchanged, left_of, replace_hidden, signatures

from rm_research.panel import prepare_study

FAST = "alike"  # of which a group is told of in words alone


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


def test_words_in_place_of_numbers_name_their_people(tmp_path):
    """So that a later report allows for them, as for those of whom there were numbers."""
    prepared = prepare_study(study_by_hand(tmp_path / "study", "alike"))
    named = {who[0] for who, (sets, *_) in signatures(prepared).items() if all(sets)}
    assert named == {"a", "b"}
