"""Names that try to be more than text, in a reader's browser: nothing runs, nothing is loaded, nothing runs off."""

import pytest
from hostile_study import COHORTS
from rendered_hostile import endless_out, harmless_out, hostile_out, pages

__all__ = ["endless_out", "harmless_out", "hostile_out"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]

# of pictures only what they are, as long names take more lines
TREE = "[...document.querySelectorAll('*')].filter(e => !e.parentElement?.closest('svg')).map(e => e.tagName)"
DRAWN = "[...new Set([...document.querySelectorAll('svg *')].map(e => e.tagName))].sort()"
places = pytest.mark.parametrize("place", range(len(COHORTS) + 1))


@places
def test_nothing_runs_and_nothing_is_asked_for(open_page, hostile_out, place):
    path = pages(hostile_out)[place]
    opened = open_page(path)
    opened.page.evaluate("measures.openAll()")
    opened.page.wait_for_timeout(100)
    assert opened.complaints == []
    assert opened.requests == [path.as_uri()]


@places
def test_a_browser_sees_the_elements_of_the_harmless_twin(open_page, hostile_out, harmless_out, place):
    one, other = (open_page(pages(out)[place]).page for out in (hostile_out, harmless_out))
    assert one.evaluate(TREE) == other.evaluate(TREE)
    assert one.evaluate(DRAWN) == other.evaluate(DRAWN)


@places
@pytest.mark.parametrize("width", [320, 1280])
def test_the_layout_holds(open_page, hostile_out, place, width):
    page = open_page(pages(hostile_out)[place], width=width).page
    page.evaluate("measures.openAll()")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("main").is_visible()


@places
def test_links_lead_to_the_cohorts_and_back(open_page, hostile_out, place):
    if place == 0:
        page = open_page(pages(hostile_out)[0]).page
        assert page.locator("table.cohorts a").count() == len(COHORTS)
    else:
        page = open_page(pages(hostile_out)[place]).page
        page.locator("nav a").first.click()
        page.wait_for_url(pages(hostile_out)[0].as_uri())


@pytest.mark.parametrize("place", [0, 1])
def test_names_without_end_stay_within_the_screen(open_page, endless_out, place):
    page = open_page(pages(endless_out)[place], width=320).page
    page.evaluate("measures.openAll()")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_mark_of_direction_turns_nothing_but_its_own_name(open_page, hostile_out):
    """The right-to-left override is closed where the name ends: words after it read from left to right."""
    place = 1 + sorted(COHORTS).index(next(name for name in COHORTS if "\u202e" in name))
    page = open_page(pages(hostile_out)[place]).page
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == "ltr"
    ends = page.evaluate(
        """() => {
          const walk = document.createTreeWalker(document.querySelector('h1'), NodeFilter.SHOW_TEXT);
          while (walk.nextNode());
          const text = walk.currentNode, n = text.data.trimEnd().length, range = document.createRange();
          const left = i => {
            range.setStart(text, i);
            range.setEnd(text, i + 1);
            return range.getBoundingClientRect().left;
          };
          return [left(n - 4), left(n - 1)];
        }"""
    )
    assert ends[0] < ends[1]
