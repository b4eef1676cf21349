"""Design level and verdict: which words may be used."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from small_studies import details_of, row_of, table_of

from rm_research.claims import verdict
from rm_research.claims.judgement import level_of, steps_down, tips_late
from rm_research.claims.staying import Loss, followed, losses, people_left
from rm_research.disclosure import Disclosed
from rm_research.disclosure.together import ABOUT
from rm_research.effects.estimates import Estimates

S = 0.3
DESIGN = 'comparison = "waitlist"\nassignment = "{}"'
LOWER = {5: 4, 4: 2, 3: 2, 2: 1, 1: 1}


def shown(table, **tables):
    return Disclosed(Estimates(table, details_of()), tables, 10)


def attrition(place, table, study):
    """Share who left, by arm, of the row at a place of a table."""
    disclosed = shown(table)
    left = people_left(disclosed.rows[place], followed(disclosed), study)
    return {arm: gone / before for arm, (before, gone) in left.items()}


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
    """Lowered one step along 5, 4, 2 or 3, 2, 1 by high or uneven loss, two by very high or very uneven loss."""

    def level(self, studies, assignment, *lost):
        rows = pairs(*lost)
        return design_level(-1, rows, studies(design=DESIGN.format(assignment)))

    @pytest.mark.parametrize(
        ("lost", "steps"),
        [
            ((35, 35), 0),  # 35 % overall is not above 35 %
            ((40, 30), 0),  # ten points, but chance makes as many: Fisher's p = .18
            ((36, 36), 1),
            ((20, 11), 0),  # nine points, whatever chance says
            ((20, 10), 1),  # ten points, p = .073
            ((0, 11), 1),
            ((50, 50), 1),  # 50 % overall is not above 50 %
            ((51, 51), 2),
            ((30, 54), 1),  # 24 points
            ((30, 55), 2),
            ((60, 40), 1),  # 50 % overall, 20 points
        ],
    )
    def test_falls_by_so_many_steps(self, studies, assignment, level, lost, steps):
        for _ in range(steps):
            level = LOWER[level]
        assert self.level(studies, assignment, *lost) == level

    def test_one_for_a_change(self, studies, assignment, level):
        rows = pairs(0, 0)
        assert design_level(0, rows, studies(design=DESIGN.format(assignment))) == 1


def test_twenty_five_points_that_chance_makes_lower_nothing():
    assert steps_down({"programme": Loss(8, 1), "waitlist": Loss(8, 3)}) == 0


@pytest.mark.parametrize(
    ("n", "shares", "falls"), [(12, (0.2, 0.2), 0.07), (40, (0.2, 0.2), 0.06), (12, (0.2, 0.4), 0.38),
                               (40, (0.2, 0.4), 0.59)]
)  # fmt: skip
def test_how_often_a_level_falls(n, shares, falls):
    """Exact: over all numbers of people who may leave either arm."""
    counts = np.arange(n + 1)
    first, second = (binom.pmf(counts, n, share) for share in shares)
    chance = sum(
        first[one] * second[other]
        for one in counts
        for other in counts
        if steps_down({"programme": Loss(n, int(one)), "waitlist": Loss(n, int(other))})
    )
    assert chance == pytest.approx(falls, abs=0.005)


class TestBase:
    """Everyone assigned counts where a lot put people of a roster in arms, otherwise those with a score before."""

    def lost(self, studies, flow, assignment="randomised"):
        study = studies(design=DESIGN.format(assignment))
        arms = [("programme", 40, 20, 18), ("waitlist", 40, 36, 36)]
        rows = [row_of(arm=arm, n_pre=before, n_post=after, n_pairs=both) for arm, before, after, both in arms]
        response = pd.DataFrame(flow, columns=["cohort", "role", "arm", "invited"])
        disclosed = shown(table_of(*rows, row_of(**DIFFERENCE)), response=response)
        return losses(disclosed.rows[-1], followed(disclosed, study), study)

    def test_everyone_assigned(self, studies):
        flow = [("one", "leader", "programme", 50), ("one", "leader", "waitlist", 45)]
        assert self.lost(studies, flow) == {"programme": (50, 30), "waitlist": (45, 9)}

    def test_those_measured_where_nobody_was_drawn(self, studies):
        flow = [("one", "leader", "programme", 50), ("one", "leader", "waitlist", 45)]
        assert self.lost(studies, flow, "matched") == {"programme": (40, 22), "waitlist": (40, 4)}

    def test_those_measured_where_the_roster_does_not_say_who_was_drawn(self, studies):
        flow = [("one", "leader", "programme", 50), ("one", "leader", "waitlist", 45), ("one", "leader", "unknown", 3)]
        assert self.lost(studies, flow) == {"programme": (40, 22), "waitlist": (40, 4)}


class TestTippingPoint:
    """A causal verb needs that those who left would have had to change by half a standard deviation less."""

    def late(self, studies, low, sd, lost):
        study = studies(design=DESIGN.format("randomised"))
        start = pd.DataFrame([{"cohort": "one", "role": "leader", "arm": "programme", "is_scale": True,
                               "variable": "mood", "n": 100, "n_comparison": 100, "sd": sd, "sd_comparison": sd,
                               "difference": 0.0, "ci_low": -0.1, "ci_high": 0.1}])  # fmt: skip
        arms = [row_of(arm=arm, n_pre=100, n_pairs=100 - left) for arm, left in (("programme", lost), ("waitlist", 0))]
        disclosed = shown(table_of(*arms, row_of(**DIFFERENCE, ci_low=low)), balance=start)
        return tips_late(disclosed.rows[-1], followed(disclosed, study), study)

    @pytest.mark.parametrize(
        ("low", "sd", "lost", "late"),
        [
            (0.1, 1.0, 20, True),
            (0.1, 1.0, 21, False),
            (0.1, 1.01, 20, False),
            (0.01, 1.0, 0, True),
            (-0.01, 1.0, 20, False),
        ],
    )
    def test_beside_half_a_standard_deviation(self, studies, low, sd, lost, late):
        assert self.late(studies, low, sd, lost) is late

    def test_where_the_spread_is_not_known_it_is_the_largest_that_the_scale_allows(self, studies):
        """Two points on a scale of 1 to 5: half of that is one point."""
        study = studies(design=DESIGN.format("randomised"))
        for low, late in ((0.3, True), (0.29, False)):
            arms = [row_of(n_pre=100, n_pairs=70), row_of(arm="waitlist", n_pre=100, n_pairs=70)]
            disclosed = shown(table_of(*arms, row_of(**DIFFERENCE, ci_low=low)))
            assert tips_late(disclosed.rows[-1], followed(disclosed, study), study) is late


def test_a_matched_comparison_that_started_apart_is_worded_as_self_selected(studies):
    study = studies(design=DESIGN.format("matched"))
    rows = pairs(0, 0)
    name = rows["id"].iloc[-1]
    for low, level in ((0.01, 2), (-0.01, 3)):
        gap = details_of((name, "gap", 0.4), (name, "gap_low", low), (name, "gap_high", 0.8))
        disclosed = Disclosed(Estimates(rows, gap), {}, 10)
        assert level_of(disclosed.rows[-1], followed(disclosed), study) == level


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
        assert level == 4

    def test_cohorts_without_a_difference_do_not_dilute_it(self, studies):
        """A cohort that has no comparison kept everyone, but is not in the average."""
        shares, level = self.found(studies, cohort_of("a", 40, 35), cohort_of("b", 40, 35), cohort_of("c", 0, None))
        assert shares == pytest.approx({"programme": 0.4, "waitlist": 0.35})
        assert level == 4

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
        assert design_level(-1, whole, study) == 2

    def test_totals_decide(self, studies):
        """What one cohort loses in one arm and another in the other is no difference between the arms."""
        shares, level = self.found(studies, cohort_of("a", 0, 25), cohort_of("b", 25, 0))
        assert shares == pytest.approx({"programme": 0.125, "waitlist": 0.125})
        assert level == 5

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
            assert level_of(one, people, study) == 2


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
