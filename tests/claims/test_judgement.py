"""Design level and verdict: which words may be used."""

import pytest
from small_studies import row_of, table_of

from rm_research.claims import attrition, design_level, verdict

S = 0.3
DESIGN = 'comparison = "waitlist"\nassignment = "{}"'
LOWER = {5: 3, 3: 2, 2: 1}
DIFFERENCE = {"contrast": "difference", "method": "ancova", "n_comparison": 10}


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0.3, 0.9, "gain"),
        (0.29, 0.9, "gain_unclear_size"),
        (0.01, 0.3, "gain_unclear_size"),
        (0.01, 0.29, "too_small"),
        (0.0, 0.3, "unclear"),
        (0.0, 0.9, "unclear"),
        (-0.29, 0.29, "too_small"),
        (-0.3, 0.29, "unclear"),
        (-0.29, 0.3, "unclear"),
        (-0.5, 0.5, "unclear"),
        (-0.3, -0.01, "loss_unclear_size"),
        (-0.9, -0.29, "loss_unclear_size"),
        (-0.9, -0.3, "loss"),
    ],
)
class TestVerdict:
    """The whole interval beside the smallest change that matters, 0.3."""

    def test_where_higher_is_better(self, studies, low, high, found):
        assert verdict(table_of(row_of(ci_low=low, ci_high=high)).iloc[0], studies().scale("mood")) == found

    def test_where_lower_is_better(self, studies, low, high, found):
        turned = table_of(row_of(ci_low=-high, ci_high=-low)).iloc[0]
        assert verdict(turned, studies(better="lower").scale("mood")) == found

    def test_without_a_smallest_change_there_is_none(self, studies, low, high, found):
        row = table_of(row_of(ci_low=low, ci_high=high)).iloc[0]
        assert verdict(row, studies(smallest_effect=None).scale("mood")) == "none"


def pairs(programme, waitlist, **columns):
    """Rows of a cohort whose arms lost so many of a hundred people, the difference last."""
    both = [
        row_of(arm=arm, n_pre=100, n_pairs=100 - lost, **columns)
        for arm, lost in (("programme", programme), ("waitlist", waitlist))
    ]
    return table_of(*both, row_of(**DIFFERENCE | columns))


@pytest.mark.parametrize(("assignment", "level"), [("randomised", 5), ("matched", 3), ("self-selected", 2)])
class TestDesignLevel:
    """Lowered one step along 5, 3, 2, 1 by attrition that is high or uneven."""

    def level(self, studies, assignment, *lost):
        rows = pairs(*lost)
        return design_level(rows.iloc[-1], rows, studies(design=DESIGN.format(assignment)))

    def test_full_with_thirty_per_cent_and_ten_points(self, studies, assignment, level):
        assert self.level(studies, assignment, 30, 20) == level

    def test_lowered_by_more_than_thirty_per_cent(self, studies, assignment, level):
        assert self.level(studies, assignment, 31, 31) == LOWER[level]

    def test_lowered_by_more_than_thirty_per_cent_of_the_comparison(self, studies, assignment, level):
        assert self.level(studies, assignment, 25, 31) == LOWER[level]

    def test_lowered_by_more_than_ten_points_between_arms(self, studies, assignment, level):
        assert self.level(studies, assignment, 0, 11) == LOWER[level]

    def test_lowered_once_by_both(self, studies, assignment, level):
        assert self.level(studies, assignment, 50, 10) == LOWER[level]

    def test_one_for_a_change(self, studies, assignment, level):
        rows = pairs(0, 0)
        assert design_level(rows.iloc[0], rows, studies(design=DESIGN.format(assignment))) == 1


def test_attrition_is_of_the_same_cohort_role_scale_and_wave(studies):
    study = studies(design=DESIGN.format("randomised"))
    rows = pairs(10, 20)
    others = [row_of(arm=arm, n_pre=100, n_pairs=50, **{column: "other"})
              for arm in ("programme", "waitlist") for column in ("cohort", "role", "wave")]  # fmt: skip
    whole = table_of(*rows.to_dict("records"), *others)
    assert attrition(whole.iloc[2], whole, study) == pytest.approx({"programme": 0.1, "waitlist": 0.2})


def test_attrition_of_a_change_is_of_its_own_arm(studies):
    rows = pairs(10, 20)
    shares = attrition(rows.iloc[0], rows, studies(design=DESIGN.format("randomised")))
    assert shares == pytest.approx({"programme": 0.1})


def test_attrition_of_a_shared_comparison_is_of_all_its_parts(studies):
    study = studies(design=DESIGN.format("matched") + '\ncomparison_scope = "shared"')
    parts = [row_of(cohort=cohort, arm="waitlist", n_pre=100, n_pairs=n) for cohort, n in (("one", 90), ("two", 70))]
    whole = table_of(row_of(n_pre=100, n_pairs=100), *parts, row_of(**DIFFERENCE))
    assert attrition(whole.iloc[-1], whole, study)["waitlist"] == pytest.approx(0.2)


def test_attrition_of_a_pooled_difference_is_of_the_pooled_changes(studies):
    rows = [row_of(contrast="pooled_change", method="reml_hk", cohort="all cohorts", arm=arm, n_pre=200, n_pairs=n)
            for arm, n in (("programme", 180), ("waitlist", 100))]  # fmt: skip
    pooled = row_of(contrast="pooled_difference", method="reml_hk", cohort="all cohorts", n_comparison=100)
    whole = table_of(*rows, pooled)
    study = studies(design=DESIGN.format("randomised"))
    assert attrition(whole.iloc[-1], whole, study) == pytest.approx({"programme": 0.1, "waitlist": 0.5})
    assert design_level(whole.iloc[-1], whole, study) == 3


def test_attrition_counts_people_once_whatever_methods_there_are(studies):
    """A row of imputed scores stands only where somebody left: it must not make those cohorts weigh twice."""
    study = studies(design=DESIGN.format("matched") + '\ncomparison_scope = "shared"')
    lost = [row_of(cohort="one", arm="waitlist", method=method, n_pre=100, n_pairs=60)
            for method in ("likelihood", "paired_t", "imputed")]  # fmt: skip
    kept = [row_of(cohort="two", arm="waitlist", method=method, n_pre=100, n_pairs=100)
            for method in ("likelihood", "paired_t")]  # fmt: skip
    whole = table_of(row_of(n_pre=100, n_pairs=100), *lost, *kept, row_of(**DIFFERENCE))
    assert attrition(whole.iloc[-1], whole, study) == pytest.approx({"programme": 0.0, "waitlist": 0.2})


def test_an_arm_with_nobody_before_has_no_attrition(studies):
    rows = table_of(row_of(n_pre=0, n_pairs=0))
    assert attrition(rows.iloc[0], rows, studies()) == {}
