"""SurveyMonkey: two header rows become one name a column."""

import pytest

from rm_research.errors import ReadError

HEADER = (
    "Respondent ID,Collector ID,Start Date,IP Address,Custom Data 1,How was <b>it</b>?<br>Be honest,Rate,,,Why?,Pick,\n"
    ",,,,,Response,Food,Room,Other (please specify),Open-Ended Response,Response,Other (please specify)\n"
)
RECORD = "1,2,2025-04-04,192.0.2.1,x,Good,5,4,bus,because,Red,blue\n"


def test_columns_are_named_by_question_and_what_stands_below(read):
    read = read(HEADER + RECORD, "surveymonkey")
    assert list(read.rows) == [
        "Respondent ID", "Collector ID", "Start Date", "IP Address", "Custom Data 1", "How was it ? Be honest",
        "Rate [Food]", "Rate [Room]", "Rate [Other (please specify)]", "Why?", "Pick", "Pick [Other (please specify)]",
    ]  # fmt: skip
    assert read.rows.loc[3].tolist() == RECORD.strip().split(",")


def test_texts_are_the_questions_in_full(read):
    read = read(HEADER + RECORD, "surveymonkey")
    assert read.texts["Rate [Room]"] == "Rate [Room]"
    assert read.find("how was it ?  be honest") == "How was it ? Be honest"


def test_responses_may_be_called_so_in_another_language(read):
    rows = read("RespondentID,Wie?,Warum?,Was?,\n,Antwort,Antwort,A,B\n1,x,y,z,\n", "surveymonkey").rows
    assert list(rows) == ["RespondentID", "Wie?", "Warum?", "Was? [A]", "Was? [B]"]


def test_a_matrix_of_one_row_keeps_it(read):
    assert list(read("RespondentID,Rate,Why?\n,Food,Response\n1,5,x\n", "surveymonkey").rows)[1:] == [
        "Rate [Food]",
        "Why?",
    ]


def test_signs_that_are_no_tags_stay(read):
    header = "RespondentID,Is 3 < 4 &amp; 5 > 4?\n,Response\n1,x\n"
    assert list(read(header, "surveymonkey").rows)[1] == "Is 3 < 4 & 5 > 4?"


def test_questions_asked_twice_are_numbered(read):
    assert list(read("RespondentID,Why?,Why?\n,Response,Response\n1,x,y\n", "surveymonkey").rows)[1:] == [
        "Why? (1)",
        "Why? (2)",
    ]


def test_a_column_above_which_nothing_stands_is_named_by_its_number(read):
    rows = read("RespondentID,Rate,,\n,Food,Room,\n1,5,4,more\n", "surveymonkey").rows
    assert list(rows)[3] == "column 4"


def test_only_headers_are_no_records(read):
    assert len(read(HEADER, "surveymonkey").rows) == 0


@pytest.mark.parametrize("content", ["RespondentID,Why?\n1,x\n", "code,Why?\na,x\n", "RespondentID,Why?\n"])
def test_a_record_is_never_taken_for_the_second_header(read, content):
    with pytest.raises(ReadError, match=r"x.csv has no second header row \('Response' or similar\). Export it again"):
        read(content, "surveymonkey")


def test_a_real_export_with_groups(sample):
    read = sample("format-surveymonkey", "StarWars.csv", "surveymonkey")
    assert read.rows.shape == (1186, 38)
    assert read.rows["RespondentID"].is_unique
    seen = [name for name in read.rows if name.startswith("Which of the following Star Wars films have you seen?")]
    assert len(seen) == 6
    assert seen[0].endswith("[Star Wars: Episode I The Phantom Menace]")
    assert set(read.rows[seen[0]]) == {"", "Star Wars: Episode I  The Phantom Menace"}
    assert sum(name.endswith("[Yoda]") for name in read.rows) == 1
    assert read.steps == (("encoding cp1252 detected (not utf-8)", 2),)


def test_a_real_export_with_html(sample):
    read = sample("format-surveymonkey", "steak-risk-survey.csv", "surveymonkey")
    assert read.rows.shape == (550, 15)
    assert not any("<" in name for name in read.rows)
    assert read.rows.index[0] == 3
