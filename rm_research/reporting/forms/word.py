"""
A page as a Word document, for people who need to edit it.

It is made from the page's own HTML, so that both say the same: each heading, paragraph, list and table becomes one of
Word, and each figure becomes the picture with its name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag
from docx.document import Document
from docx.text.paragraph import Paragraph
from matplotlib.figure import Figure

from rm_research.catalogue import Catalogue
from rm_research.errors import ReportError
from rm_research.figures import blank_axes
from rm_research.figures.style import WIDE
from rm_research.findings import Findings
from rm_research.findings.pictures import Picture, png
from rm_research.reporting.forms import layout

HEADINGS = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3", "h5": "Heading 4"}
CLASSES = {
    "kicker": "Subtitle", "finding": layout.FINDING, "note": layout.NOTE, "subtitle": layout.NOTE, "terms": layout.NOTE,
}  # fmt: skip
DOTS = 200  # per inch of a chart
LISTS = {"ul": "List Bullet", "ol": "List Number"}
BLOCKS = {
    *HEADINGS, *LISTS, "article", "aside", "blockquote", "details", "div", "dl", "figure", "footer",
    "header", "main", "p", "section", "summary", "table",
}  # fmt: skip
LEFT_OUT = {"svg", "img", "script", "style", "nav"}  # pictures are added by name
SPACES = re.compile("[ \t\n\r\f]+")  # white space in HTML, which does not include the non-breaking space
BREAK = "\v"  # marks a line break while white space is collapsed; text never holds it
# characters that XML cannot hold
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def word_document(findings: Findings, words: Catalogue) -> bytes:
    """
    Word document of findings.

    Parameters
    ----------
    findings : Findings
    words : Catalogue
        Its language becomes that of the document.

    Returns
    -------
    bytes
        A docx file, the same for the same findings.

    Raises
    ------
    ReportError
        When the page names a picture that the findings do not have, or a table has rows of unequal length.
    """
    title = words.say("page.browser_title", title=findings.title, study=findings.study_title)
    document = layout.new_document(clean(title), words.say("format.locale"))
    pictures = {picture.name: picture for picture in findings.pictures}
    for section in findings.sections:
        if not section.html:
            continue
        body = BeautifulSoup(section.html, "html.parser")
        layout.turn(document, wide=_columns(body) > layout.MOST_UPRIGHT)
        _Writer(document, pictures).blocks(body)
    return layout.saved(document)


def chart(picture: Picture) -> bytes:
    """PNG of a picture without its words, which the document has around it."""
    return png(cast(Figure, picture.draw(ax=blank_axes(width=WIDE)).figure), DOTS)


def clean(text: str) -> str:
    """Text without characters that XML cannot hold."""
    return FORBIDDEN.sub("", text)


def _columns(body: Tag) -> int:
    """Columns of the widest table."""
    return max((len(row.find_all(["th", "td"])) for row in body.find_all("tr")), default=0)


@dataclass(frozen=True)
class Run:
    """Text in one style of letters."""

    text: str
    shape: frozenset[str] = field(default_factory=frozenset)


SHAPES = {"strong": "bold", "b": "bold", "em": "italic", "i": "italic", "sup": "superscript", "sub": "subscript"}


def runs(nodes: Iterable[PageElement], shape: frozenset[str] = frozenset()) -> list[Run]:
    """Text of nodes, with white space collapsed as in a browser."""
    closed: list[Run] = []
    for run in _runs(nodes, shape):
        text = SPACES.sub(" ", run.text)
        if not closed or closed[-1].text.endswith((" ", BREAK)):
            text = text.lstrip(" ")
        if text:
            closed.append(Run(text, run.shape))
    if closed:
        closed[-1] = Run(closed[-1].text.rstrip(" "), closed[-1].shape)
    return [Run(run.text.replace(BREAK, "\n"), run.shape) for run in closed if run.text]


def _runs(nodes: Iterable[PageElement], shape: frozenset[str]) -> Iterator[Run]:
    for node in nodes:
        if isinstance(node, Tag):
            if node.name == "br":
                yield Run(BREAK)
            elif not _is_left_out(node):
                yield from _runs(node.children, shape | {SHAPES[node.name]} if node.name in SHAPES else shape)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):  # such as comments
            yield Run(clean(str(node)), shape)


def _is_left_out(node: PageElement) -> bool:
    """Whether a document leaves a node out; download links too, because their table is beside them."""
    return isinstance(node, Tag) and (node.name in LEFT_OUT or node.has_attr("download"))


def _classes(tag: Tag) -> list[str]:
    return cast(list[str], tag.get("class") or [])


def _style(tag: Tag, style: str) -> str:
    """Style that the class of an element asks for, or else the style of its parent."""
    return next((CLASSES[name] for name in _classes(tag) if name in CLASSES), style)


@dataclass(frozen=True)
class _Writer:
    """Puts the blocks of a page into a document, one after another."""

    document: Document
    pictures: Mapping[str, Picture]

    def blocks(self, parent: Tag, style: str = "Normal") -> None:
        """Write the contents of an element; text between blocks becomes a paragraph in this style."""
        between: list[PageElement] = []
        for node in parent.children:
            if isinstance(node, Tag) and node.name in BLOCKS:
                self.paragraph(between, style)
                between = []
                self.block(node, style)
            else:
                between.append(node)
        self.paragraph(between, style)

    def block(self, tag: Tag, style: str) -> None:
        """Write one block."""
        if tag.name in HEADINGS:
            self.paragraph(tag.children, HEADINGS[tag.name])
        elif tag.name in LISTS:
            self.list(tag, style)
        elif tag.name == "table":
            self.table(tag)
        elif tag.name == "figure":
            self.figure(tag)
        elif tag.name == "summary":
            self.keep_with_next(self.paragraph(tag.children, layout.NOTE))
        elif tag.name == "dl":
            self.terms(tag, _style(tag, style))
        else:
            self.blocks(tag, _style(tag, style))

    def paragraph(self, nodes: Iterable[PageElement], style: str) -> Paragraph | None:
        """Write a paragraph, unless there is no text."""
        parts = runs(nodes)
        return self.text(parts, style) if parts else None

    def text(self, parts: Iterable[Run], style: str) -> Paragraph:
        """Write text as a paragraph."""
        paragraph = self.document.add_paragraph(style=style)
        layout.fill(paragraph, [(run.text, run.shape) for run in parts])
        return paragraph

    def terms(self, tag: Tag, style: str) -> None:
        """Write each term and its meaning in one paragraph."""
        for term in tag.find_all("dt"):
            meaning = term.find_next_sibling("dd")
            definition = [Run(": "), *runs(meaning.children)] if isinstance(meaning, Tag) else []
            self.text([*runs(term.children, frozenset({"bold"})), *definition], style)

    @staticmethod
    def keep_with_next(paragraph: Paragraph | None) -> None:
        """Keep a paragraph on the same page as the one that follows."""
        if paragraph is not None:
            paragraph.paragraph_format.keep_with_next = True

    def list(self, tag: Tag, style: str) -> None:
        """Write a list; a list within a list is indented further."""
        depth = re.search(r"\d$", style)
        further = f" {int(depth[0]) + 1 if depth else 2}" if style.startswith("List") else ""
        for item in tag.find_all("li", recursive=False):
            self.blocks(item, LISTS[tag.name] + further)

    def table(self, tag: Tag) -> None:
        """Write a table below its caption."""
        caption, head = tag.find("caption"), tag.find("thead")
        rows = [[runs(cell.children) for cell in row.find_all(["th", "td"])] for row in tag.find_all("tr")]
        if not any(rows):
            return
        if caption:
            self.keep_with_next(self.paragraph(caption.children, "Caption"))
        named = caption.get_text(" ", strip=True) if caption else ""
        if len({len(row) for row in rows}) > 1 or tag.find(["th", "td"], attrs={"colspan": True}):
            raise ReportError(f"The table {named!r} has rows of unequal length, which a document cannot show.")
        cells = [[[(run.text, run.shape) for run in cell] for cell in row] for row in rows]
        layout.add_table(self.document, cells, len(head.find_all("tr")) if head else 0, clean(named))

    def figure(self, tag: Tag) -> None:
        """Write a figure: its title, its picture and the text below it."""
        name = str(tag.get("data-picture", ""))
        if name not in self.pictures:
            raise ReportError(f"The page names a picture {name!r} that its findings do not have.")
        caption = tag.find("figcaption")
        for part in caption.find_all(recursive=False) if caption else ():
            shown = "subtitle" in _classes(part)
            self.keep_with_next(self.paragraph(part.children, layout.NOTE if shown else "Caption"))
        picture = self.pictures[name]
        layout.add_picture(self.document, chart(picture), name=name, alt=clean(picture.alt))
        for part in tag.find_all(recursive=False):
            if part.name != "figcaption":
                self.block(part, layout.NOTE) if part.name in BLOCKS else self.paragraph([part], layout.NOTE)
