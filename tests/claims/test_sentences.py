"""One row, one sentence: no stronger than design and interval allow. All texts of drawn rows: test_every_sentence."""

from dataclasses import replace

import pytest
from scipy.stats import t
from small_studies import RANDOMISED, details_of, row_of, study_of, table_of

from rm_research.catalogue import catalogue
from rm_research.claims import Claims, claims_of
from rm_research.disclosure import Disclosed
from rm_research.effects import Estimates
from rm_research.errors import ReportError
from rm_research.study import read_study

SELF_SELECTED = RANDOMISED.replace("randomised", "self-selected")
MATCHED = RANDOMISED.replace("randomised", "matched")
DIFFERENCE = {"contrast": "difference", "method": "ancova", "n_comparison": 14}
CHANGES = DIFFERENCE | {"method": "change_score", "heads": True}
ARMS = ("change_arm", "change_comparison")
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
    assert text.startswith(
        "At equal scores before, leaders’ mood ended an estimated 0.50 scale points higher than the comparison’s (95%"
    )


def test_a_clear_difference_from_a_group_that_chose_itself(claims):
    text = sentence(claims, row_of(**CHANGES), design=SELF_SELECTED)
    assert text.startswith(
        "The change in leaders’ mood was an estimated 0.50 scale points higher than the comparison’s"
    )


def test_an_interval_that_touches_zero_is_unclear(claims):
    assert sentence(claims, row_of(**DIFFERENCE, ci_low=0.0), design=RANDOMISED).startswith("It is unclear whether")


def test_one_person_is_no_plural(claims):
    found = claims(row_of(n_pre=1, n_pairs=1))
    assert found.people_counted(found.disclosed.rows[0]) == "1 leader"


def test_the_people_of_both_groups_are_counted(claims):
    assert "12 and 14 leaders" in sentence(claims, row_of(**DIFFERENCE), design=RANDOMISED)


def test_the_people_of_unlinked_waves_are_counted_apart(claims):
    row = row_of(method="welch", n_pairs=0, n_pre=11, n_post=13)
    assert "11 leaders before, 13 after" in sentence(claims, row, link="none")


def test_the_cohorts_of_an_average_are_counted(claims):
    pool = row_of(**POOLED, contrast="pooled_change", n_pre=48, n_post=48, n_pairs=48)
    found = claims(pool, *(row_of(cohort=cohort) for cohort in "abcd"))
    assert "4 cohorts, 48 leaders" in found.sentence(found.disclosed.rows[0])


