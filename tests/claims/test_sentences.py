"""One row, one sentence: no stronger than design and interval allow. All texts of drawn rows: test_every_sentence."""

import pytest
from small_studies import RANDOMISED, details_of, row_of, table_of

from rm_research.claims import claims_of
from rm_research.disclosure import Disclosed
from rm_research.effects import Estimates
from rm_research.errors import ReportError

SELF_SELECTED = RANDOMISED.replace("randomised", "self-selected")
MATCHED = RANDOMISED.replace("randomised", "matched")
DIFFERENCE = {"contrast": "difference", "method": "ancova", "n_comparison": 14}
POOLED = {"cohort": "all cohorts", "method": "reml_hk", "n_clusters": 4}


def sentence(claims, row, **settings):
    found = claims(row, **settings)
    return found.sentence(found.disclosed.rows[0])


def test_a_clear_change(claims):
    assert sentence(claims, row_of()) == (
        "Leaders’ mood rose by an estimated 0.50 scale points (95% interval 0.30 to 0.70; 12 leaders)."
    )


def test_a_change_downwards(claims):
    row = row_of(estimate=-0.5, ci_low=-0.7, ci_high=-0.3)
    assert sentence(claims, row).startswith(
        "Leaders’ mood fell by an estimated 0.50 scale points (95% interval −0.70 to"
    )


def test_a_clear_difference_by_lot(claims):
    assert sentence(claims, row_of(**DIFFERENCE), design=RANDOMISED).startswith("The programme raised leaders’ mood by")


def test_a_clear_difference_downwards_by_lot(claims):
    row = row_of(**DIFFERENCE, estimate=-0.5, ci_low=-0.7, ci_high=-0.3)
    assert sentence(claims, row, design=RANDOMISED).startswith("The programme lowered leaders’ mood by")


def test_a_clear_difference_from_a_matched_group(claims):
    text = sentence(claims, row_of(**DIFFERENCE), design=MATCHED)
    assert "shows an estimated difference of +0.50 scale points from similar people" in text


def test_a_clear_difference_from_a_group_that_chose_itself(claims):
    text = sentence(claims, row_of(**DIFFERENCE), design=SELF_SELECTED)
    assert text.startswith("Leaders’ mood changed more than the comparison group’s, by an estimated 0.50")


def test_an_interval_that_touches_zero_is_unclear(claims):
    assert sentence(claims, row_of(**DIFFERENCE, ci_low=0.0), design=RANDOMISED).startswith("It is unclear whether")


def test_one_person_is_no_plural(claims):
    found = claims(row_of(n_pre=1, n_pairs=1))
    assert found.people_counted(found.disclosed.rows[0]) == "1 leader"


def test_the_people_of_both_groups_are_counted(claims):
    assert "12 leaders, 14 compared" in sentence(claims, row_of(**DIFFERENCE), design=RANDOMISED)


def test_the_people_of_unlinked_waves_are_counted_apart(claims):
    row = row_of(method="welch", n_pairs=0, n_pre=11, n_post=13)
    assert "11 leaders before, 13 after" in sentence(claims, row, link="none")


def test_the_cohorts_of_an_average_are_counted(claims):
    pool = row_of(**POOLED, contrast="pooled_change", n_pre=48, n_post=48, n_pairs=48)
    found = claims(pool, *(row_of(cohort=cohort) for cohort in "abcd"))
    assert "4 cohorts, 48 leaders" in found.sentence(found.disclosed.rows[0])


@pytest.mark.parametrize(("columns", "said"), [
    ({"method": "people"}, "48 leaders in these 4 cohorts)"),
    ({"method": "people", "n_pre": 60}, "60 leaders in these 4 cohorts, 48 twice)"),
    ({"method": "people_both", "n_pre": 60}, "48 leaders in these 4 cohorts)"),
    ({"method": "ancova", "contrast": "pooled_difference", "n_comparison": 40},
     "in these 4 cohorts, 48/40 compared)"),
])  # fmt: skip
def test_an_average_over_people_is_of_these_cohorts(studies, columns, said):
    pool = POOLED | {"contrast": "pooled_change", "n_pre": 48, "n_post": 48, "n_pairs": 48} | columns
    disclosed = Disclosed(Estimates(table_of(row_of(**pool)), details_of()), {}, 10)
    found = claims_of(disclosed, studies(design=RANDOMISED))
    assert said in found.sentence(disclosed.rows[0])


