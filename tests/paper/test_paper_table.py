"""A table of an article as HTML, LaTeX and Word: the same cells, escaped, with lines as journals draw them."""

import re
import shutil
import subprocess
from pathlib import Path

import docx
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn

import rm_research as rm
from rm_research.paper import PaperTable

ROOT = Path(__file__).parents[2]

CELLS = (("A & b", "−0.20", "[−0.31, 0.44]"), ("<i>c</i>", "50%", ""), ("d_1", "1.00", "$x$"))


@pytest.fixture
def table():
    groups = ("One & one", "One & one", "Two")
    return PaperTable("Change of R&D <b>", ("Who", "n", "95% CI"), CELLS, groups, ("Note 1.",))


def cells_of(html):
    rows = BeautifulSoup(html, "html.parser").select("tbody tr")
    return [[cell.get_text() for cell in row.find_all("td")] for row in rows if row.find("td")]


def test_html_has_every_cell_escaped(table):
    html = table.to_html()
    assert cells_of(html) == [list(row) for row in CELLS]
    body = BeautifulSoup(html, "html.parser")
    assert [head.get_text(strip=True) for head in body.select(".gt_col_headings th")] == list(table.columns)
    assert "Change of R&D <b>" in body.select_one(".gt_title").get_text()
    assert "<i>" not in html
    assert "Note 1." in body.get_text()


def test_the_same_table_is_the_same_html(table):
    assert table.to_html() == table.to_html() == table._repr_html_()


def test_latex_escapes_what_has_a_meaning_there(table):
    latex = table.to_latex()
    for written in (r"A \& b", r"$-$0.20", r"50\%", r"d\_1", r"\$x\$", r"R\&D", "[$-$0.31, 0.44]", "Note 1."):
        assert written in latex
    assert "−" not in latex
    assert latex.count(r"\\") >= len(CELLS)
    assert latex.startswith(r"\begin{table}")


def test_a_cell_in_brackets_is_no_option_of_the_line_before():
    latex = PaperTable("", ("a", "b"), (("x", "1"), ("[y]", "2"))).to_latex()
    assert not re.search(r"\\\\\s*\n\s*\[y", latex)
    assert "[y] & 2" in latex


def test_word_has_every_cell_with_lines_around_the_head(table, tmp_path):
    path = table.to_word(tmp_path / "t.docx")
    document = docx.Document(path)
    (grid,) = document.tables
    rows = [[cell.text for cell in row.cells] for row in grid.rows]
    assert rows[0] == list(table.columns)
    assert rows[1] == ["One & one"] * 3
    assert rows[2:4] == [list(row) for row in CELLS[:2]]
    assert rows[4][0] == "Two"
    assert rows[5] == list(CELLS[2])
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.text] == ["Change of R&D <b>", "Note 1."]

    def lines(row):
        return {line.tag.split("}")[1] for line in row._tr.iter() if line.tag in (qn("w:top"), qn("w:bottom"))}

    assert lines(grid.rows[0]) == {"top", "bottom"}
    assert lines(grid.rows[-1]) == {"bottom"}
    assert lines(grid.rows[2]) == set()
    assert grid.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_text_and_frame_are_the_same_cells(table):
    frame = table.to_frame()
    assert frame["group"].tolist() == list(table.groups)
    assert frame[list(table.columns)].to_numpy().tolist() == [list(row) for row in CELLS]
    assert repr(table).splitlines()[0] == table.title
    assert repr(table).splitlines()[-1] == "Note 1."
    assert len(table) == 3


def test_long_headings_have_two_lines_in_latex():
    latex = PaperTable("", ("Who", "Before, mean (SD)", "Change [95% CI]", "A & B", "Veränderung"), ()).to_latex()
    assert (
        r"Who & \shortstack{Before,\\{}mean (SD)} & \shortstack{Change\\{}[95\% CI]} & A \& B & Veränderung \\" in latex
    )


DEMO, HOW_TO = ROOT / "data" / "demo", ROOT / "docs" / "how-to" / "put-a-table-into-an-article.md"
compiled = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


def compile_latex(folder, document):
    """What pdflatex says of a document; it must make one."""
    (folder / "article.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "article.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False)
    said = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, said
    return said


@compiled
@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "de"])
def test_latex_compiles_and_fits_with_what_the_documentation_says(tmp_path, language):
    prepared = rm.prepare_study(DEMO, vary={"reporting.language": language})
    tables = (rm.table_participants(prepared), rm.table_change(prepared), rm.table_difference(prepared))
    for at, made in enumerate(tables, start=1):
        (tmp_path / f"table-{at}.tex").write_text(made.to_latex(), encoding="utf-8")
    document = re.search(r"```latex\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)[1]
    said = compile_latex(tmp_path, document)
    if language == "en":  # longer names need a page turned sideways, as the page says
        assert "Overfull" not in said, re.findall("Overfull.*", said)
    assert (tmp_path / "article.pdf").stat().st_size > 10_000


@compiled
@pytest.mark.slow
def test_latex_of_awkward_names_compiles(table, tmp_path):
    names = ("R&D 50% $x$ #1 _a_ {b} \\c ~ ^", "“Ärzte” ’n’ café ß", "[2pt]", "5\u202f%")
    cells, groups = tuple((name, "−1–2", "≥ 3") for name in names), ("", "a&b", "[c]", "d")
    awkward = PaperTable("A_b & ∞ ≤ 3", ("Who [a]", "n of the {b}", "x"), cells, groups, ("Note_1 & #2",))
    (tmp_path / "a.tex").write_text(awkward.to_latex(), encoding="utf-8")
    (tmp_path / "b.tex").write_text(table.to_latex(), encoding="utf-8")
    head = "\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\\usepackage{booktabs}\n\\usepackage{caption}\n"
    compile_latex(tmp_path, head + "\\begin{document}\n\\input{a}\n\\input{b}\n\\end{document}\n")


def test_a_table_without_rows_has_its_head(tmp_path):
    empty = PaperTable("Nothing", ("Who", "n"), ())
    assert cells_of(empty.to_html()) == []
    assert len(docx.Document(empty.to_word(tmp_path / "t.docx")).tables[0].rows) == 1
    assert "Who & n" in empty.to_latex()


def test_the_table_of_great_tables_may_be_changed_further(table):
    assert "Source: us" in table.gt.tab_source_note("Source: us").as_raw_html()
