"""Workbooks that are not .xlsx are read as the same table in .xlsx is."""

import datetime as dt
import io
import zipfile

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from properties import examples
from workbooks import ods, xls, xlsb, xlsx, zipped

from rm_research.cli import main
from rm_research.errors import ReadError
from rm_research.readers import other_workbooks, read_export
from rm_research.readers.detection import detect_format, detect_tables
from rm_research.readers.other_workbooks import PROGRAM
from rm_research.study.settings import File

pytest.importorskip("python_calamine")

WRITERS = {"xls": xls, "xlsb": xlsb, "ods": ods}
DAY, MOMENT = dt.date(2025, 4, 4), dt.datetime(2025, 4, 4, 13, 8, 48)
HEADER = ["code", "q1", "q2", "when"]
ROWS = [
    HEADER,
    ["007", 3, 0.1 + 0.2, DAY],
    [None, None, None, None],
    ["Zoë", 12345678901, True, MOMENT],
    ["NA", None, False],
]
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6).map(lambda number: round(number, 6)),
    st.dates(dt.date(1905, 1, 1), dt.date(2099, 12, 31)), st.text("abäß 01.,;<&", max_size=8).map(str.strip),
)  # fmt: skip


def read_bytes(folder, content, **options):
    (folder / "x").write_bytes(content)
    return read_export(folder, File(file="x", format="excel", **options))


@pytest.mark.parametrize("kind", WRITERS)
def test_cells_are_those_of_the_same_xlsx(read, kind):
    found = read(WRITERS[kind]({"Answers": ROWS}), "excel")
    expected = read(xlsx({"Answers": ROWS}), "excel")
    assert found.rows.to_numpy().tolist() == expected.rows.to_numpy().tolist()
    assert found.rows.index.tolist() == expected.rows.index.tolist() == [2, 4, 5]
    assert found.rows.iloc[0].tolist() == ["007", "3", "0.3", "2025-04-04"]
    assert found.rows.iloc[1].tolist() == ["Zoë", "12345678901", "TRUE", "2025-04-04T13:08:48"]


@pytest.mark.parametrize("kind", ["xls", "xlsb"])
def test_days_counted_from_1904_are_the_same_days(read, kind):
    found = read(WRITERS[kind]({"Answers": ROWS}, from_1904=True), "excel").rows["when"]
    assert found.tolist() == ["2025-04-04", "2025-04-04T13:08:48", ""]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("workbooks")


@pytest.mark.parametrize("kind", WRITERS)
@given(table=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5))
@examples(2)
def test_any_table_is_that_of_the_same_xlsx(place, kind, table):
    rows = [["a", "b", "c"], *([cell or None if isinstance(cell, str) else cell for cell in row] for row in table)]
    found, expected = (read_bytes(place, write({"S": rows})).rows for write in (WRITERS[kind], xlsx))
    assert found.to_numpy().tolist() == expected.to_numpy().tolist()
    assert found.index.tolist() == expected.index.tolist()


@pytest.mark.parametrize("kind", WRITERS)
@given(part=st.integers(0, 999), place_of=st.integers(0, 9999), byte=st.integers(0, 255))
@examples(2)
def test_a_damaged_file_is_read_or_refused(place, kind, part, place_of, byte):
    content = bytearray(WRITERS[kind]({"S": ROWS}))
    content[place_of % len(content)] = byte
    for damaged in (bytes(content), bytes(content[: len(content) * part // 1000])):
        try:
            read_bytes(place, damaged)
        except ReadError as error:
            assert error.problems  # noqa: PT017


@pytest.mark.parametrize("kind", WRITERS)
def test_sheets_and_titles_are_found_and_declared(tmp_path, kind):
    titled = [["Our survey"], [], *ROWS]
    (tmp_path / "x").write_bytes(WRITERS[kind]({"Empty": [], "PRE": titled, "POST": titled}))
    found = detect_tables(tmp_path / "x")
    assert [(one.format, one.sheet, one.title_rows) for one in found] == [("excel", "PRE", 2), ("excel", "POST", 2)]
    export = read_export(tmp_path, File(file="x", format="excel", sheet="POST", title_rows=2))
    assert (list(export.rows), export.rows.index.tolist(), export.file) == (HEADER, [4, 6, 7], "x [POST]")
    with pytest.raises(ReadError, match="x has 2 sheets with cells"):
        read_export(tmp_path, File(file="x", format="excel"))
    with pytest.raises(ReadError, match=r"x has no sheet 'Answers'. It has 'Empty', 'PRE', 'POST'"):
        read_export(tmp_path, File(file="x", format="excel", sheet="Answers"))


@pytest.mark.parametrize("kind", WRITERS)
def test_survey_tools_that_write_workbooks_may_write_these(tmp_path, kind):
    (tmp_path / "x").write_bytes(WRITERS[kind]({"S": [["Timestamp", "How?"], ["2025-04-04", 1]]}))
    assert detect_format(tmp_path / "x").format == "google-forms"
    assert read_export(tmp_path, File(file="x", format="google-forms")).rows["How?"].tolist() == ["1"]


def test_rows_that_are_only_announced_are_not_read(read):
    end = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="99"/>'
    with zipfile.ZipFile(io.BytesIO(ods({"S": ROWS}))) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    files["content.xml"] = files["content.xml"].replace("</table:table>", f"{end}</table:table-row></table:table>")
    assert len(read(zipped(files), "excel").rows) == 3


@pytest.mark.parametrize(("kind", "said"), [("xls", "before 2007"), ("xlsb", "binary Excel"), ("ods", "OpenDocument")])
def test_without_the_library_both_ways_on_are_named(read, tmp_path, monkeypatch, kind, said):
    program = tmp_path / "program.py"
    program.write_text("import sys\nsys.modules['python_calamine'] = None\n" + PROGRAM.read_text(encoding="utf-8"))
    monkeypatch.setattr(other_workbooks, "PROGRAM", program)
    content = WRITERS[kind]({"S": ROWS})
    with pytest.raises(ReadError) as refused:
        read(content, "excel")
    assert said in str(refused.value)
    assert "pip install 'rm_research[formats]'" in str(refused.value)
    assert "save the file as 'Excel workbook (.xlsx)'" in str(refused.value)
    (tmp_path / f"pre.{kind}").write_bytes(content)
    drafted = CliRunner().invoke(main, ["init", str(tmp_path / "d"), "--from", str(tmp_path / f"pre.{kind}")])
    assert (drafted.exit_code, "rm_research[formats]" in drafted.stderr) == (1, True)


def test_by_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    people = [[f"K{n}", n % 5 + 1, n * 3 % 5 + 1] for n in range(12)]
    later = [[code, 6 - one, two] for code, one, two in people]
    (tmp_path / "pre.ods").write_bytes(ods({"S": [["code", "q_1", "q_2"], *people]}))
    (tmp_path / "post.xls").write_bytes(xls({"S": [["code", "q_1", "q_2"], *later]}))
    assert CliRunner().invoke(main, ["init", "draft", "--from", "pre.ods", "post.xls"]).exit_code == 0
    checked = CliRunner().invoke(main, ["check", "draft", "--allow-outside"], env={"COLUMNS": "200"})
    assert checked.exit_code == 0
    assert "0 errors" in checked.stdout
