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


def test_cohorts_of_the_comparison_are_not_left_out(programme):
    assert "left out because no result can be shown" not in programme.cohorts.text
    assert "not in the average" not in programme.limits.text
    rows = [line for line in programme.cohorts.text.splitlines() if line.startswith("K")]
    assert [line for line in rows if line == "K0 – comparison group"]


@pytest.mark.slow
def test_errors_by_cohort_allow_for_how_much_cohorts_differ(programme, tmp_path):
    assert (
        "Its interval allows for how much cohorts differ, though others may be unlike these." in programme.limits.text
    )
    assert "does not allow for how much other cohorts may differ" not in programme.limits.text
    assert "the interval is about these cohorts" not in programme.methods.text
    drawn = TOML + SHARED.replace('unit = "cohort"\n', "")
    by_person = undrawn_findings(prepare_study(small_study(tmp_path / "study", *GROUPS, toml=drawn)))
    assert "does not allow for how much other cohorts may differ" in by_person.limits.text


@pytest.mark.slow
def test_a_comparison_of_the_own_cohort_is_left_out_of_a_difference(tmp_path):
    """A cohort without anybody in the programme has nothing to compare, and its people count in no difference."""
    groups = [*(Group(cohort, 20, arm=arm) for cohort in "AB" for arm in ("programme", "waitlist")),
              Group("C", 20, arm="waitlist")]  # fmt: skip
    findings = undrawn_findings(prepare_study(small_study(tmp_path / "study", *groups, toml=TOML + DESIGN)))
    assert "1 cohort is left out because no result can be shown." in findings.cohorts.text


@pytest.mark.slow
def test_a_comparison_with_few_people_is_said_to_have_few(tmp_path):
    groups = [*GROUPS[:4], Group("K9", 4, arm="waitlist")]
    page = undrawn_findings(prepare_study(small_study(tmp_path / "study", *groups, toml=TOML + SHARED)), cohort="K9")
    assert "No results can be shown for K9." in page.headline.text
    assert re.search(r"Fewer than \d+ people answered before and after", page.headline.text)
    assert "compared over time" not in page.headline.text


@pytest.mark.slow
def test_the_page_of_a_comparison_says_that_it_is_one(prepared):
    page = undrawn_findings(prepared, cohort="K0")
    text = page.headline.text
    assert "Everyone in K0 is in the comparison group, so there is no result of the programme here." in text
    assert "How their answers changed stands in the tables below." in text
    assert "No results can be shown" not in text
    assert "compared over time" not in text
    assert "Waitlist Change" in page.outcomes.text
    assert "Everyone in K1" not in undrawn_findings(prepared, cohort="K1").headline.text
