"""Workbooks: cells as a CSV file would have them, and what is refused with a remedy."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from rm_research.errors import ReadError

ROWS = [["code", "q1"], ["a", 1], ["b", 2]]


def test_cells_are_text_as_a_csv_file_has_them(read):
    cells = ["007", 1, 2.0, 0.1 + 0.2, True, False, None, "NA", 12345678901]
    rows = read([[f"q{n}" for n in range(len(cells))], cells], "excel").rows
    assert rows.iloc[0].tolist() == ["007", "1", "2", "0.3", "TRUE", "FALSE", "", "NA", "12345678901"]


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [(7, "0000", "0007"), (-7, "0000", "-0007"), (12345, "000", "12345"), (7, "0", "7"), (7, "General", "7"),
     (0, "00", "00"), (7.5, "0000", "7.5"), (7, "#,##0", "7"), ("7", "0000", "7"), (True, "0000", "TRUE")],
)  # fmt: skip
def test_whole_numbers_have_the_leading_zeros_that_are_shown(read, value, shown, text):
    book = openpyxl.Workbook()
    book.active.append(["code", "q1"])
    book.active.append([value, value])
    book.active["A2"].number_format = shown
    stream = io.BytesIO()
    book.save(stream)
    assert read(stream.getvalue(), "excel").rows["code"].tolist() == [text]


def test_dates_and_times_are_iso_8601(read):
    cells = [dt.date(2025, 4, 4), dt.datetime(2025, 4, 4, 13, 8, 48), dt.time(13, 8), dt.timedelta(hours=30)]
    rows = read([["q1", "q2", "q3", "q4"], cells], "excel").rows
    assert rows.iloc[0].tolist() == ["2025-04-04", "2025-04-04T13:08:48", "13:08:00", "30:00:00"]


def test_rows_are_counted_as_the_sheet_does(read):
    read = read([["code", "q1"], ["a", 1], [], ["b", 2]], "excel")
    assert (read.rows.index.tolist(), read.short) == ([2, 4], ())


def test_title_rows_are_passed(read):
    read = read([["Our survey"], [], *ROWS], "excel", title_rows=2)
    assert (list(read.rows), read.rows.index.tolist()) == (["code", "q1"], [4, 5])


def test_a_header_may_be_a_number_and_repeat(read):
    assert list(read([["code", 2024, 2024], ["a", 1, 2]], "excel").rows) == ["code", "2024 (1)", "2024 (2)"]


def test_a_record_longer_than_the_header_has_a_column_of_its_own(read):
    assert read([["code", "q1"], ["a", 1, "more"]], "excel").rows["column 3"].tolist() == ["more"]


@pytest.mark.parametrize("sheet", ["Answers", 2])
def test_a_sheet_is_chosen_by_name_or_number(read, sheet):
    book = {"Notes": [["about", "us"]], "Answers": ROWS}
    assert read(book, "excel", sheet=sheet).rows["code"].tolist() == ["a", "b"]


def test_the_only_sheet_with_cells_is_taken(read):
    assert len(read({"Empty": [], "Answers": ROWS, "Blank": [[None, ""]]}, "excel").rows) == 2


def test_cells_with_an_error_are_emptied_and_counted(read):
    read = read([["code", "q1", "q2"], ["a", "#N/A", 1], ["b", "#DIV/0!", "#REF!"]], "excel")
    assert read.rows.to_numpy().tolist() == [["a", "", "1"], ["b", "", ""]]
    assert read.steps == (("cells with a spreadsheet error emptied", 3),)


def edited(content: bytes, pattern: bytes, replacement: bytes, *, inside="xl/worksheets/sheet1.xml") -> bytes:
    """Workbook with a part of its XML replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == inside:
                part, number = re.subn(pattern, replacement, part)
                assert number, "nothing was replaced"
            target.writestr(name, part)
    return stream.getvalue()


def test_formulas_have_the_value_they_were_saved_with(read, workbook):
    content = edited(workbook([["code", "q1"], ["a", "=1+1"]]), rb"</f><v\s*/?>(</v>)?", b"</f><v>2</v>")
    assert read(content, "excel").rows["q1"].tolist() == ["2"]


def test_a_formula_whose_value_is_the_empty_text_is_an_empty_cell(read, workbook):
    content = workbook([["code", "q1"], ["a", '=""']])
    content = edited(content, rb'<c r="B2"[^>]*>', b'<c r="B2" t="str">')
    assert read(content, "excel").rows["q1"].tolist() == [""]


def test_a_formula_saved_without_its_value_is_refused(read):
    with pytest.raises(ReadError, match=r"formula without its value in cell B2 of sheet 'Sheet'. Open it in a spread"):
        read([["code", "q1"], ["a", "=1+1"]], "excel")


def test_a_wrong_size_of_the_sheet_loses_no_cell(read, workbook):
    content = edited(workbook(ROWS), rb'<dimension ref="[^"]*"', b'<dimension ref="A1"')
    assert read(content, "excel").rows.to_numpy().tolist() == [["a", "1"], ["b", "2"]]


def test_merged_cells_are_empty_but_for_the_first(read, workbook):
    content = edited(workbook([["code", "q1"], ["a", 1], [None, 2]]), rb"</sheetData>",
                     b'</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>')  # fmt: skip
    assert read(content, "excel").rows["code"].tolist() == ["a", ""]


OLD = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500)


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ({"One": ROWS, "Two": ROWS}, {},
         "has 2 sheets with cells ('One', 'Two'). Set sheet to one of them next to its"),
        ({"One": ROWS, "Two": ROWS}, {"sheet": "Three"}, "has no sheet 'Three'. It has 'One', 'Two'. Correct sheet in"),
        ({"One": ROWS, "Two": ROWS}, {"sheet": 3}, "has no sheet number 3. It has 'One', 'Two'. Correct sheet in stud"),
        ({"One": ROWS}, {"sheet": 0}, "has no sheet number 0. It has 'One'"),
        ({"One": []}, {}, "x.csv is empty. Export it again"),
        ({"One": [[], ["code"]]}, {}, "has no header in row 1 of sheet 'One'. Export it again, or set title_rows"),
        ({"One": ROWS}, {"title_rows": 9}, "has no header in row 10 of sheet 'One'"),
        (b"code,q1\na,1\n", {},
         "is not an Excel workbook. Save it as 'Excel workbook (.xlsx)', or correct its format in"),
        (b"", {}, "is not an Excel workbook"),
        (OLD, {}, "seems to be an Excel workbook from before 2007 (.xls), but is damaged. Open it"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), {}, "is protected with a password. Save it without one"),
        (b"PK\x03\x04 and nothing", {},
         "is damaged or not an .xlsx workbook. Open it in a spreadsheet program and save"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_remedy(read, content, options, message):
    with pytest.raises(ReadError) as caught:
        read(content, "excel", **options)
    assert message in str(caught.value)


def test_damage_inside_is_said(read, workbook):
    content = edited(workbook(ROWS), rb"<row", b"<now")
    with pytest.raises(ReadError, match=r"is damaged or not an .xlsx workbook"):
        read(content, "excel")


def test_a_survey_tools_export_may_be_a_workbook(read):
    header = [["RespondentID", "How?", None], [None, "Food", "Room"], [7, 1, 2]]
    assert list(read(header, "surveymonkey").rows) == ["RespondentID", "How? [Food]", "How? [Room]"]
