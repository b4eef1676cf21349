"""A row as journals print it."""

from dataclasses import replace

import pytest
from small_studies import RANDOMISED, row_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims

FULL = {"estimate": 0.25, "ci_low": 0.05, "ci_high": 0.45, "df": 61.24, "statistic": 2.514, "p_value": 0.0146,
        "p_adjusted": 0.029, "n_pre": 66, "n_pairs": 60}  # fmt: skip


@pytest.fixture
def line(claims):
    def of(language="en", design="", beside=(), link="exact", **columns):
        found = claims(row_of(**FULL | columns), *beside, design=design, link=link)
        # the page's table has its p-values adjusted anew, so a row is taken as it is written
        adjusted = (FULL | columns)["p_adjusted"]
        row = replace(found.disclosed.rows[0], p_adjusted=float("nan") if adjusted is None else adjusted)
        return Claims(found.disclosed, found.study, catalogue(language)).apa(row)

    return of


def test_all_that_a_row_has(line):
    assert line() == "M change = 0.25, 95% CI [0.05, 0.45], t(61.2) = 2.51, p = .015, p (Holm) = .029, n = 66"


def test_in_german(line):
    assert line("de") == "M Veränderung = 0,25, 95-%-KI [0,05; 0,45], t(61,2) = 2,51, p = ,015, p (Holm) = ,029, n = 66"


def test_what_is_missing_is_left_out(line):
    text = line(ci_low=None, statistic=None, df=None, p_value=None, p_adjusted=None)
    assert text == "M change = 0.25, n = 66"


def test_whole_degrees_of_freedom_have_no_decimals(line):
    assert "t(59) = 2.51" in line(df=59.0)


def test_an_exploratory_outcome_names_its_own_adjustment(line):
    assert "p (Benjamini–Hochberg) = .029" in line(planned=False)


@pytest.mark.parametrize(("p", "text"), [(0.0004, "p < .001"), (0.001, "p = .001"), (1.0, "p = 1.000")])
def test_p_values(line, p, text):
    assert text in line(p_value=p)


def test_ranks_and_normal_statistics_have_no_degrees_of_freedom(line):
    of_ranks = line(measure="median", method="hodges_lehmann", df=None, statistic=812.0)
    assert of_ranks.startswith("Mdn change = 0.25")
    assert "V = 812.00" in of_ranks
    assert "z = 2.51" in line(measure="g_av", method="bonett", df=None, n_pairs=66)


def test_a_share_is_per_cent(line):
    text = line(measure="share_improved", method="wilson", estimate=0.5, statistic=None, p_value=None, p_adjusted=None)
    assert text == "share improved = 50%, 95% CI [5%, 45%], n = 60"


def test_both_groups_are_counted(line):
    text = line(design=RANDOMISED, contrast="difference", method="ancova", n_comparison=48)
    assert text.startswith("M difference = 0.25")
    assert text.endswith("n = 60 and 48")


def test_cohorts_of_an_average_are_counted(line):
    cohorts = [
        row_of(cohort=cohort, n_pre=n, n_post=15, n_pairs=15)
        for cohort, n in zip("abcd", (25, 25, 26, 26), strict=True)
    ]
    text = line(contrast="pooled_change", method="reml_hk", cohort="all cohorts", n_clusters=4, n_pre=102, n_post=60,
                n_pairs=60, beside=cohorts)  # fmt: skip
    assert text.endswith("k = 4, n = 102")


def test_unlinked_waves_are_counted_apart(line):
    assert line(method="welch", n_pairs=0, n_post=71).endswith("n = 66 and 71")


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "M difference between surveys = "), ("de", "M Unterschied zwischen den Befragungen = ")],
)
def test_between_waves_that_are_not_linked_there_is_a_difference_and_no_change(line, language, text):
    assert line(language, method="welch", n_pairs=0, n_post=71, link="none").startswith(text)
    assert line(language, method="welch", n_pairs=0, n_post=71).startswith(text)


def test_a_hidden_row_gives_its_reason(line):
    assert line(n_pre=9, n_pairs=9) == "Not shown: fewer than 10 people answered before and after."
