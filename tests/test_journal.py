"""The record of what was done and found."""

import pandas as pd

from rm_research.journal import Journal

ROWS = pd.DataFrame({"wave": ["pre", "pre"], "file": ["pre.csv"] * 2, "source_row": [2, 5], "cohort": ["a", None]})


def test_steps_are_numbered_in_order():
    journal = Journal()
    journal.step("read", before=0, after=3)
    journal.step("where", before=3, after=2)
    assert journal.ledger[["step", "rule", "rows_before", "rows_after"]].to_numpy().tolist() == [
        [1, "read", 0, 3],
        [2, "where", 3, 2],
    ]


def test_a_problem_without_a_cohort_is_the_whole_studys():
    journal = Journal()
    journal.problem("unreadable_file", "error", "pre.csv is empty.", file="pre.csv")
    assert journal.problems["cohort"].isna().tolist() == [True]


def test_row_problems_name_each_row_and_its_cohort():
    journal = Journal()
    journal.row_problems("blank_code", "warning", "The code is blank.", ROWS)
    assert journal.problems["source_row"].tolist() == [2, 5]


def test_an_empty_journal_has_empty_frames():
    assert len(Journal().ledger) == len(Journal().problems) == 0
