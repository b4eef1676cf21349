"""A Word document says what the page says, in Word's own structure."""

import io
import re
import zipfile

import docx
import pytest
from bs4 import BeautifulSoup
from docx.enum.section import WD_ORIENT
from drawn import drawn
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.catalogue import catalogue
from rm_research.errors import ReportError
from rm_research.figures import blank_axes
from rm_research.reporting.forms.word import word_document

HEADINGS = {"h1": "Title", "h2": "Heading 1", "h3": "Heading 2", "h4": "Heading 3"}
TABLE = """<div class="scroll"><table><caption>People</caption>
<thead><tr><th scope="col">Role</th><th scope="col">n</th></tr></thead>
<tbody><tr><th scope="row">Leaders</th><td>12</td></tr>
<tr><th scope="row">Mentors</th><td></td></tr></tbody></table></div>
<p class="download"><a download="People.csv" href="data:text/csv,x">Download</a></p>"""
FIGURE = """<figure data-picture="one"><figcaption><span class="title">It rose</span>
<span class="subtitle">1 to 5</span></figcaption><svg><title>Dots.</title><text>12</text></svg>
<p class="note">Below.</p></figure>"""


def opened(content: bytes):
    return docx.Document(io.BytesIO(content))


def written(findings):
    return opened(word_document(findings, catalogue("en")))


def lines(document) -> list[tuple[str, str]]:
    """Style and text of each paragraph with text."""
    return [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs if paragraph.text]


def text_of(tag) -> str:
    return " ".join(tag.get_text().split())


def cells(document) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]


def pictures(document) -> list[tuple[str, str]]:
    """Name and alternative text of each picture."""
    return [(shape._inline.docPr.get("name"), shape._inline.docPr.get("descr")) for shape in document.inline_shapes]


