"""Dates that a spreadsheet program wrote as numbers of days."""

import datetime as dt

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, to_excel

from rm_research.drafting import draft_study
from rm_research.responses.facts import as_dates
from rm_research.responses.intake import take_in
from rm_research.study import read_study

moments = st.datetimes(dt.datetime(1900, 3, 2), dt.datetime(2199, 1, 1)).map(lambda time: time.replace(microsecond=0))
WHEN = dt.datetime(2025, 3, 4, 14, 30)
TOML = """
title = "A study"
[waves.pre]
file = "pre.xlsx"
format = "excel"
date_format = "excel"
[waves.post]
file = "post.csv"
date_format = "excel"
[columns]
person = "code"
submitted = "when"
[sessions]
file = "sessions.csv"
columns = {{ dyad = "pair" }}
{sessions}
[scales.mood]
"""


def dates(*cells, **more):
    return as_dates(pd.Series(cells, dtype="str"), "excel", **more).tolist()


@given(st.lists(moments, min_size=1))
def test_any_moment_is_read_from_its_number(times):
    for epoch, day_zero in ((CALENDAR_WINDOWS_1900, {}), (CALENDAR_MAC_1904, {"day_zero": "1904-01-01"})):
        cells = [f"{to_excel(time, epoch):.15g}" for time in times if time.year > 1904]
        assert dates(*cells, **day_zero) == [time for time in times if time.year > 1904]


def test_dates_with_a_decimal_comma_and_dates_as_such_are_read_too():
    assert dates("45720,604166667", "45720") == [WHEN, dt.datetime(2025, 3, 4)]
    assert dates("45720", "2025-03-04T14:30:00") == [dt.datetime(2025, 3, 4), WHEN]


@pytest.mark.parametrize("cell", ["0", "60", "-5", "2958466", "often", "4.3.2025"])
def test_what_is_no_such_number_is_not_read(cell):
    assert pd.isna(dates(cell, "45720")[0])


@pytest.fixture
def study(write_study):
    def write(epoch=CALENDAR_WINDOWS_1900, toml=TOML, sessions='date_format = "excel"'):
        folder = write_study(toml=toml.format(sessions=sessions), files={
            "pre.csv": None, "post.csv": "code,when,m1,m2\na,45750.5,2,3\nb,45751,4,4\n",
            "sessions.csv": "pair,date,minutes\n1,45730,30\n",
        })  # fmt: skip
        book = openpyxl.Workbook()
        book.epoch = epoch
        for row in (["code", "when", "m1", "m2"], ["a", to_excel(WHEN, epoch), 1, 2], ["b", WHEN, 3, 4]):
            book.active.append(row)
        book.save(folder / "pre.xlsx")
        return folder

    return write


@pytest.mark.parametrize("epoch", [CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904])
def test_a_workbook_says_from_which_day_it_counts(study, epoch):
    taken = take_in(read_study(study(epoch)))
    submitted = taken.responses.groupby("wave")["submitted"].apply(list)
    assert submitted["pre"] == [WHEN, WHEN]
    assert submitted["post"] == [dt.datetime(2025, 4, 3, 12), dt.datetime(2025, 4, 4)]
    assert taken.sessions["date"].tolist() == [dt.datetime(2025, 3, 14)]


def test_numbers_of_days_are_recognised_where_dates_are_not_read(study):
    plain = study(toml=TOML.replace('date_format = "excel"\n', ""), sessions="")
    problems = take_in(read_study(plain)).problems
    said = problems.loc[problems["rule"] == "unreadable_date", ["file", "message"]].to_numpy().tolist()
    assert {file for file, _ in said} == {"pre.xlsx", "post.csv", "sessions.csv"}
    assert all('set date_format = "excel"' in message for _, message in said)


def test_init_recognises_them(tmp_path):
    (tmp_path / "post.csv").write_text("code,submitted,m1,m2\na,45750.5,2,3\nb,45751,4,4\n")
    assert 'date_format = "excel"' in draft_study(tmp_path / "draft", [tmp_path / "post.csv"]).study
