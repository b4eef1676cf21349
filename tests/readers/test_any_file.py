"""Every reader, given any file: it returns an Export or says as a StudyError what is wrong; no record is lost."""

import csv
import io
import tempfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.errors import StudyError
from rm_research.readers import Export, read_export
from rm_research.readers.detection import detect_format
from rm_research.study.folding import printable
from rm_research.study.settings import FORMATS, File

PROGRAMS = ("spss", "stata")  # read in a process of their own, which takes its time
TEXT = tuple(name for name in FORMATS if name not in (*PROGRAMS, "excel"))
# above the records: rows that stand there, and the column that tells the format
HEADERS = {
    "csv": 1, "qualtrics": 3, "surveymonkey": 2, "google-forms": 1, "redcap": 1, "limesurvey": 1, "excel": 1, "spss": 1,
    "stata": 1, "microsoft-forms": 1, "kobotoolbox": 1, "moodle": 1, "typeform": 1, "jotform": 1,
}  # fmt: skip
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
PLAIN = st.text(st.sampled_from("ab12 ;,.ä€\"'=<"), max_size=6)


def tables(cells):
    """Rows of equal width, each with something in it."""
    return st.integers(2, 4).flatmap(
        lambda width: st.lists(st.lists(cells, min_size=width, max_size=width).filter(any), max_size=5)
    )


def headers(format, width):
    """Header rows of an export of so many columns."""
    names = [f"Q{place}" for place in range(width)]
    match format:
        case "qualtrics":
            return [names, [f"How {name}?" for name in names], ['{"ImportId":"x"}'] * width]
        case "surveymonkey":
            return [["Respondent ID", *names[1:]], ["", *["Response"] * (width - 1)]]
        case "limesurvey":
            return [[f"{name}. How {name}?" for name in names]]
    return [names]


def as_file(format, table):
    """Bytes of a valid export with these records."""
    width = len(table[0]) if table else 2
    if format in PROGRAMS:
        return statistical(format, pd.DataFrame(table, columns=[f"v{place}" for place in range(width)], dtype="str"))
    rows = [*headers(format, width), *table]
    if format == "excel":
        book, stream = openpyxl.Workbook(), io.BytesIO()
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row, start=1):
                # not `append`, which takes '=…' for a formula
                book.active.cell(number, column).value = cell
                book.active.cell(number, column).data_type = "s"
        book.save(stream)
        return stream.getvalue()
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode()


def statistical(format, frame):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        (pyreadstat.write_sav if format == "spss" else pyreadstat.write_dta)(frame, path)
        return path.read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


def read(place, format, content):
    """Export of a file with this content; None where a StudyError says why not."""
    (place / "x").write_bytes(content)
    detect_format(place / "x")
    with suppress(StudyError):
        found = read_export(place, File(file="x", format=format))
        assert isinstance(found, Export)
        assert len(set(found.rows)) == len(found.rows.columns)
        assert not found.rows.isna().any().any()
        return found
    return None


def check_records(place, format, table):
    found = read(place, format, as_file(format, table))
    first = HEADERS[format] + 1
    rows = found.rows.iloc[:, : len(table[0]) if table else 2]
    shown = ([printable(cell) for cell in row] for row in table)
    assert dict(zip(rows.index, rows.to_numpy().tolist(), strict=True)) == dict(enumerate(shown, start=first))


@pytest.mark.parametrize("format", TEXT)
@given(table=tables(CELLS))
@examples(8)
def test_no_record_of_a_text_file_is_lost(place, format, table):
    check_records(place, format, table)


@given(table=tables(PLAIN))
@examples(5)
def test_no_record_of_a_workbook_is_lost(place, table):
    check_records(place, "excel", table)


@pytest.mark.parametrize("format", PROGRAMS)
@given(table=tables(PLAIN.map(str.rstrip)))
@examples(2)
def test_no_record_of_a_statistical_file_is_lost(place, format, table):
    check_records(place, format, table or [["a", "b"]])


@pytest.mark.parametrize("format", [*TEXT, "excel"])
@given(
    content=st.one_of(
        st.binary(max_size=80), st.binary(max_size=40).map(b"PK\x03\x04".__add__), st.text().map(str.encode)
    )
)
@examples(15)
def test_any_bytes_are_read_or_refused(place, format, content):
    read(place, format, content)


@pytest.mark.parametrize(("format", "signature"), [("spss", b"$FL2"), ("spss", b"$FL3"), ("stata", b"r\x02\x01\x00")])
@given(content=st.binary(max_size=300))
@examples(2)
def test_any_bytes_that_begin_as_a_statistical_file_are_read_or_refused(place, format, signature, content):
    read(place, format, signature + content)


@pytest.mark.parametrize("format", [*TEXT, "excel"])
@given(table=tables(PLAIN), part=st.integers(0, 999))
@examples(8)
def test_a_file_cut_off_is_read_or_refused(place, format, table, part):
    content = as_file(format, table)
    read(place, format, content[: len(content) * part // 1000])


@pytest.mark.parametrize("format", PROGRAMS)
@given(table=tables(PLAIN).filter(bool), part=st.integers(0, 950))
@examples(2)
def test_a_statistical_file_cut_off_is_refused(place, format, table, part):
    content = as_file(format, table)
    assert read(place, format, content[: len(content) * part // 1000]) is None


@pytest.mark.parametrize("format", TEXT)
@given(table=tables(PLAIN), data=st.data())
@examples(8)
def test_a_file_with_a_byte_changed_is_read_or_refused(place, format, table, data):
    content = bytearray(as_file(format, table))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read(place, format, bytes(content))
