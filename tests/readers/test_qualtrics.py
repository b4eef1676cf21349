"""Qualtrics exports, of today and from before 2016."""

from pathlib import Path

import pytest

from rm_research.errors import ReadError
from rm_research.readers import read_export
from rm_research.study.settings import File

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "format-qualtrics"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not here")
IDS = '"{""ImportId"":""a""}","{""ImportId"":""b""}"\n'


@pytest.fixture
def export(tmp_path):
    def read(text):
        (tmp_path / "x.csv").write_text(text, encoding="utf-8")
        return read_export(tmp_path, File(file="x.csv", format="qualtrics"))

    return read


def test_answers_begin_below_the_import_ids(export):
    read = export("code,Q1\nYour code,How?\n" + IDS + "a,1\n")
    assert (read.rows.index.tolist(), read.rows["Q1"].tolist()) == ([4], ["1"])


def test_import_ids_may_stand_in_single_quotes(export):
    assert len(export("code,Q1\nYour code,How?\n{'ImportId': 'a'},{'ImportId': 'b'}\na,1\n").rows) == 1


def test_texts_numbers_and_choices_come_as_they_are(export):
    read = export("Q1,Q2_1,Q2_2,Q2_2_TEXT\nWie?,Was? - A,Was? - Anderes,Was? - Text\n" + IDS.strip() + "," + IDS
                  + "3,A,,\nSehr gut,,Anderes,Äpfel\n")  # fmt: skip
    assert read.rows.to_numpy().tolist() == [["3", "A", "", ""], ["Sehr gut", "", "Anderes", "Äpfel"]]
    assert read.find("was? - anderes") == "Q2_2"


def test_title_rows_are_passed(tmp_path):
    (tmp_path / "x.csv").write_text("Survey\n\ncode,Q1\nYour code,How?\n" + IDS + "a,1\n", encoding="utf-8")
    read = read_export(tmp_path, File(file="x.csv", format="qualtrics", title_rows=2))
    assert (list(read.rows), read.rows.index.tolist()) == (["code", "Q1"], [6])


def test_question_texts_are_kept_by_column(export):
    assert export("code,Q1\nYour code,How?\n" + IDS + "a,1\n").texts == {"code": "Your code", "Q1": "How?"}


def test_a_column_called_v1_keeps_its_name_in_a_new_export(export):
    assert list(export("code,V1\nYour code,How?\n" + IDS + "a,1\n").rows) == ["code", "V1"]


def test_a_legacy_export_names_its_system_columns_in_row_two(export):
    assert list(export("V1,Q1\nResponseID,How?\nR_1,1\n").rows) == ["ResponseID", "Q1"]


def test_an_export_without_answers_has_no_rows(export):
    assert len(export("code,Q1\nYour code,How?\n" + IDS).rows) == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,Q1\n" + IDS + "a,1\n", 'import ids in row 2: the row of question texts was removed. Export it again'),
        ("code,Q1\na,1\nb,2\n", 'no import ids in row 3 and is not a legacy export either, so it is unclear where its'),
        ("V8,Q1\n2017-07-18 08:28:09,1\n", "no import ids in row 3 and is not a legacy export either"),
        ("code,Q1\n", "no import ids in row 3 and is not a legacy export either"),
        ("", "x.csv is empty. Export it again"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_tell_where_answers_begin_is_refused(export, text, message):
    with pytest.raises(ReadError) as caught:
        export(text)
    assert message in str(caught.value)


@needs_samples
def test_a_real_export_of_today():
    read = read_export(SAMPLES, File(file="qualtRics_sample.csv", format="qualtrics"))
    assert (read.rows.loc[4, "Q2"], read.texts["Q1"]) == ("Hello World!", "This is a multiple choice question.")


@needs_samples
def test_a_real_legacy_export():
    read = read_export(SAMPLES, File(file="qualtRics_sample_legacy.csv", format="qualtrics"))
    assert (list(read.rows)[:2], read.rows.loc[3, "Q2"]) == (["ResponseID", "ResponseSet"], "Hello World!")
