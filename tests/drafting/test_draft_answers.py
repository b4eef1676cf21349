"""Ranges and tables of answers are drafted from what was answered; what is guessed is to be checked."""

import pytest
from drafted_exports import answers, codes, sheet, survey
from drafted_questions import answered, question
from hypothesis import given
from hypothesis import strategies as st
from look_alikes import written_otherwise

from rm_research.drafting.answers import judge
from rm_research.drafting.columns import Column
from rm_research.drafting.pairing import Question
from rm_research.drafting.sets import find_sets


def ends(numbers, *, rows=12):
    found = find_sets([answered({str(number): rows for number in numbers})])[0]
    return found.ends, bool(found.doubt)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1, 2, 3, 4, 5], ((1, 5), False)), ([1, 2, 3, 4], ((1, 4), False)), ([0, 1, 2, 3], ((0, 3), False)),
        ([1, 2, 3, 4, 5, 6, 7], ((1, 7), False)), ([*range(11)], ((0, 10), False)),
        ([-2, -1, 0, 1, 2], ((-2, 2), False)), ([0, 1], ((0, 1), False)), ([2, 3, 4], ((1, 5), True)),
        ([2, 3, 6], ((1, 7), True)), ([0, 4, 7], ((0, 10), True)),
    ],
)  # fmt: skip
def test_ranges(numbers, expected):
    assert ends(numbers) == expected


def test_few_answers_make_a_range_unsure():
    assert ends([1, 2, 3, 4], rows=1) == ((1, 5), True)


def test_items_of_one_stem_share_a_range():
    unit = [answered({"1": 9, "2": 9, "3": 9, "4": 9, "5": 9}, code="q_1"), answered({"2": 20, "3": 20}, code="q_2")]
    sets = find_sets(unit)
    assert sets[0] == sets[1]
    assert sets[0].doubt == ""


def test_an_item_of_another_range_stands_alone():
    five, seven = dict.fromkeys("12345", 9), dict.fromkeys("1234567", 9)
    sets = find_sets([*(answered(five, code=f"q_{n}") for n in range(1, 5)), answered(seven, code="q_5")])
    assert [sets[place].ends for place in range(5)] == [*[(1, 5)] * 4, (1, 7)]


def test_an_end_that_few_reach_is_the_end_of_all():
    four, five = dict.fromkeys("1234", 9), dict.fromkeys("12345", 9)
    sets = find_sets([*(answered(four, code=f"q_{n}") for n in range(1, 5)), answered(five, code="q_5")])
    assert {found.ends for found in sets.values()} == {(1, 5)}


def test_numbers_far_off_mean_no_answer():
    found = answered({"1": 9, "2": 9, "5": 9, "99": 4, "-9": 1})
    assert (found.kind, found.codes) == ("number", ("-9", "99"))


def test_a_scale_around_nought_keeps_its_minus_one():
    assert answered({"-1": 9, "0": 9, "1": 9, "-2": 9, "2": 9}).codes == ()


@pytest.mark.parametrize(
    "counts", [{"1.5": 9, "2.25": 9, "3.0": 9}, {str(n): 2 for n in range(40)}, {"2015": 9, "2016": 9}]
)
def test_measurements_have_no_range(counts):
    assert answered(counts).kind == "measure"


def test_a_slip_of_the_pen_leaves_a_number_a_number():
    assert answered({"1": 20, "2": 20, "3": 20, "three": 1}).kind == "number"


@pytest.mark.parametrize(
    "counts",
    [
        {"yes": 30},
        {f"what I think of it, in my own words number {n}": 1 for n in range(30)},
        {"Anna": 2, "Bert": 2, "Carl": 2},
    ],
)
def test_free_text_and_single_words_are_no_items(counts):
    assert judge(question(counts)) is None


def test_a_rare_entry_is_not_quoted_beside_known_answers():
    found = answered({"Agree": 30, "Disagree": 30, "ask my manager Anna": 2, "Not my area": 3})
    assert found.others == ("Not my area",)


def test_three_rows_of_three_waves_may_be_one_person():
    asked = question({"Green": 30, "Blue": 30, "my dog": 1}, waves=["a", "b", "c"])
    assert asked.quotable == ["Green", "Blue"]


