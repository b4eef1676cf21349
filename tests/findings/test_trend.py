"""Trend over the cohorts: what a page says of it, and when it says that there is none."""

import re

import pytest
from shaped_studies import Shape, shaped_study
from small_studies import Group
from undrawn_findings import undrawn_findings

from rm_research.panel import prepare_study
from rm_research.panel.timing import starts


def shape(k: int = 10, **further) -> Shape:
    return Shape({f"C{at}": 11 for at in range(k)}, ("participant",), ("Mood",), left=0.0, **further)


def told(folder) -> str:
    return repr(undrawn_findings(prepare_study(folder)).cohorts)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "words"),
    [(shape(drift=0.2), "With each year that a cohort started later, the result is higher: an estimated +0."),
     (shape(drift=-0.2), "With each year that a cohort started later, the result is lower: an estimated −0."),
     (shape(), "It is unclear whether later cohorts differ from earlier ones: over 10 cohorts, by an estimated"),
     (shape(9, drift=0.2), "A trend over time is not estimated: it needs results of ten cohorts or more.")],
)  # fmt: skip
def test_a_trend_is_told_of_ten_cohorts_and_only_where_it_is_clear(shape, words, tmp_path):
    text = told(shaped_study(tmp_path, shape))
    assert words in text
    assert ("Other things changed over these years, too." in text) == ("With each year" in words)


@pytest.mark.slow
@pytest.mark.parametrize(("drift", "meant"), [(0.2, "for the worse"), (-0.2, "for the better")])
def test_where_lower_is_better_a_trend_says_what_it_means(drift, meant, tmp_path):
    folder = shaped_study(tmp_path, shape(drift=drift))
    toml = folder / "study.toml"
    text = toml.read_text(encoding="utf-8")
    toml.write_text(re.sub(r"(\[scales\.\S+\]\n)", r'\1better = "lower"\n', text), encoding="utf-8")
    trend = re.search(r"With each year .*? Other things changed over these years, too\.", told(folder))
    assert trend is not None
    assert f"). Lower scores are better, so this is {meant}. Other things" in trend[0]


@pytest.mark.slow
def test_cohorts_without_a_date_have_no_trend(tmp_path):
    folder = shaped_study(tmp_path, shape())
    toml = folder / "study.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('submitted = "when"\n', ""), encoding="utf-8")
    assert "A trend over time is not estimated: no cohort has a date." in told(folder)


@pytest.mark.slow
def test_cohorts_of_one_month_have_no_trend(built):
    findings = built(*(Group(f"C{at}", n=11, gain=at / 10) for at in range(10)))
    assert "A trend over time is not estimated: all cohorts started in the same month." in repr(findings.cohorts)


@pytest.mark.slow
def test_effects_next_to_a_shared_comparison_have_no_trend(tmp_path):
    folder = shaped_study(tmp_path, shape(arms=("programme", "waiting")))
    toml = folder / "study.toml"
    shared = 'assignment = "randomised"\ncomparison_scope = "shared"'
    text = toml.read_text(encoding="utf-8").replace('assignment = "randomised"', shared)
    toml.write_text(text, encoding="utf-8")
    assert "A trend over time is not estimated: all cohorts are compared with the same people." in told(folder)


def test_a_cohort_starts_in_the_month_of_its_first_questionnaire(tmp_path):
    prepared = prepare_study(shaped_study(tmp_path, shape(3)))
    assert starts(prepared.responses) == pytest.approx({"C0": 2022 + 2 / 12, "C1": 2022 + 8 / 12, "C2": 2023 + 2 / 12})