@pytest.mark.parametrize(("columns", "said"), [
    ({"method": "people"}, "48 leaders in these 4 cohorts)"),
    ({"method": "people", "n_pre": 60}, "60 leaders in these 4 cohorts, 48 of them both times)"),
    ({"method": "people_both", "n_pre": 60}, "48 leaders in these 4 cohorts who answered both times)"),
    ({"method": "ancova", "contrast": "pooled_difference", "n_comparison": 40},
     "48 and 40 leaders, 4 cohorts)"),
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
    assert found.apa(found.disclosed.rows[0]).endswith("k = 4, n = 31 (40, counted once in each cohort)")


@pytest.mark.parametrize(
    ("method", "df", "said"),
    [
        ("reml_hk", 3.0, "4 results, some of several cohorts together, cannot show more."),  # of seven cohorts
        ("reml_hk", 2.0, "3 results, some of several cohorts together, cannot show more."),
        ("people", 3.24, "An interval with 3.2 degrees of freedom cannot show more."),
    ],
)
def test_what_there_is_too_little_of_is_what_the_degrees_of_freedom_rest_on(studies, method, df, said):
    row = row_of(**POOLED | {"method": method, "n_clusters": 7}, contrast="pooled_change", df=df)
    found = claims_of(Disclosed(Estimates(table_of(row), details_of()), {}, 10), studies())
    assert found.verdict_sentence(found.disclosed.rows[0]) == said


def test_of_single_cohorts_the_cohorts_are_too_few(studies):
    row = row_of(**POOLED | {"method": "reml_hk"}, contrast="pooled_change", df=3.0)
    found = claims_of(Disclosed(Estimates(table_of(row), details_of()), {}, 10), studies())
    assert found.verdict_sentence(found.disclosed.rows[0]) == "4 cohorts cannot show more."


def test_a_small_change_that_excludes_0_hardly_changed(claims):
    row = row_of(estimate=0.2, ci_low=0.1, ci_high=0.29)
    assert sentence(claims, row).startswith("Leaders’ mood hardly changed: the estimate is +0.20 scale points")


def test_a_small_difference_by_lot_was_not_made_by_the_programme(claims):
    row = row_of(**DIFFERENCE, estimate=0.2, ci_low=0.1, ci_high=0.29)
    assert sentence(claims, row, design=RANDOMISED).startswith("The programme hardly changed leaders’ mood")


def test_without_a_smallest_change_the_interval_alone_decides(claims):
    row = row_of(estimate=0.2, ci_low=0.1, ci_high=0.29)
    assert sentence(claims, row, smallest_effect=None).startswith("Leaders’ mood rose by an estimated 0.20")


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (-0.003, 0.4, "just below 0 to 0.40"), (-0.4, 0.004, "−0.40 to just above 0"), (0.0, 0.4, "0.00 to 0.40"),
        (-0.003, 0.004, "−0.003 to 0.004"), (0.003, 0.4, "0.003 to 0.40"), (-1e-9, 2.0, "just below 0 to 2.00"),
        (1e-9, 2.0, "just above 0 to 2.00"), (-0.005001, 0.4, "−0.01 to 0.40"), (0.0, 0.002, "0.00 to 0.002"),
    ],
)  # fmt: skip
def test_an_end_that_rounds_to_0_shows_on_which_side_it_lies(claims, low, high, ends):
    found = claims(row_of(estimate=(low + high) / 2, ci_low=low, ci_high=high))
    row = found.disclosed.rows[0]
    assert f"95% interval {ends};" in found.sentence(row)
    assert found.range(row) == ends
    first, last = ends.split(" to ")
    assert f"95% CI [{first}, {last}]" in found.apa(row)


def test_an_end_just_below_0_in_german():
    assert catalogue("de").range(-0.003, 0.4) == "knapp unter 0 bis 0,40"


UNCLEAR = {"estimate": 0.1, "ci_low": -0.4, "ci_high": 0.6}


@pytest.mark.parametrize(
    ("columns", "settings", "said"),
    [
        ({}, {}, "a change of 0.70 scale points or more would probably have been found"),
        (
            DIFFERENCE,
            {"design": RANDOMISED},
            "a difference of 0.70 scale points or more would probably",
        ),
        ({"method": "welch", "n_pairs": 0}, {"link": "none"}, "a difference of 0.70 scale points or more would"),
        ({"detectable": 4.01}, {}, "no change on this scale could have been found"),
        (
            DIFFERENCE | {"detectable": 4.01},
            {"design": RANDOMISED},
            "no difference on this scale could have been",
        ),
        ({"detectable": 4.0}, {}, "a change of 4.00 scale points or more would probably have been found"),
    ],
)
def test_what_would_have_been_found_is_what_the_row_is_and_what_the_scale_allows(claims, columns, settings, said):
    found = claims(row_of(**UNCLEAR | {"detectable": 0.7} | columns), **settings)
    assert f"With these numbers {said}" in found.verdict_sentence(found.disclosed.rows[0])


def test_a_difference_that_is_too_small_is_called_a_difference(claims):
    found = claims(row_of(**DIFFERENCE, estimate=0.1, ci_low=-0.1, ci_high=0.2), design=RANDOMISED)
    assert found.verdict_sentence(found.disclosed.rows[0]).startswith("The whole interval lies nearer to 0 than 0.30")


def test_a_fall_is_a_gain_where_lower_is_better(claims):
    found = claims(row_of(estimate=-0.5, ci_low=-0.7, ci_high=-0.3), better="lower")
    row = found.disclosed.rows[0]
    assert found.sentence(row).startswith("Leaders’ mood fell by")
    assert found.verdict_sentence(row).endswith("a gain that matters.")


@pytest.mark.parametrize(("low", "high", "side"), [(0.4, 0.9, "above"), (-0.9, -0.4, "below")])
def test_what_matters_is_said_by_the_side_of_0_on_which_the_interval_lies(claims, low, high, side):
    found = claims(row_of(estimate=(low + high) / 2, ci_low=low, ci_high=high, p_value=1e-5))
    assert f"lies {side} 0 by at least 0.30 scale points, the" in found.verdict_sentence(found.disclosed.rows[0])