def test_people_met_in_several_cohorts_are_counted_with_their_places(studies):
    row = row_of(**POOLED | {"method": "people"}, contrast="pooled_change", n_pre=40, n_post=40, n_pairs=40)
    details = details_of((row["id"], "n_persons", 31))
    found = claims_of(Disclosed(Estimates(table_of(row), details), {}, 10), studies())
    assert "31 leaders in 40 places in these 4 cohorts)" in found.sentence(found.disclosed.rows[0])


def test_a_small_change_that_excludes_0_hardly_changed(claims):
    row = row_of(estimate=0.2, ci_low=0.1, ci_high=0.29)
    assert sentence(claims, row).startswith("Leaders’ mood hardly changed: the estimate is +0.20 scale points")


def test_a_small_difference_by_lot_was_not_made_by_the_programme(claims):
    row = row_of(**DIFFERENCE, estimate=0.2, ci_low=0.1, ci_high=0.29)
    assert sentence(claims, row, design=RANDOMISED).startswith("The programme hardly changed leaders’ mood")


def test_without_a_smallest_change_the_interval_alone_decides(claims):
    row = row_of(estimate=0.2, ci_low=0.1, ci_high=0.29)
    assert sentence(claims, row, smallest_effect=None).startswith("Leaders’ mood rose by an estimated 0.20")


def test_a_fall_is_a_gain_where_lower_is_better(claims):
    found = claims(row_of(estimate=-0.5, ci_low=-0.7, ci_high=-0.3), better="lower")
    row = found.disclosed.rows[0]
    assert found.sentence(row).startswith("Leaders’ mood fell by")
    assert found.verdict_sentence(row).endswith("a gain that matters.")


def test_arm_and_survey_stand_after_the_outcome(claims):
    assert sentence(claims, row_of(arm="thanks")).startswith("Leaders’ mood (arm thanks) rose by")


def test_a_difference_that_the_design_does_not_bear_is_no_sentence(claims):
    rows = (row_of(**DIFFERENCE), row_of(n_pre=40, n_pairs=12), row_of(arm="waitlist"))
    found = claims(*rows, design=SELF_SELECTED)
    with pytest.raises(ReportError, match="does not support a comparison"):
        found.sentence(found.disclosed.rows[0])


def test_whether_roles_differ_is_no_sentence(claims):
    with pytest.raises(ReportError, match="neither a change nor a difference"):
        sentence(claims, row_of(contrast="role_difference", n_comparison=14))


def test_what_could_have_been_found_is_left_out_where_it_is_not_known(claims):
    found = claims(row_of(ci_low=-0.5, detectable=None))
    assert found.verdict_sentence(found.disclosed.rows[0]) == ""


class TestThoseWhoLeft:
    """They count in the change of everyone measured before, and the sentence says how many were measured twice."""

    def counted(self, claims, **columns):
        found = claims(row_of(**columns))
        return found.people_counted(found.disclosed.rows[0])

    def test_both_numbers_are_named(self, claims):
        assert sentence(claims, row_of(n_pre=23, n_pairs=18)) == (
            "Leaders’ mood rose by an estimated 0.50 scale points "
            "(95% interval 0.30 to 0.70; 23 leaders, 18 of them twice)."
        )

    @pytest.mark.parametrize(("estimate", "low", "high"), [(0.5, 0.3, 0.7), (0.5, -0.3, 1.3), (0.1, 0.05, 0.2)])
    def test_sentences_stay_short(self, claims, estimate, low, high):
        row = row_of(n_pre=123, n_pairs=118, estimate=estimate, ci_low=low, ci_high=high)
        assert "123 leaders, 118 of them twice" in sentence(claims, row)
        assert len(sentence(claims, row).split()) <= 25

    def test_where_all_came_back_one_number_is_enough(self, claims):
        assert self.counted(claims, n_pre=18, n_pairs=18) == "18 leaders"

    def test_who_came_only_later_is_not_counted(self, claims):
        assert self.counted(claims, n_pre=18, n_post=25, n_pairs=18) == "18 leaders"

    def test_one_who_was_measured_before_is_singular(self, claims):
        assert self.counted(claims, n_pre=1, n_pairs=0) == "1 leader, 0 of them twice"

    def test_those_who_stayed_are_counted_where_the_number_is_theirs(self, claims):
        assert self.counted(claims, method="paired_t", n_pre=23, n_pairs=18) == "18 leaders"
        assert self.counted(claims, method="ancova", contrast="difference", n_pre=23, n_pairs=18, n_comparison=14) == (
            "18 leaders, 14 compared"
        )

    def test_only_a_change_by_likelihood_counts_them(self, claims):
        for method, counts in (("likelihood", True), ("paired_t", False), ("welch", False)):
            found = claims(row_of(method=method, n_pre=23, n_pairs=18))
            assert bool(found.counts_leavers(found.disclosed.rows[0])) is counts


