"""The demo study's pages as a reader's browser shows them."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

COHORT, SMALL, PROGRAMME = "cohorts/2022-spring/index.html", "cohorts/2024-autumn/index.html", "index.html"
PAGES = (COHORT, SMALL, PROGRAMME)
SCHEMES = ("light", pytest.param("dark", marks=pytest.mark.slow))
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true })"


# the colours alone differ in the dark
RULES = {"light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "dark": ["color-contrast"]}


def violations(page, scheme):
    found = Axe().run(page, options={"runOnly": RULES[scheme], "resultTypes": ["violations"]})
    return [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found.response["violations"]]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", [pytest.param(COHORT, marks=pytest.mark.slow), SMALL, PROGRAMME])
def test_no_barrier_by_axe(open_page, demo_out, name, scheme):
    page = open_page(demo_out / name, scheme=scheme).page
    page.evaluate(OPEN_ALL)
    assert violations(page, scheme) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_on_the_quality_page(open_page, quality_page, scheme):
    assert violations(open_page(quality_page, scheme=scheme).page, scheme) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_of_another_place_and_nothing_complains(open_page, demo_out, name):
    opened = open_page(demo_out / name)
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("file:")] == []


@pytest.mark.parametrize("name", PAGES)
def test_no_sideways_scroll_on_a_phone(open_page, demo_out, name):
    page = open_page(demo_out / name, width=320).page
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_quality_page_has_no_sideways_scroll_on_a_phone(open_page, quality_page):
    page = open_page(quality_page, width=320).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", PAGES)
def test_headline_is_on_the_first_screen(open_page, demo_out, name):
    page = open_page(demo_out / name).page
    box = page.locator(".finding").first.bounding_box()
    assert box["y"] + box["height"] <= 800


def test_programme_leads_to_each_cohort_and_back(open_page, demo_out):
    page = open_page(demo_out / PROGRAMME).page
    links = page.locator("section[aria-labelledby=cohorts] a")
    assert links.count() == 6
    links.filter(has_text="2022 spring").click()
    assert page.locator("h1").inner_text() == "2022 spring: what changed"
    page.get_by_role("link", name="All cohorts").click()
    assert page.locator("h1").inner_text() == "What changed across the programme"


def test_skip_link_comes_first_and_shows_itself(open_page, demo_out):
    page = open_page(demo_out / COHORT).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0


def test_folded_numbers_open_by_keyboard(open_page, demo_out):
    page = open_page(demo_out / COHORT).page
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.get_attribute("open") is not None


def test_wide_tables_can_be_reached_by_keyboard_and_have_a_name(open_page, demo_out):
    page = open_page(demo_out / COHORT).page
    regions = page.locator(".scroll")
    assert regions.count() > 0
    for region in regions.all():
        assert region.get_attribute("tabindex") == "0"
        assert region.get_attribute("aria-label")


def test_print_opens_what_is_folded_and_closes_it_again(open_page, demo_out):
    page = open_page(demo_out / COHORT).page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_print_makes_a_document_with_what_is_folded(open_page, demo_out):
    page = open_page(demo_out / COHORT).page
    printed = page.pdf()
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 5


def test_print_shows_every_chart(open_page, demo_out):
    page = open_page(demo_out / COHORT).page
    page.emulate_media(media="print")
    charts = page.locator("figure svg")
    assert charts.count() == 5
    assert all(chart.bounding_box()["height"] > 50 for chart in charts.all())


def test_csv_beside_a_chart_holds_its_numbers(open_page, demo_out):
    page = open_page(demo_out / COHORT).page
    page.evaluate(OPEN_ALL)
    with page.expect_download() as download:
        page.locator(".outcome a[download]").first.click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("cohort,role,arm,scale,wave,contrast,method,estimate")
    assert len(lines) == 7
