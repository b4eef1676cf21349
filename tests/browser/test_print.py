"""Printed pages: what is folded lies open, figures stand on one sheet, tables that repeat them stay off."""

import pytest
from tagged_pdf import Printed

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]

SHEETS = {"A4": (794, 1123), "Letter": (816, 1056)}  # CSS pixels
HELD = "figure, .finding"
MOST = (8, 10)  # sheets of a cohort's page, and of the programme's
ALTERNATIVES = "[...document.querySelectorAll('svg[role=img] > title')].map(t => t.textContent)"
WHITE = ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


@pytest.fixture(params=list(SHEETS))
def printed(request, open_page, path):
    page = open_page(path).page
    # what a reader left folded must lie open on paper
    return Printed(page.pdf(format=request.param, tagged=True)), page


def test_every_figure_is_there_by_its_alternative_text(printed):
    document, page = printed
    found = [document.alternative(element) for element in document.elements("Figure")]
    wanted = page.evaluate(ALTERNATIVES)
    assert sorted(" ".join(text.split()) for text in found if text) == sorted(" ".join(text.split()) for text in wanted)


def test_no_figure_is_cut(printed):
    document, page = printed
    figures = document.elements("Figure")
    assert len(figures) >= page.locator("figure").count()
    assert [document.alternative(element) for element in figures if len(document.pages_of(element)) > 1] == []


def test_every_heading_is_there_and_every_table_that_is_not_kept_for_the_screen(printed):
    """What is folded on the screen, too."""
    document, page = printed
    assert len(document.elements("Table")) == page.locator("main table:not(.kept table)").count()
    for level in "1234":
        assert len(document.elements(f"H{level}")) == page.locator(f"main h{level}").count()


def test_what_is_kept_for_the_screen_stands_in_charts_or_in_the_appendix_and_the_paper_says_so(open_page, path):
    page = open_page(path).page
    page.evaluate("measures.openAll()")
    page.emulate_media(media="print")
    kept = page.locator(".kept")
    alone = "s => s.filter(e => !e.closest('.methods') && !e.closest('section').querySelector('figure svg')).length"
    assert kept.evaluate_all(alone) == 0
    told = "getComputedStyle(document.querySelector('.methods [data-paper]'), '::after').content"
    assert kept.count() == 0 or "all tables of numbers" in page.evaluate(told)
    assert page.locator("table.glance:not(.kept table)").count() == page.locator("table.glance").count()


def test_a_board_has_few_sheets_to_read(open_page, path):
    page = open_page(path).page
    if page.locator(".outcome").count() > 3:
        pytest.skip("each outcome takes a sheet")
    sheets = Printed(page.pdf(prefer_css_page_size=True, tagged=True)).pages
    of_cohort, of_programme = MOST
    assert sheets <= (of_cohort if path.parent.parent.name == "cohorts" else of_programme)


@pytest.mark.parametrize("sheet", list(SHEETS))
def test_nothing_is_taller_or_wider_than_its_sheet(open_page, path, sheet):
    """Margins of 10 mm on each side are what printers take at least."""
    width, height = (length - 76 for length in SHEETS[sheet])
    page = open_page(path, width=width).page
    page.evaluate("measures.openAll()")
    page.emulate_media(media="print")
    boxes = page.evaluate(f"[...document.querySelectorAll('{HELD}')].map(e => e.getBoundingClientRect().toJSON())")
    assert [box for box in boxes if box["height"] > height or box["right"] > width + 1] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width + 1


def test_what_was_folded_is_folded_again(open_page, path):
    page = open_page(path).page
    before = page.locator("details[open]").count()
    page.pdf()
    assert page.locator("details[open]").count() == before


def test_ink_is_dark_on_white_paper_whatever_the_screen(open_page, path):
    page = open_page(path, scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert [pair for pair in page.evaluate("measures.contrasts()") if pair[0] < 4.5] == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") in WHITE