def test_unknown_answers_of_a_repeated_question_are_to_be_ordered(draft_of):
    values = ("some time", "no time", "much time")
    made = draft_of({"pre.csv": survey(["pace_1"], values=values), "post.csv": survey(["pace_1"], values=values)})
    assert made.toml["answers"]["pace_answers"] == dict.fromkeys(values, "")
    assert (made.items["pace_1"]["low"], made.items["pace_1"]["high"]) == ("", "")
    [refused] = [error for error in made.errors() if "no number yet" in error]
    assert refused.startswith("study.toml: answers.pace_answers: 3 answers have no number yet ('much time', 'no time'")
    made.edited("study.toml", **{'"no time" = ""': '"no time" = 1', '"some time" = ""': '"some time" = 2'})
    assert "1 answer has no number yet ('much time')" in made.errors()[0]
    made.edited("study.toml", **{'"much time" = ""': '"much time" = 3'})
    assert made.errors() == []


def test_a_choice_asked_once_is_left_out(draft_of):
    rows = [
        (code, "Windows" if place % 2 else "Linux", *answers(2, start=place)) for place, code in enumerate(codes(30))
    ]
    made = draft_of({"pre.csv": sheet(["code", "system", "q_1", "q_2"], rows)})
    assert "system" not in made.items
    assert "Windows" not in made.draft.study
    assert "choices, measurements): system" in made.draft.study


def test_answers_that_carry_their_numbers(draft_of):
    values = ("1 - not one bit", "2", "3", "4", "5 - through and through")
    made = draft_of({"pre.csv": survey(values=values, people=60)})
    assert made.toml["answers"]["q_answers"] == dict(zip(values, (1, 2, 3, 4, 5), strict=True))
    assert (made.items["q_1"]["low"], made.items["q_1"]["high"]) == ("1", "5")
    assert (made.checks, made.errors()) == ("", [])


def test_entries_that_mean_no_answer_are_declared(draft_of):
    values = (1, 2, 3, 4, 5, "NA", "Prefer not to say")
    made = draft_of({"pre.csv": survey(values=values, people=60)})
    assert made.toml["missing"]["values"] == ["NA", "Prefer not to say"]
    assert "whether 'Prefer not to say' should count as no answer" in made.checks
    assert made.errors() == []


def test_numbers_that_mean_no_answer_are_in_the_codebook(draft_of):
    made = draft_of({"pre.csv": survey(values=(1, 2, 3, 4, 5, 99), people=60)})
    assert made.items["q_1"]["missing"] == "99"
    assert "numbers far from the others" in made.checks
    assert made.errors() == []


def test_two_kinds_of_answers_have_two_tables(draft_of):
    agree = ("Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree")
    often = ("Never", "Rarely", "Sometimes", "Often", "Always")
    rows = [
        (code, *answers(3, values=agree, start=place), *answers(3, values=often, start=place))
        for place, code in enumerate(codes(30))
    ]
    made = draft_of({"pre.csv": sheet(["code", "a_1", "a_2", "a_3", "b_1", "b_2", "b_3"], rows)})
    assert made.toml["answers"] == {
        "agree5": dict(zip(agree, range(1, 6), strict=True)), "often5": dict(zip(often, range(1, 6), strict=True)),
    }  # fmt: skip
    assert [made.items[name]["answers"] for name in ("a_1", "b_3")] == ["agree5", "often5"]
    assert (made.checks, made.errors()) == ("", [])


WORDS = ("1 - Don't agree", "2 - So-so", "3 - Agree (fully)")


@given(st.data())
def test_answers_that_look_alike_are_one_answer_of_several_waves(data):
    waves = {"pre": WORDS, "post": [data.draw(written_otherwise(word)) for word in WORDS]}
    asked = Question({wave: Column("q1", "q1", "", dict.fromkeys(words, 12)) for wave, words in waves.items()})
    assert find_sets([judge(asked)])[0].labels == dict(zip(WORDS, (1, 2, 3), strict=True))


@pytest.mark.parametrize("numbers", [("1,0", "2,0", "3,0", "4,0", "5,0"), ("١", "٢", "٣", "٤", "٥")])
def test_numbers_with_commas_and_in_other_digits_have_a_range(numbers):
    found = find_sets([answered(dict.fromkeys(numbers, 12))])[0]
    assert (found.ends, found.labels) == ((1, 5), {})
