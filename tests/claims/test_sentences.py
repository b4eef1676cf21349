"""One row, one sentence: its numbers are the row's, its words no stronger than design and interval allow."""

import re

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_studies import RANDOMISED, row_of

from rm_research.catalogue import MINUS

CAUSAL = re.compile(r"\b(caus\w*|effects?|impact|led to|thanks to|due to|raised|lowered|improved)\b", re.IGNORECASE)
UP, DOWN = r"\b(rose|raised)\b|scale points more", r"\b(fell|lowered)\b|changed less than"
NUMBER = re.compile(rf"[+{MINUS}]?\d+(?:\.\d+)?")
SELF_SELECTED = RANDOMISED.replace("randomised", "self-selected")
MATCHED = RANDOMISED.replace("randomised", "matched")
DIFFERENCE = {"contrast": "difference", "method": "ancova", "n_comparison": 14}
POOLED = {"cohort": "all cohorts", "method": "reml_hk", "n_clusters": 4}


def words(number: float, *, signed: bool = False) -> str:
    """Write a number as pages do."""
    text = f"{abs(number):.2f}"
    if not float(text):
        return text
    return (MINUS if number < 0 else "+" if signed else "") + text


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]


@st.composite
def intervals(draw, limit=4.0):
    """Estimate and interval, the estimate inside."""
    low, middle, high = sorted(draw(st.tuples(*[st.floats(-limit, limit)] * 3)))
    return {"estimate": middle, "ci_low": low, "ci_high": high, "detectable": draw(st.floats(0.01, 3))}


people = st.fixed_dictionaries({"n_pre": st.integers(10, 300), "n_post": st.integers(10, 300)})


OUR_ROLES = ("leader", "mentor", "participant")


@st.composite
def situations(draw, roles=(*OUR_ROLES, "sponsor")):
    """A row of linked waves, and the settings of a study."""
    contrasts = [{}, DIFFERENCE, POOLED | {"contrast": "pooled_change"},
                 POOLED | {"contrast": "pooled_difference", "n_comparison": 40}]  # fmt: skip
    counts = draw(people)
    row = draw(intervals()) | counts | {"n_pairs": min(counts.values())} | draw(st.sampled_from(contrasts))
    row["role"] = draw(st.sampled_from(roles))
    design = draw(st.sampled_from(["", SELF_SELECTED, MATCHED, RANDOMISED]))
    return row_of(**row), {"design": design, "better": draw(st.sampled_from(["higher", "lower"]))}


def whatever_the_numbers(test, **kinds):
    quick = settings(max_examples=30, deadline=None, phases=[Phase.generate])
    return quick(given(situation=situations(**kinds))(test))


def whatever_the_numbers_of_our_roles(test):
    return whatever_the_numbers(test, roles=OUR_ROLES)


def made(claims, situation):
    row, design = situation
    found = claims(row, **design)
    return found, found.disclosed.table.iloc[0]


@whatever_the_numbers
def test_numbers_are_the_row_s(claims, situation):
    found, row = made(claims, situation)
    ends = {words(row["ci_low"]), words(row["ci_high"])}
    allowed = ends | {words(row["estimate"], signed=True), words(abs(row["estimate"])), "95", str(row["n_pairs"])}
    allowed |= {str(row[name]) for name in ("n_comparison", "n_clusters") if pd.notna(row[name])}
    if row["method"] == "likelihood":  # of everyone measured before
        allowed.add(str(row["n_pre"]))
    numbers = set(NUMBER.findall(found.sentence(row)))
    assert ends <= numbers <= allowed


@whatever_the_numbers
def test_numbers_of_the_verdict_are_the_row_s_and_the_scale_s(claims, situation):
    found, row = made(claims, situation)
    assert set(NUMBER.findall(found.verdict_sentence(row))) <= {"0.30", words(row["detectable"])}


@whatever_the_numbers
def test_the_direction_is_the_estimate_s(claims, situation):
    found, row = made(claims, situation)
    said = found.sentence(row) + found.title(row)
    assert not re.search(DOWN if row["estimate"] > 0 else UP, said)


@whatever_the_numbers
def test_no_causal_word_below_a_clear_difference_by_lot(claims, situation):
    found, row = made(claims, situation)
    if found.level(row) < 5 or row["ci_low"] <= 0 <= row["ci_high"]:
        text = " ".join([found.sentence(row), found.title(row), found.verdict_sentence(row)])
        assert not CAUSAL.search(text)


@whatever_the_numbers
def test_a_change_rose_or_fell_or_is_unclear(claims, situation):
    found, row = made(claims, situation)
    if not row["contrast"].endswith("difference"):
        assert re.search(r"\b(rose|fell|unclear|hardly)\b", found.sentence(row))


