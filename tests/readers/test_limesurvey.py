"""LimeSurvey: headers of codes, of texts, and of both."""

import pytest

BOTH = (
    '\ufeff"id. Response ID";"submitdate. Date submitted";"mood[SQ001].  How are you?\tAt work";"mood[SQ002]. How";'
    '"arr[A_1][1]. Dual";"note. "\n"1";"";"A1";"A2";"x";"said; done"\n'
)


def test_code_and_text_are_parted(read):
    read = read(BOTH, "limesurvey")
    assert list(read.rows) == ["id", "submitdate", "mood[SQ001]", "mood[SQ002]", "arr[A_1][1]", "note"]
    assert read.texts == {
        "id": "Response ID", "submitdate": "Date submitted", "mood[SQ001]": "How are you?\tAt work",
        "mood[SQ002]": "How", "arr[A_1][1]": "Dual",
    }  # fmt: skip
    assert read.rows.loc[2].tolist() == ["1", "", "A1", "A2", "x", "said; done"]
    assert read.steps[-1] == ("column names divided into code and question text", 6)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_texts_are_names_and_found_however_spaced(read, mark):
    read = read(mark.join(["Response ID", '"How  old, are; you? "', '"Well. And you?"']) + "\n" + mark.join("123"),
                "limesurvey")  # fmt: skip
    assert list(read.rows) == ["Response ID", "How  old, are; you?", "Well. And you?"]
    assert read.find("how old, are; you?") == "How  old, are; you?"


def test_repeated_texts_are_numbered(read):
    assert list(read("Response ID,Why?,Why?\n1,x,y\n", "limesurvey").rows) == ["Response ID", "Why? (1)", "Why? (2)"]


def test_codes_alone_stay(read):
    assert list(read("id,lastpage,mood[SQ001]\n1,2,3\n", "limesurvey").rows) == ["id", "lastpage", "mood[SQ001]"]


@pytest.mark.parametrize(
    ("name", "shape"), [("survey_100001_R_data_file", (3, 646)), ("survey_998192_R_data_file", (7, 71))]
)
def test_real_exports_of_texts(sample, name, shape):
    read = sample("format-limesurvey", f"{name}.csv", "limesurvey")
    assert read.rows.shape == shape
    assert list(read.rows)[:3] == ["Response ID", "Date submitted", "Last page"]


def test_a_real_export_of_codes_and_texts(sample):
    read = sample("format-limesurvey", "rse_2016_uk_public_data.csv", "limesurvey")
    assert read.rows.shape == (273, 67)
    assert read.texts["socio1"] == "In which country do you work?"
    assert {"affSat1", "affRec1", "turnOver5"} <= set(read.rows)
    assert {"Strongly Agree", "Strongly disagree"} <= set(read.rows["affSat1"]) | set(read.rows["affRec1"])
