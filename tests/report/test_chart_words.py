"""Properties 4 and 5 of a report: what titles, subtitles and alternative texts of charts say, and of which row."""

import re

from report_pages import INTERVAL, near, numbers, sentences
from study_facts import PEOPLE

FINDING = re.compile(
    r"\b(rose|fell|rise|raised|lowered|changed?|differ\w*|unclear|hardly|no clear|higher|lower|more|fewer|less|most|"
    r"half|answered|met|left|took|both|all|none|nobody|every|was|were|went)\b|[+−]\d", re.IGNORECASE,
)  # fmt: skip
KIND = re.compile(r"\b(chart|plot|diagram|graph|map)\b", re.IGNORECASE)
MONTH = r"(January|February|March|April|May|June|July|August|September|October|November|December) \d{4}"
OPEN = re.compile(r"\b(unclear|no clear|hardly|too little)\b", re.IGNORECASE)


class TestProperty4TitlesStateTheFinding:
    """The title states the finding in 6 to 12 words; the subtitle gives measure, range, people, dates."""

    def test_titles_have_6_to_12_words(self, charts):
        # what a chart of answers begins with, and arm and survey where there are several, come on top
        titles = [re.sub(r"^Answers: | \((?:[^()]+, [^()]+|arm [^()]+|[a-z]+)\)", "", chart.title) for chart in charts]
        assert [title for title in titles if not 6 <= len(title.split()) <= 12] == []

    def test_titles_say_what_was_found(self, charts):
        assert [chart.title for chart in charts if not FINDING.search(chart.title)] == []

    def test_subtitles_of_effects_give_the_measure_and_its_range(self, charts_of_effects, shown):
        for chart in charts_of_effects:
            said = chart.subtitle.lower()
            scales = [name for name in shown.facts.toml["scales"] if shown.facts.label(name).lower() in said]
            assert scales, chart.subtitle
            ends = shown.facts.printed_range(max(scales, key=lambda name: len(shown.facts.label(name))))
            assert ends is None or "{:g} to {:g}".format(*ends) in chart.subtitle

    def test_subtitles_give_the_people(self, charts):
        people = re.compile(rf"\b({'|'.join(PEOPLE.values())}|pairs)\b", re.IGNORECASE)
        assert [chart.subtitle for chart in charts if not people.search(chart.subtitle)] == []

    def test_subtitles_give_the_dates(self, charts, shown):
        """Where the study knows when answers were given; what pairs did is no answer."""
        if shown.facts.dated:
            answered = [chart.subtitle for chart in charts if not chart.subtitle.startswith("Pairs of whom")]
            assert [subtitle for subtitle in answered if not re.search(MONTH, subtitle)] == []


class TestProperty5AlternativeTexts:
    """Alt text is the kind of chart and its main trend, from the row of the title, in at most two sentences."""

    def test_pictures_are_images_with_a_title_that_names_them(self, page):
        for svg in page.soup.select("main svg"):
            assert svg["role"] == "img"
            assert svg.find(True).name == "title"
            assert svg["aria-labelledby"] == svg.title["id"]

    def test_they_name_the_kind_of_chart(self, charts):
        assert [chart.alt for chart in charts if not KIND.search(sentences(chart.alt)[0])] == []

    def test_they_have_at_most_two_sentences(self, charts):
        assert [chart.alt for chart in charts if len(sentences(chart.alt)) > 2] == []

    def test_they_give_the_numbers_of_a_row(self, charts_of_effects, shown):
        for chart in charts_of_effects:
            told = [part for part in sentences(chart.alt) if INTERVAL.search(part)]
            assert told, chart.alt
            assert all(shown.rows_behind(part) for part in told), chart.alt

    def test_title_and_alternative_text_are_of_one_row(self, charts_of_effects, shown):
        for chart in charts_of_effects:
            rows = shown.rows_behind(next(part for part in sentences(chart.alt) if INTERVAL.search(part)))
            clear = [row for row in rows if float(row["ci_low"]) > 0 or float(row["ci_high"]) < 0]
            assert any(shown.speaks_of(chart.title, row) for row in rows), (chart.title, chart.alt)
            sizes = [found for found in numbers(chart.title) if found != int(found)]
            if clear and sizes:
                assert all(near(abs(sizes[0]), row["estimate"].lstrip("-")) for row in clear), (chart.title, chart.alt)
            assert bool(OPEN.search(chart.title)) or bool(clear), (chart.title, chart.alt)

    def test_no_two_charts_have_the_same(self, charts):
        assert len({chart.alt for chart in charts}) == len(charts)