class TestStructure:
    def test_headings_paragraphs_and_lists_are_words_own(self, findings):
        html = """<header><p class="kicker">Study</p><h1>Title</h1><p class="finding"><strong>It rose.</strong> So.</p>
        </header><section><h2>One</h2><p>Said <em>so</em>.</p><h3>Two</h3>
        <ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>
        <ol><li>first</li></ol><dl><div><dt><dfn>Term</dfn></dt> <dd>Meaning</dd></div></dl><h4>Three</h4></section>"""
        assert lines(written(findings(html))) == [
            ("Subtitle", "Study"), ("Title", "Title"), ("Finding", "It rose. So."), ("Heading 1", "One"),
            ("Normal", "Said so."), ("Heading 2", "Two"), ("List Bullet", "a"), ("List Bullet", "b"),
            ("List Bullet 2", "c"), ("List Number", "first"), ("Normal", "Term: Meaning"),
            ("Heading 3", "Three"),
        ]  # fmt: skip

    def test_what_is_bold_or_italic_stays_so(self, findings):
        (paragraph,) = written(findings("<p>a <strong>b <em>c</em></strong><br>d</p>")).paragraphs
        shapes = [(run.text, bool(run.bold), bool(run.italic)) for run in paragraph.runs]
        assert shapes == [
            ("a ", False, False),
            ("b ", True, False),
            ("c", True, True),
            ("\n", False, False),
            ("d", False, False),
        ]

    def test_tables_have_captions_head_rows_and_every_cell(self, findings):
        document = written(findings(TABLE))
        assert cells(document) == [[["Role", "n"], ["Leaders", "12"], ["Mentors", ""]]]
        assert lines(document) == [("Caption", "People")]
        xml = document.tables[0]._tbl
        assert [bool(row.xpath("./w:trPr/w:tblHeader")) for row in xml.tr_lst] == [True, False, False]
        assert xml.xpath("./w:tblPr/w:tblCaption/@w:val") == ["People"]

    def test_pictures_stand_between_title_and_note_with_their_words(self, findings):
        document = written(findings(FIGURE, pictures=(drawn(alt='Dots: 3 < 4 & "so".'),)))
        assert pictures(document) == [("one", 'Dots: 3 < 4 & "so".')]
        assert [bool(paragraph._p.xpath(".//pic:pic")) for paragraph in document.paragraphs] == [
            False,
            False,
            True,
            False,
        ]
        assert lines(document) == [("Caption", "It rose"), ("Note", "1 to 5"), ("Note", "Below.")]

    def test_a_picture_wider_than_the_page_is_made_to_fit(self, findings):
        wide = blank_axes(width=30)
        (shape,) = written(findings(FIGURE, pictures=(drawn(draw=lambda ax: wide),))).inline_shapes
        assert shape.width.cm == pytest.approx(17, abs=0.01)
        width, height = wide.figure.get_size_inches()
        assert shape.width / shape.height == pytest.approx(width / height, rel=0.01)

    def test_what_is_folded_on_screen_comes_as_sections(self, findings):
        html = "<section><h2>Methods</h2><details><summary>For some.</summary><ul><li>x</li></ul></details></section>"
        shown = lines(written(findings(html)))
        assert shown == [("Heading 1", "Methods"), ("Note", "For some."), ("List Bullet", "x")]

    def test_folded_charts_and_tables_come_after_all_that_is_visible_and_words_last(self, findings):
        outcome = f"<section><h2>Each</h2><p>a</p><details><summary>More</summary>{TABLE}</details></section>"
        methods = "<section><h2>Methods</h2><details><summary>For some.</summary><h3>By hand</h3>x</details></section>"
        words = """<section class="words"><details><summary><h2>Words</h2></summary>
        <dl><div><dt>T</dt><dd>m</dd></div></dl></details></section>"""
        document = written(findings(outcome, "<section><h2>Limits</h2><p>b</p></section>", methods, words))
        assert lines(document) == [
            ("Heading 1", "Each"), ("Normal", "a"), ("Heading 1", "Limits"), ("Normal", "b"),
            ("Heading 1", "In detail"), ("Heading 2", "More"), ("Caption", "People"),
            ("Heading 1", "Methods"), ("Note", "For some."), ("Heading 2", "By hand"), ("Normal", "x"),
            ("Heading 1", "Words"), ("Normal", "T: m"),
        ]  # fmt: skip

    def test_tables_that_repeat_the_analysis_are_told_of_instead(self, findings):
        head = '<h3 data-paper="On the page.">All</h3>'
        html = f'<section class="methods">{head}<div class="kept">{TABLE}</div></section>'
        document = written(findings(html))
        assert (lines(document), document.tables) == ([("Heading 2", "All"), ("Normal", "On the page.")], [])

    def test_a_finding_stands_in_two_lines_of_its_cell_and_its_bar_leaves_no_trace(self, findings):
        cell = """<td class="gain"><span class="word"><span class="sign">▲</span> gain</span> <span class="numbers">
        <b>+0.26</b> (0.12 to 0.40)</span> <span class="what">change</span><span class="bar"><i></i></span></td>"""
        name = '<th>Inclusion <span class="aside">1 to 5</span></th>'
        document = written(findings(f'<table class="glance"><tr>{name}{cell}</tr></table>'))
        assert cells(document) == [[["Inclusion\n1 to 5", "▲ gain\n+0.26 (0.12 to 0.40) change"]]]

    def test_numbers_of_the_headline_have_a_line_each(self, findings):
        html = '<p class="numbers"><span>Leaders: 1.</span> <span>Mentors: 2.</span></p>'
        assert [text for _, text in lines(written(findings(html)))] == ["Leaders: 1.\nMentors: 2."]

    @pytest.mark.parametrize("html", [
        f'<div class="sides"><div class="side">{FIGURE}<p>a</p></div><div class="side">{FIGURE}<p>b</p></div></div>',
        f'<div class="pictures">{FIGURE}{FIGURE}{FIGURE}</div>',
    ], ids=["sides", "pictures"])  # fmt: skip
    def test_charts_that_a_page_shows_side_by_side_stay_so(self, findings, html):
        document = written(findings(html, pictures=(drawn(),)))
        assert len(document.inline_shapes) == html.count("<figure")
        for table in document.tables:
            assert len(table.columns) == 2
            assert all(cell.paragraphs[0].text == "It rose" for cell in table.rows[0].cells if cell.text)
        page = document.sections[0]
        room = page.page_width - page.left_margin - page.right_margin
        assert all(shape.width < room / 2 for shape in document.inline_shapes)
        assert {shape._inline.get("distR") for shape in document.inline_shapes} == {"0"}

    def test_a_cell_over_several_columns_stays_one(self, findings):
        html = '<table><tr><th>A</th><th>B</th><th>C</th></tr><tr><th>x</th><td colspan="2">no page</td></tr></table>'
        (table,) = written(findings(html)).tables
        assert [cell.text for cell in table.rows[1].cells] == ["x", "no page", "no page"]
        assert len(table.rows[1]._tr.tc_lst) == 2

    def test_a_wide_table_lies_on_its_side_and_what_follows_is_upright(self, findings):
        wide = "<table><tr>" + "<td>x</td>" * 13 + "</tr></table>"
        document = written(findings("<p>before</p>", wide, "<p>after</p>"))
        upright, side = WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE
        assert [section.orientation for section in document.sections] == [upright, side, upright]
        assert all((s.page_width > s.page_height) is (s.orientation == side) for s in document.sections)

    @pytest.mark.parametrize("words", [["a"], ["much " * 40, "n"], ["unbreakable" * 3] * 13], ids=len)
    def test_columns_fit_between_the_margins(self, findings, words):
        row = "".join(f"<td>{word}</td>" for word in words)
        document = written(findings(f"<table><tr>{row}</tr></table>"))
        page, (table,) = document.sections[-1], document.tables
        assert sum(
            column.width for column in table.columns
        ) <= page.page_width - page.left_margin - page.right_margin + 635 * len(words)
        assert all(column.width.cm > 0.3 for column in table.columns)

    @pytest.mark.parametrize(
        "table", ["<table></table>", "<table><caption>b</caption><thead><tr></tr></thead><tbody></tbody></table>"]
    )
    def test_a_table_without_cells_is_left_out(self, findings, table):
        document = written(findings("<p>a</p>" + table))
        assert (lines(document), document.tables) == ([("Normal", "a")], [])


