"""Charts show the disclosed rows and nothing else, in words and places that are the rows' own."""

import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from small_studies import RANDOMISED, details_of, row_of, study_of, table_of

from rm_research.disclosure import disclose
from rm_research.effects.estimates import Estimates
from rm_research.figures import COLOURS, blank_axes, plot_change, plot_forest, shown_rows
from rm_research.findings.pictures import inline_svg

CHANGE = row_of(estimate=0.5, ci_low=0.3, ci_high=0.7)
WAITING = row_of(arm="waitlist", estimate=-0.1, ci_low=-0.4, ci_high=0.2, n_pre=14, n_pairs=14)
DIFFERENCE = row_of(contrast="difference", method="ancova", estimate=0.6, ci_low=0.1, ci_high=1.1, n_comparison=14)
PLACE = {"cohort": "one", "role": "leader", "scale": "mood", "wave": "post"}
FOREST = {"role": "leader", "scale": "mood", "wave": "post", "contrast": "change", "arm": "programme"}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return study_of(tmp_path_factory.mktemp("figures"), design=RANDOMISED)


@pytest.fixture
def draw(study):
    """Draw rows of one group."""

    def change(*rows, **options):
        disclosed = disclose(Estimates(table_of(*rows), details_of()), study=study)
        return plot_change(disclosed, study=study, **PLACE, **{"ax": blank_axes(len(rows)), "title": False} | options)

    return change


@pytest.fixture
def draw_forest(study):
    def forest(*rows, **options):
        disclosed = disclose(Estimates(table_of(*rows), details_of()), study=study)
        return plot_forest(disclosed, study=study, **FOREST, **{"ax": blank_axes(len(rows)), "title": False} | options)

    return forest


def words(ax):
    return [text.get_text() for text in ax.texts]


def dots(ax):
    """Position and colour of each dot, from the top."""
    found = [(*point, to_hex(colour)) for collection in ax.collections if len(collection.get_offsets())
             for point, colour in zip(collection.get_offsets(), collection.get_facecolors(), strict=False)]  # fmt: skip
    return [(round(float(x), 6), colour) for x, _, colour in sorted(found, key=lambda dot: dot[1])]


def intervals(ax):
    """Ends of each interval, from the top."""
    segments = [segment for collection in ax.collections if hasattr(collection, "get_segments")
                for segment in collection.get_segments()]  # fmt: skip
    return [tuple(np.round(sorted(segment[:, 0]), 6)) for segment in sorted(segments, key=lambda part: part[0, 1])]


class TestChange:
    def test_dots_are_the_estimates_in_the_colour_of_their_kind(self, draw):
        kinds = ("programme", "comparison", "difference")
        assert dots(draw(CHANGE, WAITING, DIFFERENCE)) == [
            (estimate, COLOURS[kind].lower()) for estimate, kind in zip((0.5, -0.1, 0.6), kinds, strict=True)
        ]

    def test_lines_are_the_intervals(self, draw):
        assert intervals(draw(CHANGE, WAITING, DIFFERENCE)) == [(0.3, 0.7), (-0.4, 0.2), (0.1, 1.1)]

    def test_words_stand_above_each_mark(self, draw):
        assert words(draw(CHANGE, WAITING, DIFFERENCE)) == [
            "Programme, 12: +0.50 (0.30 to 0.70)",
            "Waitlist, 14: −0.10 (−0.40 to 0.20)",
            "Difference: +0.60 (0.10 to 1.10)",
        ]

    def test_hidden_rows_have_no_mark(self, draw):
        assert words(draw(CHANGE, WAITING | {"n_pairs": 9})) == ["Programme, 12: +0.50 (0.30 to 0.70)"]

    def test_rows_of_other_groups_and_methods_have_no_mark(self, draw):
        others = [row_of(role="mentor"), row_of(scale="zeal"), row_of(cohort="two"), row_of(wave="later"),
                  row_of(measure="median", method="hodges_lehmann"), row_of(method="paired_t"),
                  row_of(method="imputed"), row_of(method="mixed_model"), row_of(method="then_test"),
                  row_of(contrast="role_difference"), row_of(contrast="interaction"),
                  row_of(contrast="difference", method="change_score", n_comparison=14)]  # fmt: skip
        assert len(words(draw(CHANGE, *others))) == 1

    def test_who_left_is_counted_where_the_number_is_of_everyone_before(self, draw):
        row = row_of(n_pre=23, n_pairs=18)
        assert words(draw(row)) == ["Programme, 23: +0.50 (0.30 to 0.70)"]

    def test_differences_come_last_whatever_the_order_of_rows(self, study):
        disclosed = disclose(Estimates(table_of(DIFFERENCE, CHANGE), details_of()), study=study)
        assert shown_rows(disclosed, **PLACE)["contrast"].tolist() == ["change", "difference"]

    def test_unlinked_waves_name_the_people_after(self, draw):
        assert words(draw(row_of(method="welch", n_pairs=0, n_post=31)))[0].startswith("Programme, 31:")

    def test_what_is_too_small_to_matter_is_shaded(self, draw):
        (band,) = draw(CHANGE).patches
        assert (band.get_x(), band.get_width()) == pytest.approx((-0.3, 0.6))

    def test_everything_is_inside_the_axis(self, draw):
        low, high = draw(CHANGE, WAITING, DIFFERENCE).get_xlim()
        assert low < -0.4
        assert high > 1.1

    def test_the_axis_is_named_with_its_unit(self, draw):
        assert draw(CHANGE, DIFFERENCE).get_xlabel() == "Change from before to after (scale points)"
        assert draw(DIFFERENCE).get_xlabel() == "Difference in change from the comparison (scale points)"

    def test_ticks_have_room_for_their_numbers(self, draw):
        assert len(draw(CHANGE).get_xticks()) <= 7

    def test_title_is_the_finding(self, draw):
        assert draw(CHANGE, title=True).get_title(loc="left") == "Leaders’ mood rose by about 0.50 scale points"

    def test_a_chart_of_nothing_is_empty(self, draw):
        ax = draw(CHANGE | {"n_pairs": 3})
        assert words(ax) == []
        assert dots(ax) == []

    def test_a_chart_asked_for_in_a_notebook_makes_a_figure_of_its_own(self, draw):
        before = plt.get_fignums()
        ax = draw(CHANGE, ax=None)
        assert len(plt.get_fignums()) == len(before) + 1
        plt.close(ax.figure)

    def test_settings_of_the_caller_stay(self, draw):
        before = dict(mpl.rcParams)
        draw(CHANGE)
        assert dict(mpl.rcParams) == before


