"""Coding sheets: written for their owner only, without formulas; read back with every fault in words."""

import csv
import stat

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from open_studies import CODEBOOK, THEMES, as_csv, open_study
from properties import examples

from rm_research.cli import main
from rm_research.errors import ReadError, ReportError
from rm_research.panel import prepare_study
from rm_research.reflections.reading import NO, YES, read_sheets
from rm_research.reflections.sheet import MOST_TEXT, write_sheet

HEADER = ["unit", "version", "question", "text", "Learning from each other", "Time", "none"]
SAID = ["It was about time.", '=HYPERLINK("http://evil.example","x")', "+44 is a prefix", "🙂", "two\nlines, and more"]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare_study(open_study(tmp_path_factory.mktemp("sheets") / "study", {"leader": SAID}))


def rows_of(prepared, tmp_path):
    """A sheet as written, as rows of text with its header."""
    write_sheet(prepared, tmp_path / "blank.csv")
    rows = list(csv.reader((tmp_path / "blank.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)))
    (tmp_path / "blank.csv").unlink()
    return rows


def sheet(tmp_path, rows, name="anna.csv"):
    (tmp_path / name).write_text(as_csv(rows), encoding="utf-8")
    return tmp_path / name


def marked(rows, *columns):
    """The rows with an x in each column named for them, by the header; the rest under none."""
    made = [list(rows[0])]
    for place, row in enumerate(rows[1:]):
        named = columns[place] if place < len(columns) else "none"
        made.append([*row[:4], *("x" if heading == named else "" for heading in rows[0][4:])])
    return made


def test_a_sheet_names_the_questions_and_neither_people_nor_roles(prepared, tmp_path):
    rows = rows_of(prepared, tmp_path)
    assert rows[0] == HEADER
    assert {row[2] for row in rows[1:]} == {"What did you learn?"}
    whole = as_csv(rows)
    assert "QX-" not in whole
    assert "leader" not in whole
    assert "post" not in whole
    assert [row[0] for row in rows[1:]] == sorted(prepared.open_answers["unit"])


def test_no_cell_of_a_sheet_is_a_formula(prepared, tmp_path):
    write_sheet(prepared, tmp_path / "sheet.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "sheet.xlsx").active for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    texts = {cell.value for cell in cells if cell.column == 4}
    texts |= {row[3] for row in rows_of(prepared, tmp_path)}
    assert {text for text in texts if text.startswith(("=", "+", "'"))} == {
        '\'=HYPERLINK("[…]","x")',
        "'+44 is a prefix",
    }


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_only_its_owner_can_read_a_sheet(prepared, tmp_path, name):
    write_sheet(prepared, tmp_path / name)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_what_is_there_is_never_written_over(prepared, tmp_path):
    (tmp_path / "sheet.csv").write_text("mine")
    with pytest.raises(ReportError, match="is there already"):
        write_sheet(prepared, tmp_path / "sheet.csv")
    with pytest.raises(ReportError, match=r"neither in \.xlsx nor in \.csv"):
        write_sheet(prepared, tmp_path / "sheet.ods")
    with pytest.raises(ReportError, match="cannot be written"):
        write_sheet(prepared, tmp_path / "nowhere" / "sheet.csv")
    with pytest.raises(ReportError, match="is kept by this program"):
        write_sheet(prepared, prepared.study.path / ".rm_research" / "sheet.csv")
    assert (tmp_path / "sheet.csv").read_text() == "mine"


def test_a_long_answer_is_whole_or_its_cut_is_counted(tmp_path):
    said = ["word " * 4000, "x" * (MOST_TEXT + 1)]
    prepared = prepare_study(open_study(tmp_path / "study", {"leader": said}))
    assert write_sheet(prepared, tmp_path / "sheet.xlsx") == (2, 1)
    sheet = openpyxl.load_workbook(tmp_path / "sheet.xlsx").active
    assert sorted(len(row[3].value) for row in list(sheet)[1:]) == [19_999, MOST_TEXT + 2]


@pytest.mark.parametrize(("more", "said", "words"), [
    ("", ["fine"], "has no themes for people to mark"),
    ('[themes.time]\nkeywords = ["time"]\n', ["fine"], "has no themes for people to mark"),
    (THEMES, ["-"], "no open answers to code"),
    (THEMES + 'other = "Like QX-0001"\n', ["fine"], "themes.other: its label holds the name of a person"),
])  # fmt: skip
def test_nothing_to_code_is_said(tmp_path, runner, more, said, words):
    folder = open_study(tmp_path / "study", {"leader": said}, more=more)
    result = runner.invoke(main, ["code", str(folder), "--out", str(tmp_path / "sheet.csv")])
    assert result.exit_code == 1
    assert words in result.output
    assert not (tmp_path / "sheet.csv").exists()


def test_marks_come_back_from_either_format(prepared, tmp_path):
    rows = marked(rows_of(prepared, tmp_path), "Time", "Learning from each other")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell.replace("=HYPER", "HYPER") for cell in row])
    book.save(tmp_path / "ben.xlsx")
    (tmp_path / "cy.xlsx").write_text(as_csv(rows), encoding="utf-8-sig")  # a workbook that is none
    with (tmp_path / "dora.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)  # as a German spreadsheet program writes it
    paths = [sheet(tmp_path, rows), *(tmp_path / name for name in ("ben.xlsx", "cy.xlsx", "dora.csv"))]
    read = read_sheets(prepared, paths)
    assert read.uncoded == 0
    by_coder = pd.DataFrame(read.codes).groupby("coder")["marks"].agg(list)
    assert by_coder["anna"] == by_coder["ben"] == by_coder["cy"] == by_coder["dora"]
    assert by_coder["anna"][:3] == [
        {"learning": False, "time": True}, {"learning": True, "time": False}, {"learning": False, "time": False},
    ]  # fmt: skip


CELLS = st.sampled_from(["", "x", "X", "1", "0", "no", "maybe", "=1+1", "Zacharias", "'x", "🙂", "x\n"])


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=5, max_size=5))
@examples(40)
def test_any_marks_are_read_or_refused_in_words(prepared, tmp_path_factory, marks):
    folder = tmp_path_factory.mktemp("any")
    blank = rows_of(prepared, folder)
    rows = [blank[0], *([*row[:4], *cells] for row, cells in zip(blank[1:], marks, strict=True))]
    yes, no = {"x", "X", "1", "'x", "x\n"}, {"", "0", "no"}
    ticked = [[cell in yes for cell in cells] for cells in marks]
    sound = all(set(cells) <= yes | no for cells in marks) and any(map(any, ticked))
    if sound and not any(none and (learning or time) for learning, time, none in ticked):
        read = read_sheets(prepared, [sheet(folder, rows)])
        assert [list(code["marks"].values()) for code in read.codes] == [row[:2] for row in ticked if any(row)]
    else:
        with pytest.raises(ReadError) as raised:
            read_sheets(prepared, [sheet(folder, rows)])
        assert "Zacharias" not in str(raised.value)


def test_a_theme_that_looks_like_a_formula_is_none_in_a_sheet(tmp_path):
    folder = open_study(tmp_path / "study", {"leader": SAID}, more='[themes]\nodd = "=1+1"\n')
    prepared = prepare_study(folder)
    rows = rows_of(prepared, tmp_path)
    assert rows[0][4] == "'=1+1"
    read = read_sheets(prepared, [sheet(tmp_path, marked(rows, *["'=1+1"] * 5))])
    assert all(code["marks"] == {"odd": True} for code in read.codes)


def test_rows_without_an_x_are_not_coded_yet(prepared, tmp_path):
    rows = marked(rows_of(prepared, tmp_path), "Time")
    rows[2][6] = rows[3][6] = ""
    read = read_sheets(prepared, [sheet(tmp_path, rows)])
    assert (len(read.codes), read.uncoded) == (3, 2)


@pytest.mark.parametrize(("mark", "marked_so"), [*((mark, True) for mark in sorted(YES)), ("X ", True), ("'x", True),
                                                 *((mark, False) for mark in sorted(NO))])  # fmt: skip
def test_marks_may_be_written_in_several_ways(prepared, tmp_path, mark, marked_so):
    rows = marked(rows_of(prepared, tmp_path), *["Time"] * 5)
    for row in rows[1:]:
        row[4] = mark
    codes = read_sheets(prepared, [sheet(tmp_path, rows)]).codes
    assert [code["marks"]["learning"] for code in codes] == [marked_so] * 5


def fault(rows, change):
    made = marked(rows, "Time")
    change(made)
    return made


FAULTS = {
    "has no rows": lambda rows: rows.__delitem__(slice(1, None)),
    "no row has an x": lambda rows: [row.__setitem__(slice(4, 7), ["", "", ""]) for row in rows[1:]],
    "rows 2, 3 name a unit that another row names, too": lambda rows: rows[2].__setitem__(0, rows[1][0]),
    "row 3: no open answer of this study is called so": lambda rows: rows[2].__setitem__(0, "A000000000000"),
    "row 4: the sheet is of an older edition": lambda rows: rows[3].__setitem__(1, "A000000000000"),
    "row 2: the cell under 'Learning from each other' has neither an x nor nothing":
        lambda rows: rows[1].__setitem__(4, "Zacharias"),
    "row 2 have an x under a theme and under 'none'": lambda rows: rows[1].__setitem__(6, "x"),
    "the heading of column 6 is no theme of study.toml; did you mean 'Time'?":
        lambda rows: rows[0].__setitem__(5, "Tine"),
    "column 8 is no theme": lambda rows: [row.append("Zacharias") for row in rows],
    "lacks the column 'Time'. All coders mark the same themes": lambda rows: [row.__delitem__(5) for row in rows],
    "lacks the column 'none'": lambda rows: [row.__delitem__(6) for row in rows],
    "lacks the column 'unit', 'version'": lambda rows: [row.__delitem__(slice(0, 2)) for row in rows],
    "has several columns for 'time'": lambda rows: rows[0].__setitem__(4, "time"),
}  # fmt: skip


@pytest.mark.parametrize("words", FAULTS)
def test_every_fault_of_a_sheet_is_said_without_what_cells_say(prepared, tmp_path, words):
    rows = fault(rows_of(prepared, tmp_path), FAULTS[words])
    with pytest.raises(ReadError) as raised:
        read_sheets(prepared, [sheet(tmp_path, rows)])
    assert words in str(raised.value)
    assert "Zacharias" not in str(raised.value)


def test_all_faults_of_all_sheets_are_said_at_once(prepared, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.7 not a sheet")
    rows = marked(rows_of(prepared, tmp_path))
    paths = [tmp_path / "empty.csv", tmp_path / "letter.pdf", tmp_path / "gone.csv", sheet(tmp_path, rows),
             sheet(tmp_path, rows, "Anna.xlsx")]  # fmt: skip
    with pytest.raises(ReadError) as raised:
        read_sheets(prepared, paths)
    said = str(raised.value)
    for words in ("empty.csv is empty", "letter.pdf", "gone.csv is not there", "Two sheets have the same name"):
        assert words in said
    assert said.startswith("The coding sheets cannot be used (4 problems)")


def test_a_sheet_of_another_study_is_refused(prepared, tmp_path):
    other = prepare_study(open_study(tmp_path / "other", {"leader": SAID}, codebook=CODEBOOK))
    with pytest.raises(ReadError, match="no open answer of this study is called so"):
        read_sheets(other, [sheet(tmp_path, marked(rows_of(prepared, tmp_path)))])


def test_the_command_writes_reads_and_says(prepared, tmp_path, runner):
    folder = str(prepared.study.path)
    written = runner.invoke(main, ["code", folder, "--out", str(tmp_path / "sheet.csv")])
    assert "Open answers: 5" in written.output
    assert not any(said in written.output for said in SAID)
    rows = marked(rows_of(prepared, tmp_path), "Time", "Time")
    rows[3][6] = ""
    read = runner.invoke(main, ["code", folder, "--from", str(sheet(tmp_path, rows))])
    assert "Sheets read: 1" in read.output
    assert "Answers that no sheet codes: 1" in read.output
    both = runner.invoke(main, ["code", folder, "--out", "x.csv", "--from", "y.csv"])
    assert both.exit_code == 2
    told = runner.invoke(main, ["code", folder])
    assert "How many people mention each theme" in told.output
