"""Pages of a study in which whole cohorts were drawn: four in the programme, four in a comparison that all share."""

import re

import pytest
from small_studies import TOML, Group, small_study
from undrawn_findings import undrawn_findings

from rm_research.panel import prepare_study

DESIGN = '[design]\ncomparison = "waitlist"\nassignment = "randomised"\n'
SHARED = DESIGN + 'unit = "cohort"\ncomparison_scope = "shared"\n'
GROUPS = [Group(f"K{at}", n=36, arm="programme" if at % 2 else "waitlist", gain=0.9 if at % 2 else 0.0)
          for at in range(8)]  # fmt: skip


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare_study(small_study(tmp_path_factory.mktemp("whole"), *GROUPS, toml=TOML + SHARED))


@pytest.fixture(scope="module")
def programme(prepared):
    return undrawn_findings(prepared)


def test_cohorts_of_both_arms_are_counted(programme):
    """Four of eight have programme people, and the other four are the comparison."""
    assert "144 in the programme, 144 in the comparison, 8 cohorts" in programme.headline.text
    assert re.search(r"Difference, all cohorts: M difference = .*, k = 8, n = 144 and 144\.", programme.methods.text)
    assert re.search(r"Change, all cohorts: M change = .*, k = 4, n = 144\.", programme.methods.text)
    assert "4 cohorts, 144 and 144" not in repr(programme)


def test_a_chart_of_answers_counts_the_cohorts_of_all_its_bars(programme):
    (note,) = re.findall(r"The same \d+ people at both surveys[^.]*", programme.outcomes.text)
    assert note == "The same 288 people at both surveys, of 288 with both scores; they are from 8 of 8 cohorts"