def test_less_of_what_should_be_low_is_better_and_no_gain(claims):
    found = claims(row_of(estimate=-0.5, ci_low=-0.7, ci_high=-0.2), better="lower")
    assert found.verdict_name(found.disclosed.rows[0]) == "better"


def test_arm_and_survey_stand_after_the_outcome(claims):
    assert sentence(claims, row_of(arm="thanks")).startswith("Leaders’ mood (arm thanks) rose by")


def test_a_difference_that_the_design_does_not_bear_is_no_sentence(claims):
    rows = (row_of(**CHANGES), row_of(n_pre=40, n_pairs=12), row_of(arm="waitlist"))
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
            "(95% interval 0.30 to 0.70; 23 leaders, 18 of them both times)."
        )

    @pytest.mark.parametrize(("estimate", "low", "high"), [(0.5, 0.3, 0.7), (0.5, -0.3, 1.3), (0.1, 0.05, 0.2)])
    def test_sentences_stay_short(self, claims, estimate, low, high):
        row = row_of(n_pre=123, n_pairs=118, estimate=estimate, ci_low=low, ci_high=high)
        assert "123 leaders, 118 of them both times" in sentence(claims, row)
        assert len(sentence(claims, row).split()) <= 25

    def test_where_all_came_back_one_number_is_enough(self, claims):
        assert self.counted(claims, n_pre=18, n_pairs=18) == "18 leaders"

    def test_who_came_only_later_is_not_counted(self, claims):
        assert self.counted(claims, n_pre=18, n_post=25, n_pairs=18) == "18 leaders"

    def test_one_who_was_measured_before_is_singular(self, claims):
        assert self.counted(claims, n_pre=1, n_pairs=0) == "1 leader, 0 of them both times"

    def test_those_who_stayed_are_counted_where_the_number_is_theirs(self, claims):
        both = "18 leaders who answered both times"
        assert self.counted(claims, method="paired_t", n_pre=23, n_pairs=18) == both
        assert self.counted(claims, method="paired_t", n_pre=18, n_pairs=18) == "18 leaders"
        assert self.counted(claims, method="ancova", contrast="difference", n_pre=23, n_pairs=18, n_comparison=14) == (
            "18 and 14 leaders"
        )

    def test_only_a_change_of_everyone_counts_them(self, claims):
        for method, counts in (("jackknife", True), ("likelihood", True), ("paired_t", False), ("welch", False)):
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
        assert found.reason(found.disclosed.rows[0]) == "In words only: the scores of fewer than 10 people changed."

    def test_of_a_number_beside_the_headline_that_would_tell_of_few(self, claims):
        found = claims(row_of(n_pre=20, n_pairs=18), row_of(method="paired_t", n_pre=20, n_pairs=18))
        beside, headline = found.disclosed.rows
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
        (RANDOMISED, 11, "drawn by lot, but 11% in the programme and 0% in the comparison did not stay"),
        (RANDOMISED, 40, "people left so unevenly (40% and 0%) that the groups need no longer be alike"),
        (MATCHED, 11, "but 11% and 0% of the leaders did not stay, so those compared need no longer be similar"),
        (MATCHED, 40, "people left so unevenly (40% and 0%) that no difference is judged"),
        (SELF_SELECTED, 40, "people left so unevenly (40% and 0%) that no difference is judged"),
    ],
)
def test_the_design_level_is_named_in_words(claims, design, lost, text):
    n_pre = 100
    rows = [row_of(n_pre=n_pre, n_pairs=n_pre - lost)]
    rows += [row_of(arm="waitlist", n_pre=n_pre, n_pairs=n_pre), row_of(**DIFFERENCE)] if design else []
    found = claims(*rows, design=design)
    assert text in found.level_text(found.disclosed.rows[-1])


@pytest.mark.parametrize(
    ("lost", "level", "verdict"),
    [
        ((60, 50), "so many left (60% and 50%)", "not judged: too many left"),
        ((45, 30), "so many left (45% and 30%)", "not judged: too many left"),
        ((15, 0), "people left so unevenly (15% and 0%)", "not judged: left unevenly"),
    ],
)
def test_few_who_left_unevenly_are_not_called_many(claims, lost, level, verdict):
    """6 of 76 leaders are not too many; that all of them were in the programme is what forbids a comparison."""
    first, second = (row_of(arm=arm, n_pre=100, n_pairs=100 - n)
                     for arm, n in zip(("programme", "waitlist"), lost, strict=True))  # fmt: skip
    found = claims(first, second, row_of(**CHANGES), design=SELF_SELECTED)
    difference = found.disclosed.rows[-1]
    assert level in found.level_text(difference)
    assert found.verdict_name(difference) == verdict