class TestReason:
    """Why there is no estimate, in place of a sentence."""

    def test_of_a_small_group(self, claims):
        assert sentence(claims, row_of(n_pairs=9)) == "Not shown: fewer than 10 people answered before and after."

    def test_of_a_small_comparison(self, claims):
        text = sentence(claims, row_of(**DIFFERENCE | {"n_comparison": 9}), design=RANDOMISED)
        assert text.endswith("fewer than 10 people answered before and after, in the programme or the comparison.")

    def test_of_a_median_of_few_who_changed(self, claims):
        row = row_of(measure="median", method="hodges_lehmann", n_pairs=30)
        found = claims(row, details=[(row["id"], "n_changed", 9)])
        assert found.reason(found.disclosed.rows[0]) == "Not shown: the scores of fewer than 10 people changed."

    def test_of_a_number_beside_the_headline_that_would_tell_of_few(self, claims):
        found = claims(row_of(n_pre=20, n_pairs=18), row_of(method="paired_t", n_pre=20, n_pairs=18))
        headline, beside = found.disclosed.rows
        assert headline.is_known
        assert found.reason(beside).endswith("it could reveal the answers of the few people who left.")

    def test_stands_with_whose_outcome_it_is(self, claims):
        found = claims(row_of(n_pairs=9))
        text = found.statement(found.disclosed.rows[0])
        assert text == "Leaders’ mood: not shown: fewer than 10 people answered before and after."


class TestHeadlineRow:
    """The difference where it can be shown and the design bears it, else the change."""

    def contrast(self, claims, *rows, **settings):
        row = claims(*rows, **settings).headline_row("one", "leader", "programme", "mood", "post")
        return None if row is None else row.contrast

    def test_is_the_difference(self, claims):
        rows = (row_of(), row_of(arm="waitlist"), row_of(**DIFFERENCE))
        assert self.contrast(claims, *rows, design=RANDOMISED) == "difference"

    def test_is_the_change_where_the_difference_is_hidden(self, claims):
        rows = (row_of(), row_of(**DIFFERENCE | {"n_comparison": 3}))
        assert self.contrast(claims, *rows, design=RANDOMISED) == "change"

    def test_is_the_change_where_too_many_left_a_group_that_chose_itself(self, claims):
        rows = (row_of(n_pre=40, n_pairs=12), row_of(arm="waitlist"), row_of(**DIFFERENCE))
        assert self.contrast(claims, *rows, design=SELF_SELECTED) == "change"

    def test_is_the_change_of_a_single_group(self, claims):
        assert self.contrast(claims, row_of()) == "change"

    def test_is_none_for_a_group_without_rows(self, claims):
        assert self.contrast(claims, row_of(role="mentor")) is None

    def test_is_not_a_sensitivity_row(self, claims):
        assert self.contrast(claims, row_of(method="hodges_lehmann", measure="median")) is None


@pytest.mark.parametrize(
    ("design", "lost", "text"),
    [
        ("", 0, "Nobody outside the programme was asked"),
        (RANDOMISED, 0, "decided by lot, so a clear difference can be put down to the programme"),
        (RANDOMISED, 40, "this counts only as a matched comparison"),
        (MATCHED, 40, "this counts only as a comparison of self-selected groups"),
        (SELF_SELECTED, 40, "no usable comparison group"),
    ],
)
def test_the_design_level_is_named_in_words(claims, design, lost, text):
    n_pre = 100
    rows = [row_of(n_pre=n_pre, n_pairs=n_pre - lost)]
    rows += [row_of(arm="waitlist", n_pre=n_pre, n_pairs=n_pre), row_of(**DIFFERENCE)] if design else []
    found = claims(*rows, design=design)
    assert text in found.level_text(found.disclosed.rows[-1])
