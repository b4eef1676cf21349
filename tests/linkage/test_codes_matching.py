"""People found over two waves by codes they made up."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import examples

from rm_research.errors import FrameError
from rm_research.linkage.codes import Element, match_codes, parse_element, split_codes

WORKSHOPS = Path(__file__).parents[3] / "shared" / "data" / "theobold-workshops-sgic"
RULE = tuple(map(parse_element, ("pets:1", "surname:2", "street:3")))
BY_TWO = tuple(Element(name, 2) for name in ("given", "surname", "day", "street"))
LETTERS = list("abcdefghijklmnopqrstuvwxyz")


def match(first, second, rule=None, blocks=None, **options):
    """Matches of two lists or Series of codes, undivided unless a rule takes them apart."""
    waves = [pd.Series(codes, dtype="str") for codes in (first, second)]
    tables = [split_codes(codes, rule) if rule else codes.to_frame("code") for codes in waves]
    cohorts = [pd.Series("all", index=table.index, dtype="str") for table in tables]
    if blocks:
        cohorts = [pd.Series(list(of_wave), index=t.index) for of_wave, t in zip(blocks, tables, strict=True)]
    return match_codes(*tables, first_blocks=cohorts[0], second_blocks=cohorts[1], **options)


def pairs(matches):
    return sorted(zip(matches.pairs["first"], matches.pairs["second"], strict=True))


def random_codes(count, seed=0, width=8):
    return ["".join(row) for row in np.random.default_rng(seed).choice(LETTERS, (count, width))]


@pytest.fixture(params=[None, BY_TWO], ids=["undivided", "elements"])
def rule(request):
    return request.param


def test_equal_codes_are_found_in_any_order(rule):
    codes = random_codes(20)
    assert pairs(match(codes, codes[::-1], rule)) == [(k, 19 - k) for k in range(20)]


def test_equal_codes_are_exact_and_others_near(rule):
    codes = random_codes(20)
    matches = match(codes, [codes[0][:-1] + "?", *codes[1:]], rule)
    assert matches.pairs.set_index("first")["how"].value_counts().to_dict() == {"exact": 19, "near": 1}


def test_two_swapped_elements_are_found(rule):
    codes = random_codes(30)
    assert (3, 3) in pairs(match(codes, [c[2:4] + c[:2] + c[4:] if k == 3 else c for k, c in enumerate(codes)], rule))


def test_a_code_that_lost_a_character_is_found(rule):
    codes = random_codes(30)
    assert (3, 3) in pairs(match(codes, [code[:-1] if k == 3 else code for k, code in enumerate(codes)], rule))


def test_an_undivided_code_is_no_further_than_max_edits():
    codes = random_codes(30)
    changed = [code[:-2] + "??" if k == 3 else code for k, code in enumerate(codes)]
    assert [(3, 3) in pairs(match(codes, changed, max_edits=edits)) for edits in (0, 1, 2)] == [False, False, True]


def test_without_edits_only_equal_codes_are_found():
    codes = random_codes(30)
    assert set(match(codes, [codes[0][::-1], *codes[1:]], max_edits=0).pairs["how"]) == {"exact"}


def test_an_element_that_is_unknown_says_nothing():
    codes = pd.Series(random_codes(30))
    table = split_codes(codes, BY_TWO)
    blank = table.mask((table.index == 3)[:, None] & (table.columns == "day")[None, :], "")
    blocks = pd.Series("x", index=codes.index)
    found = match_codes(table, blank, first_blocks=blocks, second_blocks=blocks)
    assert found.pairs.set_index("first")["how"][3] == "near"


def test_codes_are_compared_within_their_cohort(rule):
    codes = random_codes(10)
    found = match(codes + codes, codes, rule, blocks=("a" * 10 + "b" * 10, "b" * 10))
    assert pairs(found) == [(k + 10, k) for k in range(10)]


def test_rows_without_a_cohort_find_nobody(rule):
    codes = random_codes(10)
    found = match(codes, codes, rule, blocks=([None, *"a" * 9], "a" * 10))
    assert pairs(found) == [(k, k) for k in range(1, 10)]


@pytest.mark.parametrize("more", [("first",), ("second",), ("first", "second")], ids="+".join)
def test_a_code_that_several_people_have_is_linked_to_nobody(rule, more):
    codes = random_codes(10)
    first, second = (codes + codes[:1] * (wave in more) for wave in ("first", "second"))
    found = match(first, second, rule)
    assert pairs(found) == [(k, k) for k in range(1, 10)]
    assert set(found.misses["reason"]) == {"ambiguous"}
    assert {0, 10} & set(found.misses["first"]) | {0, 10} & set(found.misses["second"]) == {0, 10}


def test_who_might_be_either_of_two_is_shown_and_not_taken():
    codes = random_codes(20)
    found = match(codes, ["?" + codes[0][1:], "!" + codes[0][1:], *codes[1:]])
    assert pairs(found) == [(k, k + 1) for k in range(1, 20)]
    assert sorted(found.misses[["first", "second", "reason"]].to_numpy().tolist()) == [
        [0, 0, "ambiguous"],
        [0, 1, "ambiguous"],
    ]


def test_an_equal_code_of_few_common_values_is_less_certain():
    short = [f"{pets}{letter}" for pets in "012" for letter in "mfd"]
    rule = (Element("pets", 1), Element("initial", 1))
    few = match(short[:6], short[3:], rule, min_probability=0.51).pairs
    many = match(random_codes(9)[:6], random_codes(9)[3:], BY_TWO, min_probability=0.51).pairs
    assert few["probability"].max() < 0.99 < many["probability"].min()


def test_a_rare_value_says_more_than_a_common_one():
    days = [f"{day:02}" for day in range(1, 21)]
    codes = [
        *("ma" + day for day in days),
        *(name + day for name, day in zip(random_codes(20, 0, 2), days, strict=True)),
    ]
    found = (
        match(codes, codes, (Element("name", 2), Element("day", 2)))
        .pairs.set_index("first")["probability"]
        .sort_index()
    )
    assert found.iloc[20:].min() > found.iloc[:20].max()


def test_rates_are_shares_of_all_levels(rule):
    codes = random_codes(40)
    rates = match(codes, [codes[0][:-1] + "?", *codes[1:]], rule).rates
    of_elements = rates[rates["level"] != "swapped"]
    np.testing.assert_allclose(of_elements.groupby("element")["matched"].sum(), 1)
    assert rates["chance"].dropna().between(0, 1).all()


def test_how_many_returned_is_estimated(rule):
    codes = random_codes(200)
    strangers = random_codes(50, seed=1)
    assert match(codes, [*codes[:50], *strangers], rule).returned == pytest.approx(0.5, abs=0.05)


DEGENERATE = {
    "nobody": ([], []),
    "nobody later": (["0alnel"], []),
    "nobody before": ([], ["0alnel"]),
    "all blank": (["", "", ""], ["", ""]),
    "strangers": (["0alnel"], ["7zzqqq"]),
    "all equal": (["0alnel"] * 5, ["0alnel"] * 4),
}


@pytest.mark.parametrize("max_edits", [0, 1, 3])
@pytest.mark.parametrize("waves", DEGENERATE.values(), ids=DEGENERATE)
@pytest.mark.parametrize("rule", [None, RULE], ids=["undivided", "elements"])
def test_where_nobody_can_be_found_nobody_is(waves, rule, max_edits):
    found = match(*waves, rule, max_edits=max_edits)
    assert (found.pairs.shape, list(found.misses)) == ((0, 5), ["first", "second", "probability", "reason"])


@pytest.mark.parametrize("rule", [None, RULE], ids=["undivided", "elements"])
def test_one_person_alone_is_found(rule):
    assert pairs(match(["0alnel"], ["0alnel"], rule)) == [(0, 0)]


def test_thousands_of_equal_codes_hide_nobody(rule):
    codes = random_codes(1)
    found = match([*["aabbccdd"] * 3000, *codes], [*codes, *["aabbccdd"] * 2000], rule)
    assert (pairs(found), len(found.misses)) == ([(3000, 0)], 3000)


def frame(codes=("ab", "cd"), name="code", index=(0, 1)):
    return pd.DataFrame({name: list(codes)}, index=list(index))


@pytest.mark.parametrize(
    ("second", "blocks", "message"),
    [
        (frame(name="other"), None, "the same columns of code elements"),
        (frame(index=(1, 1)), None, "The index of the second wave has repeats"),
        (frame(), pd.Series(["x", "x"], index=[1, 0]), "have another index than its codes"),
    ],
)
def test_frames_that_do_not_fit_are_refused(second, blocks, message):
    blocks = pd.Series("x", index=second.index) if blocks is None else blocks
    with pytest.raises(FrameError, match=message):
        match_codes(frame(), second, first_blocks=pd.Series("x", index=[0, 1]), second_blocks=blocks)


@pytest.mark.parametrize(
    "option", [{"max_edits": -1}, {"min_probability": 0.5}, {"min_probability": 1.0}, {"min_probability": float("nan")}]
)
def test_options_outside_their_range_are_refused(option):
    with pytest.raises(ValueError, match=r"^(max_edits|min_probability) = "):
        match(["ab"], ["ab"], **option)


few_codes = st.lists(st.text("ab1", max_size=4), max_size=12)


@examples(15)
@given(few_codes, few_codes, st.sampled_from([None, (Element("a", 1), Element("b", 2))]), st.integers(0, 2))
def test_nobody_is_paired_twice_and_probabilities_are_such(first, second, rule, max_edits):
    found = match(first, second, rule, max_edits=max_edits, min_probability=0.51)
    assert found.pairs["first"].is_unique
    assert found.pairs["second"].is_unique
    assert not set(found.pairs["first"]) & set(found.misses["first"])
    assert found.pairs["probability"].between(0.51, 1).all()
    assert found.misses["probability"].between(0, 1).all()
    assert (found.pairs["runner_up"] < found.pairs["probability"]).all()


@pytest.mark.slow
@examples(15)
@given(few_codes, few_codes, st.sampled_from([None, (Element("a", 1), Element("b", 2))]), st.randoms())
def test_the_order_of_rows_changes_nothing(first, second, rule, random):
    left, right = pd.Series(first, dtype="str"), pd.Series(second, dtype="str")
    found = match(left, right, rule, min_probability=0.51)
    shuffled = [codes.loc[random.sample(list(codes.index), len(codes))] for codes in (left, right)]
    again = match(*shuffled, rule, min_probability=0.51)
    for one, other in ((found.pairs, again.pairs), (found.misses, again.misses)):
        by = ["first", "second"]
        pd.testing.assert_frame_equal(
            one.sort_values(by, ignore_index=True), other.sort_values(by, ignore_index=True), rtol=0, atol=0
        )


long_codes = st.lists(
    st.text("abcdefghijklmnop0123456789", min_size=8, max_size=8), unique=True, min_size=1, max_size=8
)


@pytest.mark.slow
@examples(15)
@given(long_codes, st.sampled_from([None, BY_TWO]))
def test_long_codes_of_one_person_each_are_always_found(codes, rule):
    assert pairs(match(codes, codes, rule)) == [(k, k) for k in range(len(codes))]


def workshop(name, rule):
    waves = [
        pd.read_csv(WORKSHOPS / f"{name}_{wave}_raw.csv", dtype=str, keep_default_na=False)["ID"].replace("NA", "")
        for wave in ("survey", "assessment")
    ]
    found = match(*waves, rule)
    return {(waves[0][one], waves[1][two]) for one, two in pairs(found)}


@pytest.mark.skipif(not WORKSHOPS.is_dir(), reason=f"{WORKSHOPS} is not here")
@pytest.mark.parametrize("rule", [None, RULE], ids=["undivided", "elements"])
def test_codes_of_real_people(rule):
    found = workshop("introR", rule)
    assert {("0alne", "0alnel"), ("1rubea", "2rubea")} <= found
    assert ("1shcov", "1oscov") not in found
    assert len(found) == 10


@pytest.mark.skipif(not WORKSHOPS.is_dir(), reason=f"{WORKSHOPS} is not here")
@pytest.mark.parametrize(("name", "exact"), [("intermediateR", 8), ("wrangle", 5), ("viz", 6)])
def test_people_of_small_workshops_are_found_with_no_false_friends(name, exact):
    found = workshop(name, RULE)
    assert (len(found), all(one == two for one, two in found)) == (exact, True)