def test_a_lot_does_not_make_a_finding_of_an_outcome_that_nobody_declared(claims):
    """'Treat it as a lead, not a finding' stands beside it."""
    zeal = {"scale": "zeal"}
    rows = [row_of(**zeal), row_of(**zeal, arm="waitlist"), row_of(**zeal, **DIFFERENCE)]
    found = claims(*rows, design=RANDOMISED)
    difference = found.disclosed.rows[-1]
    assert found.sentence(difference).startswith("At equal scores before, leaders’ zeal ended an estimated 0.50")
    assert "was not declared in advance, so the difference is not put down to" in found.level_text(difference)
    assert not found.qualified(difference)


@pytest.mark.parametrize(
    ("unit", "text"),
    [("person", "Who took part was decided by lot, so"), ("cohort", "drawn by lot (each cohort is one group), so")],
)
def test_a_lot_over_groups_is_said_to_be_one(claims, unit, text):
    rows = (row_of(), row_of(arm="waitlist"), row_of(**DIFFERENCE))
    found = claims(*rows, design=f'{RANDOMISED}\nunit = "{unit}"')
    assert text in found.level_text(found.disclosed.rows[-1])


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_statement_without_an_estimate_holds_its_reason_in_every_language(claims, language):
    found = claims(row_of(n_pairs=9))
    said = Claims(found.disclosed, found.study, catalogue(language))
    row = said.disclosed.rows[0]
    assert said.reason(row).casefold() in said.statement(row).casefold()
    assert said.whose("leader").casefold() in said.statement(row).casefold()


@pytest.mark.parametrize("language", ["en", "de"])
def test_claims_are_in_the_language_of_their_study(tmp_path, claims, language):
    study_of(tmp_path)
    with (tmp_path / "study.toml").open("a") as handle:
        handle.write(f'language = "{language}"\n')
    study, disclosed = read_study(tmp_path), claims(row_of()).disclosed
    row = disclosed.rows[0]
    expected = Claims(disclosed, study, catalogue(language)).sentence(row)
    assert claims_of(disclosed, study).sentence(row) == expected


class TestWhatBothArmsDid:
    """A verb only where an arm's own interval excludes 0; all numbers have two decimals."""

    def said(self, claims, arm, other, **columns):
        row = row_of(**CHANGES | columns)
        details = [(row["id"], f"{name}{end}", value) for name, ends in zip(ARMS, (arm, other), strict=True)
                   for end, value in zip(("", "_low", "_high"), ends, strict=True)]  # fmt: skip
        found = claims(row, details=details, design=SELF_SELECTED)
        return found.sentence(found.disclosed.rows[0]), found.title(found.disclosed.rows[0])

    def test_both_moved(self, claims):
        text, title = self.said(claims, (-0.2, -0.3, -0.1), (-0.7, -0.8, -0.6))
        assert text == (
            "Leaders’ mood fell by 0.20, the comparison’s fell by 0.70: estimated difference +0.50 scale points "
            "(95% interval 0.30 to 0.70; 12 and 14 leaders)."
        )
        assert title == "Change in leaders’ mood: +0.50 scale points against the comparison"

    def test_one_did_not(self, claims):
        text, _ = self.said(claims, (0.48, 0.3, 0.66), (-0.02, -0.2, 0.16))
        assert text.startswith(
            "Leaders’ mood rose by 0.48, the comparison’s changed by −0.02: estimated difference +0.50"
        )

    def test_where_it_is_unclear_there_is_no_verb(self, claims):
        columns = {"estimate": 0.03, "ci_low": -0.4, "ci_high": 0.46}
        text, _ = self.said(claims, (0.02, -0.2, 0.24), (-0.01, -0.2, 0.18), **columns)
        assert text.startswith("Leaders’ mood changed by +0.02, the comparison’s by −0.01: difference unclear")

    def test_numbers_have_two_decimals_also_where_rounded_ones_do_not_subtract(self, claims):
        """−0.0114 less −0.0658 is 0.0544: neither two decimals nor three subtract, and each is rounded rightly."""
        columns = {"estimate": 0.0544, "ci_low": -0.26, "ci_high": 0.36}
        text, _ = self.said(claims, (-0.0114, -0.28, 0.26), (-0.0658, -0.24, 0.1), **columns)
        assert text.startswith(
            "Leaders’ mood changed by −0.01, the comparison’s by −0.07: difference unclear, estimate +0.05 "
        )

    def test_where_it_is_too_small(self, claims):
        columns = {"estimate": 0.0, "ci_low": -0.1, "ci_high": 0.1}
        text, _ = self.said(claims, (0.0, -0.1, 0.1), (0.0, -0.1, 0.1), **columns)
        assert text.startswith("Leaders’ mood changed by 0.00, the comparison’s by 0.00: hardly a difference")


