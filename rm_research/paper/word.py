"""A table as a Word document: lines above and below the head and at the end, notes below."""

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.table import _Cell, _Row

from rm_research.study.folding import printable

if TYPE_CHECKING:
    from rm_research.paper.table import PaperTable

FONT, SIZE, SMALL = "Times New Roman", Pt(11), Pt(10)
LINE = "8"  # eighths of a point


def write_word(table: "PaperTable", path: Path) -> Path:
    """
    Write a table.

    Parameters
    ----------
    table : PaperTable
    path : Path

    Returns
    -------
    Path
    """
    document = Document()
    document.core_properties.title = printable(table.title)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, SIZE
    style.paragraph_format.space_after = Pt(0)
    if table.title:
        heading = document.add_paragraph()
        heading.add_run(printable(table.title)).italic = True
        heading.paragraph_format.keep_with_next = True
        heading.paragraph_format.space_after = Pt(6)
    grid = document.add_table(rows=0, cols=len(table.columns))
    head = grid.add_row()
    _fill(head, table.columns)
    _repeat(head)
    _lines(head, "top", "bottom")
    groups = table.groups or ("",) * len(table)
    for group, members in groupby(zip(groups, table.rows, strict=True), key=lambda pair: pair[0]):
        if group:
            row = grid.add_row()
            _write(row.cells[0].merge(row.cells[-1]), group, italic=True)
        for _, cells in members:
            _fill(grid.add_row(), cells)
    _lines(grid.rows[-1], "bottom")
    for note in table.notes:
        below = document.add_paragraph()
        below.add_run(printable(note)).font.size = SMALL
    document.save(str(path))
    return path


def _fill(row: _Row, texts: tuple[str, ...]) -> None:
    """Write the cells of a row: the first from the left, the others in the middle."""
    for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        _write(cell, text)
        if place:
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER


def _write(cell: _Cell, text: str, *, italic: bool = False) -> None:
    cell.paragraphs[0].add_run(printable(text)).italic = italic


def _repeat(row: _Row) -> None:
    """Repeat a row at the top of each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _lines(row: _Row, *sides: str) -> None:
    """Draw lines at some sides of all cells of a row."""
    for cell in row.cells:
        properties = cell._tc.get_or_add_tcPr()
        borders = properties.find(qn("w:tcBorders"))
        if borders is None:
            borders = OxmlElement("w:tcBorders")
            properties.append(borders)
        for side in sides:
            line = OxmlElement(f"w:{side}")
            for name, value in (("val", "single"), ("sz", LINE), ("space", "0"), ("color", "000000")):
                line.set(qn(f"w:{name}"), value)
            borders.append(line)
