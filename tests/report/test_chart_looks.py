"""Properties 7 and 8 of a report: colours that everybody can tell apart, text that everybody can read."""

import re

from chart_shapes import PALETTE, PAPER, axis_of_estimates, colours, contrast, form, marks, shapes
from report_pages import BOUNDS, NUMBER, number, text_of


class TestProperty7ColoursThatEverybodySees:
    """Graphics have a contrast of 3 to 1, colour never tells alone, at most four categories (texts: tests/browser)."""

    def test_colours_are_of_the_palette_or_grey(self, page):
        for chart in page.figures:
            others = {one for one in colours(chart) - PALETTE - PAPER if len({one[1:3], one[3:5], one[5:7]}) > 1}
            assert others == set()

    def test_no_chart_has_more_than_four_categories(self, page):
        assert [chart.title for chart in page.figures if len(colours(chart) & PALETTE) > 4] == []

    def test_marks_stand_out_from_the_paper(self, page):
        for chart in page.figures:
            weak = [colour for colour in colours(chart) & PALETTE if contrast(colour) < 3]
            assert weak == [], chart.title

    def test_pale_areas_that_mean_something_have_an_edge(self, page):
        """What is too pale to be seen by everybody is bounded by a line that is not."""
        for chart in page.figures:
            drawn = [(fill, stroke) for _, fill, stroke in shapes(chart) if fill and fill not in PAPER]
            pale = [stroke for fill, stroke in drawn if contrast(fill) < 3]
            assert [stroke for stroke in pale if stroke is None or contrast(stroke) < 3] == [], chart.title

    def test_categories_differ_in_form_too(self, charts_of_effects):
        """Marks of two colours have two forms, or each mark its own label."""
        for chart in charts_of_effects:
            forms = {}
            for shape, fill in marks(chart):
                forms.setdefault(fill, set()).add(form(shape))
            assert forms, chart.title
            pairs = [(one, other) for one in forms for other in forms if one < other]
            assert [pair for pair in pairs if forms[pair[0]] & forms[pair[1]]] == []


class TestProperty8TextInCharts:
    """Horizontal text, direct labels, nothing under 9 points, the axis over the printed range or its break said."""

    def test_text_is_horizontal(self, page):
        for chart in page.figures:
            for text in chart.svg.find_all("text"):
                turn = re.search(r"rotate\((-?[\d.]+)", text.get("transform", ""))
                assert turn is None or float(turn[1]) == 0, text_of(text)

    def test_no_text_is_under_9_points(self, page):
        for chart in page.figures:
            for text in chart.svg.find_all("text"):
                style = f"{text.get('style', '')}; {chart.svg['style']}"  # its own size, else that of the picture
                size = re.search(r"font(?:-size)?:[^;]*?([\d.]+)px", style)
                assert size, text_of(text)
                assert float(size[1]) >= 9, text_of(text)

    def test_marks_are_labelled_where_they_stand(self, charts):
        """No legend to look up: every mark of an estimate has its own label."""
        for chart in charts:
            assert chart.svg.find(id=re.compile("legend")) is None
            if chart.of_effects:
                axis, _ = axis_of_estimates(chart)
                rows = {float(shape["y"]) for shape, _ in marks(chart) if float(shape["y"]) < axis}
                assert 0 < len(rows) <= len([label for label in chart.labels if BOUNDS.search(label)])

    def test_an_axis_of_scores_covers_the_printed_range_or_says_that_it_does_not(self, charts, shown):
        """A chart that shows means has the ends of the scale among its ticks."""
        for chart in charts:
            axis = [label for label in chart.labels if re.search(r"\bmean scores?\b", label, re.IGNORECASE)]
            scales = [
                name for name in shown.facts.toml["scales"] if shown.facts.label(name).lower() in chart.subtitle.lower()
            ]
            if axis and scales and (ends := shown.facts.printed_range(scales[0])):
                ticks = {number(label) for label in chart.labels if NUMBER.fullmatch(label)}
                said = re.search(r"axis (starts|ends|is cut|breaks)", " ".join(chart.labels) + text_of(chart.tag))
                assert said or set(ends) <= ticks, chart.title
