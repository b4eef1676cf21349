"""Properties 1 to 3 of a report: what the headline holds, how sure it says it is, and how strong its verbs are."""

import re

import pytest
from report_pages import INTERVAL, NUMBER, near, number, numbers
from study_facts import PEOPLE

DIRECTION = {
    "up": re.compile(r"\b(rose|raised|more than|higher|difference of \+)"),
    "down": re.compile(r"\b(fell|lowered|less than|lower|difference of −)"),
    "open": re.compile(r"\b(unclear|hardly|much as)\b"),
}
CAUSAL = re.compile(r"programme (raised|lowered)|\b(caus\w+|impact\w*|effects? of|thanks to|due to|led to)\b")
P_VALUE = re.compile(r"\bp[- ]?values?\b|\bp\s*[=<>≤≥]|\bsignifican", re.IGNORECASE)
NAMED = {
    1: re.compile(r"nobody outside|no usable comparison|no comparison", re.IGNORECASE),
    2: re.compile(r"chose (itself|themselves|to take part)|self-selected", re.IGNORECASE),
    3: re.compile(r"match", re.IGNORECASE),
    4: re.compile(r"drawn by lot, but", re.IGNORECASE),
    5: re.compile(r"by lot|drawn by lot|randomi", re.IGNORECASE),
}


def direction(row):
    if float(row["ci_low"]) <= 0 <= float(row["ci_high"]):
        return "open"
    return "up" if float(row["estimate"]) > 0 else "down"


def counted_once(text: str) -> str:
    """Text in which people of several cohorts are counted by their places, as in the tables."""
    return re.sub(r"\d+ (\w+) in (\d+) places", r"\2 \1", text)


def people_in(row):
    """Every number of people, or of cohorts, that belongs to a row."""
    names = ("n_pre", "n_post", "n_pairs", "n_comparison", "n_clusters")
    return {float(row[name]) for name in names if row[name]}


class TestProperty1FirstWordsHoldTheHeadline:
    """The first 200 words hold, for every role: direction, size in the scale's unit, interval, n, who is missing."""

    @pytest.fixture
    def told(self, shown):
        """Rows behind the statements of the first 200 words, with the statement."""
        statements = [part for part in shown.statements if part in shown.first_words]
        return [(part, row) for part in statements for row in shown.rows_behind(part) if row in shown.main_rows]

    def test_every_role_is_told_of_within_200_words(self, shown, told):
        assert {row["role"] for _, row in told} == {row["role"] for row in shown.main_rows}

    def test_every_arm_is_told_of_within_200_words(self, shown, told):
        assert {row["arm"] for _, row in told} == {row["arm"] for row in shown.main_rows}

    def test_a_size_stands_in_the_unit_of_the_scale(self, shown, told):
        unit = re.escape(shown.facts.unit(shown.facts.first_outcome))
        for sentence, row in told:
            sizes = re.findall(rf"({NUMBER.pattern}) {unit}", sentence)
            assert any(near(abs(number(size)), row["estimate"].lstrip("-")) for size in sizes), sentence

    def test_the_direction_is_the_row_s(self, told):
        for sentence, row in told:
            expected = direction(row)
            assert DIRECTION[expected].search(sentence), sentence
            if expected != "open":
                assert not DIRECTION["open"].search(sentence), sentence
                assert not DIRECTION[{"up": "down", "down": "up"}[expected]].search(sentence), sentence

    def test_the_number_of_people_is_the_row_s(self, told):
        for sentence, row in told:
            after = counted_once(sentence)[INTERVAL.search(counted_once(sentence)).end() :]
            counts = [found for found in numbers(after) if found == int(found)]
            assert counts, sentence
            assert set(counts) <= people_in(row), sentence

    def test_who_is_not_in_it_is_told_within_200_words(self, shown, told):
        """By number where people left; in words where nobody did."""
        arms = list(dict.fromkeys(row["arm"] for _, row in told))
        for _, row in told:
            if row["arm"] in arms[2:]:  # of a third arm the sentence alone fits
                continue
            missing = int(row["n_pre"]) - int(row["n_pairs"])
            who = rf"of the {row['n_pre']} \w+ (?:who answered|with a score) before, .*?\b{missing}\b"
            said = (
                rf"(?i:{who})"
                if missing
                else rf"\b[Aa]ll {row['n_pre']}\b|nobody can know who left|score from every survey"
            )
            assert re.search(said, counted_once(shown.first_words)), (said, shown.first_words)


