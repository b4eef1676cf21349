"""REDCap: raw and label exports, and what the data dictionary adds."""

import pytest

from rm_research.errors import ReadError
from rm_research.readers.redcap import parse_choices

HEADER = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Identifier?\n'
)
DICTIONARY = HEADER + (
    "record_id,base,,text,Record ID,,\n"
    "first_name,base,,text,First name,,y\n"
    'mood,base,,radio,"How <b>are</b> you?","1, Bad | 2, Fair, or so | 3, Good",\n'
    'gym,base,,checkbox,Gym,"0, Monday|1, Tuesday|-9, Don\'t know",\n'
    'who,base,,checkbox,Whom do you know,"1, Ann|2, Bob",y\n'
    "fit,more,,yesno,Fit?,,\n"
    "tall,more,,truefalse,Tall?,,\n"
    'pain,more,,slider,Pain,"none | some | much",\n'
)
DATA = (
    "record_id,redcap_event_name,first_name,mood,gym___0,gym___1,gym____9,who___1,fit,tall,pain,base_complete\n"
    "1,start_arm_1,Ann,2,1,0,0,1,1,0,50,2\n"
    "1,end_arm_1,,3,0,1,0,0,0,1,,1\n"
)


@pytest.fixture
def export(read, tmp_path):
    def read_both(data=DATA, dictionary=DICTIONARY):
        (tmp_path / "dictionary.csv").write_text(dictionary, encoding="utf-8")
        return read(data, "redcap", dictionary="dictionary.csv")

    return read_both


def test_columns_stay_as_they_are(export):
    read = export()
    assert list(read.rows) == DATA.split("\n")[0].split(",")
    assert read.rows["redcap_event_name"].tolist() == ["start_arm_1", "end_arm_1"]


def test_texts_come_from_the_dictionary(export):
    texts = export().texts
    assert (texts["mood"], texts["gym___1"], texts["gym____9"]) == ("How are you?", "Gym: Tuesday", "Gym: Don't know")
    assert "redcap_event_name" not in texts


def test_labels_come_from_the_dictionary(export):
    labels = export().labels
    assert labels["mood"] == {"1": "Bad", "2": "Fair, or so", "3": "Good"}
    assert labels["gym___0"] == {"0": "Unchecked", "1": "Checked"}
    assert (labels["fit"], labels["tall"]) == ({"1": "Yes", "0": "No"}, {"1": "True", "0": "False"})
    assert labels["base_complete"]["2"] == "Complete"
    assert not {"pain", "record_id", "more_complete"} & set(labels)


def test_a_column_exported_with_its_labels_has_no_codes(export):
    labels = export("record_id,mood,fit\n1,Good,1\n2,Bad,\n").labels
    assert set(labels) == {"fit"}


def test_identifiers_are_told_and_stay(export):
    read = export()
    assert read.identifiers == {"first_name", "who___1"}
    assert read.rows["first_name"].tolist() == ["Ann", ""]
    assert read.steps == ()


def test_a_records_number_may_be_an_identifier(export):
    read = export(dictionary=DICTIONARY.replace("Record ID,,\n", "Record ID,,y\n"))
    assert "record_id" in read.identifiers
    assert read.rows["record_id"].tolist() == ["1", "1"]


def test_identifiers_are_told_in_an_export_with_labels_too(export):
    data = (
        "Record ID,Event Name,First name,How are you?,Whom do you know (choice=Ann),Gym (choice=Monday)\n"
        "1,Start,Ann,Bad,Checked,Checked\n"
    )
    read = export(data)
    assert list(read.rows)[3] == "How are you?"
    assert read.identifiers == {"First name", "Whom do you know (choice=Ann)"}


def test_identifiers_with_one_label_are_told_though_numbered(export):
    dictionary = DICTIONARY.replace('mood,base,,radio,"How <b>are</b> you?"', "mood,base,,radio,First name")
    read = export("Record ID,First name,First name\n1,Ann,Bad\n", dictionary)
    assert read.identifiers == {"First name (1)", "First name (2)"}


def test_the_api_names_the_dictionarys_columns_otherwise(export):
    header = "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,identifier\n"
    assert export(dictionary=DICTIONARY.replace(HEADER, header)).texts["fit"] == "Fit?"


def test_without_a_dictionary_cells_are_read_as_they_are(read):
    read = read(DATA, "redcap")
    assert (read.rows.shape, read.texts, read.labels, read.identifiers) == ((2, 12), {}, {}, frozenset())


def test_a_dictionary_that_is_not_there_is_said(read):
    with pytest.raises(
        ReadError, match=r"names.csv is not in the study folder. Put the data dictionary there, or corr"
    ):
        read(DATA, "redcap", dictionary="names.csv")


@pytest.mark.parametrize(
    ("dictionary", "message"),
    [
        (DICTIONARY.replace("Identifier?", "Other"), "dictionary.csv is not a REDCap data dictionary: it has no"),
        (HEADER + "age,base,,text,Age,,\n", "dictionary.csv describes no column of x.csv. Download the data dict"),
        (HEADER, "dictionary.csv describes no column of x.csv"),
        ("", "dictionary.csv is empty"),
    ],
)  # fmt: skip
def test_another_file_is_no_dictionary(export, dictionary, message):
    with pytest.raises(ReadError) as caught:
        export(dictionary=dictionary)
    assert message in str(caught.value)


def test_choices_are_parted_at_bars_and_the_first_comma():
    assert parse_choices("0, A|1,B, or C | 2 , <i>D</i> | round([x],1 | plain") == {
        "0": "A", "1": "B, or C", "2": "D", "round([x]": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "shape", "labels"),
    [("longitudinal", (18, 125), 70), ("checkboxes", (4, 13), 11), ("repeating_multilevel", (220, 19), 3)],
)
def test_real_exports(sample, name, shape, labels):
    read = sample("format-redcap", f"{name}_data.csv", "redcap", dictionary=f"{name}_dictionary.csv")
    assert (read.rows.shape, len(read.labels)) == (shape, labels)


def test_a_real_longitudinal_export(sample):
    read = sample("format-redcap", "longitudinal_data.csv", "redcap", dictionary="longitudinal_dictionary.csv")
    assert (read.rows["study_id"].nunique(), read.rows["redcap_event_name"].nunique()) == (3, 12)
    assert read.texts["gym___0"] == "Gym (Weight Training): Monday"
    assert read.labels["demographics_complete"] == {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
    assert set(read.rows["gym___0"]) <= {"", *read.labels["gym___0"]}


def test_a_real_export_with_repeats_and_labels_in_some_columns(sample):
    read = sample("format-redcap", "repeating_multilevel_data.csv", "redcap",
                  dictionary="repeating_multilevel_dictionary.csv")  # fmt: skip
    assert set(read.rows["redcap_repeat_instrument"]) == {"", "appointment"}
    assert "race" not in read.labels
