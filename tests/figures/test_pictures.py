"""Charts as files: the same bytes each time, named, and with all their words."""

import base64
import io
import re
import struct
from dataclasses import replace
from functools import partial

import matplotlib.image as mpimg
import matplotlib.pyplot as plt
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib.colors import to_rgb
from matplotlib.font_manager import findfont
from seen import CHANGE, LONG, PLACE, disclosed_of, five, means_of
from small_studies import row_of

from rm_research.catalogue import catalogue
from rm_research.errors import ReportError
from rm_research.figures import blank_axes, plot_change, plot_forest
from rm_research.figures.font import USUAL
from rm_research.figures.style import ON_PAGES
from rm_research.findings.pictures import Picture, chart_style, inline_svg

FOREST = {"role": "leader", "scale": "mood", "wave": "post", "contrast": "change", "arm": "programme"}
SMALL = 0.25  # a slide that is quick to make


@pytest.fixture(scope="module")
def draw(study):
    disclosed = disclosed_of(CHANGE, details=means_of(CHANGE, 3.2, 3.7))
    return partial(plot_change, disclosed, study=study, **PLACE, title=False)


@pytest.fixture
def picture(draw):
    return Picture("mood-leader-after-change", "Leaders’ mood rose", "Mood, 1 to 5.", "A chart.", "A note.", draw)


def svg_of(draw, alt="A chart of mood."):
    return inline_svg(draw(ax=blank_axes()), alt)


class TestSvg:
    @pytest.fixture(scope="class")
    @classmethod
    def svg(cls, draw):
        return svg_of(draw)

    def test_equal_charts_are_equal_bytes(self, draw, svg):
        assert svg_of(draw) == svg

    def test_has_a_role_and_its_title_first(self, svg):
        head = r'<svg [^>]*role="img" aria-labelledby="(f\w+-title)"[^>]*><title id="\1">A chart of mood\.</title>'
        assert re.match(head, svg)

    def test_its_size_is_left_to_the_page(self, svg):
        head = svg.split(">", 1)[0]
        assert "viewBox" in head
        assert not re.search(r"\s(width|height)=", head)

    def test_another_title_is_escaped_and_its_ids_never_clash(self, draw, svg):
        other = svg_of(draw, alt="<b> &")
        assert "&lt;b&gt; &amp;" in other
        ids = [set(re.findall(r'\bid="([^"]+)"', chart)) for chart in (svg, other)]
        assert ids[0]
        assert not ids[0] & ids[1]

    def test_every_reference_has_its_id(self, svg):
        wanted = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
        assert wanted <= set(re.findall(r'\bid="([^"]+)"', svg))

    def test_text_stays_text(self, svg):
        assert "+0.50 (0.30 to 0.70)</text>" in svg

    def test_holds_no_date_and_no_metadata(self, svg):
        assert not re.search(r"metadata|dc:date|matplotlib\.org", svg)

    def test_is_small(self, svg):
        assert len(svg.encode()) < 16_000

    @pytest.mark.parametrize(
        "name", ["$\\frac$ $", "<script>", "\U0001f600", "a & b", 'id="x"', "font-size: 11px", "fill: #12436d"]
    )
    def test_names_are_data(self, study, name):
        ax = plot_forest(disclosed_of(row_of(cohort=name)), study=study, **FOREST, ax=blank_axes(), title=False)
        escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert f">{escaped}, 12</text>" in inline_svg(ax, "x")


