"""Properties 1 to 3 of a report: what the headline holds, how sure it says it is, and how strong its verbs are."""

import re

import pytest
from report_pages import (
    BOUNDS,
    GAP,
    INTERVAL,
    MAIN_METHODS,
    NUMBER,
    OTHER_WAY,
    near,
    number,
    numbers,
    sentences,
    text_of,
)
from study_facts import PEOPLE

CHANGES = ("change", "difference", "pooled_change", "pooled_difference")
WITHOUT_VERB = re.compile(r"[^:.]+: [+−]?\d")  # "Leaders: +0.12 scale points (…)"
PLAIN = {
    "up": re.compile(r"\b(rose|raised|higher|above|with a difference)\b"),
    "down": re.compile(r"\b(fell|lowered|lower|below|with a difference)\b"),
    "open": re.compile(r"it is unclear|\bhardly\b|much like"),
}
DIRECTION = {
    "up": re.compile(r"\b(rose|raised|more than|higher|difference of \+)"),
    "down": re.compile(r"\b(fell|lowered|less than|lower|difference of −)"),
    "open": re.compile(r"\b(unclear|hardly|much as)\b"),
}
CAUSAL = re.compile(r"programme (raised|lowered)|\b(caus\w+|impact\w*|effects? of|thanks to|due to|led to)\b")
P_VALUE = re.compile(r"\bp[- ]?values?\b|\bp\s*[=<>≤≥]|\bsignifican", re.IGNORECASE)
NAMED = {
    1: re.compile(r"nobody outside|no usable comparison|no comparison|no difference is judged", re.IGNORECASE),
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


class TestProperty1TheFirstScreen:
    """Every outcome and role stands in the table at a glance; two sentences say what is clear of the first outcome."""

    @pytest.fixture
    def cells(self, shown):
        """Cells of the table by outcome and role."""
        table = shown.main.select_one("header table")
        roles = [text_of(cell).lower() for cell in table.select("thead th")[1:]]
        lines = {text_of(row.th.contents[0]) if row.th.contents else "": row for row in table.select("tbody tr")}
        return {(name, role): cell for name, row in lines.items()
                for role, cell in zip(roles, row.find_all("td"), strict=True)}  # fmt: skip

    @pytest.fixture
    def numbers_told(self, shown):
        """Lines below the headline, each with the rows behind it."""
        lines = [text_of(tag) for tag in shown.main.select("header p.numbers span")]
        return [(line, [row for row in shown.rows_behind(line) if row in shown.main_rows]) for line in lines]

    def test_every_outcome_and_role_has_a_cell(self, shown, cells):
        facts, waves = shown.facts, {}
        for row in shown.estimates:
            waves.setdefault(row["scale"], row["wave"])
        asked = {(facts.label(row["scale"]), PEOPLE[row["role"]]) for row in shown.estimates
                 if row["estimate"] and row["contrast"] in CHANGES and row["method"] in MAIN_METHODS
                 and row["wave"] == waves[row["scale"]] and row["subgroup"] == "everyone"}  # fmt: skip
        found = {(name.partition(",")[0].strip(), role) for name, role in cells}
        assert asked <= found

    def test_numbers_of_every_cell_are_those_of_a_row(self, shown, cells):
        checked = 0
        for (name, role), cell in cells.items():
            if said := re.search(r"([+−]?[\d.]+) \(([+−]?[\d.]+) to ([+−]?[\d.]+)\)", text_of(cell)):
                estimate, low, high = map(number, said.groups())
                rows = [row for row in shown.estimates if PEOPLE[row["role"]] == role
                        and shown.facts.label(row["scale"]) == name.partition(",")[0].strip()]  # fmt: skip
                assert [row for row in rows if near(estimate, row["estimate"]) and near(low, row["ci_low"])
                        and near(high, row["ci_high"])], text_of(cell)  # fmt: skip
                checked += 1
        assert checked

    def test_a_sign_is_that_of_the_interval(self, shown, cells):
        """▲ and ▼ only where the interval lies on that side of 0; ● where it holds 0 or is small."""
        for (name, _), cell in cells.items():
            said = re.search(r"\(([+−]?[\d.]+) to ([+−]?[\d.]+)\)", text_of(cell))
            sign, down = text_of(cell)[:1], "lower is better" in text_of(cell.find_parent("tr").th)
            assert name
            if said and sign in ("▲", "▼"):
                low, high = (number(end) for end in said.groups())
                assert (low >= 0) if (sign == "▲") != down else (high <= 0), text_of(cell)

    def test_every_role_and_arm_is_told_of(self, shown, numbers_told):
        rows = [row for _, found in numbers_told for row in found]
        assert {row["role"] for row in rows} == {row["role"] for row in shown.main_rows}
        assert {row["arm"] for row in rows} == {row["arm"] for row in shown.main_rows}

    def test_a_size_stands_in_the_unit_of_the_scale(self, shown, numbers_told):
        unit = re.escape(shown.facts.unit(shown.facts.first_outcome))
        for line, rows in numbers_told:
            (size,) = re.findall(rf"({NUMBER.pattern}) {unit}", line)
            assert any(near(number(size), row["estimate"]) for row in rows), line

    def test_the_number_of_people_is_the_row_s(self, numbers_told):
        for line, rows in numbers_told:
            after = counted_once(line)[INTERVAL.search(counted_once(line)).end() :]
            counts = [found for found in numbers(after) if found == int(found)]
            assert counts, line
            assert any(set(counts) <= people_in(row) for row in rows), line

    def test_the_plain_headline_says_what_the_intervals_say(self, shown, numbers_told):
        """A verb of direction for a role only where its interval is on that side; else that it is open."""
        said = sentences(text_of(shown.main.select_one("header p.finding")))
        for _, rows in numbers_told:
            for row in rows:
                mine = [part for part in said if PEOPLE[row["role"]] in part.lower()]
                assert mine, said
                if direction(row) == "open":
                    assert any(PLAIN["open"].search(part) for part in mine), (row["id"], said)
                for way in ("up", "down"):
                    if any(PLAIN[way].search(part) for part in mine):
                        ways = {direction(one) for one in shown.main_rows if one["role"] == row["role"]}
                        assert way in ways, (row["id"], said)

    def test_the_direction_of_a_sentence_is_the_row_s(self, shown):
        for sentence in shown.statements:
            rows = [row for row in shown.rows_behind(sentence) if row in shown.main_rows]
            if rows and not WITHOUT_VERB.match(sentence):
                expected = direction(rows[0])
                if OTHER_WAY.search(sentence) or (shown.facts.in_two_ways and DIRECTION["open"].search(sentence)):
                    continue  # it has no verb; and what the other way leaves open is open
                assert DIRECTION[expected].search(sentence), sentence
                if expected != "open":
                    assert not DIRECTION["open"].search(sentence), sentence
                    assert not DIRECTION[{"up": "down", "down": "up"}[expected]].search(sentence), sentence

    def test_how_far_apart_arms_were_is_what_the_tables_say(self, shown):
        for sentence in (part for _, part in shown.spoken if part.startswith(GAP)):
            low, high = map(number, INTERVAL.search(sentence).groups()[1:])
            assert any(near(low, gap[1]) and near(high, gap[2]) for gap in shown.gaps), sentence

    def test_who_is_not_in_it_is_told_with_the_outcome(self, shown, numbers_told):
        """By number where people left; in words where nobody did."""
        text = counted_once(text_of(shown.main.select_one("section.outcome")))
        for _, rows in numbers_told:
            for row in rows:
                missing = int(row["n_pre"]) - int(row["n_pairs"])
                who = rf"of the {row['n_pre']} \w+ (?:who answered|with a score) before, .*?\b{missing}\b"
                said = (
                    rf"(?i:{who})"
                    if missing
                    else rf"\b[Aa]ll {row['n_pre']}\b|nobody can know who left|score from every survey"
                )
                assert re.search(said, text), (said, text)


class TestProperty2EstimateAndUncertaintyTogether:
    """The word estimate and the interval stand in one sentence; there is no p-value before the appendix."""

    def test_the_headline_gives_no_size_without_its_interval(self, shown):
        told = [part for part in shown.first_sentences if re.search(r"[+−]\d", part)]
        assert told
        assert [part for part in told if not INTERVAL.search(part)] == []

    def test_every_size_in_the_table_has_its_interval_in_the_same_cell(self, shown):
        cells = [text_of(cell) for cell in shown.main.select("header td") if re.search(r"[+−]\d", text_of(cell))]
        assert [cell for cell in cells if not BOUNDS.search(cell)] == []

    def test_a_chart_s_size_stands_with_its_interval_below_the_title(self, charts_of_effects):
        assert [chart.title for chart in charts_of_effects if not INTERVAL.search(chart.subtitle)] == []

    def test_a_sentence_with_an_interval_says_estimate(self, shown):
        told = [part for part in shown.statements if not WITHOUT_VERB.match(part)]
        assert [part for part in told if not re.search(r"\bestimate", part)] == []

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
        header = text_of(shown.main.header).lower()
        assert {PEOPLE[row["role"]] for row in shown.main_rows if PEOPLE[row["role"]] not in header} == set()
