"""The layout of Word documents: styles, pages, tables and pictures."""

import io
from collections.abc import Sequence

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Emu, Length, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from rm_research.figures.lettering import width_of
from rm_research.reporting.forms.package import MADE, repacked

FINDING, NOTE, KEY = "Finding", "Note", "Key"  # styles of ours, beside Word's own
INK, SOFT, BLUE, PANEL = "1D1D1F", "4A4A52", "12436D", "F3F5F8"
OF_TEMPLATE = ("/thumbnail", "/stylesWithEffects", "/customXml")  # parts that belong to the template alone
SHORT, LONG, MARGIN = Cm(21.0), Cm(29.7), Cm(2.0)  # A4
MOST_UPRIGHT = 10  # columns of a table on a portrait page; sections with wider tables are landscape
SIZES = (Pt(9), Pt(8), Pt(7))  # of letters in a table: the first in which its words fit
EDGES, MOST = 12, 20  # points: edges of a cell, and the most that its line takes, in times the size of its letters

GUTTER = Cm(0.19)  # on each side of a cell, as Word has it

Text = Sequence[tuple[str, frozenset[str]]]
Place = Document | _Cell


def new_document(title: str, language: str) -> Document:
    """Empty document with our styles, a title and a language, and without traces of its template."""
    document = docx.Document()
    about = document.core_properties
    about.title, about.language, about.author, about.comments, about.keywords = title, language, "", "", "rm_research"
    about.last_modified_by, about.created, about.modified = "", MADE, MADE
    for relations in (document.part.package.rels, document.part.rels):
        for key in [key for key, relation in relations.items() if relation.reltype.endswith(OF_TEMPLATE)]:
            del relations[key]
    _set_language(document, language)
    _style(document)
    page = document.sections[0]
    page.page_width, page.page_height = SHORT, LONG
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = MARGIN
    return document


def saved(document: Document) -> bytes:
    """Bytes of a document."""
    buffer = io.BytesIO()
    document.save(buffer)
    return repacked(buffer.getvalue())


def _set_language(document: Document, language: str) -> None:
    """Set the language of all text, and the compatibility mode of current Word instead of the template's."""
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), language)
    for element in document.settings.element.iter(qn("w:themeFontLang")):
        element.set(qn("w:val"), language)
    for element in document.settings.element.iter(qn("w:compatSetting")):
        if element.get(qn("w:name")) == "compatibilityMode":
            element.set(qn("w:val"), "15")


def _style(document: Document) -> None:
    styles = document.styles
    styles["Normal"].font.name, styles["Normal"].font.size = "Calibri", Pt(11)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    shapes = {"Title": (20, INK), "Subtitle": (11, SOFT), "Heading 1": (15, BLUE), "Heading 2": (13, INK),
              "Heading 3": (11, INK), "Heading 4": (11, INK), "Caption": (10, INK)}  # fmt: skip
    for name, (size, colour) in shapes.items():
        font = styles[name].font
        font.size, font.italic, font.color.rgb = Pt(size), False, RGBColor.from_string(colour)
    note = styles.add_style(NOTE, WD_STYLE_TYPE.PARAGRAPH)
    note.base_style, note.font.size, note.font.color.rgb = styles["Normal"], Pt(10), RGBColor.from_string(SOFT)
    styles["Caption"].paragraph_format.space_before, styles["Caption"].paragraph_format.space_after = Pt(10), Pt(2)
    styles["Caption"].paragraph_format.keep_with_next = True
    key = styles.add_style(KEY, WD_STYLE_TYPE.PARAGRAPH)
    key.base_style, key.paragraph_format.space_before = note, Pt(4)
    finding = styles.add_style(FINDING, WD_STYLE_TYPE.PARAGRAPH)
    finding.base_style, finding.paragraph_format.left_indent = styles["Normal"], Cm(0.3)
    finding.font.size, finding.paragraph_format.space_before = Pt(13), Pt(10)
    line = {"val": "single", "sz": "24", "space": "8", "color": BLUE}
    borders = finding.element.get_or_add_pPr()
    borders.insert_element_before(
        _element("w:pBdr", _element("w:left", **line)), "w:shd", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def _element(name: str, *children: BaseOxmlElement, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), value)
    element.extend(children)
    return element


def turn(document: Document, *, wide: bool) -> None:
    """Begin a new page if its orientation must change: landscape for wide content, else portrait."""
    page = document.sections[-1]
    if (page.orientation == WD_ORIENT.LANDSCAPE) == wide:
        return
    if document.paragraphs:
        page = document.add_section(WD_SECTION.NEW_PAGE)
    page.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = (LONG, SHORT) if wide else (SHORT, LONG)


def fill(paragraph: Paragraph, text: Text, size: Length | None = None) -> None:
    """Add text to a paragraph."""
    for part, shape in text:
        run = paragraph.add_run(part)
        run.font.size = size
        for name in sorted(shape):
            setattr(run.font, name, True)


def room(document: Document, place: Place) -> int:
    """Width that a place has between its margins, in English metric units."""
    if isinstance(place, _Cell):
        return int(place.width or 0) - 2 * GUTTER
    page = document.sections[-1]
    return int((page.page_width or SHORT) - (page.left_margin or MARGIN) - (page.right_margin or MARGIN))