class TestPicture:
    def test_its_svg_is_the_chart_with_its_alternative_text(self, picture, draw):
        assert picture.svg == inline_svg(draw(ax=blank_axes()), "A chart.")

    @pytest.mark.parametrize("name", ["", "a b", "a/b", "ä", "-a", "a--b", "a.svg"])
    def test_a_name_that_is_none_of_a_file_is_refused(self, picture, name):
        with pytest.raises(ReportError, match="letters, digits and hyphens"):
            replace(picture, name=name)

    @pytest.mark.slow
    def test_a_slide_is_sixteen_to_nine_at_double_size_and_small(self, picture):
        png = picture.png()
        assert png.startswith(b"\x89PNG")
        assert struct.unpack(">II", png[16:24]) == (2560, 1440)
        assert len(png) < 300_000

    @pytest.mark.slow
    def test_equal_slides_are_equal_bytes_without_date_or_program(self, picture):
        png = picture.png(SMALL)
        assert png == replace(picture).png(SMALL)
        assert not re.search(rb"tEXt|iTXt|tIME|Software|matplotlib", png)

    @pytest.mark.slow
    def test_every_word_is_on_the_slide(self, picture):
        slides = [
            replace(picture, **{word: "Other words"}).png(SMALL) for word in ("title", "subtitle", "note", "source")
        ]
        assert len({picture.png(SMALL), *slides}) == 5

    @pytest.mark.slow
    def test_margins_of_a_slide_are_white_however_long_its_words(self, picture):
        long = replace(picture, title=LONG * 3, subtitle=LONG * 2, note=LONG * 3, source=LONG)
        pixels = mpimg.imread(io.BytesIO(long.png(1)))[..., :3]
        edges = [pixels[:24], pixels[-24:], pixels[:, :24], pixels[:, -24:]]
        assert all(np.all(edge == 1) for edge in edges)

    def test_no_figure_is_left_behind(self, picture):
        before = plt.get_fignums()
        picture.png(SMALL)
        assert picture.svg
        assert plt.get_fignums() == before


CARDS = (("#FFFFFF", "#F3F5F8"), ("#22252C",))  # of light and of dark pages
FAINT = {"paper", "band", "middle"}  # surfaces: those that mean something have an edge


class TestStyleOfPages:
    def test_equal_pictures_have_equal_styles_and_a_small_font(self, picture):
        style = chart_style([picture])
        assert style == chart_style([replace(picture, alt="Other")])
        assert len(style) < 20_000

    def test_letters_beside_the_usual_ones_are_carried(self, picture, study):
        draw = partial(plot_forest, disclosed_of(row_of(cohort="Ω مرحبا 🚀")), study=study, title=False, **FOREST)
        assert len(chart_style([picture, replace(picture, draw=draw)])) > len(chart_style([picture]))

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_texts_of_charts_need_no_letters_beside_the_usual_ones(self, language):
        texts = catalogue(language).texts["chart"]
        assert set("".join(texts.values())) <= USUAL

    def test_font_keeps_its_notice_and_has_no_dates(self, picture):
        font = TTFont(io.BytesIO(base64.b64decode(re.search(r"base64,([^)]+)", chart_style([picture]))[1])))
        assert "Bitstream" in font["name"].getDebugName(0)
        with TTFont(findfont("DejaVu Sans")) as whole:
            assert font["head"].modified == whole["head"].modified
        assert {"A", "ü", "−", "–"} <= {chr(code) for code in font.getBestCmap()}

    def test_every_colour_of_a_chart_may_be_replaced(self, picture, study):
        rows, details = five()
        forest = partial(plot_forest, disclosed_of(*rows, details=details), study=study, title=False, **FOREST)
        style = chart_style([picture, replace(picture, draw=forest)])
        assert not re.search(r"(?:fill|stroke): #", replace(picture, draw=forest).svg)
        named = set(re.findall(r"var\((--[\w-]+)", picture.svg))
        assert named
        assert all(style.count(f"{name}:") == 2 or name == "--chart-behind" for name in named)
        assert not re.search(r"(?:fill|stroke): #", picture.svg)

    @pytest.mark.parametrize("scheme", [0, 1])
    def test_marks_stand_out_by_3_and_words_by_4_5(self, scheme):
        for name, *both in ON_PAGES.values():
            least = {"ink": 4.5, "comparison": 4.5}.get(name, 3)
            for card in CARDS[scheme]:
                assert name in FAINT or contrast(both[scheme], card) >= least, (name, card)
        ink, middle = (both[scheme] for name, *both in ON_PAGES.values() if name in ("ink", "middle"))
        assert contrast(ink, middle) >= 4.5

    @pytest.mark.parametrize("scheme", [0, 1])
    def test_each_colour_has_a_name_and_no_two_marks_look_alike(self, scheme):
        named = [name for name, *_ in ON_PAGES.values()]
        assert len(set(named)) == len(named)
        marks = [both[scheme] for name, *both in ON_PAGES.values() if name not in FAINT]
        assert len(set(marks)) == len(marks)


def luminance(colour):
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