class TestProperty2EstimateAndUncertaintyTogether:
    """The word estimate and the interval stand in one sentence; there is no p-value before the appendix."""

    def test_a_sentence_with_an_interval_says_estimate(self, shown):
        assert [part for part in shown.statements if not re.search(r"\bestimate", part)] == []

    def test_the_headline_gives_no_estimate_without_its_interval(self, shown):
        told = [part for part in shown.first_sentences if re.search(r"\bestimate[ds]?\b.*\d", part)]
        assert told
        assert [part for part in told if not INTERVAL.search(part)] == []

    def test_no_p_value_before_the_appendix(self, page):
        assert P_VALUE.findall(page.opening.get_text(" ")) == []

    def test_no_p_value_in_a_file_that_is_linked_before_the_appendix(self, page):
        links = [link for link in page.downloads if link.tag.find_parent("section", class_="methods") is None]
        assert [link.tag["download"] for link in links if {"p_value", "p_adjusted"} & set(link.rows[0])] == []

    def test_numbers_of_every_statement_are_those_of_a_row(self, shown):
        """The one estimate, one place: each sentence leads back to estimates.csv."""
        for sentence in shown.statements:
            rows = shown.rows_behind(sentence)
            assert rows, sentence
            after = numbers(counted_once(sentence)[INTERVAL.search(counted_once(sentence)).end() :])
            assert any(set(after) <= people_in(row) for row in rows), sentence


class TestProperty3VerbsFitTheDesign:
    """The verb fits the design level, which is named in words."""

    def level(self, page, row):
        """Design level of a row: a change shows a change, whatever the design."""
        if row["contrast"] in ("change", "pooled_change"):
            return 1
        same = [one for one in page.all_estimates if one["cohort"] == row["cohort"]]
        return page.facts.design_level(row["role"], row["arm"], row["scale"], row["wave"], same)

    def levels(self, page, sentence):
        """Rows that a sentence may come from, with their levels."""
        return [(row, self.level(page, row)) for row in page.rows_behind(sentence)]

    def test_only_a_clear_difference_by_lot_is_put_down_to_the_programme(self, shown):
        for sentence in shown.statements:
            for row, level in self.levels(shown, sentence):
                if level < 5 or direction(row) == "open":
                    assert not CAUSAL.search(sentence), (level, sentence)

    def test_what_has_no_comparison_is_told_as_a_change(self, shown):
        for sentence in shown.statements:
            if {level for _, level in self.levels(shown, sentence)} == {1}:
                assert not re.search(r"comparison|similar people|more than|less than", sentence), sentence

    def test_the_headline_rests_on_the_strongest_design_that_holds(self, shown):
        """A difference speaks where one may be shown and its design bears it, else a change."""
        for part in filter(INTERVAL.search, shown.first_sentences):
            for row in (row for row in shown.rows_behind(part) if row in shown.main_rows):
                group = (row["role"], row["arm"])
                differences = [
                    one for one in shown.main_rows
                    if one["contrast"].endswith("difference") and (one["role"], one["arm"]) == group
                ]  # fmt: skip
                bears = [one for one in differences if self.level(shown, one) > 1]
                assert row["contrast"].endswith("difference") == bool(bears), part

    def test_the_level_is_named_in_the_headline(self, shown):
        header = " ".join(shown.first_sentences)
        for sentence in shown.first_sentences:
            if INTERVAL.search(sentence):
                named = [bool(NAMED[level].search(header)) for _, level in self.levels(shown, sentence)]
                assert all(named), (sentence, header)

    @pytest.mark.parametrize("word", ["prove", "guarantee", "definitely", "no effect"])
    def test_no_word_is_stronger_than_any_design(self, page, word):
        assert not re.search(rf"\b{word}", page.opening.get_text(" "), re.IGNORECASE)

    def test_people_are_called_what_they_are(self, shown):
        """Each role of the first outcome is named in the headline."""
        header = " ".join(shown.first_sentences).lower()
        assert {PEOPLE[row["role"]] for row in shown.main_rows if PEOPLE[row["role"]] not in header} == set()
