"""Property 6 of a report: every chart has its numbers beside it, and they are the same everywhere."""

import re

from chart_shapes import axis_of_estimates, intervals, level_lines, within
from report_pages import BOUNDS, NUMBER, near, number, text_of

PERCENT = re.compile(r"(\d+)%")
COUNT = re.compile(r"\d+(\.0+)?")


class TestProperty6NumbersBesideEveryChart:
    """Every chart has its numbers as a table and as a linked CSV within the page."""

    def test_a_table_and_a_file_stand_in_the_section_of_every_chart(self, charts):
        for chart in charts:
            assert chart.section.select_one("table caption"), chart.title
            assert chart.section.select_one("a[download][href^='data:text/csv']"), chart.title

    def test_files_are_within_the_page(self, page):
        assert page.downloads
        for link in page.downloads:
            assert link.tag["href"].startswith("data:text/csv")
            assert link.tag["download"].endswith(".csv")

    def test_numbers_of_the_files_are_those_of_estimates_csv(self, page):
        keys = ("cohort", "role", "arm", "scale", "wave", "contrast", "method", "subgroup", "measure")
        values = ("estimate", "ci_low", "ci_high", "std_error", "n_pre", "n_post", "n_pairs", "n_comparison", "reason")
        checked = 0
        for link in page.downloads:
            for row in link.rows:
                if "estimate" in row and "contrast" in row:
                    same = [
                        one for one in page.all_estimates
                        if all(one[key] == row[key] for key in keys if key in row)
                        and all(one[value] == row[value] for value in values if value in row)
                    ]  # fmt: skip
                    assert same, row
                    checked += 1
        assert checked or page.too_small

    def test_numbers_of_the_table_are_those_of_its_file(self, charts_of_effects):
        """Estimates and ends of intervals, line by line."""
        for chart in charts_of_effects:
            table, rows = next(pair for pair in chart.numbers_beside if "contrast" in pair[1][0])
            lines = table.select("tbody tr")
            assert len(lines) == len(rows)
            for line, row in zip(lines, rows, strict=True):
                cells = [text_of(cell) for cell in line.find_all(["th", "td"])]
                bounds = [cell for cell in cells if BOUNDS.fullmatch(cell)]
                assert bool(bounds) == bool(row["estimate"]), cells
                if bounds:
                    low, high = (number(end) for end in bounds[0].split(" to "))
                    assert near(low, row["ci_low"]), cells
                    assert near(high, row["ci_high"]), cells
                    before = [cell for cell in cells[: cells.index(bounds[0])] if NUMBER.fullmatch(cell)]
                    assert near(number(before[-1]), row["estimate"]), cells

    def test_intervals_in_a_chart_are_those_of_the_files(self, charts):
        for chart in charts:
            known = intervals(chart)
            for bounds in (found for label in chart.labels for found in BOUNDS.findall(label)):
                low, high = (number(end) for end in bounds.split(" to "))
                assert [1 for ends in known if near(low, ends[0]) and near(high, ends[1])], bounds

    def test_means_in_a_chart_are_those_of_its_file(self, charts_of_effects):
        for chart in charts_of_effects:
            rows = [row for _, rows in chart.numbers_beside for row in rows if "mean_pre" in row]
            means = [row[name] for row in rows for name in ("mean_pre", "mean_post") if row[name]]
            for text in chart.svg.find_all("text"):
                below = float(text.get("y", 0)) > axis_of_estimates(chart)[0]
                if below and (said := re.match(r"\d+\.\d\d\b", text_of(text))):
                    assert any(near(number(said[0]), mean) for mean in means), text_of(text)

    def test_shares_in_a_chart_of_answers_are_those_of_its_file(self, charts):
        """In the picture, its title and its alternative text."""
        for chart in charts:
            rows = [row for _, rows in chart.numbers_beside for row in rows if row.get("share") and "asked" in row]
            if rows and not chart.of_effects:
                shares = {round(100 * float(row["share"]) + place) for row in rows for place in (-0.05, 0, 0.05)}
                texts = (chart.title, chart.alt, *chart.labels)
                told = [int(share) for text in texts for share in PERCENT.findall(text)]
                assert told, chart.title
                assert set(told) <= shares, chart.title

    def test_counts_in_a_chart_of_people_are_those_of_its_file(self, charts):
        for chart in charts:
            rows = [row for _, rows in chart.numbers_beside for row in rows if "before" in row]
            if rows:
                counts = {int(float(value)) for row in rows for value in row.values() if COUNT.fullmatch(value)}
                told = {int(said[1]) for label in chart.labels if (said := re.fullmatch(r"(\d+)(?: \(\d+%\))?", label))}
                assert told, chart.title
                assert told <= counts, chart.title

    def test_lines_stand_where_the_numbers_say(self, charts_of_effects):
        """Both ends of each line, read off the axis, are those of an interval."""
        for chart in charts_of_effects:
            y, ticks = axis_of_estimates(chart)
            (x0, v0), (x1, v1) = ticks[0], ticks[-1]
            per_unit = (x1 - x0) / (v1 - v0)
            lines = [line for line in level_lines(chart) if line[2] < y]
            assert lines, chart.title
            for left, right, _ in lines:
                ends = [v0 + (end - x0) / per_unit for end in (left, right)]
                known = [exact for exact in intervals(chart) if within(ends, exact, abs(0.6 / per_unit))]
                assert known, (chart.title, ends)