@whatever_the_numbers_of_our_roles
def test_sentences_have_at_most_25_words(claims, situation):
    found, row = made(claims, situation)
    said = sentences(f"{found.sentence(row)} {found.verdict_sentence(row)}")
    assert max(len(sentence.split()) for sentence in said) <= 25


@whatever_the_numbers_of_our_roles
def test_titles_have_at_most_12_words(claims, situation):
    found, row = made(claims, situation)
    assert 5 <= len(found.title(row).split()) <= 12


@given(numbers=intervals(), people=people, pooled=st.booleans())
@settings(max_examples=30, deadline=None)
def test_unlinked_answers_only_differed(claims, numbers, people, pooled):
    kind = POOLED | {"contrast": "pooled_change"} if pooled else {"method": "welch"}
    row = row_of(**numbers | people | {"n_pairs": 0} | kind)
    found = claims(row, link="none")
    text = found.sentence(found.disclosed.table.iloc[0])
    assert re.search(r"\bdiffered\b", text)
    assert not re.search(r"\b(rose|fell|changed)\b", text)


def sentence(claims, row, **settings):
    found = claims(row, **settings)
    return found.sentence(found.disclosed.table.iloc[0])


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
    assert found.people_counted(found.disclosed.table.iloc[0]) == "1 leader"


def test_the_people_of_both_groups_are_counted(claims):
    assert "12 leaders, 14 compared" in sentence(claims, row_of(**DIFFERENCE), design=RANDOMISED)


def test_the_people_of_unlinked_waves_are_counted_apart(claims):
    row = row_of(method="welch", n_pairs=0, n_pre=11, n_post=13)
    assert "11 leaders before, 13 after" in sentence(claims, row, link="none")


def test_the_cohorts_of_an_average_are_counted(claims):
    assert "4 cohorts, 12 leaders" in sentence(claims, row_of(**POOLED, contrast="pooled_change"))


class TestThoseWhoLeft:
    """They count in the change of everyone measured before, and the sentence says how many were measured twice."""

    def counted(self, claims, **columns):
        found = claims(row_of(**columns))
        return found.people_counted(found.disclosed.table.iloc[0])

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
            assert bool(found.counts_leavers(found.disclosed.table.iloc[0])) is counts


class TestReason:
    """Why there is no estimate, in place of a sentence."""

    def test_of_a_small_group(self, claims):
        assert sentence(claims, row_of(n_pairs=9)) == "Not shown: fewer than 10 people answered before and after."

    def test_of_a_small_comparison(self, claims):
        text = sentence(claims, row_of(**DIFFERENCE | {"n_comparison": 9}), design=RANDOMISED)
        assert text.endswith("fewer than 10 people answered before and after, in the programme or the comparison.")

    def test_of_a_median_of_few_who_changed(self, claims, studies):
        row = row_of(measure="median", method="hodges_lehmann", estimate=None, reason="hidden", n_pairs=30)
        found = claims(row)
        assert found.reason(found.disclosed.table.iloc[0]) == "Not shown: the scores of fewer than 10 people changed."

    def test_of_a_number_beside_the_headline_that_would_tell_of_few(self, claims):
        found = claims(row_of(n_pre=20, n_pairs=18), row_of(method="paired_t", n_pre=20, n_pairs=18))
        headline, beside = (row for _, row in found.disclosed.table.iterrows())
        assert pd.notna(headline["estimate"])
        assert found.reason(beside) == "Not shown: beside the main estimate it would tell of the few people who left."

    def test_stands_with_whose_outcome_it_is(self, claims):
        found = claims(row_of(n_pairs=9))
        text = found.statement(found.disclosed.table.iloc[0])
        assert text == "Leaders’ mood: not shown: fewer than 10 people answered before and after."


class TestHeadlineRow:
    """The difference where it can be shown and the design bears it, else the change."""

    def contrast(self, claims, *rows, **settings):
        row = claims(*rows, **settings).headline_row("one", "leader", "programme", "mood", "post")
        return None if row is None else row["contrast"]

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
        (RANDOMISED, 40, "this counts as a matched comparison only"),
        (MATCHED, 40, "this counts as groups that chose themselves"),
        (SELF_SELECTED, 40, "no usable comparison group"),
    ],
)
def test_the_design_level_is_named_in_words(claims, design, lost, text):
    n_pre = 100
    rows = [row_of(n_pre=n_pre, n_pairs=n_pre - lost)]
    rows += [row_of(arm="waitlist", n_pre=n_pre, n_pairs=n_pre), row_of(**DIFFERENCE)] if design else []
    found = claims(*rows, design=design)
    assert text in found.level_text(found.disclosed.table.iloc[-1])
