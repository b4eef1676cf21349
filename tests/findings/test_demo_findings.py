"""Findings of the demo study: one estimate, one place; what is small stays hidden."""

import csv
import io
import re
from html import unescape
from urllib.parse import unquote

import pytest
from reading import charts

from rm_research.disclosure.numbers import study_numbers
from rm_research.errors import ReportError
from rm_research.findings import build_findings

SECTIONS = (
    "headline",
    "prompts",
    "outcomes",
    "lasting",
    "groups",
    "programme",
    "response",
    "limits",
    "methods",
    "words",
)


def spoken(findings, role="leader"):
    """Row that the headline speaks of."""
    table = findings.disclosed.table
    place = findings.cohort or "all cohorts"
    same = (table["cohort"] == place) & (table["role"] == role) & (table["scale"] == "inclusion")
    kinds = ("ancova",)
    return table[same & table["method"].isin(kinds) & table["contrast"].str.endswith("difference")].iloc[0]


def as_shown(row):
    """Estimate and interval as they are printed."""
    return [f"{row[name]:.2f}".replace("-", "−") for name in ("estimate", "ci_low", "ci_high")]


def data_links(html):
    links = re.findall(r'href="data:text/csv;charset=utf-8,([^"]*)"', html)
    return [list(csv.DictReader(io.StringIO(unquote(unescape(link))))) for link in links]


class TestOneEstimateOnePlace:
    @pytest.fixture(params=["cohort", "programme"])
    def findings(self, request):
        return request.getfixturevalue(request.param)

    def test_headline(self, findings):
        text = repr(findings.headline)
        estimate, low, high = as_shown(spoken(findings))
        assert f"+{estimate} ({low} to {high})" in next(
            line for line in text.split("\n") if line.startswith("Inclusion")
        )
        assert f"Leaders: +{estimate} scale points (95% interval {low} to {high};" in text

    def test_sentence_of_the_outcome(self, findings):
        estimate, low, high = as_shown(spoken(findings))
        line = f"+{estimate} scale points (95% interval {low} to {high})."
        assert line in repr(findings.outcomes)
        said = r"For leaders( and mentors)?, it is unclear whether the programme changed inclusion\."
        assert re.search(said, repr(findings.headline))

    def test_alternative_text(self, findings):
        first = re.search(r"<title[^>]*>(.*?)</title>", findings.outcomes.html).group(1)
        assert all(number in first for number in as_shown(spoken(findings)))

    def test_chart(self, findings):
        estimate, low, high = as_shown(spoken(findings))
        assert f"+{estimate} ({low} to {high})" in charts(findings.outcomes)[0]

    def test_table(self, findings):
        estimate, low, high = as_shown(spoken(findings))
        assert re.search(rf"Difference[^\n]* \+{estimate} {low} to {high} ", repr(findings.outcomes))

    def test_csv_of_the_outcome(self, findings):
        row = spoken(findings)
        rows = data_links(findings.outcomes.html)[0]
        found = [
            r
            for r in rows
            if r["method"] == row["method"] and r["role"] == "leader" and r["contrast"] == row["contrast"]
        ]
        numbers = {tuple(r[name] for name in ("estimate", "ci_low", "ci_high")) for r in found}
        assert tuple(f"{row[name]:.2f}" for name in ("estimate", "ci_low", "ci_high")) in {
            tuple(f"{float(number or 'nan'):.2f}" for number in ends) for ends in numbers
        }

    def test_csv_of_all_estimates(self, findings, demo_out):
        row = spoken(findings)
        rows = csv.DictReader((demo_out / "estimates.csv").read_text(encoding="utf-8").splitlines())
        (found,) = [r for r in rows if r["id"] == row["id"]]
        for name in ("estimate", "ci_low", "ci_high", "std_error", "detectable"):
            assert float(found[name]) == round(row[name], 2)
        assert float(found["p_adjusted"]) == round(row["p_adjusted"], 3)


