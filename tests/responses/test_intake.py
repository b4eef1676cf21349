"""All exports of all waves together."""

import pandas as pd
import pytest

from rm_research.errors import ReadError
from rm_research.responses import read_responses
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
role = "role"
[scales.mood]
"""
PRE = "code,cohort,role,m1,m2\na,Spring 25,leader,1,2\nb,spring  25,Leader,3,4\n"
POST = "code,cohort,role,m1,m2\na,SPRING 25,leader,1,2\n"


@pytest.fixture
def intake(write_study):
    def take(more="", *, toml=TOML, pre=PRE, post=POST, **files):
        files = {"pre.csv": pre, "post.csv": post, **{f"{name}.csv": text for name, text in files.items()}}
        return take_in(read_study(write_study(more, toml=toml, files=files)))

    return take


def test_cohorts_that_differ_in_case_and_blanks_are_one(intake):
    assert set(intake().responses["cohort"]) == {"Spring 25"}


def test_spellings_made_one_are_in_the_ledger(intake):
    assert intake().ledger.set_index("rule").loc["spellings of cohort unified", "cells"] == 2


def test_an_error_of_a_cohort_bears_the_spelling_of_the_cohort(intake):
    toml = TOML.replace('file = "post.csv"', 'file = "post.csv"\nset = { cohort = "spring 25" }')
    assert intake(toml=toml, post=None).problems["cohort"].tolist() == ["Spring 25"]


def test_without_cohorts_everyone_is_in_one(intake):
    taken = intake(toml=TOML.replace('cohort = "cohort"\n', ""))
    assert set(taken.responses["cohort"]) == {"all people"}


def test_a_cohort_that_only_one_export_names_is_kept(intake):
    toml = TOML.replace('cohort = "cohort"\n', "").replace('"pre.csv"', '"pre.csv"\ncolumns = { cohort = "cohort" }')
    cohorts = intake(toml=toml).responses["cohort"]
    assert cohorts.isna().tolist() == [False, False, True]


def test_two_sources_may_share_a_file_but_not_a_row(intake):
    sources = (
        '[[waves.pre.sources]]\nname = "one"\nfile = "pre.csv"\n[[waves.pre.sources]]\nname = "two"\nfile = "pre.csv"\n'
    )
    taken = intake(toml=TOML.replace('[waves.pre]\nfile = "pre.csv"\n', sources))
    assert taken.problems["message"].tolist() == [
        "waves.pre: rows 2, 3 of pre.csv belong to more than one source. Add `where` to the sources, so that "
        "each row belongs to only one."
    ]


def test_rows_of_a_second_source_are_in_the_ledger(intake):
    sources = (
        '[[waves.pre.sources]]\nname = "one"\nfile = "pre.csv"\n[[waves.pre.sources]]\nname = "two"\nfile = "pre.csv"\n'
    )
    ledger = intake(toml=TOML.replace('[waves.pre]\nfile = "pre.csv"\n', sources)).ledger.set_index("rule")
    assert ledger.loc["rows already in another source", ["rows_before", "rows_after"]].tolist() == [4, 2]


def test_a_total_that_no_export_has_is_empty(intake):
    assert intake('published = "total"\n').published["mood"].isna().all()


def test_without_any_export_the_frames_are_empty_and_of_their_dtypes(intake):
    taken = intake(pre=None, post=None)
    assert (len(taken.responses), taken.responses["m1"].dtype, taken.facts["role"].dtype) == (0, "float64", "str")


def test_a_repr_shows_counts_and_no_answers(intake):
    assert repr(intake()) == "Intake of 3 questionnaires (pre 2, post 1), 0 problems"


def test_codes_and_cohorts_stay_out_of_the_responses(intake):
    assert not intake().responses["person"].isin(["a", "b"]).any()


def test_one_error_raises_but_warnings_do_not(write_study):
    folder = write_study(files={"post.csv": "code,m1,m2\na,9,2\nb,1,2\n"})
    assert len(read_responses(folder).problems) == 1


def test_the_error_of_one_cohort_does_not_stop_the_others(write_study):
    toml = TOML.replace('file = "post.csv"', 'file = "post.csv"\nset = { cohort = "Spring 25" }')
    folder = write_study(toml=toml, files={"pre.csv": PRE, "post.csv": None})
    assert len(read_responses(folder).responses) == 2


def test_a_whole_study_error_names_its_remedy(write_study):
    with pytest.raises(ReadError, match=r"cannot be used yet \(1 problem\)\n  - post.csv is empty. Export it again."):
        read_responses(write_study(files={"post.csv": ""}))


def test_reading_twice_gives_the_same(intake):
    pd.testing.assert_frame_equal(intake().responses, intake().responses)
