"""Which format a file has."""

import pandas as pd
import pyreadstat
import pytest

from rm_research.readers import read_export
from rm_research.readers.detection import Detected, detect_format
from rm_research.study.settings import File

TABLE = [["code", "q1", "q2"], ["a", 1, 2], ["b", 3, 4]]
IDS = "{'ImportId': 'QID1'},{'ImportId': 'QID2'}\n"
LABELLED = "Record ID,Event Name,Mood,Complete?\n1,Start,Good,Complete\n"


@pytest.fixture
def detect(tmp_path, workbook):
    def detected(content, name="x.csv"):
        path = tmp_path / name
        if isinstance(content, str | bytes):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        else:
            path.write_bytes(workbook(content))
        return detect_format(path)

    return detected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("code,q1\na,1\n", "csv"),
        ("one column\nof text\n", "csv"),
        ("", "csv"),
        ("code,Q1\nYour code,How?\n" + IDS + "a,1\n", "qualtrics"),
        ("StartDate\tQ1\nBeginn\tWie?\n" + IDS.replace(",", "\t") + "a\t1\n", "qualtrics"),
        ("V1,V2,V3,Q1\nResponseID,Set,Name,How?\nR_1,x,y,1\n", "qualtrics"),
        ("Respondent ID;Start Date;How?;\n;;Good;Bad\n1;2025;x;\n", "surveymonkey"),
        ("How?,Why?\nResponse,Open-Ended Response\n1,x\n", "surveymonkey"),
        ("record_id,redcap_event_name,q1\n1,start_arm_1,2\n", "redcap"),
        ("record_id,gym___1\n1,0\n", "redcap"),
        ("record_id,q1,base_complete\n1,5,2\n2,4,\n", "redcap"),
        ("record_id,q1,study_complete\n1,5,yes\n", "csv"),
        (LABELLED, "redcap"),
        ("Event Name,q1\nx,1\n", "csv"),
        ("Response ID,Date submitted,How?\n1,,x\n", "limesurvey"),
        ('"id. Response ID";"mood[SQ001]. How?"\n"1";"x"\n', "limesurvey"),
        ("Timestamp,How?\n2025/04/04 1:08:48 pm EET,1\n", "google-forms"),
        ("Zeitstempel,Wie?\n04.04.2025 13:08:48,1\n", "google-forms"),
        ("code,Timestamp\n1,2025-04-04\n", "csv"),
        (TABLE, "excel"),
        ([["Timestamp", "How?"], ["2025-04-04", 1]], "google-forms"),
        ([["RespondentID", "How?", None], [None, "Food", "Room"], [7, 1, 2]], "surveymonkey"),
        ([], "excel"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(100), "excel"),
        (b"PK\x03\x04 and nothing", "excel"),
        (bytes(range(256)), "csv"),
    ],
)  # fmt: skip
def test_the_content_tells_the_format(detect, content, expected):
    found = detect(content)
    assert (found.format, bool(found.reason)) == (expected, True)


def test_statistical_files_are_told_by_their_first_bytes(tmp_path):
    frame = pd.DataFrame({"x": [1.0, 2.0]})
    pyreadstat.write_sav(frame, tmp_path / "a.csv")
    pyreadstat.write_dta(frame, tmp_path / "b.csv")
    frame.to_stata(tmp_path / "c.csv", version=114)
    assert [detect_format(tmp_path / f"{name}.csv").format for name in "abc"] == ["spss", "stata", "stata"]


@pytest.mark.parametrize(
    ("name", "expected"), [("x.sav", "spss"), ("x.DTA", "stata"), ("x.xlsx", "excel"), ("x.txt", "csv"), ("x", "csv")]
)
def test_what_cannot_be_read_is_what_its_name_says(detect, name, expected):
    assert detect(bytes(100), name).format == expected


def test_a_file_that_is_not_there_is_what_its_name_says(tmp_path):
    assert detect_format(tmp_path / "x.sav") == Detected("spss", "cannot be read; its name ends in .sav")


@pytest.mark.parametrize(
    ("content", "title_rows"),
    [
        ("Our survey\n\ncode,q1,q2\na,1,2\nb,3,4\n", 2),
        ("Our survey,,\n,,\ncode,q1,q2\na,1,2\n", 2),
        ("Our survey; 2025\ncode;q1;q2\na;1;2\nb;1;2\n", 1),
        (",q1\n1,5\n", 0),
        ([["Our survey"], [], *TABLE], 2),
    ],
)
def test_title_rows_are_counted(detect, content, title_rows):
    assert detect(content).title_rows == title_rows


def test_of_several_sheets_the_first_with_cells_is_named(detect):
    found = detect({"Empty": [], "Answers": [["Survey"], *TABLE], "Notes": [["x", "y"]]})
    assert (found.format, found.sheet, found.title_rows) == ("excel", "Answers", 1)
    assert found.reason.endswith("; one of 2 sheets with cells")


@pytest.mark.parametrize("content", [TABLE, {"Notes": [], "A": [["x"], *TABLE], "B": TABLE}, "x\n\na;b\n1;2\n3;4\n"])
def test_what_is_found_is_what_reading_needs(detect, tmp_path, content):
    found = detect(content)
    file = File(file="x.csv", format=found.format, title_rows=found.title_rows, sheet=found.sheet)
    assert len(read_export(tmp_path, file).rows) == 2


@pytest.mark.parametrize(
    ("folder", "pattern", "expected"),
    [
        ("format-qualtrics", "*.csv", "qualtrics"), ("format-surveymonkey", "*.csv", "surveymonkey"),
        ("format-redcap", "*_data.csv", "redcap"), ("format-redcap", "*_dictionary.csv", "csv"),
        ("format-limesurvey", "*.csv", "limesurvey"), ("format-googleforms", "*.csv", "google-forms"),
        ("theobold-workshops-sgic", "*_raw.csv", "google-forms"), ("theobold-workshops-sgic", "*_clean.csv", "csv"),
        ("format-spss", "*.sav", "spss"), ("biodiversity-pd", "*.csv", "csv"), ("ahi-cesd", "*.csv", "csv"),
        ("mental-abacus", "*.csv", "csv"), ("r-psychtools", "*.csv", "csv"), ("dyads-r", "*.csv", "csv"),
    ],
)  # fmt: skip
def test_real_files(samples, folder, pattern, expected):
    paths = sorted(samples(folder).glob(pattern))
    assert {path.name: detect_format(path).format for path in paths} == {path.name: expected for path in paths}
    assert paths
