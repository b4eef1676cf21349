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

from rm_research.reporting.forms.package import MADE, repacked

FINDING, NOTE = "Finding", "Note"  # styles of ours, beside Word's own
INK, SOFT, BLUE, PANEL = "1D1D1F", "4A4A52", "12436D", "F3F5F8"
OF_TEMPLATE = ("/thumbnail", "/stylesWithEffects", "/customXml")  # parts that belong to the template alone
SHORT, LONG, MARGIN = Cm(21.0), Cm(29.7), Cm(2.0)  # A4
MOST_UPRIGHT = 10  # columns of a table on a portrait page; sections with wider tables are landscape
SIZES = ((6, Pt(9)), (MOST_UPRIGHT, Pt(8)), (99, Pt(7)))  # size of letters, by the largest number of columns
LETTER, EDGES, MOST = 0.52, 4, 36  # a letter's width per size; letters that edges take; most letters of a cell's line

Text = Sequence[tuple[str, frozenset[str]]]


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
    finding = styles.add_style(FINDING, WD_STYLE_TYPE.PARAGRAPH)
    finding.base_style, finding.paragraph_format.left_indent = styles["Normal"], Cm(0.3)
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


def _room(document: Document) -> int:
    """Width between the margins, in English metric units."""
    page = document.sections[-1]
    return int((page.page_width or SHORT) - (page.left_margin or MARGIN) - (page.right_margin or MARGIN))


def add_picture(document: Document, png: bytes, *, name: str, alt: str) -> None:
    """Add a picture, no wider than the page, with its alternative text."""
    shape = document.add_picture(io.BytesIO(png))
    room = _room(document)
    if shape.width > room:
        shape.width, shape.height = Emu(room), Emu(round(shape.height * room / shape.width))
    properties = shape._inline.docPr  # python-docx has no method for it
    properties.set("name", name)
    properties.set("descr", alt)


def add_table(document: Document, rows: Sequence[Sequence[Text]], heads: int, named: str) -> None:
    """Add a table; its first `heads` rows are repeated at the top of each page."""
    size = next(size for most, size in SIZES if len(rows[0]) <= most)
    widths = _widths(rows, _room(document), size)
    table = document.add_table(0, len(widths))
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Emu(width)
    for number, texts in enumerate(rows):
        row = table.add_row()
        properties = row._tr.get_or_add_trPr()
        properties.append(_element("w:cantSplit"))
        if number < heads:
            properties.append(_element("w:tblHeader"))
        for cell, text in zip(row.cells, texts, strict=True):
            _fill_cell(cell, text, size, is_head=number < heads)
    _rule(table, named)
    document.add_paragraph(style=NOTE)  # otherwise the next table would join this one


def _fill_cell(cell: _Cell, text: Text, size: Length, *, is_head: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    if is_head:
        cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=PANEL))
        paragraph.paragraph_format.keep_with_next = True
        text = [(part, shape | {"bold"}) for part, shape in text]
    fill(paragraph, text, size)


def _widths(rows: Sequence[Sequence[Text]], room: int, size: Length) -> list[int]:
    """Width of each column, from its words, so that a table looks the same in every program and no word breaks."""
    texts = [["".join(part for part, _ in cell) for cell in column] for column in zip(*rows, strict=True)]
    least = [EDGES + max(len(word) for text in column for word in [*text.split(), ""]) for column in texts]
    wanted = [max(few, EDGES + min(max(map(len, column)), MOST)) for few, column in zip(least, texts, strict=True)]
    letters = room / (size * LETTER)
    more = min(letters / sum(least), 1.0), max(letters - sum(least), 0.0) / max(sum(wanted) - sum(least), 1)
    shares = [more[0] * few + min(more[1], 1.0) * (many - few) for few, many in zip(least, wanted, strict=True)]
    return [int(share * size * LETTER) for share in shares]


def _rule(table: Table, named: str) -> None:
    """Draw lines between the rows of a table, and name it for screen readers."""
    properties = table._tbl.tblPr
    line = {"val": "single", "sz": "4", "space": "0", "color": "C6CCD6"}
    sides = [_element(f"w:{side}", **line) for side in ("top", "bottom", "insideH")]
    after = ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    properties.insert_element_before(_element("w:tblBorders", *sides), *after)
    properties.append(_element("w:tblCaption", val=named))
