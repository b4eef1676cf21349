"""Which formats there are readers for, and what is said of files that are not there."""

from contextlib import suppress

import pytest

from rm_research.errors import ReadError
from rm_research.readers import READERS, read_export
from rm_research.study.settings import FORMATS, File


def test_a_file_that_is_not_there_is_named_with_a_remedy(tmp_path):
    with pytest.raises(
        ReadError, match=r"pre.csv is not in the study folder. Put it there, or correct its file in stud"
    ):
        read_export(tmp_path, File(file="pre.csv"))


def test_a_folder_is_no_file(tmp_path):
    (tmp_path / "pre.csv").mkdir()
    with pytest.raises(ReadError, match=r"pre.csv is not in the study folder"):
        read_export(tmp_path, File(file="pre.csv"))


def test_there_is_a_reader_for_every_format_of_study_toml():
    assert set(READERS) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_without_records_has_none_or_is_refused(tmp_path, name):
    for content in (b"", b"\n", b"code", b"code,q1\n"):
        (tmp_path / "x").write_bytes(content)
        with suppress(ReadError):
            assert len(read_export(tmp_path, File(file="x", format=name)).rows) == 0


def test_a_file_that_cannot_be_opened_is_said(tmp_path):
    (tmp_path / "loop.csv").symlink_to("/proc/self/mem")
    with pytest.raises(ReadError, match=r"loop.csv cannot be opened: Input/output error. Close it in other programs"):
        read_export(tmp_path, File(file="loop.csv"))
