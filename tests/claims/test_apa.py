"""A row as journals print it."""

from dataclasses import replace

import pytest
from scipy.stats import t
from small_studies import RANDOMISED, row_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims
from rm_research.effects.apa import apa_line

FULL = {"estimate": 0.25, "ci_low": 0.05, "ci_high": 0.45, "df": 61.24, "statistic": 2.514, "p_value": 0.0146,
        "n_pre": 66, "n_pairs": 60}  # fmt: skip


@pytest.fixture
def line(claims):
    def of(language="en", design="", beside=(), link="exact", **columns):
        found = claims(row_of(**FULL | columns), *beside, design=design, link=link)
        return Claims(found.disclosed, found.study, catalogue(language)).apa(found.disclosed.rows[0])

    return of


def test_all_that_a_row_has(line):
    assert line() == "M change = 0.25, 95% CI [0.05, 0.45], t(61.2) = 2.51, p = .015, n = 66 (60 with both scores)"


def test_in_german(line):
    assert (
        line("de")
        == "M Veränderung = 0,25, 95-%-KI [0,05; 0,45], t(61,2) = 2,51, p = ,015, n = 66 (60 mit beiden Werten)"
    )


def test_what_is_missing_is_left_out(line):
    text = line(ci_low=None, statistic=None, df=None, p_value=None)
    assert text == "M change = 0.25, n = 66 (60 with both scores)"


def test_whole_degrees_of_freedom_have_no_decimals(line):
    assert "t(59) = 2.51" in line(df=59.0)


STAYED = {"n_pre": 60}  # nobody left, so the change of everyone is the main row
SECOND = row_of(**FULL | STAYED | {"arm": "thanks", "p_value": 0.4})


def test_an_adjusted_p_is_of_the_one_beside_it_among_so_many_tests(line):
    assert "p = .015, p (Holm, 2 tests) = .029, n = 60" in line(**STAYED, beside=[SECOND])
    assert "p = ,015, p (Holm, 2 Tests) = ,029, n = 60" in line("de", **STAYED, beside=[SECOND])


def test_an_exploratory_outcome_names_its_own_adjustment(line):
    beside = [SECOND | {"planned": False}]
    assert "p (Benjamini–Hochberg, 2 tests) = .029" in line(**STAYED, planned=False, beside=beside)


MATTERS = STAYED | {"estimate": 0.6, "std_error": 0.1, "ci_low": 0.4, "ci_high": 0.8, "p_value": 0.0001}  # from 0.3 on


class TestVerdict:
    """Where something other than the p-value of a row decides, what is adjusted is called that of the verdict."""

    def test_one_test_is_not_adjusted_also_against_the_smallest_change_that_matters(self, line):
        assert "p < .001, n = 60" in line(**MATTERS)

    def test_against_the_smallest_change_that_matters(self, line):
        expected = f"{2 * 2 * t.sf(3, 61.24):.3f}".removeprefix("0")
        text = line(**MATTERS, beside=[SECOND])
        assert f"p < .001, p of the verdict (Holm, 2 tests) = {expected}, n = 60" in text

    def test_the_larger_of_two_ways(self, line):
        of_groups = STAYED | {"contrast": "difference", "n_comparison": 48, "heads": True}
        design = {"design": 'comparison = "waitlist"\nassignment = "matched"'}
        first = of_groups | {"method": "ancova", "p_value": 0.001}
        other = row_of(**FULL | of_groups | {"method": "change_score", "heads": False, "p_value": 0.1, "ci_low": -0.1})
        further = row_of(**FULL | first | {"arm": "thanks", "p_value": 0.8})
        assert "p = .001, n = 60 and 48" in line(**design, **first, beside=[other])
        text = line(**design, **first, beside=[other, further])
        assert "p = .001, p of the verdict (Holm, 2 tests) = .200, n = 60 and 48" in text


def test_rows_picked_from_others_do_not_know_how_many_these_were(claims):
    row = claims(row_of(**FULL | STAYED), SECOND).disclosed.rows[0]
    assert "p = .015, p of the verdict = .029, n = 60" in apa_line(row, catalogue("en"), level="95", unlinked=False)
    alone = replace(row, p_adjusted=row.p_value)
    assert "p = .015, n = 60" in apa_line(alone, catalogue("en"), level="95", unlinked=False)


@pytest.mark.parametrize(("p", "text"), [(0.0004, "p < .001"), (0.001, "p = .001"), (1.0, "p = 1.000")])
def test_p_values(line, p, text):
    assert text in line(p_value=p)


def test_ranks_and_normal_statistics_have_no_degrees_of_freedom(line):
    of_ranks = line(measure="median", method="hodges_lehmann", df=None, statistic=812.0)
    assert of_ranks.startswith("Mdn change = 0.25")
    assert "V = 812.00" in of_ranks
    assert "z = 2.51" in line(measure="g_av", method="bonett", df=None, n_pairs=66)


def test_a_share_is_per_cent(line):
    text = line(measure="share_improved", method="wilson", estimate=0.5, statistic=None, p_value=None)
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
    assert text.endswith("k = 4, n = 102 (60 with both scores)")


def test_an_average_of_changes_of_those_with_both_scores_counts_them(line):
    """The line counted who left, too, where the page says of the same number that they are not counted."""
    cohorts = [
        row_of(cohort=cohort, n_pre=17, n_post=15, n_pairs=15, method="paired_t", heads=True) for cohort in "abcd"
    ]
    text = line(contrast="pooled_change", method="reml_hk", cohort="all cohorts", n_clusters=4, n_pre=68, n_post=60,
                n_pairs=60, beside=cohorts)  # fmt: skip
    assert text.endswith("k = 4, n = 60")


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