class TestTwoWays:
    """Where no lot was drawn, the verdict is that of both ways together."""

    GAP = (1.0, 0.8, 1.2)

    def found(self, claims, other, *, design=SELF_SELECTED, gap=GAP):
        row = row_of(**CHANGES | {"estimate": 0.0, "ci_low": -0.1, "ci_high": 0.1, "p_value": 0.9})
        beside = row_of(**DIFFERENCE | {"heads": False} | other)
        details = [(row["id"], f"gap{end}", value) for end, value in zip(("", "_low", "_high"), gap, strict=True)]
        found = claims(row, beside, details=details, design=design)
        return found, found.disclosed.rows[0]

    def test_one_alone_is_clear_and_the_groups_started_apart(self, claims):
        found, row = self.found(claims, {})
        assert found.judged(row).verdict == "unclear"
        assert found.judged(row).hull == (-0.1, 0.7)
        texts = found.beside(row)
        assert texts[0] == (
            "At the start, leaders’ mood was an estimated 1.00 scale points higher than the comparison’s "
            "(95% interval 0.80 to 1.20)."
        )
        assert texts[1] == (
            "At equal scores before, the difference after is an estimated +0.50 scale points "
            "(95% interval 0.30 to 0.70)."
        )
        assert "The answer depends on how people who started apart are compared." in texts

    def test_nothing_depends_on_it_where_they_did_not_start_apart(self, claims):
        found, row = self.found(claims, {}, gap=(0.1, -0.1, 0.3))
        assert found.judged(row).verdict == "unclear"
        assert not any("depends" in text or "Neither" in text for text in found.beside(row))

    def test_nothing_depends_on_it_where_both_agree(self, claims):
        found, row = self.found(claims, {"estimate": 0.05, "ci_low": -0.1, "ci_high": 0.2})
        assert found.judged(row).verdict == "too_small"
        assert not any("depends" in text for text in found.beside(row))

    def test_one_way_without_a_result_leaves_it_unclear(self, claims):
        missing = {"estimate": None, "std_error": None, "ci_low": None, "ci_high": None, "p_value": None,
                   "reason": "one_score_each"}  # fmt: skip
        found, row = self.found(claims, missing)
        assert found.judged(row).verdict == "unclear"
        assert any("within each group everyone had the same score before" in text for text in found.beside(row))

    def test_a_lot_needs_only_one(self, claims):
        row = row_of(**DIFFERENCE | {"heads": True})
        beside = row_of(**CHANGES | {"heads": False, "estimate": 0.0, "ci_low": -0.1, "ci_high": 0.1})
        found = claims(row, beside, design=RANDOMISED)
        assert found.judged(found.disclosed.rows[0]).verdict == "gain"

    def test_a_clear_headline_that_the_other_way_does_not_share_says_so(self, claims):
        row = row_of(**CHANGES)
        beside = row_of(**DIFFERENCE | {"heads": False, "estimate": 0.1, "ci_low": -0.4, "ci_high": 0.6})
        found = claims(row, beside, design=SELF_SELECTED)
        first = found.disclosed.rows[0]
        assert found.verdict_sentence(first) == (
            "Only one of the two ways to compare these groups is clear, so the difference stays unclear."
        )
        assert found.verdict_name(first) == "can’t tell: only one of two ways is clear"

    def test_a_clear_other_way_that_the_headline_does_not_share_says_so_too(self, claims):
        """Mentors of a study: +0.02 by the changes, −0.75 and clear at equal scores before."""
        row = row_of(**CHANGES | {"estimate": 0.02, "ci_low": -0.38, "ci_high": 0.43, "p_value": 0.9})
        beside = row_of(**DIFFERENCE | {"heads": False, "estimate": -0.75, "ci_low": -1.24, "ci_high": -0.25})
        found = claims(row, beside, design=SELF_SELECTED)
        first = found.disclosed.rows[0]
        assert found.verdict_name(first) == "can’t tell: only one of two ways is clear"

    def test_two_clear_ways_of_which_one_says_too_small_differ(self, claims):
        row = row_of(**CHANGES | {"estimate": 0.02, "ci_low": -0.2, "ci_high": 0.2, "p_value": 0.9})
        beside = row_of(**DIFFERENCE | {"heads": False, "estimate": -0.75, "ci_low": -1.24, "ci_high": -0.25})
        found = claims(row, beside, design=SELF_SELECTED)
        first = found.disclosed.rows[0]
        assert found.verdict_name(first) == "can’t tell: two ways differ"
        assert found.verdict_sentence(first).startswith("The two ways to compare these groups do not agree")

    def test_two_unclear_ways_do_not_differ(self, claims):
        row = row_of(**CHANGES | {"estimate": 0.02, "ci_low": -0.38, "ci_high": 0.43, "p_value": 0.9})
        beside = row_of(**DIFFERENCE | {"heads": False, "estimate": -0.2, "ci_low": -0.5, "ci_high": 0.1})
        found = claims(row, beside, design=SELF_SELECTED)
        assert found.verdict_name(found.disclosed.rows[0]) == "can’t tell"