def add_picture(paragraph: Paragraph, png: bytes, most: tuple[int, int], *, name: str, alt: str) -> None:
    """Add a picture, no wider and no higher than is given, with its alternative text."""
    shape = paragraph.add_run().add_picture(io.BytesIO(png))
    scale = min(1.0, most[0] / shape.width, most[1] / shape.height)
    shape.width, shape.height = Emu(int(scale * shape.width)), Emu(int(scale * shape.height))
    for side in "TBLR":  # otherwise some programs keep a distance of their own, and cut the picture at its cell's edge
        shape._inline.set(f"dist{side}", "0")
    properties = shape._inline.docPr  # python-docx has no method for it
    properties.set("name", name)
    properties.set("descr", alt)


def abreast(document: Document, n: int) -> list[_Cell]:
    """Add places for what stands side by side: a table without lines."""
    _part(document)
    if document.paragraphs:  # a heading or note above does not stay behind on the page before
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    table = document.add_table(1, n)
    table.autofit = False
    for cell in table.rows[0].cells:
        cell.width = Emu(room(document, document) // n)
    for column in table.columns:
        column.width = Emu(room(document, document) // n)
    table.rows[0]._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    return list(table.rows[0].cells)


def closed(cell: _Cell) -> None:
    """Remove the empty paragraph with which a cell begins, if others follow."""
    first, *others = cell.paragraphs
    if others and not first.text:
        cell._tc.remove(first._p)


def _part(document: Document) -> None:
    """Keep a table from joining one that stands directly above it."""
    body = [element for element in document.element.body if element.tag != qn("w:sectPr")]
    if body and body[-1].tag == qn("w:tbl"):
        document.add_paragraph(style=NOTE).paragraph_format.line_spacing = Pt(4)


def add_table(
    document: Document, rows: Sequence[Sequence[Text | None]], heads: int, named: str, size: Length | None = None,
    *, full: bool = False,
) -> None:  # fmt: skip
    """Add a table, as wide as the page if it is to be `full`; its first `heads` rows are repeated on each page."""
    _part(document)
    width = room(document, document)
    size = next((size for size in (size, *SIZES) if size and sum(_least(rows, size)) <= width / Pt(1)), SIZES[-1])
    widths = _widths(rows, width, size)
    if full:
        widths = [each * width // sum(widths) for each in widths]
    table = document.add_table(0, len(widths))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Emu(width)
    for number, texts in enumerate(rows):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(_element("w:cantSplit"))
        if number < heads:
            properties.append(_element("w:tblHeader"))
        for at, text in enumerate(texts):
            if text is not None:
                further = next((n for n, other in enumerate(texts[at + 1 :]) if other is not None), len(texts) - at - 1)
                cell = row.cells[at].merge(row.cells[at + further]) if further else row.cells[at]
                _fill_cell(cell, text, size, is_head=number < heads)
    _rule(table, named)


def _fill_cell(cell: _Cell, text: Text, size: Length, *, is_head: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    if is_head:
        cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=PANEL))
        paragraph.paragraph_format.keep_with_next = True
        text = [(part, shape | {"bold"}) for part, shape in text]
    fill(paragraph, text, size)


def _widths(rows: Sequence[Sequence[Text | None]], room: int, size: Length) -> list[int]:
    """Width of each column, from its words, so that a table looks the same in every program and no word breaks."""
    points, most, least = size.pt, MOST * size.pt, _least(rows, size)
    lines = [max(_wide(line, points) for text in column for line in text.split("\n")) for column in _columns(rows)]
    wanted = [max(few, EDGES + min(line, most)) for few, line in zip(least, lines, strict=True)]
    given = room / Pt(1)
    more = min(given / sum(least), 1.0), max(given - sum(least), 0.0) / max(sum(wanted) - sum(least), 1)
    shares = [more[0] * few + min(more[1], 1.0) * (many - few) for few, many in zip(least, wanted, strict=True)]
    return [int(Pt(share)) for share in shares]


def _least(rows: Sequence[Sequence[Text | None]], size: Length) -> list[float]:
    """Width in points that each column needs for its longest word."""
    words = [[word for text in column for word in [*text.split(), ""]] for column in _columns(rows)]
    return [EDGES + max(_wide(word, size.pt) for word in of_column) for of_column in words]


def _columns(rows: Sequence[Sequence[Text | None]]) -> list[list[str]]:
    """Texts of each column."""
    return [[_of_one_column(row, at) for row in rows] for at in range(len(rows[0]))]


def _of_one_column(row: Sequence[Text | None], at: int) -> str:
    """Text of a cell that has to fit into its column; empty if it goes on into the next."""
    text = row[at]
    return "" if text is None or None in row[at + 1 : at + 2] else "".join(part for part, _ in text)


def _wide(text: str, points: float) -> float:
    """Width of bold text in a wide font, so that it fits in any other."""
    return width_of(text, points, "bold")


def _rule(table: Table, named: str) -> None:
    """Draw lines between the rows of a table, and name it for screen readers."""
    properties = table._tbl.tblPr
    line = {"val": "single", "sz": "4", "space": "0", "color": "C6CCD6"}
    sides = [_element(f"w:{side}", **line) for side in ("top", "bottom", "insideH")]
    after = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    properties.insert_element_before(_element("w:tblBorders", *sides), *after)
    properties.append(_element("w:tblCaption", val=named))
