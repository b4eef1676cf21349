"""How alike the arms were, as pages may show it: whole attributes or none, and never of people beside few others."""

import pandas as pd
import pytest
from changes_alone import changes_alone, named_by
from small_studies import TOML, Group, details_of, row_of, small_study, study_of, table_of

from rm_research.disclosure import Threshold, disclose
from rm_research.disclosure.balance import shown_balance
from rm_research.disclosure.editions import Pile
from rm_research.disclosure.numbers import study_numbers
from rm_research.disclosure.sets import Circulated
from rm_research.disclosure.tables import Starts, few_at_the_start
from rm_research.effects.estimates import Estimates
from rm_research.panel import prepare_study

SELF_SELECTED = TOML + '[design]\ncomparison = "waitlist"\n[reporting]\nsmallest_group = 10\n'
DIFFERENCE = row_of(contrast="difference", method="change_score", heads=True, n_pre=30, n_pairs=30, n_comparison=30)


def test_one_rare_entry_hides_the_whole_attribute():
    rows = [("division", "A", 20, 20), ("division", "B", 20, 9), ("site", "X", 25, 14), ("site", "Y", 15, 15)]
    table = pd.DataFrame(rows, columns=["variable", "entry", "n", "n_comparison"])
    table = table.assign(cohort="one", role="leader", arm="programme", is_scale=False)
    assert few_at_the_start(Starts(table, Threshold(10))).tolist() == [True, True, False, False]


@pytest.mark.parametrize(("left", "shown"), [(0, True), (1, False), (9, False), (10, True)])
def test_what_both_arms_did_is_not_told_beside_the_change_of_everyone_where_few_left(tmp_path, left, shown):
    """Of both numbers together the answers of the few who left could be worked out."""
    arms = [row_of(arm=arm, n_pre=40, n_pairs=40 - left) for arm in ("programme", "waitlist")]
    details = details_of(*((DIFFERENCE["id"], name, value) for name, value in
                           (("n_left", left), ("change_arm", 0.4), ("gap", 0.1))))  # fmt: skip
    study = study_of(tmp_path, design='comparison = "waitlist"')
    found = disclose(Estimates(table_of(*arms, DIFFERENCE), details), study=study)
    assert (not pd.isna(found.estimates.detail(DIFFERENCE["id"], "gap"))) is shown
    assert (not pd.isna(found.estimates.detail(DIFFERENCE["id"], "change_arm"))) is shown


@pytest.mark.slow
def test_a_page_s_table_is_of_arms_that_may_be_shown(tmp_path):
    groups = [Group("a", 30, arm="programme"), Group("a", 12, arm="waitlist"), Group("b", 30, arm="programme"),
              Group("b", 6, arm="waitlist")]  # fmt: skip
    prepared = prepare_study(small_study(tmp_path / "study", *groups, toml=SELF_SELECTED))
    table = study_numbers(prepared).tables["balance"]
    assert table[["cohort", "variable", "n", "n_comparison"]].to_numpy().tolist() == [["a", "mood", 30, 12]]


@pytest.mark.slow
def test_scores_at_the_start_name_their_people_and_give_way_to_what_was_shown_before(tmp_path):
    """Next to a mean of 25 of the 30 people in the programme, that of all of them would tell of five."""
    groups = [Group("a", 30, arm="programme"), Group("a", 12, arm="waitlist")]
    prepared = prepare_study(small_study(tmp_path / "study", *groups, toml=SELF_SELECTED))
    shown = changes_alone(prepared)
    behind, circulated = named_by(prepared, shown)
    table, ((first, second),) = shown_balance(prepared, shown, behind, circulated)
    assert table["variable"].tolist() == ["mood"]
    assert (first[0], len(first[1]), len(second[1])) == (Pile("mood", "pre"), 30, 12)
    circulated = Circulated(behind.person_of, Threshold(10))
    assert circulated.takes([(first[0], first[1][:25])])
    table, named = shown_balance(prepared, shown, behind, circulated)
    assert table.empty
    assert named == []
