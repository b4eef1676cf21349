"""The demo study's pages as a reader's browser shows them."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

COHORT, PROGRAMME = "cohorts/2022-spring/index.html", "index.html"
SCHEMES = ("light", pytest.param("dark", marks=pytest.mark.slow))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page):
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found.response["violations"]]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_barrier_by_axe(open_page, path, scheme):
    page = open_page(path, scheme=scheme).page
    page.evaluate("measures.openAll()")
    assert violations(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_on_the_quality_page(open_page, quality_page, scheme):
    assert violations(open_page(quality_page, scheme=scheme).page) == []


def test_nothing_is_asked_of_another_place_and_nothing_complains(open_page, path):
    opened = open_page(path)
    assert opened.complaints == []
    assert opened.requests == [path.as_uri()]


def test_no_sideways_scroll_on_a_phone(open_page, path):
    page = open_page(path, width=320).page
    page.evaluate("measures.openAll()")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.slow
def test_quality_page_has_no_sideways_scroll_on_a_phone(open_page, quality_page):
    page = open_page(quality_page, width=320).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_headline_is_on_the_first_screen(open_page, path):
    """All of it: every role, and who is not in it."""
    for finding in open_page(path).page.locator("header .finding").all():
        box = finding.bounding_box()
        assert box["y"] + box["height"] <= 800, finding.inner_text()


@pytest.mark.slow
def test_programme_leads_to_each_cohort_and_back(open_page, demo_out):
    page = open_page(demo_out / PROGRAMME).page
    links = page.locator("table.cohorts a")
    assert links.count() == 6
    links.filter(has_text="2022 spring").click()
    assert page.locator("h1").inner_text() == "2022 spring: what changed"
    page.get_by_role("link", name="All cohorts").click()
    assert page.locator("h1").inner_text() == "What changed across the programme"


@pytest.mark.slow
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


def test_csv_beside_a_chart_holds_its_numbers(open_page, demo_out):
    page = open_page(demo_out / COHORT).page
    page.evaluate("measures.openAll()")
    with page.expect_download() as download:
        page.locator(".outcome a[download]").first.click()
    lines = download.value.path().read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("cohort,role,arm,scale,wave,contrast,method,estimate")
    assert len(lines) == 7