@pytest.mark.parametrize(
    ("subgroup", "who"),
    [
        ("leader − mentor", "77 leaders and 76 mentors, both arms together"),
        ("grade: top − junior", "77 and 76 leaders, both arms together"),
    ],
)
def test_people_beside_a_difference_in_effect_are_those_of_both_groups(claims, subgroup, who):
    of_groups = {"contrast": "interaction", "method": "ancova", "subgroup": subgroup, "n_pairs": 77}
    found = claims(row_of(**of_groups, n_comparison=76), design=RANDOMISED)
    assert found.people_counted(found.disclosed.rows[0]) == who


def test_people_beside_a_difference_in_effect_are_counted_in_german_too(claims):
    found = claims(row_of(contrast="interaction", method="ancova", subgroup="grade: top − junior", n_pairs=77,
                          n_comparison=76), design=RANDOMISED)  # fmt: skip
    german = replace(found, words=catalogue("de"))
    assert german.people_counted(german.disclosed.rows[0]) == "77 und 76 Personen, Programm und Vergleich zusammen"


class TestSeveralOutcomes:
    """The first outcome stands by itself; the others are certain only together."""

    def other(self, scale, p_value):
        return row_of(scale=scale, estimate=0.2, ci_low=0.01, ci_high=0.39, p_value=p_value)

    def test_the_primary_is_not_adjusted(self, claims):
        found = claims(self.other("mood", 0.04), self.other("zeal", 0.04))
        assert found.disclosed.rows[0].p_adjusted == pytest.approx(0.04)

    def test_what_only_the_interval_has_is_not_certain(self, claims):
        """Of two later waves, each with p = .04, neither is certain."""
        rows = [row_of(wave="post"), *(row_of(wave=wave, cohort="one", estimate=0.2, ci_low=0.01, ci_high=0.39,
                p_value=0.04) for wave in ("later", "last"))]  # fmt: skip
        found = claims(*rows)
        row = found.disclosed.rows[1]
        assert row.p_adjusted == pytest.approx(0.08)
        assert found.judged(row).verdict == "uncertain"
        assert found.sentence(row).startswith("It is unclear whether leaders’ mood changed")
        assert found.verdict_sentence(row).endswith("this is not certain once 2 outcomes are allowed for.")
        assert found.verdict_name(row) == "not certain"
        assert found.title(row) == "No clear change found in leaders’ mood"

    def test_a_gain_that_matters_is_tested_against_what_matters(self, claims):
        row = row_of(std_error=0.05, ci_low=0.39, ci_high=0.61)
        found = claims(row)
        assert found.judged(found.disclosed.rows[0]).p_adjusted == pytest.approx(2 * t.sf(4, 11))

    def test_one_that_does_not_hold_is_judged_once_more_as_a_gain(self, claims):
        clear = {"estimate": 0.52, "std_error": 0.0908, "ci_low": 0.32, "ci_high": 0.72, "p_value": 0.0001}
        rows = [row_of(wave=wave, **clear) for wave in ("later", "last")]
        found = claims(*rows)
        judged = found.judged(found.disclosed.rows[0])
        assert judged.verdict == "gain_unclear_size"
        assert judged.p_adjusted == pytest.approx(0.0002)