class TestCohort:
    def test_has_its_sections_in_order(self, cohort):
        assert tuple(section.name for section in cohort.sections) == SECTIONS

    def test_headline_names_both_roles_and_the_people_on_each_side(self, cohort):
        text = repr(cohort.headline)
        assert all(words in text for words in ("Leaders: ", "Mentors: ", "in the programme, ", "in the comparison)"))
        assert "did not answer after" in repr(cohort.outcomes)

    def test_headline_is_within_the_first_200_words(self, cohort):
        first = " ".join(repr(cohort).split()[:200])
        assert all(number in first for role in ("leader", "mentor") for number in as_shown(spoken(cohort, role)))

    def test_no_p_value_before_the_appendix(self, cohort):
        before = repr(cohort).split("Methods and data")[0]
        assert not re.search(r"\bp\s*[=<]|p-value", before.replace("p-values are adjusted in the appendix", ""))

    def test_design_level_is_named_in_words(self, cohort):
        assert "decided by lot" in repr(cohort.headline)

    def test_every_chart_has_a_title_of_6_to_12_words(self, cohort, programme):
        for findings in (cohort, programme):
            titles = re.findall(r'<span class="title">(.*?)</span>', findings.outcomes.html)
            assert len(titles) == 10
            assert all(6 <= len(title.split()) <= 12 for title in titles)

    def test_alternative_texts_have_at_most_two_sentences(self, cohort, programme):
        """And one on the lot, where the programme is not said to have done it."""
        for findings in (cohort, programme):
            for text in re.findall(r"<svg.*?<title[^>]*>(.*?)</title>", findings.outcomes.html, flags=re.DOTALL):
                assert len(re.findall(r"[.!?](?:\s|$)", text)) <= 2 + ("drawn by lot" in text)

    def test_smallest_group_rule_is_stated(self, cohort):
        assert "Results of fewer than 10 people are not shown" in repr(cohort.limits)

    def test_flow_counts_people(self, cohort):
        assert "Leaders Programme 25 25 18 18" in repr(cohort.response)

    def test_version_seed_and_parameters_are_there_and_no_digest(self, cohort, prepared):
        text = repr(cohort.methods)
        assert all(part in text for part in ("rm_research 0.1.0", "seed 20260101", "2022 spring"))
        assert prepared.digest[:12] not in cohort._repr_html_()

    def test_meetings_are_counted(self, cohort):
        assert "25 of 25 pairs have met" in repr(cohort.programme)

    def test_cohorts_are_not_listed(self, cohort):
        assert not hasattr(cohort, "cohorts")


class TestHidden:
    def test_says_so_and_why(self, hidden):
        text = repr(hidden.headline)
        assert "No results can be shown for 2024 autumn." in text
        assert "Fewer than 10 people answered before and after" in text

    def test_has_no_outcomes(self, hidden):
        assert hidden.outcomes.html == ""

    def test_shows_no_number_made_of_answers_but_those_of_the_programme(self, hidden, programme):
        text = repr(hidden).split("How to make this page again")[0]
        numbers = set(re.findall(r"\d+\.\d\d\b", text))
        assert numbers
        assert numbers <= set(re.findall(r"\d+\.\d\d\b", repr(programme.headline)))

    def test_says_whether_its_people_count_in_the_programme(self, hidden):
        text = repr(hidden.headline)
        assert "The results of the programme, below, do not count its answers." in text
        assert "The whole programme. At a glance" in text

    def test_counts_of_people_are_shown(self, hidden):
        assert "Leaders Programme 5 5 4 4" in repr(hidden.response)


class TestProgramme:
    def test_names_the_average_and_what_is_left_out(self, programme):
        text = repr(programme.cohorts)
        assert "average is over the people in these cohorts" in text
        assert "1 cohort is left out" in text

    def test_lists_every_cohort(self, programme, prepared):
        for name in prepared.cohorts:
            assert f'{name.replace(" ", "-")}/index.html">{name}</a>' in programme.cohorts.html

    @pytest.mark.slow
    def test_unavailable_cohorts_are_named_without_a_link(self, prepared):
        listed = build_findings(prepared, unavailable=["2022 spring"]).cohorts
        assert "2022-spring" not in listed.html
        assert "2022 spring Not available: its page was not made" in repr(listed)

    def test_says_nothing_of_the_hidden_cohort_but_that(self, programme):
        line = next(line for line in repr(programme.cohorts).split("\n") if line.startswith("2024 autumn"))
        assert not re.search(r"\d\.\d", line)

    def test_forest_has_a_mark_for_each_cohort_that_is_shown(self, programme, prepared):
        first = charts(programme.cohorts)[0]
        assert [name for name in prepared.cohorts if name not in first] == ["2024 autumn"]


def test_an_unknown_cohort_lists_the_known(prepared):
    with pytest.raises(
        ReportError, match=r"There is no cohort '2022 sprng'\. Cohorts are '2022 spring', '2022 autumn'"
    ):
        build_findings(prepared, cohort="2022 sprng")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cohort", "hidden", "programme"])
def test_the_same_input_gives_the_same_bytes_in_another_process(request, demo_out, name):
    findings = request.getfixturevalue(name)
    folder = demo_out / "cohorts" / findings.cohort.replace(" ", "-") if findings.cohort else demo_out
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert [section.name for section in findings.sections if section.html not in page] == []


def test_repr_is_text_for_a_reader(cohort):
    text = repr(cohort)
    head = "Reverse mentoring, Northgate Council · draft, not for circulation\n2022 spring: what changed\n"
    assert text.startswith(head)
    assert not re.search(r"<[a-z/]|&[a-z]+;", text)


def test_a_table_of_the_page_is_the_disclosed_one(prepared, programme):
    assert programme.disclosed.table.equals(study_numbers(prepared).table)


@pytest.mark.parametrize("name", ["cohort", "hidden", "programme"])
def test_no_person_stands_in_the_findings(request, prepared, name):
    findings = request.getfixturevalue(name)
    text = findings._repr_html_() + findings.disclosed.table.to_csv() + findings.disclosed.estimates.details.to_csv()
    text += "".join(table.to_csv() for table in findings.disclosed.tables.values())
    hashes = {*prepared.people["person"], *prepared.dyads["dyad"], *prepared.people["cluster"]}
    assert [code for code in hashes if code in text] == []
