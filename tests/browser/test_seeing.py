"""How pages look to those who see little or otherwise: contrast, large letters, forced colours, no motion."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SMALLEST = 9  # points


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_a_contrast_of_4_5(open_page, path, scheme):
    page = open_page(path, scheme=scheme).page
    page.evaluate("measures.openAll()")
    texts = page.evaluate("measures.contrasts()")
    assert len(texts) > 20
    assert [pair for pair in texts if pair[0] < 4.5] == []


@pytest.mark.parametrize("width", [1280, pytest.param(320, marks=pytest.mark.slow)])
def test_no_letter_in_a_chart_is_under_9_points(open_page, path, width):
    page = open_page(path, width=width).page
    sizes = page.evaluate("measures.points()")
    assert {round(size, 1) for size, _ in sizes if size < SMALLEST} == set()


@pytest.mark.parametrize("width", [1280, pytest.param(320, marks=pytest.mark.slow)])
def test_no_letter_in_a_chart_is_cut_or_covered(open_page, path, width):
    page = open_page(path, width=width).page
    assert page.evaluate("measures.lost()") == []
    assert page.evaluate("measures.overlaps()") == []


@pytest.mark.slow
class TestZoom:
    """Twice as large, by the browser's zoom or by the reader's letters: nothing is lost and nothing moves sideways."""

    @pytest.fixture(params=["zoom", "letters"])
    def zoomed(self, request, open_page, path):
        if request.param == "zoom":  # at 200 % a screen of 1280 × 800 has 640 × 400 points
            page = open_page(path, width=640, height=400, device_scale_factor=2).page
        else:
            page = open_page(path).page
            page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.evaluate("measures.openAll()")
        return page

    def test_nothing_is_lost(self, zoomed):
        assert zoomed.evaluate("measures.lost()") == []
        assert zoomed.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.slow
class TestForcedColours:
    """The reader's own colours are taken, and charts stay to be seen."""

    @pytest.fixture(params=["light", "dark"])
    def forced(self, request, open_page, path):
        opened = open_page(path, scheme=request.param, forced_colors="active")
        opened.page.evaluate("measures.openAll()")
        return opened

    def test_every_text_can_still_be_read(self, forced):
        assert [pair for pair in forced.page.evaluate("measures.contrasts()") if pair[0] < 4.5] == []
        assert forced.complaints == []

    def test_the_page_takes_the_forced_paper(self, forced):
        paper = forced.page.evaluate("getComputedStyle(document.body).backgroundColor")
        forced.page.evaluate("document.body.style.backgroundColor = 'Canvas'")
        assert paper == forced.page.evaluate("getComputedStyle(document.body).backgroundColor")


@pytest.mark.slow
@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_nothing_moves(open_page, path, motion):
    assert open_page(path, reduced_motion=motion).page.evaluate("measures.moving()") == []
