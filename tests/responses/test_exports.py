"""Exports opened: what cannot be read is an error, personal data stay outside, items are where the codebook says."""

import pytest

from rm_research.responses import read_responses
from rm_research.responses.intake import take_in
from rm_research.study import read_study

TOML = """
title = "T"
[waves.pre]
file = "pre.csv"
[waves.post]
file = "post.csv"
[columns]
person = "code"
[attributes]
team = "team"
[scales.mood]
"""
CODEBOOK = "item,scale,kind,low,high,pre,post\nm1,mood,,1,5,,\nm2,mood,,1,5,,\nnote,,text,,,,-\n"
PRE = "code,m1,m2,team,note\na,1,2,x,\nb,3,4,y,fine\n"
POST = "code,m1,m2,team\na,2,3,x\nb,4,4,y\n"


@pytest.fixture
def intake(write_study):
    def take(more="", *, pre=PRE, post=POST, toml=TOML, codebook=CODEBOOK, **files):
        files = {"pre.csv": pre, "post.csv": post, **{f"{name}.csv": text for name, text in files.items()}}
        return take_in(read_study(write_study(more, toml=toml, codebook=codebook, files=files)))

    return take


def found(intake, rule):
    """Messages of a rule."""
    return intake.problems.loc[intake.problems["rule"] == rule, "message"].tolist()


def errors(intake):
    return intake.problems.loc[intake.problems["severity"] == "error", "message"].tolist()


def test_a_clean_study_has_no_problems(intake):
    assert len(intake().problems) == 0


def test_a_missing_export_is_an_error_and_the_rest_is_read(intake):
    taken = intake(post=None)
    assert (errors(taken), len(taken.responses)) == (
        ["post.csv is not in the study folder. Put it there, or correct its file in study.toml."],
        2,
    )


def test_an_export_without_rows_is_an_error(intake):
    assert errors(intake(post="code,m1,m2,team\n")) == ["post.csv has a header but no answers. Export it again."]


def test_an_error_of_one_cohorts_export_belongs_to_that_cohort(intake):
    toml = TOML.replace('file = "post.csv"', 'file = "post.csv"\nset = { cohort = "spring" }')
    assert intake(post=None, toml=toml).problems["cohort"].tolist() == ["spring"]


def test_read_responses_raises_every_error_at_once(write_study):
    folder = write_study(files={"pre.csv": None, "post.csv": ""})
    with pytest.raises(
        Exception, match=r"cannot be used yet \(2 problems\)\n  - pre.csv is not .*\n  - post.csv is em"
    ):
        read_responses(folder)


def test_short_rows_are_noted_with_their_numbers(intake):
    assert found(intake(post="code,m1,m2,team\na,2\nb,4,4,y\n"), "short_rows")[0].startswith(
        "post.csv has fewer cells than its header in row 2;"
    )


def test_an_item_that_no_export_of_its_wave_has_is_an_error_with_a_hint(intake):
    assert errors(intake(post=POST.replace("m2", "m_2"))) == [
        "post.csv has no column 'm2' for item 'm2' (codebook.csv row 3); did you mean 'm_2'? Name the column in "
        "codebook.csv. If wave 'post' did not ask it, write '-' there."
    ]


def test_each_of_several_columns_of_an_item_must_be_somewhere(intake):
    codebook = CODEBOOK.replace("m2,mood,,1,5,,", "m2,mood,,1,5,,m2|m2_late")
    assert "has no column 'm2_late' for item 'm2'" in errors(intake(codebook=codebook))[0]


def test_a_twin_column_is_an_error_when_an_item_needs_it(intake):
    assert errors(intake(post="code,m1,m1,m2,team\na,2,2,3,x\n"))[0].startswith(
        "post.csv has several columns named 'm1'. In study.toml or codebook.csv, write 'm1 (1)', 'm1 (2)'"
    )


def test_a_twin_column_that_nothing_needs_is_let_be(intake):
    assert errors(intake(post="code,m1,m2,team,x,x\na,2,3,x,1,1\n")) == []


