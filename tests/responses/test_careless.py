"""Questionnaires answered without care: flagged, or dropped where that is declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rm_research.errors import StudyFileError
from rm_research.responses.careless import seconds
from rm_research.responses.intake import take_in
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[columns]
person = "code"
duration = "took"
finished = "done"
[scales.mood]
[scales.drive]
"""
ITEMS = [f"m{number}" for number in range(1, 7)]
CODEBOOK = (
    "item,scale,kind,low,high\n" + "".join(f"{item},mood,,1,5\n" for item in ITEMS) + "d1,drive,,0,10\ncheck,,text,,\n"
)
HEADER = f"code,took,done,{','.join(ITEMS)},d1,check\n"


@pytest.fixture
def intake(write_study):
    def take(*rows, more="", wave=""):
        toml = TOML.replace('file = "pre.csv"', f'file = "pre.csv"\n{wave}')
        folder = write_study(more, toml=toml, codebook=CODEBOOK, files={"pre.csv": HEADER + "\n".join(rows) + "\n"})
        return take_in(read_study(folder))

    return take


def flagged(intake, sign):
    problems = intake.problems
    return problems.loc[problems["rule"] == f"careless_{sign}", "source_row"].tolist()


STRAIGHT, VARIED, CAREFUL = "a,60,yes,4,4,4,4,4,4,4,red", "b,600,yes,4,4,4,4,4,3,4,red", "c,600,no,1,2,3,4,5,1,9,blue"


def test_the_same_answer_throughout_is_flagged_and_counts(intake):
    taken = intake(
        "a,60,yes,4,4,4,4,4,4,4,red".replace(",4,red", ",,red"), VARIED, CAREFUL, more="[careless]\nsame_answers = 6"
    )
    assert flagged(taken, "same_answers") == [2]
    assert len(taken.responses) == 3


def test_without_a_number_every_item_of_one_range_must_have_the_same_answer(intake):
    assert flagged(intake(STRAIGHT, VARIED), "same_answers") == [2]  # the last item has another range


def test_a_run_ends_where_the_range_does(intake):
    assert flagged(intake(STRAIGHT, more="[careless]\nsame_answers = 7"), "same_answers") == []


def test_a_run_may_stand_anywhere(intake):
    rows = ("a,60,yes,1,4,4,4,2,3,4,red", "b,60,yes,1,2,3,4,4,4,4,red", "c,60,yes,1,4,4,,4,2,4,red")
    assert flagged(intake(*rows, more="[careless]\nsame_answers = 3"), "same_answers") == [2, 3]


def test_who_was_too_fast_is_flagged(intake):
    rows = (STRAIGHT, VARIED, CAREFUL.replace("600", "0:00:59"), CAREFUL.replace("600", "?").replace("c,", "d,"))
    assert flagged(intake(*rows, more="[careless]\nfastest = 90"), "too_fast") == [2, 4]


def test_who_failed_an_attention_item_is_flagged(intake):
    taken = intake(STRAIGHT, VARIED.replace("red", ""), CAREFUL, more='[careless]\nattention = { check = "Red " }')
    assert flagged(taken, "attention") == [4]


def test_an_attention_item_may_be_a_number(intake):
    taken = intake(STRAIGHT, VARIED, CAREFUL, more="[careless]\nattention = { m6 = 4 }")
    assert flagged(taken, "attention") == [3, 4]


def test_flagged_ones_are_dropped_where_that_is_declared_each_sign_a_ledger_line(intake):
    more = '[careless]\naction = "drop"\nfastest = 90\nattention = { check = "red" }'
    fast = STRAIGHT.replace("4,4,4,4,4,4", "4,4,4,4,4,2")
    taken = intake(fast, VARIED, CAREFUL, more=more)
    steps = taken.ledger.set_index("rule")[["rows_before", "rows_after"]]
    assert taken.responses["source_row"].tolist() == [3]
    assert steps.loc["careless: answered faster than careless.fastest"].tolist() == [3, 2]
    assert steps.loc["careless: an attention item not answered as instructed"].tolist() == [2, 1]