class TestForest:
    def rows(self, *names):
        pooled = row_of(contrast="pooled_change", method="reml_hk", cohort="all cohorts", estimate=0.4, n_clusters=2)
        return [*(row_of(cohort=name) for name in names), pooled]

    def test_cohorts_come_first_and_their_average_last(self, draw_forest):
        said = [text.split(":")[0] for text in words(draw_forest(*self.rows("2024", "2025")))]
        assert said == ["2024, 12", "2025, 12", "Average of cohorts"]

    def test_the_average_has_a_colour_of_its_own(self, draw_forest):
        colours = [colour for _, colour in dots(draw_forest(*self.rows("2024", "2025")))]
        assert colours == [COLOURS["programme"].lower()] * 2 + [COLOURS["difference"].lower()]

    def test_hidden_cohorts_have_no_mark(self, draw_forest):
        rows = [*self.rows("2024"), row_of(cohort="small", n_pairs=4)]
        assert not any("small" in text for text in words(draw_forest(*rows)))

    @pytest.mark.parametrize(("k", "estimate"), [(4, "+0.40"), (5, "+0.45")])
    def test_the_average_is_the_headline_s(self, draw_forest, k, estimate):
        """The average person of few cohorts, the average cohort of many: one mark, of whom the sentence speaks."""
        pools = [row_of(contrast="pooled_change", method=method, cohort="all cohorts", estimate=size, n_clusters=k)
                 for method, size in (("reml_hk", 0.45), ("one_stage", 0.4))]  # fmt: skip
        said = words(draw_forest(row_of(cohort="2024"), *pools))
        assert len(said) == 2
        assert estimate in said[-1]

    def test_title_names_what_is_compared(self, draw_forest):
        title = draw_forest(*self.rows("2024"), title=True).get_title(loc="left")
        assert title == "Leaders’ mood, cohort by cohort and on average"


class TestSvg:
    def svg(self, draw, alt="A chart of mood.", cohort="one"):
        return inline_svg(draw(CHANGE), alt)

    def test_equal_charts_are_equal_bytes(self, draw):
        assert self.svg(draw) == self.svg(draw)

    def test_has_a_role_and_its_title_first(self, draw):
        head = r'<svg [^>]*role="img" aria-labelledby="(f\w+-title)"[^>]*><title id="\1">A chart of mood\.</title>'
        assert re.match(head, self.svg(draw))

    def test_its_title_is_escaped(self, draw):
        assert "&lt;b&gt; &amp;" in self.svg(draw, alt="<b> &")

    def test_its_size_is_left_to_the_page(self, draw):
        head = self.svg(draw).split(">", 1)[0]
        assert "viewBox" in head
        assert not re.search(r"\s(width|height)=", head)

    def test_ids_of_two_charts_never_clash(self, draw):
        ids = [set(re.findall(r'\bid="([^"]+)"', self.svg(draw, alt=alt))) for alt in ("first", "second")]
        assert ids[0]
        assert not ids[0] & ids[1]

    def test_every_reference_has_its_id(self, draw):
        svg = self.svg(draw)
        wanted = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
        assert wanted <= set(re.findall(r'\bid="([^"]+)"', svg))

    def test_text_stays_text(self, draw):
        assert "+0.50 (0.30 to 0.70)</text>" in self.svg(draw)

    def test_holds_no_date_and_no_metadata(self, draw):
        assert not re.search(r"metadata|dc:date|matplotlib\.org", self.svg(draw))

    @pytest.mark.parametrize("name", ["$\\frac$ $", "<script>", "\U0001f600", "a & b"])
    def test_names_are_data(self, draw_forest, name):
        svg = inline_svg(draw_forest(row_of(cohort=name)), "x")
        escaped = name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        assert f">{escaped}, 12: +0.50" in svg