SOURCES = """
title = "T"
[waves.pre]
file = "pre.csv"
[[waves.post.sources]]
name = "leaders"
file = "leaders.csv"
[[waves.post.sources]]
name = "mentors"
file = "mentors.csv"
[columns]
person = "code"
[scales.mood]
"""
OF_SOURCES = "item,scale,low,high,post,post.mentors\nm1,mood,1,5,,Q1\nm2,mood,1,5,,\n"


def test_an_item_may_stand_in_one_source_of_a_wave_only(intake):
    taken = intake(toml=SOURCES, codebook=OF_SOURCES, leaders="code,m1,m2\na,1,2\n", mentors="code,Q1\nb,3\n")
    assert errors(taken) == []


def test_a_column_named_for_one_source_must_be_in_it(intake):
    taken = intake(toml=SOURCES, codebook=OF_SOURCES, leaders="code,m1,m2\na,1,2\n", mentors="code,m1\nb,3\n")
    assert errors(taken)[0].startswith("mentors.csv has no column 'Q1' for item 'm1' (codebook.csv row 2)")


def test_a_missing_source_is_not_blamed_on_the_other(intake):
    taken = intake(toml=SOURCES, codebook=OF_SOURCES, mentors="code,Q1\nb,3\n")
    assert errors(taken) == ["leaders.csv is not in the study folder. Put it there, or correct its file in study.toml."]


def test_columns_of_personal_data_are_noted_by_name(intake):
    pre = "code,m1,m2,team,note,IP Address,Name\na,1,2,x,,192.0.2.1,Mary\nb,3,4,y,fine,,\n"
    assert found(intake(pre=pre), "personal_data") == [
        "pre.csv: personal data was found in IP Address, Name and left out."
    ]


def test_empty_columns_of_personal_data_are_not_called_found(intake):
    assert found(intake(pre=PRE.replace("note", "note,RecipientEmail").replace("\na", "\na")), "personal_data") == []


def test_addresses_in_a_comment_are_taken_out_and_entered_into_the_ledger(intake):
    pre = PRE.replace("fine", "ask mary@example.org") + "c,1,1,x,good\n"
    taken = intake(pre=pre)
    step = taken.ledger.set_index("rule").loc["contacts removed from note"]
    assert (taken.responses["note"].tolist()[1:3], step["cells"]) == (["ask […]", "good"], 1)


def test_an_attribute_of_addresses_is_emptied(intake):
    taken = intake(pre=PRE.replace(",x,", ",mary@example.org,").replace(",y,", ",jo@example.org,"))
    assert taken.facts["team"].isna().tolist() == [True, True, False, False]


def test_question_texts_are_kept_by_wave_and_item(intake):
    ids = ",".join('"{""ImportId"":""x""}"' for _ in range(5)) + "\n"
    pre = PRE.split("\n", 1)[0] + "\nCode,How 1?,How 2?,Team,Say more\n" + ids + "a,1,2,x,\n"
    taken = intake(toml=TOML.replace('file = "pre.csv"', 'file = "pre.csv"\nformat = "qualtrics"'), pre=pre)
    assert taken.texts == {("pre", "m1"): "How 1?", ("pre", "m2"): "How 2?", ("pre", "note"): "Say more"}


@pytest.mark.parametrize("header", ["mary@example.org", "+44 7700 900123", "192.0.2.7"])
def test_a_header_that_is_an_answer_is_refused_and_not_quoted(intake, header):
    taken = intake(pre=PRE.replace("note", header, 1))
    messages = taken.problems["message"].str.cat(sep=" ")
    assert "seems to be an answer" in messages
    assert header not in messages


def test_no_cohort_takes_over_errors_of_the_whole_study(intake):
    problems = intake(pre=PRE.replace("code,", "code,cohort,", 1).replace("\na,", "\na,None,"), post=None).problems
    assert problems.loc[problems["rule"] == "unreadable_file", "cohort"].isna().all()
