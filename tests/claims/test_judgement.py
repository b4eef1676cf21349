"""Design level and verdict: which words may be used."""

import numpy as np
import pandas as pd
import pytest
from small_studies import details_of, row_of, table_of

from rm_research.claims import verdict
from rm_research.claims.judgement import followed, level_of, people_left, shares_left
from rm_research.disclosure import Disclosed
from rm_research.disclosure.together import ABOUT
from rm_research.effects.estimates import Estimates

S = 0.3
DESIGN = 'comparison = "waitlist"\nassignment = "{}"'
LOWER = {5: 3, 3: 2, 2: 1}


def shown(table, **tables):
    return Disclosed(Estimates(table, details_of()), tables, 10)


def attrition(place, table, study):
    """Share who left, by arm, of the row at a place of a table."""
    disclosed = shown(table)
    return shares_left(disclosed.rows[place], followed(disclosed), study)


def design_level(place, table, study):
    disclosed = shown(table)
    return level_of(disclosed.rows[place], followed(disclosed), study)


def row(**columns):
    return shown(table_of(row_of(**columns))).rows[0]


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
        assert verdict(row(ci_low=low, ci_high=high), studies().scale("mood")) == found

    def test_where_lower_is_better(self, studies, low, high, found):
        turned = row(ci_low=-high, ci_high=-low)
        assert verdict(turned, studies(better="lower").scale("mood")) == found

    def test_without_a_smallest_change_there_is_none(self, studies, low, high, found):
        assert verdict(row(ci_low=low, ci_high=high), studies(smallest_effect=None).scale("mood")) == "none"


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
        return design_level(-1, rows, studies(design=DESIGN.format(assignment)))

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
        assert design_level(0, rows, studies(design=DESIGN.format(assignment))) == 1


def test_attrition_is_of_the_same_cohort_role_scale_and_wave(studies):
    study = studies(design=DESIGN.format("randomised"))
    rows = pairs(10, 20)
    others = [row_of(arm=arm, n_pre=100, n_pairs=50, **{column: "other"})
              for arm in ("programme", "waitlist") for column in ("cohort", "role", "wave")]  # fmt: skip
    whole = table_of(*rows.to_dict("records"), *others)
    assert attrition(2, whole, study) == pytest.approx({"programme": 0.1, "waitlist": 0.2})


def test_attrition_of_a_change_is_of_its_own_arm(studies):
    rows = pairs(10, 20)
    shares = attrition(0, rows, studies(design=DESIGN.format("randomised")))
    assert shares == pytest.approx({"programme": 0.1})


def test_attrition_of_a_shared_comparison_is_of_all_its_parts(studies):
    study = studies(design=DESIGN.format("matched") + '\ncomparison_scope = "shared"')
    parts = [row_of(cohort=cohort, arm="waitlist", n_pre=100, n_pairs=n) for cohort, n in (("one", 90), ("two", 70))]
    whole = table_of(row_of(n_pre=100, n_pairs=100), *parts, row_of(**DIFFERENCE))
    assert attrition(-1, whole, study)["waitlist"] == pytest.approx(0.2)


def cohort_of(name, programme, waitlist, *, estimated=True):
    """Rows of a cohort whose arms lost so many of a hundred; the waitlist may be nobody."""
    arms = {"programme": programme} | ({} if waitlist is None else {"waitlist": waitlist})
    rows = [row_of(cohort=name, arm=arm, n_pre=100, n_pairs=100 - lost) for arm, lost in arms.items()]
    usual = {} if estimated else {"estimate": np.nan, "reason": "hidden"}
    return rows + ([] if waitlist is None else [row_of(cohort=name, **DIFFERENCE, **usual)])


POOLED = {"contrast": "pooled_difference", "method": "reml_hk", "cohort": "all cohorts", "n_comparison": 100}