class TestByLot:
    """What the programme did is not said where its own scores moved the other way."""

    def found(self, claims, arm, **more):
        row = row_of(**DIFFERENCE | more)
        details = [
            (row["id"], f"change_arm{end}", value) for end, value in zip(("", "_low", "_high"), arm, strict=True)
        ]
        details += [(row["id"], f"change_comparison{end}", -0.7 + add)
                    for end, add in (("", 0.0), ("_low", -0.1), ("_high", 0.1))]  # fmt: skip
        found = claims(row, details=details, design=RANDOMISED)
        return found, found.disclosed.rows[0]

    def test_both_fell_the_programme_less(self, claims):
        found, row = self.found(claims, (-0.2, -0.3, -0.1))
        assert "raised" not in found.sentence(row)
        assert "moved the other way, but less than the comparison’s" in found.level_text(row)
        assert "Leaders’ mood fell by 0.20, the comparison’s fell by 0.70." in found.beside(row)
        assert found.beside_in_short(row) == "Leaders’ mood fell by 0.20, the comparison’s fell by 0.70."

    def test_a_headline_without_a_clear_difference_does_not_set_the_arms_against_it(self, claims):
        found, row = self.found(claims, (-0.2, -0.3, -0.1), **UNCLEAR)
        assert "Leaders’ mood fell by 0.20, the comparison’s fell by 0.70." in found.beside(row)
        assert not found.beside_in_short(row)

    def test_it_rose(self, claims):
        found, row = self.found(claims, (0.2, 0.1, 0.3))
        assert found.sentence(row).startswith("The programme raised")
        assert "Leaders’ mood rose by 0.20, the comparison’s fell by 0.70." in found.beside(row)


class TestOneCohortOfSeveral:
    """Its page has a causal verb only where Holm over the cohorts allows it."""

    def text(self, claims, *p_values):
        rows = [row_of(**DIFFERENCE | {"cohort": name, "p_value": p, "estimate": 0.2, "ci_low": 0.01, "ci_high": 0.39})
                for name, p in zip("abc", p_values, strict=False)]  # fmt: skip
        found = claims(*rows, design=RANDOMISED)
        row = found.disclosed.rows[0]
        return found.sentence(row), found.level_text(row)

    def test_it_is_not_certain_among_three(self, claims):
        text, level = self.text(claims, 0.04, 0.5, 0.6)
        assert text.startswith("At equal scores before, leaders’ mood ended an estimated 0.20 scale points higher")
        assert text.endswith("Who took part was drawn by lot.")
        assert "does not say what the programme did" in level

    def test_it_is_certain_among_three(self, claims):
        text, level = self.text(claims, 0.016, 0.5, 0.6)
        assert text.startswith("The programme raised")
        assert "can be put down to the programme" in level

    def test_one_alone_needs_no_allowance(self, claims):
        assert self.text(claims, 0.04)[0].startswith("The programme raised")


def test_a_difference_that_is_not_judged_stands_beside_both_changes(claims):
    rows = (row_of(n_pre=40, n_pairs=12), row_of(arm="waitlist", estimate=-0.5, ci_low=-0.7, ci_high=-0.3),
            row_of(**CHANGES))  # fmt: skip
    found = claims(*rows, design=SELF_SELECTED)
    change, _, difference = found.disclosed.rows
    assert found.headline_row("one", "leader", "programme", "mood", "post") == change
    texts = found.beside(change)
    assert texts[0].startswith("Comparison group: leaders’ mood fell by an estimated 0.50")
    assert texts[1] == ("No usable score after: 28 of 40 in the programme (70%), 0 of 12 in the comparison (0%).")
    assert found.verdict_name(difference) == "not judged: too many left"  # 28 of 52
    assert found.verdict_sentence(difference) == ""
