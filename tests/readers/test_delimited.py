"""CSV files: what reads back, and what is refused with its place and remedy."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.errors import ReadError
from rm_research.readers import delimited, read_export
from rm_research.study.folding import printable
from rm_research.study.settings import File


@pytest.fixture
def export(tmp_path):
    def read(content, **options):
        (tmp_path / "x.csv").write_bytes(content.encode() if isinstance(content, str) else content)
        return read_export(tmp_path, File(file="x.csv", **options))

    return read


def test_cells_are_text_as_they_stand(export):
    rows = export("code,q1\n007,1e3\nNone,NA\n").rows
    assert rows.to_numpy().tolist() == [["007", "1e3"], ["None", "NA"]]


def test_rows_are_counted_as_a_spreadsheet_does(export):
    rows = export('code,q1\na,"two\nlines"\n\nb,2\n').rows
    assert rows.index.tolist() == [2, 4]


def test_rows_with_nothing_in_them_are_no_records(export):
    assert export("code,q1\na,1\n,\n\n").rows["code"].tolist() == ["a"]


def test_column_names_are_trimmed(export):
    assert list(export(" code , q1\na,1\n").rows) == ["code", "q1"]


def test_a_column_without_name_and_cells_is_dropped(export):
    assert list(export("code,,\na,,\n").rows) == ["code"]


def test_a_column_without_name_but_with_cells_is_numbered(export):
    assert list(export("code,\na,1\n").rows) == ["code", "column 2"]


def test_a_byte_order_mark_is_no_part_of_the_first_name(export):
    assert list(export(b"\xef\xbb\xbfcode,q1\na,1\n").rows) == ["code", "q1"]


def test_a_declared_encoding_is_used(export):
    assert export("code,q1\na,Öl\n".encode("cp1252"), encoding="cp1252").rows["q1"].tolist() == ["Öl"]


def test_another_encoding_is_found_and_is_a_step(export):
    read = export("code,q1\na,Öl\n".encode("cp1252"))
    assert (read.rows["q1"].tolist(), read.steps) == (["Öl"], (("encoding cp1252 detected (not utf-8)", 1),))


def test_utf_16_and_its_tabs_are_found(export):
    read = export("code\tq1\na\tÖl\n".encode("utf-16"))
    assert read.rows["q1"].tolist() == ["Öl"]
    assert read.steps == (("encoding utf-16 detected", 0), ('delimiter "\\t" detected', 0))


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("code;q1\na;1\n", ["a", "1"]),
        ("code;q1\na;1,5\n", ["a", "1,5"]),
        ("code\tq1\na\t1\n", ["a", "1"]),
        ("code|q1\na|1;2\n", ["a", "1;2"]),
        ('code,"Which? (a; b)"\na,1\n', ["a", "1"]),
        ("code,q1,q2;\na,1,2;\n", ["a", "1", "2;"]),
        ("code,q1\n", None),
    ],
)
def test_the_delimiter_is_found(export, content, row):
    assert export(content).rows.to_numpy().tolist() == ([row] if row else [])


def test_a_delimiter_that_was_found_is_a_step(export):
    assert (export("code;q1\na;1\n").steps, export("code,q1\na,1\n").steps) == ((('delimiter ";" detected', 0),), ())


def test_a_declared_delimiter_is_used(export):
    assert export("a,b;c,d\n1,2;3,4\n", delimiter=";").rows.to_numpy().tolist() == [["1,2", "3,4"]]


def test_title_rows_are_passed_and_counted(export):
    read = export('Our survey\n"of ""2025"",\nsecond line"\n\ncode;q1;q2\na;1;2\nb;3\nc;4;5\n', title_rows=3)
    assert (list(read.rows), read.rows.index.tolist(), read.short) == (["code", "q1", "q2"], [5, 6, 7], (6,))


def test_utf_16_with_tabs_is_read_as_declared(export):
    rows = export("code\tq1\na\tÖl\n".encode("utf-16"), encoding="utf-16", delimiter="\t").rows
    assert rows.to_numpy().tolist() == [["a", "Öl"]]


def test_a_formula_and_a_script_are_text(export):
    rows = export('code,q1\na,"=cmd(""calc"")"\nb,<script>alert(1)</script>\n').rows
    assert rows["q1"].tolist() == ['=cmd("calc")', "<script>alert(1)</script>"]


def test_a_short_row_is_filled_and_noted(export):
    read = export("code,q1,q2\na,1\nb,1,2\n")
    assert (read.rows.loc[2].tolist(), read.short) == (["a", "1", ""], (2,))


def test_a_last_row_with_all_its_cells_needs_no_line_end(export):
    assert len(export("code,q1\na,1").rows) == 1


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("", {}, "x.csv is empty. Export it again"),
        ("\n\n", {}, "x.csv has no header in row 1. Export it again"),
        (",,\na,b,c\n", {},
         "x.csv has no header in row 1. Export it again, or set title_rows to the number of rows above the header"),
        ("code,q1\na,1,2\n", {}, "x.csv row 2 has 3 cells but the header has 2. Export it again; a cell that contains"),
        ("code,q1,q2\na,1,2\nb,1", {}, "x.csv stops in the middle of row 3: it may be cut off. Export it again"),
        ('code,q1\na,1\nb,"cut', {},
         "x.csv row 3 starts a quoted cell that never ends: the file may be cut off. Export"),
        ('code,q1\na,"x" y\n', {}, "x.csv row 2 has text after a quoted cell: a quote in a cell must be doubled. Exp"),
        ("code;q1\na;1\n", {"delimiter": ","},
         "x.csv row 1 has only one column; the file seems to use another delimiter. S"),
        ("code;q1\na;1,5\n", {"delimiter": ","}, 'Set delimiter = ";" next to its file in study.toml'),
        ("code\tq1\na\t1\n", {"delimiter": ";"}, 'Set delimiter = "\\t" next to its file in study.toml'),
        ("co;de,q1\na;1,2\n", {}, 'x.csv may be separated by one of ",", ";". Set delimiter next to its file'),
        ("code,q1\na,Ärger\n".encode("cp1252"), {"encoding": "utf-8"}, "x.csv is not utf-8: line 2 has other bytes."),
        ("code,q1\na,Ä\n".encode("cp1252"), {"encoding": "utf-8"}, 'set encoding = "cp1252" next to its file in study'),
        ("code,q1\na,1\n".encode("utf-16"), {"encoding": "utf-8"}, 'set encoding = "utf-16" next to its file in study'),
        ("code,q1\na,Ä\n".encode("cp1252"), {"encoding": "ascii"}, "x.csv is not ascii: line 2 has other bytes. Sav"),
        ("code,q1\na,1\n", {"encoding": "rot13"}, "x.csv is not rot13: line 1 has other bytes. Save it as"),
        ("code,q1\na,Ä\n".encode() + b"b,\xc4\n", {},
         "x.csv mixes encodings: line 3 is not utf-8, but other lines are. S"),
        (b"code,q1\na,\x81\n", {}, "x.csv is not utf-8, and line 2 is not cp1252 either. Save it as 'CSV UTF-8'"),
        ("code,q1\na,1\n".encode("utf-16-le"), {}, "x.csv has bytes that are not text in line 1. Save it as 'CSV UTF"),
        (b"PK\x03\x04rest", {}, 'x.csv is a workbook, not a text file. Set format = "excel" next to its file in study'),
        ("Survey\n", {"title_rows": 1}, "x.csv has no header below its title row. Correct title_rows in study.toml"),
        ("Survey\n\ncode,q1\n", {"title_rows": 1}, "x.csv has no header in row 2. Export it again, or set title_rows"),
        ("Survey\ncode,q1\na,1,2\n", {"title_rows": 1}, "x.csv row 3 has 3 cells but the header has 2. Export it"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_place_and_remedy(export, content, options, message):
    with pytest.raises(ReadError) as caught:
        export(content, **options)
    assert message in str(caught.value)


def test_another_delimiter_than_the_declared_one_is_seen(export):
    with pytest.raises(ReadError, match='Set delimiter = "," next to its file'):
        export("code,q1\na,1\n", delimiter=";")


def test_an_unknown_encoding_is_said(export):
    with pytest.raises(ReadError, match=r"x.csv: 'klingon' is not an encoding. Try encoding = .cp1252."):
        export("code,q1\na,1\n", encoding="klingon")


def test_utf_8_read_as_another_encoding_would_garble_names(export):
    with pytest.raises(ReadError, match=r"x.csv is utf-8, not cp1252. Remove encoding next to its file in study.toml"):
        export("code,q1\na,Ärger\n", encoding="cp1252")


def test_messages_hold_nothing_that_a_person_wrote(export):
    with pytest.raises(ReadError) as caught:
        export('code,q1\nmary@example.org,"secret" words\n')
    assert not any(word in str(caught.value) for word in ("mary", "secret", "words"))


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6)
NAMES = st.text("abcdefg", min_size=1, max_size=3)


@given(st.data())
@examples(15)
def test_any_table_reads_back_as_it_was_written_or_is_refused(tmp_path_factory, data):
    names = data.draw(st.lists(NAMES, min_size=2, max_size=4, unique=True))
    table = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=5))
    text = io.StringIO(newline="")
    # Python's own writer leaves a lone carriage return bare unless it quotes everything
    bare = any("\r" in cell for row in table for cell in row)
    csv.writer(text, quoting=csv.QUOTE_ALL if bare else csv.QUOTE_MINIMAL).writerows([names, *table])
    folder = tmp_path_factory.mktemp("table")
    (folder / "x.csv").write_bytes(text.getvalue().encode())
    filled = {number: [*map(printable, row)] for number, row in enumerate(table, start=2) if any(row)}
    rows = read_export(folder, File(file="x.csv")).rows
    assert dict(zip(rows.index, rows.to_numpy().tolist(), strict=True)) == filled


def test_a_cell_without_end_is_refused(export):
    with pytest.raises(
        ReadError, match=r"x.csv row 2 has a cell of more than 131,072 characters: a quote may never be"
    ):
        export('code,q1\na,"' + "x" * 140_000 + '"b\n')


@pytest.mark.parametrize(
    "body",
    [
        'a,about 5"\nb,6\nc,"cut\nd,7\n', 'a,"x"""b\n', 'a,""x\n', 'a,5"\n', 'a,x"\nb,"\n', 'a,"x" \nb,"y\n',
        'a,"x\n', 'a,5""\nb,"x"\n', '"a"b,"x"\n', 'a,"""\n', 'a,"x""\nb,y"z"\n',
    ],
)  # fmt: skip
@pytest.mark.parametrize("piece", [1, 2, 3, 5, 1 << 18])
def test_a_quote_that_opens_or_closes_no_cell_needs_care(monkeypatch, body, piece):
    monkeypatch.setattr(delimited, "PIECE", piece)
    assert delimited._quickly(f"code,q1\n{body}".encode(), ",") is None