class TestPooledLevel:
    """An average is judged by who stayed in the cohorts it is of."""

    def found(self, studies, *parts, scope="cohort"):
        study = studies(design=DESIGN.format("randomised") + f'\ncomparison_scope = "{scope}"')
        whole = table_of(*(row for part in parts for row in part), row_of(**POOLED))
        return attrition(-1, whole, study), design_level(-1, whole, study)

    def test_counts_the_people_of_its_cohorts(self, studies):
        shares, level = self.found(studies, cohort_of("a", 10, 20), cohort_of("b", 20, 30))
        assert shares == pytest.approx({"programme": 0.15, "waitlist": 0.25})
        assert level == 5

    def test_cohorts_without_a_difference_do_not_dilute_it(self, studies):
        """A cohort that has no comparison kept everyone, but is not in the average."""
        shares, level = self.found(studies, cohort_of("a", 33, 25), cohort_of("b", 33, 25), cohort_of("c", 0, None))
        assert shares == pytest.approx({"programme": 0.33, "waitlist": 0.25})
        assert level == 3

    def test_cohorts_whose_difference_is_hidden_are_not_in_it(self, studies):
        shares, _ = self.found(studies, cohort_of("a", 10, 10), cohort_of("b", 90, 0, estimated=False))
        assert shares == pytest.approx({"programme": 0.1, "waitlist": 0.1})

    def test_hidden_parts_of_a_shared_comparison_count_all_the_same(self, studies):
        hidden = [row_of(cohort=name, arm="waitlist", n_pre=100, n_pairs=50, estimate=np.nan, reason="hidden")
                  for name in "ab"]  # fmt: skip
        over_people = POOLED | {"method": "ancova"}
        parts = [[row_of(cohort=name, n_pre=100, n_pairs=100), row_of(cohort=name, **DIFFERENCE)] for name in "ab"]
        study = studies(design=DESIGN.format("randomised") + '\ncomparison_scope = "shared"')
        whole = table_of(*(row for part in parts for row in part), *hidden, row_of(**over_people))
        assert attrition(-1, whole, study) == pytest.approx({"programme": 0.0, "waitlist": 0.5})
        assert design_level(-1, whole, study) == 3

    def test_unevenness_one_way_and_the_other_does_not_cancel(self, studies):
        shares, level = self.found(studies, cohort_of("a", 0, 25), cohort_of("b", 25, 0))
        assert shares == pytest.approx({"programme": 0.125, "waitlist": 0.125})
        assert level == 3

    def test_half_of_the_people_is_not_most_of_them(self, studies):
        shares, level = self.found(studies, cohort_of("a", 0, 12), cohort_of("b", 12, 12))
        assert shares == pytest.approx({"programme": 0.06, "waitlist": 0.12})
        assert level == 5

    def test_one_uneven_cohort_of_three_does_not_lower_it(self, studies):
        parts = [cohort_of("a", 10, 10), cohort_of("b", 10, 10), cohort_of("c", 0, 25)]
        assert self.found(studies, *parts)[1] == 5

    def test_small_cohorts_taken_together_count_by_their_members(self, studies):
        study = studies(design=DESIGN.format("randomised"))
        parts = [cohort_of(name, 40, 10, estimated=False) for name in "ab"]
        group = row_of(cohort="a + b", **DIFFERENCE)
        about = ["leader", "mood", "post", "difference", "programme"]
        together = pd.DataFrame([[*about, name, "a + b"] for name in "ab"], columns=[*ABOUT, "cohort", "group"])
        whole = table_of(*(row for part in parts for row in part), group, row_of(**POOLED))
        disclosed = shown(whole, together=together)
        people = followed(disclosed)
        for one in disclosed.rows[-2:]:
            assert people_left(one, people, study) == {"programme": (200, 80), "waitlist": (200, 20)}
            assert level_of(one, people, study) == 3


def test_attrition_counts_people_once_whatever_methods_there_are(studies):
    """A row of imputed scores stands only where somebody left: it must not make those cohorts weigh twice."""
    study = studies(design=DESIGN.format("matched") + '\ncomparison_scope = "shared"')
    lost = [row_of(cohort="one", arm="waitlist", method=method, n_pre=100, n_pairs=60)
            for method in ("jackknife", "paired_t", "imputed")]  # fmt: skip
    kept = [row_of(cohort="two", arm="waitlist", method=method, n_pre=100, n_pairs=100)
            for method in ("jackknife", "paired_t")]  # fmt: skip
    whole = table_of(row_of(n_pre=100, n_pairs=100), *lost, *kept, row_of(**DIFFERENCE))
    assert attrition(-1, whole, study) == pytest.approx({"programme": 0.0, "waitlist": 0.2})


def test_an_arm_with_nobody_before_has_no_attrition(studies):
    rows = table_of(row_of(n_pre=0, n_pairs=0))
    assert attrition(0, rows, studies()) == {}
