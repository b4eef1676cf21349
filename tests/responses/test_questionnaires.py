"""Rows into questionnaires: which count, and what is said of those that are odd."""

import pytest

from rm_research.responses.intake import take_in
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[columns]
person = "code"
submitted = "date"
consent = "agree"
finished = "done"
role = "role"
[values.role]
leader = ["Boss"]
[missing]
values = ["NA"]
[answers.scale]
Low = 1
High = 5
[scales.mood]
"""
CODEBOOK = "item,scale,kind,low,high,answers,pre\nm1,mood,,1,5,,\nm2,mood,,1,5,scale,Q2|Q3\nnote,,text,,,,\n"
HEADER = "code,date,agree,done,role,m1,Q2,Q3,note\n"
ROW = "a,2025-01-02,yes,True,Boss,1,Low,,\n"


@pytest.fixture
def intake(write_study):
    def take(*rows, wave="", toml=TOML, codebook=CODEBOOK, header=HEADER):
        toml = toml.replace('file = "pre.csv"', f'file = "pre.csv"\n{wave}')
        folder = write_study(toml=toml, codebook=codebook, files={"pre.csv": header + "".join(rows)})
        return take_in(read_study(folder))

    return take


def ledger(intake):
    """Rows before, after and cells by rule, the reading aside."""
    lines = intake.ledger[~intake.ledger["rule"].isin(["read", "labels read as numbers"])]
    return {line.rule: (line.rows_before, line.rows_after, line.cells) for line in lines.itertuples()}


def problems(intake, *columns):
    return (
        intake.problems[list(columns)]
        .astype(object)
        .where(intake.problems[list(columns)].notna(), None)
        .values.tolist()
    )


def test_answers_stay_as_given_and_the_row_is_counted_as_in_a_spreadsheet(intake):
    responses = intake(ROW).responses
    assert responses[["source_row", "m1", "m2"]].to_numpy().tolist() == [[2, 1, 1]]


def test_rows_that_where_leaves_out_are_in_the_ledger(intake):
    assert ledger(intake(ROW, ROW.replace("a,", "b,", 1), wave='where = { code = "a" }')) == {"where": (2, 1, 0)}


def test_where_that_takes_no_row_is_an_error(intake):
    taken = intake(ROW, wave='where = { code = "z" }')
    assert problems(taken, "severity", "message") == [
        ["error", "pre.csv: `where` does not select its only row. Correct it in study.toml."]
    ]


def test_without_a_yes_a_row_is_dropped_and_counted(intake):
    rows = [ROW.replace("yes", answer) for answer in ("no", "", "NA", "perhaps")]
    assert ledger(intake(ROW, *rows)) == {"consent": (5, 1, 0)}


def test_a_yes_may_be_written_in_several_ways(intake):
    rows = [ROW.replace("yes", answer) for answer in ("yes", "Yes ", "TRUE", "1", "y")]
    assert len(intake(*rows).responses) == 5


def test_a_row_without_an_answer_was_not_returned(intake):
    empty = "b,2025-01-02,yes,True,Boss,,NA,,\n"
    assert ledger(intake(ROW, empty)) == {"not returned": (2, 1, 0)}


def test_a_comment_alone_is_an_answer(intake):
    assert len(intake("b,2025-01-02,yes,True,Boss,,,,=1+1\n").responses) == 1


def test_returned_may_rest_on_one_item(intake):
    taken = intake(ROW, "b,2025-01-02,yes,True,Boss,,High,,\n", wave='returned = "m1"')
    assert ledger(taken) == {"not returned": (2, 1, 0)}


def test_returned_may_rest_on_a_column(intake):
    taken = intake(ROW.replace("Low,", "Low,x"), ROW.replace("Low,", "Low,NA"), wave='returned = "Q3"')
    assert ledger(taken) == {"not returned": (2, 1, 0)}


def test_returned_that_names_nothing_is_an_error(intake):
    taken = intake(ROW, wave='returned = "m11"')
    assert problems(taken, "severity", "message") == [
        ["error",
         "pre.csv has neither an item nor a column 'm11', but `returned` of [waves.pre] names it; did you mean "
         "'m1'?"]
    ]  # fmt: skip


def test_returned_that_one_export_lacks_is_noted(write_study):
    sources = (
        '[[waves.pre.sources]]\nname = "one"\nfile = "one.csv"\n[[waves.pre.sources]]\nname = "two"\nfile = "two.csv"\n'
    )
    toml = f'title = "T"\n[waves.pre]\nreturned = "m1"\n{sources}[columns]\nperson = "code"\n[scales.mood]\n'
    folder = write_study(toml=toml, files={"one.csv": "code,m1\na,1\n", "two.csv": "code,m2\na,1\n"})
    taken = take_in(read_study(folder))
    assert problems(taken, "severity", "message") == [
        ["note", "two.csv has no 'm1', so its rows count as returned if any item is answered."]
    ]


def test_an_unusable_answer_is_missing_and_a_problem_with_its_place(intake):
    taken = intake(ROW, ROW.replace("Boss,1", "Boss,9"))
    assert problems(taken, "rule", "wave", "source_row", "column", "value") == [["out_of_range", "pre", 3, "m1", "9"]]


def test_unusable_answers_are_a_ledger_line_of_their_item(intake):
    assert ledger(intake(ROW, ROW.replace("Boss,1", "Boss,9"))) == {"unusable answers of m1": (2, 2, 1)}


def test_a_label_that_is_nearly_one_names_that(intake):
    message = problems(intake(ROW, ROW.replace("Low", "Lowe")), "message")[0][0]
    assert message == (
        "The answer 'Lowe' is not a label in [answers.scale]; did you mean 'Low'? It counts as missing. Add it there."
    )


def test_a_label_that_is_like_none_is_not_repeated_and_says_which_are(intake):
    message = problems(intake(ROW, ROW.replace("Low", "Mary would know")), "message")[0][0]
    assert message == (
        "The answer is not a label in [answers.scale]; known: 'Low', 'High'. It counts as missing. Add it there."
    )


def test_the_fault_names_the_column_that_was_read(intake):
    taken = intake(ROW, ROW.replace("Low,", ",Hig"))
    assert problems(taken, "column", "value") == [["Q3", "Hig"]]


def test_what_a_person_wrote_is_not_shown_where_a_code_was_expected(intake):
    taken = intake(ROW, ROW.replace("Boss,1", "Boss,I am Mary"))
    assert problems(taken, "rule", "value") == [["not_a_number", None]]


def test_an_item_of_which_no_answer_can_be_used_is_an_error(intake):
    rows = [ROW.replace("Boss,1", f"Boss,{number}") for number in (7, 8, 9)]
    message = problems(intake(*rows), "rule", "message")[-1]
    assert message == [
        "no_usable_answer",
        "pre.csv: none of the 3 answers to 'm1' in column 'm1' can be used. The answer is outside 1 to 5; it counts as "
        "missing. If it is right, correct low and high in codebook.csv.",
    ]


def test_two_odd_answers_are_no_error(intake):
    taken = intake(ROW.replace("Boss,1", "Boss,8"), ROW.replace("Boss,1", "Boss,9"))
    assert set(taken.problems["severity"]) == {"warning"}


def test_a_blank_code_is_a_problem_of_its_row(intake):
    assert problems(intake(ROW, ROW.replace("a,", " ,", 1)), "rule", "source_row") == [["blank_code", 3]]


def test_an_unfinished_questionnaire_counts_and_is_noted(intake):
    taken = intake(ROW, ROW.replace("True", "False"))
    assert (len(taken.responses), problems(taken, "severity", "message")) == (
        2,
        [["note", "pre.csv: 1 questionnaire was not finished; what was answered counts."]],
    )


def test_a_role_that_no_word_lists_is_a_problem(intake):
    assert problems(intake(ROW, ROW.replace("Boss", "Guest")), "rule", "source_row", "column", "value") == [
        ["unknown_word", 3, "role", None]
    ]


def test_dates_of_another_format_are_an_error_where_they_decide(intake):
    taken = intake(ROW.replace("2025-01-02", "02.01.2025"), wave='duplicates = "last"')
    assert problems(taken, "severity", "message") == [
        ["error", "pre.csv: 1 entry of 'submitted' cannot be read as a date (row 2). Set date_format next to the "
         'file in study.toml, for example "%d/%m/%Y %H:%M".']
    ]  # fmt: skip


def test_dates_of_another_format_are_a_warning_where_they_do_not(intake):
    assert problems(intake(ROW.replace("2025-01-02", "02.01.2025")), "severity") == [["warning"]]


def test_an_item_that_a_wave_does_not_ask_is_missing_throughout(write_study):
    codebook = (
        "item,scale,kind,low,high,pre,post\nm1,mood,,1,5,,\nm2,mood,,1,5,,-\nx,,number,,,-,m2\nnote,,text,,,-,m2\n"
    )
    responses = take_in(read_study(write_study(codebook=codebook))).responses
    assert responses.groupby("wave")[["m2", "x", "note"]].count().loc["pre"].tolist() == [3, 0, 0]


def test_previews_that_nobody_left_out_are_pointed_at(write_study):
    ids = ",".join('"{""ImportId"":""x""}"' for _ in range(4)) + "\n"
    pre = "Status,code,m1,m2\nStatus,Code,a,b\n" + ids + "Survey Preview,t,1,1\nIP Address,a,1,1\n"
    toml = (
        'title = "T"\n[waves.pre]\nfile = "pre.csv"\nformat = "qualtrics"\n[columns]\nperson = "code"\n[scales.mood]\n'
    )
    taken = take_in(read_study(write_study(toml=toml, files={"pre.csv": pre})))
    assert problems(taken, "rule", "message") == [
        ["preview_rows", "pre.csv: 1 row has the Status of a preview, test or spam, and counts as an answer. To "
         'leave them out, add where = { Status = "IP Address" } to [waves.pre].']
    ]  # fmt: skip
