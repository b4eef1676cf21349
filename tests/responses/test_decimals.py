"""What the owner of a study reads about numbers with commas, from files to the ledger."""

import pytest

from rm_research.responses import read_responses
from rm_research.responses.intake import take_in
from rm_research.study import read_study

OPEN = "item,scale,low,high\nm1,mood,,\n"
HEAD = "code,m1\n"


def written(write_study, *answers, more="", codebook="item,scale,low,high\nm1,mood,1,5\n", wave="pre"):
    lines = "".join(f"p{number};{answer}\n" for number, answer in enumerate(answers))
    text = HEAD.replace(",", ";") + lines
    return write_study(more, codebook=codebook, files={f"{wave}.csv": text, "roster.csv": None})


def found(folder, *rules):
    problems = take_in(read_study(folder)).problems
    return [tuple(row) for row in problems.loc[problems["rule"].isin(rules), ["severity", "message"]].to_numpy()]


def test_a_decimal_comma_in_one_wave_only_is_read_and_counted(write_study):
    intake = read_responses(written(write_study, "4,5", "3,0", "2", wave="post"))
    post = intake.responses["wave"] == "post"
    assert intake.responses.loc[post, "m1"].tolist() == [4.5, 3, 2]
    lines = intake.ledger[intake.ledger["rule"] == "numbers with a decimal comma"]
    assert lines[["wave", "file", "cells"]].to_numpy().tolist() == [["post", "post.csv", 2]]


@pytest.mark.parametrize("answer", ["1.234,5", "1,234"])
def test_numbers_that_can_be_read_in_two_ways_are_one_error_a_column(write_study, answer):
    (severity, message), = found(written(write_study, answer, answer, "3", codebook=OPEN), "unclear_number",
                                 "not_a_number", "no_usable_answer")  # fmt: skip
    assert severity == "error"
    assert "2 answers to 'm1'" in message
    assert 'decimal = ","' in message
    assert answer not in message.replace("(1,234 may be 1.234 or 1234)", "")


@pytest.mark.parametrize(("decimal", "number"), [(",", 1.234), (".", 1234)])
def test_the_remedy_of_unclear_numbers_works(write_study, decimal, number):
    folder = written(write_study, "1,234", "7", codebook=OPEN)
    toml = folder / "study.toml"
    text = toml.read_text().replace('file = "pre.csv"', f'file = "pre.csv"\ndecimal = "{decimal}"')
    toml.write_text(text)
    answers = read_responses(folder).responses
    assert answers.loc[answers["wave"] == "pre", "m1"].tolist() == [number, 7]


def test_decimals_that_might_be_thousands_are_said(write_study):
    ((severity, message),) = found(written(write_study, "1,234", "2,500", "4"), "likely_decimal_comma")
    assert severity == "warning"
    assert "2 answers to 'm1'" in message
    assert "1 to 5" in message


def test_a_comma_among_points_is_named_with_its_remedy(write_study):
    ((severity, message),) = found(written(write_study, "4,5", "4.5", "3"), "not_a_number")
    assert severity == "warning"
    assert "'4,5' has a decimal comma" in message


def test_a_number_that_does_not_fit_the_declared_sign_is_named(write_study):
    folder = written(write_study, "4.5", "3,5")
    toml = folder / "study.toml"
    toml.write_text(toml.read_text().replace('file = "pre.csv"', 'file = "pre.csv"\ndecimal = ","'))
    ((_, message),) = found(folder, "not_a_number")
    assert "'4.5' does not fit decimal = \",\"" in message


def test_numbers_beyond_the_range_are_judged_with_their_comma(write_study):
    ((_, message),) = found(written(write_study, *["6,0"] * 5, *["5,0"] * 5), "next_to_range", "other_range")
    assert "5 answers to scale 'mood' are 6" in message


def test_points_in_a_file_with_decimal_commas_are_not_taken_for_granted(write_study):
    toml = 'title = "T"\n[waves.pre]\nfile = "pre.csv"\n[columns]\nperson = "code"\n[scales.mood]\n[scales.pay]\n'
    book = "item,scale,low,high\nm1,mood,1,5\npay,pay,,\n"
    found = [
        take_in(read_study(write_study(toml=toml, codebook=book, files={"pre.csv": f"code;m1;pay\na;{mood};1.234\n"})))
        for mood in ("4,5", "4.5")
    ]
    assert [intake.responses["pay"].isna().all() for intake in found] == [True, False]
    assert [(intake.problems["rule"] == "unclear_number").sum() for intake in found] == [1, 0]
