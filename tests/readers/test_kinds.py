"""A file is named for what it is, whatever its name says, with the way to one that can be read."""

import pytest
from workbooks import ods, xlsx, zipped

from rm_research.errors import ReadError
from rm_research.readers.detection import detect_format
from rm_research.study.settings import FORMATS

OLD = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
PAGE = "<html><body><table><tr><td>code</td><td>q1</td></tr></table></body></html>"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PAGE, "web page (HTML), even if its name ends in .xls. Open it in a spreadsheet program"),
        ("\ufeff\n<!DOCTYPE HTML>\n" + PAGE, "web page"),
        ("<table><tr><td>1</td></tr></table>", "web page"),
        (PAGE.encode("utf-16"), "web page"),
        ('[{"code": "A", "q1": 1}]', "JSON, which holds no table. Export the answers as CSV"),
        ('{"data": []}', "JSON"),
        ("[[1, 2]]", "JSON"),
        ('<?xml version="1.0"?><answers/>', "XML, which"),
        ('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML spreadsheet"),
        ("MIME-Version: 1.0\n", "web archive"),
        ("%PDF-1.7\n", "PDF document"),
        (r"{\rtf1 text}", "RTF"),
        ("SQLite format 3\0", "database"),
        ("PAR1", "Parquet"),
        (b"\x1f\x8b\x08", "compressed. Unpack it"),
        (b"\x09\x08\x04\x00", "before 1997"),
        (OLD + "WordDocument".encode("utf-16-le"), "Word document"),
        (OLD + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        (zipped({"word/document.xml": ""}), "Word document"),
        (zipped({"ppt/presentation.xml": ""}), "presentation"),
        (zipped({"Index/Document.iwa": ""}), "Apple Numbers"),
        (zipped({"Index.zip": ""}), "Apple Numbers"),
        (zipped({"answers.csv": "code,q1\na,1\n"}), "ZIP archive. Unpack it"),
    ],
)
@pytest.mark.parametrize("format", ["csv", "excel", "qualtrics", None])
def test_what_holds_no_table_says_what_it_is(read, tmp_path, content, said, format):
    (tmp_path / "x.xls").write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ReadError) as refused:
        read(content, format or detect_format(tmp_path / "x.xls").format, name="x.xls")
    assert f"x.xls {'is' if said != 'before 1997' else 'has'}" in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["{code},q1\na,1\n", "[pre] q1,[post] q1\n1,2\n", "<18,q1\na,1\n", '"{x}",y\n1,2\n'])
def test_a_table_whose_first_name_has_brackets_is_a_table(read, text):
    assert len(read(text, "csv").rows) == 1


def test_text_and_workbooks_are_told_apart(read):
    with pytest.raises(ReadError, match=r"x.csv is not an Excel workbook"):
        read("code,q1\na,1\n", "excel")
    for content in (xlsx({"S": [["a", "b"], [1, 2]]}), ods({"S": [["a", "b"], [1, 2]]})):
        with pytest.raises(ReadError, match=r'x.csv is a workbook, not a text file. Set format = "excel"'):
            read(content, "csv")


def test_every_kind_is_met_by_every_format_that_reads_tables(read):
    for format in set(FORMATS) - {"spss", "stata"}:
        with pytest.raises(ReadError, match="web page"):
            read(PAGE, format)
