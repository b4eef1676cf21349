"""Intervals end where the scale does; what they were made of does not change."""

import numpy as np
import pytest
from small_studies import TOML, Group, details_of, row_of, small_study, study_of, table_of

from rm_research.claims import claims_of
from rm_research.disclosure import disclose
from rm_research.effects.bounds import largest, truncated
from rm_research.effects.estimates import Estimates
from rm_research.study import read_study

WIDE = {"estimate": 0.65, "std_error": 0.52, "df": 1.0, "ci_low": -5.92, "ci_high": 7.22, "p_value": 0.43,
        "n_clusters": 5, "n_pre": 39, "n_pairs": 39, "truncated": "both", "detectable": 8.1}  # fmt: skip


@pytest.fixture
def study(tmp_path):
    return study_of(tmp_path)


def shown(study, *rows, details=()):
    return disclose(Estimates(table_of(*rows), details_of(*details)), study=study)


@pytest.mark.parametrize(("low", "high", "which"), [
    (-1, 1, None), (-4, 4, None), (-5, 1, "low"), (-1, 4.1, "high"), (-5, 5, "both"), (np.nan, np.nan, None),
])  # fmt: skip
def test_which_ends_lie_beyond_the_scale(low, high, which):
    assert truncated(low, high, 4.0) == which
    assert truncated(low, high, np.inf) is None


@pytest.mark.parametrize(("contrast", "measure", "limit"), [
    ("change", "mean", 4), ("difference", "mean", 4), ("pooled_change", "mean", 4), ("change", "median", 4),
    ("role_difference", "mean", 8), ("interaction", "mean", 8), ("change", "g_av", np.inf), ("dose", "slope", np.inf),
    ("change", "share_improved", np.inf),
])  # fmt: skip
def test_the_largest_change_of_a_scale_from_1_to_5(study, contrast, measure, limit):
    assert largest(contrast, measure, "mood", study) == limit


def test_sums_of_items_go_as_far_as_their_sum(tmp_path):
    folder = small_study(tmp_path / "s", Group(n=3), toml=TOML + 'score = "sum"\n')
    assert largest("change", "mean", "mood", read_study(folder)) == 12  # three items from 1 to 5


class TestShown:
    def test_ends_at_the_scale_and_keeps_error_and_p(self, study):
        row = shown(study, row_of(**WIDE | {"n_clusters": 39})).rows[0]
        assert (row.ci_low, row.ci_high, row.truncated) == (-4, 4, "both")
        assert (row.std_error, row.p_value, row.df) == (0.52, 0.43, 1.0)

    def test_standardised_numbers_are_never_cut(self, study):
        row = shown(
            study,
            row_of(**WIDE | {"measure": "g_av", "method": "bonett", "truncated": None, "n_clusters": WIDE["n_pairs"]}),
        ).rows[0]
        assert (row.ci_low, row.ci_high) == (-5.92, 7.22)

    def test_means_end_at_the_printed_scale(self, study):
        row = row_of(**WIDE | {"n_clusters": 39})
        names = ("mean_pre", "mean_pre_low", "mean_pre_high")
        details = [(row["id"], name, value) for name, value in zip(names, (4.6, 3.9, 5.3), strict=True)]
        found = shown(study, row, details=details).estimates
        assert [found.detail(row["id"], name) for name in names] == [4.6, 3.9, 5.0]

    def test_what_is_hidden_does_not_say_what_was_cut(self, study):
        row = shown(study, row_of(**WIDE | {"n_pairs": 9})).rows[0]
        assert (row.reason, row.truncated) == ("hidden", None)


def test_answers_that_fit_everything_are_said_not_to_narrow_it_down(study):
    """The cohort of 39 in two classes that had −5.92 to 7.22 on a scale from 1 to 5."""
    disclosed = shown(study, row_of(**WIDE))
    claims, row = claims_of(disclosed, study), disclosed.rows[0]
    assert "95% interval −4.00 to 4.00" in claims.sentence(row)
    assert claims.sentence(row).startswith("It is unclear whether")
    said = claims.verdict_sentence(row)
    assert "These answers cannot narrow it down" in said
    assert "The interval rests on only 5 groups of people who belong together: with so few" in said


def test_what_no_scale_could_show_is_not_given_as_a_number(study):
    row = row_of(ci_low=-3.0, ci_high=3.5, detectable=4.5, std_error=1.5)
    disclosed = shown(study, row)
    assert claims_of(disclosed, study).verdict_sentence(disclosed.rows[0]) == (
        "With these numbers no change on this scale could have been found reliably."
    )