class TestRefused:
    def test_a_picture_that_is_not_there(self, findings):
        with pytest.raises(ReportError, match="names a picture 'one' that its findings do not have"):
            written(findings(FIGURE))

    @pytest.mark.parametrize("row", ["<td>1</td>", '<td colspan="3">1</td>'])
    def test_a_table_whose_cells_would_be_out_of_place(self, findings, row):
        table = f"<table><caption>Odd</caption><tr><td>1</td><td>2</td></tr><tr>{row}</tr></table>"
        with pytest.raises(ReportError, match="The table 'Odd' has rows of unequal length"):
            written(findings(table))


class TestText:
    def test_scripts_styles_pictures_and_comments_are_no_text(self, findings):
        html = "<p>a</p><script>b()</script><style>c{}</style><!-- d --><svg><title>e</title></svg><p><!-- f -->g</p>"
        assert [text for _, text in lines(written(findings(html)))] == ["a", "g"]

    def test_white_space_is_closed_up_as_in_a_browser(self, findings):
        html = "<p>\n a\t b <b> c</b> d\u00a0e </p>\n text \n <p>f</p>"
        assert [text for _, text in lines(written(findings(html)))] == ["a b c d\u00a0e", "text", "f"]

    @examples(2)
    @given(text=st.text(st.characters(codec="utf-8"), max_size=30))
    def test_any_text_comes_through_but_for_what_xml_cannot_hold(self, text):
        """In a paragraph, a cell, an alternative text and the document's title."""
        from html import escape
        from types import SimpleNamespace

        html = FIGURE + f"<p>{escape(text)}</p><table><tr><td>{escape(text)}</td></tr></table>"
        found = SimpleNamespace(
            title=text, study_title="s", sections=[SimpleNamespace(html=html)], pictures=[drawn(alt=text)]
        )
        document = written(found)
        as_parsed = BeautifulSoup(f"<p>{escape(text)}</p>", "html.parser").p.get_text()
        kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]", "", as_parsed)
        closed = re.sub("[ \t\n\r\f]+", " ", kept).strip(" ")
        assert cells(document) == [[[closed]]]
        assert closed in [paragraph.text for paragraph in document.paragraphs]


class TestFile:
    def test_equal_findings_give_equal_bytes_at_any_time(self, findings, monkeypatch):
        found = findings(TABLE + FIGURE, pictures=(drawn(),))
        first = word_document(found, catalogue("en"))
        monkeypatch.setattr("time.time", lambda: 2e9)
        assert word_document(found, catalogue("en")) == first

    def test_title_and_language_are_set_and_nothing_tells_of_person_program_or_time(self, findings):
        content = word_document(findings(TABLE), catalogue("en"))
        told = opened(content).core_properties
        assert (told.title, told.language) == ("Spring – A <study>", "en-GB")
        assert (told.author, told.last_modified_by, told.comments) == ("", "", "")
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            names = packed.namelist()
            everything = b"".join(map(packed.read, names))
        assert set(re.findall(rb"W3CDTF\">([^<]*)<", everything)) == {b"1980-01-01T00:00:00Z"}
        assert not [name for name in names if "thumbnail" in name]
        assert b"thumbnail" not in everything
        assert b"python-docx" not in everything
        assert b"Macintosh" not in everything
        assert set(re.findall(rb'<w:lang w:val="([^"]*)"', everything)) == {b"en-GB"}
