"""Cohorts filled in, settled between sources, and repeat attenders."""

import pytest

from rm_research.linkage import link_waves
from rm_research.responses.intake import take_in
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
cohort = "cohort"
submitted = "date"
[scales.mood]
"""
ROSTER = '[roster]\nfile = "roster.csv"\n'
STUDY = '[link]\nwithin = "study"\n'
HEADER = "code,cohort,date,m1,m2\n"


@pytest.fixture
def link(write_study):
    def linked(pre, post, more="", roster=None):
        files = {"pre.csv": HEADER + pre, "post.csv": HEADER + post, "roster.csv": roster}
        study = read_study(write_study(more, toml=TOML, files=files))
        return link_waves(take_in(study), study)

    return linked


def cohorts(linkage):
    return linkage.responses["cohort"].tolist()


def problems(linkage, severity="warning"):
    found = linkage.problems[linkage.problems["severity"] == severity]
    return found[["rule", "source_row", "column"]].astype(object).where(found.notna(), None).to_numpy().tolist()


def test_a_cohort_is_filled_in_from_the_roster(link):
    linkage = link("a,,,1,1\n", "a,,,1,1\n", ROSTER, "code,cohort\na,x\n")
    assert cohorts(linkage) == ["x", "x"]


def test_a_cohort_is_filled_in_from_the_baseline(link):
    assert cohorts(link("a,x,,1,1\n", "a,,,1,1\n")) == ["x", "x"]


def test_the_roster_goes_before_the_baseline(link):
    linkage = link("a,y,,1,1\n", "a,,,1,1\n", ROSTER, "code,cohort\na,x\n")
    assert cohorts(linkage)[1] == "x"


def test_cohorts_filled_in_are_in_the_ledger(link):
    ledger = link("a,x,,1,1\n", "a,,,1,1\n").ledger
    assert ledger[["rule", "cells"]].to_numpy().tolist() == [["cohorts filled in by code", 1]]


def test_a_code_in_two_cohorts_fills_in_none(link):
    linkage = link("a,x,,1,1\na,y,,1,1\n", "a,,,1,1\n")
    assert problems(linkage) == [["no_cohort", 2, None]]


def test_who_has_no_cohort_is_left_out_and_counted(link):
    ledger = link("a,x,,1,1\n", "a,x,,1,1\nz,,,1,1\n").ledger.set_index("rule")
    assert ledger.loc["no cohort", ["rows_before", "rows_after"]].tolist() == [3, 2]


def test_the_remedy_of_a_missing_cohort_is_said(link):
    message = link("a,x,,1,1\n", "z,,,1,1\n").problems.loc[0, "message"]
    assert message.endswith("Add the person and cohort to the roster, or the cohort to the export.")


def test_roster_lines_without_a_cohort_are_left_out_and_counted(link):
    linkage = link("a,x,,1,1\n", "a,x,,1,1\n", ROSTER, "code,cohort\na,x\nb,\n")
    ledger = linkage.ledger.set_index("rule")
    assert (linkage.problems.loc[0, "message"], ledger.loc["roster lines without a cohort", "rows_after"]) == (
        "roster.csv: no cohort in row 3, which were left out. Add the cohort.",
        1,
    )


def test_another_cohort_than_the_rosters_is_a_problem(link):
    linkage = link("a,x,,1,1\n", "a,y,,1,1\n", ROSTER, "code,cohort\na,x\n")
    assert (problems(linkage), cohorts(linkage)) == ([["disagreement", 2, "cohort"]], ["x", "y"])


def test_in_the_whole_study_the_rosters_cohort_counts(link):
    linkage = link("a,x,,1,1\n", "a,y,,1,1\n", ROSTER + STUDY, "code,cohort\na,x\n")
    assert (problems(linkage), cohorts(linkage)) == ([["disagreement", 2, "cohort"]], ["x", "x"])


def test_in_the_whole_study_the_baselines_cohort_counts(link):
    assert cohorts(link("a,x,,1,1\n", "a,y,,1,1\n", STUDY)) == ["x", "x"]


def test_a_second_questionnaire_of_the_wave_is_not_moved(link):
    linkage = link("a,x,,1,1\n", "a,x,,1,1\na,y,,1,1\n", STUDY)
    assert cohorts(linkage) == ["x", "x", "y"]


TWICE = ("a,x,2025-03-01,1,1\na,w,2025-09-01,1,1\nb,x,,1,1\n", "a,x,,1,1\na,w,,1,1\nb,x,,1,1\n")


def test_repeat_attenders_are_counted_and_kept(link):
    linkage = link(*TWICE, STUDY)
    assert (linkage.problems["message"].tolist(), len(linkage.responses)) == (
        ["1 person takes part in more than one cohort; they count in each of them (link.repeats in study.toml)."],
        6,
    )


def test_the_first_cohort_by_date_may_count_alone(link):
    assert cohorts(link(*TWICE, STUDY + 'repeats = "first"\n')) == ["x"] * 4


def test_without_dates_the_first_cohort_by_name_counts(link):
    undated = [text.replace("2025-03-01", "").replace("2025-09-01", "") for text in TWICE]
    assert sorted(cohorts(link(*undated, STUDY + 'repeats = "first"\n'))) == ["w", "w", "x", "x"]


def test_later_cohorts_are_in_the_ledger(link):
    ledger = link(*TWICE, STUDY + 'repeats = "first"\n').ledger.set_index("rule")
    assert ledger.loc["later cohorts of repeat attenders", ["rows_before", "rows_after"]].tolist() == [6, 4]


def test_an_invitation_to_a_later_cohort_goes_with_it(link):
    linkage = link(*TWICE, ROSTER + STUDY + 'repeats = "first"\n', "code,cohort\na,x\na,w\nb,x\n")
    assert linkage.roster["cohort"].tolist() == ["x", "x"]


def test_codes_of_several_cohorts_are_not_repeat_attenders_within_cohorts(link):
    assert len(link(*TWICE).problems) == 0
