"""The section on the programme tells of the plan and of both sides, and of nothing that few pairs said."""

import re

import pytest
from process_study import TOML, process_files
from undrawn_findings import undrawn_findings

from rm_research.panel import prepare_study

pytestmark = pytest.mark.slow


@pytest.fixture
def programme(tmp_path):
    """Text and findings of the section of a cohort's page."""

    def made(cohort="A", change=None, **options):
        files = process_files(**options)
        for name, content in (change(files) if change else files).items():
            (tmp_path / name).write_text(content, encoding="utf-8")
        findings = undrawn_findings(prepare_study(tmp_path), cohort=cohort)
        return findings, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", findings.programme.html))

    return made


def test_it_says_what_was_planned_and_what_both_sides_say(programme):
    findings, text = programme()
    assert "12 of 14 pairs have met; pairs average 3.4 meetings." in text
    assert "Pairs rated their goals at −0.07 on average (−2 to 2; 14 pairs)." in text
    assert "4 meetings or more, of 5 planned 8 of 14 (57%)" in text
    assert "Agreed on confidentiality 85% or more of 14" in text
    assert "Safety 3.61 (14) 3.39 (14) +0.21 (−0.14 to 0.57) 0.78 (0.46 to 0.92), 14 pairs" in text
    assert "mentors rated Safety" not in text  # few of these pairs differ
    assert "They are associations, not effects" in text
    assert (
        "It is unclear whether the later scores of leaders in inclusion go with how mentors began: −0.14 scale points "
        "for each point (−0.40 to 0.13; 14 pairs)"
    ) in text
    assert "Where" not in text
    assert findings.programme.pictures[0].name == "as-planned"


def test_of_more_pairs_it_says_what_goes_with_what_both_sides_say(programme):
    findings, text = programme(n=60)
    assert "It is unclear whether the change of leaders in inclusion goes with how mentors rated Safety" in text
    listed = [line for line in findings.methods.text.splitlines() if "Safety" in line]
    assert sum("Own: Safety" in line for line in listed) == sum("Partner’s: Safety" in line for line in listed) == 2
    assert "safety" not in findings.methods.text


def test_the_programme_s_page_has_all_cohorts(programme):
    _, text = programme(cohort=None)
    assert "16 of 28 pairs met at least 4 times, of 5 planned" in text
    assert "28 pairs" in text
    assert "goes with how" not in text  # slopes are of cohorts


def test_process_scales_are_no_outcomes(programme):
    findings, _ = programme()
    assert "Safety" not in findings.outcomes.html
    assert "Safety" not in findings.headline.html


def test_what_too_few_answered_is_said_to_be_left_out(programme):
    findings, text = programme(n=16)
    assert "Safety 3" not in text
    assert "Safety: what people answered is left out" in findings.limits.html
    assert "rated their goals" not in text


def test_without_a_plan_the_chart_of_meetings_stays_where_it_was(programme):
    plan = TOML[TOML.index("[programme]") : TOML.index("[scales.inclusion]")]
    _, text = programme(cohort=None, toml=TOML.replace(plan, ""))
    assert "times, of" not in text
    assert "Set a goal" in text  # goals have a file of their own


@pytest.mark.parametrize("nothing", ["no log", "an empty log"])
def test_where_no_meetings_were_logged_nothing_is_said_of_them(programme, nothing):
    """What partners say and how they began still fills the section, which has no chart of meetings to leave out."""
    plan = TOML[TOML.index("[programme]") : TOML.index("[scales.inclusion]")]
    log = '[sessions]\nfile = "log.csv"\n'
    toml = TOML.replace(plan, "").replace(log, log if nothing == "an empty log" else "")
    findings, text = programme("A", lambda files: files | {"log.csv": "dyad,date,minutes\n"}, toml=toml, cohorts=1)
    assert "goes with how" in text or "how mentors began" in text
    assert "meetings" not in findings.limits.text


def test_a_chart_of_meetings_that_is_left_out_is_named(programme):
    findings, _ = programme(n=14, cohorts=1)
    assert "the chart of change by meetings is left out" in findings.limits.text


def test_goals_attained_alike_are_in_words(programme):
    def alike(files):
        return files | {"goals.csv": re.sub(r",-?\d\n", ",1\n", files["goals.csv"])}

    _, text = programme(change=alike)
    assert "Of 14 pairs that rated the attainment of their goals, nearly all gave the same rating." in text


def test_a_clear_association_is_told_as_one(programme):
    def driven(files):
        """Leaders change by what their mentors say of safety."""
        lines = [line.split(",") for line in files["post.csv"].splitlines()]
        of_mentor = {line[0][1:]: line[4:6] for line in lines if line[0].startswith("M")}
        before = {line.split(",")[0]: line.split(",")[2:] for line in files["pre.csv"].splitlines()}
        for line in lines[1:]:
            if line[0].startswith("L"):
                said = sum(map(int, of_mentor[line[0][1:]])) / 2
                line[2:4] = [str(min(5, max(1, int(now) + round(said) - 3))) for now in before[line[0]]]
        return files | {"post.csv": "\n".join(map(",".join, lines)) + "\n"}

    _, text = programme(change=driven, n=60)
    found = re.search(r"Where mentors rated Safety one point higher, the change of leaders in inclusion was "
                      r"(\d\.\d\d) scale points higher", text)  # fmt: skip
    assert found is not None, text
    assert "cause" not in text


def test_clear_scores_of_partners_before_are_told_as_a_difference(programme):
    def driven(files):
        """Leaders come to score as their mentors did."""
        before = {line.split(",")[0]: line.split(",")[2:] for line in files["pre.csv"].splitlines()}
        lines = [line.split(",") for line in files["post.csv"].splitlines()]
        for line in lines:
            if line[0].startswith("L"):
                line[2:4] = [before["M" + line[0][1:]][0], before["M" + line[0][1:]][1]]
            if line[0] == "L004":
                line[2:4] = ["3", "3"]
        return files | {"post.csv": "\n".join(map(",".join, lines)) + "\n"}

    _, text = programme(change=driven)
    assert re.search(r"Where mentors began one point higher, the later scores of leaders in inclusion were "
                     r"\d\.\d\d scale points higher \(0\.\d\d to", text), text  # fmt: skip


def test_german_pages_say_the_same(programme):
    _, text = programme(toml=TOML + 'language = "de"\n')
    assert "8 von 14 Tandems trafen sich mindestens 4-mal, bei 5 geplanten Treffen" in text
    assert "Wie die Treffen waren" in text
    assert "Zusammenhänge, keine Wirkungen" in text
