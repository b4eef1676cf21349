"""The change in front, the means behind it: disclosed rows and nothing else, in words and places that are their own."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from seen import CHANGE, DIFFERENCE, LONG, PLACE, WAITING, clashes, disclosed_of, dots, intervals, means_of, rows, words
from small_studies import row_of

from rm_research.errors import FrameError
from rm_research.figures import COLOURS, blank_axes, change_alt, change_title, plot_change, shown_rows
from rm_research.figures.style import GREY, LIGHT, WIDE, WIDTH
from rm_research.frames import PANEL

PROGRAMME = "Programme, 12 leaders: +0.50 (0.30 to 0.70)"
MEANS = [*means_of(CHANGE, 3.2, 3.7), *means_of(WAITING, 3.25, 3.15)]
OTHER = row_of(arm=LONG, estimate=0.2, ci_low=-0.1, ci_high=0.5, n_pre=19)
DIFFERS = row_of(arm=LONG, contrast="difference", method="ancova", estimate=0.3, ci_low=0, ci_high=0.6, n_comparison=14)


@pytest.fixture
def draw(study):
    """Draw rows of one group."""

    def change(*rows, details=(), **options):
        options = {"study": study, "ax": blank_axes(), "title": False} | PLACE | options
        return plot_change(disclosed_of(*rows, details=details), **options)

    return change


class TestChanges:
    def test_dots_are_the_estimates_in_the_colour_of_their_kind(self, draw):
        kinds = ("programme", "comparison", "difference")
        assert dots(draw(CHANGE, WAITING, DIFFERENCE)) == [
            (estimate, COLOURS[kind].lower()) for estimate, kind in zip((0.5, -0.1, 0.6), kinds, strict=True)
        ]

    def test_lines_are_the_intervals(self, draw):
        assert intervals(draw(CHANGE, WAITING, DIFFERENCE)) == [(0.3, 0.7), (-0.4, 0.2), (0.1, 1.1)]

    def test_words_stand_above_each_mark(self, draw):
        assert rows(draw(CHANGE, WAITING, DIFFERENCE)) == [
            PROGRAMME,
            "Waitlist, 14 leaders: −0.10 (−0.40 to 0.20)",
            "Difference at equal scores before: +0.60 (0.10 to 1.10)",
        ]

    def test_hidden_rows_have_no_mark(self, draw):
        hidden = WAITING | {"estimate": np.nan, "reason": "hidden"}
        assert rows(draw(CHANGE, hidden)) == [PROGRAMME]

    def test_rows_of_other_groups_and_methods_have_no_mark(self, draw):
        others = [row_of(role="mentor"), row_of(scale="zeal"), row_of(cohort="two"), row_of(wave="later"),
                  row_of(measure="median", method="hodges_lehmann"), row_of(method="paired_t"),
                  row_of(method="imputed"), row_of(method="mixed_model"), row_of(method="then_test"),
                  row_of(contrast="role_difference"), row_of(contrast="interaction"),
                  row_of(contrast="difference", method="change_score", n_comparison=14)]  # fmt: skip
        assert rows(draw(CHANGE, *others)) == [PROGRAMME]

    def test_who_left_is_counted_where_the_number_is_of_everyone_before(self, draw):
        assert rows(draw(row_of(n_pre=23, n_pairs=18)))[0].startswith("Programme, 23 leaders:")

    def test_unlinked_waves_name_the_people_of_both(self, draw):
        shown = rows(draw(row_of(method="welch", n_pairs=0, n_post=31)))[0]
        assert shown.startswith("Programme, 12 leaders before, 31 after:")

    def test_people_met_in_several_cohorts_are_counted_once(self, draw):
        row = row_of(cohort="all cohorts", contrast="pooled_change", method="people", n_clusters=2)
        shown = rows(draw(row, details=[(row["id"], "n_persons", 10)], cohort="all cohorts"))[0]
        assert shown.startswith("Programme, 10 leaders in 12 places:")

    def test_differences_come_last_whatever_the_order_of_rows(self):
        assert [row.contrast for row in shown_rows(disclosed_of(DIFFERENCE, CHANGE), **PLACE)] == [
            "change",
            "difference",
        ]

    def test_several_arms_differ_in_colour_and_name(self, draw):
        ax = draw(CHANGE, OTHER, WAITING, DIFFERENCE, DIFFERS)
        assert len({colour for _, colour in dots(ax)}) == 3  # a difference has the colour of its arm
        last = [
            "Difference at equal scores before, Programme: +0.60 (0.10 to 1.10)",
            f"Difference at equal scores before, {LONG}: +0.30 (0.00 to 0.60)",
        ]
        assert rows(ax)[-2:] == last

    def test_what_is_too_small_to_matter_is_shaded_behind_each_dot(self, draw):
        bands = draw(CHANGE, WAITING).patches
        assert [(band.get_x(), band.get_width()) for band in bands] == [pytest.approx((-0.3, 0.6))] * 2

    def test_everything_is_inside_the_axis(self, draw):
        low, high = draw(CHANGE, WAITING, DIFFERENCE).get_xlim()
        assert low < -0.4
        assert high > 1.1

    def test_an_interval_beyond_the_largest_possible_change_is_cut_and_has_an_arrow(self, draw):
        ax = draw(row_of(estimate=1.0, ci_low=-9, ci_high=12))
        assert intervals(ax) == [(-4, 4)]
        arrows = {line.get_marker(): line.get_xdata()[0] for line in ax.lines if line.get_marker() in ("<", ">")}
        assert arrows == {"<": -4, ">": 4}
        assert "(−9.00 to 12.00)" in rows(ax)[0]

    def test_without_a_printed_range_no_interval_is_cut(self, draw, unbounded):
        ax = draw(row_of(estimate=1.0, ci_low=-9, ci_high=12), study=unbounded)
        assert intervals(ax) == [(-9, 12)]

    def test_the_axis_is_named_with_its_unit(self, draw):
        label = words(draw(CHANGE, DIFFERENCE))[0]
        assert label == "Change from before to after, and difference (scale points, 95% interval)"
        label = words(draw(DIFFERENCE))[0]
        assert label == "Difference after from the comparison, at equal scores before (scale points, 95% interval)"

    def test_of_a_later_survey_the_axis_has_its_name(self, draw, three_waves):
        ax = draw(row_of(wave="winter"), study=three_waves, wave="winter")
        assert words(ax)[0] == "Change from before to winter (scale points, 95% interval)"

    def test_ticks_have_room_for_their_numbers(self, draw):
        ax = draw(CHANGE)
        ticks = [text for text in ax.texts if text.get_ha() == "center"]
        assert [text.get_text() for text in ticks] == ["−0.25", "0", "0.25", "0.5"]
        for text in ticks:
            assert text.get_position()[0] == float(text.get_text().replace("−", "-"))

    def test_a_chart_of_nothing_is_empty(self, draw):
        ax = draw(CHANGE | {"estimate": np.nan})
        assert (words(ax), dots(ax), len(ax.figure.axes)) == ([], [], 1)


class TestMeans:
    def lower(self, ax):
        assert len(ax.figure.axes) == 2
        return ax.figure.axes[1]

    def test_each_arm_has_its_means_and_a_name(self, draw):
        said = words(self.lower(draw(CHANGE, WAITING, DIFFERENCE, details=MEANS)))
        assert {"3.20", "3.25", "3.70 Programme", "3.15 Waitlist", "Before", "After"} <= set(said)

    def test_the_axis_is_the_whole_printed_range(self, draw):
        said = words(self.lower(draw(CHANGE, details=MEANS)))
        assert "Mean score (1 to 5 scale points)" in said
        assert [text for text in said if text.isdigit()] == ["1", "2", "3", "4", "5"]

    def test_without_a_printed_range_the_chart_says_that_it_shows_a_part(self, draw, unbounded):
        said = words(self.lower(draw(CHANGE, details=MEANS, study=unbounded)))
        assert "the axis shows only part of the scale" in said[0]

    def test_a_range_may_be_negative(self, draw, unbounded):
        row = row_of(scale="zeal")
        said = words(self.lower(draw(row, details=means_of(row, 0.4, -0.1), study=unbounded, scale="zeal")))
        assert [text for text in said if text.lstrip("−").isdigit()] == ["−3", "−2", "−1", "0", "1", "2", "3"]

    def lines(self, ax, colour):
        """Ends of the lines of a colour as scores: upright ones are intervals."""
        lower = self.lower(ax)
        ticks = [line.get_ydata()[0] for line in lower.lines if line.get_color() == LIGHT]
        point = (ticks[0] - ticks[-1]) / 4
        found = [line for line in lower.lines if line.get_color() == COLOURS[colour] and line.get_linewidth() > 1]
        return [tuple(np.round(1 + (ticks[0] - np.array(line.get_ydata())) / point, 6)) for line in found]

    def test_lines_and_intervals_stand_at_their_scores(self, draw):
        ax = draw(CHANGE, WAITING, details=MEANS)
        assert self.lines(ax, "programme") == [(3.2, 3.7), (2.9, 3.5), (3.4, 4.0)]
        assert self.lines(ax, "comparison") == [(3.25, 3.15), (2.95, 3.55), (2.85, 3.45)]

    def test_without_details_of_intervals_there_are_none(self, draw):
        assert self.lines(draw(CHANGE, details=means_of(CHANGE, 3.2, 3.7, half=0)), "programme") == [(3.2, 3.7)]

    def test_an_interval_ends_where_the_scale_does(self, draw):
        ax = draw(CHANGE, details=means_of(CHANGE, 1.1, 4.9))
        assert self.lines(ax, "programme")[1:] == [(1.0, 1.4), (4.6, 5.0)]

    def test_without_means_there_is_one_panel(self, draw):
        assert len(draw(CHANGE, WAITING).figure.axes) == 1

    def test_hidden_arms_have_no_means(self, draw):
        hidden = WAITING | {"estimate": np.nan, "reason": "hidden"}
        said = words(self.lower(draw(CHANGE, hidden, details=MEANS)))
        assert not any("Waitlist" in text for text in said)

    def people(self, **columns):
        usual = {**PLACE, "arm": "programme", "pre": [1.0, 2.0, 3.0], "post": [2.0, np.nan, 5.0]}
        frame = pd.DataFrame(usual | {"person": list("abc")} | columns)
        return PANEL.conform(frame)

    def shown(self, ax):
        return sum(line.get_color() == GREY for line in self.lower(ax).lines)

    def test_people_are_lines_of_their_own_if_asked_for(self, draw):
        assert self.shown(draw(CHANGE, details=MEANS)) == 0
        assert self.shown(draw(CHANGE, details=MEANS, people=self.people())) == 2

    @pytest.mark.parametrize("other", [{"role": "mentor"}, {"cohort": "two"}, {"scale": "zeal"}, {"arm": "waitlist"}])
    def test_people_of_other_groups_are_not_shown(self, draw, other):
        assert self.shown(draw(CHANGE, details=MEANS, people=self.people(**other))) == 0

    def test_people_of_another_study_are_refused(self, draw):
        with pytest.raises(FrameError, match="The Panel has wave 'later', which the study lacks"):
            draw(CHANGE, details=MEANS, people=self.people(wave="later"))


WIDTHS = [WIDTH, WIDE, 11]


class TestLettering:
    @pytest.mark.parametrize("width", WIDTHS)
    @pytest.mark.parametrize("apart", [0.0, 0.01, 2.0])
    def test_nothing_is_cut_and_nothing_lies_on_anything(self, draw, width, apart):
        details = [*means_of(CHANGE, 3.2, 3.2), *means_of(OTHER, 3.2 - apart, 3.2 + apart), *means_of(WAITING, 1, 5)]
        rows = (CHANGE, OTHER, WAITING, DIFFERENCE, DIFFERS)
        assert clashes(draw(*rows, details=details, ax=blank_axes(width=width), title=True)) == []

    @pytest.mark.parametrize("width", WIDTHS)
    def test_four_arms_with_long_names_have_room(self, draw, width):
        arms = [row_of(arm=f"{LONG} {at}", estimate=0.2, ci_low=-0.1, ci_high=0.5) for at in range(3)]
        details = [pair for row in (*arms, WAITING) for pair in means_of(row, 4.8, 4.9)]
        assert clashes(draw(*arms, WAITING, details=details, ax=blank_axes(width=width))) == []

    @pytest.mark.parametrize("width", WIDTHS)
    def test_long_numbers_have_room(self, draw, unbounded, width):
        row = row_of(estimate=-121.5, ci_low=-202.1, ci_high=-44.9)
        details = [*means_of(row, -1202.2, -1323.7, 80), *means_of(WAITING, -1180, -1181, 60)]
        assert clashes(draw(row, WAITING, details=details, study=unbounded, ax=blank_axes(width=width))) == []


class TestWords:
    def test_title_is_the_finding_of_the_row_that_the_page_speaks_of(self, draw, study):
        assert words(draw(CHANGE, title=True))[0] == "Leaders’ mood rose by about 0.50 scale points"
        title = change_title(disclosed_of(CHANGE, WAITING, DIFFERENCE), study=study, **PLACE)
        assert title == "Leaders’ mood ended about 0.60 scale points higher at equal scores before"
        assert 6 <= len(title.split()) <= 12

    def test_alternative_text_names_the_chart_and_its_finding(self, study):
        alt = change_alt(disclosed_of(CHANGE, details=MEANS), study=study, **PLACE)
        assert alt.startswith(
            "Dot chart with intervals of the change in mood, above a line chart of the means. Leaders’"
        )
        assert "above" not in change_alt(disclosed_of(CHANGE), study=study, **PLACE)

    def test_nothing_to_show_is_nothing_to_say(self, study):
        nothing = disclosed_of(CHANGE | {"estimate": np.nan})
        assert (change_title(nothing, study=study, **PLACE), change_alt(nothing, study=study, **PLACE)) == ("", "")


class TestFigures:
    def test_a_chart_asked_for_in_a_notebook_makes_a_figure_of_its_own(self, draw):
        before = plt.get_fignums()
        ax = draw(CHANGE, ax=None)
        assert len(plt.get_fignums()) == len(before) + 1
        plt.close(ax.figure)

    def test_a_chart_for_a_page_makes_none(self, draw):
        before = plt.get_fignums()
        draw(CHANGE, details=MEANS)
        assert plt.get_fignums() == before

    def test_a_figure_that_the_caller_made_keeps_its_size_and_its_other_axes(self, draw):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 8))
        draw(CHANGE, details=MEANS, ax=left)
        assert figure.get_size_inches().tolist() == [9, 8]
        assert figure.axes[1] is right
        assert len(figure.axes) == 3
        plt.close(figure)

    @pytest.mark.parametrize("width", [3, 12])
    def test_panels_stay_within_the_space_of_the_caller_s_axes(self, draw, width):
        figure = plt.figure(figsize=(width, 8))
        ax = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        draw(CHANGE, details=MEANS, ax=ax)
        (upper, lower) = (panel.get_position() for panel in figure.axes)
        assert upper.x0 == pytest.approx(0.1)
        assert upper.y1 == pytest.approx(0.9)
        assert lower.x1 == pytest.approx(0.9)
        assert lower.y0 == pytest.approx(0.1)
        assert not upper.overlaps(lower.padded(-0.001))
        plt.close(figure)

    def test_settings_of_the_caller_stay(self, draw):
        before = dict(mpl.rcParams)
        draw(CHANGE, details=MEANS)
        assert dict(mpl.rcParams) == before