def test_unfinished_ones_are_dropped_where_that_is_declared(intake):
    taken = intake(STRAIGHT, VARIED, CAREFUL, wave='unfinished = "drop"')
    assert taken.responses["source_row"].tolist() == [2, 3]
    assert taken.ledger.set_index("rule").loc["unfinished", ["rows_before", "rows_after"]].tolist() == [3, 2]


def test_a_date_in_the_column_of_finished_means_finished_and_a_blank_does_not(intake):
    rows = (STRAIGHT.replace("yes", "2025-03-01 10:00:00"), VARIED.replace("yes", ""))
    assert intake(*rows, wave='unfinished = "drop"').responses["source_row"].tolist() == [2]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            "[careless]\nattention = { chek = 3 }",
            "careless.attention: 'chek' is not an item in codebook.csv; did you mean 'check'?",
        ),
        ("[careless]\nsame_answers = 2", "careless.same_answers: should be greater than or equal to 3"),
        ('[careless]\naction = "hide"', "careless.action: should be 'flag' or 'drop'"),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_for_is_said(intake, more, message):
    with pytest.raises(StudyFileError, match=message.replace("?", r"\?")):
        intake(STRAIGHT, more=more)


@pytest.mark.parametrize(("line", "more", "message"), [
    ('duration = "took"\n', "[careless]\nfastest = 9", "careless.fastest: no column says how long people took"),
    ('finished = "done"\n', "", "waves.pre.unfinished: no column says who finished"),
])  # fmt: skip
def test_a_rule_without_its_column_is_refused(write_study, line, more, message):
    toml = TOML.replace(line, "").replace('file = "pre.csv"', 'file = "pre.csv"\nunfinished = "drop"')
    with pytest.raises(StudyFileError, match=message):
        read_study(write_study(more, toml=toml, codebook=CODEBOOK))


@given(st.lists(st.text(alphabet="0123456789:.-e ", max_size=8), max_size=20))
def test_any_entry_is_a_duration_or_none(entries):
    import pandas as pd

    found = seconds(pd.Series(entries, dtype="str"))
    assert found.dtype == "float64"
    assert len(found) == len(entries)


def test_an_attention_item_may_have_labels(write_study):
    toml = (
        TOML + '[careless]\nattention = { check = "Strongly agree" }\n[answers.agree]\n"Strongly agree" = 5\n"No" = 1\n'
    )
    codebook = CODEBOOK.replace("check,,text,,\n", "check,,,1,5\n").replace("low,high\n", "low,high,answers\n", 1)
    codebook = codebook.replace("check,,,1,5", "check,,,1,5,agree")
    rows = "a,60,yes,1,2,3,4,5,1,4,strongly agree\nb,60,yes,1,2,3,4,5,1,4,No\n"
    folder = write_study(toml=toml, codebook=codebook, files={"pre.csv": HEADER + rows})
    assert flagged(take_in(read_study(folder)), "attention") == [3]


def test_an_attention_item_that_is_a_number_needs_a_number_or_a_label(intake):
    with pytest.raises(StudyFileError, match=r"'m6' is a number item, but 'red' is not one of its answers"):
        intake(STRAIGHT, more='[careless]\nattention = { m6 = "red" }')


def test_a_rule_that_leaves_nobody_is_an_error(intake):
    problems = intake(CAREFUL, wave='unfinished = "drop"').problems
    assert "List the entries for finished" in problems.loc[problems["rule"] == "nobody_left", "message"].iloc[0]


def test_durations_that_cannot_be_read_are_told_where_haste_is_looked_for(intake):
    problems = intake(STRAIGHT.replace("60", "a minute"), VARIED, more="[careless]\nfastest = 90").problems
    message = problems.loc[problems["rule"] == "unreadable_duration", "message"].iloc[0]
    assert message.startswith("pre.csv: 1 duration is neither seconds nor h:mm:ss (row 2)")


def test_minutes_and_seconds_are_a_duration():
    import pandas as pd

    assert seconds(pd.Series(["1:30", "01:00:05", "90", "x"], dtype="str")).tolist()[:3] == [90, 3605, 90]
