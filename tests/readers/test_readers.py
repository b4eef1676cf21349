"""Which formats there are readers for, and what is said of files that are not there."""

import pytest

from rm_research.errors import ReadError
from rm_research.readers import read_export
from rm_research.study.settings import File


def test_a_file_that_is_not_there_is_named_with_a_remedy(tmp_path):
    with pytest.raises(
        ReadError, match=r"pre.csv is not in the study folder. Put it there, or correct its file in stud"
    ):
        read_export(tmp_path, File(file="pre.csv"))


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "pre.csv").mkdir()
    with pytest.raises(ReadError, match=r"pre.csv is not in the study folder"):
        read_export(tmp_path, File(file="pre.csv"))


@pytest.mark.parametrize("name", ["excel", "surveymonkey", "google-forms", "redcap", "limesurvey", "spss", "stata"])
def test_a_format_without_reader_names_those_with_one(tmp_path, name):
    with pytest.raises(ReadError, match=f"pre.x: format '{name}' has no reader yet. Export the survey as csv or qualt"):
        read_export(tmp_path, File(file="pre.x", format=name))


def test_a_file_that_cannot_be_opened_is_said(tmp_path):
    (tmp_path / "loop.csv").symlink_to("/proc/self/mem")
    with pytest.raises(ReadError, match=r"loop.csv cannot be opened: Input/output error. Close it elsewhere"):
        read_export(tmp_path, File(file="loop.csv"))
