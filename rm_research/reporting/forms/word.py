"""
A page as a Word document, for people who need to edit it.

It is made from the page's own HTML, so that both say the same: each heading, paragraph, list and table becomes one of
Word, and each figure becomes the picture with its name.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from bs4 import BeautifulSoup
from bs4.element import PageElement, Tag
from docx.document import Document
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from matplotlib.figure import Figure

from rm_research.catalogue import Catalogue
from rm_research.errors import ReportError
from rm_research.figures import blank_axes
from rm_research.figures.style import WIDE, WIDTH
from rm_research.findings import Findings
from rm_research.findings.pictures import Picture, png
from rm_research.reporting.forms import layout
from rm_research.reporting.forms.runs import Run, classes_of, clean, runs

HEADINGS = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3", "h5": "Heading 4"}
CLASSES = {
    "kicker": "Subtitle", "about": layout.NOTE, "key": layout.KEY, "finding": layout.FINDING, "note": layout.NOTE,
    "subtitle": layout.NOTE, "terms": layout.NOTE,
}  # fmt: skip
DOTS = 200  # per inch of a chart
HIGHEST = Cm(20)  # of a chart, so that its title and a note have room on the same page
GLANCE = Pt(10)  # letters of the tables that are read first
LISTS = {"ul": "List Bullet", "ol": "List Number"}
BLOCKS = {
    *HEADINGS, *LISTS, "article", "aside", "blockquote", "details", "div", "dl", "figure", "footer",
    "header", "main", "p", "section", "summary", "table",
}  # fmt: skip


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
    writer = _Writer(document, {picture.name: picture for picture in findings.pictures}, document)
    shown = [_shortened(section.html) for section in findings.sections if section.html]
    terms = [body for body in shown if body.select_one("section.words")]
    folded = [part for body in shown if body not in terms for part in _unfolded(body)]
    for body in shown:
        if body not in terms:
            writer.upright(body)
    if folded:
        heading = BeautifulSoup(f"<h2>{words.say('document.more')}</h2>", "html.parser")
        for part in (heading, *folded):
            writer.upright(part)
    for body in terms:
        writer.upright(body)
    return layout.saved(document)


def _shortened(html: str) -> BeautifulSoup:
    """HTML of a section without the tables that only repeat the analysis, and with where they are instead."""
    body = BeautifulSoup(html, "html.parser")
    for head in body.select("[data-paper]"):
        said = body.new_tag("p")
        said.string = str(head["data-paper"])
        head.insert_after(said)
    for kept in body.select(".methods .kept"):
        kept.decompose()
    return body


def _unfolded(body: Tag) -> Iterator[Tag]:
    """Take what is folded, unless it is but a list, out of a section: it comes after all that is visible."""
    for fold in body.select("details:has(figure, table, h3)"):
        section, summary = fold.find_parent("section"), fold.find("summary", recursive=False)
        # a section that is nothing but a fold goes as it is, with its heading
        beside = [] if section is None else section.find_all(recursive=False)
        if section is not None and all(tag is fold or tag.name in HEADINGS for tag in beside):
            yield section.extract()
            continue
        if summary is not None:
            summary.name = "h3"
        yield fold.extract()


def chart(picture: Picture, width: float) -> bytes:
    """PNG of a picture, without its words, which the document has around it."""
    return png(cast(Figure, picture.draw(ax=blank_axes(width=width)).figure), DOTS)


def _columns(body: Tag) -> int:
    """Columns of the widest table."""
    return max((len(row.find_all(["th", "td"])) for row in body.find_all("tr")), default=0)


def _style(tag: Tag, style: str) -> str:
    """Style that the class of an element asks for, or else the style of its parent."""
    return next((CLASSES[name] for name in classes_of(tag) if name in CLASSES), style)


@dataclass(frozen=True)
class _Writer:
    """Puts the blocks of a page into a document, one after another."""

    document: Document
    pictures: Mapping[str, Picture]
    place: layout.Place

    def upright(self, body: Tag) -> None:
        """Write a part of the page, on its side if it has a wide table."""
        layout.turn(self.document, wide=_columns(body) > layout.MOST_UPRIGHT)
        self.blocks(body)

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
        elif len(parts := _abreast(tag)) > 1:
            self.abreast(parts, _style(tag, style))
        elif tag.name == "summary" and not tag.find(list(HEADINGS)):
            self.keep_with_next(self.paragraph(tag.children, layout.NOTE))
        elif tag.name == "dl":
            self.terms(tag, _style(tag, style))
        else:
            self.blocks(tag, _style(tag, style))

    def abreast(self, parts: list[Tag], style: str) -> None:
        """Write parts side by side, in pairs."""
        for at in range(0, len(parts), 2):
            cells = layout.abreast(self.document, 2)
            for part, cell in zip(parts[at : at + 2], cells, strict=False):
                _Writer(self.document, self.pictures, cell).block(part, style)
                layout.closed(cell)

    def paragraph(self, nodes: Iterable[PageElement], style: str) -> Paragraph | None:
        """Write a paragraph, unless there is no text."""
        parts = runs(nodes)
        return self.text(parts, style) if parts else None

    def text(self, parts: Iterable[Run], style: str) -> Paragraph:
        """Write text as a paragraph."""
        paragraph = self.place.add_paragraph(style=style)
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
        rows = [[cell for tag in row.find_all(["th", "td"]) for cell in _cell(tag)] for row in tag.find_all("tr")]
        if not any(rows):
            return
        if caption:
            self.keep_with_next(self.paragraph(caption.children, "Caption"))
        named = caption.get_text(" ", strip=True) if caption else ""
        if len({len(row) for row in rows}) > 1:
            raise ReportError(f"The table {named!r} has rows of unequal length, which a document cannot show.")
        heads, size = len(head.find_all("tr")) if head else 0, GLANCE if "glance" in classes_of(tag) else None
        layout.add_table(self.document, rows, heads, clean(named), size, full=size is not None)

    def figure(self, tag: Tag) -> None:
        """Write a figure: its title, its picture and the text below it."""
        name = str(tag.get("data-picture", ""))
        if name not in self.pictures:
            raise ReportError(f"The page names a picture {name!r} that its findings do not have.")
        caption = tag.find("figcaption")
        for part in caption.find_all(recursive=False) if caption else ():
            shown = "subtitle" in classes_of(part)
            self.keep_with_next(self.paragraph(part.children, layout.NOTE if shown else "Caption"))
        picture, narrow = self.pictures[name], self.place is not self.document
        paragraph, most = self.place.add_paragraph(), (layout.room(self.document, self.place), HIGHEST)
        drawn = chart(picture, WIDTH if narrow else WIDE)
        layout.add_picture(paragraph, drawn, most, name=name, alt=clean(picture.alt))
        for part in tag.find_all(recursive=False):
            if part.name != "figcaption":
                self.block(part, layout.NOTE) if part.name in BLOCKS else self.paragraph([part], layout.NOTE)


def _cell(tag: Tag) -> list[layout.Text | None]:
    """Text of a cell, and None for each further column that it takes."""
    text = [(run.text, run.shape) for run in runs(tag.children)]
    return [text, *[None] * (int(str(tag.get("colspan", "1"))) - 1)]


def _abreast(tag: Tag) -> list[Tag]:
    """Parts of an element that a page shows side by side; none if it shows them one after another."""
    if {"sides", "pictures"}.isdisjoint(classes_of(tag)) or tag.find_parent(class_="sides"):
        return []
    parts = tag.find_all(recursive=False)
    return parts if all(part.name == "figure" or part.find("figure") for part in parts) else []