@pytest.mark.parametrize(
    "body", ['a,"x"\nb,""\n', '"a","say ""yes"""\n', 'a,"""x"""\n', 'a,""""\n', '"a\n,","x"\r\n"b",""']
)
@pytest.mark.parametrize("piece", [1, 2, 3, 5, 1 << 18])
def test_quotes_around_cells_and_doubled_ones_need_none(monkeypatch, body, piece):
    monkeypatch.setattr(delimited, "PIECE", piece)
    content = f"code,q1\n{body}".encode()
    quick = delimited._quickly(content, ",")
    assert quick is not None
    assert quick.equals(delimited._carefully(content, ",", File(file="x.csv"))[0])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("a,x\n", "CLEAR"), ('"a","x"\r\n"b","y"\r\n', "CLEAR"), ('"a","x\ny"\n', "AROUND_LINES"),
        ('a,"x\ry"\n', "AROUND_LINES"), ('a,"say ""so"""\n', "CLEAR"), ('a,x"\n', "ODD"), ('a,"x\n', "ODD"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("piece", [1, 2, 5, 1 << 18])
def test_cells_of_several_lines_are_told_from_lines_of_cells(monkeypatch, body, kind, piece):
    monkeypatch.setattr(delimited, "PIECE", piece)
    assert delimited._quotes(f"code,q1\n{body}".encode(), ",").name == kind


def test_a_quote_within_a_cell_swallows_no_rows(export):
    with pytest.raises(ReadError, match=r"x.csv row 4 starts a quoted cell that never ends"):
        export('code,q1\na,about 5"\nb,6\nc,"cut\nd,7\n')
    assert export('code,q1\na,about 5"\nb,6\nc,cut"\nd,7\n').rows["q1"].tolist() == ['about 5"', "6", 'cut"', "7"]


def _rows(table):
    return [list(row) for row in zip(*table.to_pydict().values(), strict=True)]


ODD = st.text(st.sampled_from(list('",;\r\n a5é\u2028€')), max_size=40)
# cells as writers of all kinds leave them: quotes doubled or not, at either end or none
CELL = st.sampled_from(
    ['about 5"', '"cut', '"x"', '""', '"""', '"say ""so"""', '"a"""b', "5", "", '"two\nlines"', '"a,b"']
)
SHEET = st.lists(st.lists(CELL, min_size=2, max_size=2).map(",".join), max_size=6).map("\n".join)


@given(
    st.one_of(
        ODD,
        ODD.map(lambda text: f"code,q1\n{text}\n"),
        SHEET.map(lambda text: f"code,q1\n{text}"),
        st.text(max_size=30),
    ),
    st.sampled_from(",;\t"),
)
@examples(15)
def test_the_quick_way_gives_the_cells_that_the_careful_one_does(text, delimiter):
    content = text.encode()
    quick = delimited._quickly(content, delimiter)
    if quick is None:
        return
    careful, short = delimited._carefully(content, delimiter, File(file="x.csv"))
    assert short == ()
    rows = {number: row for number, row in enumerate(_rows(careful)) if any(row)}
    assert {n: row for n, row in enumerate(_rows(quick)) if any(row)} == rows


@given(st.data())
@examples(15)
def test_the_quick_way_reads_tables_with_quotes_and_line_ends_in_cells(data):
    width = data.draw(st.integers(2, 4))
    cells = st.text(st.sampled_from(list('",;\r\n aé\u2028€')), max_size=6)
    table = data.draw(st.lists(st.lists(cells, min_size=width, max_size=width).filter(any), max_size=5))
    text = io.StringIO(newline="")
    end = data.draw(st.sampled_from(["\r\n", "\n", "\r"]))
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=end).writerows([["a"] * width, *table])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "BLOCK", data.draw(st.sampled_from([200, 300, 1 << 22])))  # all rows are shorter
        quick = delimited._quickly(text.getvalue().encode(), ",")
    careful, _ = delimited._carefully(text.getvalue().encode(), ",", File(file="x.csv"))
    assert _rows(careful)[1:] == table
    assert quick is not None
    assert _rows(quick)[1:] == table


@given(st.binary(max_size=60))
@examples(20)
def test_any_bytes_are_read_or_refused_as_the_studys_owner_can_mend_it(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "x.csv").write_bytes(content)
    with suppress(ReadError):
        assert read_export(folder, File(file="x.csv")).file == "x.csv"
