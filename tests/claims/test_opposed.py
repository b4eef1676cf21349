"""Cohorts that moved in opposite directions: no average is told as if it were true of them."""

from dataclasses import replace

import pytest
from small_studies import row_of

from rm_research.claims.glance import glance
from rm_research.claims.opposed import opposed_text
from rm_research.claims.plain import plain_texts

LITTLE = {"cohort": "all cohorts", "contrast": "pooled_change", "method": "reml_hk", "n_clusters": 4,
          "estimate": 0.0, "ci_low": -0.1, "ci_high": 0.1, "p_value": 0.9}  # fmt: skip


def of(claims, *changes, p_value=0.0001, **pooled):
    """Claims of an average (last row) over cohorts with these changes."""
    cohorts = [row_of(cohort=name, estimate=change, ci_low=change - 0.3, ci_high=change + 0.3, p_value=p_value)
               for name, change in zip("abcdef", changes, strict=False)]  # fmt: skip
    n = 12 * len(cohorts) or 12
    found = claims(*cohorts, row_of(**LITTLE | {"n_pairs": n, "n_pre": n, "n_post": n} | pooled))
    return found, found.disclosed.rows[-1]


class TestAnAverageThatHidesTheCohorts:
    @pytest.fixture
    def found(self, claims):
        return of(claims, 0.8, -0.8, 0.7, -0.1)

    def test_says_so(self, found):
        claims, row = found
        text = "Leaders’ mood: of 4 cohorts, 2 rose clearly and 1 fell clearly, which the average hides."
        assert (claims.beside_in_short(row), claims.beside(row)[0]) == (text, text)

    def test_is_an_average_wherever_it_is_told(self, found):
        claims, row = found
        assert claims.title(row).startswith("On average, leaders’ mood")
        assert plain_texts([row], claims) == ["On average, leaders’ mood hardly changed."]
        assert glance(row, claims).word == "too small to matter on average"

    def test_is_true_of_a_cohort_as_before(self, found):
        claims, _ = found
        cohort = claims.disclosed.rows[0]
        assert claims.sentence(cohort).startswith("Leaders’ mood rose")
        assert not any("hides" in text for text in claims.beside(cohort))


@pytest.mark.parametrize("changes", [(0.8, 0.7, 0.1, 0.2), (-0.8, -0.7), (0.8, -0.2), (0.1, -0.1), (0.8,), ()])
def test_cohorts_that_are_not_clear_in_both_directions_are_not_opposed(claims, changes):
    found, row = of(claims, *changes)
    assert not found.beside_in_short(row)
    assert "average" not in found.title(row) + glance(row, found).word


def test_each_cohort_counts_once_all_are_allowed_for(claims):
    """Of three clear cohorts with p = 0.03 each, none is clear among the three."""
    found, row = of(claims, 0.8, -0.8, 0.7, p_value=0.03)
    assert not found.beside_in_short(row)


def test_differences_are_told_against_the_comparison(claims):
    found, row = of(claims, 0.8, -0.8)
    text = opposed_text(found, replace(row, contrast="pooled_difference"))
    assert text == ""  # of other rows: those of the same contrast
    text = found.words.say("opposed.difference", **found.named(row), up=1, down=1, n=2)
    assert text.startswith("Leaders’ mood: of 2 cohorts, 1 ended clearly above the comparison and 1 clearly below")
