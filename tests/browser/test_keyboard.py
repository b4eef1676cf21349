"""The pages without a mouse: every stop is reached in order, is seen, and lets go; what is folded opens."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FOCUS_CONTRAST = 3


def walk(page, key="Tab"):
    """Press a key until the focus leaves the page: the stops in the order they came."""
    steps, most = [], page.evaluate("measures.stops().length") + 2
    for _ in range(most):
        page.keyboard.press(key)
        focus = page.evaluate("measures.focus()")
        if focus is None or (steps and focus["place"] == steps[0]["place"]):
            return steps  # backwards, a browser without a frame begins anew
        steps.append(focus)
    pytest.fail(f"the focus does not leave the page after {most} steps: {[step['what'] for step in steps[-3:]]}")


@pytest.mark.slow
class TestWholeWalk:
    @pytest.fixture(params=["folded", "open"])
    def walked(self, request, open_page, path):
        """Stops of one walk, and how many there are to make."""
        page = open_page(path).page
        if request.param == "open":
            page.evaluate("measures.openAll()")
        return walk(page), page.evaluate("measures.stops().length")

    def test_every_stop_comes_once_in_order_and_is_seen(self, walked):
        steps, stops = walked
        assert [step["place"] for step in steps] == list(range(stops))
        assert [step["what"] for step in steps if not step["outlined"]] == []
        assert [step["what"] for step in steps if step["contrast"] < FOCUS_CONTRAST] == []
        assert [step["what"] for step in steps if not step["within"]] == []


@pytest.mark.slow
def test_the_way_back_is_the_way_there_reversed(open_page, path):
    page = open_page(path).page
    there = [step["place"] for step in walk(page)]
    back = [step["place"] for step in walk(page, "Shift+Tab")]
    assert back == there[::-1]


@pytest.mark.slow
@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_everything_folded_opens_and_closes_by_key(open_page, path, key):
    page = open_page(path).page
    for summary in page.locator("summary").all():
        fold = summary.locator("xpath=..")
        is_open = fold.get_attribute("open") is not None  # as what a page without findings does not show
        summary.focus()
        page.keyboard.press(key)
        assert (fold.get_attribute("open") is not None) != is_open
        page.keyboard.press(key)
        assert (fold.get_attribute("open") is not None) == is_open


@pytest.mark.slow
def test_wide_tables_scroll_by_key(open_page, path):
    page = open_page(path, width=320).page
    page.evaluate("measures.openAll()")
    for region in page.locator("[role=region]").all():
        wide = region.evaluate("e => e.scrollWidth - e.clientWidth")
        region.focus()
        page.keyboard.press("ArrowRight")
        if wide > 1:
            page.wait_for_function("e => e.scrollLeft > 0", arg=region.element_handle(), timeout=3000)


def test_skip_link_comes_first_shows_itself_and_leads_to_main(open_page, path):
    page = open_page(path).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    box = page.locator("a[href='#main']").bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.slow
def test_from_programme_to_cohort_and_back_from_the_file_system(open_page, demo_out):
    opened = open_page(demo_out / "index.html")
    page = opened.page
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "2022 spring":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/cohorts/2022-spring/index.html")
    assert "2022 spring" in page.locator("h1").inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(opened.requests[0])
    assert page.locator("h1").count() == 1
