"""Properties 1 and 12 of a report, and its word budget: what the first screen holds, and how long a page is."""

import tomllib

import pytest
from drawn_studies import NOT_OPENED
from rendered_studies import folders_of, page_params, page_path

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SCREENS = {"desk": (1280, 800), "phone": (390, 844)}
MOST_WORDS = {"cohort": 750, "programme": 950}
MORE_WORDS = 120  # where a study has more than two waves, several arms, or themes of open answers
MOST_HEIGHT = {"cohort": 5 * 900, "programme": 8 * 900}
USUAL_OUTCOMES, MORE_HEIGHT = 3, 450  # pixels that each further outcome may take
MANY_OUTCOMES = 4  # that the first screen holds; of more, those named in advance stand first


@pytest.fixture(params=page_params(NOT_OPENED))
def shown(request):
    """A page, whether it is a cohort's or the programme's, and what its study declares."""
    study, slug = request.param
    folder, out = folders_of(study, request)
    declared = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8"))
    return page_path(out, slug), "cohort" if slug else "programme", declared


def arms_of(page) -> int:
    """Arms of the programme, as the table at a glance has them."""
    lines, scales = page.locator("header tbody tr").count(), page.locator("section.outcome").count()
    return max(1, lines // max(scales, 1))


@pytest.mark.parametrize("screen", SCREENS)
def test_the_first_screen_holds_every_outcome_and_what_became_clear(open_page, shown, screen):
    path, _, _ = shown
    width, height = SCREENS[screen]
    page = open_page(path, width=width, height=height).page
    last = min(page.locator("header tbody tr").count(), MANY_OUTCOMES) - 1
    boxes = [page.locator(place).first.bounding_box() for place in ("h1", "header p.finding")]
    boxes += [page.locator("header tbody tr").nth(last).bounding_box()] if last >= 0 else []
    # the headline says of each arm what became of it: on a phone the end of that may need a turn of the thumb
    reach = height * (1.25 if arms_of(page) > 1 and screen == "phone" else 1)
    assert [box for box in boxes if box["y"] + box["height"] > reach] == []


def test_the_page_is_read_in_minutes(open_page, shown):
    path, kind, declared = shown
    page = open_page(path).page
    words = page.evaluate("measures.visibleWords()")
    further = (len(declared["waves"]) > 2) + (arms_of(page) > 1) + (kind == "programme" and "themes" in declared)
    assert words <= MOST_WORDS[kind] + MORE_WORDS * further


def test_the_page_is_a_few_screens_long(open_page, shown):
    path, kind, declared = shown
    page = open_page(path, height=900).page
    further = (len(declared["waves"]) > 2) + (arms_of(page) > 1)
    more = 900 * further + MORE_HEIGHT * max(0, len(declared["scales"]) - USUAL_OUTCOMES)
    assert page.evaluate("document.documentElement.scrollHeight") <= MOST_HEIGHT[kind] + more
