"""SPSS files: codes, labels, declared missing, dates; and files that are none or damaged."""

import datetime as dt

import pandas as pd
import pyreadstat
import pytest

from rm_research.errors import ReadError
from rm_research.readers import read_export
from rm_research.readers.spss import date_text
from rm_research.study.settings import File


@pytest.fixture
def sav(tmp_path):
    """Write a frame as .sav and read it back."""

    def write_and_read(frame, **options):
        pyreadstat.write_sav(frame, tmp_path / "x.sav", **options)
        return read_export(tmp_path, File(file="x.sav", format="spss"))

    return write_and_read


def test_codes_are_text_and_labels_stand_beside_them(sav):
    frame = pd.DataFrame({"code": ["a ", "b"], "mood": [1.0, 2.0], "size": [1.5, float("nan")]})
    read = sav(frame, column_labels=["Your code", "How are you?", None], variable_value_labels={"mood": {1: "Bad"}})
    assert read.rows.to_numpy().tolist() == [["a", "1", "1.5"], ["b", "2", ""]]
    assert (read.rows.index.tolist(), read.labels) == ([2, 3], {"mood": {"1": "Bad"}})
    assert read.texts == {"code": "Your code", "mood": "How are you?"}


def test_values_declared_missing_are_emptied_and_counted(sav):
    frame = pd.DataFrame({"mood": [1.0, -9.0, 97.0, 98.0], "word": ["x", "none", "y", ""]})
    read = sav(
        frame,
        missing_ranges={"mood": [-9, {"lo": 97, "hi": 99}], "word": ["none"]},
        variable_value_labels={"mood": {1: "Bad", -9: "refused"}},
    )
    assert read.rows.to_numpy().tolist() == [["1", "x"], ["", ""], ["", "y"], ["", ""]]
    assert read.steps == (("values declared missing emptied", 4),)
    assert read.labels == {"mood": {"1": "Bad"}}


def test_dates_are_iso_8601(sav):
    frame = pd.DataFrame({"day": [dt.date(2025, 4, 4), None], "at": [dt.datetime(2025, 4, 4, 13, 8, 48), None],
                          "clock": [dt.time(3, 4, 5), None]})  # fmt: skip
    assert sav(frame).rows.to_numpy().tolist() == [["2025-04-04", "2025-04-04T13:08:48", "03:04:05"], ["", "", ""]]


@pytest.mark.parametrize(
    ("shown", "seconds", "text"),
    [
        ("DATETIME20.2", 13634179200.0, "2014-11-01T00:00:00"),
        ("MOYR8", 13634179200.0, "2014-11-01"),
        ("DTIME12", 90061.0, "25:01:01"),
        ("DATE11", 1e300, None),
        ("F8.2", 1.0, None),
        ("WKDAY3", 2.0, None),
    ],
)
def test_the_display_format_tells_dates_from_numbers(shown, seconds, text):
    assert date_text(shown, seconds) == text


def test_long_text_and_odd_names_are_kept(sav):
    text = "long ä€ " * 200
    rows = sav(pd.DataFrame({"größe": ["x"], "note": [text]})).rows
    assert rows.loc[2, ["größe", "note"]].tolist() == ["x", text.rstrip()]


@pytest.mark.parametrize(
    ("name", "rows", "columns", "emptied"),
    [
        ("pspp_hotel", 17, 5, 0), ("foreign_testdata", 5, 16, 7), ("foreign_electric", 240, 13, 130),
        ("pyreadstat_mr", 6, 12, 3), ("pyreadstat_ordered_category", 4, 1, 0), ("pyreadstat_sample", 5, 7, 0),
        ("pyreadstat_sample_missing", 7, 7, 5),
    ],
)  # fmt: skip
def test_real_files(sample, name, rows, columns, emptied):
    read = sample("format-spss", f"{name}.sav", "spss")
    assert (read.rows.shape, dict(read.steps).get("values declared missing emptied", 0)) == ((rows, columns), emptied)
    assert not read.rows.stack().str.fullmatch(r"-?\d+\.0").any()


def test_a_real_file_with_undeclared_values_and_long_text(sample):
    read = sample("format-spss", "foreign_testdata.sav", "spss")
    assert set(read.rows["factor_n_undeclared"]) - set(read.labels["factor_n_undeclared"]) == {"2", "4", "3"}
    assert read.rows["string_500"].str.len().max() > 400
    assert read.rows.loc[2, "date"] == "1983-12-11"


def test_a_real_windows_file(sample):
    read = sample("format-spss", "foreign_electric.sav", "spss")
    assert set(read.rows["DAYOFWK"]) == {"", *"1234567"}
    assert "9" not in read.labels["DAYOFWK"]
    assert read.texts["CASEID"] == "CASE IDENTIFICATION NUMBER"


@pytest.fixture
def refused(tmp_path):
    def message(content, **options):
        (tmp_path / "x.sav").write_bytes(content)
        with pytest.raises(ReadError) as caught:
            read_export(tmp_path, File(file="x.sav", format="spss", **options))
        return str(caught.value)

    return message


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "x.sav is not an SPSS file (.sav). Export it again, or correct its format in study.toml"),
        (b"code,q1\n", "x.sav is not an SPSS file"),
        (b"$FL2 and nothing", "x.sav is damaged or cut off. Export it again"),
        (b"\x1c" + bytes(7) + b"ENCRYPTEDSAV" + bytes(40), "x.sav is protected with a password. Save it without one"),
    ],
)
def test_another_file_is_refused(refused, content, expected):
    assert expected in refused(content)


@pytest.mark.slow
def test_a_file_cut_off_anywhere_is_refused(refused, samples):
    content = (samples("format-spss") / "pyreadstat_sample.sav").read_bytes()
    for end in range(4, len(content), len(content) // 5):
        assert refused(content[:end]) == "x.sav is damaged or cut off. Export it again."


def test_damage_that_brings_the_library_down_is_refused(refused, samples):
    content = bytearray((samples("format-spss") / "pyreadstat_ordered_category.sav").read_bytes())
    content[273] = 128  # labels of a variable that is not there
    assert refused(bytes(content)) == "x.sav is damaged or cut off. Export it again."


def test_another_encoding_than_declared_is_said(refused, samples):
    content = (samples("format-spss") / "foreign_testdata.sav").read_bytes()
    assert "x.sav has text in another encoding than it declares. Set encoding" in refused(content, encoding="ascii")
