"""Stata files: codes, labels, extended missing values, dates; and files that are none or cut off."""

import datetime as dt

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from rm_research.errors import ReadError
from rm_research.readers import read_export
from rm_research.readers.stata import date_text
from rm_research.study.settings import File


@pytest.fixture
def dta(tmp_path):
    """Write a frame as .dta and read it back."""

    def write_and_read(frame, **options):
        pyreadstat.write_dta(frame, tmp_path / "x.dta", **options)
        return read_export(tmp_path, File(file="x.dta", format="stata"))

    return write_and_read


def test_codes_are_text_and_labels_stand_beside_them(dta):
    frame = pd.DataFrame({"code": ["a ", "ü"], "mood": [1.0, 2.0], "size": [1.5, float("nan")]})
    read = dta(frame, column_labels=["Your code", "How are you?", ""], variable_value_labels={"mood": {1: "Bad"}})
    assert read.rows.to_numpy().tolist() == [["a", "1", "1.5"], ["ü", "2", ""]]
    assert (read.rows.index.tolist(), read.labels) == ([2, 3], {"mood": {"1": "Bad"}})
    assert read.texts == {"code": "Your code", "mood": "How are you?"}


def test_extended_missing_values_are_emptied_and_counted(dta):
    frame = pd.DataFrame({"mood": [1.0, "a", "b", np.nan], "word": ["a", "b", "c", ""]})
    read = dta(frame, missing_user_values={"mood": ["a", "b"]}, variable_value_labels={"mood": {1: "Bad", "a": "no"}})
    assert read.rows.to_numpy().tolist() == [["1", "a"], ["", "b"], ["", "c"], ["", ""]]
    assert (read.steps, read.labels) == ((("values declared missing emptied", 2),), {"mood": {"1": "Bad"}})


def test_numbers_in_single_precision_are_as_short_as_they_were(tmp_path):
    frame = pd.DataFrame({"x": np.array([0.1, 3, 1234.5], dtype="float32"), "y": np.array([1, 2, 3], dtype="int8")})
    frame.to_stata(tmp_path / "x.dta", write_index=False)
    rows = read_export(tmp_path, File(file="x.dta", format="stata")).rows
    assert rows.to_numpy().tolist() == [["0.1", "1"], ["3", "2"], ["1234.5", "3"]]


def test_dates_are_iso_8601(dta):
    frame = pd.DataFrame({"day": [dt.date(2025, 4, 4), None], "at": [dt.datetime(2025, 4, 4, 13, 8, 48), None]})
    assert dta(frame).rows.to_numpy().tolist() == [["2025-04-04", "2025-04-04T13:08:48"], ["", ""]]


@pytest.mark.parametrize(
    ("shown", "number", "text"),
    [
        ("%td", 0, "1960-01-01"),
        ("%-tdDD/NN/CCYY", -1, "1959-12-31"),
        ("%tc", 1000.4, "1960-01-01T00:00:01"),
        ("%tm", 783, "2025-04-01"),
        ("%tm", -1, "1959-12-01"),
        ("%tq", 261, "2025-04-01"),
        ("%th", 1, "1960-07-01"),
        ("%tw", 53, "1961-01-08"),
        ("%ty", 2025, None),
        ("%9.0g", 5, None),
        ("%td", 1e12, None),
        ("%tm", 1e9, None),
    ],
)
def test_the_display_format_tells_dates_from_numbers(shown, number, text):
    assert date_text(shown, number) == text


def test_labels_that_were_lost_with_the_end_of_an_older_file_are_counted(tmp_path):
    frame = pd.DataFrame({"mood": pd.Categorical(["Bad", "Good"])})
    frame.to_stata(tmp_path / "x.dta", write_index=False, version=114)
    content = (tmp_path / "x.dta").read_bytes()
    (tmp_path / "x.dta").write_bytes(content[:-60])
    read = read_export(tmp_path, File(file="x.dta", format="stata"))
    assert (read.labels, read.steps) == ({}, (("columns whose set of labels is not in the file", 1),))


@pytest.mark.parametrize("version", [114, 117, 118])
def test_a_file_cut_off_is_refused(tmp_path, version):
    pd.DataFrame({"mood": [1, 2], "word": ["x", "y"]}).to_stata(tmp_path / "x.dta", write_index=False, version=version)
    content = (tmp_path / "x.dta").read_bytes()
    for share in (0.2, 0.6, 0.99) if version > 114 else (0.2, 0.6):
        (tmp_path / "x.dta").write_bytes(content[: int(share * len(content))])
        with pytest.raises(ReadError, match=r"x.dta is damaged or cut off. Export it again"):
            read_export(tmp_path, File(file="x.dta", format="stata"))


@pytest.mark.parametrize("content", [b"", b"code,q1\n", b"$FL2"])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "x.dta").write_bytes(content)
    with pytest.raises(ReadError, match=r"x.dta is not a Stata file \(.dta\). Export it again, or correct its format"):
        read_export(tmp_path, File(file="x.dta", format="stata"))
